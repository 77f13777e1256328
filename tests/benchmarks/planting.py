"""Plants annotation errors of four kinds in a copy of a data set, one on a photo, with a fixed seed."""

from collections.abc import Callable
from typing import NamedTuple

import msgspec
import numpy as np
from shapely import affinity
from shapely.geometry.base import BaseGeometry

from cardamage_core import geometry
from cardamage_core.annotations import shapes
from cardamage_core.annotations.model import AnnotatedPhoto, Dataset, Polygon, Region

LEAST, MOST = 0.005, 0.15  # share of the photo of what is removed, copied or spoiled
SLOPPY = (0.25, 0.55)  # IoU of a spoiled outline with the true one
TRIES = 400


class Planted(NamedTuple):
    """One planted error: its kind, the photo's id, and where it is (x0, y0, x1, y1)."""

    kind: str
    photo: str
    box: tuple[float, float, float, float]


def plant(dataset: Dataset, *, each: int, seed: int) -> tuple[Dataset, list[Planted]]:
    """`each` errors of every kind on as many photos, and the list of them."""
    rng = np.random.default_rng(seed)
    photos = list(dataset.photos)
    order, planted = list(rng.permutation(len(photos))), []
    for kind, change in KINDS.items():
        done = 0
        while done < each:
            place = order.pop()
            made = change(photos[place], dataset, rng)
            if made is not None:
                regions, box = made
                photos[place] = msgspec.structs.replace(photos[place], regions=regions)
                planted.append(Planted(kind, photos[place].photo.id, box))
                done += 1
    return msgspec.structs.replace(dataset, photos=tuple(photos)), planted


Made = tuple[tuple[Region, ...], tuple[float, float, float, float]] | None


def _overlooked(one: AnnotatedPhoto, _dataset: Dataset, rng: np.random.Generator) -> Made:
    """A region is removed."""
    region = _some(one, rng)
    return region and (tuple(r for r in one.regions if r is not region), shapes.bounds(region.shape))


def _phantom(one: AnnotatedPhoto, dataset: Dataset, rng: np.random.Generator) -> Made:
    """The outline of another photo's region is put where nothing is annotated."""
    taken = geometry.union(shapes.area(r.shape) for r in one.regions)
    for _ in range(TRIES):
        region = _some(dataset.photos[int(rng.integers(len(dataset.photos)))], rng)
        if region is None:
            continue
        area = shapes.area(region.shape)
        x0, y0, x1, y1 = area.bounds
        room = one.photo.width - (x1 - x0), one.photo.height - (y1 - y0)
        moved = affinity.translate(area, rng.uniform(0, max(room[0], 1)) - x0, rng.uniform(0, max(room[1], 1)) - y0)
        if min(room) > 0 and not moved.intersects(taken):
            return (*one.regions, _with_area(region, moved)), moved.bounds
    return None


def _sloppy(one: AnnotatedPhoto, _dataset: Dataset, rng: np.random.Generator) -> Made:
    """An outline is moved and stretched until it hardly fits."""
    region = _some(one, rng)
    if region is None:
        return None
    area = shapes.area(region.shape)
    x0, y0, x1, y1 = area.bounds
    frame = geometry.rectangle_area(0, 0, one.photo.width, one.photo.height)
    for _ in range(TRIES):
        wide, high = np.exp(rng.uniform(-0.6, 0.6, 2))
        across, down = rng.uniform(-0.5, 0.5, 2) * (x1 - x0, y1 - y0)
        spoiled = affinity.translate(affinity.scale(area, wide, high), across, down).intersection(frame)
        common = spoiled.intersection(area).area
        if SLOPPY[0] <= common / (spoiled.area + area.area - common) <= SLOPPY[1]:
            changed = _with_area(region, spoiled)
            return tuple(changed if r is region else r for r in one.regions), spoiled.bounds
    return None


def _swapped(one: AnnotatedPhoto, dataset: Dataset, rng: np.random.Generator) -> Made:
    """A label is replaced by another."""
    region = _some(one, rng)
    if region is None:
        return None
    labels = sorted({r.label for photo in dataset.photos for r in photo.regions} - {region.label})
    changed = msgspec.structs.replace(region, label=labels[int(rng.integers(len(labels)))])
    return tuple(changed if r is region else r for r in one.regions), shapes.bounds(region.shape)


KINDS: dict[str, Callable[[AnnotatedPhoto, Dataset, np.random.Generator], Made]] = {
    "overlooked": _overlooked,
    "phantom": _phantom,
    "sloppy": _sloppy,
    "swapped": _swapped,
}


def _some(one: AnnotatedPhoto, rng: np.random.Generator) -> Region | None:
    """A region of ordinary size, or None."""
    size = one.photo.width * one.photo.height
    fitting = [r for r in one.regions if LEAST <= shapes.area(r.shape).area / size <= MOST]
    return fitting[int(rng.integers(len(fitting)))] if fitting else None


def _with_area(region: Region, area: BaseGeometry) -> Region:
    return Region(f"planted {region.id}", Polygon(geometry.rings_of_area(area)), region.label)
