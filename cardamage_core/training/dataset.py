"""The training data set: an endless seeded sequence of samples from photos and regions.

The sequence depends on the seed alone and is shuffled anew each round; where classes are balanced, photos of rare ones
come more often in a round (`balance`). A step takes what follows the photos seen before
it, however many each step took, so a resumed training goes on exactly where it was. A photo is read once, shrunk to
the network's input size, and kept in memory while there is room. A photo that cannot be read is reported once and its
place is taken by the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import psutil

from .. import imaging
from ..annotations import shapes
from ..annotations.model import AnnotatedPhoto, Dataset, Region
from ..errors import JobError, PhotoError
from ..mrcnn import Sample
from .balance import Round, repeat_factors
from .forecast import KEPT_MOST
from .job import is_taught

MEMORY_SHARE = 0.25  # of the memory free at the start may hold photos

Polygons = tuple[tuple[tuple[float, float], ...], ...]


class SkippedPhoto(NamedTuple):
    """A photo that could not be read, and why."""

    photo: str
    reason: str


class TrainingPhotos:
    """The photos of one split as samples, shrunk to at most `longest_side` pixels."""

    def __init__(
        self, dataset: Dataset, classes: Mapping[str, int], *, longest_side: int, seed: int, balance: float = 0.0
    ) -> None:
        self._photos = dataset.photos
        self._round = Round(repeat_factors(dataset, classes, threshold=balance), seed=seed)
        self._first = {one.photo.id: i for i, one in reversed(tuple(enumerate(dataset.photos)))}  # photos may repeat
        self._classes = classes
        self._longest_side = longest_side
        self._cache: dict[int, Sample] = {}
        self._room = min(KEPT_MOST, int(MEMORY_SHARE * psutil.virtual_memory().available))
        self._unreadable: dict[int, SkippedPhoto] = {}
        self._unsaid: list[SkippedPhoto] = []

    def __len__(self) -> int:
        return len(self._photos)

    def batch(self, first: int, size: int) -> list[Sample]:
        """`size` samples from place `first` (0…) of the endless sequence on. JobError when no photo can be read."""
        return [self._readable_at(position) for position in range(first, first + size)]

    def first(self, count: int) -> list[tuple[AnnotatedPhoto, Sample]]:
        """The first readable photos, those with regions before those without; the same at every call."""
        return self._readable(self._taught_first(), count)

    def spread(self, count: int) -> list[tuple[AnnotatedPhoto, Sample]]:
        """So many readable photos, evenly spread over all of them, with and without regions; the same at every call.

        Photos in a row are often of one source or one car: the first 30 are no sample of 300.
        """
        order, count = self._taught_first(), min(count, len(self))
        places = [(2 * i + 1) * len(order) // (2 * count) for i in range(count)]
        others = sorted(set(range(len(order))) - set(places))  # where one of them cannot be read
        return self._readable([order[place] for place in (*places, *others)], count)

    def _taught_first(self) -> list[int]:
        return sorted(range(len(self)), key=lambda i: not any(map(is_taught, self._photos[i].regions)))

    def _readable(self, order: Iterable[int], count: int) -> list[tuple[AnnotatedPhoto, Sample]]:
        found: list[tuple[AnnotatedPhoto, Sample]] = []
        for index in order:
            if len(found) < count and (sample := self._sample(index)) is not None:
                found.append((self._photos[index], sample))
        return found

    @property
    def kept(self) -> int:
        """Bytes of the photos kept in memory."""
        return sum(sample.image.nbytes for sample in self._cache.values())

    def skipped(self) -> list[SkippedPhoto]:
        """The photos found unreadable since the last call."""
        said, self._unsaid = self._unsaid, []
        return said

    def _readable_at(self, position: int) -> Sample:
        """The sample at a place of the endless shuffled sequence, or the next readable one of its round."""
        around, place = divmod(position, len(self._round))
        for index in np.roll(self._round.order(around), -place):
            if (sample := self._sample(int(index))) is not None:
                return sample
        last = next(iter(self._unreadable.values()))
        raise JobError(f"None of the {len(self)} photos could be read.", f"{last.photo}: {last.reason}")

    def _sample(self, index: int) -> Sample | None:
        index = self._first[self._photos[index].photo.id]
        if index in self._unreadable:
            return None
        if index in self._cache:
            return self._cache[index]
        try:
            sample = self._load(self._photos[index])
        except PhotoError as error:
            self._unreadable[index] = SkippedPhoto(
                self._photos[index].photo.name, f"{error.title} {error.detail}".strip()
            )
            self._unsaid.append(self._unreadable[index])
            return None
        if sample.image.nbytes <= self._room:
            self._cache[index] = sample
            self._room -= sample.image.nbytes
        return sample

    def _load(self, photo: AnnotatedPhoto) -> Sample:
        image = imaging.load(Path(photo.photo.path))
        height, width = image.shape[:2]
        factor = min(1.0, self._longest_side / max(height, width))
        if factor < 1.0:
            shrunk = (max(1, round(width * factor)), max(1, round(height * factor)))
            image = cv2.resize(image, shrunk, interpolation=cv2.INTER_AREA)
        scale = (image.shape[1] / width, image.shape[0] / height)
        class_ids, polygons = instances(photo.regions, self._classes, width=width, height=height, scale=scale)
        return Sample(image=image, class_ids=class_ids, polygons=polygons)


def instances(
    regions: tuple[Region, ...],
    classes: Mapping[str, int],
    *,
    width: int,
    height: int,
    scale: tuple[float, float] = (1.0, 1.0),
) -> tuple[tuple[int, ...], tuple[Polygons, ...]]:
    """Class ids and outlines, scaled in x and y, of the regions that are taught.

    These count (see `job.is_taught`), carry a label that is learned, have area and touch the photo.
    """
    class_ids, polygons = [], []
    for region in regions:
        if region.label not in classes or not is_taught(region) or not _visible(region, width, height):
            continue
        class_ids.append(classes[region.label])
        polygons.append(_scaled(shapes.outline(region.shape), scale))
    return tuple(class_ids), tuple(polygons)


def _visible(region: Region, width: int, height: int) -> bool:
    """Whether the region covers anything of the photo."""
    x0, y0, x1, y1 = shapes.bounds(region.shape)
    inside = x0 < width and y0 < height and x1 > 0 and y1 > 0
    return inside and shapes.area(region.shape).area > 0


def _scaled(rings: Polygons, scale: tuple[float, float]) -> Polygons:
    return tuple(tuple((x * scale[0], y * scale[1]) for x, y in ring) for ring in rings)
