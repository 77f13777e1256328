"""The trash of a project: deleted jobs, evaluations and models lie there until they are restored or emptied out.

PROJECT/trash/<kind>/<name>   what was PROJECT/<kind>/<name>
"""

from __future__ import annotations

import shutil
from pathlib import Path

from ..errors import ProjectError

FOLDER = "trash"


def put(path: Path) -> Path:
    """Move a folder PROJECT/<kind>/<name> to the trash; where it lies now. ProjectError where that cannot be done."""
    path = Path(path).absolute()
    target = _free(path.parent.parent / FOLDER / path.parent.name / path.name)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        path.rename(target)
    except OSError as error:
        raise ProjectError(f"{path} could not be moved to the trash.", f"{error.strerror or error}.") from error
    return target


def restore(trashed: Path) -> Path:
    """Move a folder back to where it was; its place. ProjectError where something lies there or it is gone."""
    trashed = Path(trashed).absolute()
    target = trashed.parents[2] / trashed.parent.name / trashed.name
    if target.exists():
        raise ProjectError(f"{trashed.name} could not be restored.", f"{target} is there already.")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        trashed.rename(target)
    except OSError as error:
        raise ProjectError(f"{trashed.name} could not be restored.", f"{error.strerror or error}.") from error
    return target


def contents(project_folder: Path, kind: str) -> list[Path]:
    """What of a kind ("jobs", "models", "evaluations") lies in the trash, the newest first."""
    folder = Path(project_folder) / FOLDER / kind
    found = [path for path in folder.iterdir() if path.is_dir()] if folder.is_dir() else []
    return sorted(found, key=lambda path: path.name, reverse=True)


def empty(project_folder: Path) -> None:
    """Remove for good what lies in the trash."""
    shutil.rmtree(Path(project_folder) / FOLDER, ignore_errors=True)


def _free(path: Path) -> Path:
    """The path, with a number where something of that name was thrown away before."""
    number, free = 2, path
    while free.exists():
        free = path.with_name(f"{path.name} {number}")
        number += 1
    return free
