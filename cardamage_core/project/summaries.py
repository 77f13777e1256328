"""What does a list of photos show, without reading a single polygon?"""

from __future__ import annotations

import contextlib

import msgspec

from ..annotations.model import Review
from .store import Store

NO_LABEL: frozenset[str] = frozenset()


class PhotoSummary(msgspec.Struct, frozen=True):
    """What a list shows of a photo. `labels` are the names its regions use; `missing`: it could not be read."""

    id: str
    name: str
    split: str
    review: Review
    regions: int
    labels: frozenset[str]
    missing: bool


def summaries(store: Store, photo_id: str = "") -> tuple[PhotoSummary, ...]:
    """All photos in order, or one."""
    one, values = (" WHERE {}=?", (photo_id,)) if photo_id else ("", ())
    with contextlib.nullcontext() if photo_id else store.snapshot():
        rows = store.query(
            f"SELECT key, name, split, review, missing FROM photos{one.format('key')} ORDER BY position", values
        )
        counts = store.query(
            f"SELECT photo, label, count(*) FROM regions{one.format('photo')} GROUP BY photo, label", values
        )
    numbers: dict[str, int] = {}
    names: dict[str, frozenset[str]] = {}
    shared: dict[frozenset[str], frozenset[str]] = {}  # a hundred thousand photos use a few sets of labels
    for photo, label, count in counts:
        numbers[photo] = numbers.get(photo, 0) + count
        together = names.get(photo, NO_LABEL) | {label}
        names[photo] = shared.setdefault(together, together)
    return tuple(
        PhotoSummary(key, name, split, review, numbers.get(key, 0), names.get(key, NO_LABEL), bool(missing))
        for key, name, split, review, missing in rows
    )
