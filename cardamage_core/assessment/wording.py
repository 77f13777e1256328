"""How is a damage figure explained in a sentence or two?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ..annotations.model import Photo, Region

NOT_AN_ESTIMATE = "Visible damage only, not a repair estimate."


@dataclass(frozen=True)
class Counted:
    """What went into the figure and what did not."""

    photo: Photo
    damage: Sequence[Region]
    cars: Sequence[Region]
    left_out: Sequence[Region]
    cut_off: bool
    threshold: float

    @property
    def denominator(self) -> Literal["car", "photo"]:
        """What the figure is a share of."""
        return "car" if self.cars else "photo"

    @property
    def words(self) -> str:
        """The denominator in words, to stand behind the number."""
        if not self.cars:
            return "of the photo"
        return "of the visible car" if self.cut_off else "of the car"


def explain(counted: Counted, *, outside: float = 0.0, overlap: bool = False) -> str:
    """What was counted, against what, what was left out and why; always ends with `NOT_AN_ESTIMATE`.

    `outside` is the share (0…1) of the outlined damage that lies outside the denominator.
    """
    parts = [_what(counted), _left_out(counted), _against(counted), _outside(counted, outside)]
    if overlap:
        parts.append("The figures per label overlap and need not add up.")
    return " ".join([part for part in parts if part] + [NOT_AN_ESTIMATE])


def _what(counted: Counted) -> str:
    if not counted.damage:
        return "Nothing is outlined yet." if not counted.left_out and not counted.cars else "No damage counted."
    predicted = sum(r.origin.kind == "predicted" and r.review != "accepted" for r in counted.damage)
    what = plural(len(counted.damage), "damage region")
    if predicted == len(counted.damage):
        what += f" predicted at {counted.threshold:.2f} or above"
    elif predicted:
        what += f", {predicted} of them predicted at {counted.threshold:.2f} or above"
    return what + ("; overlaps count once." if len(counted.damage) > 1 else ".")


def _left_out(counted: Counted) -> str:
    rejected = sum(r.review == "rejected" for r in counted.left_out)
    below = len(counted.left_out) - rejected
    parts = [f"{rejected} rejected"] if rejected else []
    parts += [f"{below} below {counted.threshold:.2f}"] if below else []
    return f"Not counted: {', '.join(parts)}." if parts else ""


def _against(counted: Counted) -> str:
    if not counted.cars:
        if counted.photo.width <= 0:
            return "No car outline yet, and the size of the photo is unknown: no share can be given."
        return "No car outline yet, so this is a share of the photo and changes with its crop."
    which = "the car outline" if len(counted.cars) == 1 else f"{len(counted.cars)} car outlines together"
    by = sorted({r.origin.model for r in counted.cars if r.origin.kind == "predicted" and r.origin.model})
    text = f"Measured against {which}" + (f" by {', '.join(by)}" if by else "") + "."
    return text + (" The car is cut off by the photo's border." if counted.cut_off else "")


def _outside(counted: Counted, outside: float) -> str:
    if outside < 0.005:
        return ""
    of_what = "car outline" if counted.cars else "photo"
    return f"{100 * outside:.0f} % of the outlined damage lies outside the {of_what} and is not counted."


def figure(percent: float | None, low: float | None, high: float | None, words: str) -> str:
    """The figure with its range, where it has one, and its denominator: `18.5 % of the car (16.9–20.3)`."""
    if percent is None or low is None or high is None:
        return f"no share {words} known"
    spread = f" ({low:.1f}–{high:.1f})" if high - low >= 0.05 else ""
    return f"{percent:.1f} % {words}{spread}"


def plural(number: int, noun: str) -> str:
    """`1 photo`, `2 photos`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
