"""Where on the screen does a pixel of the photo lie?"""

from __future__ import annotations

from dataclasses import dataclass, replace

Point = tuple[float, float]

LARGEST_SCALE = 64.0
SMALLEST_SIDE = 32.0  # a photo is never zoomed out to less than this many screen pixels


@dataclass(frozen=True)
class Viewport:
    """screen = photo × scale + (dx, dy), in logical screen pixels of the canvas."""

    scale: float = 1.0
    dx: float = 0.0
    dy: float = 0.0

    def to_screen(self, point: Point) -> Point:
        """The place on the canvas of a point of the photo."""
        return (point[0] * self.scale + self.dx, point[1] * self.scale + self.dy)

    def to_photo(self, point: Point) -> Point:
        """The point of the photo under a place on the canvas."""
        return ((point[0] - self.dx) / self.scale, (point[1] - self.dy) / self.scale)

    def zoomed(self, at: Point, factor: float, *, photo: Point) -> Viewport:
        """Zoomed by `factor` with the photo's point under `at` kept there; `photo` is the photo's (width, height)."""
        smallest = min(1.0, SMALLEST_SIDE / max(1.0, *photo))
        scale = min(LARGEST_SCALE, max(smallest, self.scale * factor))
        x, y = self.to_photo(at)
        return Viewport(scale, at[0] - x * scale, at[1] - y * scale)

    def panned(self, dx: float, dy: float) -> Viewport:
        """Moved by whole screen pixels."""
        return replace(self, dx=self.dx + dx, dy=self.dy + dy)

    def held(self, photo: Point, canvas: Point) -> Viewport:
        """Moved back so that the photo's middle half never leaves the canvas entirely."""
        dx = _held(self.dx, photo[0] * self.scale, canvas[0])
        dy = _held(self.dy, photo[1] * self.scale, canvas[1])
        return replace(self, dx=dx, dy=dy)

    def seen(self, width: float, height: float) -> tuple[float, float, float, float]:
        """(x0, y0, x1, y1) in photo pixels of what a canvas of this size shows."""
        x0, y0 = self.to_photo((0.0, 0.0))
        x1, y1 = self.to_photo((width, height))
        return (x0, y0, x1, y1)


def fitted(photo: Point, canvas: Point, *, margin: float = 16.0, covered: float = 0.0) -> Viewport:
    """The whole photo in the middle of the canvas, as large as it fits beside `covered` pixels at the left.

    On a canvas less than five times as wide the photo needs that room more, and lies under what covers it.
    """
    width, height = max(1.0, photo[0]), max(1.0, photo[1])
    covered = covered if canvas[0] >= 5 * covered else 0.0
    free = canvas[0] - covered
    room = (max(16.0, free - 2 * margin), max(16.0, canvas[1] - 2 * margin))
    scale = min(room[0] / width, room[1] / height, LARGEST_SCALE)
    return Viewport(scale, round(covered + (free - width * scale) / 2), round((canvas[1] - height * scale) / 2))


def _held(offset: float, length: float, room: float) -> float:
    return max(-0.75 * length, min(offset, room - 0.25 * length))
