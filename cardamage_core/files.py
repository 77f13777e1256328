"""Atomic writes, hashes of files, and the folder of our own resources."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

from .errors import CarDamageError

# What `imaging` decodes and `formats` reads; the lists that dialogs, drops and searches of folders go by.
PHOTO_SUFFIXES = (
    ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".bmp", ".webp", ".tif", ".tiff", ".heic", ".heif", ".avif", ".mpo",
)  # fmt: skip
ARCHIVE_SUFFIXES = (".zip",)  # of photos, such as those of a claim
ANNOTATION_SUFFIXES = (".json", ".csv", ".xml", ".yaml", ".yml")
REPORT_SUFFIXES = (".pdf", ".html", ".json", ".csv")  # of a claim
EVALUATION_SUFFIXES = (".html", ".csv", ".json")  # of a model


def write_atomic(path: Path, data: bytes) -> None:
    """Write `data` to `path` so that a crash or a full disk leaves the old file or the new one, never a part."""
    with atomic_path(path) as temporary:
        temporary.write_bytes(data)


@contextlib.contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Hand out a temporary path beside `path`; on success it is synced and moved into place, otherwise removed."""
    path = Path(path)
    temporary = _temporary_beside(path)
    try:
        yield temporary
        _sync(temporary)
        temporary.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        told = [f"{error.strerror or error}.", *(["The old file is unchanged."] if is_there(path) else [])]
        raise CarDamageError(f"Could not write {path}.", " ".join(told)) from error
    finally:
        temporary.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` survive a power cut, where the system can."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def is_there(path: Path | str) -> bool:
    """Whether a file lies at a path that may be anything: too long, or with characters that no path holds."""
    try:
        return Path(path).is_file()
    except (OSError, ValueError):
        return False


def is_text(name: Path | str) -> bool:
    """Whether a name is UTF-8, and so can be kept; file systems hold other names as well."""
    try:
        str(name).encode()
    except UnicodeEncodeError:
        return False
    return True


def printable(name: Path | str) -> str:
    """A name as text that can be written and kept; bytes that are not UTF-8 as \\udc….."""
    return str(name).encode("utf-8", "backslashreplace").decode()


def sha256(path: Path) -> str:
    """The file's SHA-256 as hex digits."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def resource(name: str) -> Path:
    """The path of a file we ship, e.g. `resource("report/summary.html")`."""
    return Path(str(resources.files("cardamage_resources"))) / name


def _temporary_beside(path: Path) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=".part", dir=path.parent)
    except OSError as error:
        raise CarDamageError(f"Could not write {path}.", f"{error.strerror or error}.") from error
    os.close(descriptor)
    return Path(name)


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
    path.chmod(0o644)
