"""Writes and reads a job's event log while it grows.

One JSON object each line, appended: `{"kind": "step", "at": 1790000000.0, …}`. Only the worker writes. A killed worker
may leave a half line: readers wait for its end, and the next worker closes it before writing.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from ..errors import JobError

Event = dict[str, Any]
LEAST_PROGRESS = 0.002  # of the whole work: less is not told


class EventLog:
    """Appends events to one file; not for several writers at once."""

    def __init__(self, path: Path) -> None:
        self._path = Path(path)
        if _ends_in_half_line(self._path):
            self._append(b"\n", sync=False)

    def write(self, kind: str, **fields: Any) -> None:
        """Append one event with the time of now. NaN is written as null. Raises JobError when the disk is full."""
        self.copy({"kind": kind, "at": round(time.time(), 3), **fields})

    def copy(self, event: Event) -> None:
        """Append an event of another log. Raises JobError when the disk is full."""
        line = msgspec.json.encode(event) + b"\n"
        self._append(line, sync=event["kind"] != "step")  # a lost step is no loss; a lost last word is

    def _append(self, line: bytes, *, sync: bool) -> None:
        try:
            with self._path.open("ab") as file:
                file.write(line)
                file.flush()
                if sync:
                    os.fsync(file.fileno())
        except OSError as error:
            raise JobError(f"Could not write {self._path}.", f"{error.strerror or error}.") from error


def progress_of(log: EventLog) -> Callable[[str, float], None]:
    """Tells a log a sentence and the share done, 0…1, where it went on or other work began."""
    last, kind = 0.0, ""

    def say(text: str, share: float) -> None:
        nonlocal last, kind
        if share - last >= LEAST_PROGRESS or text.partition(" ")[0] != kind:
            last, kind = share, text.partition(" ")[0]
            log.write("progress", text=text, share=round(share, 4))

    return say


def read(path: Path, offset: int) -> tuple[list[Event], int]:
    """The whole events from byte `offset` on, and the offset to go on from; a half last line is left for later."""
    try:
        with Path(path).open("rb") as file:
            file.seek(offset)
            data = file.read()
    except FileNotFoundError:
        return [], offset
    whole = data[: data.rfind(b"\n") + 1]
    events = [event for line in whole.splitlines() if (event := parse(line)) is not None]
    return events, offset + len(whole)


def tail(path: Path, size: int = 1 << 16) -> list[Event]:
    """The last events, those of the last `size` bytes of the file."""
    return read(path, max(0, end(path) - size))[0]


def first(path: Path) -> Event | None:
    """The first event of all."""
    try:
        with Path(path).open("rb") as file:
            return parse(file.readline())
    except FileNotFoundError:
        return None


def end(path: Path) -> int:
    """The file's size in bytes, 0 when it is not there yet."""
    try:
        return Path(path).stat().st_size
    except FileNotFoundError:
        return 0


def parse(line: bytes) -> Event | None:
    """The event in a line, or None for what a crash left of one."""
    try:
        event = msgspec.json.decode(line)
    except msgspec.DecodeError:
        return None
    return event if isinstance(event, dict) and isinstance(event.get("kind"), str) else None


def _ends_in_half_line(path: Path) -> bool:
    size = end(path)
    if not size:
        return False
    with path.open("rb") as file:
        file.seek(size - 1)
        return file.read(1) != b"\n"
