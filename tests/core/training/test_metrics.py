"""How good is the network by now?"""

from __future__ import annotations

import numpy as np

from cardamage_core.mrcnn import Detections, Sample
from cardamage_core.training import metrics

SQUARE = ((10.0, 10.0), (40.0, 10.0), (40.0, 40.0), (10.0, 40.0))
PHOTO = Sample(np.zeros((60, 80, 3), np.uint8), (2,), ((SQUARE,),))


def _found(box, *, class_id: int, score: float) -> Detections:
    ids, scores = np.array([class_id], np.int32), np.array([score], np.float32)
    return Detections(np.float32([box]), ids, scores, np.ones((1, 28, 28), np.float32))


def test_a_detection_that_covers_the_region_with_the_right_class_is_perfect():
    measured = metrics.validation_metrics(
        [PHOTO], [_found((10, 10, 40, 40), class_id=2, score=0.95)], ("dent", "glass")
    )
    assert measured["box_ap50"] == measured["mask_ap50"] == measured["found_share"] == 1.0


def test_a_detection_elsewhere_or_of_another_class_is_worth_nothing():
    for found in (
        _found((10, 50, 40, 78), class_id=2, score=0.95),
        _found((10, 10, 40, 40), class_id=1, score=0.95),
    ):
        assert metrics.validation_metrics([PHOTO], [found], ("dent", "glass"))["mask_ap50"] == 0.0


def test_only_the_best_detections_are_measured_so_that_it_stays_cheap():
    n = 3 * metrics.BEST
    scores = np.linspace(0.1, 0.9, n, dtype=np.float32)
    many = Detections(np.zeros((n, 4), np.float32), np.ones(n, np.int32), scores, np.zeros((n, 2, 2), np.float32))
    best = metrics._best(many)
    assert len(best) == metrics.BEST
    assert best.scores[0] == np.float32(0.9)
