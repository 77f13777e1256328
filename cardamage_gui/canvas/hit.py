"""Hit testing: the vertex, edge or region under a point, and the point that a held one snaps to."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from cardamage_core.annotations.edits import is_round

from .scene import Item, Scene
from .viewport import Point

REACH = 7.0  # screen pixels within which a vertex or an edge is hit
GIVES_WAY = {"part": 1, "car": 2}  # by role: what gives way comes later
SNAP = 1.5  # of the reach: how near a held point snaps


@dataclass(frozen=True)
class Hit:
    """A vertex (`index` in `ring`), an edge (from vertex `index` to the next), a region's inside, or nothing."""

    kind: Literal["vertex", "edge", "region", "nothing"] = "nothing"
    region: str = ""
    ring: int = 0
    index: int = 0


NOTHING = Hit()


def under(scene: Scene, at: Point, *, reach: float, selected: Collection[str] = ()) -> Hit:
    """What lies at a point of the photo, within `reach` photo pixels.

    Vertices and edges of the selected regions come first, then the topmost region; an outline of the car gives way to
    everything that lies on the car, a panel to the damage on it, and both to a selected region.
    """
    taken = [item for item in map(scene.get, selected) if item is not None and _near(item, at, reach)]
    for find in (vertex_near, edge_near):
        for item in taken:
            hit = find(item, at, reach)
            if hit is not None:
                return hit
    return _region(scene, at, reach)


def snapped(scene: Scene, at: Point, *, reach: float, apart_from: Collection[str] = ()) -> Point | None:
    """Where a held point snaps to: the nearest vertex within `reach` photo pixels, else point of an edge, else None."""
    near = scene.within((at[0] - reach, at[1] - reach, at[0] + reach, at[1] + reach))
    items = [item for item in near if item.id not in apart_from]
    found = [place for item in items if (place := _vertex_place(item, at, reach))]
    found = found or [place for item in items if (place := _edge_place(item, at, reach))]
    return min(found, key=lambda place: math.dist(place, at), default=None)


def contains(item: Item, at: Point) -> bool:
    """Whether the point is inside, by the even-odd rule."""
    return item.closed and sum(_crossings(line, at) for line in item.lines) % 2 == 1


def distance(item: Item, at: Point) -> float:
    """Photo pixels from the point to the region's line."""
    return min((d for d, _, _ in _edges(item, at)), default=float("inf"))


def nearest_on_edge(item: Item, hit: Hit, at: Point) -> Point:
    """The point of the edge that `hit` names nearest to `at`."""
    line = item.lines[hit.ring]
    (ax, ay), (bx, by) = line[hit.index], line[(hit.index + 1) % len(line)]
    dx, dy = bx - ax, by - ay
    t = ((at[0] - ax) * dx + (at[1] - ay) * dy) / max(dx * dx + dy * dy, 1e-12)
    t = max(0.0, min(1.0, t))
    return (float(ax + t * dx), float(ay + t * dy))


def vertex_near(item: Item, at: Point, reach: float) -> Hit | None:
    """The region's vertex or handle nearest to a point, within `reach`."""
    best, found = reach * reach, None
    for ring, points in enumerate(item.vertices()):
        for index, (x, y) in enumerate(points):
            d = (x - at[0]) ** 2 + (y - at[1]) ** 2
            if d <= best:
                best, found = d, Hit("vertex", item.id, ring, index)
    return found


def edge_near(item: Item, at: Point, reach: float) -> Hit | None:
    """The region's edge nearest to a point, within `reach`; round shapes and points have none."""
    if is_round(item.region.shape) or not any(len(points) > 1 for points in item.vertices()):
        return None
    d, ring, index = min(_edges(item, at))
    return Hit("edge", item.id, ring, index) if d <= reach else None


def _region(scene: Scene, at: Point, reach: float) -> Hit:
    near = scene.within((at[0] - reach, at[1] - reach, at[0] + reach, at[1] + reach))
    near.reverse()  # the last drawn lies on top
    for item in sorted(near, key=lambda item: GIVES_WAY.get(item.role, 0)):
        if contains(item, at) or distance(item, at) <= reach:
            return Hit("region", item.id)
    return NOTHING


def _edges(item: Item, at: Point) -> Iterator[tuple[float, int, int]]:
    """For each ring its nearest edge: (distance, ring, index of the edge's first vertex)."""
    for ring, line in enumerate(item.lines):
        if len(line) == 0:
            continue
        a = line if item.closed or len(line) == 1 else line[:-1]
        b = np.roll(line, -1, axis=0)[: len(a)]
        step, away = b - a, np.asarray(at) - a
        length = np.maximum((step * step).sum(axis=1), 1e-12)
        t = np.clip((away * step).sum(axis=1) / length, 0.0, 1.0)
        gaps = np.hypot(*(away - t[:, None] * step).T)
        index = int(gaps.argmin())
        yield float(gaps[index]), ring, index


def _crossings(line: np.ndarray, at: Point) -> int:
    """How many edges of the ring a ray from the point to the right crosses."""
    if len(line) < 3:
        return 0
    x, y = line[:, 0], line[:, 1]
    x2, y2 = np.roll(x, -1), np.roll(y, -1)
    spans = (y > at[1]) != (y2 > at[1])
    cut = x[spans] + (at[1] - y[spans]) * (x2[spans] - x[spans]) / (y2[spans] - y[spans])
    return int((cut > at[0]).sum())


def _near(item: Item, at: Point, reach: float) -> bool:
    x0, y0, x1, y1 = item.bounds
    return x0 - reach <= at[0] <= x1 + reach and y0 - reach <= at[1] <= y1 + reach


def _vertex_place(item: Item, at: Point, reach: float) -> Point | None:
    hit = vertex_near(item, at, reach)
    return item.vertices()[hit.ring][hit.index] if hit else None


def _edge_place(item: Item, at: Point, reach: float) -> Point | None:
    hit = edge_near(item, at, reach)
    return nearest_on_edge(item, hit, at) if hit else None
