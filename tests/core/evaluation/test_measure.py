"""Are the figures right on predictions whose quality is known by construction?"""

from __future__ import annotations

import numpy as np
import pytest

from cardamage_core.annotations.model import AnnotatedPhoto, Origin, Photo, Polygon, Rectangle, Region
from cardamage_core.evaluation import evaluate
from cardamage_core.evaluation.coco import _coco_mask, rle


def square(x: float, y: float, side: float = 20, label: str = "dent", **more) -> Region:
    return Region(f"{x},{y}", Rectangle(x, y, side, side), label, **more)


def guess(x: float, y: float, side: float = 20, label: str = "dent", score: float = 0.95) -> Region:
    return square(x, y, side, label, origin=Origin("predicted", model="m", score=score))


def annotated(name: str, *regions: Region) -> AnnotatedPhoto:
    return AnnotatedPhoto(Photo(name, f"{name}.jpg", f"{name}.jpg", 100, 80), regions)


TRUTH = [annotated("a", square(10, 10), square(60, 40)), annotated("b", square(30, 20)), annotated("c")]


def test_perfect_predictions_reach_one():
    found = evaluate(TRUTH, {"a": [guess(10, 10), guess(60, 40)], "b": [guess(30, 20)]})
    assert (found.box_ap, found.box_ap50, found.mask_ap, found.mask_ap50) == pytest.approx((1, 1, 1, 1))
    assert (found.photos, found.truth, found.predicted) == (3, 3, 3)
    assert (found.found_share, found.alarm_share) == (1.0, 0.0)


def test_nothing_predicted_reaches_nothing():
    found = evaluate(TRUTH, {})
    assert (found.box_ap50, found.mask_ap50, found.mask_ap) == (0.0, 0.0, 0.0)
    assert (found.found_share, found.alarm_share) == (0.0, 0.0)


def test_the_wrong_place_reaches_nothing():
    assert evaluate(TRUTH, {"a": [guess(35, 10)], "b": [guess(60, 50)]}).mask_ap50 == 0.0


def test_the_wrong_class_reaches_nothing():
    assert evaluate(TRUTH, {"b": [guess(30, 20, label="scratch")]}).mask_ap50 == 0.0


def test_one_of_two_found_is_half_of_recall():
    # precision is 1 up to recall 1/2: 51 of the 101 points of recall
    truth = TRUTH[:1]
    assert evaluate(truth, {"a": [guess(10, 10)]}).mask_ap50 == pytest.approx(51 / 101)


def test_a_better_scored_false_alarm_halves_the_precision():
    assert evaluate(TRUTH[1:2], {"b": [guess(70, 50, score=0.99), guess(30, 20)]}).mask_ap50 == pytest.approx(0.5)


def test_a_shifted_box_counts_at_loose_overlaps_only():
    # shifted by 4 of 20: IoU is 16 / 24 = 0.667, enough for 0.50, 0.55, 0.60 and 0.65 of the ten
    found = evaluate(TRUTH[1:2], {"b": [guess(34, 20)]})
    assert found.box_ap50 == pytest.approx(1.0)
    assert found.box_ap == pytest.approx(0.4)
    assert found.mask_ap == pytest.approx(0.4)


def test_masks_are_judged_with_their_holes():
    ring = Polygon((((10, 10), (50, 10), (50, 50), (10, 50)), ((15, 15), (45, 15), (45, 45), (15, 45))))
    truth = [annotated("a", Region("r", ring, "dent"))]
    found = evaluate(truth, {"a": [guess(10, 10, 40)]})  # 700 of 1600 px²
    assert (found.box_ap50, found.mask_ap50) == (1.0, 0.0)


def test_run_length_encoding_leaves_the_hole_open():
    rings = (((10, 10), (50, 10), (50, 50), (10, 50)), ((15, 15), (45, 15), (45, 45), (15, 45)))
    pixels = _coco_mask().decode(rle(rings, TRUTH[0].photo))
    expected = np.zeros((80, 100), np.uint8)
    expected[10:50, 10:50] = 1
    expected[15:45, 15:45] = 0
    assert (pixels == expected).all()


def test_false_alarms_are_counted_on_photos_without_truth():
    found = evaluate([*TRUTH, annotated("d")], {"c": [guess(1, 1, score=0.9)], "d": [guess(1, 1, score=0.89)]})
    assert (found.photos_without_truth, found.alarm_share) == (2, 0.5)
    assert found.found_share == 0.0


def test_labels_can_be_learned_as_one_class():
    truth = [annotated("a", square(10, 10), square(60, 40, label="scratch"), square(40, 0, label="car"))]
    found = evaluate(
        truth,
        {"a": [guess(10, 10, label="damage"), guess(60, 40, label="damage")]},
        classes={"dent": "damage", "scratch": "damage"},
    )
    assert (found.truth, found.mask_ap50, found.mask_ap50_by_class) == (2, pytest.approx(1.0), {"damage": 1.0})


def test_only_what_a_person_stands_for_is_truth():
    regions = (guess(1, 1), square(30, 20, review="rejected"), square(30, 20), square(30, 20))
    assert evaluate([annotated("a", *regions)], {}).truth == 1


def test_without_truth_nothing_can_be_said():
    found = evaluate([annotated("c")], {"c": [guess(1, 1)]})
    assert (found.mask_ap50, found.found_share, found.alarm_share) == (None, None, 1.0)


def test_the_constant_box_is_the_mean_of_the_true_boxes():
    same = [annotated("a", square(30, 20)), annotated("b", square(30, 20))]
    assert evaluate(same, {}).baseline_mask_ap50 == pytest.approx(1.0)
    apart = [annotated("a", square(0, 0)), annotated("b", square(80, 60))]
    assert evaluate(apart, {}).baseline_mask_ap50 == 0.0
