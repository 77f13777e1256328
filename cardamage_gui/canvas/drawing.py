"""How does a hand draw a new region?"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

from cardamage_core.annotations import edits
from cardamage_core.annotations.model import Circle, Dot, Ellipse, Point, Polygon, Polyline, Rectangle, Shape
from cardamage_core.annotations.shapes import outline

from .gestures import CLICK, Gesture, Outcome, Preview, Start


@dataclass
class Drawing(Gesture):
    """What all gestures that draw a new region share."""

    start: Start
    snaps = inside = True

    def relabel(self, label: str) -> None:
        """The region will get this label."""
        self.start = replace(self.start, label=label)


@dataclass
class ClickByClick(Drawing):
    """What is drawn point by point: a click on the first point closes it once `close` may, Backspace takes one back."""

    points: list[Point] = field(default_factory=list)
    pointer: Point | None = None
    reach: float = 0.0

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
        return False

    def release(self, at: Point, reach: float) -> bool:
        """Letting go ends nothing; drawing goes on."""
        return False

    def back(self) -> bool:
        """The last point goes."""
        self.points.pop()
        return bool(self.points)

    def _takes(self, at: Point) -> bool:
        """Is that another point?"""
        return at != self.points[-1]

    def _closes(self) -> bool:
        """Would a click here close it?"""
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
            return "Click to close the polygon"
        more = "Enter or the first point closes · " if len(self.points) >= 3 else ""
        return f"Click to set the next point · {more}Ctrl snaps · Backspace takes one back · Esc cancels"

    def preview(self) -> Preview:
        """The line so far, to the pointer."""
        closing = self._closes()
        ahead = () if self.pointer is None or closing else (self.pointer,)
        return Preview(path=(*self.points, *ahead), closing=closing)

    def outcome(self) -> Outcome:
        """The polygon, selected."""
        return drawn(self.start, Polygon((tuple(self.points),)))


@dataclass
class DrawRectangle(Drawing):
    """Drag from corner to corner, or click both."""

    to: Point | None = None

    def hint(self) -> str:
        """How it ends."""
        return "Release or click at the opposite corner · Ctrl snaps · Esc cancels"

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
        return self._rectangle() is not None

    def preview(self) -> Preview:
        """The rectangle so far."""
        r = self._rectangle()
        if r is None:
            return Preview()
        corners = ((r.x, r.y), (r.x + r.width, r.y), (r.x + r.width, r.y + r.height), (r.x, r.y + r.height))
        return Preview(path=(*corners, corners[0]), closing=True)

    def outcome(self) -> Outcome:
        """The rectangle, selected."""
        rectangle = self._rectangle()
        return drawn(self.start, rectangle) if rectangle else Outcome()

    def _rectangle(self) -> Rectangle | None:
        if self.to is None:
            return None
        (x0, y0), (x1, y1) = self.start.at, self.to
        if x0 == x1 or y0 == y1:
            return None
        return Rectangle(min(x0, x1), min(y0, y1), abs(x1 - x0), abs(y1 - y0))


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
        r = self._rectangle()
        if r is None:
            return None
        return Ellipse(r.x + r.width / 2, r.y + r.height / 2, r.width / 2, r.height / 2)


@dataclass
class DrawPolyline(DrawPolygon):
    """Click by click; Enter or a double click ends it."""

    def close(self) -> bool:
        """Two points make a line."""
        return len(self.points) >= 2

    def hint(self) -> str:
        """How it goes on."""
        return "Click to set the next point · Enter or double click ends · Backspace takes one back · Esc cancels"

    def outcome(self) -> Outcome:
        """The line, selected."""
        return drawn(self.start, Polyline(tuple(self.points)))

    def _closes(self) -> bool:
        return False


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


@dataclass
class DrawBox(DrawRectangle):
    """A rectangle in which an outline is to be found."""

    def outcome(self) -> Outcome:
        """Only the wish; finding it takes a while."""
        r = self._rectangle()
        return Outcome(box=(r.x, r.y, r.x + r.width, r.y + r.height)) if r else Outcome()


NAMES = {Polyline: "line", Dot: "point"}


def drawn(start: Start, shape: Shape, text: str = "") -> Outcome:
    """A new region with this shape, selected."""
    region = edits.draw(shape, start.label)
    return Outcome(
        text or f"Draw {NAMES.get(type(shape), type(shape).__name__.lower())}",
        edits.add(start.regions, region),
        (region.id,),
    )
