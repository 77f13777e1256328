"""What a training takes along to a cluster: its job folder as it stands, its photos, and the weights it begins from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import msgspec

from ..annotations.model import AnnotatedPhoto
from ..jobs.folder import JobFolder
from ..jobs.metrics_csv import NAME as METRICS
from ..models import library, registry
from ..training import checkpoints, initial_weights
from ..training.job import STARTS, TrainingJob, split
from ..training.network_config import config_of
from .parcel import Source
from .training_driver import PHOTOS, PROJECT, WEIGHTS


def sources(at: JobFolder) -> list[Source]:
    """The files to send. Raises CarDamageError where the job, or a model that it begins from, is damaged."""
    job, dataset = at.job(), at.dataset()
    begun = checkpoints.latest_step(at.checkpoints) > 0
    needed = {one.photo.id for part in split(dataset, job)[:2] for one in part.photos}
    renamed = {one.photo.id: _name(number, one) for number, one in enumerate(dataset.photos)}
    sent = msgspec.structs.replace(dataset, photos=tuple(_under(one, renamed) for one in dataset.photos))
    start, weights = ("none", []) if begun else _start(at, job)
    folder = f"{PROJECT}/jobs/{at.id}"
    return [
        Source(f"{folder}/job.json", msgspec.json.encode(msgspec.structs.replace(job, start=start) if start else job)),
        Source(f"{folder}/dataset.json", msgspec.json.encode(sent)),
        *(Source(f"{folder}/{path.relative_to(at.path).as_posix()}", path) for path in _course(at)),
        *weights,
        *(
            Source(renamed[one.photo.id], Path(one.photo.path))
            for one in dataset.photos
            if one.photo.id in needed and Path(one.photo.path).is_file()  # the worker names those that are missing
        ),
    ]


def needs_included_models(at: JobFolder) -> bool:
    """Whether the training begins from a model that comes along."""
    job = at.job()
    if checkpoints.latest_step(at.checkpoints):
        return False
    return job.start == "included" or job.start in {model.card.id for model in registry.bundled()}


def _name(number: int, one: AnnotatedPhoto) -> str:
    suffix = Path(one.photo.path).suffix.lower()
    return f"{PHOTOS}/{number:07d}{suffix if suffix[1:].isalnum() else ''}"


def _under(one: AnnotatedPhoto, renamed: dict[str, str]) -> AnnotatedPhoto:
    photo = msgspec.structs.replace(one.photo, path=renamed[one.photo.id])
    return msgspec.structs.replace(one, photo=photo)


def _course(at: JobFolder) -> Iterator[Path]:
    """What a worker goes on from: the newest checkpoint, the best one, and the table that it appends to."""
    yield from (path for _, path in checkpoints.found(at.checkpoints)[:1])
    if checkpoints.best(at.checkpoints) is not None:
        yield from (at.checkpoints / checkpoints.BEST, at.checkpoints / checkpoints.BEST_NOTE)
    yield from filter(Path.is_file, [at.path / METRICS])


def _start(at: JobFolder, job: TrainingJob) -> tuple[str, list[Source]]:
    """What `start` is called on the node ("" for as it is), and the files of the weights."""
    if job.start in STARTS:
        return "", [Source(f"{WEIGHTS}/{path.name}", path) for path in _published(job)]
    path = Path(job.start)
    if path.is_file():
        name = f"{WEIGHTS}/{PurePosixPath(path.name)}"
        return name, [Source(name, path)]
    model = registry.find(job.start, at.models)
    if library.is_bundled(model):
        return "", []
    folder = f"{PROJECT}/models/{model.folder.name}"
    files = (model.folder / registry.CARD, model.weights)
    return model.card.id, [Source(f"{folder}/{path.name}", path) for path in files]


def _published(job: TrainingJob) -> list[Path]:
    """Files of published weights that lie here; those in packages are looked for on the node."""
    backbone = config_of(job).backbone
    found = []
    if job.start == "coco":
        found.append(initial_weights.find_coco())
    elif job.start != "none" and backbone not in initial_weights.LITE:
        found.append(initial_weights.find_backbone(backbone))
    return [path for path in found if path is not None]
