"""What was counted towards a figure and what was not, why a share cannot be determined, and both in English.

Reasons are codes, so that programs can branch on them and reports can say them in other languages.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from ..text import plural

NOT_AN_ESTIMATE = "Visible damage only, not a repair estimate."
Reason = Literal[
    "", "failed", "nothing", "no size", "no car", "close-up", "unfamiliar", "contradiction", "outside", "cut off"
]
WHY: dict[Reason, str] = {
    "": "",
    "failed": "The photo could not be examined, so nothing is known of it.",
    "nothing": "Nothing is outlined yet.",
    "no size": "No car outline yet, and the size of the photo is unknown: no share can be given.",
    "no car": "No car outline yet, so this is a share of the photo and changes with its crop.",
    "close-up": "It is a close-up: too little of the car is seen for a share of it. Accept or draw the car's outline to"
    " have one.",
    "unfamiliar": "The model is not sure that this is a whole car: it recognises too little of one. Accept or draw"
    " the car's outline to have a share.",
    "contradiction": "The outlines contradict each other: most of what is outlined lies outside the car outline.",
    "outside": "Most of the outlined damage lies outside the car outline.",
    "cut off": "The car is cut off by the photo's border.",
}


class Tally(msgspec.Struct, frozen=True, omit_defaults=True):
    """The numbers of regions behind a figure. `outside` is the share (0…1) of the damage outside the denominator.

    `counted` includes `predicted`, the undecided ones; `beside` are proposals beside a person's outlines.
    """

    threshold: float
    counted: int = 0
    predicted: int = 0
    rejected: int = 0
    below: int = 0
    earlier: int = 0
    reflections: int = 0
    beside: int = 0
    cars: int = 0
    car_models: tuple[str, ...] = ()
    outside: float = 0.0
    overlap: bool = False

    @property
    def left_out(self) -> int:
        """How many outlines of damage do not count."""
        return self.rejected + self.below + self.earlier + self.reflections + self.beside


def explain(tally: Tally, reason: Reason) -> str:
    """What was counted, against what, what was left out and why; always ends with `NOT_AN_ESTIMATE`."""
    if reason in ("failed", "nothing"):
        return f"{WHY[reason]} {NOT_AN_ESTIMATE}"
    parts = [_what(tally), _left_out(tally), _against(tally), WHY[reason], _outside(tally, reason)]
    if tally.overlap:
        parts.append("The figures per label overlap and need not add up.")
    return " ".join([part for part in parts if part] + [NOT_AN_ESTIMATE])


def _what(tally: Tally) -> str:
    if not tally.counted:
        return "No damage counted."
    what = plural(tally.counted, "damage region")
    if tally.predicted == tally.counted:
        what += f" predicted at {tally.threshold:.2f} or above"
    elif tally.predicted:
        what += f", {tally.predicted} of them predicted at {tally.threshold:.2f} or above"
    return what + ("; overlaps count once." if tally.counted > 1 else ".")


def _left_out(tally: Tally) -> str:
    parts = [
        f"{number} {what}"
        for number, what in (
            (tally.rejected, "rejected"),
            (tally.earlier, "earlier damage"),
            (tally.reflections, "dirt or reflection"),
            (tally.below, f"below {tally.threshold:.2f}"),
        )
        if number
    ]
    parts += [f"{plural(tally.beside, 'proposal')} not accepted yet"] if tally.beside else []
    return f"Not counted: {', '.join(parts)}." if parts else ""


def _against(tally: Tally) -> str:
    if not tally.cars:
        return ""
    which = "the car outline" if tally.cars == 1 else f"{tally.cars} car outlines together"
    return f"Measured against {which}" + (f" by {', '.join(tally.car_models)}" if tally.car_models else "") + "."


def _outside(tally: Tally, reason: Reason) -> str:
    if tally.outside < 0.005 or reason == "outside":
        return ""
    of_what = "car outline" if tally.cars else "photo"
    return f"{100 * tally.outside:.0f} % of the outlined damage lies outside the {of_what} and is not counted."
