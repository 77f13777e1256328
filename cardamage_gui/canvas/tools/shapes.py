"""Rectangle, ellipse, circle and point: tools that draw a shape with one drag."""

from __future__ import annotations

import math
from dataclasses import dataclass

from cardamage_core.annotations.model import Circle, Dot, Ellipse, Point, Rectangle
from cardamage_core.annotations.shapes import outline

from ...language import mark
from .base import CLICK, Drawing, Outcome, Preview, Tool, drawn


@dataclass
class DrawRectangle(Drawing):
    """Drag from corner to corner, or click both."""

    to: Point | None = None

    def hint(self) -> str:
        """How it ends."""
        return mark("Release or click at the opposite corner · Ctrl snaps · Esc cancels")

    def move(self, at: Point, reach: float) -> None:
        """The far corner follows."""
        if self.to is not None or math.dist(at, self.start.at) > reach * CLICK:
            self.to = at

    def press(self, at: Point, reach: float) -> bool:
        """The second of two clicks."""
        return self.release(at, reach)

    def release(self, at: Point, reach: float) -> bool:
        """Done, unless the pointer is still where it began."""
        self.move(at, reach)
        return self.rectangle() is not None

    def preview(self) -> Preview:
        """The rectangle so far."""
        r = self.rectangle()
        if r is None:
            return Preview()
        corners = ((r.x, r.y), (r.x + r.width, r.y), (r.x + r.width, r.y + r.height), (r.x, r.y + r.height))
        return Preview(path=(*corners, corners[0]), closing=True)

    def outcome(self) -> Outcome:
        """The rectangle, selected."""
        rectangle = self.rectangle()
        return drawn(self.start, rectangle) if rectangle else Outcome()

    def rectangle(self) -> Rectangle | None:
        """What was dragged so far; None while that is nothing."""
        if self.to is None:
            return None
        (x0, y0), (x1, y1) = self.start.at, self.to
        if x0 == x1 or y0 == y1:
            return None
        return Rectangle(min(x0, x1), min(y0, y1), abs(x1 - x0), abs(y1 - y0))


class RectangleTool(Tool):
    """Draws an upright rectangle."""

    gesture = DrawRectangle


@dataclass
class DrawEllipse(DrawRectangle):
    """Drag the rectangle around it; with Shift held at the press a circle around that point."""

    def preview(self) -> Preview:
        """The ellipse so far."""
        shape = self._shape()
        if shape is None:
            return Preview()
        (ring,) = outline(shape)
        return Preview(path=(*ring, ring[0]), closing=True, marks=())

    def outcome(self) -> Outcome:
        """The ellipse or circle, selected."""
        shape = self._shape()
        return drawn(self.start, shape) if shape else Outcome()

    def _shape(self) -> Ellipse | Circle | None:
        if self.start.shift:
            return Circle(*self.start.at, math.dist(self.start.at, self.to)) if self.to else None
        r = self.rectangle()
        if r is None:
            return None
        return Ellipse(r.x + r.width / 2, r.y + r.height / 2, r.width / 2, r.height / 2)


class EllipseTool(Tool):
    """Draws an ellipse, with Shift a circle."""

    gesture = DrawEllipse


@dataclass
class PlacePoint(Drawing):
    """Press where the point is to be; it may be dragged until the button goes up."""

    at: Point | None = None

    def move(self, at: Point, reach: float) -> None:
        """The point follows."""
        self.at = at

    def preview(self) -> Preview:
        """The point."""
        return Preview(path=(self.at or self.start.at,))

    def outcome(self) -> Outcome:
        """The point, selected."""
        return drawn(self.start, Dot(*(self.at or self.start.at)))


class PointTool(Tool):
    """Sets a single point."""

    gesture = PlacePoint
