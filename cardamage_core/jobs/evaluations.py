"""Evaluations of models as folders: made, started, listed, read and removed.

PROJECT/evaluations/<id>/request.json       which model, which photos, from which score on
                        dataset.json        the annotated photos as they were, with absolute paths
                        predictions.jsonl   what the model saw, a photo a line; what is there is not predicted again
                        tallies.npz         what the comparison gave photo by photo
                        evaluation.json     the Evaluation; there once all is measured
                        events.jsonl log.txt worker.json stop   as in a job's folder (`folder`)
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from .. import files
from ..annotations.confidence import THRESHOLD
from ..annotations.labels import new_labels
from ..annotations.model import AnnotatedPhoto, Dataset, Origin, Region
from ..errors import CarDamageError, JobError, ProjectError
from ..evaluation import tallies
from ..evaluation.comparison import Comparison, Stored, compare
from ..evaluation.evaluation import Evaluation
from ..models.registry import Model, ModelCard
from ..text import plural
from ..training.job import TrainingJob, split
from ..training.model_classes import job_of
from . import local, queue
from .folder import JobFolder, T, read_value, recorded_worker
from .queue import State

if TYPE_CHECKING:
    from ..project.reference import Reference

FOLDER = "evaluations"


class Request(msgspec.Struct, frozen=True):
    """What to evaluate: a model's folder, id and name, the photos' split, and from which score on masks count."""

    model_folder: str
    model: str
    model_name: str
    threshold: float
    split: str = ""
    project: str = ""


class EvaluationStatus(msgspec.Struct, frozen=True):
    """How far an evaluation is; `message` is one sentence for people."""

    id: str
    folder: Path
    request: Request
    state: State
    fraction: float = 0.0
    message: str = ""
    begun: bool = True  # False: no process was ever started for it

    @property
    def live(self) -> bool:
        """Whether more can be expected without user action."""
        return self.state in ("waiting", "running")


class Seen(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of the file of predictions; `error` says why a photo could not be predicted."""

    photo: str
    regions: tuple[Region, ...] = ()
    error: str = ""


def create(project_folder: Path, model: Model, dataset: Dataset, *, split_name: str, threshold: float) -> Path:
    """Make the folder of a new evaluation on the photos of a split ("": those held back in the model's training).

    Raises ProjectError where there are no such photos, JobError where nothing can be written.
    """
    photos, name = photos_of(dataset, model, split_name)
    request = Request(
        str(model.folder), model.card.id, model.card.name, threshold, split=name, project=Path(project_folder).name
    )
    path = Path(project_folder) / FOLDER / datetime.now().strftime("%Y%m%d-%H%M%S-%f")
    try:
        path.mkdir(parents=True)
        frozen = msgspec.structs.replace(dataset, photos=tuple(photos))
        files.write_atomic(path / "dataset.json", msgspec.json.encode(frozen))
        files.write_atomic(path / "request.json", msgspec.json.format(msgspec.json.encode(request)))
    except (OSError, CarDamageError) as error:
        shutil.rmtree(path, ignore_errors=True)
        raise JobError(f"Could not make the folder {path}.", str(error)) from error
    return path


def photos_of(dataset: Dataset, model: Model, split_name: str) -> tuple[Sequence[AnnotatedPhoto], str]:
    """The photos to judge by and what they are called."""
    job = job_of(model.card) or TrainingJob()
    if split_name == "all":
        photos: Sequence[AnnotatedPhoto] = dataset.photos
    elif split_name:
        photos = [one for one in dataset.photos if one.photo.split == split_name]
    else:
        photos = split(dataset, job).val.photos
    name = split_name or job.val_split
    if not photos:
        splits = sorted({one.photo.split or "(none)" for one in dataset.photos})
        raise ProjectError(
            f"There are no photos with the split “{name}”.",
            f"The {plural(len(dataset.photos), 'photo')} of the project have: {', '.join(splits)}. “all” takes all.",
        )
    return photos, name


def threshold_of(card: ModelCard) -> float:
    """The score from which a model's masks count where nothing else is said."""
    return THRESHOLD if card.threshold is None else card.threshold


def start(folder: Path) -> None:
    """Begin, or go on with, an evaluation in a process of its own. Raises JobError where one works on it already."""
    at = JobFolder(folder)
    if status(folder).state == "running":
        raise JobError(f"The evaluation {at.id} cannot be started.", "It runs already.")
    at.stop.unlink(missing_ok=True)
    local.launch(at, "cardamage_core.jobs.evaluation_worker")


def request_of(folder: Path) -> Request:
    """What was asked for. Raises JobError when the file is missing or damaged."""
    found: Request = _read(folder / "request.json", Request)
    return found


def read(folder: Path) -> Evaluation:
    """The stored evaluation. Raises JobError when it is not there or damaged."""
    found: Evaluation = _read(folder / "evaluation.json", Evaluation)
    return found


def stored(folder: Path) -> Stored:
    """The evaluation with its arrays, for a comparison."""
    ids: tuple[str, ...] = _read(folder / "ids.json", tuple[str, ...])
    return read(folder), tallies.load(folder / "tallies.npz"), ids


