"""Computes the rows that an edit changes, and checks that it starts from what is stored.

Each method gives the changes of one kind of edit, or raises ProjectError when what it starts from is no longer so;
`project` carries them out.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from ..annotations.lookup import exchanged
from ..annotations.model import AnnotatedPhoto, Label, Photo, Region
from ..errors import ProjectError
from .contents import RegionCache
from .store import Change, Kind, Store, Stored, value_of


class EditChanges:
    """Turns edits into changes of rows. `regions` reads those of a photo. To be used under the store's lock."""

    def __init__(self, store: Store, known: RegionCache, regions: Callable[[str], tuple[Region, ...]]) -> None:
        self._store = store
        self._known = known
        self._regions = regions

    def regions(self, photo_id: str, before: Sequence[Region], after: Sequence[Region]) -> list[Change]:
        """The regions of a photo take the place of others."""
        if self._regions(photo_id) != tuple(before):
            raise ProjectError("The regions were changed by something else in the meantime.", "Try again.")
        return self._region_changes(photo_id, after, before)

    def photos(self, before: Sequence[Photo], after: Sequence[Photo]) -> list[Change]:
        """What is known of several photos; ids stay."""
        changes = []
        for old, new in zip(before, after, strict=True):
            stored = self._store.get("photo", old.id)
            if stored is None or value_of(stored, Photo) != old or new.id != old.id:
                raise ProjectError("The photo was changed by something else in the meantime.", old.name)
            changes.append(Change("photo", old.id, "", stored, Stored(stored.position, as_text(new))))
        return changes

    def labels(self, before: Sequence[Label], after: Sequence[Label]) -> list[Change]:
        """The list of labels takes the place of another."""
        if tuple(value_of(stored, Label) for _, _, stored in self._store.rows("label")) != tuple(before):
            raise ProjectError("The labels were changed by something else in the meantime.", "Try again.")
        return self._label_changes([(label.name, label) for label in after])

    def renamed_label(self, old: str, new: Label) -> list[Change]:
        """A label gets another name, or becomes one with the label of that name; its regions follow."""
        labels = {key: stored for _, key, stored in self._store.rows("label")}
        place = new.name if new.name in labels else old
        after = [
            (new.name, new) if key == place else (key, value_of(stored, Label))
            for key, stored in labels.items()
            if key == place or key != old
        ]
        changes = self._label_changes(after)
        for photo, key, stored in self._store.rows("region") if new.name != old else ():
            region = value_of(stored, Region)
            if region.label == old:
                renamed = msgspec.structs.replace(region, label=new.name)
                changes.append(Change("region", key, photo, stored, Stored(stored.position, as_text(renamed))))
        return changes

    def removed(self, ids: Iterable[str]) -> list[Change]:
        """Photos go, with their regions."""
        changes = []
        for photo_id in ids:
            rows = self._store.rows("region", photo_id)
            changes += [Change("region", key, photo_id, stored, None) for _, key, stored in rows]
            changes.append(Change("photo", photo_id, "", self._store.get("photo", photo_id), None))
        return changes

    def added(
        self,
        photos: Iterable[AnnotatedPhoto],
        labels: Sequence[Label],
        changed: Sequence[Photo],
        extra: Mapping[str, Any],
    ) -> Iterator[Change]:
        """Photos, labels and what formats keep come in; photos that are there get the regions added.

        Made as they are asked for: there may be millions.
        """
        known = {key for (key,) in self._store.query("SELECT key FROM photos")}
        last = self._store.last_position("photo")
        yield from self.new_labels(labels)
        yield from self._new_extra(extra)
        for photo in changed:
            stored = self._store.row("photo", photo.id)
            yield Change("photo", photo.id, "", stored, Stored(stored.position, as_text(photo)))
        for number, one in enumerate(photos, 1):
            if one.photo.id not in known:
                yield Change("photo", one.photo.id, "", None, Stored(last + number, as_text(one.photo)))
                yield from new_regions(one)
            else:
                kept = self._regions(one.photo.id)
                yield from self._region_changes(one.photo.id, (*kept, *one.regions), kept)

    def new_labels(self, labels: Sequence[Label]) -> list[Change]:
        """Labels come in behind the others; those that are there already stay as they are."""
        if not labels:
            return []
        known = {key for _, key, _ in self._store.rows("label")}
        last = self._store.last_position("label")
        return [
            Change("label", label.name, "", None, Stored(last + number, as_text(label)))
            for number, label in enumerate(labels, 1)
            if label.name not in known
        ]

    def _region_changes(self, photo_id: str, after: Sequence[Region], before: Sequence[Region]) -> list[Change]:
        known = self._known.get(photo_id)
        ranks = known.ranks if known else self._store.ranks("region", photo_id)

        def row(key: str) -> Stored:
            return self._store.row("region", key, photo_id)

        changes = replacements(photo_id, before, after, ranks=ranks, row=row)
        if changes is None:
            rows = [(region.id, region) for region in after]
            changes = changes_between("region", ranks, rows, row=row, photo=photo_id, old=before)
        return changes

    def _label_changes(self, after: Sequence[tuple[str, Label]]) -> list[Change]:
        ranks = self._store.ranks("label")
        return changes_between("label", ranks, after, row=lambda key: self._store.row("label", key))

    def _new_extra(self, extra: Mapping[str, Any]) -> list[Change]:
        before = {key: stored for _, key, stored in self._store.rows("extra")} if extra else {}
        after = {key: Stored(1.0, as_text(value)) for key, value in extra.items()}
        return [Change("extra", key, "", before.get(key), new) for key, new in after.items() if before.get(key) != new]


