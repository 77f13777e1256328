"""Carries out an evaluation: predicts the photos that are not predicted yet, then measures; `evaluations` keeps it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from .. import files, imaging
from ..annotations.labels import new_labels
from ..annotations.model import AnnotatedPhoto, Dataset, Label, Region
from ..errors import PhotoError
from ..evaluation import tallies
from ..evaluation.evaluation import About, Evaluation, evaluated, with_classes
from ..inference.client import Predictor
from ..models import registry
from ..models.registry import Model
from ..text import plural
from ..training.model_classes import model_classes
from .evaluations import Request, Seen, request_of, seen_by_photo
from .events import EventLog, progress_of
from .folder import JobFolder

LEAST_SCORE = 0.05  # precision is measured over all scores
DAMAGE = "damage"  # stands for all labels where the model knows none of those of the photos
PREDICTING = 0.85  # of the whole work

Say = Callable[[str, float], None]


def work(at: JobFolder, log: EventLog, stop: Callable[[], bool]) -> None:
    """Carry out an evaluation and tell of it by events; what the worker does."""
    done = carry_out(at.path, say=progress_of(log), stop=stop)
    log.write("stopped" if done is None else "finished")


def carry_out(folder: Path, *, say: Say, stop: Callable[[], bool]) -> Evaluation | None:
    """Predict what is not predicted yet, measure, and store; None where `stop()` ended it before that.

    `say` gets a sentence and the share done. Raises CarDamageError for everything that a person can mend.
    """
    begun = time.monotonic()
    request, dataset = request_of(folder), JobFolder(folder).dataset()
    model = registry.read(Path(request.model_folder))
    found, lines = seen_by_photo(folder / "predictions.jsonl")
    missing = [one for one in dataset.photos if one.photo.id not in found]
    if missing and not _predict(folder, model, missing, done=len(found), say=say, stop=stop):
        return None
    found, lines = seen_by_photo(folder / "predictions.jsonl")
    say("Measuring", PREDICTING)
    value, arrays = _measured(request, dataset, model, found, lines, seconds=time.monotonic() - begun, say=say)
    tallies.save(arrays, folder / "tallies.npz")
    ids = [one.photo.id for one in dataset.photos if _seen(one, found)]
    files.write_atomic(folder / "ids.json", msgspec.json.encode(ids))
    files.write_atomic(folder / "evaluation.json", msgspec.json.encode(value))
    return value


def truth_of(folder: Path) -> dict[str, AnnotatedPhoto]:
    """The photos judged by id, with the regions of damage they were judged by."""
    request, dataset = request_of(folder), JobFolder(folder).dataset()
    labels = dataset.labels
    if (Path(request.model_folder) / registry.CARD).is_file():
        labels, _, _ = _vocabulary(dataset, registry.read(Path(request.model_folder)))
    judged = with_classes([sized(one) for one in dataset.photos if one.photo.width], labels, {})
    return {
        one.photo.id: AnnotatedPhoto(one.photo, tuple(r for r in one.regions if _role(labels, r.label) == "damage"))
        for one in judged
    }


def _predict(
    folder: Path, model: Model, photos: Sequence[AnnotatedPhoto], *, done: int, say: Say, stop: Callable[[], bool]
) -> bool:
    """Predict photos and append what was seen; False where it was stopped."""
    total = done + len(photos)
    say(f"Loading {model.card.name}", PREDICTING * done / total)
    with Predictor(model.folder) as predictor, (folder / "predictions.jsonl").open("ab") as file:
        for number, one in enumerate(photos, start=done):
            if stop():
                return False
            say(f"Predicting photo {number + 1} of {total}", PREDICTING * number / total)
            file.write(msgspec.json.encode(_look(predictor, one)) + b"\n")
            file.flush()
    return True


def _look(predictor: Predictor, one: AnnotatedPhoto) -> Seen:
    try:
        return Seen(one.photo.id, predictor.predict(one.photo.path, min_score=LEAST_SCORE))
    except PhotoError as error:
        return Seen(one.photo.id, error=f"{error.title} {error.detail}".strip())


def _measured(
    request: Request,
    dataset: Dataset,
    model: Model,
    found: Mapping[str, Seen],
    lines: Mapping[str, int],
    *,
    seconds: float,
    say: Say,
) -> tuple[Evaluation, tallies.Tallies]:
    photos = [sized(one) for one in dataset.photos if _seen(one, found)]
    labels, mapping, notes = _vocabulary(dataset, model)
    failed = [one for one in dataset.photos if not _seen(one, found)]
    if failed:
        first = found[failed[0].photo.id].error
        notes.append(f"{plural(len(failed), 'photo')} could not be read and were left out, the first: {first}")
    predictions = {one.photo.id: found[one.photo.id].regions for one in photos}
    if not mapping:
        predictions = {name: tuple(map(_as_damage(labels), regions)) for name, regions in predictions.items()}
        mapping = {label.name: DAMAGE for label in dataset.labels if label.role == "damage"}
        mapping |= {r.label: DAMAGE for one in photos for r in one.regions if _role(labels, r.label) == "damage"}
    about = About(
        model=model.card.id,
        model_name=model.card.name,
        weights_sha256=model.card.weights_sha256,
        project=request.project,
        split=request.split,
        seconds=seconds,
        mapping=mapping,
        notes=tuple(notes),
    )
    return evaluated(
        with_classes(photos, labels, mapping),
        predictions,
        labels,
        threshold=request.threshold,
        about=about,
        classes=set(mapping.values()),
        lines=lines,
        progress=lambda share: say("Measuring", PREDICTING + (1 - PREDICTING) * share),
    )


def _vocabulary(dataset: Dataset, model: Model) -> tuple[tuple[Label, ...], dict[str, str], list[str]]:
    """The labels of photos and model with their roles, which class each label counts as, and what is to be said."""
    card = model.card
    labels = (*dataset.labels, *new_labels(card.classes, dataset.labels, roles=card.roles))
    mapping, notes = model_classes(dataset, card), []
    if not any(card.role_of(name) == "damage" for name in card.classes):
        roles = dict.fromkeys(card.classes, DAMAGE)
        labels = tuple(msgspec.structs.replace(one, role="damage" if one.name in roles else "part") for one in labels)
        notes.append(f"This model outlines {', '.join(card.classes[:4])} …: “damage” stands for these here.")
        return labels, mapping or {name: name for name in card.classes}, notes
    mapping = {label: name for label, name in mapping.items() if _role(labels, label) == "damage"}
    own = {r.label for one in dataset.photos for r in one.regions if _role(labels, r.label) == "damage"}
    if not mapping and own:
        notes.append(f"The model knows none of the labels {_listed(own)}: all damage is taken for one class.")
    elif unknown := own - mapping.keys():
        notes.append(f"The model does not know {_listed(unknown)}: these count only where labels are ignored.")
    return labels, mapping, notes


def _listed(names: set[str]) -> str:
    some = ", ".join(f"“{name}”" for name in sorted(names)[:6])
    return f"{some} …" if len(names) > 6 else some


def _role(labels: Sequence[Label], name: str) -> str:
    return next((label.role for label in labels if label.name == name), "damage")


def _as_damage(labels: Sequence[Label]) -> Callable[[Region], Region]:
    roles = {label.name: label.role for label in labels}

    def renamed(region: Region) -> Region:
        is_damage = roles.get(region.label, "damage") == "damage"
        return msgspec.structs.replace(region, label=DAMAGE) if is_damage else region

    return renamed


def _seen(one: AnnotatedPhoto, found: Mapping[str, Seen]) -> bool:
    return one.photo.id in found and not found[one.photo.id].error


def sized(one: AnnotatedPhoto) -> AnnotatedPhoto:
    """The photo with its size, which the project does not know when the file was missing at its import."""
    if one.photo.width and one.photo.height:
        return one
    width, height = imaging.size(one.photo.path)
    return AnnotatedPhoto(msgspec.structs.replace(one.photo, width=width, height=height), one.regions)
