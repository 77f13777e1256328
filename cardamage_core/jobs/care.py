"""Renames, deletes, restores and exports jobs; what is deleted goes to the project's trash."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec

from .. import files
from ..errors import JobError
from ..project import trash
from . import queue
from .folder import JobFolder


def rename(job_folder: Path, name: str) -> None:
    """Call a job otherwise; the model it makes later is called so too. JobError while it runs, or without a name."""
    at = JobFolder(job_folder)
    if not name.strip():
        raise JobError("A training needs a name.", "It names the model that comes out, too.")
    _must_rest(at, "renamed")
    job = msgspec.structs.replace(at.job(), name=name.strip())
    files.write_atomic(at.path / "job.json", msgspec.json.format(msgspec.json.encode(job)))


def delete(job_folder: Path) -> Path:
    """Move a job with its checkpoints to the trash; where it lies now, for `trash.restore`. JobError while it runs."""
    at = JobFolder(job_folder)
    at.job()  # nothing but jobs is thrown away
    _must_rest(at, "deleted")
    return trash.put(at.path)


def export(job_folder: Path, target: Path) -> Path:
    """Copy a job's folder, whole or not at all, to a folder that is not there yet; that folder."""
    at, target = JobFolder(job_folder), Path(target).absolute()
    at.job()
    if target.exists():
        raise JobError(f"{target} is there already.", "Choose another name for the exported job.")
    unfinished = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(at.path, unfinished, ignore=shutil.ignore_patterns("worker.json", "stop", ".*.part"))
        unfinished.rename(target)
    except OSError as error:
        raise JobError(f"The job could not be copied to {target}.", f"{error.strerror or error}.") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return target


def _must_rest(at: JobFolder, done: str) -> None:
    if queue.status(at.path).state == "running":
        raise JobError(f"“{at.job().name}” cannot be {done} while it runs.", "Stop it first.")