def as_text(value: Photo | Region | Label | dict[str, Any]) -> str:
    """The JSON of a value; ProjectError where it could not be read back (a number not finite, a lone surrogate)."""
    try:
        data = msgspec.json.encode(value)
        if b"null" in data:  # NaN is written as null: better refused than lost
            msgspec.json.decode(data, type=type(value))
    except (msgspec.MsgspecError, UnicodeError, OverflowError, RecursionError, TypeError) as error:
        raise ProjectError("This cannot be saved.", f"A value is not allowed: {error}.") from error
    return data.decode()


def changes_between(
    kind: Kind,
    ranks: Mapping[str, float],
    after: Sequence[tuple[str, Region | Label]],
    *,
    row: Callable[[str], Stored],
    photo: str = "",
    old: Sequence[Region] = (),
) -> list[Change]:
    """What turns the rows with these keys and ranks (in order) into the list `after` of (key, value).

    Only what differs is touched, and only such rows are asked for by `row`. Values that are among `old`, which must be
    the decoded rows, are known to be unchanged without encoding them.
    """
    _must_be_unique([key for key, _ in after])
    unchanged = {region.id: region for region in old}
    positions = _positions(ranks, [key for key, _ in after])
    changes = [Change(kind, key, photo, row(key), None) for key in ranks if key not in positions]
    for key, value in after:
        same = key in unchanged and (unchanged[key] is value or unchanged[key] == value)
        if same and ranks[key] == positions[key]:
            continue
        before = row(key) if key in ranks else None
        stored = Stored(positions[key], before.value if same and before else as_text(value))
        if stored != before:
            changes.append(Change(kind, key, photo, before, stored))
    return changes


def replacements(
    photo: str,
    before: Sequence[Region],
    after: Sequence[Region],
    *,
    ranks: Mapping[str, float],
    row: Callable[[str], Stored],
) -> list[Change] | None:
    """The changes when each region only took the place of itself (a dragged vertex, another label), else None.

    The usual edit by far, and among thousands of regions the one that has to be quick.
    """
    places = exchanged(before, after)
    if places is None:
        return None
    changes = []
    for place in places:
        new = after[place]
        if before[place] != new:
            stored = Stored(ranks[new.id], as_text(new))
            changes.append(Change("region", new.id, photo, row(new.id), stored))
    return changes


def new_regions(one: AnnotatedPhoto) -> list[Change]:
    """Rows for the regions of a photo that is new itself."""
    return [
        Change("region", region.id, one.photo.id, None, Stored(float(rank), as_text(region)))
        for rank, region in enumerate(one.regions, 1)
    ]


def _positions(before: Mapping[str, float], after: Sequence[str]) -> dict[str, float]:
    """Ranks for `after` that keep as many old ranks as possible: new things go between their neighbours."""
    kept = [before[key] for key in after if key in before]
    if any(a >= b for a, b in itertools.pairwise(kept)):
        return _renumbered(after)
    ranks: dict[str, float] = {}
    low = 0.0
    upper = _next_kept(before, after)
    for key, high in zip(after, upper, strict=True):
        rank = before[key] if key in before else (low + 1 if high is None else (low + high) / 2)
        if rank <= low and ranks:
            return _renumbered(after)
        ranks[key] = low = rank
    return ranks


def _next_kept(before: Mapping[str, float], after: Sequence[str]) -> list[float | None]:
    """For each key the rank of the next one that keeps its rank."""
    result: list[float | None] = []
    upper: float | None = None
    for key in reversed(after):
        upper = before.get(key, upper)
        result.append(upper)
    return result[::-1]


def _renumbered(after: Sequence[str]) -> dict[str, float]:
    return {key: float(number) for number, key in enumerate(after, 1)}


def _must_be_unique(keys: Sequence[str]) -> None:
    twice = {key for key in keys if keys.count(key) > 1} if len(set(keys)) < len(keys) else set()
    if twice:
        raise ProjectError("The same thing cannot be there twice.", ", ".join(sorted(twice)))
