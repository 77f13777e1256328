"""Where a training runs: on this computer, or on a Ray cluster. The one place that starts and resumes jobs.

Either way a process of this computer belongs to the job and keeps its folder up to date: the worker itself, or the
follower of the one on the cluster. So state, progress, stop, log and curves are those of the folder (`queue`), wherever
the work is done.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from ..cluster import memory
from ..cluster.address import normal_address
from ..cluster.memory import Placement
from ..training import requirements
from . import local
from .folder import JobFolder

HERE = "here"  # how this computer is called on the command line


class Executor(Protocol):
    """A place where trainings run."""

    address: str  # of a cluster, "" for this computer

    def describe(self) -> str:
        """What it is called in a sentence: "on …"."""

    def check(self) -> None:
        """Raise JobError where something is missing that can be told at once."""

    def place(self, job_folder: Path) -> str:
        """Note that the job runs there; the module of the process here that belongs to it."""


class ThisComputer:
    """Runs trainings as detached processes of this computer."""

    address = ""

    def describe(self) -> str:
        """What it is called in a sentence."""
        return "on this computer"

    def check(self) -> None:
        """Raise JobError where Keras or its backend is missing."""
        requirements.check()

    def place(self, job_folder: Path) -> str:
        """The training itself is the process."""
        if memory.placement_of(job_folder) is not None:
            memory.remember_job(job_folder, None)
        return local.WORKER


class RayCluster:
    """Runs trainings on a Ray cluster, submitted through Ray Jobs."""

    def __init__(self, address: str) -> None:
        """Nothing is asked yet. Raises ClusterError where this is no address."""
        self.address = normal_address(address)

    def describe(self) -> str:
        """What it is called in a sentence."""
        return f"on the Ray cluster at {self.address}"

    def check(self) -> None:
        """Nothing that a training needs has to be installed here."""

    def place(self, job_folder: Path) -> str:
        """Where the job was sent there before, the follower finds it again."""
        known = memory.placement_of(job_folder)
        if known is None or known.address != self.address:
            memory.remember_job(job_folder, Placement(self.address))
        return "cardamage_core.cluster.follower"


def at_address(address: str) -> Executor:
    """The place with this address; "" and "here" are this computer. Raises ClusterError."""
    return RayCluster(address) if address and address != HERE else ThisComputer()


def of_project(project_folder: Path) -> Executor:
    """Where the trainings of a project run, by the user's settings."""
    return at_address(memory.address_of(project_folder))


def of_job(job_folder: Path) -> Executor:
    """Where a job runs, or ran last."""
    placement = memory.placement_of(job_folder)
    return at_address(placement.address if placement else "")


def start(job_folder: Path, executor: Executor | None = None) -> None:
    """Start a draft or a job that waits: where it was to run, if nothing is said.

    Raises JobError if it is neither or something is missing.
    """
    executor = executor or of_job(job_folder)
    local.check_waiting(job_folder)
    executor.check()
    local.begin(job_folder, executor.place(job_folder))


def resume(job_folder: Path, executor: Executor | None = None) -> None:
    """Go on with a job that was stopped or failed, from its newest checkpoint: where it ran last, if nothing is said.

    Raises JobError if it cannot be resumed or something is missing.
    """
    executor = executor or of_job(job_folder)
    local.check_resting(job_folder)
    executor.check()
    JobFolder(job_folder).stop.unlink(missing_ok=True)
    local.begin(job_folder, executor.place(job_folder))
