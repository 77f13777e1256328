"""How does a hand draw an outline that follows the edges in the photo?

The slow part, preparing the ways from an anchor, is done elsewhere: the gesture says which anchor `wants` it and gets
it by `take`. Until then its lines are straight, and the pointer never waits.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Protocol

from cardamage_core.annotations.model import Point, Polygon, Ring

from .drawing import ClickByClick, drawn
from .gestures import Outcome, Preview


class Tracer(Protocol):
    """Ways along edges from one point; see `cardamage_core.annotations.tracing.Scissors`."""

    seed: Point

    def path(self, to: Point) -> Ring:
        """The way to a point, both ends included."""


@dataclass
class Lasso(ClickByClick):
    """Click by click; between the clicks (anchors) the line follows edges. Else as a polygon."""

    tracers: dict[Point, Tracer] = field(default_factory=dict)
    _asked: set[Point] = field(default_factory=set)
    _ways: dict[tuple[Point, Point], Ring] = field(default_factory=dict)
    snaps = False

    def wants(self) -> Point | None:
        """An anchor whose ways are to be prepared; each is named once."""
        if self.points[-1] in self._asked:
            return None
        self._asked.add(self.points[-1])
        return self.points[-1]

    def take(self, tracer: Tracer) -> None:
        """The ways from one of the anchors are there."""
        self.tracers[tracer.seed] = tracer

    def close(self) -> bool:
        """Something has to be enclosed."""
        return len(self._ring()) >= 3

    def hint(self) -> str:
        """How it goes on."""
        if self._closes():
            return "Click to close the outline"
        waits = "" if self.points[-1] in self.tracers else "Looking for edges… · "
        return f"{waits}Click along the edge · Enter or the first point closes · Backspace takes one back · Esc cancels"

    def preview(self) -> Preview:
        """The line so far, to the pointer; only the anchors are marked."""
        closing = self._closes()
        ends = (*self.points, self.points[0] if closing else self.pointer or self.points[-1])
        return Preview(path=self._along(ends), closing=closing, marks=tuple(self.points))

    def outcome(self) -> Outcome:
        """The polygon, selected."""
        return drawn(self.start, Polygon((self._ring(),)), "Draw with the lasso")

    def _ring(self) -> Ring:
        return self._along((*self.points, self.points[0]))[:-1]

    def _along(self, ends: Ring) -> Ring:
        way: list[Point] = [ends[0]]
        for start, end in pairwise(ends):
            way += self._way(start, end)[1:]
        return tuple(point for i, point in enumerate(way) if i == 0 or point != way[i - 1])

    def _way(self, start: Point, end: Point) -> Ring:
        """From one point to the next; ways between anchors are remembered, only the last follows the pointer."""
        tracer = self.tracers.get(start)
        if tracer is None or start == end:
            return (start, end)
        if end not in self.points:
            return tracer.path(end)
        if (start, end) not in self._ways:
            self._ways[start, end] = tracer.path(end)
        return self._ways[start, end]

    def _takes(self, at: Point) -> bool:
        return at not in self.points  # ways are known by where they begin
