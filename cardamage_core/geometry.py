"""Exact areas of outlines, and what is made of outlines: unions, cuts, simplification.

All polygons follow the even-odd rule (see `annotations.model.Polygon`). Areas are square pixels. Overlays snap to a
grid of 1/65536 pixel: in plain floating point GEOS answers 0 for some intersections of thin slivers (a test holds one).

The work is bounded for any input: outlines that cross themselves thousands of times are simplified first (see
`is_tangled`), for the number of crossings grows with the square of the vertices, and the faces with the crossings.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

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
FARTHEST = 1e9  # pixels from the corner of a photo
MOST_CROSSINGS = 2000  # of the lines of one area
MOST_PAIRS = 3_000_000  # of lines whose boxes overlap
FEW_POINTS = 2000  # with which even the worst ring is quickly tested
LEAST_POINTS = 4  # of a ring that is made simpler
FEW_CROSSINGS, FEW_RINGS = 16, 50  # up to which GEOS' own overlay is quick


def area_of_rings(rings: Iterable[Ring]) -> BaseGeometry:
    """The area covered by closed rings under the even-odd rule: holes stay open, a bow-tie keeps both wings.

    That of tangled rings is the area of a simpler outline.
    """
    rings = [_reachable(ring) for ring in rings if len(ring) > 2]
    if len(rings) < 2 and (not rings or _is_simple(rings[0])):
        return Polygon(rings[0]) if rings else Polygon()
    few = _most_crossings(rings)
    crossings = few if few <= FEW_CROSSINGS else _crossings(rings)
    if crossings is None:
        rings, crossings = next((some, found) for some in _simpler(rings) if (found := _crossings(some)) is not None)
    if crossings > FEW_CROSSINGS or len(rings) > FEW_RINGS:
        return _faces_of(rings)
    covered, *others = [_area_of_ring(ring) for ring in rings] or [Polygon()]
    for area in others:
        covered = _only_areas(shapely.symmetric_difference(covered, area, grid_size=GRID))
    return covered


def is_tangled(rings: Iterable[Ring]) -> bool:
    """Whether rings have so many crossings (or points) that their area is only that of a simpler outline."""
    rings = [_reachable(ring) for ring in rings if len(ring) > 2]
    if _most_crossings(rings) <= MOST_CROSSINGS or (len(rings) == 1 and _is_simple(rings[0])):
        return False
    return _crossings(rings) is None


def rings_of_area(area: BaseGeometry) -> tuple[tuple[Point, ...], ...]:
    """The closed rings of an area, outer rings followed by their holes, without the repeated first point."""
    rings = shapely.get_rings(_polygons(area))
    return tuple(tuple(map(tuple, shapely.get_coordinates(ring)[:-1].tolist())) for ring in rings)


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
    coords = shapely.get_coordinates(Polygon(ring).simplify(tolerance, preserve_topology=True))[:-1]
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
    above = list(range(count))  # a node of the same component, never a greater one; itself at the top
    for a, b in np.array(edges, np.int64).reshape(-1, 2).tolist():
        low, high = sorted((_top(above, a), _top(above, b)))
        above[high] = low
    groups: dict[int, list[int]] = {}
    for i in range(count):
        groups.setdefault(_top(above, i), []).append(i)
    return list(groups.values())


def _top(above: list[int], i: int) -> int:
    while above[i] != i:
        above[i] = i = above[above[i]]
    return i


def _between(a: Point, b: Point, t: float) -> Point:
    return (a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1]))


def _area_of_ring(ring: Ring) -> BaseGeometry:
    polygon = Polygon(ring)
    return polygon if polygon.is_valid else _only_areas(shapely.make_valid(polygon))


def _reachable(ring: Ring) -> Ring:
    """The ring, with points that are farther away than anybody can see moved nearer: GEOS cannot reckon with them."""
    points = np.asarray(ring, float)
    if np.abs(points).max() <= FARTHEST:  # false for numbers that are none as well
        return ring
    return tuple(map(tuple, np.nan_to_num(np.clip(points, -FARTHEST, FARTHEST)).tolist()))


def _is_simple(ring: Ring) -> bool:
    return (len(ring) <= FEW_POINTS or _is_sparse([ring])) and Polygon(ring).is_valid


def _is_sparse(rings: Sequence[Ring]) -> bool:
    """Whether few enough lines lie side by side: what GEOS does with them takes time for each pair."""
    seen = 0
    for one, _ in _pairs(*_lines(rings)[:2]):
        seen += len(one)
        if seen > MOST_PAIRS:
            return False
    return True


def _most_crossings(rings: Sequence[Ring]) -> int:
    """How many crossings so many lines can have at most: each with each but its neighbours."""
    lines = sum(map(len, rings))
    return lines * (lines - 1) // 2


def _crossings(rings: Sequence[Ring]) -> int | None:
    """How often the lines of rings cross; None when that is too often to go on. Touching is no crossing."""
    if not rings:
        return 0
    starts, ends, following = _lines(rings)
    number = seen = 0
    for one, other in _pairs(starts, ends):
        seen += len(one)
        later = (other > one) & (following[one] != other) & (following[other] != one)
        one, other = one[later], other[later]
        number += int(_cross(starts[one], ends[one], starts[other], ends[other]).sum())
        if number > MOST_CROSSINGS or seen > MOST_PAIRS:
            return None
    return number


def _pairs(starts: np.ndarray, ends: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The numbers of lines whose boxes overlap, each pair twice, about a million at a time."""
    lines = _segments(starts, ends)
    tree = shapely.STRtree(lines)
    step = max(1, 1_000_000 // len(lines))
    for first in range(0, len(lines), step):
        one, other = tree.query(lines[first : first + step])
        yield one + first, other


def _segments(starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Lines (n,) of shapely from their ends (n, 2)."""
    return np.asarray(shapely.linestrings(np.stack([starts, ends], 1)))


def _lines(rings: Sequence[Ring]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Start and end (n, 2) of each line of closed rings, and the number of the line that follows it."""
    arrays = [np.asarray(ring, float).reshape(-1, 2) for ring in rings]
    begun = np.cumsum([0, *map(len, arrays)])
    following = [np.roll(np.arange(begun[i], begun[i + 1]), -1) for i in range(len(arrays))]
    ends = [np.roll(array, -1, 0) for array in arrays]
    return np.concatenate(arrays), np.concatenate(ends), np.concatenate(following)


def _cross(a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray) -> np.ndarray:
    """Whether the lines a–b and c–d, (n, 2) each, cross or lie on each other, given that their boxes overlap."""

    def side(p: np.ndarray, q: np.ndarray, r: np.ndarray) -> np.ndarray:
        turn = (q[:, 0] - p[:, 0]) * (r[:, 1] - p[:, 1]) - (q[:, 1] - p[:, 1]) * (r[:, 0] - p[:, 0])
        return np.asarray(np.sign(turn))

    of_c, of_d, of_a, of_b = side(a, b, c), side(a, b, d), side(c, d, a), side(c, d, b)
    shared = np.minimum(np.maximum(a, b), np.maximum(c, d)) - np.maximum(np.minimum(a, b), np.minimum(c, d))
    is_on_one = (of_c == 0) & (of_d == 0) & (of_a == 0) & (of_b == 0) & (shared > 0).any(1)
    return np.asarray((of_c * of_d < 0) & (of_a * of_b < 0) | is_on_one)


def _simpler(rings: Sequence[Ring]) -> Iterator[list[Ring]]:
    """Ever simpler rings: without noise; then with a third of the points, again and again; last with fewer rings."""
    span = float(np.ptp(np.concatenate([np.asarray(ring, float) for ring in rings]), 0).max())
    few = sum(map(len, rings)) <= 3 * FEW_POINTS  # Douglas-Peucker takes time for each pair of points at worst
    for fraction in (2048, 512) if few else ():
        yield [simple for ring in rings if len(simple := _simplified(ring, span / fraction)) > 2]
    simpler = sorted(rings, key=len, reverse=True)
    while simpler:
        if len(simpler[0]) >= 3 * LEAST_POINTS:
            simpler = sorted((ring[::3] if len(ring) >= 3 * LEAST_POINTS else ring for ring in simpler), key=len)[::-1]
        else:
            simpler = simpler[: len(simpler) // 2]
        yield simpler


def _simplified(ring: Ring, tolerance: float) -> Ring:
    simple = LineString([*ring, ring[0]]).simplify(tolerance, preserve_topology=False)
    return tuple((x, y) for x, y in simple.coords[:-1])


def _faces_of(rings: Sequence[Ring]) -> BaseGeometry:
    """The area as the faces between the lines that an odd number of lines parts from the outside."""
    outlines = [LineString([*ring, ring[0]]) for ring in rings]
    network = shapely.union_all(outlines, grid_size=GRID)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(network)))
    if not len(faces):
        return Polygon()
    inside = MultiPolygon(list(faces[np.concatenate(list(_odd(shapely.point_on_surface(faces), rings)))]))
    return _only_areas(inside if inside.is_valid else shapely.union_all(shapely.get_parts(inside), grid_size=GRID))


def _odd(points: np.ndarray, rings: Sequence[Ring]) -> Iterator[np.ndarray]:
    """For some points at a time: whether a ray to the right crosses an odd number of lines."""
    starts, ends, _ = _lines(rings)
    tree = shapely.STRtree(_segments(starts, ends))
    far = float(max(starts[:, 0].max(), ends[:, 0].max())) + 1.0
    step = max(1, 2_000_000 // len(starts))
    for first in range(0, len(points), step):
        xy = shapely.get_coordinates(points[first : first + step])
        rays = shapely.linestrings(np.stack([xy, np.column_stack([np.full(len(xy), far), xy[:, 1]])], 1))
        ray, line = tree.query(rays)
        (x, y), a, b = xy[ray].T, starts[line], ends[line]
        is_across = (a[:, 1] > y) != (b[:, 1] > y)
        ray, x, y, a, b = ray[is_across], x[is_across], y[is_across], a[is_across], b[is_across]
        right = a[:, 0] + (y - a[:, 1]) * (b[:, 0] - a[:, 0]) / (b[:, 1] - a[:, 1]) > x
        yield np.bincount(ray[right], minlength=len(xy)) % 2 == 1


def _only_areas(geometry: BaseGeometry) -> BaseGeometry:
    polygons = _polygons(geometry)
    return polygons[0] if len(polygons) == 1 else MultiPolygon(polygons)


def _polygons(geometry: BaseGeometry) -> list[Polygon]:
    if isinstance(geometry, Polygon):
        return [] if geometry.is_empty else [geometry]
    return [p for part in getattr(geometry, "geoms", ()) for p in _polygons(part)]
