"""Files on their way to a cluster: a list of names and sizes, and their bytes as one stream, cut into parts.

Each part is a package in the head node's memory until the job has taken it, so few parts are under way at a time and
any amount passes through any cluster. Both ends are here: `Sender` on this computer, `receive` in the job.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import msgspec

from ..errors import JobError
from .client import Client

PART = 16 << 20  # bytes; Ray refuses more than 100 MiB at once
AHEAD = 3  # parts that lie in the head node's memory at most
LIST, STOP, DONE, ACKNOWLEDGED = "list", "stop", "done", "taken"  # the other packages of a job


class Entry(msgspec.Struct, frozen=True):
    """One file: where it goes, below the job's folder on the node, and its size in bytes."""

    name: str
    size: int


class Source(NamedTuple):
    """A file to send under a name: of the disk, or bytes."""

    name: str
    content: Path | bytes

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.content) if isinstance(self.content, bytes) else self.content.stat().st_size


def package(submission: str, what: str | int) -> str:
    """The package of a job with this name or, of a part, number."""
    return f"{submission}-{what:06d}.part" if isinstance(what, int) else f"{submission}-{what}.part"


class Sender:
    """Sends files part by part; call `feed` now and then with how many parts the job has taken."""

    def __init__(self, client: Client, submission: str, sources: Sequence[Source]) -> None:
        """Nothing is sent yet. Raises JobError where a file cannot be read."""
        self._client, self._submission, self._sources = client, submission, list(sources)
        self._entries = [Entry(source.name, _size(source)) for source in self._sources]
        self.total = -(-sum(entry.size for entry in self._entries) // PART)
        self.sent = 0
        self._listed = False
        self._parts = _parts(self._sources, self._entries)
        self._waiting: bytes | None = None

    @property
    def done(self) -> bool:
        """Whether all parts were sent."""
        return self._listed and self.sent == self.total

    def feed(self, taken: int) -> None:
        """Send what may be under way. After an error the same part is sent again."""
        if not self._listed:
            self._client.put(package(self._submission, LIST), msgspec.json.encode(self._entries))
            self._listed = True
        while self.sent < self.total and self.sent - taken < AHEAD:
            self._waiting = next(self._parts) if self._waiting is None else self._waiting
            self._client.put(package(self._submission, self.sent), self._waiting)
            self._waiting = None
            self.sent += 1

    def begin_at(self, taken: int) -> None:
        """Go on where another sender of the same files was ended: this many parts were taken."""
        self._listed = True
        while self.sent < min(taken, self.total):
            next(self._parts)
            self.sent += 1


def receive(
    entries: Sequence[Entry], root: Path, take: Callable[[int], bytes], *, taken: Callable[[int], None]
) -> Iterator[str]:
    """Write the files below `root` and yield the name of each when it is whole.

    `take(n)` waits for part n; `taken` is told how many parts were written.
    """
    stream = _Stream(take, taken)
    for entry in entries:
        path = root / safe_name(entry.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            left = entry.size
            while left:
                block = stream.read(left)
                file.write(block)
                left -= len(block)
        yield entry.name


def safe_name(name: str) -> PurePosixPath:
    """A relative path that stays below its root. ValueError for any other."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts or "\\" in name:
        raise ValueError(f"{name!r} is no name of a file in a parcel.")
    return path


class _Stream:
    def __init__(self, take: Callable[[int], bytes], taken: Callable[[int], None]) -> None:
        self._take, self._taken = take, taken
        self._number, self._part, self._at = 0, b"", 0

    def read(self, most: int) -> bytes:
        if self._at == len(self._part):
            self._part, self._at = self._take(self._number), 0
            self._number += 1
            self._taken(self._number)
        block = self._part[self._at : self._at + most]
        self._at += len(block)
        return block


def _size(source: Source) -> int:
    try:
        return source.size
    except OSError as error:
        raise JobError(f"{source.content!s} cannot be sent.", f"{error.strerror}.") from error


def _parts(sources: Sequence[Source], entries: Sequence[Entry]) -> Iterator[bytes]:
    """The bytes of all files in parts of PART bytes, the last one shorter."""
    part = bytearray()
    for source, entry in zip(sources, entries, strict=True):
        for block in _blocks(source, entry.size):
            part += block
            while len(part) >= PART:
                yield bytes(part[:PART])
                del part[:PART]
    if part:
        yield bytes(part)


def _blocks(source: Source, size: int) -> Iterator[bytes]:
    if isinstance(source.content, bytes):
        yield source.content
        return
    try:
        with source.content.open("rb") as file:
            read = 0
            while block := file.read(1 << 20):
                read += len(block)
                if read > size:
                    break
                yield block
    except OSError as error:
        raise JobError(f"{source.content} cannot be sent.", f"{error.strerror}.") from error
    if read != size:
        raise JobError(f"{source.content} changed while it was sent.", "Start again.")


def waiting(
    take: Callable[[], bytes | None], *, seconds: float, given_up: Callable[[], bool] = lambda: False
) -> bytes | None:
    """What `take` gives once it gives something; None after so many seconds, or where it is given up."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and not given_up():
        if (found := take()) is not None:
            return found
        time.sleep(0.1)
    return None
