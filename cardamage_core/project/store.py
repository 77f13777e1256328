"""The SQLite file of a project: photos, regions, labels and the edit log as rows.

Every row is a JSON value with a key and a position; the columns beside it are computed by SQLite from the value, so
they cannot disagree with it. Nothing here knows what a region is.
"""

from __future__ import annotations

import contextlib
import functools
import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar

import msgspec

from ..errors import ProjectError
from ..files import atomic_path
from .filesystem import is_remote

Kind = Literal["photo", "region", "label", "extra"]
TABLES: dict[str, str] = {"photo": "photos", "region": "regions", "label": "labels", "extra": "extras"}
SCHEMA_VERSION = 1
LARGE = 200_000_000  # bytes
REPAIR = "“cardamage check --repair FOLDER” brings the last daily copy back."
APPLICATION_ID = 0x43444D47  # "CDMG": tells our files from other SQLite files

# The value comes last, so that listing photos never reads its pages.
SCHEMA = """
CREATE TABLE photos(
  key TEXT NOT NULL PRIMARY KEY, photo TEXT NOT NULL DEFAULT '', position REAL NOT NULL,
  name TEXT AS (json_extract(value, '$.name')) STORED,
  path TEXT AS (json_extract(value, '$.path')) STORED,
  split TEXT AS (coalesce(json_extract(value, '$.split'), '')) STORED,
  review TEXT AS (coalesce(json_extract(value, '$.review'), 'unreviewed')) STORED,
  missing INTEGER AS (json_extract(value, '$.width') IS NULL) STORED,
  value TEXT NOT NULL);
CREATE TABLE regions(
  key TEXT NOT NULL, photo TEXT NOT NULL, position REAL NOT NULL,
  label TEXT AS (coalesce(json_extract(value, '$.label'), '')) STORED,
  value TEXT NOT NULL, PRIMARY KEY(photo, key));
CREATE INDEX regions_by_label ON regions(photo, label);
CREATE TABLE labels(
  key TEXT NOT NULL PRIMARY KEY, photo TEXT NOT NULL DEFAULT '', position REAL NOT NULL, value TEXT NOT NULL);
CREATE TABLE edits(
  id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, text TEXT NOT NULL, photo TEXT NOT NULL,
  kinds TEXT NOT NULL, undone INTEGER NOT NULL DEFAULT 0);
CREATE TABLE changes(
  edit INTEGER NOT NULL REFERENCES edits(id) ON DELETE CASCADE, kind TEXT NOT NULL, key TEXT NOT NULL,
  photo TEXT NOT NULL, before_position REAL, before_value TEXT, after_position REAL, after_value TEXT);
CREATE INDEX changes_by_edit ON changes(edit);
"""
# What formats need to write a file back as it was (`Dataset.extra`), how the photos' files looked when last seen, what
# models saw on them, the project's settings, and what undo and redo would do without walking the whole log. May be
# added to a file that exists: no new layout.
LATER = """
CREATE TABLE IF NOT EXISTS extras(
  key TEXT NOT NULL PRIMARY KEY, photo TEXT NOT NULL DEFAULT '', position REAL NOT NULL, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS fingerprints(
  photo TEXT NOT NULL PRIMARY KEY, size INTEGER NOT NULL, changed INTEGER NOT NULL, digest TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS looks(photo TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS settings(name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS edits_done ON edits(id) WHERE undone=0;
CREATE INDEX IF NOT EXISTS edits_undone ON edits(id) WHERE undone=1;
"""
# Only in projects whose changes are to be logged for good (`journal`); others must stay readable for older programs.
JOURNAL = """
CREATE TABLE IF NOT EXISTS journal(
  id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, step TEXT NOT NULL, text TEXT NOT NULL,
  changes TEXT NOT NULL);
"""


class Stored(NamedTuple):
    """What lies in a row: the rank among its neighbours and the JSON value."""

    position: float
    value: str


class Change(NamedTuple):
    """One row before and after; None where it is not there. `photo` is the photo's id for regions, otherwise ""."""

    kind: Kind
    key: str
    photo: str
    before: Stored | None
    after: Stored | None


