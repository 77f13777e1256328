"""What the Train page does in the background: reads models, starts jobs and evaluations, draws augmented photos."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardamage_core.annotations.model import Dataset
from cardamage_core.training.job import TrainingJob

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import numpy as np

    from cardamage_core.jobs.queue import JobStatus
    from cardamage_core.models.registry import Model
    from cardamage_core.project import Project
    from cardamage_core.training.forecast import Measured

    from ..session import Session


def models(folder: Path) -> list[Model]:
    """The models of a folder, of the library and those that come along."""
    from cardamage_core.models import registry

    return registry.available(folder)


def dataset(session: Session) -> Dataset:
    """What the open project holds to learn from."""
    return session.project.dataset() if session.project is not None else Dataset(())


def own(listed: Iterable[Model]) -> list[Model]:
    """Those models that a training can go on from by name: the project's and the library's."""
    from cardamage_core.models import library

    return [model for model in listed if not library.is_bundled(model)]


def made(project: Project, jobs: Sequence[TrainingJob], *, drafts: bool, address: str = "", token: str = "") -> Path:
    """Make the folders of jobs and start them, unless they are drafts; the first folder.

    They run here or on the cluster at `address`, which is remembered for the project. In the background, since a large
    data set takes a moment.
    """
    from cardamage_core.cluster import memory
    from cardamage_core.jobs import executors, queue

    executor = executors.at_address(address)
    if not drafts:
        executor.check()
    dataset = project.dataset()
    folders = [queue.create(project.folder, job, dataset, draft=drafts) for job in jobs]
    if address and token:
        memory.remember_token(address, token)
    for folder in folders:
        executors.start(folder, executor) if not drafts else executor.place(folder)
    memory.remember_project(project.folder, executor.address)
    return folders[0]


def measured(jobs: Iterable[JobStatus]) -> list[Measured]:
    """What trainings on this computer took, the newest first."""
    from cardamage_core.jobs import trial

    return trial.known(jobs)


def evaluation_started(project: Project, model_id: str, split: str, threshold: float | None) -> Path:
    """Make the evaluation's folder and start its worker."""
    from cardamage_core.jobs import evaluations
    from cardamage_core.models import registry

    model = registry.find(model_id, project.models_folder)
    own = evaluations.threshold_of(model.card) if threshold is None else threshold
    folder = evaluations.create(project.folder, model, project.dataset(), split_name=split, threshold=own)
    evaluations.start(folder)
    return folder


def augmented_photos(project: Project, job: TrainingJob, seed: int) -> list[np.ndarray]:
    """Photos as the network sees them in this training."""
    from cardamage_core.training.augmentation_preview import augmented

    return augmented(job, project.dataset(), seed=seed)
