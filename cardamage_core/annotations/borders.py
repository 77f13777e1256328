"""Which vertices of other regions lie exactly where this one lies?

Regions that share a border have vertices in the same places. Edited as one, they go on sharing it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from . import edits
from .edits import Regions
from .model import Point, Polygon, Polyline, Region
from .shapes import lines

SAME = 0.05  # pixels; vertices nearer than this lie in the same place


@dataclass(frozen=True)
class Corner:
    """A vertex of a region."""

    region: Region
    ring: int
    index: int


def meeting(near: Iterable[Region], at: Point, *, apart_from: str = "") -> tuple[Corner, ...]:
    """The vertices of polygons and lines in `near` that lie at a point: one for each region."""
    found = (_corner(region, at) for region in near if region.id != apart_from)
    return tuple(corner for corner in found if corner is not None)


def twins(region: Region, ring: int, index: int) -> tuple[int, ...]:
    """The vertices of a ring where this one lies, itself first: from double clicks, or the two sides of a bridge."""
    points = lines(region.shape)[ring]
    return (index, *(i for i, point in enumerate(points) if i != index and _same(point, points[index])))


def beside(near: Iterable[Region], a: Point, b: Point, *, apart_from: str = "") -> tuple[Corner, ...]:
    """The first vertices of edges from a to b or from b to a."""
    return tuple(
        Corner(region, ring, index)
        for region in near
        if region.id != apart_from
        for ring, index in _edges(region, a, b)
    )


def moved(corners: Iterable[Corner], xy: Point) -> Regions:
    """The regions with these vertices at `xy`."""
    return tuple(edits.move_vertex(corner.region, corner.ring, corner.index, xy) for corner in corners)


def inserted(corners: Iterable[Corner], xy: Point) -> tuple[Corner, ...]:
    """The regions with a new vertex at `xy` in the edges that begin at these vertices; each names the new vertex."""
    return tuple(
        Corner(edits.insert_vertex(corner.region, corner.ring, corner.index + 1, xy), corner.ring, corner.index + 1)
        for corner in corners
    )


def deleted(corners: Iterable[Corner]) -> Regions:
    """The regions without these vertices; those that cannot spare one stay."""
    return tuple(edits.delete_vertex(corner.region, corner.ring, corner.index) for corner in corners)


def _corner(region: Region, at: Point) -> Corner | None:
    for ring, points in enumerate(_rings(region)):
        for index, point in enumerate(points):
            if _same(point, at):
                return Corner(region, ring, index)
    return None


def _edges(region: Region, a: Point, b: Point) -> Iterable[tuple[int, int]]:
    for ring, points in enumerate(_rings(region)):
        last = len(points) if isinstance(region.shape, Polygon) else len(points) - 1
        for index in range(last):
            start, end = points[index], points[(index + 1) % len(points)]
            if (_same(start, a) and _same(end, b)) or (_same(start, b) and _same(end, a)):
                yield ring, index
                return


def _rings(region: Region) -> tuple[tuple[Point, ...], ...]:
    match region.shape:
        case Polygon(rings=rings):
            return rings
        case Polyline(points=points):
            return (points,)
        case _:
            return ()


def _same(p: Point, q: Point) -> bool:
    return abs(p[0] - q[0]) <= SAME and abs(p[1] - q[1]) <= SAME