def compared(a: Path, b: Path, *, progress: Callable[[float], None] = lambda _: None) -> Comparison:
    """Compare two stored evaluations."""
    return compare(stored(a), stored(b), progress=progress)


def predictions_at(folder: Path, line: int) -> tuple[Region, ...]:
    """What the model saw on one photo; `line` is that of its PhotoResult."""
    try:
        with (folder / "predictions.jsonl").open("rb") as file:
            file.seek(max(0, line))
            return msgspec.json.decode(file.readline(), type=Seen).regions
    except (OSError, msgspec.DecodeError) as error:
        raise JobError(f"The predictions in {folder} are missing or damaged.", "Evaluate the model again.") from error


def predictions(folder: Path) -> dict[str, tuple[Region, ...]]:
    """What the model saw, by photo; photos that could not be read are left out."""
    found, _ = seen_by_photo(folder / "predictions.jsonl")
    return {name: one.regions for name, one in found.items() if not one.error}


def seen_by_photo(path: Path) -> tuple[dict[str, Seen], dict[str, int]]:
    """What was seen by photo, and where its line begins; half a last line, of a worker killed, is cut off."""
    if not path.is_file():
        return {}, {}
    data = path.read_bytes()
    whole = data.rfind(b"\n") + 1
    if whole < len(data):
        with path.open("rb+") as file:
            file.truncate(whole)
    found, lines, offset = {}, {}, 0
    for line in data[:whole].splitlines(keepends=True):
        try:
            one = msgspec.json.decode(line, type=Seen)
        except msgspec.DecodeError as error:
            raise JobError(f"{path} is damaged.", f"{error}. Remove it and evaluate again.") from error
        found[one.photo], lines[one.photo] = one, offset
        offset += len(line)
    return found, lines


def reference_at(path: Path) -> Reference:
    """What the model of an evaluation saw above its threshold, to compare with; else as `project.reference.read`."""
    from ..project import reference  # loads every format

    if not (path / "evaluation.json").is_file():
        return reference.read(path)
    request, photos = request_of(path), JobFolder(path).dataset().photos
    seen = predictions(path)
    entries = [
        reference.ReferencePhoto(p.name, Path(p.path), p.id, (p.width, p.height))
        for p in (one.photo for one in photos)
        if p.id in seen
    ]

    def above(photo: str) -> tuple[Region, ...]:
        own = [region for region in seen[photo] if (region.origin.score or 0.0) >= request.threshold]
        return tuple(
            msgspec.structs.replace(r, id=f"{photo} {i}", origin=Origin("imported")) for i, r in enumerate(own)
        )

    return reference.Reference(
        request.model_name, new_labels({r.label for found in seen.values() for r in found}), entries, above
    )


def evaluations(project_folder: Path) -> list[EvaluationStatus]:
    """All evaluations of a project, newest first; folders that are none are passed over."""
    parent = Path(project_folder) / FOLDER
    if not parent.is_dir():
        return []
    found = []
    for path in sorted(parent.iterdir(), key=lambda path: path.name, reverse=True):
        if (path / "request.json").is_file():
            try:
                found.append(status(path))
            except CarDamageError:
                continue
    return found


def status(folder: Path) -> EvaluationStatus:
    """How far an evaluation is. Raises JobError if the folder is none."""
    at, request = JobFolder(folder), request_of(folder)
    if (folder / "evaluation.json").is_file():
        return EvaluationStatus(at.id, folder, request, "finished", 1.0, "Finished.")
    state, own, said = queue.observed(at)
    last: dict[str, Any] = next((e for e in reversed(said) if e["kind"] == "progress"), {})
    word = next((e for e in reversed(own) if e["kind"] == "failed"), {})
    message = {
        "waiting": "Waiting to begin.",
        "running": str(last.get("text", "Loading the model.")),
        "stopped": "Stopped; it goes on from the photos predicted so far.",
        "finished": "Finished.",
        "failed": f"{word.get('title', 'It ended without a word.')} {word.get('detail', '')}".strip(),
    }[state]
    begun = recorded_worker(at.worker) is not None
    return EvaluationStatus(at.id, folder, request, state, float(last.get("share", 0.0)), message, begun)


def find(project_folder: Path, name: str) -> EvaluationStatus:
    """The newest evaluation with this id, or of this model. Raises JobError."""
    everything = evaluations(project_folder)
    for one in everything:
        if name in (one.id, one.request.model, one.request.model_name):
            return one
    known = ", ".join(f"{one.id} ({one.request.model_name})" for one in everything[:8]) or "none"
    raise JobError(f"There is no evaluation “{name}” in {project_folder}.", f"Evaluations: {known}.")


def _read(path: Path, kind: type[T]) -> T:
    return read_value(path, kind, missing=f"{path.parent} is no evaluation.", again="Evaluate the model again.")


def remove(folder: Path) -> None:
    """Remove an evaluation: it can be made again. Raises JobError while a process works on it."""
    if status(folder).state == "running":
        raise JobError(f"The evaluation {folder.name} cannot be removed.", "Stop it first.")
    shutil.rmtree(folder, ignore_errors=True)
