"""Starts the worker of a job as a detached process on this machine.

The worker outlives the window and the terminal that started it, and gets no Ctrl-C meant for them.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

from .. import processes
from ..errors import JobError
from ..training import requirements
from . import events, folder, queue
from .folder import JobFolder

PACKAGES = Path(__file__).resolve().parents[2]
WORKER = "cardamage_core.jobs.worker"
ENDING = 3.0  # seconds that a worker may take to end after its last word
_windows_workers: list[subprocess.Popen[bytes]] = []  # kept, since Python warns about a forgotten running child


def start(job_folder: Path) -> None:
    """Start a worker for a draft or a job that waits. It begins when no other training of the project runs.

    Raises JobError if the job is not waiting, a package is missing or no process could be started.
    """
    check_waiting(job_folder)
    requirements.check()
    begin(job_folder, WORKER)


def resume(job_folder: Path) -> None:
    """Start a new worker for a job that was stopped or failed; it goes on from the newest whole checkpoint.

    Raises JobError if the job is finished, a worker is still alive or a package is missing.
    """
    check_resting(job_folder)
    requirements.check()
    JobFolder(job_folder).stop.unlink(missing_ok=True)
    begin(job_folder, WORKER)


def check_waiting(job_folder: Path) -> None:
    """Raise JobError if the job is neither a draft nor waits to be started."""
    state = queue.status(job_folder).state
    if state not in ("draft", "waiting") or _alive(job_folder):
        raise JobError(f"The job {Path(job_folder).name} cannot be started.", f"It is {state} already.")


def check_resting(job_folder: Path) -> None:
    """Raise JobError if the job was neither stopped nor failed, or its last worker is still alive."""
    state = queue.status(job_folder).state
    if state not in ("stopped", "failed"):
        raise JobError(f"The job {Path(job_folder).name} cannot be resumed.", f"It is {state}.")
    worker = folder.recorded_worker(JobFolder(job_folder).worker)
    if worker and not worker.gone_within(ENDING):
        raise JobError(f"The job {Path(job_folder).name} cannot be resumed yet.", "Its last worker is still ending.")


def begin(job_folder: Path, module: str) -> None:
    """Start the process of a job, after the checks."""
    launch(JobFolder(job_folder), module)
    JobFolder(job_folder).draft.unlink(missing_ok=True)


def _alive(job_folder: Path) -> bool:
    worker = folder.recorded_worker(JobFolder(job_folder).worker)
    return worker is not None and worker.alive()


def launch(at: JobFolder, module: str) -> None:
    """Start `module` as the worker of a folder. Raises JobError if no process could be started."""
    command = processes.command_of(module, str(at.path), python=processes.training_python())
    try:
        with at.log.open("ab") as log:
            started = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=at.path,
                env=environment(),
                **_detached(),
            )
    except OSError as error:
        raise JobError("No process for the work could be started.", f"{error.strerror or error}.") from error
    if os.name == "nt":
        _windows_workers.append(started)
        folder.record_worker(at.worker, started.pid, offset=events.end(at.events))
    elif started.wait() != 0:  # only the launcher: it writes down who the worker is and ends
        last = " ".join(queue.log_tail(at.path, 1))
        raise JobError("No process for the work could be started.", f"{last} All of it: {at.log}")


def environment() -> dict[str, str]:
    """The environment of our processes: they find this package, and say little."""
    own = [] if processes.training_python() else [str(PACKAGES)]  # another Python has a copy of its own
    paths = [*own, *filter(None, [os.environ.get("PYTHONPATH")])]
    chosen = {"PYTHONPATH": os.pathsep.join(paths), "PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": "1"}
    return {"TF_CPP_MIN_LOG_LEVEL": "2", "KERAS_BACKEND": "tensorflow"} | dict(os.environ) | chosen


def _detached() -> dict[str, Any]:
    if os.name == "nt":
        flags = ("DETACHED_PROCESS", "CREATE_NEW_PROCESS_GROUP", "BELOW_NORMAL_PRIORITY_CLASS")
        return {"creationflags": sum(getattr(subprocess, flag) for flag in flags)}
    return {"start_new_session": True}
