"""Which class of a model each label of a data set counts as."""

from __future__ import annotations

import contextlib

import msgspec

from ..annotations.model import Dataset
from ..models.registry import ModelCard
from .job import TrainingJob, classes_of


def model_classes(dataset: Dataset, card: ModelCard) -> dict[str, str]:
    """Labels of the data set that the model knows, with the class each counts as.

    As it was taught where its card says so, else by equal names; empty where it knows none of them.
    """
    labels = {region.label for one in dataset.photos for region in one.regions}
    job = job_of(card)
    if job is not None and job.class_names == card.classes:
        taught = {label: card.classes[number - 1] for label, number in classes_of(dataset, job).items() if number > 0}
        if taught.keys() & labels:
            return taught
    named = {name.casefold(): name for name in card.classes}
    return {label: named[label.casefold()] for label in sorted(labels) if label.casefold() in named}


def job_of(card: ModelCard) -> TrainingJob | None:
    """The training that made the model; None where the card holds none that is understood."""
    with contextlib.suppress(msgspec.ValidationError):
        return msgspec.convert(card.job, TrainingJob) if card.job else None
    return None
