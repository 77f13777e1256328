"""The table of metrics fits what the engine and the evaluation measure, and says it one way.

How good is the network by now?
"""

from __future__ import annotations

import numpy as np
import pytest

from cardamage_core.evaluation import Metrics
from cardamage_core.mrcnn import Detections, Sample
from cardamage_core.mrcnn.config import LOSS_NAMES
from cardamage_core.training import validation
from cardamage_core.training.metrics import BY_KEY, METRICS, Chart, Unit, evaluated, in_chart


def test_every_metric_is_one_that_engine_or_evaluation_measures():
    assert tuple(metric.key for metric in in_chart(Chart.PARTS)) == LOSS_NAMES
    assert {metric.key for metric in evaluated()} <= set(Metrics.__struct_fields__)
    assert {metric.key for metric in METRICS} == {"loss", *LOSS_NAMES, *(metric.key for metric in evaluated())}
    assert len(BY_KEY) == len(METRICS)


def test_a_chart_has_one_unit_and_names_each_of_its_curves():
    for chart in Chart:
        metrics = in_chart(chart)
        assert len({metric.unit for metric in metrics}) == 1
        assert len({metric.legend for metric in metrics} - {""}) == len(metrics)


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("mask_ap50", 0.4119, "mask AP50 0.412"),
        ("found_share", 0.756, "damage seen on 76 % of the damaged photos"),
        ("loss", 1.25, "loss 1.250"),
    ],
)
def test_a_card_says_a_metric_in_its_unit(key, value, text):
    assert BY_KEY[key].on_card(value) == text


def test_units_round_as_people_read_them():
    assert [unit.text(0.5) for unit in (Unit.PRECISION, Unit.SHARE, Unit.LOSS)] == ["0.500", "50 %", "0.500"]


SQUARE = ((10.0, 10.0), (40.0, 10.0), (40.0, 40.0), (10.0, 40.0))
PHOTO = Sample(np.zeros((60, 80, 3), np.uint8), (2,), ((SQUARE,),))


def _found(box, *, class_id: int, score: float) -> Detections:
    ids, scores = np.array([class_id], np.int32), np.array([score], np.float32)
    return Detections(np.float32([box]), ids, scores, np.ones((1, 28, 28), np.float32))


def test_a_detection_that_covers_the_region_with_the_right_class_is_perfect():
    measured = validation.validation_metrics(
        [PHOTO], [_found((10, 10, 40, 40), class_id=2, score=0.95)], ("dent", "glass")
    )
    assert measured["box_ap50"] == measured["mask_ap50"] == measured["found_share"] == 1.0


def test_a_detection_elsewhere_or_of_another_class_is_worth_nothing():
    for found in (
        _found((10, 50, 40, 78), class_id=2, score=0.95),
        _found((10, 10, 40, 40), class_id=1, score=0.95),
    ):
        assert validation.validation_metrics([PHOTO], [found], ("dent", "glass"))["mask_ap50"] == 0.0


def test_only_the_best_detections_are_measured_so_that_it_stays_cheap():
    n = 3 * validation.BEST
    scores = np.linspace(0.1, 0.9, n, dtype=np.float32)
    many = Detections(np.zeros((n, 4), np.float32), np.ones(n, np.int32), scores, np.zeros((n, 2, 2), np.float32))
    best = validation._best(many)
    assert len(best) == validation.BEST
    assert best.scores[0] == np.float32(0.9)