class Store:
    """An open project file, to be used from several threads.

    Writing is one connection under `lock`. Reading has a connection of its own, so that it never waits for a long
    transaction: until that is committed, the others see the state before it.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self.lock = threading.RLock()
        with translated(path, "opened"):
            check_ours(path)  # before anything could be written: the file may be foreign
            without_log = not read_only and _needs_no_log(path)
            self._db = _without_log(path) if without_log else _connect(path, read_only=read_only)
            try:
                _prepare(self._db, path, read_only=read_only, without_log=without_log)
                self._reader = self._db if read_only else _connected(path, "mode=ro")
            except BaseException:
                self._db.close()
                raise
        self._read_lock = threading.Lock()
        self._own = threading.local()  # .db: the connection of a thread inside a transaction or a snapshot
        self.has_journal = self.has_table("journal")

    def close(self) -> None:
        """Write everything back into the one file and let go of it."""
        with self.lock, self._read_lock, translated(self.path, "closed"):
            self._reader.close()
            self._db.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing: what runs inside is committed at the end, or undone on any exception."""
        with self.lock, translated(self.path, "written"):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                with self._using(self._db):
                    yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:  # SQLite rolls back by itself when the disk is full
                    self._db.execute("ROLLBACK")
                raise

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[None]:
        """Let the queries of this thread see one state, even while another process or thread writes; nothing blocks."""
        if self._reader is self._db:  # may have been opened as immutable: opening it again would be another file
            with self._read_lock, self._reading(self._db):
                yield
        else:
            with contextlib.closing(_connected(self.path, "mode=ro")) as db, self._reading(db):
                yield

    @contextlib.contextmanager
    def _reading(self, db: sqlite3.Connection) -> Iterator[None]:
        with translated(self.path, "read"):
            db.execute("BEGIN")
            try:
                with self._using(db):
                    yield
            finally:
                db.execute("ROLLBACK")

    @contextlib.contextmanager
    def _using(self, db: sqlite3.Connection) -> Iterator[None]:
        """Let the queries of this thread go through `db`."""
        before, self._own.db = getattr(self._own, "db", None), db
        try:
            yield
        finally:
            self._own.db = before

    def execute(self, sql: str, values: tuple[Any, ...] = ()) -> sqlite3.Cursor:
        """Run one statement inside a transaction."""
        return self._db.execute(sql, values)

    def query(self, sql: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """All rows of a SELECT."""
        own = getattr(self._own, "db", None)
        with self._read_lock if own is None else contextlib.nullcontext(), translated(self.path, "read"):
            return (own or self._reader).execute(sql, values).fetchall()

    def get(self, kind: Kind, key: str, photo: str = "") -> Stored | None:
        """One row, or None."""
        rows = self.query(f"SELECT position, value FROM {TABLES[kind]} WHERE photo=? AND key=?", (photo, key))
        return Stored(*rows[0]) if rows else None

    def rows(self, kind: Kind, photo: str | None = None) -> list[tuple[str, str, Stored]]:
        """(photo, key, row) of one photo, or of all, in order."""
        where, values = ("", ()) if photo is None else ("WHERE photo=?", (photo,))
        sql = f"SELECT photo, key, position, value FROM {TABLES[kind]} {where} ORDER BY photo, position, key"
        return [(p, key, Stored(position, value)) for p, key, position, value in self.query(sql, values)]

    def ranks(self, kind: Kind, photo: str = "") -> dict[str, float]:
        """The keys of one photo's rows in order, with their ranks."""
        sql = f"SELECT key, position FROM {TABLES[kind]} WHERE photo=? ORDER BY position, key"
        return dict(self.query(sql, (photo,)))

    def row(self, kind: Kind, key: str, photo: str = "") -> Stored:
        """One row that is known to be there."""
        stored = self.get(kind, key, photo)
        if stored is None:
            raise ProjectError("The project file is damaged.", f"No {kind} {key} in {self.path}.")
        return stored

    def has_table(self, name: str) -> bool:
        """Whether there is a table that was added later; an old project that is only read has none."""
        return bool(self.query("SELECT 1 FROM sqlite_master WHERE name=?", (name,)))

    def setting(self, name: str) -> str | None:
        """A setting of the project as JSON; None when it was never set."""
        rows = self.query("SELECT value FROM settings WHERE name=?", (name,)) if self.has_table("settings") else []
        return rows[0][0] if rows else None

    def set_setting(self, name: str, value: str) -> None:
        """Keep a setting. It is no edit: undo does not touch it."""
        with self.transaction():
            self.execute("INSERT OR REPLACE INTO settings VALUES(?, ?)", (name, value))

    def last_position(self, kind: Kind) -> float:
        """The highest rank in a table, 0 when empty."""
        return float(self.query(f"SELECT coalesce(max(position), 0) FROM {TABLES[kind]}")[0][0])

    def write(self, changes: Iterable[Change], *, back: bool = False) -> None:
        """Carry changes out, or take them back. ProjectError where a row is not as the change expects it."""
        for change in changes:
            expected, wanted = (change.after, change.before) if back else (change.before, change.after)
            if self.get(change.kind, change.key, change.photo) != expected:
                raise ProjectError(
                    "This was changed by something else in the meantime; nothing was saved.",
                    f"The {change.kind} {change.key} in {self.path} is not what the edit started from. Try again.",
                )
            self._put(change, wanted)

    def insert(self, changes: Sequence[Change], step: Callable[[], None]) -> None:
        """Add new rows, quickly for many; `step` is called for each and may raise to cancel."""
        for kind, table in TABLES.items():
            sql = f"INSERT INTO {table}(key, photo, position, value) VALUES(?, ?, ?, ?)"
            self._db.executemany(sql, _rows((one for one in changes if one.kind == kind), step))

    def log(self, number: int | None, changes: Iterable[Change]) -> None:
        """Write down what an edit changed."""
        nothing = (None, None)
        rows = ((number, c.kind, c.key, c.photo, *(c.before or nothing), *(c.after or nothing)) for c in changes)
        self._db.executemany("INSERT INTO changes VALUES(?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def _put(self, change: Change, wanted: Stored | None) -> None:
        table = TABLES[change.kind]
        if wanted is None:
            self.execute(f"DELETE FROM {table} WHERE photo=? AND key=?", (change.photo, change.key))
        elif change.before is None or change.after is None:
            sql = f"INSERT INTO {table}(key, photo, position, value) VALUES(?, ?, ?, ?)"
            self.execute(sql, (change.key, change.photo, *wanted))
        else:
            sql = f"UPDATE {table} SET position=?, value=? WHERE photo=? AND key=?"
            self.execute(sql, (*wanted, change.photo, change.key))


def _rows(changes: Iterable[Change], step: Callable[[], None]) -> Iterator[tuple[str, str, float, str]]:
    for change in changes:
        if change.after is not None:
            yield (change.key, change.photo, *change.after)
            step()


@contextlib.contextmanager
def translated(path: Path, what: str) -> Iterator[None]:
    """Turn SQLite's errors into one clear ProjectError."""
    try:
        yield
    except sqlite3.Error as error:
        raise ProjectError(f"{path} could not be {what}.", _reason(error)) from error


def _reason(error: sqlite3.Error) -> str:
    text = str(error)
    if "full" in text or "disk I/O" in text:
        return f"The disk is full or broken ({text}). Nothing of this step was saved; free some space and try again."
    if "not a database" in text or "malformed" in text:
        return f"The file is damaged or no CarDamage project ({text}). {REPAIR}"
    if "UNIQUE" in text:
        return "Something of it is there already, put there by something else in the meantime. Try again."
    if "locked" in text:
        return "Another program is using it. Close that program and try again."
    return f"{text[:1].upper()}{text[1:]}."


def make(path: Path) -> None:
    """Make a new project file, which appears whole or not at all; the caller holds the project's lock."""
    for half in path.parent.glob(f".{path.name}.*.part"):  # of a process that was killed while making one
        half.unlink(missing_ok=True)
    marks = f"PRAGMA application_id={APPLICATION_ID}; PRAGMA user_version={SCHEMA_VERSION};"
    with translated(path, "made"), atomic_path(path) as new, contextlib.closing(_connected(new, "mode=rw")) as db:
        db.executescript(f"BEGIN; {SCHEMA} {LATER} {marks} COMMIT;")
        db.close()  # before it is moved


def is_project_file(path: Path) -> bool:
    """Whether a file says that it is one of ours, whatever its name; by its first 100 bytes (SQLite format, 1.3)."""
    with path.open("rb") as file:
        start = file.read(100)
    return start.startswith(b"SQLite format 3\0") and start[68:72] == APPLICATION_ID.to_bytes(4, "big")


def is_unfinished(path: Path) -> bool:
    """Whether the file is a database without anything in it, as an interrupted start of a project left it once."""
    if path.stat().st_size == 0:
        return not any(_is_filled(path.with_name(path.name + ending)) for ending in ("-wal", "-journal"))
    try:
        with contextlib.closing(_reader(path)) as db:
            objects = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            return bool(objects == 0 and db.execute("PRAGMA application_id").fetchone()[0] == 0)
    except sqlite3.Error:
        return False


def _is_filled(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


def _connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    return _reader(path) if read_only else _connected(path, "mode=rw")


def _reader(path: Path, *, rolls_back: bool = False) -> sqlite3.Connection:
    """For reading only; with `rolls_back` a write that was cut short may be taken back first, as SQLite has to."""
    db = _connected(path, "mode=ro")
    try:
        db.execute("SELECT 1 FROM sqlite_master")
    except sqlite3.OperationalError:  # a folder we may not write to: WAL cannot put its index there
        db.close()
        is_cut = rolls_back and _is_filled(path.with_name(f"{path.name}-journal")) and os.access(path, os.W_OK)
        db = _connected(path, "mode=rw" if is_cut else "mode=ro&immutable=1")
    return db


def _needs_no_log(path: Path) -> bool:
    """Whether the write-ahead log must stay off: on a network share, or where a file that has one cannot be opened."""
    if is_remote(path.parent):
        return True
    with contextlib.closing(_connected(path, "mode=rw")) as db:
        try:
            db.execute("SELECT 1 FROM sqlite_master").fetchone()
        except sqlite3.OperationalError as error:
            return "unable to open" in str(error) or "locking protocol" in str(error)
        except sqlite3.DatabaseError:
            return False  # no database: said where it is looked at
    return False


def _without_log(path: Path) -> sqlite3.Connection:
    """A file with a write-ahead log is read alone, without shared memory, and turned into one with a journal."""
    db = _connected(path, "mode=rw")
    db.execute("PRAGMA locking_mode=EXCLUSIVE")
    db.execute("PRAGMA journal_mode=DELETE")
    db.execute("PRAGMA locking_mode=NORMAL")
    db.execute("SELECT 1 FROM sqlite_master").fetchone()  # lets go of the exclusive lock
    return db


def _connected(path: Path, how: str) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?{how}"
    return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, timeout=10)


def _prepare(db: sqlite3.Connection, path: Path, *, read_only: bool, without_log: bool) -> None:
    db.execute("PRAGMA foreign_keys=ON")
    is_large = path.stat().st_size > LARGE  # such a file is looked through when its daily copy is made
    if not is_large and (found := db.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
        raise ProjectError(f"{path} is damaged.", f"{found}. {REPAIR}")
    if not read_only:
        _make_durable(db, without_log=without_log)
        db.executescript(LATER)


def _make_durable(db: sqlite3.Connection, *, without_log: bool) -> None:
    # The rollback journal is the default; WAL stays off where the file system refuses it (network shares).
    with contextlib.suppress(sqlite3.OperationalError):
        if not without_log:
            db.execute("PRAGMA journal_mode=WAL")
    if db.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        db.execute("PRAGMA cache_spill=OFF")  # pages written before the commit would keep readers out until then
    db.execute("PRAGMA synchronous=FULL")


def check_ours(path: Path) -> None:
    """ProjectError unless the file is a project of ours, of a layout that this program knows, and nothing more.

    A trigger or view could change what is written, and so could a table under the name of one of ours.
    """
    if path.stat().st_size == 0:
        raise ProjectError(f"{path} is damaged.", f"It is empty. {REPAIR}")
    with contextlib.closing(_reader(path, rolls_back=True)) as db:
        application = db.execute("PRAGMA application_id").fetchone()[0]
        version = db.execute("PRAGMA user_version").fetchone()[0]
        found = db.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
    if application != APPLICATION_ID:
        raise ProjectError(
            f"{path} is not a CarDamage project.", "It is a database of another program. Choose another folder."
        )
    if version > SCHEMA_VERSION:
        raise ProjectError(
            f"{path} was made by a newer CarDamage.",
            f"It has layout {version}; this program reads up to {SCHEMA_VERSION}. Update CarDamage.",
        )
    if foreign := next((f"the {kind} “{name}”" for kind, name, sql in found if not _is_ours(kind, name, sql)), ""):
        raise ProjectError(f"{path} was refused.", f"It holds {foreign}, which no CarDamage made, and was not changed.")
    if missing := _needed() - {name for _, name, _ in found}:
        raise ProjectError(f"{path} is damaged.", f"The table {min(missing)} is missing. {REPAIR}")


def _is_ours(kind: str, name: str, sql: str | None) -> bool:
    if kind == "index" and sql is None:  # SQLite's own, of a key
        return name.startswith("sqlite_autoindex_")
    if kind == "table" and name.startswith("sqlite_stat"):  # of ANALYZE
        return sql is not None and sql.startswith(f"CREATE TABLE {name}(")
    return sql is not None and _own_objects().get((kind, name)) == _plain(sql)


@functools.cache
def _own_objects() -> dict[tuple[str, str], str]:
    """What our own statements make, as SQLite keeps it: SQL by kind and name."""
    with contextlib.closing(sqlite3.connect(":memory:")) as db:
        db.executescript(SCHEMA + LATER + JOURNAL)
        found = db.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        return {(kind, name): _plain(sql) for kind, name, sql in found}


@functools.cache
def _needed() -> frozenset[str]:
    with contextlib.closing(sqlite3.connect(":memory:")) as db:
        db.executescript(SCHEMA)
        return frozenset(name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type='table'"))


def _plain(sql: str) -> str:
    return " ".join(sql.split())


Value = TypeVar("Value", bound=msgspec.Struct | dict[str, Any])


def value_of(stored: Stored, kind: type[Value]) -> Value:
    """The value in a row; ProjectError where the row is damaged."""
    try:
        value: Value = msgspec.json.decode(stored.value, type=kind)
    except msgspec.MsgspecError as error:
        raise ProjectError("The project file is damaged.", f"A {kind.__name__.lower()} in it: {error}.") from error
    return value
