"""Folds of a cross-validation: each photo is judged by a model that learned from the other folds.

Photos that look alike stand in one fold (see `project.near_duplicates`), and the deal evens out the labels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from .. import geometry
from ..annotations.model import AnnotatedPhoto, Dataset
from ..project import near_duplicates, splits


def fold_numbers(
    photos: Sequence[AnnotatedPhoto], count: int, *, seed: int = 0, step: Callable[[], None] = lambda: None
) -> list[int]:
    """The fold 0…count-1 of each photo; `step` is called for each photo and may raise to cancel."""
    hashes = near_duplicates.hashes([one.photo.path for one in photos], step=step)
    groups = geometry.connected_components(len(photos), list(near_duplicates.pairs(hashes)))
    shares = {str(number): 1 / count for number in range(count)}
    return [int(name) for name in splits.chosen_splits(photos, groups, shares, fixed={}, seed=seed)]


def without(dataset: Dataset, numbers: Sequence[int], fold: int) -> Dataset:
    """The data set that teaches the model which judges `fold`: its photos have the split val, all others train."""
    dealt = tuple(
        msgspec.structs.replace(
            one, photo=msgspec.structs.replace(one.photo, split="val" if number == fold else "train")
        )
        for one, number in zip(dataset.photos, numbers, strict=True)
    )
    return msgspec.structs.replace(dataset, photos=dealt)
