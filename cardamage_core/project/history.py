"""The edit log: recording edits, undo and redo.

Every edit is a row in the log together with the rows it changed, written in the same transaction as the changes
themselves. Undo and redo walk the log, so they outlive the program. A new edit after an undo drops what was undone.
"""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from . import journal
from .store import Change, Store, Stored

BATCH = 5000  # changes that are in memory at a time
FIELDS = "id, at, text, photo, kinds, undone"


class Edit(msgspec.Struct, frozen=True):
    """One finished edit. `photo` is the id of the one photo it touched, or "" for several or none; labels are no photo.

    `at` is UTC in ISO 8601, `kinds` names what was touched: "photo", "region", "label", "extra".
    """

    id: int
    at: str
    text: str
    photo: str
    kinds: frozenset[str]
    undone: bool = False


def record(
    store: Store, changes: Iterable[Change], text: str, *, step: Callable[[], None] = lambda: None
) -> Edit | None:
    """Carry the changes out and log them, in one transaction; None when there are none.

    They are taken a few thousand at a time, so that they need not all be in memory. `step` is called per change and may
    raise to cancel.
    """
    batches = _batches(changes)
    some = next(batches, None)
    if some is None:
        return None
    at = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
    photos: set[str] = set()
    kinds: set[str] = set()
    with store.transaction():
        store.execute("DELETE FROM edits WHERE undone=1")
        number = store.execute("INSERT INTO edits(at, text, photo, kinds) VALUES(?, ?, '', '')", (at, text)).lastrowid
        while some is not None:
            _carry_out(store, number, some, step)
            journal.note(store, "done", text, some)
            kinds |= {change.kind for change in some}
            photos |= {photo_of(change) for change in some} - {""} if len(photos) < 2 else set()
            some = next(batches, None)
        photo = photos.pop() if len(photos) == 1 else ""
        named = ",".join(sorted(kinds))
        store.execute("UPDATE edits SET photo=?, kinds=? WHERE id=?", (photo, named, number))
    return _edit((number, at, text, photo, named, 0))


def _batches(changes: Iterable[Change]) -> Iterator[list[Change]]:
    left = iter(changes)
    while some := list(itertools.islice(left, BATCH)):
        yield some


def _carry_out(store: Store, number: int | None, changes: Sequence[Change], step: Callable[[], None]) -> None:
    for change in changes:
        if change.before is not None:
            store.write((change,))
            step()
    store.insert([change for change in changes if change.before is None], step)
    store.log(number, changes)


class HistoryStep(NamedTuple):
    """An edit that was undone or redone, with the changes it is made of; None where they are too many to hold."""

    edit: Edit
    changes: list[Change] | None


def undo(store: Store) -> HistoryStep | None:
    """Take the last edit back; None when there is none."""
    return _walk(store, next_undo(store), back=True)


def redo(store: Store) -> HistoryStep | None:
    """Carry out again what was undone last; None when there is nothing."""
    return _walk(store, next_redo(store), back=False)


def walk_to(store: Store, number: int) -> list[Edit]:
    """Undo or redo, in one transaction, until edit `number` is the last one done (0: until nothing is)."""
    walked = []
    with store.transaction():
        while (edit := next_undo(store)) and edit.id > number:
            walked.append(_step(store, edit, back=True).edit)
        while (edit := next_redo(store)) and edit.id <= number:
            walked.append(_step(store, edit, back=False).edit)
    return walked


def next_undo(store: Store) -> Edit | None:
    """The edit that undo would take back."""
    return _first(store, "WHERE undone=0 ORDER BY id DESC LIMIT 1")


def next_redo(store: Store) -> Edit | None:
    """The edit that redo would carry out."""
    return _first(store, "WHERE undone=1 ORDER BY id LIMIT 1")


def latest(store: Store, limit: int) -> tuple[Edit, ...]:
    """The newest edits, newest first, undone ones included."""
    return tuple(map(_edit, store.query(f"SELECT {FIELDS} FROM edits ORDER BY id DESC LIMIT ?", (limit,))))


def forget(store: Store) -> None:
    """What is there now is where undo ends."""
    with store.transaction():
        store.execute("DELETE FROM edits")


def photo_of(change: Change) -> str:
    """The id of the photo a change is about, "" for labels."""
    return change.key if change.kind == "photo" else change.photo


def changes_of(store: Store, number: int) -> Iterator[list[Change]]:
    """The rows that edit `number` changed, a few thousand at a time."""
    sql = (
        "SELECT rowid, kind, key, photo, before_position, before_value, after_position, after_value"
        " FROM changes WHERE edit=? AND rowid>? ORDER BY rowid LIMIT ?"
    )
    last = 0
    while rows := store.query(sql, (number, last, BATCH)):
        last = rows[-1][0]
        yield [
            Change(kind, key, photo, _stored(before, old), _stored(after, new))
            for _, kind, key, photo, before, old, after, new in rows
        ]


def _walk(store: Store, edit: Edit | None, *, back: bool) -> HistoryStep | None:
    if edit is None:
        return None
    with store.transaction():
        return _step(store, edit, back=back)


def _step(store: Store, edit: Edit, *, back: bool) -> HistoryStep:
    batches = 0
    some: list[Change] = []
    for some in changes_of(store, edit.id):
        store.write(some, back=back)
        journal.note(store, "undone" if back else "redone", edit.text, some)
        batches += 1
    store.execute("UPDATE edits SET undone=? WHERE id=?", (int(back), edit.id))
    return HistoryStep(msgspec.structs.replace(edit, undone=back), some if batches < 2 else None)


def _stored(position: float | None, value: str | None) -> Stored | None:
    return None if position is None or value is None else Stored(position, value)


def _first(store: Store, where: str) -> Edit | None:
    rows = store.query(f"SELECT {FIELDS} FROM edits {where}")
    return _edit(rows[0]) if rows else None


def _edit(row: tuple[Any, ...]) -> Edit:
    number, at, text, photo, kinds, undone = row
    return Edit(number, at, text, photo, frozenset(kinds.split(",")), undone=bool(undone))
