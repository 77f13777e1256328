"""Reads untrusted zip archives.

The directory is measured before it is read (a million entries take gigabytes of memory), each entry is looked at
before it is opened, and what is read is counted: an archive may say what it likes about its sizes. Formats: APPNOTE.TXT
6.3.10, sections 4.3.12 to 4.3.16.
"""

from __future__ import annotations

import contextlib
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import IO, NamedTuple

SUFFIXES = (".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz")
MOST_ENTRIES = 5000
MOST_DIRECTORY = 4_000_000  # bytes
MOST_UNPACKED = 4_000_000_000  # bytes of one archive
SUSPICIOUS = 20_000_000  # bytes from which an entry must not be packed too well
BEST_RATIO = 100  # photos hardly shrink
READING = (OSError, EOFError, ValueError, NotImplementedError, RuntimeError, zipfile.BadZipFile, zlib.error)
_END, _END64, _LOCATOR64 = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_LONGEST_END = 65_557  # bytes of the end record with its comment
_LINK = 0o120000


class Refusal(Exception):  # noqa: N818 a sentence about a file that is left out, not a failure
    """Why something was left out, as the rest of a sentence."""


class Member(NamedTuple):
    """A file in an archive."""

    name: str
    archive: zipfile.ZipFile
    info: zipfile.ZipInfo

    def open(self) -> IO[bytes]:
        """Its bytes, unpacked."""
        return self.archive.open(self.info)


class Opened:
    """Archives that are open, to be closed together."""

    def __init__(self) -> None:
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Opened:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def members(self, path: Path) -> list[Member | Refusal]:
        """The files in an archive by name, or why one of them is refused. Refusal when the archive is."""
        try:
            _check_directory(path)
            archive = self._stack.enter_context(zipfile.ZipFile(path))
        except READING as error:
            raise Refusal(f"it is no archive that can be read ({error}).") from error
        return list(_members(archive))


def _members(archive: zipfile.ZipFile) -> Iterator[Member | Refusal]:
    total = 0
    for info in sorted(archive.infolist(), key=lambda one: one.filename):
        if info.is_dir():
            continue
        total += info.file_size
        if total > MOST_UNPACKED:
            yield Refusal(f"it would unpack to more than {MOST_UNPACKED // 1_000_000_000} GB; the rest was left out.")
            return
        reason = _reason(info)
        yield Refusal(f"“{_short(info.filename)}” {reason}") if reason else Member(info.filename, archive, info)


def _reason(info: zipfile.ZipInfo) -> str:
    """Why an entry is refused, "" if it is not."""
    name = info.filename.replace("\\", "/")
    if name.startswith("/") or name[1:2] == ":" or ".." in PurePosixPath(name).parts:
        return "was left out: its name leads out of the archive."
    if (info.external_attr >> 16) & 0o170000 == _LINK:
        return "was left out: it is a link."
    if info.flag_bits & 1:
        return "was left out: it is locked with a password."
    if info.file_size > SUSPICIOUS and info.file_size > BEST_RATIO * max(1, info.compress_size):
        return f"was left out: it would unpack to {info.file_size // max(1, info.compress_size):,} times its size."
    return ""


def _short(name: str) -> str:
    return name if len(name) <= 60 else f"{name[:57]}…"


def _check_directory(path: Path) -> None:
    entries, size = _directory(path)
    if entries > MOST_ENTRIES or size > MOST_DIRECTORY:
        raise Refusal(f"it holds {entries:,} files, at most {MOST_ENTRIES:,} are unpacked.")


def _directory(path: Path) -> tuple[int, int]:
    """How many entries an archive says it has, and the bytes of its directory."""
    with path.open("rb") as file:
        length = file.seek(0, 2)
        begin = max(0, length - _LONGEST_END)
        file.seek(begin)
        tail = file.read()
        place = tail.rfind(_END)
        if place < 0 or len(tail) < place + 22:
            raise zipfile.BadZipFile("it does not end as one")
        entries, size = struct.unpack_from("<HI", tail, place + 10)
        locator = tail[place - 20 : place] if place >= 20 else b""
        if locator.startswith(_LOCATOR64):
            file.seek(struct.unpack_from("<Q", locator, 8)[0])
            record = file.read(56)
            if record.startswith(_END64) and len(record) == 56:
                entries, size = struct.unpack_from("<QQ", record, 32)
        return entries, min(size, length)
