"""Fingerprints of photo files, to notice files that changed since their regions were drawn.

For each photo the project remembers size, time and a hash of its file; it is no edit and cannot be undone. The hash is
of the size and three pieces (begin, middle, end), so that a hundred thousand photos can be told apart without reading
them whole; it is made again only where size or time differ.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from ..annotations.model import Problem
from .store import Store

PIECE = 65_536  # bytes
AT_ONCE = 500  # photos whose fingerprints are written together


class Fingerprint(NamedTuple):
    """A file as it was when it was looked at: bytes, modification time in nanoseconds, hash."""

    size: int
    changed: int
    digest: str


def of(path: Path, known: Fingerprint | None = None) -> Fingerprint | None:
    """The fingerprint of a file, None when it cannot be read. The hash is taken from `known` where nothing changed."""
    try:
        stat = path.stat()
        if known and (known.size, known.changed) == (stat.st_size, stat.st_mtime_ns):
            return known
        return Fingerprint(stat.st_size, stat.st_mtime_ns, _digest(path, stat.st_size))
    except OSError:
        return None


def problems(
    store: Store, folder: Path, *, photo: str = "", keep: bool = True, cancelled: Callable[[], bool] = lambda: False
) -> Iterator[Problem]:
    """Photos (or one) that vanished or were replaced since the project first saw them; `keep`: remember new ones."""
    one, values = (" AND key=?", (photo,)) if photo else ("", ())
    photos = store.query(f"SELECT key, name, path FROM photos WHERE NOT missing{one} ORDER BY position", values)
    known = _remembered(store, photo)
    fresh: dict[str, Fingerprint] = {}
    for key, name, path in photos:
        if cancelled():
            break
        old, new = known.get(key), of(folder / path, known.get(key))
        if new is None:
            yield Problem("vanished-photo", f"{name} is no longer at {folder / path}. Its regions stay.", "error", key)
        elif old is not None and old.digest != new.digest:
            text = f"The file of {name} was replaced by another one. Look whether its regions still fit, and accept it."
            yield Problem("replaced-photo", text, "error", key)
        elif old != new:
            fresh[key] = new
        if len(fresh) >= AT_ONCE and keep:
            remember(store, fresh)
            fresh = {}
    if keep:
        remember(store, fresh)


def remember(store: Store, fresh: dict[str, Fingerprint]) -> None:
    """These are the photos' files from now on."""
    if fresh:
        with store.transaction():
            for key, seen in fresh.items():
                store.execute("INSERT OR REPLACE INTO fingerprints VALUES(?, ?, ?, ?)", (key, *seen))


def _remembered(store: Store, photo: str) -> dict[str, Fingerprint]:
    if not store.has_table("fingerprints"):
        return {}  # an old project that is only read
    one, values = (" WHERE photo=?", (photo,)) if photo else ("", ())
    return {key: Fingerprint(*rest) for key, *rest in store.query(f"SELECT * FROM fingerprints{one}", values)}


def _digest(path: Path, size: int) -> str:
    digest = hashlib.sha256(str(size).encode())
    with path.open("rb") as file:
        for start in (0, max(0, size // 2 - PIECE // 2), max(0, size - PIECE)):
            file.seek(start)
            digest.update(file.read(PIECE))
    return digest.hexdigest()
