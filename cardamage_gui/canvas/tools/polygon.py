"""Polygon and line: tools that draw a region point by point."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from cardamage_core.annotations.model import Point, Polygon, Polyline

from ...language import mark
from .base import Drawing, Outcome, Preview, Tool, drawn


@dataclass
class ClickByClick(Drawing):
    """Drawing point by point: a click on the first point closes it once `close` may, Backspace takes one back."""

    points: list[Point] = field(default_factory=list)
    pointer: Point | None = None
    reach: float = 0.0
    keeps = True
    _undone: list[Point] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.points.append(self.start.at)
        self.reach = self.start.reach

    def move(self, at: Point, reach: float) -> None:
        """The line to the next point follows the pointer."""
        self.pointer, self.reach = at, reach

    def press(self, at: Point, reach: float) -> bool:
        """One more point, unless it is the first again."""
        self.pointer, self.reach = at, reach
        if self._closes():
            return True
        if self._takes(at):
            self.points.append(at)
            self._undone.clear()
        return False

    def release(self, at: Point, reach: float) -> bool:
        """Letting go ends nothing; drawing goes on."""
        return False

    def back(self) -> bool:
        """The last point goes."""
        if len(self.points) == 1:
            return False
        self._undone.append(self.points.pop())
        return True

    def again(self) -> bool:
        """The point taken back last comes back."""
        if not self._undone:
            return False
        self.points.append(self._undone.pop())
        return True

    def _takes(self, at: Point) -> bool:
        """Whether that is another point."""
        return at != self.points[-1]

    def _closes(self) -> bool:
        """Whether a click here would close it."""
        return self.pointer is not None and math.dist(self.pointer, self.points[0]) <= self.reach and self.close()


@dataclass
class DrawPolygon(ClickByClick):
    """Click by click; the first point, Enter or a double click closes it, Backspace takes the last point back."""

    def close(self) -> bool:
        """Three points make a polygon."""
        return len(self.points) >= 3

    def hint(self) -> str:
        """How it goes on."""
        if self._closes():
            return mark("Click to close the polygon")
        more = mark("Enter or the first point closes · ") if len(self.points) >= 3 else ""
        return mark(f"Click to set the next point · {more}Ctrl snaps · Backspace takes one back · Esc cancels")

    def preview(self) -> Preview:
        """The line so far, to the pointer."""
        closing = self._closes()
        ahead = () if self.pointer is None or closing else (self.pointer,)
        return Preview(path=(*self.points, *ahead), closing=closing)

    def outcome(self) -> Outcome:
        """The polygon, selected."""
        return drawn(self.start, Polygon((tuple(self.points),)))


class PolygonTool(Tool):
    """Draws a polygon."""

    gesture = DrawPolygon


@dataclass
class DrawPolyline(DrawPolygon):
    """Click by click; Enter or a double click ends it."""

    def close(self) -> bool:
        """Two points make a line."""
        return len(self.points) >= 2

    def hint(self) -> str:
        """How it goes on."""
        return mark("Click to set the next point · Enter or double click ends · Backspace takes one back · Esc cancels")

    def outcome(self) -> Outcome:
        """The line, selected."""
        return drawn(self.start, Polyline(tuple(self.points)))

    def _closes(self) -> bool:
        return False


class PolylineTool(Tool):
    """Draws an open line."""

    gesture = DrawPolyline
