"""Metrics of a training: the one table that trainer, command line, curves and model cards read.

A metric's key is its name in events, model cards and `evaluation.Metrics`. To add one: measure it in
`evaluation.evaluate`, give it a line here, and it appears everywhere.
"""

from __future__ import annotations

import enum
from typing import NamedTuple


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
COURSE = {"learning_rate": "Learning rate", "gradient_norm": "Gradient norm"}  # of each step, in its event
BY_KEY = {metric.key: metric for metric in METRICS}


def in_chart(chart: Chart) -> tuple[Metric, ...]:
    """The metrics of a chart, in the order of its curves."""
    return tuple(metric for metric in METRICS if metric.chart is chart)


def evaluated() -> tuple[Metric, ...]:
    """The metrics that comparing detections with annotations gives: all but the losses."""
    return tuple(metric for metric in METRICS if metric.unit is not Unit.LOSS)
