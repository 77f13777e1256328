"""Finds photos that moved: one whose file is named, and the missing ones that lay beside it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePath
from typing import NamedTuple

import msgspec

from .. import files
from ..annotations.model import AnnotatedPhoto, Photo
from ..errors import PhotoError, ProjectError
from .orientation import headers


class Relinked(NamedTuple):
    """A photo before, and with the place and size of the file that was found."""

    before: Photo
    after: Photo


def relinked(photos: Iterable[Photo], chosen: Photo, path: Path, *, folder: Path) -> list[Relinked]:
    """The photo `chosen`, whose file lies at `path`, first; then others of its old folder that lie beside that now.

    Only photos of a project in `folder` whose files are missing are taken. A neighbour whose file has another number of
    bytes than its annotations name is left alone. ProjectError where the file named cannot be read as a photo.
    """
    first = _placed(chosen, path, folder)
    if first is None:
        raise ProjectError(f"{path.name} cannot be read as a photo.", f"Choose the file of {chosen.name}. Was: {path}")
    found = [first]
    old = PurePath(chosen.path).parent
    for photo in photos:
        beside = path.parent / PurePath(photo.path).name
        if photo.id == chosen.id or PurePath(photo.path).parent != old or files.is_there(folder / photo.path):
            continue
        if files.is_there(beside) and (photo.size <= 0 or beside.stat().st_size == photo.size):
            placed = _placed(photo, beside, folder)
            found += [placed] if placed is not None else []
    return found


def _placed(photo: Photo, path: Path, folder: Path) -> Relinked | None:
    inside = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)
    (header,) = headers([AnnotatedPhoto(msgspec.structs.replace(photo, path=str(path)))], step=lambda: None)
    if isinstance(header, PhotoError):
        return None
    return Relinked(photo, msgspec.structs.replace(photo, path=inside, width=header[0], height=header[1]))
