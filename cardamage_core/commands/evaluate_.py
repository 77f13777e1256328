"""`cardamage evaluate`: measures a model on annotated photos of a project."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from .. import imaging
from ..annotations.model import AnnotatedPhoto, Dataset, Region
from ..errors import ModelError, PhotoError, ProjectError
from ..evaluation import Metrics, evaluate
from ..inference.client import Predictor
from ..models import registry
from ..models.registry import ModelCard
from ..project import Project
from ..text import plural
from ..training.job import ClassRule, TrainingJob, classes_of, split
from ..training.metrics import BY_KEY, METRICS, Metric, Unit
from . import Output, add_threshold
from .terminal import bar_for, table

LEAST_SCORE = 0.05  # precision is measured over all scores


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what can be chosen."""
    parser.add_argument("project", type=Path, metavar="PROJECT")
    parser.add_argument("--model", required=True, metavar="M", help="a model's folder, id or name")
    parser.add_argument(
        "--split", default="", metavar="SPLIT", help="photos to judge by (default: those held back in the training)"
    )
    add_threshold(parser, "for the shares of photos (default: the project's)")


def run(args: argparse.Namespace, out: Output) -> int:
    """Predict the photos of a split and compare; photos that cannot be read are named and left out."""
    with Project.open(args.project, read_only=True) as project:
        dataset, model = project.dataset(), registry.find(args.model, project.models_folder)
        threshold = project.threshold if args.threshold is None else args.threshold
    job = _job(model.card)
    photos = _chosen(dataset, job, args.split)
    started = time.monotonic()
    predictions, failed = _predictions(model.folder, photos, out)
    seconds = time.monotonic() - started
    read = [_sized(one) for one in photos if one.photo.id in predictions]
    classes = {label: model.card.classes[number - 1] for label, number in classes_of(dataset, job).items()}
    metrics = evaluate(read, predictions, classes=classes, threshold=threshold)
    document = {"model": model.card.id, "split": args.split or job.val_split, "seconds": round(seconds, 2)}
    told = [f"{one['photo']} could not be outlined and was left out: {one['title']}" for one in failed]
    out.report(document | msgspec.to_builtins(metrics) | {"failed": failed}, "\n".join([_text(metrics), *told]))
    return 1 if failed else 0


def _job(card: ModelCard) -> TrainingJob:
    """What the model was taught; a model without a job is taken to know labels of its classes' names."""
    if not card.job:
        return TrainingJob(classes=tuple(ClassRule(name, (name,)) for name in card.classes))
    try:
        job = msgspec.convert(card.job, TrainingJob)
    except msgspec.ValidationError as error:
        raise ModelError(f"The card of the model {card.id} holds no job that is understood.", str(error)) from error
    if job.class_names != card.classes:
        raise ModelError(f"The card of the model {card.id} contradicts itself.", "Its job teaches other classes.")
    return job


def _chosen(dataset: Dataset, job: TrainingJob, name: str) -> Sequence[AnnotatedPhoto]:
    photos = [one for one in dataset.photos if one.photo.split == name] if name else split(dataset, job).val.photos
    if not photos:
        splits = sorted({one.photo.split or "(none)" for one in dataset.photos})
        raise ProjectError(
            f"There are no photos with the split “{name or job.val_split}”.",
            f"The {plural(len(dataset.photos), 'photo')} of the project have: {', '.join(splits)}.",
        )
    return photos


def _predictions(
    model: Path, photos: Sequence[AnnotatedPhoto], out: Output
) -> tuple[dict[str, tuple[Region, ...]], list[dict[str, str]]]:
    """Regions by photo id, and what could not be read."""
    found: dict[str, tuple[Region, ...]] = {}
    failed: list[dict[str, str]] = []
    with Predictor(model) as predictor, bar_for(out) as bar:
        for number, one in enumerate(photos, start=1):
            bar.show(f"{number}/{len(photos)} {one.photo.name}", (number - 1) / len(photos))
            try:
                found[one.photo.id] = predictor.predict(one.photo.path, min_score=LEAST_SCORE)
            except PhotoError as error:
                failed.append({"photo": one.photo.path, "title": error.title, "detail": error.detail})
                bar.say(f"{error.title} {error.detail}")
    return found, failed


def _sized(one: AnnotatedPhoto) -> AnnotatedPhoto:
    """The photo with its size, which the project does not know when the file was missing at its import."""
    if one.photo.width and one.photo.height:
        return one
    width, height = imaging.size(one.photo.path)
    return AnnotatedPhoto(msgspec.structs.replace(one.photo, width=width, height=height), one.regions)


def _text(m: Metrics) -> str:
    rows = [
        *((one.column, _share(getattr(m, one.key)), _share(getattr(m, f"baseline_{one.key}"))) for one in _columns()),
        ("box AP", _share(m.box_ap), ""),
        ("mask AP", _share(m.mask_ap), ""),
        *((f"mask AP50 of {name}", _share(value), "") for name, value in sorted(m.mask_ap50_by_class.items())),
    ]
    lines = [
        f"{plural(m.photos, 'photo')}, {plural(m.truth, 'true region')}, {m.predicted} predicted.",
        "",
        table(("measure", "model", "constant box"), rows, right=("model", "constant box")),
        "",
        f"Photos with damage that get a mask at {m.threshold:.2f} or above: {_percent(m.found_share)}"
        f" of {m.photos_with_truth}.",
        f"False alarms on photos without damage: {_percent(m.alarm_share)} of {m.photos_without_truth}.",
    ]
    return "\n".join(lines)


def _columns() -> list[Metric]:
    return [metric for metric in METRICS if metric.column and f"baseline_{metric.key}" in BY_KEY]


def _share(value: float | None) -> str:
    return "–" if value is None else Unit.PRECISION.text(value)


def _percent(value: float | None) -> str:
    return "–" if value is None else Unit.SHARE.text(value)
