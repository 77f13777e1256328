"""The damaged share of a car on one photo, with its denominator, range and explanation.

A pure function of the photo's regions, quick enough to run at every step of a drag. The figure is never a bare number:
it names what it is a share of, gives a range, says what was counted, and is not given where it would mislead. Areas are
exact geometry (shapely), not counted pixels: filling a scratch with `cv2.fillPoly` inflates it by a third.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

import msgspec
from shapely.geometry.base import BaseGeometry

from ..annotations.confidence import THRESHOLD, band_of, is_above, is_proposal, without_proposals
from ..annotations.model import Label, Photo, Region, Role
from . import panels
from .areas import area_of, clip, covered_area, frame_of, increments, union_of, within
from .panels import Panel, PanelShare
from .spread import Open, decided_range, open_detection, with_open
from .tally import NOT_AN_ESTIMATE, WHY, Reason, Tally, explain

__all__ = ["NOT_AN_ESTIMATE", "Damage", "FindingShare", "PanelShare", "Reason", "Tally", "assess", "figure"]

OUTLINE_THRESHOLD = 0.5
CLOSE_UP = 0.75  # of the photo: a predicted car outline that covers more and is not seen as a car is a close-up
EARLIER, REFLECTION = "earlier damage", "dirt, reflection"  # values of a region's attribute `cause` that do not count


class FindingShare(msgspec.Struct, frozen=True):
    """How large one damage is, in percent (0…100) of the car, of the panel that it lies on, and of the photo."""

    of_car: float | None = None
    of_panel: float | None = None
    of_photo: float | None = None
    panel: str = ""


class Damage(msgspec.Struct, frozen=True):
    """The damaged share of one photo in percent (0…100), with its denominator in words.

    `determined` says whether there is a share of the car; where not, `reason` says why, and `percent` is None or the
    share of the photo (no car outlined). A photo with the reason "cut off" is determined, but `of the visible car`.
    `by_region` and `by_label` hold counted damage only; overlaps count in each of them, so they need not add up to
    `percent`. `proposed` holds the shares of proposals that stand beside what a person outlined and do not count.
    `findings` has the shares of every damage but predictions below the threshold, rejected ones too.
    """

    percent: float | None
    low: float | None
    high: float | None
    denominator: Literal["car", "photo"]
    words: str
    explanation: str
    by_region: dict[str, float] = {}
    by_label: dict[str, float] = {}
    proposed: dict[str, float] = {}
    determined: bool = False
    reason: Reason = ""
    of_photo: float | None = None
    panels: tuple[PanelShare, ...] = ()
    findings: dict[str, FindingShare] = {}
    tally: Tally = Tally(THRESHOLD)

    @property
    def why(self) -> str:
        """The reason in words, "" where there is nothing to say."""
        return WHY[self.reason]


def assess(
    photo: Photo,
    regions: Iterable[Region],
    labels: Iterable[Label],
    *,
    threshold: float = THRESHOLD,
    problem: str = "",
    beside: bool = True,
) -> Damage:
    """The damage on `photo`; rejected regions and open predictions below `threshold` do not count.

    With a region whose label has the role `car` it is a share of the car (the union of all such regions), and damage
    outside that outline does not count; without one it is a share of the photo. Where a person outlined damages, the
    car or a panel, predictions of the same that are not accepted do not count. Damage whose attribute `cause` says that
    it is not of this event does not count either. `problem` says why a model could not look at the photo.
    Not `beside`, open predictions of damage count together with what a person outlined: so in claims, where the
    predictions are what a person decides on, and a damage that was overlooked is drawn in addition.
    """
    scene = _Scene(photo, regions, labels, threshold, beside=beside)
    if scene.whole is None or not scene.regions:
        size = photo.width > 0 and photo.height > 0
        return _undetermined(scene, "failed" if problem else "nothing" if size or not scene.regions else "no size")
    measured = _measure(scene)
    reason: Reason = "failed" if problem and not scene.regions else _reason(scene, measured)
    return _judged(measured, reason, scene)


def is_counted(region: Region, threshold: float, *, role: Role = "damage") -> bool:
    """Whether a region is part of the figure: not rejected, and not an open prediction scored below `threshold`.

    The threshold is about damage; outlines of cars and parts count from OUTLINE_THRESHOLD on where that is lower.
    """
    threshold = threshold if role == "damage" else min(threshold, OUTLINE_THRESHOLD)
    return region.review != "rejected" and is_of_this_event(region) and is_above(region, threshold)


def is_of_this_event(region: Region) -> bool:
    """Whether the user has not marked it as earlier damage, dirt or a reflection."""
    return region.attributes.get("cause") not in (EARLIER, REFLECTION)


def role_of(region: Region, roles: dict[str, Role]) -> Role:
    """The role of a region's label; a label that is not in the list is damage."""
    return roles.get(region.label, "damage")


