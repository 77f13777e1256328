"""Reviews of a project's annotations as folders: made, carried out, listed and read.

PROJECT/reviews/<id>/request.json    which model looks, or how many folds are trained for it
                     dataset.json    the annotated photos as they were, with absolute paths
                     folds.json      the fold of each photo, by id
                     fold0/ …        checkpoints and model of a fold, while it is needed
                     evidence.jsonl  what the models made of each photo; what is there is not looked at again
                     review.json     the Review; there once all is done
                     events.jsonl log.txt worker.json stop   as in a job's folder (`folder`)
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from .. import files, imaging
from ..annotations import shapes
from ..annotations.model import AnnotatedPhoto, Dataset
from ..errors import CarDamageError, JobError, PhotoError, ProjectError
from ..models import registry
from ..models.registry import Model
from ..review import FOLDER, evidence, folds, queue, suspicion
from ..review.evidence import PhotoEvidence
from ..review.queue import Review
from ..text import plural
from ..training import requirements
from ..training.job import ClassRule, TrainingJob, is_taught
from ..training.model_classes import model_classes
from . import local
from . import queue as jobs
from .events import EventLog, progress_of
from .folder import JobFolder, T, read_value
from .queue import State

if TYPE_CHECKING:
    from ..runtime import Runtime

LEAST_REGIONS = 10  # of a label that a fold's model learns
LEAST_PHOTOS = 20  # annotated ones
TRAINING = 0.85  # of the whole work, where there are folds
WORKER = "cardamage_core.jobs.review_worker"

Say = Callable[[str, float], None]


class Request(msgspec.Struct, frozen=True):
    """What is to look: the model in `model_folder`, or with `folds` models trained on the photos for `epochs` each."""

    model_folder: str = ""
    folds: int = 0
    epochs: int = 6
    start: str = "included"


def create(project_folder: Path, dataset: Dataset, request: Request) -> Path:
    """Make the folder of a new review. Raises ProjectError where too little is annotated, JobError if unwritable."""
    photos = tuple(one for one in dataset.photos if is_annotated(one))
    if not photos or (request.folds and len(photos) < LEAST_PHOTOS):
        raise ProjectError(
            "There is too little to review.",
            f"{plural(len(photos), 'photo')} of {len(dataset.photos)} are annotated or accepted;"
            f" models that judge each other need {LEAST_PHOTOS}.",
        )
    if request.folds:
        requirements.check()
    path = Path(project_folder) / FOLDER / datetime.now().strftime("%Y%m%d-%H%M%S-%f")
    try:
        path.mkdir(parents=True)
        frozen = msgspec.structs.replace(dataset, photos=photos)
        files.write_atomic(path / "dataset.json", msgspec.json.encode(frozen))
        files.write_atomic(path / "request.json", msgspec.json.format(msgspec.json.encode(request)))
    except (OSError, CarDamageError) as error:
        shutil.rmtree(path, ignore_errors=True)
        raise JobError(f"Could not make the folder {path}.", str(error)) from error
    return path


def is_annotated(one: AnnotatedPhoto) -> bool:
    """Whether a person outlined something on a photo, or accepted it as it is."""
    return one.photo.review == "accepted" or (one.photo.review != "rejected" and any(map(is_taught, one.regions)))


def start(folder: Path) -> None:
    """Begin, or go on with, a review in a process of its own."""
    at = JobFolder(folder)
    at.stop.unlink(missing_ok=True)
    local.launch(at, WORKER)


class ReviewStatus(NamedTuple):
    """How far a review is; `message` is one sentence for people."""

    folder: Path
    state: State
    fraction: float
    message: str


def status(folder: Path) -> ReviewStatus:
    """How far a review is. Raises JobError if the folder is none."""
    if (folder / "review.json").is_file():
        return ReviewStatus(folder, "finished", 1.0, "Finished.")
    state, own, said = jobs.observed(JobFolder(folder))
    last: dict[str, Any] = next((event for event in reversed(said) if event["kind"] == "progress"), {})
    word = next((event for event in reversed(own) if event["kind"] == "failed"), {})
    message = str(last.get("text", "Getting ready."))
    if state == "failed":
        message = f"{word.get('title', 'The review ended without a word.')} {word.get('detail', '')}".strip()
    return ReviewStatus(folder, state, float(last.get("share", 0.0)), message)


def unfinished(project_folder: Path) -> ReviewStatus | None:
    """The newest review where it is not done; None where it is, or where there is none."""
    parent = Path(project_folder) / FOLDER
    folders = sorted(parent.glob("*/request.json")) if parent.is_dir() else []
    found = status(folders[-1].parent) if folders else None
    return found if found is not None and found.state != "finished" else None


def newest(project_folder: Path) -> Review | None:
    """The newest review that is done; None where there is none. Raises JobError where it is damaged."""
    parent = Path(project_folder) / FOLDER
    done = sorted(parent.glob("*/review.json")) if parent.is_dir() else []
    return _read(done[-1], Review) if done else None


def carry_out(folder: Path, *, say: Say, stop: Callable[[], bool]) -> Review | None:
    """Train what is to be trained, look, rank and store; None where `stop()` ended it before that.

    `say` gets a sentence and the share done. Raises CarDamageError for everything that a person can mend.
    """
    request, dataset = _read(folder / "request.json", Request), JobFolder(folder).dataset()
    numbers = _folds(folder, dataset, request)
    models = _trained(folder, dataset, numbers, request, say=say, stop=stop) if request.folds else _given(request)
    if not models or not _looked(
        folder, dataset, numbers, models, begun=TRAINING * bool(request.folds), say=say, stop=stop
    ):
        return None
    review = _ranked(dataset, read_evidence(folder), models)
    files.write_atomic(folder / "review.json", msgspec.json.encode(review))
    for number in range(request.folds):
        shutil.rmtree(folder / f"fold{number}", ignore_errors=True)
    return review


def read_evidence(folder: Path) -> dict[str, PhotoEvidence]:
    """What the models made of each photo so far, by id; half a last line, of a worker killed, is left out."""
    path = folder / "evidence.jsonl"
    data = path.read_bytes() if path.is_file() else b""
    found = {}
    for line in data[: data.rfind(b"\n") + 1].splitlines():
        try:
            one = msgspec.json.decode(line, type=PhotoEvidence)
        except msgspec.DecodeError:
            continue  # of a worker that was killed in the middle of a line: the photo is looked at again
        found[one.photo] = one
    return found


def work(at: JobFolder, log: EventLog, stop: Callable[[], bool]) -> None:
    """Carry out a review and tell of it by events; what the worker does."""
    done = carry_out(at.path, say=progress_of(log), stop=stop)
    log.write("stopped" if done is None else "finished")


# ---- The models ----------------------------------------------------------------------------------------------------


def _given(request: Request) -> list[Model]:
    return [registry.read(Path(request.model_folder))]


def _folds(folder: Path, dataset: Dataset, request: Request) -> dict[str, int]:
    """The fold of each photo, by id; all 0 where one model looks at all."""
    path = folder / "folds.json"
    if not request.folds:
        return dict.fromkeys((one.photo.id for one in dataset.photos), 0)
    if not path.is_file():
        dealt = folds.fold_numbers(dataset.photos, request.folds)
        named = {one.photo.id: number for one, number in zip(dataset.photos, dealt, strict=True)}
        files.write_atomic(path, msgspec.json.encode(named))
    known: dict[str, int] = _read(path, dict[str, int])
    return known


def job_of_fold(dataset: Dataset, request: Request, fold: int) -> TrainingJob:
    """The training of the model that judges one fold: a class for each damage label that is not too rare."""
    roles = {label.name: label.role for label in dataset.labels}
    taught = [r for one in dataset.photos for r in one.regions if is_taught(r)]
    counts = Counter(r.label for r in taught if roles.get(r.label, "damage") == "damage")
    usual = sorted(label for label, count in counts.items() if label and count >= LEAST_REGIONS * request.folds)
    rules = tuple(ClassRule(label, (label,)) for label in usual) or (ClassRule("damage"),)
    rare = tuple(sorted(set(counts) - set(usual))) if usual else ()
    job = TrainingJob(name=f"fold {fold + 1} of {request.folds}", epochs=request.epochs, classes=rules)
    job = msgspec.structs.replace(
        job, start=request.start, ignored=rare, tensorboard=False, changes={"detection_rule": "object"}
    )
    photos = len(dataset.photos) * (request.folds - 1) // request.folds
    return job.with_steps(max(1, photos // job.batch))


def _trained(
    folder: Path,
    dataset: Dataset,
    numbers: dict[str, int],
    request: Request,
    *,
    say: Say,
    stop: Callable[[], bool],
) -> list[Model]:
    """A model for each fold, trained on the photos of the others; () where it was stopped."""
    from ..training import trainer  # the framework: seconds and hundreds of megabytes

    models = []
    for fold in range(request.folds):
        here, job = folder / f"fold{fold}", job_of_fold(dataset, request, fold)
        if not registry.models(here / "models"):
            here.mkdir(exist_ok=True)
            taught = tuple(one for one in dataset.photos if numbers[one.photo.id] != fold)
            taught = tuple(_in_training(one) for one in taught)
            folders = trainer.Folders(here / "checkpoints", here / "previews", here / "models")

            def told(kind: str, fold: int = fold, job: TrainingJob = job, **fields: Any) -> None:
                done = fold + fields.get("step", 0) / job.total_steps
                if kind == "step":
                    text = f"Training model {fold + 1} of {request.folds}, step {fields['step']} of {job.total_steps}"
                    say(text, TRAINING * done / request.folds)

            trainer.run(job, msgspec.structs.replace(dataset, photos=taught), folders, say=told, stop=stop)
        if stop():
            shutil.rmtree(here / "models", ignore_errors=True)  # of a training that was stopped early
            return []
        models.append(registry.models(here / "models")[0])
    return models


def _in_training(one: AnnotatedPhoto) -> AnnotatedPhoto:
    """The photo among those to learn from, whatever its split in the project."""
    return msgspec.structs.replace(one, photo=msgspec.structs.replace(one.photo, split="train"))


# ---- Looking and ranking -------------------------------------------------------------------------------------------


def _looked(
    folder: Path,
    dataset: Dataset,
    numbers: dict[str, int],
    models: Sequence[Model],
    *,
    begun: float,
    say: Say,
    stop: Callable[[], bool],
) -> bool:
    """Let each photo's model look at it; False where it was stopped."""
    from ..inference.worker import open_networks

    done = read_evidence(folder)
    with (folder / "evidence.jsonl").open("ab") as file:
        file.write(b"\n")  # ends half a line of a worker that was killed
        for number, model in enumerate(models):
            waiting = [p for p in dataset.photos if numbers[p.photo.id] == number and p.photo.id not in done]
            networks = open_networks(model) if waiting else ()
            known = model_classes(dataset, model.card)
            for one in waiting:
                if stop():
                    return False
                say(
                    f"Looking at photo {len(done) + 1} of {len(dataset.photos)}",
                    begun + (1 - begun) * len(done) / len(dataset.photos),
                )
                done[one.photo.id] = _look(networks, model, one, known)
                file.write(msgspec.json.encode(done[one.photo.id]) + b"\n")
                file.flush()
    return True


