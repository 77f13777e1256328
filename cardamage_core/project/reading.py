"""How is a whole project read without keeping the others waiting?

Rows are fetched in one look at the file; they are decoded after the store has been let go of.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from ..annotations.model import AnnotatedPhoto, Dataset, Label, Photo, Region
from .rows import value_of
from .store import Store, Stored


def whole_dataset(store: Store, folder: Path, splits: Iterable[str] | None) -> Dataset:
    """Everything, or the photos of some splits, as one value; photos carry absolute paths."""
    wanted = None if splits is None else set(splits)
    with store.snapshot():
        photos, regions, labels = store.rows("photo"), store.rows("region"), store.rows("label")
    by_photo: dict[str, list[Stored]] = {}
    for photo_id, _, stored in regions:
        by_photo.setdefault(photo_id, []).append(stored)
    del regions
    found = (_photo(stored, folder) for _, _, stored in photos)
    return Dataset(
        tuple(
            AnnotatedPhoto(photo, tuple(value_of(stored, Region) for stored in by_photo.get(photo.id, ())))
            for photo in found
            if wanted is None or photo.split in wanted
        ),
        tuple(value_of(stored, Label) for _, _, stored in labels),
    )


def batches(store: Store, folder: Path, size: int) -> Iterator[tuple[AnnotatedPhoto, ...]]:
    """All photos with their regions, `size` at a time, each batch one look at the file."""
    keys = [key for (key,) in store.query("SELECT key FROM photos ORDER BY position")]
    for start in range(0, len(keys), size):
        some = keys[start : start + size]
        with store.snapshot():
            rows = [(store.get("photo", key), store.rows("region", key)) for key in some]
        yield tuple(
            AnnotatedPhoto(_photo(photo, folder), tuple(value_of(stored, Region) for _, _, stored in regions))
            for photo, regions in rows
            if photo is not None
        )


def _photo(stored: Stored, folder: Path) -> Photo:
    photo = value_of(stored, Photo)
    return msgspec.structs.replace(photo, path=str(folder / photo.path))
