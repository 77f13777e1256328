"""Boolean operations on regions: union, difference, split; and moving shared borders.

Exact polygons under the even-odd rule, holes included. The region that is changed keeps its id, label, attributes,
origin and place in the drawing order; vertices that a cut does not touch stay where they were to the last bit. Regions
share a border where they have vertices in the same places.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import msgspec
import shapely
from shapely.geometry.base import BaseGeometry

from .. import geometry
from ..errors import CarDamageError
from . import edits
from .edits import Regions, draw, remove, replace
from .model import Dot, Point, Polygon, Polyline, Region, Ring, new_id
from .shapes import area, bounds, lines

LEAST = 0.01  # square pixels; less than this is no piece but dust of rounding


class BooleanOpError(CarDamageError):
    """The regions cannot be cut like this; the title says why, the detail what to do."""


def union(regions: Regions, ids: Sequence[str]) -> Regions:
    """The first of `ids` covers what all of them cover; the others go. BooleanOpError when nothing is to unite."""
    first, others = _parties(regions, ids, "unite")
    made = geometry.union(area(region.shape) for region in (first, *others))
    return remove(replace(regions, first, _shaped(first, made, others)), *others)


def intersect(regions: Regions, ids: Sequence[str]) -> Regions:
    """The first of `ids` covers what all of them have in common; the others go. BooleanOpError when that is nothing."""
    first, others = _parties(regions, ids, "intersect")
    made = area(first.shape)
    for region in others:
        made = geometry.intersection(made, area(region.shape))
    if made.area < LEAST:
        raise BooleanOpError("These regions have no area in common.", "Select regions that overlap.")
    return remove(replace(regions, first, _shaped(first, made, others)), *others)


def subtract(regions: Regions, ids: Sequence[str]) -> Regions:
    """The first of `ids` loses what the others cover; these stay. BooleanOpError when nothing would be left of it."""
    first, others = _parties(regions, ids, "subtract")
    made = geometry.difference(area(first.shape), geometry.union(area(region.shape) for region in others))
    if made.area < LEAST:
        raise BooleanOpError("Nothing would be left of the region.", "Select the larger region first.")
    if not _differs(made, first):
        raise BooleanOpError("These regions do not overlap.", "Select regions that overlap.")
    return replace(regions, first, _shaped(first, made, others))


def split(regions: Regions, ids: Sequence[str], line: Sequence[Point]) -> Regions:
    """Each region of `ids` that the open line crosses falls into pieces.

    The largest piece stays the region that it was; every other becomes a region of its own, drawn above it, with the
    same label, attributes, origin and review. BooleanOpError when the line crosses none.
    """
    after: list[Region] = []
    for region in regions:
        after += _split(region, line) if region.id in ids and area(region.shape).area >= LEAST else [region]
    if len(after) == len(regions):
        raise BooleanOpError("The line cuts no region in two.", "Begin and end it outside the selected region.")
    return tuple(after)


def with_hole(region: Region, ring: Ring) -> Region:
    """The region without what the ring encloses. BooleanOpError when that misses it or leaves nothing."""
    made = geometry.difference(area(region.shape), geometry.area_of_rings((ring,)))
    if made.area < LEAST:
        raise BooleanOpError("The hole would leave nothing of the region.", "Delete the region instead (Del).")
    if not _differs(made, region):
        raise BooleanOpError("The hole lies outside the region.", "Draw it inside the selected region.")
    return _shaped(region, made, (), also=(ring,))


def clipped(regions: Regions, *, width: float, height: float) -> Regions:
    """The regions without what lies outside a photo of this size; those that lie outside wholly are left out."""
    frame = shapely.box(0, 0, width, height)
    return tuple(inside for region in regions if (inside := _clipped(region, frame)) is not None)


def _clipped(region: Region, frame: BaseGeometry) -> Region | None:
    x0, y0, x1, y1 = bounds(region.shape)
    whole = frame.bounds
    if x0 >= whole[0] and y0 >= whole[1] and x1 <= whole[2] and y1 <= whole[3]:
        return region
    if isinstance(region.shape, Polyline | Dot):  # cannot be cut into a polygon
        return region if frame.intersects(shapely.box(x0, y0, x1, y1)) else None
    made = geometry.intersection(area(region.shape), frame)
    return _shaped(region, made, ()) if made.area >= LEAST else None


def painted(region: Region, stroke: BaseGeometry) -> Region:
    """The region with what a brush covered."""
    return _shaped(region, geometry.union((area(region.shape), stroke)), ())


def erased(region: Region, stroke: BaseGeometry) -> Region | None:
    """The region without what an eraser covered; itself where it was not touched, None when nothing is left."""
    if not stroke.intersects(old := area(region.shape)):
        return region
    made = geometry.difference(old, stroke)
    return _shaped(region, made, ()) if made.area >= LEAST else None


def painted_new(stroke: BaseGeometry, label: str) -> Region:
    """A new region where a brush went."""
    return draw(Polygon(geometry.rings_of_area(stroke)), label)


def _parties(regions: Regions, ids: Sequence[str], verb: str) -> tuple[Region, Regions]:
    by_id = {region.id: region for region in regions}
    chosen = tuple(by_id[i] for i in ids if i in by_id and area(by_id[i].shape).area >= LEAST)
    if len(chosen) < 2:
        raise BooleanOpError(f"Select two or more regions to {verb}.", "Hold Shift and click them; lines have no area.")
    return chosen[0], chosen[1:]


def _split(region: Region, line: Sequence[Point]) -> list[Region]:
    old = area(region.shape)
    faces = [face for face in geometry.pieces(old, line) if face.area >= LEAST]
    parts = getattr(old, "geoms", [old])
    whole = [face for face in faces if any(face.equals(part) for part in parts)]
    cut = sorted((face for face in faces if face not in whole), key=lambda face: -face.area)
    if len(cut) < 2:
        return [region]
    kept = _shaped(region, geometry.union((cut[0], *whole)), (), also=(tuple(line),))
    fresh = msgspec.structs.replace(region, extra={})
    others = [msgspec.structs.replace(fresh, id=new_id(), shape=_polygon(piece, _points(region))) for piece in cut[1:]]
    return [kept, *others]


def _differs(made: BaseGeometry, region: Region) -> bool:
    return abs(float(made.area - area(region.shape).area)) >= LEAST


def _shaped(region: Region, made: BaseGeometry, others: Iterable[Region], *, also: Iterable[Ring] = ()) -> Region:
    known = _points(region)
    for other in others:
        known |= _points(other)
    known |= {_cell(point): point for ring in also for point in ring}
    return msgspec.structs.replace(region, shape=_polygon(made, known))


def _polygon(made: BaseGeometry, known: dict[Point, Point]) -> Polygon:
    """The outline of an area; corners that were there before get their exact places back from the grid."""
    back: Callable[[Point], Point] = lambda point: known.get(_cell(point), point)  # noqa: E731
    return Polygon(tuple(tuple(map(back, ring)) for ring in geometry.rings_of_area(made)))


def _points(region: Region) -> dict[Point, Point]:
    return {_cell(point): point for ring in lines(region.shape) for point in ring}


def _cell(point: Point) -> Point:
    return (round(point[0] / geometry.GRID), round(point[1] / geometry.GRID))


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