class _Scene:
    """The regions of a photo by what they are to the figure."""

    def __init__(
        self, photo: Photo, regions: Iterable[Region], labels: Iterable[Label], threshold: float, *, beside: bool
    ) -> None:
        roles = {label.name: label.role for label in labels}
        by_role: dict[Role, list[Region]] = {"damage": [], "car": [], "part": [], "private": []}
        for region in regions:
            by_role[role_of(region, roles)].append(region)
        self.photo, self.threshold = photo, threshold
        self.regions = [*by_role["damage"], *by_role["car"], *by_role["part"]]
        self.is_seen = photo.review == "accepted"
        self.frame = _frame(photo)
        self._find_damage(by_role["damage"], beside=beside)
        outlines = [r for r in by_role["car"] if is_counted(r, threshold, role="car")]
        self.cars = panels.preferred(without_proposals(outlines))
        self.car = within(union_of(tuple(r.shape for r in self.cars)), self.frame)
        if self.car.area == 0:
            self.cars = []
        self.whole = self.car if self.cars else self.frame
        self.has_parts = "part" in roles.values()
        self.panels = panels.panels_of(
            [r for r in by_role["part"] if is_counted(r, threshold, role="part")], self.frame
        )

    def _find_damage(self, regions: Sequence[Region], *, beside: bool) -> None:
        seen = [r for r in regions if is_counted(r, self.threshold)]
        self.all_damage = regions
        self.damage = without_proposals(seen) if beside else seen
        self.beside = [r for r in seen if r not in self.damage]
        self.left_out = [r for r in regions if r not in seen]
        self.decided = [r for r in self.damage if not is_proposal(r)]

    @property
    def open(self) -> list[Region]:
        """Proposals that may be right, likeliest first; none once a person decided on all that are above."""
        possible = [r for r in self.all_damage if is_proposal(r) and r.review != "rejected" and is_of_this_event(r)]
        has_decided = self.is_seen or len(possible) < len(self.all_damage)
        if has_decided and not any(is_above(r, self.threshold) for r in possible):
            return []
        return sorted(possible, key=lambda r: -(1.0 if r.origin.score is None else r.origin.score))

    @property
    def is_cut_off(self) -> bool:
        """Whether the car goes on beyond the photo."""
        return bool(self.cars) and panels.is_cut_off(self.car, self.photo)

    def tally(self) -> Tally:
        """The numbers of regions."""
        causes = [str(r.attributes.get("cause")) for r in self.left_out if r.review != "rejected"]
        earlier, reflections = causes.count(EARLIER), causes.count(REFLECTION)
        models = {r.origin.model for r in self.cars if r.origin.kind == "predicted" and r.origin.model}
        return Tally(
            threshold=self.threshold,
            counted=len(self.damage),
            predicted=sum(map(is_proposal, self.damage)),
            rejected=len(self.left_out) - len(causes),
            below=len(causes) - earlier - reflections,
            earlier=earlier,
            reflections=reflections,
            beside=len(self.beside),
            cars=len(self.cars),
            car_models=tuple(sorted(models)),
        )


