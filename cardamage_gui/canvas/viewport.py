"""The view transform between photo and screen: zoom, pan, quarter turns, fitting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

Point = tuple[float, float]
Box = tuple[float, float, float, float]  # x0 y0 x1 y1

LARGEST_SCALE = 64.0
CLOSEST = 12.0  # screen pixels per photo pixel when a small thing is framed: beyond that one sees only squares
LEAST_ROOM = 16.0  # screen pixels that a photo has at least, however small the canvas
FRAME = 0.6  # of the canvas: what is framed takes so much of it
SMALLEST_SIDE = 32.0  # a photo is never zoomed out to less than this many screen pixels
_AXES = ((1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0))  # where the photo's x axis points, by quarter turns


@dataclass(frozen=True)
class Viewport:
    """screen = rotated(photo) × scale + (dx, dy), in logical screen pixels of the canvas.

    `rotation` counts quarter turns clockwise, 0 to 3, around the photo's first pixel. Only the view is rotated.
    """

    scale: float = 1.0
    dx: float = 0.0
    dy: float = 0.0
    rotation: int = 0

    def to_screen(self, point: Point) -> Point:
        """The place on the canvas of a point of the photo."""
        (x, y), (cos, sin) = point, _AXES[self.rotation]
        return ((x * cos - y * sin) * self.scale + self.dx, (x * sin + y * cos) * self.scale + self.dy)

    def to_photo(self, point: Point) -> Point:
        """The point of the photo under a place on the canvas."""
        x, y = (point[0] - self.dx) / self.scale, (point[1] - self.dy) / self.scale
        cos, sin = _AXES[self.rotation]
        return (x * cos + y * sin, y * cos - x * sin)

    def box_on_screen(self, box: Box) -> Box:
        """The upright box on the canvas of one on the photo."""
        return _box(self.to_screen(box[:2]), self.to_screen(box[2:]))

    def box_on_photo(self, box: Box) -> Box:
        """The upright box on the photo under one on the canvas."""
        return _box(self.to_photo(box[:2]), self.to_photo(box[2:]))

    @property
    def matrix(self) -> tuple[float, float, float, float, float, float]:
        """From photo to canvas as a QTransform takes it: m11 m12 m21 m22 dx dy."""
        cos, sin = _AXES[self.rotation]
        return (cos * self.scale, sin * self.scale, -sin * self.scale, cos * self.scale, self.dx, self.dy)

    def zoomed(self, at: Point, factor: float, *, photo: Point) -> Viewport:
        """Zoomed by `factor` with the photo's point under `at` kept there; `photo` is the photo's (width, height)."""
        smallest = min(1.0, SMALLEST_SIDE / max(1.0, *photo))
        scale = min(LARGEST_SCALE, max(smallest, self.scale * factor))
        return replace(self, scale=scale).placed(self.to_photo(at), at)

    def rotated(self, rotation: int, at: Point) -> Viewport:
        """With so many quarter turns instead, and the photo's point under `at` kept there."""
        return replace(self, rotation=rotation % 4).placed(self.to_photo(at), at)

    def panned(self, dx: float, dy: float) -> Viewport:
        """Moved by whole screen pixels."""
        return replace(self, dx=self.dx + dx, dy=self.dy + dy)

    def held(self, photo: Point, canvas: Point) -> Viewport:
        """Moved back so that the photo's middle half never leaves the canvas entirely."""
        x0, y0, x1, y1 = self.box_on_screen((0.0, 0.0, *photo))
        return self.panned(_held(x0, x1 - x0, canvas[0]) - x0, _held(y0, y1 - y0, canvas[1]) - y0)

    def placed(self, point: Point, at: Point) -> Viewport:
        """Moved so that this point of the photo lies there on the canvas."""
        x, y = self.to_screen(point)
        return self.panned(at[0] - x, at[1] - y)

    def framing(self, box: Box, canvas: Point, *, covered: float = 0.0) -> Viewport:
        """A box of the photo in the middle of the canvas, with as much around it as it needs to be understood."""
        x0, y0, x1, y1 = self.box_on_screen(box)
        across, down = (max(1.0, side / self.scale) for side in (x1 - x0, y1 - y0))
        free = max(LEAST_ROOM, canvas[0] - covered)
        scale = min(FRAME * free / across, FRAME * canvas[1] / down, CLOSEST)
        middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
        return replace(self, scale=scale).placed(middle, (canvas[0] - free / 2, canvas[1] / 2))


