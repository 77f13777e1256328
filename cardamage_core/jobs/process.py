"""Which process works on a job, and is it still alive?"""

from __future__ import annotations

import time
from pathlib import Path

import msgspec
import psutil

from .. import files

CLOCK_TOLERANCE = 2.0  # seconds: a process' start time is derived from the boot time, which clock corrections move


class Worker(msgspec.Struct, frozen=True):
    """A worker process. A pid is used again after its process died, so the start time is kept too.

    `offset` is the size of the event file when it was started: what lies before was said by earlier workers.
    """

    pid: int
    created: float
    offset: int

    def alive(self) -> bool:
        """Whether that very process still runs."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.created) < CLOCK_TOLERANCE
            return same and process.status() not in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
        except psutil.NoSuchProcess:
            return False
        except psutil.AccessDenied:
            return True

    def gone_within(self, seconds: float) -> bool:
        """Whether the process has ended, after waiting for that long at most."""
        end = time.monotonic() + seconds
        while self.alive():
            if time.monotonic() >= end:
                return False
            time.sleep(0.02)
        return True


def record(path: Path, pid: int, *, offset: int) -> None:
    """Write down that process `pid` works on the job."""
    try:
        created = psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        created = 0.0  # died at once: reads as dead
    files.write_atomic(path, msgspec.json.encode(Worker(pid, created, offset)))


def recorded(path: Path) -> Worker | None:
    """The worker that was last started on the job, if any was."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Worker)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
