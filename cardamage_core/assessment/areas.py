"""Exact areas of shapes, what they cover together, and their parts inside a whole; cached by content.

Shapes that touch nothing need no overlay, and those that do are overlaid group by group. During a drag only the dragged
shape and its neighbours are computed again. Threads share what is cached; none of it is ever prepared
(`shapely.prepare`), since GEOS crashes where two threads use one prepared geometry.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
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


@lru_cache(maxsize=64)
def frame_of(width: int, height: int) -> BaseGeometry:
    """The area of a whole photo."""
    return geometry.rectangle_area(0, 0, width, height)


def clip(areas: Sequence[BaseGeometry], whole: BaseGeometry) -> list[BaseGeometry]:
    """Each area's part inside `whole`; an area that lies inside comes back as the same object."""
    inside = shapely.contains(_own.prepared(whole), list(areas))
    return [area if fits else _intersection(area, whole) for area, fits in zip(areas, inside, strict=True)]


def within(area: BaseGeometry, frame: BaseGeometry | None) -> BaseGeometry:
    """The area's part on the photo; all of it where the photo's size is not known."""
    return area if frame is None else clip([area], frame)[0]


def holds(whole: BaseGeometry, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Whether each point lies inside `whole`."""
    return np.asarray(shapely.contains_xy(_own.prepared(whole), x, y))


def _prepared(whole: BaseGeometry) -> BaseGeometry:
    copy = shapely.from_wkb(shapely.to_wkb(whole))
    shapely.prepare(copy)
    return copy


class _Own(threading.local):
    """Prepared copies that only one thread uses."""

    def __init__(self) -> None:
        self.prepared = lru_cache(maxsize=64)(_prepared)


_own = _Own()


def covered_area(areas: Iterable[BaseGeometry]) -> float:
    """Square pixels covered by at least one of the areas."""
    return sum(_covered(group) for group in touching([area for area in areas if not area.is_empty]))


def touching(areas: Sequence[BaseGeometry]) -> list[tuple[BaseGeometry, ...]]:
    """The areas in groups, such that areas of different groups have no point in common."""
    if len(areas) < 2:
        return [tuple(areas)] if areas else []
    pairs = shapely.STRtree(areas).query(areas, predicate="intersects").T
    return [tuple(areas[i] for i in group) for group in geometry.connected_components(len(areas), pairs)]


def _covered(areas: tuple[BaseGeometry, ...]) -> float:
    return areas[0].area if len(areas) == 1 else _union_area(areas)


@lru_cache(maxsize=8192)
def _union_area(areas: tuple[BaseGeometry, ...]) -> float:
    return float(geometry.union(areas).area)


@lru_cache(maxsize=8192)
def _intersection(area: BaseGeometry, whole: BaseGeometry) -> BaseGeometry:
    return geometry.intersection(area, whole)


def increments(areas: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    """What each area covers that none before it does; one that touches none of them comes back as the same object."""
    if len(areas) < 2:
        return list(areas)
    before: list[list[BaseGeometry]] = [[] for _ in areas]
    for later, earlier in shapely.STRtree(areas).query(areas, predicate="intersects").T:
        if earlier < later:
            before[later].append(areas[earlier])
    return [_without(area, tuple(earlier)) if earlier else area for area, earlier in zip(areas, before, strict=True)]


@lru_cache(maxsize=8192)
def _without(area: BaseGeometry, others: tuple[BaseGeometry, ...]) -> BaseGeometry:
    return geometry.difference(area, others[0] if len(others) == 1 else geometry.union(others))
