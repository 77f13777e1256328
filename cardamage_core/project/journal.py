"""The journal of a project: what was changed, undone and redone since it was last written into a log.

The edit log of a project forgets what was undone. Where a log has to be kept for good (claims), the project has a
journal: each edit, undo and redo writes its changes there in its own transaction, whoever made it and by whatever way.
Who keeps the log reads the entries, writes them where they belong, and drops them. So nothing bypasses the log, and
a process that is killed in between loses nothing.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

import msgspec

from .store import JOURNAL, Change, Kind, Store

Step = Literal["done", "undone", "redone"]


class RowChange(NamedTuple):
    """One row before and after as JSON; None where it was not there. Of what was undone, as undo left it."""

    kind: Kind
    key: str
    photo: str
    before: str | None
    after: str | None


class JournalEntry(msgspec.Struct, frozen=True):
    """One edit, undo or redo (a large one in several entries). `at` is UTC in ISO 8601."""

    id: int
    at: str
    step: Step
    text: str
    changes: tuple[RowChange, ...]


def begin(store: Store) -> None:
    """Keep a journal from now on."""
    with store.transaction():
        store.execute(JOURNAL)
    store.has_journal = True


def note(store: Store, step: Step, text: str, changes: Sequence[Change]) -> None:
    """Inside a transaction: write down what is changed, where a journal is kept."""
    if not store.has_journal:
        return
    rows = [_row(change, back=step == "undone") for change in changes]
    values = (_now(), step, text, msgspec.json.encode(rows).decode())
    store.execute("INSERT INTO journal(at, step, text, changes) VALUES(?, ?, ?, ?)", values)


def entries(store: Store) -> Iterable[JournalEntry]:
    """What is in no log yet, oldest first."""
    rows = store.query("SELECT id, at, step, text, changes FROM journal ORDER BY id") if store.has_journal else []
    for number, at, step, text, changes in rows:
        yield JournalEntry(number, at, step, text, msgspec.json.decode(changes, type=tuple[RowChange, ...]))


def drop(store: Store, upto: int, *, setting: str, value: str) -> None:
    """The entries up to this one are in the log; `setting` says where it stands, in the same transaction."""
    with store.transaction():
        store.execute("DELETE FROM journal WHERE id<=?", (upto,))
        store.execute("INSERT OR REPLACE INTO settings VALUES(?, ?)", (setting, value))


def _row(change: Change, *, back: bool) -> RowChange:
    old, new = (change.after, change.before) if back else (change.before, change.after)
    return RowChange(change.kind, change.key, change.photo, old and old.value, new and new.value)


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
