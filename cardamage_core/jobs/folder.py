"""The layout of a job's folder, and the record of the process that works on it.

PROJECT/jobs/<id>/job.json         the TrainingJob
                 dataset.json      the data set as it was when the job was made, photos with absolute paths
                 events.jsonl      what happened, written by the worker only
                 log.txt           output of worker and framework
                 worker.json       which process works on it
                 stop              present when a stop was requested
                 draft             present until a draft is started
                 checkpoints/      step-00000120.h5, the two newest
                 tensorboard/      event files of TensorBoard, one for each worker
                 previews/         epoch-0001.png, validation photos with the masks of that epoch
PROJECT/models/                    where finished models go
PROJECT/jobs/.turn                 held by the worker whose turn it is
"""

from __future__ import annotations

import shutil
import time
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import msgspec
import psutil

from .. import files
from ..annotations.model import Dataset
from ..errors import JobError
from ..training.job import TrainingJob

T = TypeVar("T")


class JobFolder:
    """The paths of one job, and its two frozen values."""

    def __init__(self, path: Path) -> None:
        self.path = Path(path).absolute()
        self.id = self.path.name
        self.events = self.path / "events.jsonl"
        self.log = self.path / "log.txt"
        self.worker = self.path / "worker.json"
        self.stop = self.path / "stop"
        self.draft = self.path / "draft"
        self.checkpoints = self.path / "checkpoints"
        self.previews = self.path / "previews"
        self.turn = self.path.parent / ".turn"
        self.models = self.path.parent.parent / "models"

    def job(self) -> TrainingJob:
        """The job. Raises JobError when the file is missing or damaged."""
        return self._read("job.json", TrainingJob)

    def dataset(self) -> Dataset:
        """The frozen data set. Raises JobError when the file is missing or damaged."""
        return self._read("dataset.json", Dataset)

    def _read(self, name: str, kind: type[T]) -> T:
        missing, again = f"{self.path} is not a job.", "Start the training again."
        return read_value(self.path / name, kind, missing=missing, again=again)


def make(jobs_folder: Path, job: TrainingJob, dataset: Dataset, *, draft: bool = False) -> JobFolder:
    """A new job folder; it appears under its name only when it is whole."""
    made = JobFolder(Path(jobs_folder) / datetime.now().strftime("%Y%m%d-%H%M%S-%f"))
    unfinished = made.path.with_name(f".{made.id}.part")
    try:
        unfinished.mkdir(parents=True)
        files.write_atomic(unfinished / "job.json", msgspec.json.format(msgspec.json.encode(job)))
        files.write_atomic(unfinished / "dataset.json", msgspec.json.encode(dataset))
        if draft:
            (unfinished / made.draft.name).touch()
        unfinished.rename(made.path)
        files.sync_folder(made.path.parent)
    except OSError as error:
        raise JobError(f"Could not make the job's folder {made.path}.", f"{error.strerror or error}.") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)  # there only if something failed
    return made


def read_value(path: Path, kind: type[T], *, missing: str, again: str) -> T:
    """The value in a JSON file.

    Raises JobError, titled `missing` where there is no such file; `again` says what to do about a damaged one.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except OSError as error:
        raise JobError(missing, f"Could not read {path.name}: {error.strerror}.") from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise JobError(f"{path} is damaged.", f"{error}. {again}") from error


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


def record_worker(path: Path, pid: int, *, offset: int) -> None:
    """Write down that process `pid` works on the job."""
    try:
        created = psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        created = 0.0  # died at once: reads as dead
    files.write_atomic(path, msgspec.json.encode(Worker(pid, created, offset)))


def recorded_worker(path: Path) -> Worker | None:
    """The worker that was last started on the job, if any was."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Worker)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
