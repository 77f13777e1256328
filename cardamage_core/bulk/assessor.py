"""Assesses one photo after the other: the same code in a process pool here and in the actors of a Ray cluster."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from .. import files, imaging
from ..annotations.confidence import THRESHOLD
from ..annotations.labels import new_labels
from ..annotations.model import Label, Photo
from ..assessment.damage import assess
from ..claims.merge import merge_detections
from ..errors import CarDamageError, ModelError, PhotoError, ProcessEndedError
from ..inference.client import Predictor
from ..models import registry
from ..models.registry import Model
from . import table
from .manifest import Item
from .table import Conditions, Row


def usual_models() -> tuple[Model, ...]:
    """The models that come along: damage, and the car."""
    return registry.completed_by_car(registry.default())


def conditions_of(models: Sequence[Model], threshold: float | None) -> Conditions:
    """Under what rows are made; without a threshold the model's own is used."""
    own = models[0].card.threshold
    used = threshold if threshold is not None else THRESHOLD if own is None else own
    return Conditions({model.card.id: model.card.weights_sha256 for model in models}, used)


class Assessor:
    """Models in a process of their own, which a photo may kill without harm to the others."""

    def __init__(self, models: Sequence[Model], threshold: float) -> None:
        """Nothing is loaded yet."""
        self._threshold = threshold
        self._labels: tuple[Label, ...] = ()
        for model in models:
            self._labels += new_labels(model.card.classes, self._labels, roles=model.card.roles)
        self._predictor = Predictor(*(model.folder for model in models), threads=1)

    def load(self) -> None:
        """Load the models and wait until they are warm. Raises ModelError."""
        self._predictor.wait()

    def close(self) -> None:
        """End the process."""
        self._predictor.close()

    def row(self, item: Item, path: Path) -> Row:
        """The row of the photo that lies at `path`; never an exception, but where nothing works any more.

        A photo on which the process dies is tried once more, since the reason may lie elsewhere.
        """
        try:
            return self._row(item, path)
        except ProcessEndedError:
            pass
        except (PhotoError, ModelError, OSError) as error:
            return table.row_of(item, problem=_words(error))
        try:
            return self._row(item, path)
        except (PhotoError, ModelError, OSError) as error:
            return table.row_of(item, problem=_words(error))

    def _row(self, item: Item, path: Path) -> Row:
        started = time.monotonic()
        regions = merge_detections(self._predictor.predict(path), self._labels)
        width, height = imaging.size(path)
        photo = Photo(item.photo, str(path), path.name, width, height)
        damage = assess(photo, regions, self._labels, threshold=self._threshold, beside=False)
        return Row(
            photo=item.photo,
            claim=item.claim,
            status="assessed",
            sha256=files.sha256(path),
            width=width,
            height=height,
            determined=damage.determined,
            percent=damage.percent,
            low=damage.low,
            high=damage.high,
            denominator=damage.denominator,
            reason=damage.reason,
            damage=msgspec.json.encode(damage).decode(),
            regions=tuple(table.outlines(regions, self._labels, damage, self._threshold)),
            seconds=time.monotonic() - started,
        )


def _words(error: Exception) -> str:
    if isinstance(error, CarDamageError):
        return f"{error.title} {error.detail}".strip()
    return f"{getattr(error, 'strerror', None) or error}."
