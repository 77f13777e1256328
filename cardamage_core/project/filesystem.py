"""The project lock, and detection of network shares.

One process at a time writes to a project, by a lock that dies with the process. Folders and lock file may be removed by
the process that made them, while it holds the lock. A process that gets a lock on a file that is no longer in its place
takes the lock again, so two processes never hold locks on two files of one name.

On network shares SQLite's write-ahead log must not be used: its memory is local.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

from ..errors import ProjectError, ProjectLockedError, reason_of

LOCK = "project.lock"
TRIES = 100  # each is lost only to a process that just removed the folder

Release = Callable[[], None]


class ProjectLock:
    """A lock that is held; `folders` are those that were made to hold its file, innermost first."""

    def __init__(self, path: Path, release: Release, folders: tuple[Path, ...]) -> None:
        self._path = path
        self._release = release
        self._folders = folders

    def release(self) -> None:
        """Let others in. Releasing twice is fine."""
        self._release()
        self._release = _nothing

    def discard(self) -> None:
        """Release, and remove the lock's file with the folders that were made for it and hold nothing else."""
        if os.name == "nt":  # an open file cannot be removed there; nor can one that another process has opened since
            self.release()
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)
            for folder in self._folders:
                folder.rmdir()
        self.release()


def taken(folder: Path) -> ProjectLock:
    """The lock of a project's folder (made when absent), held; ProjectLockedError when another process holds it."""
    path = folder / LOCK
    for left in reversed(range(TRIES)):
        try:
            made = tuple(one for one in (folder, *folder.parents) if not one.exists())
            folder.mkdir(parents=True, exist_ok=True)
            return ProjectLock(path, _acquired(path), made)
        except (OSError, NotImplementedError) as error:
            if isinstance(error, FileNotFoundError) and left:  # removed by its maker at this moment
                continue
            raise ProjectError(f"{folder} cannot be used for a project.", f"{reason_of(error)}.") from error
    raise AssertionError("the last try returns or raises")


def _acquired(path: Path) -> Release:
    """What lets go of the lock again. FileNotFoundError where its file is not there any more."""
    if os.name == "nt":
        import filelock

        lock = filelock.FileLock(path, timeout=0)
        try:
            lock.acquire()
        except filelock.Timeout:
            raise _held(path.parent) from None
        return lock.release
    return _flocked(path)


def _flocked(path: Path) -> Release:
    """`filelock` keeps its descriptor to itself, and only by that can one tell that the locked file is still there."""
    import fcntl

    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not os.path.samestat(os.fstat(descriptor), path.stat()):
            raise FileNotFoundError(path)
    except BlockingIOError:
        os.close(descriptor)
        raise _held(path.parent) from None
    except BaseException:
        os.close(descriptor)
        raise
    return lambda: os.close(descriptor)


def _held(folder: Path) -> ProjectLockedError:
    return ProjectLockedError(
        f"{folder.name} is open in another window or command.", f"Close it there first: {folder}."
    )


def _nothing() -> None:
    """For a lock that was released already."""


REMOTE = ("nfs", "cifs", "smb", "afp", "ncp", "fuse.sshfs", "fuse.glusterfs", "ceph", "lustre", "davfs", "afs")


def is_remote(path: Path) -> bool:
    """Whether the file system at `path` is a network share; False where the system does not tell."""
    if str(path).startswith(("\\\\", "//")):
        return True
    import psutil

    try:
        mounted = {part.mountpoint: part for part in psutil.disk_partitions(all=True)}
    except (OSError, RuntimeError):
        return False
    for folder in (path, *path.absolute().resolve().parents):
        if part := mounted.get(str(folder)):
            return part.fstype.casefold().startswith(REMOTE) or "remote" in part.opts
    return False
