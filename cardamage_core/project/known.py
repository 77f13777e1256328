"""Which regions of the open project have been read already, and how do edits change them?

The regions of the last photos shown are kept as values with their ranks, so that an edit, an undo or a redo touches
only what it changes, however many regions the photo has.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
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


class Generation:
    """Tells whether something read may be kept: not while rows are written, and not when they were since."""

    def __init__(self) -> None:
        self.lock = threading.RLock()  # of what is kept; never held while the file is read or written
        self._number = 0
        self._writing = False

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Around a transaction and the changes it means for what is kept; one at a time, under the store's lock."""
        with self.lock:
            self._writing = True
        try:
            yield
        finally:
            with self.lock:
                self._writing = False
                self._number += 1

    def begin(self) -> int | None:
        """Before reading: what to ask `lasts` for afterwards."""
        with self.lock:
            return None if self._writing else self._number

    def lasts(self, begun: int | None) -> bool:
        """Whether nothing was written since `begin`; ask under the lock."""
        return begun == self._number and not self._writing


class KnownRegions:
    """The regions of the last photos looked at. Only the writer, inside `Generation.writing`, changes them."""

    def __init__(self, generation: Generation) -> None:
        self._generation = generation
        self._photos: dict[str, Known] = {}

    def get(self, photo: str) -> Known | None:
        """What is known of a photo."""
        with self._generation.lock:
            return self._photos.get(photo)

    def read(self, photo: str, rows: Callable[[], Iterable[tuple[str, str, Stored]]]) -> Known:
        """Decode the rows (photo, key, row) that `rows` reads, and keep them unless somebody writes meanwhile."""
        begun = self._generation.begin()
        found = list(rows())
        regions = tuple(value_of(stored, Region) for _, _, stored in found)
        known = Known(regions, {key: stored.position for _, key, stored in found})
        with self._generation.lock:
            return self._keep(photo, known) if self._generation.lasts(begun) else known

    def forget(self, photo: str = "") -> None:
        """A photo, or "" for all, was changed by something that told no details."""
        with self._generation.lock:
            if photo:
                self._photos.pop(photo, None)
            else:
                self._photos.clear()

    def edited(self, photo: str, after: tuple[Region, ...], changes: Sequence[Change]) -> None:
        """`after` is what the photo holds once `changes` are carried out."""
        old = self.get(photo)
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
        old = self.get(photo)
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
        with self._generation.lock:
            self._photos.pop(photo, None)
            while len(self._photos) >= KEPT_PHOTOS:
                del self._photos[next(iter(self._photos))]
            self._photos[photo] = known
        return known


class LabelCounts:
    """How many regions carry each label: counted once, then kept up to date by the changes."""

    MOST = 200  # changes above which counting afresh is cheaper

    def __init__(self, generation: Generation) -> None:
        self._generation = generation
        self._counts: dict[str, int] | None = None

    def get(self) -> dict[str, int] | None:
        """The counts, or None when they have to be counted."""
        with self._generation.lock:
            return self._counts

    def read(self, count: Callable[[], dict[str, int]]) -> dict[str, int]:
        """Count, and keep the counts unless somebody writes meanwhile."""
        begun = self._generation.begin()
        counts = count()
        with self._generation.lock:
            if self._generation.lasts(begun):
                self._counts = counts
        return counts

    def forget(self) -> None:
        """Something was changed that told no details."""
        with self._generation.lock:
            self._counts = None

    def changed(self, changes: Sequence[Change], *, back: bool = False) -> None:
        """These changes were carried out, or taken back."""
        counts = self.get()
        if counts is None or len(changes) > self.MOST:
            self.forget()
            return
        after = dict(counts)
        for change in changes:
            if change.kind == "region":
                _add(after, change.before, 1 if back else -1)
                _add(after, change.after, -1 if back else 1)
        with self._generation.lock:
            self._counts = after


def _add(counts: dict[str, int], stored: Stored | None, by: int) -> None:
    if stored is not None:
        label = msgspec.json.decode(stored.value, type=_Labelled).label
        counts[label] = counts.get(label, 0) + by


class _Labelled(msgspec.Struct):
    label: str = ""