class _Measured(NamedTuple):
    """A figure before it is judged whether it may be told."""

    percent: float
    low: float
    high: float
    inside: list[BaseGeometry]  # the damage within the denominator, as `_Scene.damage`
    outside: float
    panels: tuple[PanelShare, ...]


def _measure(scene: _Scene) -> _Measured:
    assert scene.whole is not None  # our own mistake: `assess` answers first
    areas = [area_of(r.shape) for r in scene.damage]
    inside = clip(areas, scene.whole)
    percent = _share(inside, scene.whole)
    guesses = _guesses(scene)
    low, high = with_open(*decided_range(scene.decided, scene.whole), guesses, scene.whole)
    smaller, larger = _car_range(scene)
    return _Measured(
        percent=percent,
        low=min(low * smaller, percent),
        high=max(min(high * larger, 100.0), percent),
        inside=inside,
        outside=_outside(areas, inside),
        panels=tuple(
            panels.share_of(panel, scene.photo, damage=scene.damage, decided=scene.decided, guesses=guesses)
            for panel in scene.panels
        ),
    )


def _guesses(scene: _Scene) -> list[Open]:
    """The open detections, each with what it adds to the decided regions and to likelier ones."""
    open_ = scene.open
    added = increments([area_of(r.shape) for r in [*scene.decided, *open_]])[len(scene.decided) :]
    return [open_detection(region, area) for region, area in zip(open_, added, strict=True)]


def _car_range(scene: _Scene) -> tuple[float, float]:
    """By how much a share shrinks and grows with the largest and the smallest outline that the car may have."""
    bands = [band_of(r) for r in scene.cars]
    if not any(bands):
        return 1.0, 1.0
    outer, inner = (
        union_of(tuple(band[i] if band else r.shape for band, r in zip(bands, scene.cars, strict=True))).area
        for i in (0, 1)
    )
    middle = union_of(tuple(r.shape for r in scene.cars)).area
    return min(1.0, middle / outer) if outer else 1.0, max(1.0, middle / inner) if inner else 1.0


def _reason(scene: _Scene, measured: _Measured) -> Reason:
    """Why there is no share of the car, or "cut off" where there is one of the visible car, or ""."""
    if not scene.cars:
        return "no car"
    is_guess = all(map(is_proposal, scene.cars)) and scene.has_parts
    if is_guess and not panels.is_believed(scene.panels, scene.car, scene.all_damage):
        covered = scene.frame is not None and scene.car.area > CLOSE_UP * scene.frame.area
        return "close-up" if covered or panels.sides_touched(scene.car, scene.photo) > 2 else "unfamiliar"
    if _mostly_outside([panel.area for panel in scene.panels], scene.car):
        return "contradiction"
    if measured.outside > 0.5:
        return "outside"
    return "cut off" if scene.is_cut_off else ""


def _judged(measured: _Measured, reason: Reason, scene: _Scene) -> Damage:
    assert scene.whole is not None
    determined, has_figure = reason in ("", "cut off"), reason in ("", "cut off", "no car")
    inside, whole = measured.inside, scene.whole
    by_label = {
        name: _share([area for area, r in zip(inside, scene.damage, strict=True) if r.label == name], whole)
        for name in dict.fromkeys(r.label for r in scene.damage)
    }
    tally = msgspec.structs.replace(
        scene.tally(), outside=measured.outside, overlap=sum(by_label.values()) > measured.percent + 0.05
    )
    beside = clip([area_of(r.shape) for r in scene.beside], whole)
    return Damage(
        percent=measured.percent if has_figure else None,
        low=measured.low if has_figure else None,
        high=measured.high if has_figure else None,
        denominator="car" if scene.cars else "photo",
        words=_words(scene),
        explanation=explain(tally, reason),
        by_region={r.id: 100 * a.area / whole.area for r, a in zip(scene.damage, inside, strict=True)},
        by_label=by_label,
        proposed={r.id: 100 * a.area / whole.area for r, a in zip(scene.beside, beside, strict=True)},
        determined=determined,
        reason=reason,
        of_photo=_of_photo(scene, measured),
        panels=measured.panels,
        findings=_findings(scene, determined=determined),
        tally=tally,
    )


