"""A trial of a training: a few steps and validations of it in a process of their own, which leave nothing behind.

What they took of time and memory is what the forecast of the whole training is made from.
"""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from .. import processes
from ..annotations.model import Dataset
from ..cluster import memory
from ..errors import JobError
from ..training import requirements
from ..training.forecast import SETTLED, Measured
from ..training.job import TrainingJob, check, check_data, split
from . import events, folder, local, worker
from .folder import JobFolder
from .queue import JobStatus

EPOCHS, STEPS = 2, 4  # the first of each compiles
LOOK_AGAIN = 0.2  # seconds


def measure(job: TrainingJob, dataset: Dataset, *, stop: Callable[[], bool] = lambda: False) -> Measured | None:
    """Carry out the first steps of a training and say what they took; None where `stop()` ended it before.

    Raises JobError if the training cannot start, or fails.
    """
    check(job)
    check_data(job, split(dataset, job).train)
    requirements.check()
    tried = msgspec.structs.replace(
        job, epochs=EPOCHS, steps=STEPS, patience=0, tensorboard=False, layers=job.stages[-1].layers
    )
    with tempfile.TemporaryDirectory(prefix="cardamage-") as place:
        at = folder.make(Path(place) / "jobs", tried, dataset)
        if not _carried_out(at, stop):
            return None
        return measured(tried, events.read(at.events, 0)[0])


def measured(job: TrainingJob, said: list[events.Event]) -> Measured:
    """What a training took by its events. Raises JobError where it failed."""
    if word := next((event for event in said if event["kind"] == "failed"), None):
        raise JobError(str(word.get("title", "")), str(word.get("detail", "")))
    speeds = [event["photos_per_second"] for event in said if event.get("photos_per_second")]
    checks = [event for event in said if event["kind"] == "validation"]
    if not speeds:
        raise JobError("The trial of the training ended without a word.", "Start the training to see its log.")
    last = checks[-1] if checks else {}
    figures = {"memory_mb": SETTLED * last.get("network_mb", 0.0), "check_seconds": last.get("check_seconds", 0.0)}
    return Measured.of(job, photo_seconds=1 / speeds[-1], **figures)


def known(jobs: Iterable[JobStatus]) -> list[Measured]:
    """What jobs took that ran on this computer, the newest first; those whose numbers are not possible are left out."""
    found = []
    for one in jobs:
        if not one.photos_per_second or memory.placement_of(one.folder) is not None:
            continue
        with contextlib.suppress(JobError):
            figures = {"memory_mb": one.network_mb, "check_seconds": one.check_seconds}
            found.append(Measured.of(one.job, photo_seconds=1 / one.photos_per_second, **figures))
    return found


def _carried_out(at: JobFolder, stop: Callable[[], bool]) -> bool:
    command = processes.command_of(worker.__name__, str(at.path), worker.ATTACHED, python=processes.training_python())
    with at.log.open("ab") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=at.path, env=local.environment()
        )
    try:
        while process.poll() is None:
            if stop():
                return False
            time.sleep(LOOK_AGAIN)
    finally:
        process.kill()
        process.wait()
    return True
