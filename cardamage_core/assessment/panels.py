"""The panels seen on a photo: how much of each is damaged, and which panel each damage lies on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
import shapely
from shapely.geometry.base import BaseGeometry

from ..annotations.confidence import is_proposal
from ..annotations.model import Photo, Region
from .areas import area_of, clip, covered_area, union_of, within
from .spread import Open, decided_range, with_open

EDGE = 0.003  # of the photo's longer side: an outline that comes this near the border is taken as cut off
LEAST_HELD = 0.25  # of a damage's area, from which on it lies on a panel
EVIDENCE = 2.0  # summed scores of different panels from which a predicted car outline is believed
SURE = 4.7  # of `sureness`, from which on it is believed where damage is seen
SURE_PANEL, GUESSED_DAMAGE = 0.6, 0.3  # scores from which panels and damages speak for that


class PanelShare(msgspec.Struct, frozen=True):
    """How much of one panel is damaged, in percent of what is seen of it.

    `seen` is the visible part as a share (0…1) of the photo; `pieces` how many outlines there are (two wheels are one
    panel). `decided`: a person drew or accepted the panel.
    """

    label: str
    percent: float
    low: float
    high: float
    seen: float
    pieces: int
    cut_off: bool
    decided: bool


class Panel(msgspec.Struct, frozen=True):
    """The outlines of one panel on one photo, and the area that they cover."""

    label: str
    regions: tuple[Region, ...]
    area: BaseGeometry

    @property
    def decided(self) -> bool:
        """Whether a person drew or accepted it."""
        return not any(map(is_proposal, self.regions))


def panels_of(regions: Iterable[Region], frame: BaseGeometry | None) -> list[Panel]:
    """Panels by label; where a person drew or accepted outlines of one, proposals of the same do not count."""
    by_label: dict[str, list[Region]] = {}
    for region in regions:
        by_label.setdefault(region.label, []).append(region)
    found = []
    for label, some in by_label.items():
        some = preferred(some)
        area = within(union_of(tuple(region.shape for region in some)), frame)
        if area.area > 0:
            found.append(Panel(label, tuple(some), area))
    return found


def preferred(regions: Sequence[Region]) -> list[Region]:
    """Those that a person drew or accepted; where there are none, all."""
    return [region for region in regions if not is_proposal(region)] or list(regions)


def evidence(panels: Iterable[Panel]) -> float:
    """How sure it is that a car is seen: the summed scores of different panels; one that a person took is enough.

    The outline's own score does not tell: that model never saw photos without a car and gives 0.99 to a portrait. Two
    or three panels it finds on one as well, but no more (docs/report.md).
    """
    return sum(EVIDENCE if panel.decided else _score(panel) for panel in panels)


def is_believed(panels: Sequence[Panel], car: BaseGeometry, damage: Sequence[Region]) -> bool:
    """Whether what is outlined as a car is one: by its panels, and where damage is seen by more than these.

    A figure of damage on what is no car is worse than none, so damage asks for more: sure panels, sure damage, and
    panels that cover the car (docs/photo-check.md). It does not depend on the threshold of the moment.
    """
    if evidence(panels) < EVIDENCE:
        return False
    scores = [1.0 if r.origin.score is None else r.origin.score for r in damage if r.review != "rejected"]
    seen = min(1.0, sum(score for score in scores if score >= GUESSED_DAMAGE))
    return not seen or any(panel.decided for panel in panels) or sureness(panels, car) + 2 * seen >= SURE


def sureness(panels: Sequence[Panel], car: BaseGeometry) -> float:
    """Summed scores of sure panels, and twice the share (0…1) of the car that all panels cover."""
    covered = covered_area(clip([panel.area for panel in panels], car)) / float(car.area) if car.area > 0 else 0.0
    return sum(score for score in map(_score, panels) if score >= SURE_PANEL) + 2 * covered


def _score(panel: Panel) -> float:
    """Of the surest outline."""
    return max(region.origin.score or 0.0 for region in panel.regions)


def share_of(
    panel: Panel, photo: Photo, *, damage: Sequence[Region], decided: Sequence[Region], guesses: Sequence[Open]
) -> PanelShare:
    """The damaged share of one panel with its range."""
    areas = [area_of(region.shape) for region in damage]
    percent = 100 * covered_area(clip(areas, panel.area)) / panel.area.area if areas else 0.0
    low, high = with_open(*decided_range(decided, panel.area), guesses, panel.area)
    return PanelShare(
        label=panel.label,
        percent=percent,
        low=min(low, percent),
        high=min(100.0, max(high, percent)),
        seen=panel.area.area / max(1, photo.width * photo.height),
        pieces=len(panel.regions),
        cut_off=is_cut_off(panel.area, photo),
        decided=panel.decided,
    )


def panel_by_damage(areas: Sequence[BaseGeometry], panels: Sequence[Panel]) -> list[int | None]:
    """For each damage, the number of the panel that holds most of it; None where none holds `LEAST_HELD` of it."""
    best: list[int | None] = [None] * len(areas)
    most = [LEAST_HELD * float(area.area) for area in areas]
    if not areas or not panels:
        return best
    tree = shapely.STRtree([panel.area for panel in panels])
    for i, j in tree.query(areas, predicate="intersects").T.tolist():
        inside = clip([areas[i]], panels[j].area)[0].area
        if inside > most[i]:
            best[i], most[i] = j, inside
    return best


def is_cut_off(area: BaseGeometry, photo: Photo) -> bool:
    """Whether an area comes to the photo's border."""
    return bool(sides_touched(area, photo))


def sides_touched(area: BaseGeometry, photo: Photo) -> int:
    """How many sides of the photo an area comes to, 0…4."""
    if photo.width <= 0 or photo.height <= 0:
        return 0
    near = max(1.0, EDGE * max(photo.width, photo.height))
    x0, y0, x1, y1 = area.bounds
    return sum((x0 < near, y0 < near, x1 > photo.width - near, y1 > photo.height - near))
