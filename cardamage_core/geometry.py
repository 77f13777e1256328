"""What area do outlines cover, exactly?

All polygons follow the even-odd rule (see `annotations.model.Polygon`). Areas are square pixels. Overlays snap to a
grid of 1/65536 pixel: in plain floating point GEOS answers 0 for some intersections of thin slivers (a test holds one).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
import shapely
from numpy.typing import ArrayLike
from shapely.geometry import LineString, MultiPolygon, Polygon
from shapely.geometry import Point as ShapelyPoint
from shapely.geometry.base import BaseGeometry
from shapely.ops import polygonize

Point = tuple[float, float]
Ring = Sequence[Point]

GRID = 2.0**-16  # pixels


def area_of_rings(rings: Iterable[Ring]) -> BaseGeometry:
    """The area covered by closed rings under the even-odd rule: holes stay open, a bow-tie keeps both wings."""
    covered, *others = [_area_of_ring(ring) for ring in rings] or [Polygon()]
    for area in others:
        covered = _only_areas(shapely.symmetric_difference(covered, area, grid_size=GRID))
    return covered


def rings_of_area(area: BaseGeometry) -> tuple[tuple[Point, ...], ...]:
    """The closed rings of an area, outer rings followed by their holes, without the repeated first point."""
    rings: list[tuple[Point, ...]] = []
    for polygon in _polygons(area):
        for ring in (polygon.exterior, *polygon.interiors):
            rings.append(tuple((float(x), float(y)) for x, y in ring.coords[:-1]))
    return tuple(rings)


def union(areas: Iterable[BaseGeometry]) -> BaseGeometry:
    """The union of areas: what is covered twice counts once."""
    return _only_areas(shapely.union_all(list(areas), grid_size=GRID))


def intersection(first: BaseGeometry, second: BaseGeometry) -> BaseGeometry:
    """What both areas cover."""
    return _only_areas(shapely.intersection(first, second, grid_size=GRID))


def difference(first: BaseGeometry, second: BaseGeometry) -> BaseGeometry:
    """What the first area covers and the second does not."""
    return _only_areas(shapely.difference(first, second, grid_size=GRID))


def pieces(area: BaseGeometry, line: Sequence[Point]) -> tuple[BaseGeometry, ...]:
    """The polygons that an area falls into when cut along an open line; its parts when the line crosses none."""
    network = shapely.union_all([area.boundary, LineString(line)], grid_size=GRID)
    faces = polygonize(getattr(network, "geoms", [network]))
    return tuple(face for face in faces if area.contains(face.representative_point()))


def stroke_area(points: Sequence[Point], radius: float, *, tolerance: float = 0.0) -> BaseGeometry:
    """What a round brush covers along a line, as a polygon that is `tolerance` pixels off at most.

    The line is simplified first; a quarter turn gets as many vertices as the tolerance asks for, 8 at most.
    """
    line = LineString(points).simplify(tolerance) if len(points) > 1 else ShapelyPoint(points[0])
    sagged = math.acos(max(0.0, 1.0 - tolerance / radius)) if tolerance > 0 else 0.0
    segments = min(8, math.ceil(math.pi / 4 / sagged)) if sagged else 8
    return _only_areas(line.buffer(radius, quad_segs=segments))


def rectangle_area(x: float, y: float, width: float, height: float) -> BaseGeometry:
    """An upright rectangle."""
    return shapely.box(x, y, x + width, y + height)


def ellipse_ring(
    cx: float, cy: float, rx: float, ry: float, *, theta: float = 0.0, points: int = 128
) -> tuple[Point, ...]:
    """A ring along an ellipse turned by `theta` radians (x right, y down), enlarged so that its area is exact."""
    grow = math.sqrt((2 * math.pi / points) / math.sin(2 * math.pi / points))
    cos, sin = math.cos(theta), math.sin(theta)
    ring = []
    for i in range(points):
        a = 2 * math.pi * i / points
        u, v = grow * rx * math.cos(a), grow * ry * math.sin(a)
        ring.append((cx + u * cos - v * sin, cy + u * sin + v * cos))
    return tuple(ring)


def simplify_ring(ring: Ring, tolerance: float) -> tuple[Point, ...]:
    """The ring with vertices dropped that lie within `tolerance` pixels of the new line (Douglas-Peucker)."""
    if len(ring) < 4:
        return tuple(ring)
    simple = Polygon(ring).simplify(tolerance, preserve_topology=True)
    coords = simple.exterior.coords[:-1]
    return tuple((float(x), float(y)) for x, y in coords) if len(coords) >= 3 else tuple(ring)


def simplify_line(line: Ring, tolerance: float) -> tuple[Point, ...]:
    """An open line with vertices dropped that lie within `tolerance` pixels of the new line (Douglas-Peucker)."""
    if len(line) < 3 or tolerance <= 0:
        return tuple(line)
    return tuple((float(x), float(y)) for x, y in LineString(line).simplify(tolerance).coords)


def rounded_ring(ring: Ring, times: int) -> tuple[Point, ...]:
    """The ring with its corners cut `times` times (Chaikin 1974): each time twice the vertices and half the corner."""
    points = tuple(ring)
    for _ in range(times if len(points) > 2 else 0):
        following = zip(points, (*points[1:], points[0]), strict=True)
        points = tuple(p for a, b in following for p in (_between(a, b, 0.25), _between(a, b, 0.75)))
    return points


def distance_to_segment(p: Point, a: Point, b: Point) -> float:
    """Distance in pixels from `p` to the segment a–b."""
    (px, py), (ax, ay), (bx, by) = p, a, b
    dx, dy = bx - ax, by - ay
    length2 = dx * dx + dy * dy
    t = 0.0 if length2 == 0 else max(0.0, min(1.0, ((px - ax) * dx + (py - ay) * dy) / length2))
    return math.hypot(px - (ax + t * dx), py - (ay + t * dy))


def connected_components(count: int, edges: ArrayLike) -> list[list[int]]:
    """The components of a graph with the nodes 0 … count - 1 and edges (n, 2), as rising lists of nodes."""
    edges = np.array(edges, np.int32).reshape(-1, 2)
    edges = edges[edges[:, 0] != edges[:, 1]]
    if not len(edges):
        return [[i] for i in range(count)]
    from scipy.sparse import csgraph, csr_array  # takes 0.2 s, which no window that opens should wait for

    start, end = edges[np.argsort(edges[:, 0])].T.copy()
    rows = np.searchsorted(start, np.arange(count + 1))  # built by hand: half the time of coo_array, at each drag step
    graph = csr_array((np.ones(len(end)), end, rows), shape=(count, count))
    groups: dict[int, list[int]] = {}
    for i, group in enumerate(csgraph.connected_components(graph, directed=False)[1].tolist()):
        groups.setdefault(group, []).append(i)
    return list(groups.values())


def _between(a: Point, b: Point, t: float) -> Point:
    return (a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1]))


def _area_of_ring(ring: Ring) -> BaseGeometry:
    if len(ring) < 3:
        return Polygon()
    polygon = Polygon(ring)
    return polygon if polygon.is_valid else _only_areas(shapely.make_valid(polygon))


def _only_areas(geometry: BaseGeometry) -> BaseGeometry:
    polygons = _polygons(geometry)
    return polygons[0] if len(polygons) == 1 else MultiPolygon(polygons)


def _polygons(geometry: BaseGeometry) -> list[Polygon]:
    if isinstance(geometry, Polygon):
        return [] if geometry.is_empty else [geometry]
    return [p for part in getattr(geometry, "geoms", ()) for p in _polygons(part)]
