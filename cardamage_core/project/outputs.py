"""Decides which paths an export, a report or a prediction may write.

What belongs to a project (its file, copies, jobs, models, cache) and its photos are never written over, whatever name
leads there: links, other spellings and hard links are looked through. Other files are replaced only when that is asked.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path

from ..errors import CarDamageError, ProjectError
from .backups import FILE
from .backups import FOLDER as COPIES
from .filesystem import LOCK
from .store import is_project_file

OWN_FOLDERS = frozenset((COPIES, "jobs", "models", "evaluations", "splits", "trash", "cache"))
OWN_NAMES = (FILE, LOCK, f".{FILE}", "damaged ")  # how the names of a project's own files begin
ASK = "Choose another name, or add --force to replace it."

Key = tuple[int, int]  # device and number of a file, which are the same under all its names


class FileExistsAlreadyError(ProjectError):
    """Files would be replaced, which was not asked for."""

    def __init__(self, paths: Sequence[Path]) -> None:
        others = f" So are {len(paths) - 1} more." if len(paths) > 1 else ""
        super().__init__(f"{paths[0].name} is there already.", f"{paths[0]}.{others} {ASK}")
        self.paths = tuple(paths)


class Outputs:
    """The paths that may be written beside some photos, and the own folders of a project or model.

    `replace`: files that are there may be replaced; or only those named.
    """

    def __init__(
        self,
        photos: Iterable[Path],
        *,
        project: Path | None = None,
        folders: Sequence[Path] = (),
        replace: bool | Collection[Path] = False,
    ) -> None:
        self._photos = tuple(photos)
        self._project, self._folders = project, folders
        self._replace = replace

    def check(self, paths: Sequence[Path]) -> None:
        """ProjectError if one of the paths must not be written; FileExistsAlreadyError if some would be replaced."""
        for path in paths:
            if reason := self._reason(path):
                raise ProjectError(f"{path} is not written over.", f"{reason} Choose another name.")
        if self._replace is True:
            return
        allowed = () if self._replace is False else self._replace
        if there := [path for path in paths if os.path.lexists(path) and path not in allowed]:
            raise FileExistsAlreadyError(there)

    def _reason(self, path: Path) -> str:
        """Why a path must not be written, "" where it may."""
        try:
            real = path.resolve()
            seen = real.stat() if real.exists() else None
        except (OSError, RuntimeError, ValueError) as error:  # links in a circle, names too long
            raise CarDamageError(f"Could not write {path}.", f"{getattr(error, 'strerror', None) or error}.") from error
        if project := next(_owners(real), None):
            return f"It belongs to the project {project}."
        if folder := next((folder for folder in self._folders if real.is_relative_to(folder.resolve())), None):
            return f"It belongs to {folder}."
        if self._is_photo(real):
            return "It is a photo."
        if seen is None:
            return ""
        if not real.is_file():
            return "It is no ordinary file."
        key = (seen.st_dev, seen.st_ino)
        if is_project_file(real) or (seen.st_nlink > 1 and key in self._own_files):
            return "It belongs to a project."
        return "It is a photo." if key in self._photo_keys else ""

    def _is_photo(self, real: Path) -> bool:
        """Whether a photo is called so, also one that is missing."""
        name = real.name.casefold()
        named = (photo for photo in self._photos if photo.name.casefold() == name)
        return any(str(photo.resolve()).casefold() == str(real).casefold() for photo in named)

    @cached_property
    def _photo_keys(self) -> frozenset[Key]:
        return frozenset(key for photo in self._photos if (key := _key(photo)))

    @cached_property
    def _own_files(self) -> frozenset[Key]:
        """The files in the project's and the other own folders; looked through only for files with several names."""
        folders = [*self._folders, *([self._project / name for name in OWN_FOLDERS] if self._project else [])]
        found = (Path(at) / name for folder in folders for at, _, names in os.walk(folder) for name in names)
        return frozenset(key for path in found if (key := _key(path)))


def _owners(real: Path) -> Iterator[Path]:
    """The folders of projects whose own files would include this one."""
    for folder in real.parents:
        inside = real.relative_to(folder).parts[0].casefold()
        is_own = inside in OWN_FOLDERS if real.parent != folder else inside.startswith(OWN_NAMES)
        if is_own and (folder / FILE).exists():
            yield folder


def _key(path: Path) -> Key | None:
    try:
        seen = path.stat()
    except (OSError, ValueError):
        return None
    return seen.st_dev, seen.st_ino
