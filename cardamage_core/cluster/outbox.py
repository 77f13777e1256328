"""What a job on a cluster shows of itself, as files in its node's log folder, and how they are read from here.

Streams (events, log) are cut into segments, so that only what is new has to be read; `status.json` says how long each
stream is and which files there are. The node writes, this computer reads; both ends are here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import msgspec

from .address import ClusterError
from .client import Client

FOLDER = "cardamage"  # below the log folder
SEGMENT = 1 << 16  # bytes
STATUS = "status.json"
MOST_STATUS = 8 << 20  # bytes


class Fact(msgspec.Struct, frozen=True):
    """A file as it was seen."""

    size: int
    sha256: str


class Status(msgspec.Struct, frozen=True):
    """How far a job on a node is.

    `taken` counts the parts of its parcel, `streams` are lengths in bytes, `files` lie below the job's folder. `ended`:
    nothing will change any more; `error` then says why the work did not even begin.
    """

    taken: int = 0
    streams: dict[str, int] = {}
    files: dict[str, Fact] = {}
    ended: bool = False
    error: str = ""
    facts: dict[str, str] = {}


class Outbox:
    """The node's end: one folder below the log folder."""

    def __init__(self, folder: Path) -> None:
        """Make the folder."""
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._lengths: dict[str, int] = {}
        self._seen: dict[Path, tuple[tuple[int, int], Fact]] = {}
        self._told: Status | None = None

    def append(self, stream: str, data: bytes) -> None:
        """Add to a stream."""
        at = self._lengths.get(stream, 0)
        while data:
            number, inside = divmod(at, SEGMENT)
            block, data = data[: SEGMENT - inside], data[SEGMENT - inside :]
            with (self.folder / segment(stream, number)).open("ab") as file:
                file.write(block)
            at += len(block)
        self._lengths[stream] = at

    def length(self, stream: str) -> int:
        """Of a stream, in bytes."""
        return self._lengths.get(stream, 0)

    def tell(self, status: Status, files: Iterable[Path] = ()) -> None:
        """Write the status with the lengths of the streams and the facts of `files`, which lie below the folder.

        Lengths are taken first: a file that an event speaks of is among those of the same status.
        """
        lengths = dict(self._lengths)
        facts = {
            path.relative_to(self.folder).as_posix(): fact for path in files if (fact := self._fact(path)) is not None
        }
        now = msgspec.structs.replace(status, streams=lengths, files=facts)
        if now != self._told:
            temporary = self.folder / f".{STATUS}"
            temporary.write_bytes(msgspec.json.encode(now))
            temporary.replace(self.folder / STATUS)
            self._told = now

    def _fact(self, path: Path) -> Fact | None:
        """Size and digest of a file; None where it went. Files are replaced, never changed: what is known is kept."""
        try:
            stat = path.stat()
            key = (stat.st_mtime_ns, stat.st_size)
            if path not in self._seen or self._seen[path][0] != key:
                with path.open("rb") as file:
                    digest = hashlib.file_digest(file, "sha256").hexdigest()
                self._seen[path] = (key, Fact(stat.st_size, digest))
            return self._seen[path][1]
        except OSError:
            return None


class Inbox:
    """This computer's end: reads what one job on one node shows."""

    def __init__(self, client: Client, node: str, submission: str) -> None:
        """Nothing is read yet."""
        self._client, self._node = client, node
        self._below = f"{FOLDER}/{submission}"

    def status(self) -> Status:
        """The status. Raises UnknownError where the job shows none, ClusterError where it is damaged."""
        data = self._client.read(self._node, f"{self._below}/{STATUS}", most=MOST_STATUS)
        try:
            return msgspec.json.decode(data, type=Status)
        except (msgspec.DecodeError, RecursionError) as error:
            raise ClusterError("The job on the cluster tells its state in a way that is not understood.") from error

    def stream(self, name: str, start: int, end: int) -> bytes:
        """The bytes of a stream from `start` on, to the end of a segment or to `end`, whichever comes first."""
        if start >= end:
            return b""
        number, inside = divmod(start, SEGMENT)
        data = self._client.read(self._node, f"{self._below}/{segment(name, number)}", most=SEGMENT)
        return data[inside : inside + end - start]

    def fetch(self, name: str, fact: Fact, target: Path) -> bool:
        """Copy a file of the job's, whole or not at all; False where it is not that file any more."""
        return self._client.fetch(self._node, f"{self._below}/{name}", target, size=fact.size, sha256=fact.sha256)


def segment(stream: str, number: int) -> str:
    """The file of a segment."""
    return f"{stream}.{number:06d}"
