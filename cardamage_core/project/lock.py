"""Who may write to a project? One process at a time, by a lock that dies with the process."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ProjectError

if TYPE_CHECKING:
    import filelock

LOCK = "project.lock"


def taken(folder: Path) -> filelock.BaseFileLock:
    """The lock of a project's folder (made when absent), held; ProjectError when somebody else holds it."""
    import filelock  # not before a project is opened: the window is up sooner

    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(folder / LOCK, timeout=0)
        lock.acquire()
    except filelock.Timeout:
        raise ProjectError(
            f"{folder.name} is open in another window or command.", f"Close it there first: {folder}."
        ) from None
    except (OSError, NotImplementedError) as error:
        raise ProjectError(f"{folder} cannot be used for a project.", f"{error}.") from error
    return lock
