"""Where do the photos lie that an annotation file names?

File names in annotations are untrusted: only their last part is used, to look a file up among those that were found in
the folders the user named. Nothing outside these folders is ever touched.
"""

from __future__ import annotations

import os
import re
import unicodedata
import urllib.parse
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..imaging import SUFFIXES

DEEPEST = 4  # folders below the named one
MOST_FILES = 500_000


class PhotoFiles:
    """The files of one folder: looked for in the folder itself first, below it only when asked for more."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._near = _index(_files(folder, 0))
        self._all: dict[str, list[Path]] | None = None

    def find(self, name: str, *, size: int = 0) -> Path | None:
        """The file an annotation calls `name`; among several of that name the one with `size` bytes wins."""
        for base in _bases(name):
            if found := self._near.get(_folded(base)):
                return _best(found, name, size)
        for base in _bases(name):
            if found := self._everything().get(_folded(base)):
                return _best(found, name, size)
        return None

    def photos(self) -> list[Path]:
        """All files that look like photos, by name: in the folder itself, or below it when there are none."""
        for index in (self._near, self._everything()):
            photos = [path for paths in index.values() for path in paths if path.suffix.lower() in SUFFIXES]
            if photos:
                return sorted(photos)
        return []

    def _everything(self) -> dict[str, list[Path]]:
        if self._all is None:
            self._all = _index(_files(self._folder, DEEPEST))
        return self._all


def _files(folder: Path, depth: int) -> Iterator[Path]:
    """Files in a folder and `depth` folders below; hidden folders and links to folders are left out."""
    waiting = [(folder, 0)]
    count = 0
    while waiting and count < MOST_FILES:
        here, level = waiting.pop()
        for entry in _entries(here):
            if entry.is_dir(follow_symlinks=False):
                if level < depth and not entry.name.startswith("."):
                    waiting.append((Path(entry.path), level + 1))
            elif entry.is_file():
                count += 1
                yield Path(entry.path)


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:  # a folder we may not read holds no photos for us
        return []


def _index(paths: Iterator[Path]) -> dict[str, list[Path]]:
    index: dict[str, list[Path]] = {}
    for path in paths:
        index.setdefault(_folded(path.name), []).append(path)
    return index


def _bases(name: str) -> Sequence[str]:
    """The last part of a path or URL, as it stands and with its %20 undone."""
    plain = re.split(r"[\\/]", name)[-1]
    url = urllib.parse.unquote(re.split(r"[?#]", re.split(r"[\\/]", name.split("?")[0])[-1])[0])
    return (plain, url) if "://" in name or "%" in name else (plain,)


def _best(found: list[Path], name: str, size: int) -> Path:
    ending = tuple(part for part in re.split(r"[\\/]", name) if part not in ("", ".", ".."))

    def rank(path: Path) -> tuple[bool, bool, bool, int, str]:
        is_same_end = path.parts[-len(ending) :] == ending
        is_same_size = size > 0 and path.stat().st_size == size
        return (not is_same_size, not is_same_end, path.name != ending[-1], len(path.parts), str(path))

    return found[0] if len(found) == 1 else min(found, key=rank)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
