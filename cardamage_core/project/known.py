"""Which regions of the open project have been read already, and how do edits change them?

The regions of the last photos shown are kept as values with their ranks, so that an edit, an undo or a redo touches
only what it changes, however many regions the photo has.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from ..annotations.model import Region
from .rows import value_of
from .store import Change, Stored

KEPT_PHOTOS = 64


class Known(NamedTuple):
    """The regions of one photo in drawing order, and the rank of each by id, in the same order."""

    regions: tuple[Region, ...]
    ranks: dict[str, float]


class KnownRegions:
    """The regions of the last photos looked at. Not safe by itself: use it under the store's lock."""

    def __init__(self) -> None:
        self._photos: dict[str, Known] = {}

    def get(self, photo: str) -> Known | None:
        """What is known of a photo."""
        return self._photos.get(photo)

    def read(self, photo: str, rows: Iterable[tuple[str, str, Stored]]) -> Known:
        """Decode rows (photo, key, row) and keep them."""
        rows = list(rows)
        regions = tuple(value_of(stored, Region) for _, _, stored in rows)
        return self._keep(photo, Known(regions, {key: stored.position for _, key, stored in rows}))

    def forget(self, photo: str = "") -> None:
        """A photo, or "" for all, was changed by something that told no details."""
        if photo:
            self._photos.pop(photo, None)
        else:
            self._photos.clear()

    def edited(self, photo: str, after: tuple[Region, ...], changes: Sequence[Change]) -> None:
        """`after` is what the photo holds once `changes` are carried out."""
        old = self._photos.get(photo)
        if old is None:
            return
        ranks = dict(old.ranks)
        for change in changes:
            if change.after is not None:
                ranks[change.key] = change.after.position
        if ranks.keys() != old.ranks.keys() or len(after) != len(ranks) or ranks != old.ranks:
            ranks = {region.id: ranks[region.id] for region in after}
        self._keep(photo, Known(after, ranks))

    def walked(self, photo: str, changes: Sequence[Change], *, back: bool) -> None:
        """Carry changes of one photo's regions out, or take them back, decoding nothing else."""
        old = self._photos.get(photo)
        if old is None:
            return
        values = dict(zip(old.ranks, old.regions, strict=True))
        ranks = dict(old.ranks)
        for change in changes:
            stored = change.before if back else change.after
            if stored is None:
                del values[change.key], ranks[change.key]
            else:
                values[change.key], ranks[change.key] = value_of(stored, Region), stored.position
        if ranks != old.ranks:
            ranks = dict(sorted(ranks.items(), key=lambda item: (item[1], item[0])))
        self._keep(photo, Known(tuple(values[key] for key in ranks), ranks))

    def _keep(self, photo: str, known: Known) -> Known:
        self._photos.pop(photo, None)
        while len(self._photos) >= KEPT_PHOTOS:
            del self._photos[next(iter(self._photos))]
        self._photos[photo] = known
        return known


class LabelCounts:
    """How many regions carry each label: counted once, then kept up to date by the changes."""

    MOST = 200  # changes above which counting afresh is cheaper

    def __init__(self) -> None:
        self._counts: dict[str, int] | None = None

    def get(self) -> dict[str, int] | None:
        """The counts, or None when they have to be counted."""
        return self._counts

    def set(self, counts: dict[str, int]) -> None:
        """Somebody counted."""
        self._counts = dict(counts)

    def changed(self, changes: Sequence[Change], *, back: bool = False) -> None:
        """These changes were carried out, or taken back."""
        if self._counts is None or len(changes) > self.MOST:
            self._counts = None
            return
        for change in changes:
            if change.kind == "region":
                self._add(change.before, 1 if back else -1)
                self._add(change.after, -1 if back else 1)

    def _add(self, stored: Stored | None, by: int) -> None:
        if stored is not None and self._counts is not None:
            label = msgspec.json.decode(stored.value, type=_Labelled).label
            self._counts[label] = self._counts.get(label, 0) + by


class _Labelled(msgspec.Struct):
    label: str = ""
