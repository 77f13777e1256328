"""Splits kept under a name: which photo was for training, validation and test, to be compared with or put back.

PROJECT/splits/<name>.json: photos by SHA-256 (by name where that is unknown), so that they are found after an import.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import msgspec

from .. import files
from ..annotations.model import Photo
from ..errors import ProjectError
from ..text import count
from .history import Edit
from .project import Project

FOLDER = "splits"


class FrozenSplit(msgspec.Struct, frozen=True):
    """A name and the split of each photo by its key."""

    name: str
    splits: dict[str, str]


class Restored(NamedTuple):
    """What putting a frozen split back did: the edit, if any, and how many of its photos are gone."""

    edit: Edit | None
    gone: int


def freeze(project: Project, name: str) -> Path:
    """Keep the present splits under a name; one of the same name is replaced. Raises ProjectError."""
    if not re.fullmatch(r"[\w .-]{1,60}", name) or name.startswith("."):
        raise ProjectError(f"“{name}” cannot name a split.", "Use letters, digits, spaces, dots and dashes.")
    if project.read_only:
        raise ProjectError(f"{project.name} was opened for reading only.", str(project.folder))
    kept = {_key(one.photo): one.photo.split for one in project.dataset().photos if one.photo.split}
    if not kept:
        raise ProjectError("No photo has a split.", "Give photos a split first, by hand or with `cardamage split`.")
    path = project.folder / FOLDER / f"{name}.json"
    files.write_atomic(path, msgspec.json.format(msgspec.json.encode(FrozenSplit(name, kept))))
    return path


def frozen(project_folder: Path) -> list[str]:
    """The names that splits are kept under."""
    folder = Path(project_folder) / FOLDER
    return sorted(path.stem for path in folder.glob("*.json")) if folder.is_dir() else []


def restore(project: Project, name: str) -> Restored:
    """Give all photos the split they had, in one edit; photos that came later get none. Raises ProjectError."""
    path = project.folder / FOLDER / f"{name}.json"
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=FrozenSplit)
    except OSError as error:
        known = ", ".join(frozen(project.folder)) or "none"
        raise ProjectError(f"There is no frozen split “{name}”.", f"Frozen: {known}.") from error
    except msgspec.DecodeError as error:
        raise ProjectError(f"{path} is damaged.", f"{error}. Freeze the split again.") from error
    before = [project.photo(one.id) for one in project.photos()]
    keys = {_key(photo) for photo in before}
    pairs = [(photo, msgspec.structs.replace(photo, split=kept.splits.get(_key(photo), ""))) for photo in before]
    changed = [(old, new) for old, new in pairs if old != new]
    edit = project.edit_photos([old for old, _ in changed], [new for _, new in changed], f"Split as in “{name}”")
    return Restored(edit, len(kept.splits.keys() - keys))


def told(restored: Restored, name: str) -> str:
    """What happened, in a sentence."""
    gone = f" {count(restored.gone, 'photo')} of it are not in the project any more." if restored.gone else ""
    return f"The photos are split as in “{name}”.{gone}" if restored.edit else f"The photos were split like this.{gone}"


def _key(photo: Photo) -> str:
    return photo.sha256 or photo.name
