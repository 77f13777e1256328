"""Metrics of a training: the one table that trainer, command line, curves and model cards read.

A metric's key is its name in events, model cards and `evaluation.Metrics`. To add one: measure it in
`evaluation.evaluate`, give it a line here, and it appears everywhere.

How good is the network by now, on photos that it does not learn from?

Measured on the shrunk photos the trainer holds in memory and with a bounded number of detections, so that it costs
little; `cardamage evaluate` measures a model on whole photos.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..annotations.model import AnnotatedPhoto, Photo, Polygon, Region
from ..evaluation import evaluate
from ..inference import polygons
from ..mrcnn import Detections, Sample


class Unit(enum.Enum):
    """What kind of number a metric is."""

    LOSS = "loss"  # 0 and up, less is better
    PRECISION = "precision"  # 0…1, more is better
    SHARE = "share"  # of photos, 0…1, said in percent

    def text(self, value: float) -> str:
        """The number as people read it."""
        return f"{100 * value:.0f} %" if self is Unit.SHARE else f"{value:.3f}"


class Chart(enum.Enum):
    """The charts of the Train page and their titles."""

    LOSS = "Loss"
    PARTS = "Losses by part"
    PRECISION = "AP50 on validation photos"
    SHARES = "Photos with a mask above 90 %"


class Metric(NamedTuple):
    """One metric: key, title, unit; its chart and the name of its curve there; how a model card says it."""

    key: str
    title: str
    unit: Unit
    chart: Chart | None = None
    legend: str = ""
    card: str = ""  # with {} for the number; "": not on the card
    column: str = ""  # heads it in tables; "": no column of its own

    def on_card(self, value: float) -> str:
        """The sentence on a model card."""
        return self.card.format(self.unit.text(value))


METRICS = (
    Metric("mask_ap50", "mask AP50", Unit.PRECISION, Chart.PRECISION, "mask", "mask AP50 {}", "mask AP50"),
    Metric("box_ap50", "box AP50", Unit.PRECISION, Chart.PRECISION, "box", "box AP50 {}", "box AP50"),
    Metric("baseline_mask_ap50", "mask AP50 of one constant box", Unit.PRECISION, Chart.PRECISION, "constant box"),
    Metric("baseline_box_ap50", "box AP50 of one constant box", Unit.PRECISION),
    Metric(
        "found_share",
        "damaged photos with a mask",
        Unit.SHARE,
        Chart.SHARES,
        "damaged",
        "damage seen on {} of the damaged photos",
    ),
    Metric(
        "alarm_share",
        "undamaged photos with a mask",
        Unit.SHARE,
        Chart.SHARES,
        "undamaged",
        "false alarm on {} of the undamaged ones",
    ),
    Metric("loss", "loss", Unit.LOSS, Chart.LOSS, "validation", "loss {}"),
    Metric("rpn_class", "loss of the proposals' classes", Unit.LOSS, Chart.PARTS, "proposal class"),
    Metric("rpn_box", "loss of the proposals' boxes", Unit.LOSS, Chart.PARTS, "proposal box"),
    Metric("class", "loss of the classes", Unit.LOSS, Chart.PARTS, "class"),
    Metric("box", "loss of the boxes", Unit.LOSS, Chart.PARTS, "box"),
    Metric("mask", "loss of the masks", Unit.LOSS, Chart.PARTS, "mask"),
)
BY_KEY = {metric.key: metric for metric in METRICS}


def in_chart(chart: Chart) -> tuple[Metric, ...]:
    """The metrics of a chart, in the order of its curves."""
    return tuple(metric for metric in METRICS if metric.chart is chart)


def evaluated() -> tuple[Metric, ...]:
    """The metrics that comparing detections with annotations gives: all but the losses."""
    return tuple(metric for metric in METRICS if metric.unit is not Unit.LOSS)


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
