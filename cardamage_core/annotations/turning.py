"""How does a shape drawn on the stored photo lie on the photo as displayed?

EXIF orientations 5 to 8 swap width and height (EXIF 2.32, tag 0x0112); `width` and `height` are those as stored.
"""

from __future__ import annotations

from collections.abc import Callable

from .model import Circle, Dot, Ellipse, Point, Polygon, Polyline, Rectangle, Shape

SWAPPING = (5, 6, 7, 8)


def turned(shape: Shape, orientation: int, *, width: int, height: int) -> Shape:
    """The shape as displayed; `orientation` is one of `SWAPPING`."""
    place = _places(width, height)[orientation]
    match shape:
        case Polygon(rings=rings):
            return Polygon(tuple(tuple(map(place, ring)) for ring in rings))
        case Polyline(points=points):
            return Polyline(tuple(map(place, points)))
        case Dot(x=x, y=y):
            return Dot(*place((x, y)))
        case Circle(cx=cx, cy=cy, r=r):
            return Circle(*place((cx, cy)), r)
        case Rectangle(x=x, y=y, width=w, height=h):
            (x0, y0), (x1, y1) = place((x, y)), place((x + w, y + h))
            return Rectangle(min(x0, x1), min(y0, y1), h, w)
        case Ellipse(cx=cx, cy=cy, rx=rx, ry=ry, theta=theta):
            return Ellipse(*place((cx, cy)), ry, rx, -theta if orientation in (5, 7) else theta)


def _places(width: int, height: int) -> dict[int, Callable[[Point], Point]]:
    return {
        5: lambda p: (p[1], p[0]),
        6: lambda p: (height - p[1], p[0]),
        7: lambda p: (height - p[1], width - p[0]),
        8: lambda p: (p[1], width - p[0]),
    }
