"""Does a folder lie on another machine? SQLite's write-ahead log must not be used there: its memory is local."""

from __future__ import annotations

from pathlib import Path

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
