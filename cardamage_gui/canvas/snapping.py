"""Which vertex or edge of another region does a held point jump to?"""

from __future__ import annotations

import math
from collections.abc import Collection

from .hit import edge_near, nearest_on_edge, vertex_near
from .scene import Item, Scene
from .viewport import Point


def snapped(scene: Scene, at: Point, *, reach: float, apart_from: Collection[str] = ()) -> Point | None:
    """The nearest vertex within `reach` photo pixels, else the nearest point of an edge, else None."""
    near = scene.within((at[0] - reach, at[1] - reach, at[0] + reach, at[1] + reach))
    items = [item for item in near if item.id not in apart_from]
    found = [place for item in items if (place := _vertex(item, at, reach))]
    found = found or [place for item in items if (place := _edge(item, at, reach))]
    return min(found, key=lambda place: math.dist(place, at), default=None)


def _vertex(item: Item, at: Point, reach: float) -> Point | None:
    hit = vertex_near(item, at, reach)
    return item.vertices()[hit.ring][hit.index] if hit else None


def _edge(item: Item, at: Point, reach: float) -> Point | None:
    hit = edge_near(item, at, reach)
    return nearest_on_edge(item, hit, at) if hit else None
