"""Edits of regions as pure functions: vertices, handles, drawing order, copies, simplifying and smoothing.

A shape's vertices are those of its outline (`shapes.lines`): `ring` counts rings, `index` the points of one ring.
Moving a corner of a rectangle keeps it a rectangle; any other change of a vertex of a rectangle, circle or ellipse
turns it into a polygon. Ids, origins, reviews and extras stay. In drawing order the last region lies on top.

Handles are the vertices of polygons, lines, points and rectangles. A circle has four on its line, which change its
radius; an ellipse has the ends of its axes, which change the length of that axis and turn the ellipse.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable
from typing import Any

import msgspec
from shapely.geometry import Polygon as Area

from .. import geometry
from .model import (
    Circle,
    Dot,
    Ellipse,
    Origin,
    Point,
    Polygon,
    Polyline,
    Rectangle,
    Region,
    Review,
    Ring,
    Shape,
    new_id,
)
from .shapes import bounds, lines, vertex_count

Regions = tuple[Region, ...]


def draw(shape: Shape, label: str) -> Region:
    """A new region, drawn by the user."""
    return Region(id=new_id(), shape=shape, label=label, origin=Origin("drawn"))


def move_vertex(region: Region, ring: int, index: int, xy: Point) -> Region:
    """Put one vertex at `xy`. The far corner of a rectangle stays where it is."""
    if isinstance(region.shape, Rectangle):
        return _with_shape(region, _corner_moved(region.shape, index, xy))
    return _with_ring(region, ring, lambda points: (*points[:index], xy, *points[index + 1 :]))


def insert_vertex(region: Region, ring: int, index: int, xy: Point) -> Region:
    """Put a new vertex before the one that is `index` now (at the end for index = number of vertices)."""
    return _with_ring(region, ring, lambda points: (*points[:index], xy, *points[index:]))


def delete_vertex(region: Region, ring: int, index: int) -> Region:
    """Take a vertex away.

    A ring of three goes away as a whole if it is a hole or a part without holes and not the last; otherwise the region
    comes back unchanged, as does a polyline of two points or a point: delete the region instead.
    """
    points = lines(region.shape)[ring]
    if len(points) > _fewest(region.shape):
        return _with_ring(region, ring, lambda points: (*points[:index], *points[index + 1 :]))
    if isinstance(region.shape, Polygon) and _may_go(region.shape, ring):
        rings = region.shape.rings
        return _with_shape(region, Polygon((*rings[:ring], *rings[ring + 1 :])))
    return region


def delete_vertices(region: Region, gone: Collection[tuple[int, int]]) -> Region:
    """Take many vertices away, each a (ring, index) as counted now; a ring keeps three unless it may go as a whole."""
    for ring in sorted({ring for ring, _ in gone}, reverse=True):
        rings = len(lines(region.shape))
        for index in sorted((i for r, i in gone if r == ring), reverse=True):
            if len(lines(region.shape)) == rings:
                region = delete_vertex(region, ring, index)
    return region


def move(region: Region, dx: float, dy: float) -> Region:
    """Move the whole region by (dx, dy) pixels."""
    return _with_shape(region, _moved(region.shape, dx, dy))


def set_label(region: Region, label: str) -> Region:
    """Give the region another label."""
    return msgspec.structs.replace(region, label=label)


def set_review(region: Region, review: Review) -> Region:
    """Say what a person thinks of the region."""
    return msgspec.structs.replace(region, review=review)


def set_attribute(region: Region, name: str, value: Any) -> Region:
    """Set one attribute; None takes it away."""
    attributes = {key: old for key, old in region.attributes.items() if key != name or value is not None}
    if value is not None:
        attributes[name] = value
    return msgspec.structs.replace(region, attributes=attributes)


def replace(regions: Regions, old: Region, new: Region) -> Regions:
    """The regions with the one that has old's id replaced; the order stays."""
    return tuple(new if region.id == old.id else region for region in regions)


def add(regions: Regions, *new: Region) -> Regions:
    """The regions with new ones on top."""
    return (*regions, *new)


def remove(regions: Regions, *gone: Region) -> Regions:
    """The regions without some, found by id."""
    ids = {region.id for region in gone}
    return tuple(region for region in regions if region.id not in ids)


def _with_shape(region: Region, shape: Shape) -> Region:
    return msgspec.structs.replace(region, shape=shape)


def _with_ring(region: Region, ring: int, change: Callable[[Ring], Ring]) -> Region:
    rings = lines(region.shape)
    points = change(rings[ring])
    if isinstance(region.shape, Dot):
        return _with_shape(region, Dot(*points[0]))
    if isinstance(region.shape, Polyline):
        return _with_shape(region, Polyline(points))
    return _with_shape(region, Polygon((*rings[:ring], points, *rings[ring + 1 :])))


def _corner_moved(old: Rectangle, index: int, xy: Point) -> Rectangle:
    """Corners are counted clockwise from the top left, as in `shapes.outline`."""
    far_x = old.x + old.width if index in (0, 3) else old.x
    far_y = old.y + old.height if index in (0, 1) else old.y
    x, y = min(xy[0], far_x), min(xy[1], far_y)
    return Rectangle(x, y, abs(xy[0] - far_x), abs(xy[1] - far_y))