def fitted(photo: Point, canvas: Point, *, margin: float = 16.0, covered: float = 0.0, rotation: int = 0) -> Viewport:
    """The whole photo in the middle of the canvas, as large as it fits beside `covered` pixels at the left."""
    width, height = max(1.0, photo[0]), max(1.0, photo[1])
    free = max(LEAST_ROOM, canvas[0] - covered)
    room = (max(LEAST_ROOM, free - 2 * margin), max(LEAST_ROOM, canvas[1] - 2 * margin))
    across, down = (width, height) if rotation % 2 == 0 else (height, width)
    scale = min(room[0] / across, room[1] / down, LARGEST_SCALE)
    left, top = round(canvas[0] - free + (free - across * scale) / 2), round((canvas[1] - down * scale) / 2)
    x0, y0, _, _ = Viewport(scale, rotation=rotation).box_on_screen((0.0, 0.0, width, height))
    return Viewport(scale, left - x0, top - y0, rotation)


class View:
    """Where the photo lies on the canvas now. A fitted photo stays fitted while the canvas changes its size.

    `room` gives the (width, height) of the canvas in screen pixels; `changed` is called with the viewport of before.
    """

    def __init__(self, room: Callable[[], Point], changed: Callable[[Viewport], object]) -> None:
        self.viewport = Viewport()
        self.photo: Point = (1.0, 1.0)  # width and height
        self.fits = True
        self.covered = 0.0
        self._room, self._changed = room, changed

    @property
    def box(self) -> Box:
        """The box of the photo that the canvas shows."""
        return self.viewport.box_on_photo((0.0, 0.0, *self._room()))

    def fit(self) -> None:
        """Show the whole photo, and keep doing so."""
        self.fits = True
        self._set(fitted(self.photo, self._room(), covered=self.covered, rotation=self.viewport.rotation))

    def refit(self) -> None:
        """The canvas changed its size."""
        if self.fits:
            self.fit()

    def cover(self, left: float) -> None:
        """So many pixels at the left edge lie under something that floats there: a fitted photo keeps clear of them."""
        self.covered = left
        self.refit()

    def zoom_by(self, factor: float, at: Point | None = None) -> None:
        """Zoom around a screen point, by default the middle."""
        self.fits = False
        self._set(self.viewport.zoomed(at or self._middle(), factor, photo=self.photo))

    def pan_by(self, dx: float, dy: float) -> None:
        """Move the photo by screen pixels."""
        self.fits = False
        self._set(self.viewport.panned(dx, dy).held(self.photo, self._room()))

    def rotate_to(self, rotation: int) -> None:
        """Rotate to so many quarter turns clockwise, around the middle."""
        self._set(self.viewport.rotated(rotation, self._middle()).held(self.photo, self._room()))
        self.refit()

    def frame(self, box: Box) -> None:
        """Put a box of the photo into the middle, as large as it is still understood."""
        self.fits = False
        self._set(self.viewport.framing(box, self._room(), covered=self.covered))

    def look_at(self, scale: float, at: Point) -> None:
        """Put a point of the photo into the middle, at so many screen pixels per photo pixel."""
        self.fits = False
        self._set(replace(self.viewport, scale=min(scale, LARGEST_SCALE)).placed(at, self._middle()))

    @property
    def looked_at(self) -> tuple[float, Point] | None:
        """What `look_at` takes to come back here; None while the photo is fitted."""
        return None if self.fits else (self.viewport.scale, self.viewport.to_photo(self._middle()))

    def _middle(self) -> Point:
        width, height = self._room()
        return (width / 2, height / 2)

    def _set(self, viewport: Viewport) -> None:
        old, self.viewport = self.viewport, viewport
        self._changed(old)


def _held(offset: float, length: float, room: float) -> float:
    return max(-0.75 * length, min(offset, room - 0.25 * length))


def _box(a: Point, b: Point) -> Box:
    return (min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1]))
