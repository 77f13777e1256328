"""Lasso and box: tools whose outlines are found in the photo's pixels, in the background.

The lasso's lines follow edges once the paths from an anchor are prepared; until then they are straight and the pointer
never waits. The box asks for the outline of what lies in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Protocol

import numpy as np

from cardamage_core.annotations.model import Point, Polygon, Ring

from ...language import mark
from ..viewport import Box
from .base import Answer, Kind, Outcome, Preview, Request, Tool, drawn
from .polygon import ClickByClick
from .shapes import DrawRectangle


class Tracer(Protocol):
    """Paths along edges from one point; see `cardamage_core.annotations.outline_assist.Scissors`."""

    seed: Point

    def path(self, to: Point) -> Ring:
        """The path to a point, both ends included."""


@dataclass(frozen=True)
class Anchor:
    """A point from which paths are to be prepared, up to so many photo pixels away."""

    at: Point
    radius: float


def _scissors(pixels: np.ndarray, anchor: Anchor) -> Tracer:
    from cardamage_core.annotations import outline_assist  # loads OpenCV, which most windows never need

    return outline_assist.Scissors(pixels, anchor.at, radius=anchor.radius)


def _outline(pixels: np.ndarray, box: Box) -> tuple[Ring, ...]:
    from cardamage_core.annotations import outline_assist

    return outline_assist.outline_in_box(pixels, box)


EDGES = Kind("edges", _scissors)
OUTLINE = Kind("outline", _outline, waiting=mark("Looking for the outline…"))


@dataclass
class Lasso(ClickByClick):
    """Click by click; between the clicks (anchors) the line follows edges. Else as a polygon."""

    tracers: dict[Point, Tracer] = field(default_factory=dict)
    _asked: set[Point] = field(default_factory=set)
    _paths: dict[tuple[Point, Point], Ring] = field(default_factory=dict)
    snaps = False

    def wants(self) -> Request[Anchor, Tracer] | None:
        """The paths from the last anchor, as far as half the view."""
        if self.points[-1] in self._asked:
            return None
        self._asked.add(self.points[-1])
        x0, y0, x1, y1 = self.start.view()
        return Request(EDGES, Anchor(self.points[-1], max(x1 - x0, y1 - y0) / 2))

    def take(self, answer: Answer[Tracer]) -> bool:
        """The paths from one of the anchors are there."""
        if answer.result is not None:
            self.tracers[answer.result.seed] = answer.result
        return False

    def close(self) -> bool:
        """Something has to be enclosed."""
        return len(self._ring()) >= 3

    def hint(self) -> str:
        """How it goes on."""
        if self._closes():
            return mark("Click to close the outline")
        waits = "" if self.points[-1] in self.tracers else mark("Looking for edges… · ")
        return mark(
            f"{waits}Click along the edge · Enter or the first point closes · Backspace takes one back · Esc cancels"
        )

    def preview(self) -> Preview:
        """The line so far, to the pointer; only the anchors are marked."""
        closing = self._closes()
        ends = (*self.points, self.points[0] if closing else self.pointer or self.points[-1])
        return Preview(path=self._along(ends), closing=closing, marks=tuple(self.points))

    def outcome(self) -> Outcome:
        """The polygon, selected."""
        return drawn(self.start, Polygon((self._ring(),)), mark("Draw with the lasso"))

    def _ring(self) -> Ring:
        return self._along((*self.points, self.points[0]))[:-1]

    def _along(self, ends: Ring) -> Ring:
        points: list[Point] = [ends[0]]
        for start, end in pairwise(ends):
            points += self._path(start, end)[1:]
        return tuple(point for i, point in enumerate(points) if i == 0 or point != points[i - 1])

    def _path(self, start: Point, end: Point) -> Ring:
        """From one point to the next; paths between anchors are remembered, only the last follows the pointer."""
        tracer = self.tracers.get(start)
        if tracer is None or start == end:
            return (start, end)
        if end not in self.points:
            return tracer.path(end)
        if (start, end) not in self._paths:
            self._paths[start, end] = tracer.path(end)
        return self._paths[start, end]

    def _takes(self, at: Point) -> bool:
        return at not in self.points  # paths are known by where they begin


class LassoTool(Tool):
    """Draws a polygon that follows the edges in the photo; without the photo its lines are straight."""

    gesture = Lasso
    snaps = False


@dataclass
class DrawBox(DrawRectangle):
    """A rectangle in which an outline is to be found; the outline comes when the answer is there."""

    rings: tuple[Ring, ...] = ()
    _stands: bool = False  # the box was let go of
    _asked: bool = False
    waits = True

    def release(self, at: Point, reach: float) -> bool:
        """The box stands, unless the pointer is still where it began."""
        self._stands = super().release(at, reach)
        return self._stands

    def wants(self) -> Request[Box, tuple[Ring, ...]] | None:
        """The outline, once the box stands."""
        r = self.rectangle() if self._stands and not self._asked else None
        if r is None:
            return None
        self._asked = True
        return Request(OUTLINE, (r.x, r.y, r.x + r.width, r.y + r.height))

    def take(self, answer: Answer[tuple[Ring, ...]]) -> bool:
        """The outline was found."""
        self.rings = answer.result or ()
        return bool(self.rings)

    def outcome(self) -> Outcome:
        """The outline as a polygon, selected."""
        if not self.rings:
            return Outcome()
        made = drawn(self.start, Polygon(self.rings), mark("Outline in box"))
        return Outcome(made.text, made.regions, made.selection, mark("Found an outline. Ctrl+Z takes it back."))


class BoxTool(Tool):
    """Finds the outline of what lies in a dragged box."""

    gesture = DrawBox