def _look(networks: Sequence[Runtime], model: Model, one: AnnotatedPhoto, known: dict[str, str]) -> PhotoEvidence:
    try:
        pixels = imaging.load(Path(one.photo.path))
    except PhotoError as error:
        return PhotoEvidence(one.photo.id, error=f"{error.title} {error.detail}".strip())
    return evidence.look(networks, model.card, pixels, one, known)


def _ranked(dataset: Dataset, found: dict[str, PhotoEvidence], models: Sequence[Model]) -> Review:
    regions = {r.id: r for one in dataset.photos for r in one.regions}
    card = models[0].card
    numbers = evidence.class_numbers(card, model_classes(dataset, card))
    looked = [one for one in found.values() if not one.error]
    boxes = {name: shapes.bounds(r.shape) for name, r in regions.items()}
    suspected = queue.kept(suspicion.suspicions(looked, boxes, numbers, card.classes))
    notes = []
    if failed := [one for one in found.values() if one.error]:
        notes.append(f"{plural(len(failed), 'photo')} could not be read, the first: {failed[0].error}")
    if unknown := sorted({r.label for r in regions.values()} - set(numbers)):
        notes.append(f"The models do not know {', '.join(map(repr, unknown[:6]))}: such regions were not judged.")
    return Review(
        models=tuple(model.card.name for model in models),
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        photos=len(looked),
        suspicions=suspected,
        judged={one.region: regions[one.region].shape for one in suspected if one.region},
        notes=tuple(notes),
    )


def _read(path: Path, kind: type[T]) -> T:
    return read_value(path, kind, missing=f"{path.parent} is no review.", again="Review the project again.")
