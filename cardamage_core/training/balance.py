"""Class balance: how often each photo is shown in a round, so that photos of rare classes come more often.

Repeat factor sampling as in LVIS (Gupta et al. 2019, section 4.3 and appendix B): a class on a share f of the photos
that is below the threshold t has the factor sqrt(t / f), and a photo has the largest factor of its classes.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from ..annotations.model import AnnotatedPhoto, Dataset
from .job import is_taught


def repeat_factors(dataset: Dataset, classes: Mapping[str, int], *, threshold: float) -> list[float]:
    """How often each photo is to be shown in a round, 1 or more; all 1 where the threshold is 0."""
    on_photos = [_classes_on(photo, classes) if threshold else frozenset() for photo in dataset.photos]
    counts = Counter(number for numbers in on_photos for number in numbers)
    factor = {n: max(1.0, math.sqrt(threshold * len(on_photos) / count)) for n, count in counts.items()}
    return [max((factor[number] for number in numbers), default=1.0) for numbers in on_photos]


def _classes_on(photo: AnnotatedPhoto, classes: Mapping[str, int]) -> frozenset[int]:
    """The numbers of the classes taught by a photo; ignored regions (-1) teach none."""
    found = (classes.get(region.label, 0) for region in photo.regions if is_taught(region))
    return frozenset(number for number in found if number > 0)


class Round:
    """One round through all photos: each comes as often as its factor says, rounded down or up anew in each round."""

    def __init__(self, factors: Sequence[float], *, seed: int) -> None:
        self._ends = np.cumsum(np.asarray(factors, np.float64))
        self._length, self._seed = round(float(self._ends[-1])) if len(self._ends) else 0, seed

    def __len__(self) -> int:
        """How many photos are shown in a round, those that come twice counted twice."""
        return self._length

    def order(self, number: int) -> np.ndarray:
        """Indices (n,) of the photos of round `number` (0…), shuffled."""
        rng = np.random.default_rng((self._seed, number))
        if self._length == len(self._ends):
            return rng.permutation(self._length)
        ends = self._ends * (self._length / self._ends[-1])
        shown = np.searchsorted(ends, np.arange(self._length) + rng.random(), side="right")
        return rng.permutation(np.minimum(shown, len(ends) - 1))
