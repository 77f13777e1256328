"""How much area do many shapes cover together, quickly enough to ask at every step of a drag?

Shapes that touch nothing need no overlay at all, and those that do are overlaid group by group. What was worked out is
remembered by content: during a drag only the dragged shape and its neighbours are worked out again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

import shapely
from shapely.geometry.base import BaseGeometry

from .. import geometry
from ..annotations import shapes
from ..annotations.model import Shape


@lru_cache(maxsize=8192)
def area_of(shape: Shape) -> BaseGeometry:
    """The area one shape covers."""
    return shapes.area(shape)


@lru_cache(maxsize=64)
def union_of(covered: tuple[Shape, ...]) -> BaseGeometry:
    """What a few shapes cover together (the car outlines of a photo)."""
    return geometry.union(map(area_of, covered))


def clip(areas: Sequence[BaseGeometry], whole: BaseGeometry) -> list[BaseGeometry]:
    """Each area's part inside `whole`; an area that lies inside comes back as the same object."""
    shapely.prepare(whole)
    inside = shapely.contains(whole, list(areas))
    return [area if fits else _intersection(area, whole) for area, fits in zip(areas, inside, strict=True)]


def covered_area(areas: Iterable[BaseGeometry]) -> float:
    """Square pixels covered by at least one of the areas."""
    return sum(_covered(group) for group in _touching([area for area in areas if not area.is_empty]))


def _touching(areas: Sequence[BaseGeometry]) -> list[tuple[BaseGeometry, ...]]:
    """The areas in groups, such that areas of different groups have no point in common."""
    if len(areas) < 2:
        return [tuple(areas)] if areas else []
    group = list(range(len(areas)))
    for a, b in shapely.STRtree(areas).query(areas, predicate="intersects").T.tolist():
        group[_root(group, a)] = _root(group, b)
    members: dict[int, list[BaseGeometry]] = {}
    for i, area in enumerate(areas):
        members.setdefault(_root(group, i), []).append(area)
    return [tuple(found) for found in members.values()]


def _root(group: list[int], i: int) -> int:
    while group[i] != i:
        group[i] = group[group[i]]
        i = group[i]
    return i


def _covered(areas: tuple[BaseGeometry, ...]) -> float:
    return areas[0].area if len(areas) == 1 else _union_area(areas)


@lru_cache(maxsize=8192)
def _union_area(areas: tuple[BaseGeometry, ...]) -> float:
    return geometry.union(areas).area


@lru_cache(maxsize=8192)
def _intersection(area: BaseGeometry, whole: BaseGeometry) -> BaseGeometry:
    return geometry.intersection(area, whole)
