"""Measures the network on validation photos while it trains.

Measured on the shrunk photos the trainer holds in memory and with a bounded number of detections, so that it costs
little; `cardamage evaluate` measures a model on whole photos.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..annotations.model import AnnotatedPhoto, Photo, Polygon, Region
from ..evaluation import evaluate
from ..inference import polygons
from ..mrcnn import Detections, Sample
from .metrics import evaluated

MIN_SCORE = 0.05
BEST = 20  # detections of a photo


def validation_metrics(
    samples: Sequence[Sample], found: Sequence[Detections], classes: Sequence[str]
) -> dict[str, float | None]:
    """AP50 of boxes and masks, what one constant box reaches, and the shares of photos with a detection above 0.9."""
    truth = [_annotated(f"{i}", sample, classes) for i, sample in enumerate(samples)]
    predictions = {f"{i}": polygons.regions(_best(one), classes, model="") for i, one in enumerate(found)}
    measured = evaluate(truth, predictions)
    return {metric.key: getattr(measured, metric.key) for metric in evaluated()}


def _annotated(name: str, sample: Sample, classes: Sequence[str]) -> AnnotatedPhoto:
    """The sample as a photo with regions, labelled by class."""
    height, width = sample.image.shape[:2]
    regions = tuple(
        Region(f"{name} {i}", Polygon(tuple(map(tuple, rings))), classes[class_id - 1])
        for i, (class_id, rings) in enumerate(zip(sample.class_ids, sample.polygons, strict=True))
        if class_id > 0  # ignored regions are neither truth nor background
    )
    return AnnotatedPhoto(Photo(name, name, name, width, height), regions)


def _best(found: Detections) -> Detections:
    order = np.argsort(-found.scores, kind="stable")[:BEST]
    return Detections(found.boxes[order], found.class_ids[order], found.scores[order], found.masks[order])