def _fewest(shape: Shape) -> int:
    match shape:
        case Dot():
            return 1
        case Polyline():
            return 2
        case _:
            return 3


def _may_go(shape: Polygon, ring: int) -> bool:
    others = shape.rings[:ring] + shape.rings[ring + 1 :]
    ours = Area(shape.rings[ring]).buffer(0)
    return bool(others) and not any(len(other) > 2 and ours.contains(Area(other).buffer(0)) for other in others)


def _moved(shape: Shape, dx: float, dy: float) -> Shape:
    match shape:
        case Polygon(rings=rings):
            return Polygon(tuple(tuple((x + dx, y + dy) for x, y in ring) for ring in rings))
        case Polyline(points=points):
            return Polyline(tuple((x + dx, y + dy) for x, y in points))
        case Rectangle(x=x, y=y) | Dot(x=x, y=y):
            return msgspec.structs.replace(shape, x=x + dx, y=y + dy)
        case Circle(cx=cx, cy=cy) | Ellipse(cx=cx, cy=cy):
            return msgspec.structs.replace(shape, cx=cx + dx, cy=cy + dy)


def copied(regions: Iterable[Region], *, dx: float = 0.0, dy: float = 0.0) -> Regions:
    """Copies with new ids, moved by (dx, dy) pixels. Label, attributes and origin stay; they are unreviewed."""
    return tuple(
        msgspec.structs.replace(move(region, dx, dy), id=new_id(), review="unreviewed", extra={}) for region in regions
    )


def fitted(regions: Iterable[Region], *, width: float, height: float) -> Regions:
    """Regions from another photo, moved as one as far as needed to lie on a photo of this size if they can."""
    regions = tuple(regions)
    boxes = [bounds(region.shape) for region in regions]
    if not boxes or width <= 0 or height <= 0:
        return regions
    x0, y0 = min(box[0] for box in boxes), min(box[1] for box in boxes)
    x1, y1 = max(box[2] for box in boxes), max(box[3] for box in boxes)
    dx, dy = _inside(x0, x1, width), _inside(y0, y1, height)
    return tuple(move(region, dx, dy) for region in regions) if dx or dy else regions


def raised(regions: Regions, ids: Collection[str]) -> Regions:
    """These regions one place up, each above the next that is not among them."""
    after = list(regions)
    for place in range(len(after) - 2, -1, -1):
        if after[place].id in ids and after[place + 1].id not in ids:
            after[place], after[place + 1] = after[place + 1], after[place]
    return tuple(after)


def lowered(regions: Regions, ids: Collection[str]) -> Regions:
    """These regions one place down."""
    return raised(regions[::-1], ids)[::-1]


def to_front(regions: Regions, ids: Collection[str]) -> Regions:
    """These regions above all others; among themselves their order stays."""
    rest = tuple(region for region in regions if region.id not in ids)
    return (*rest, *(region for region in regions if region.id in ids))


def to_back(regions: Regions, ids: Collection[str]) -> Regions:
    """These regions below all others."""
    rest = tuple(region for region in regions if region.id not in ids)
    return (*(region for region in regions if region.id in ids), *rest)


def _inside(low: float, high: float, room: float) -> float:
    if low < 0 or high - low > room:
        return -low
    return min(0.0, room - high)


LEAST = 0.5  # pixels; a circle or half axis is never made smaller
QUARTERS = ((1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0))


def is_round(shape: Shape) -> bool:
    """Whether the shape has handles that are not its vertices."""
    return isinstance(shape, Circle | Ellipse)


def handles(shape: Shape) -> tuple[Ring, ...]:
    """The points that can be dragged, ring by ring."""
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
            changed: Shape = msgspec.structs.replace(region.shape, r=max(LEAST, math.dist((cx, cy), xy)))
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


def reshaped(region: Region, *, tolerance: float, rounds: int = 0) -> Region:
    """Corners rounded `rounds` times, then vertices dropped that lie within `tolerance` pixels of the new line.

    Only polygons and lines change. A ring that would vanish stays as it was.
    """
    match region.shape:
        case Polygon(rings=rings):
            return _with(region, Polygon(tuple(_ring(ring, tolerance, rounds) for ring in rings)))
        case Polyline(points=points):
            return _with(region, Polyline(geometry.simplify_line(points, tolerance)))
        case _:
            return region


def saved(before: Regions, after: Regions) -> tuple[int, int]:
    """How many vertices there were and are."""
    return (sum(vertex_count(region.shape) for region in before), sum(vertex_count(region.shape) for region in after))


def _ring(ring: Ring, tolerance: float, rounds: int) -> Ring:
    rounded = geometry.rounded_ring(ring, rounds)
    return geometry.simplify_ring(rounded, tolerance) if tolerance > 0 else rounded


def _with(region: Region, shape: Polygon | Polyline) -> Region:
    return msgspec.structs.replace(region, shape=shape)
