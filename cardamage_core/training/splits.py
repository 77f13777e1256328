"""Deals the photos of a job to training and validation."""

from __future__ import annotations

import hashlib
import math
from typing import NamedTuple

from ..annotations.model import AnnotatedPhoto, Dataset
from .job import TrainingJob, is_taught

VAL_SHARE = 0.2


class Split(NamedTuple):
    """Photos to learn from, photos to validate on, and sentences that a person should read about the choice."""

    train: Dataset
    val: Dataset
    notes: tuple[str, ...]


def split(dataset: Dataset, job: TrainingJob) -> Split:
    """Divide by the photos' split; where no photo has one, every fifth is held back, chosen by content."""
    photos = tuple(p for p in dataset.photos if p.photo.review != "rejected")
    notes = []
    if any(p.photo.split for p in photos):
        train = tuple(p for p in photos if p.photo.split == job.train_split)
        val = tuple(p for p in photos if p.photo.split == job.val_split) if job.val_split != job.train_split else ()
        if not val:
            notes.append(f"No photo has the split “{job.val_split}”, so nothing is validated.")
    else:
        train, val = _held_back(photos)
        notes.append(f"No photo has a split: {len(val)} of {len(photos)} are held back to validate.")
    empty = sum(not any(map(is_taught, p.regions)) for p in train)
    if empty:
        notes.append(f"{empty} of the {len(train)} photos to learn from have no regions: taught as undamaged.")
    return Split(_with(dataset, train), _with(dataset, val), tuple(notes))


def _held_back(
    photos: tuple[AnnotatedPhoto, ...],
) -> tuple[tuple[AnnotatedPhoto, ...], tuple[AnnotatedPhoto, ...]]:
    """80/20 by the photo's hash, so that the same bytes never lie on both sides and the order does not matter."""
    keys = sorted({_key(p) for p in photos})
    held = set(keys[: math.ceil(VAL_SHARE * len(keys))]) if len(keys) > 1 else set()
    return tuple(p for p in photos if _key(p) not in held), tuple(p for p in photos if _key(p) in held)


def _key(photo: AnnotatedPhoto) -> str:
    """A digest that orders photos evenly: of the bytes where known, else of the name."""
    return hashlib.sha256((photo.photo.sha256 or photo.photo.name).encode()).hexdigest()


def _with(dataset: Dataset, photos: tuple[AnnotatedPhoto, ...]) -> Dataset:
    return Dataset(photos=photos, labels=dataset.labels)
