"""Clicks→outline: points inside and outside of a thing are clicked, and its outline is proposed after each of them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from cardamage_core.annotations import edits
from cardamage_core.annotations.model import Point, Polygon, Ring
from cardamage_core.clicks.views import Click

from ...language import mark
from .base import Answer, Drawing, Kind, Outcome, Preview, Request, Start, Tool, drawn


@dataclass(frozen=True)
class Clicked:
    """The clicks so far, in their order."""

    clicks: tuple[Click, ...]


@dataclass(frozen=True)
class Proposal:
    """The rings (even-odd) found for clicks; `note` says how, where that matters to the user."""

    rings: tuple[Ring, ...]
    note: str = ""


def _by_colour(pixels: np.ndarray, clicked: Clicked) -> Proposal:
    from cardamage_core.clicks import by_colour  # loads OpenCV, which most windows never need

    return Proposal(by_colour.outline(pixels, clicked.clicks), mark("By colour alone, since no click model is there"))


CLICKS = Kind("clicks", _by_colour)


@dataclass
class ClickOutline(Drawing):
    """The first click lies inside; each click is answered by another outline, Enter takes it."""

    clicks: list[Click] = field(default_factory=list)
    proposal: Proposal = field(default_factory=lambda: Proposal(()))
    _answered: tuple[Click, ...] = ()
    _asked: tuple[Click, ...] = ()
    _closing: bool = False
    snaps = False
    hears_other = True

    def __post_init__(self) -> None:
        self.clicks.append(Click(self.start.at))

    def press(self, at: Point, reach: float) -> bool:
        """One more point inside."""
        return self._click(at, inside=True)

    def press_other(self, at: Point, reach: float) -> bool:
        """One more point outside."""
        return self._click(at, inside=False)

    def release(self, at: Point, reach: float) -> bool:
        """Letting go ends nothing."""
        return False

    def back(self) -> bool:
        """The last click goes."""
        self.clicks.pop()
        self._closing = False
        return bool(self.clicks)

    def close(self) -> bool:
        """Take the outline, or wait for the one that is being looked for."""
        self._closing = self._pending
        return not self._pending and bool(self.proposal.rings)

    def wants(self) -> Request[Clicked, Proposal] | None:
        """The outline for the clicks as they are now; one is looked for at a time."""
        clicks = tuple(self.clicks)
        if self._asked != self._answered or clicks == self._asked:
            return None
        self._asked = clicks
        return Request(CLICKS, Clicked(clicks))

    def take(self, answer: Answer[Proposal]) -> bool:
        """An outline was found, or none."""
        self._answered = self._asked
        if answer.result is not None and answer.result.rings:
            self.proposal = answer.result
        elif self._current:
            self.proposal = Proposal((), answer.error or mark("Nothing stands out there"))
        done = self._closing and self._current
        self._closing = self._closing and not self._current
        return done and bool(self.proposal.rings)

    def hint(self) -> str:
        """How it goes on."""
        if not self._current:
            return mark("Looking for the outline… · Esc cancels")
        ways = mark("Click adds · right click or Shift+click takes away · Backspace takes one back")
        enter = mark(" · Enter accepts · Esc cancels") if self.proposal.rings else mark(" · Esc cancels")
        return f"{self.proposal.note} · {ways}{enter}" if self.proposal.note else f"{ways}{enter}"

    def preview(self) -> Preview:
        """The outline as it is proposed, and the clicks."""
        rings = self.proposal.rings
        shown = (edits.draw(Polygon(rings), self.start.label),) if rings else ()
        return Preview(regions=shown, clicks=tuple((one.at, one.inside) for one in self.clicks))

    def outcome(self) -> Outcome:
        """The outline as a polygon, selected."""
        if not self.proposal.rings:
            return Outcome()
        made = drawn(self.start, Polygon(self.proposal.rings), mark("Outline from clicks"))
        return Outcome(made.text, made.regions, made.selection)

    @property
    def _current(self) -> bool:
        return self._answered == tuple(self.clicks)

    @property
    def _pending(self) -> bool:
        return not self._current

    def _click(self, at: Point, *, inside: bool) -> bool:
        if all(one.at != at for one in self.clicks):
            self.clicks.append(Click(at, inside))
        return False


class ClicksTool(Tool):
    """Finds the outline of what is clicked."""

    gesture = ClickOutline
    snaps = False

    def begin(self, start: Start, hit: object) -> ClickOutline:
        """The first click, inside whatever key is held."""
        return ClickOutline(start)
