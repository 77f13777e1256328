"""Copies of the project file: making them daily, and putting one back.

A copy is made when a project is opened for writing or closed, and the newest copy is older than a day: by SQLite's own
backup, to a temporary name first, looked through before it counts. Three are kept, in `copies/`; a damaged file never
pushes a good copy out.
"""

from __future__ import annotations

import contextlib
import datetime
import shutil
import sqlite3
from pathlib import Path

from ..errors import ProjectError
from ..files import atomic_path
from .filesystem import taken

FILE = "project.cardamage"
FOLDER = "copies"
PARTS = ("", "-wal", "-shm", "-journal")
KEPT = 3
DAY = datetime.timedelta(hours=24)
# Damage that SQLite does not see: it keeps no check sums, and a zeroed sector may lie within one value.
WRONG_ROWS = {
    f"A row of {table} is damaged": f"SELECT 1 FROM {table} WHERE {condition} LIMIT 1"
    for table, condition in {
        "photos": "NOT json_valid(value) OR json_extract(value, '$.name') IS NOT name"
        " OR json_extract(value, '$.path') IS NOT path",
        "regions": "NOT json_valid(value) OR coalesce(json_extract(value, '$.label'), '') IS NOT label",
        "labels": "NOT json_valid(value)",
        "edits": "at NOT LIKE '2___-__-__T%'",
        "changes": "NOT json_valid(coalesce(before_value, '0')) OR NOT json_valid(coalesce(after_value, '0'))",
    }.items()
}
LATER_ROWS = {  # of tables that an older project has not
    "looks": "SELECT 1 FROM looks WHERE NOT json_valid(value) LIMIT 1",
    "settings": "SELECT 1 FROM settings WHERE NOT json_valid(value) LIMIT 1",
    "extras": "SELECT 1 FROM extras WHERE NOT json_valid(value) LIMIT 1",
}
STAMP = "%Y-%m-%d %H%M%S"


def copies(folder: Path) -> list[Path]:
    """The copies of a project's file, newest first; those of a clock that was wrong, from the future, last."""
    now = datetime.datetime.now() + DAY  # a clock set back by a time zone is no error

    def age(path: Path) -> tuple[bool, datetime.datetime]:
        return _made(path) <= now, _made(path)

    return sorted((folder / FOLDER).glob("project *.cardamage"), key=age, reverse=True)


def is_due(folder: Path, now: datetime.datetime) -> bool:
    """Whether there is no copy younger than a day."""
    return all(abs(now - _made(path)) >= DAY for path in copies(folder)[:1])


def clean(folder: Path) -> None:
    """Remove what a process left that was killed while it made a copy; to be called before anybody makes another."""
    for half in (folder / FOLDER).glob(".project *.part"):
        half.unlink(missing_ok=True)


def keep(folder: Path, now: datetime.datetime | None = None, *, kept: int = KEPT) -> Path | None:
    """Make a copy if one is due, and let all but the last `kept` go; None when none was due or nothing was ever done.

    ProjectError when the project file turns out to be damaged; all older copies stay then. Others may edit meanwhile.
    """
    now = now or datetime.datetime.now()
    if not is_due(folder, now) or _is_blank(folder / FILE):
        return None
    target = folder / FOLDER / f"project {now.strftime(STAMP)}.cardamage"
    with atomic_path(target) as temporary:
        _copy(folder / FILE, temporary)
        if reason := trouble(temporary):
            raise ProjectError(
                f"{folder / FILE} is damaged.", f"{reason}. “cardamage check --repair {folder}” brings a copy back."
            )
    for old in copies(folder)[kept:]:
        old.unlink(missing_ok=True)
    return target


def trouble(path: Path) -> str:
    """What is wrong with a project file, "" when nothing is. Reads the whole file, and each row."""
    try:
        with contextlib.closing(_reader(path)) as db:
            found = db.execute("PRAGMA integrity_check(1)").fetchone()[0]
            tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master")}
            later = {f"A row of {name} is damaged": sql for name, sql in LATER_ROWS.items() if name in tables}
            wrong = [what for what, sql in {**WRONG_ROWS, **later}.items() if db.execute(sql).fetchone()]
    except (sqlite3.Error, UnicodeDecodeError) as error:
        return str(error)
    return "; ".join(wrong) if found == "ok" else found


def restore(folder: Path) -> Path | None:
    """Put the newest whole copy in the place of a damaged project file; None when the file is whole.

    So it is where the project file is gone. A damaged file is kept beside it under another name. ProjectError when no
    copy is whole, or the project is open.
    """
    folder = Path(folder).absolute()
    if not (folder / FILE).exists() and not copies(folder):
        raise ProjectError(f"{folder} is not a CarDamage project.", f"There is no file {FILE} in it, and no copy.")
    lock = taken(folder)
    try:
        what = "damaged" if (folder / FILE).exists() else "gone"
        if what == "damaged" and not trouble(folder / FILE):
            return None
        whole = next((copy for copy in copies(folder) if not trouble(copy)), None)
        if whole is None:
            raise ProjectError(
                f"{folder / FILE} is {what}, and there is no whole copy of it.", f"Looked in {folder / FOLDER}."
            )
        put_aside(folder)
        with atomic_path(folder / FILE) as temporary:
            shutil.copyfile(whole, temporary)
        return whole
    finally:
        lock.release()


def parts_of(path: Path) -> list[Path]:
    """A database file and what SQLite writes beside it, whether it is there or not."""
    return [path.with_name(path.name + ending) for ending in PARTS]


def put_aside(folder: Path) -> None:
    """Give what lies in the place of the project file other names; an empty file goes."""
    stamp = datetime.datetime.now().strftime(STAMP)
    for path, ending in zip(parts_of(folder / FILE), PARTS, strict=True):
        if path.exists() and path.stat().st_size == 0:
            path.unlink()
        elif path.exists():
            path.rename(folder / f"damaged {stamp}.cardamage{ending}")


def _copy(source: Path, target: Path) -> None:
    try:
        with contextlib.closing(_reader(source)) as old, contextlib.closing(sqlite3.connect(target)) as new:
            old.backup(new)
            new.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it
    except sqlite3.Error as error:
        raise ProjectError(f"{source} could not be copied.", f"{error}. Older copies are kept.") from error


def _is_blank(path: Path) -> bool:
    """Whether nothing was ever done in a project; one that cannot be asked is not blank."""
    try:
        with contextlib.closing(_reader(path)) as db:
            return db.execute("SELECT 1 FROM edits LIMIT 1").fetchone() is None
    except sqlite3.Error:
        return False


def _reader(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=10)


def _made(path: Path) -> datetime.datetime:
    try:
        return datetime.datetime.strptime(path.stem.removeprefix("project "), STAMP)
    except ValueError:
        return datetime.datetime.min
