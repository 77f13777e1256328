"""What becomes of regions when they are united, cut out of each other or split?

Exact polygons under the even-odd rule, holes included. The region that is changed keeps its id, label, attributes,
origin and place in the drawing order; vertices that a cut does not touch stay where they were to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec
from shapely.geometry.base import BaseGeometry

from .. import geometry
from ..errors import CarDamageError
from .edits import Regions, draw, remove, replace
from .model import Point, Polygon, Region, Ring, new_id
from .shapes import area, lines

LEAST = 0.01  # square pixels; less than this is no piece but dust of rounding


class CuttingError(CarDamageError):
    """The regions cannot be cut like this; the title says why, the detail what to do."""


def union(regions: Regions, ids: Sequence[str]) -> Regions:
    """The first of `ids` covers what all of them cover; the others go. CuttingError when there is nothing to unite."""
    first, others = _parties(regions, ids, "unite")
    made = geometry.union(area(region.shape) for region in (first, *others))
    return remove(replace(regions, first, _shaped(first, made, others)), *others)


def intersect(regions: Regions, ids: Sequence[str]) -> Regions:
    """The first of `ids` covers what all of them have in common; the others go. CuttingError when that is nothing."""
    first, others = _parties(regions, ids, "intersect")
    made = area(first.shape)
    for region in others:
        made = geometry.intersection(made, area(region.shape))
    if made.area < LEAST:
        raise CuttingError("These regions have no area in common.", "Select regions that overlap.")
    return remove(replace(regions, first, _shaped(first, made, others)), *others)


def subtract(regions: Regions, ids: Sequence[str]) -> Regions:
    """The first of `ids` loses what the others cover; these stay. CuttingError when nothing would be left of it."""
    first, others = _parties(regions, ids, "subtract")
    made = geometry.difference(area(first.shape), geometry.union(area(region.shape) for region in others))
    if made.area < LEAST:
        raise CuttingError("Nothing would be left of the region.", "Select the larger region first.")
    if not _differs(made, first):
        raise CuttingError("These regions do not overlap.", "Select regions that overlap.")
    return replace(regions, first, _shaped(first, made, others))


def split(regions: Regions, ids: Sequence[str], line: Sequence[Point]) -> Regions:
    """Each region of `ids` that the open line crosses falls into pieces.

    The largest piece stays the region that it was; every other becomes a region of its own, drawn above it, with the
    same label, attributes, origin and review. CuttingError when the line crosses none.
    """
    after: list[Region] = []
    for region in regions:
        after += _split(region, line) if region.id in ids and area(region.shape).area >= LEAST else [region]
    if len(after) == len(regions):
        raise CuttingError("The line cuts no region in two.", "Begin and end it outside the selected region.")
    return tuple(after)


def with_hole(region: Region, ring: Ring) -> Region:
    """The region without what the ring encloses. CuttingError when that misses it or leaves nothing."""
    made = geometry.difference(area(region.shape), geometry.area_of_rings((ring,)))
    if made.area < LEAST:
        raise CuttingError("The hole would leave nothing of the region.", "Delete the region instead (Del).")
    if not _differs(made, region):
        raise CuttingError("The hole lies outside the region.", "Draw it inside the selected region.")
    return _shaped(region, made, (), also=(ring,))


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
        raise CuttingError(f"Select two or more regions to {verb}.", "Hold Shift and click them; lines have no area.")
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
    return abs(made.area - area(region.shape).area) >= LEAST


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