def _undetermined(scene: _Scene, reason: Reason) -> Damage:
    tally = scene.tally()
    return Damage(
        percent=None,
        low=None,
        high=None,
        denominator="car" if scene.cars else "photo",
        words=_words(scene),
        explanation=explain(tally, reason),
        reason=reason,
        tally=tally,
    )


def _words(scene: _Scene) -> str:
    """The denominator in words, to stand behind the number."""
    if not scene.cars:
        return "of the photo"
    return "of the visible car" if scene.is_cut_off else "of the car"


def _of_photo(scene: _Scene, measured: _Measured) -> float | None:
    if scene.frame is None:
        return None
    if not scene.cars:
        return measured.percent
    return _share(clip([area_of(r.shape) for r in scene.damage], scene.frame), scene.frame)


def _findings(scene: _Scene, *, determined: bool) -> dict[str, FindingShare]:
    """The shares of all damage that is worth a look: predictions below the threshold are left out."""
    shown = [r for r in scene.all_damage if is_above(r, scene.threshold) or r.review != "unreviewed"]
    areas = [area_of(r.shape) for r in shown]
    by_number = panels.panel_by_damage(areas, scene.panels)
    of_car = _shares(areas, scene.car if determined else None)
    of_photo = _shares(areas, scene.frame)
    found = {}
    for i, region in enumerate(shown):
        panel = _panel_of(region, by_number[i], scene.panels)
        found[region.id] = FindingShare(
            of_car=of_car[i],
            of_panel=_shares([areas[i]], panel.area)[0] if panel else None,
            of_photo=of_photo[i],
            panel=str(region.attributes.get("panel") or (panel.label if panel else "")),
        )
    return found


def _panel_of(region: Region, number: int | None, known: Sequence[Panel]) -> Panel | None:
    """The panel that a person named, where it is outlined; else the one that holds most of the region."""
    if named := region.attributes.get("panel"):
        return next((panel for panel in known if panel.label == named), None)
    return None if number is None else known[number]


def _shares(areas: Sequence[BaseGeometry], whole: BaseGeometry | None) -> list[float | None]:
    if whole is None or not areas:
        return [None] * len(areas)
    return [100 * float(area.area) / float(whole.area) for area in clip(areas, whole)]


def _share(areas: Iterable[BaseGeometry], whole: BaseGeometry) -> float:
    return 100 * covered_area(areas) / float(whole.area)


def _outside(areas: Sequence[BaseGeometry], inside: Sequence[BaseGeometry]) -> float:
    """The share (0…1) of the outlined damage that was cut away."""
    if all(a is b for a, b in zip(areas, inside, strict=True)):
        return 0.0
    outlined = covered_area(areas)
    return 1 - covered_area(inside) / outlined if outlined else 0.0


def _mostly_outside(areas: Sequence[BaseGeometry], whole: BaseGeometry) -> bool:
    return bool(areas) and _outside(areas, clip(areas, whole)) > 0.5


def _frame(photo: Photo) -> BaseGeometry | None:
    return frame_of(photo.width, photo.height) if photo.width > 0 and photo.height > 0 else None


def figure(damage: Damage) -> str:
    """The figure with range and denominator, `18.5 % of the car (16.9–20.3)`, or that there is none."""
    if damage.percent is None or damage.low is None or damage.high is None:
        return "nothing outlined" if damage.reason == "nothing" else f"not determined ({SHORT[damage.reason]})"
    spread = f" ({damage.low:.1f}–{damage.high:.1f})" if damage.high - damage.low >= 0.05 else ""
    return f"{damage.percent:.1f} % {damage.words}{spread}"


SHORT: dict[Reason, str] = {
    "failed": "the photo failed",
    "no size": "the size of the photo is unknown",
    "close-up": "close-up",
    "unfamiliar": "car not recognised",
    "contradiction": "outlines contradict each other",
    "outside": "damage lies outside the car outline",
}
