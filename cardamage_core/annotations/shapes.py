"""Geometry of shapes of every kind: outline, area, bounding box."""

from __future__ import annotations

from shapely.geometry.base import BaseGeometry

from .. import geometry
from .model import Circle, Dot, Ellipse, Polygon, Polyline, Rectangle, Ring, Shape


def outline(shape: Shape) -> tuple[Ring, ...]:
    """The closed rings that bound the shape (even-odd); empty for polylines and points, which have no area."""
    match shape:
        case Polygon(rings=rings):
            return rings
        case Rectangle(x=x, y=y, width=w, height=h):
            return (((x, y), (x + w, y), (x + w, y + h), (x, y + h)),)
        case Circle(cx=cx, cy=cy, r=r):
            return (geometry.ellipse_ring(cx, cy, r, r),)
        case Ellipse(cx=cx, cy=cy, rx=rx, ry=ry, theta=theta):
            return (geometry.ellipse_ring(cx, cy, rx, ry, theta=theta),)
        case _:
            return ()


def lines(shape: Shape) -> tuple[Ring, ...]:
    """Everything to draw a line along: the outline, or the points of a polyline or point."""
    match shape:
        case Polyline(points=points):
            return (points,)
        case Dot(x=x, y=y):
            return (((x, y),),)
        case _:
            return outline(shape)


def area(shape: Shape) -> BaseGeometry:
    """The exact area the shape covers, as a shapely geometry (empty for polylines and points)."""
    return geometry.area_of_rings(outline(shape))


def bounds(shape: Shape) -> tuple[float, float, float, float]:
    """(x0, y0, x1, y1) of all its points; zeros when it has none."""
    points = [p for ring in lines(shape) for p in ring]
    if not points:
        return (0.0, 0.0, 0.0, 0.0)
    xs, ys = zip(*points, strict=True)
    return (min(xs), min(ys), max(xs), max(ys))


def vertex_count(shape: Shape) -> int:
    """How many points a person set to make this shape."""
    match shape:
        case Polygon(rings=rings):
            return sum(map(len, rings))
        case Polyline(points=points):
            return len(points)
        case Dot():
            return 1
        case _:
            return 4
