"""Which points of a shape may a hand take, and what becomes of the shape?

Polygons, lines, points and rectangles are taken by their vertices. A circle is taken by four points on its line, which
change its radius; an ellipse by the ends of its axes, which change the length of that axis and turn the ellipse.
"""

from __future__ import annotations

import math

import msgspec

from .edits import move_vertex
from .model import Circle, Ellipse, Point, Region, Ring, Shape
from .shapes import lines

LEAST = 0.5  # pixels; a circle or half axis is never made smaller
QUARTERS = ((1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0))


def is_round(shape: Shape) -> bool:
    """Is it taken by handles rather than by vertices?"""
    return isinstance(shape, Circle | Ellipse)


def handles(shape: Shape) -> tuple[Ring, ...]:
    """The points a hand may take, ring by ring."""
    match shape:
        case Circle(cx=cx, cy=cy, r=r):
            return (tuple((cx + u * r, cy + v * r) for u, v in QUARTERS),)
        case Ellipse(cx=cx, cy=cy, rx=rx, ry=ry, theta=theta):
            cos, sin = math.cos(theta), math.sin(theta)
            ends = ((u * rx, v * ry) for u, v in QUARTERS)
            return (tuple((cx + u * cos - v * sin, cy + u * sin + v * cos) for u, v in ends),)
        case _:
            return lines(shape)


def move_handle(region: Region, ring: int, index: int, xy: Point) -> Region:
    """Put one of the region's `handles` at `xy`."""
    match region.shape:
        case Circle(cx=cx, cy=cy):
            changed = msgspec.structs.replace(region.shape, r=max(LEAST, math.dist((cx, cy), xy)))
        case Ellipse():
            changed = _axis_moved(region.shape, index, xy)
        case _:
            return move_vertex(region, ring, index, xy)
    return msgspec.structs.replace(region, shape=changed)


def _axis_moved(old: Ellipse, index: int, xy: Point) -> Ellipse:
    length = max(LEAST, math.dist((old.cx, old.cy), xy))
    turned = math.atan2(xy[1] - old.cy, xy[0] - old.cx) - index * math.pi / 2
    theta = math.remainder(turned, 2 * math.pi)
    if index % 2 == 0:
        return msgspec.structs.replace(old, rx=length, theta=theta)
    return msgspec.structs.replace(old, ry=length, theta=theta)
