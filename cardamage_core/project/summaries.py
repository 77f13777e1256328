"""What does a list of photos show, without reading a single polygon?"""

from __future__ import annotations

import msgspec

from ..annotations.model import Review
from .store import Store


class PhotoSummary(msgspec.Struct, frozen=True):
    """What a list shows of a photo. `labels` are the names its regions use; `missing`: it could not be read."""

    id: str
    name: str
    split: str
    review: Review
    regions: int
    labels: frozenset[str]
    missing: bool


def summaries(store: Store) -> tuple[PhotoSummary, ...]:
    """All photos in order."""
    with store.lock:
        rows = store.query("SELECT key, name, split, review, missing FROM photos ORDER BY position")
        counts = store.query("SELECT photo, label, count(*) FROM regions GROUP BY photo, label")
    numbers: dict[str, int] = {}
    names: dict[str, set[str]] = {}
    for photo, label, count in counts:
        numbers[photo] = numbers.get(photo, 0) + count
        names.setdefault(photo, set()).add(label)
    return tuple(
        PhotoSummary(key, name, split, review, numbers.get(key, 0), frozenset(names.get(key, ())), bool(missing))
        for key, name, split, review, missing in rows
    )
