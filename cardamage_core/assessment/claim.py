"""How much of a car is damaged, from all photos of a claim: the best view of each panel, never a sum over photos.

The same damage stands on several photos, so shares are never added up. Each panel is measured on the photo where it is
seen largest and not cut off; what is said of the whole car is the largest share on one photo.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from ..annotations.model import Photo
from ..words import Words, words_of
from .damage import Damage, Reason
from .panels import PanelShare

Side = Literal["", "left", "right"]


class PanelFigure(msgspec.Struct, frozen=True):
    """The damaged share of one panel in percent of what is seen of it, on its best view.

    `side` is "" where the panel has none or it is not told: the models do not tell left from right. `photos` is the
    number of photos on which the panel was seen.
    """

    panel: str
    side: Side
    percent: float
    low: float
    high: float
    photo: str
    cut_off: bool
    photos: int


class ClaimFigure(msgspec.Struct, frozen=True):
    """What can be said of the car: panels, most damaged first, and the largest share of the car on one photo.

    `reason` says why there is no share of the car; `photo` is the photo of the largest one, "" where there is none.
    """

    panels: tuple[PanelFigure, ...] = ()
    percent: float | None = None
    low: float | None = None
    high: float | None = None
    photo: str = ""
    cut_off: bool = False
    reason: Reason = ""
    counted: int = 0
    undecided: int = 0
    left_out: int = 0
    photos: int = 0
    failed: int = 0

    @property
    def determined(self) -> bool:
        """Whether there is a share of the car."""
        return self.percent is not None

    @property
    def damaged(self) -> tuple[PanelFigure, ...]:
        """The panels with damage."""
        return tuple(panel for panel in self.panels if panel.percent > 0)


def claim_figure(photos: Sequence[tuple[Photo, Damage]], sides: Mapping[str, Side]) -> ClaimFigure:
    """The figure of a claim; `sides` tells which side of the car a photo shows, by its id, where a person ticked it.

    Where a photo is not determined, a model's panels are not believed either; those that a person took are.
    """
    seen: dict[tuple[str, Side], list[tuple[Photo, PanelShare]]] = {}
    for photo, damage in photos:
        for panel in (one for one in damage.panels if one.decided or damage.determined):
            seen.setdefault(_which(panel.label, sides.get(photo.id, "")), []).append((photo, panel))
    panels = sorted((_best(key, found) for key, found in seen.items()), key=lambda one: (-one.percent, one.panel))
    known = [(photo, damage) for photo, damage in photos if damage.determined]
    best = max(known, key=lambda one: one[1].percent or 0.0, default=None)
    most = best[1] if best else None
    return ClaimFigure(
        panels=tuple(panels),
        percent=most.percent if most else None,
        low=most.low if most else None,
        high=most.high if most else None,
        photo=best[0].id if best else "",
        cut_off=bool(most and most.reason == "cut off"),
        reason="" if known else _common_reason(damage for _, damage in photos),
        counted=sum(damage.tally.counted for _, damage in photos),
        undecided=sum(damage.tally.predicted + damage.tally.beside for _, damage in photos),
        left_out=sum(d.tally.rejected + d.tally.earlier + d.tally.reflections for _, d in photos),
        photos=len(photos),
        failed=sum(damage.reason == "failed" for _, damage in photos),
    )


SIDED = ("front door", "rear door", "wheel", "mirror", "front lamp", "rear lamp", "fender", "wing", "rocker", "sill",
         "quarter panel")  # fmt: skip


def _which(label: str, ticked: Side) -> tuple[str, Side]:
    """The panel's name without its side, and the side: told by the label itself, else by the photo's view."""
    words = label.casefold().replace("_", " ").split()
    sides: tuple[Side, Side] = ("left", "right")
    for side in sides:
        if side in words:
            return " ".join(word for word in words if word != side), side
    return label, ticked if label.casefold() in SIDED else ""


def _best(key: tuple[str, Side], found: Sequence[tuple[Photo, PanelShare]]) -> PanelFigure:
    """The photo where the panel is seen largest and not cut off; of cut off ones the largest."""
    photo, share = max(found, key=lambda one: (not one[1].cut_off, one[1].seen))
    return PanelFigure(
        panel=key[0],
        side=key[1],
        percent=share.percent,
        low=share.low,
        high=share.high,
        photo=photo.id,
        cut_off=share.cut_off,
        photos=len(found),
    )


def _common_reason(damages: Iterable[Damage]) -> Reason:
    """Why no photo has a share of the car: what most of them say."""
    reasons = [damage.reason for damage in damages]
    return max(reasons, key=reasons.count, default="nothing")


def verdict(figure: ClaimFigure, photo_numbers: Mapping[str, int], words: Words | None = None) -> str:
    """The verdict in a sentence or a few: the car, the panels, and what is undecided or could not be looked at."""
    words = words or words_of()
    parts = [_of_car(figure, photo_numbers, words), _of_panels(figure, photo_numbers, words)]
    if figure.undecided:
        parts.append(words("verdict.undecided", findings=words.count(figure.undecided, "finding")))
    if figure.failed:
        parts.append(words("verdict.failed", photos=words.count(figure.failed, "photo")))
    return " ".join(part for part in parts if part)


def _of_car(figure: ClaimFigure, numbers: Mapping[str, int], words: Words) -> str:
    if figure.percent is None:
        return words("verdict.undetermined", why=words(f"short.{figure.reason or 'nothing'}"))
    if not figure.counted and not figure.undecided and figure.high is not None and figure.high < 0.05:
        return words("verdict.undamaged")
    return words(
        "verdict.determined",
        figure=range_text(figure.percent, figure.low, figure.high, words),
        of=words("of.visible car" if figure.cut_off else "of.car"),
        photo=numbers[figure.photo],
    )


def _of_panels(figure: ClaimFigure, numbers: Mapping[str, int], words: Words) -> str:
    if not figure.damaged:
        return ""
    worst = figure.damaged[0]
    return words(
        "verdict.panel" if len(figure.damaged) == 1 else "verdict.panels",
        panels=words.count(len(figure.damaged), "panel"),
        panel=words.name("panel", worst.panel),
        figure=range_text(worst.percent, worst.low, worst.high, words),
        photo=numbers[worst.photo],
    )


def range_text(percent: float, low: float | None, high: float | None, words: Words) -> str:
    """`12.3 % (8.1–17.9)`, without the range where there is none."""
    text = f"{words.decimal(percent)} %"
    if low is None or high is None or high - low < 0.05:
        return text
    return f"{text} ({words.decimal(low)}–{words.decimal(high)})"
