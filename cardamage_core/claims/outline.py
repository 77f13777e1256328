"""Outlines the photos of a claim with models, one edit for each photo, so that it can be stopped and gone on with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from ..annotations.model import AnnotatedPhoto, Photo, Region
from ..errors import CarDamageError, ModelError, PhotoError
from ..project.prediction_log import Look
from .claim import Claim
from .merge import merge_detections

IN_A_ROW = 3  # photos on which the model may fail before the rest is not tried


class Sees(Protocol):
    """What `inference.client.Predictor` offers."""

    def predict(self, photo_path: Path) -> tuple[Region, ...]:
        """The regions on a photo. PhotoError or ModelError."""


def open_photos(claim: Claim) -> list[Photo]:
    """The photos that no model has looked at, or that one failed to look at."""
    looks = claim.project.looks()
    return [one for one in claim.photos() if one.id not in looks or looks[one.id].problem]


def outline(
    claim: Claim, predictor: Sees, *, model: str, cancelled: Callable[[], bool] = lambda: False
) -> Iterator[tuple[Photo, Look]]:
    """Look at each open photo in turn; what came of it is kept, also where it failed, and told.

    A process that predicts and dies costs its photo only: the next try starts it anew. After three in a row the rest
    is noted as not tried.
    """
    failures = 0
    for photo in open_photos(claim):
        if cancelled():
            return
        if failures >= IN_A_ROW:
            look = Look(model, problem="Not tried: the model failed on the photos before.")
        else:
            look = _looked(claim, photo, predictor, model)
            failures = failures + 1 if isinstance(look, _Failed) else 0
        claim.project.note_look(photo.id, Look(look.model, look.regions, look.problem))
        yield photo, look


class _Failed(Look, frozen=True):
    """The model failed, which may be no fault of the photo."""


def _looked(claim: Claim, photo: Photo, predictor: Sees, model: str) -> Look:
    try:
        found = merge_detections(predictor.predict(claim.path_of(photo)), claim.labels())
        if found:
            claim.project.add([AnnotatedPhoto(photo, found)], (), f"Outline damage on {photo.name}")
    except PhotoError as error:
        return Look(model, problem=_one_sentence(error))
    except ModelError as error:
        return _Failed(model, problem=_one_sentence(error))
    return Look(model, len(found))


def _one_sentence(error: CarDamageError) -> str:
    return error.title
