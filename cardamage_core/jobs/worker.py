"""The process of a training: `python -m cardamage_core.jobs.worker FOLDER`.

It detaches from the process that started it, waits for its turn, trains, and appends every step to `events.jsonl`. Any
failure becomes one `failed` event. Nothing heavy is imported before its turn, so that waiting costs little.
"""

from __future__ import annotations

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from filelock import FileLock, Timeout

from ..errors import CarDamageError, reason_of
from ..training import requirements
from . import events, folder
from .events import EventLog
from .folder import JobFolder
from .metrics_csv import MetricsFile
from .queue import sentence
from .tensorboard import EventFile

ATTACHED = "--attached"
NICE = 5  # the person at the window comes first
LOOK_AGAIN = 0.5  # seconds between two looks whether it is our turn


def main(arguments: list[str]) -> int:
    """Work on the job in the folder named by the first argument; with ATTACHED as a child that its parent waits for."""
    at = JobFolder(Path(arguments[0]))
    return serve(at, lambda log, stop: _in_turn(at, log, stop), attached=ATTACHED in arguments)


def serve(at: JobFolder, work: Callable[[EventLog, StopRequest], None], *, attached: bool = False) -> int:
    """Part from the process that started this one, unless `attached`, and do the work of a folder; the exit status."""
    if os.name != "nt" and not attached:
        _part_from_parent(at)
        os.nice(NICE)
    os.dup2(2, 1)  # what the framework prints goes to the log
    stop = StopRequest(at.stop)
    log = EventLog(at.events)
    return _explained(log, lambda: work(log, stop))


class StopRequest:
    """Whether a stop was requested: by the file `stop`, or by SIGTERM."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._told = False
        signal.signal(signal.SIGTERM, self._tell)

    def __call__(self) -> bool:
        """Whether to stop."""
        return self._told or self._path.exists()

    def _tell(self, *_: object) -> None:
        self._told = True


def _part_from_parent(at: JobFolder) -> None:
    """Fork: the first process writes down who the worker is and ends, so that no process has to wait for the worker."""
    offset = events.end(at.events)
    child = os.fork()
    if child:
        folder.record_worker(at.worker, child, offset=offset)
        os._exit(0)


def _in_turn(at: JobFolder, log: EventLog, stop: StopRequest) -> None:
    """Train as soon as no other training of this project runs."""
    turn = FileLock(at.turn)
    if not _take(turn, log, stop):
        log.write("stopped", step=0)
        return
    with turn:
        log.write("loading")
        requirements.check()
        from ..training import trainer  # the framework: seconds and hundreds of megabytes

        folders = trainer.Folders(at.checkpoints, at.previews, at.models)
        job = at.job()
        tables: list[MetricsFile | EventFile] = [MetricsFile(at.path)]
        if job.tensorboard:
            tables.append(EventFile(at.path))
        trainer.run(job, at.dataset(), folders, say=_Told(log, tables), stop=stop)


class _Told:
    """Says each event to the event file, its numbers to the tables, and to the log in words."""

    def __init__(self, log: EventLog, tables: Sequence[MetricsFile | EventFile]) -> None:
        self._log, self._tables = log, tables

    def __call__(self, kind: str, **fields: object) -> None:
        self._log.write(kind, **fields)
        for table in self._tables:
            table.take(kind, fields)
        words = (
            f"Step {fields['step']}: loss {fields['loss']:.4f}" if kind == "step" else sentence({"kind": kind} | fields)
        )
        print(time.strftime("%H:%M:%S"), words or kind, file=sys.stderr)  # noqa: T201 the log


def _take(turn: FileLock, log: EventLog, stop: StopRequest) -> bool:
    """Wait for our turn; False if we are asked to stop before it comes."""
    said = False
    while not stop():
        try:
            turn.acquire(timeout=0)
            return True
        except Timeout:
            if not said:
                log.write("waiting")
                said = True
            time.sleep(LOOK_AGAIN)
    return False


def _explained(log: EventLog, work: Callable[[], None]) -> int:
    try:
        work()
        return 0
    except CarDamageError as error:
        return _fail(log, error.title, error.detail)
    except MemoryError:
        return _fail(log, "The training needs more memory than there is.", "Take a smaller batch or a lighter preset.")
    except Exception as error:  # noqa: BLE001 the border of the process
        name = type(error).__name__
        if name == "ResourceExhaustedError":
            return _fail(log, "The training needs more memory than there is.", "Take a smaller batch.")
        return _fail(
            log, "The training ended with an error of the program.", f"{name}: {reason_of(error)}. More is in the log."
        )


def _fail(log: EventLog, title: str, detail: str) -> int:
    traceback.print_exc()
    try:
        log.write("failed", title=title, detail=" ".join(detail.split())[:600])
    except CarDamageError as error:
        print(error, file=sys.stderr)  # noqa: T201 the disk is full: the log is all that is left
    return 1


def leave(status: int) -> NoReturn:
    """End at once: everything is said and closed, and the framework takes seconds to tidy up."""
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    leave(main(sys.argv[1:]))
