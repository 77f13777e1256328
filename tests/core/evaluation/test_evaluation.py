"""The whole evaluation on photos whose figures can be worked out by hand; comparison; what is stored is what was."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cardamage_core.annotations.model import AnnotatedPhoto, Label, Origin, Photo, Rectangle, Region
from cardamage_core.errors import CarDamageError
from cardamage_core.evaluation import comparison, resampling, tallies
from cardamage_core.evaluation.evaluation import About, Evaluation, evaluated, with_classes
from cardamage_core.evaluation.figures import figures
from cardamage_core.evaluation.mistakes import BACKGROUND

LABELS = (Label("dent", "#56b4e9"), Label("scratch", "#e69f00"), Label("car", "#ffffff", role="car"))


def square(x: float, y: float, side: float = 20, label: str = "dent", *, score: float | None = None) -> Region:
    origin = Origin() if score is None else Origin("predicted", model="m", score=score)
    return Region(f"{x} {y} {label} {score}", Rectangle(x, y, side, side), label, origin=origin)


def photo(name: str, *regions: Region) -> AnnotatedPhoto:
    return AnnotatedPhoto(Photo(name, f"{name}.jpg", f"{name}.jpg", 100, 100), regions)


PHOTOS = [
    photo("missed", square(0, 0, 100, "car"), square(10, 10)),  # 4 % of the car
    photo("phantom"),
    photo("wrong", square(10, 10)),
    photo("sloppy", square(10, 10)),
    photo("right", square(10, 10)),
    photo("clean"),
]
FOUND = {
    "missed": (square(10, 10, score=0.2),),  # below the threshold
    "phantom": (square(50, 50, score=0.9),),
    "wrong": (square(10, 10, label="scratch", score=0.8),),
    "sloppy": (square(10, 10, 12, score=0.7),),  # IoU 144 / 400
    "right": (square(10, 10, score=0.6),),
}


def judged(found=FOUND, **about) -> tuple[Evaluation, tallies.Tallies, tuple[str, ...]]:
    value, arrays = evaluated(PHOTOS, found, LABELS, threshold=0.5, about=About(**about))
    return value, arrays, tuple(one.photo.id for one in PHOTOS)


@pytest.fixture(scope="module")
def value() -> Evaluation:
    return judged()[0]


def test_each_kind_of_mistake_is_told_and_the_worst_photo_comes_first(value: Evaluation):
    told = {one.id: one.text for one in value.photos}
    assert told == {
        "missed": "1 missed",
        "phantom": "1 phantom",
        "wrong": "1 wrong",
        "sloppy": "1 sloppy",
        "right": "no mistake",
        "clean": "no mistake",
    }
    assert [one.id for one in value.photos[:4]] == ["missed", "phantom", "wrong", "sloppy"]


def test_figures_by_hand(value: Evaluation):
    figure = lambda key, of="": value.figure(key, of).value  # noqa: E731
    assert (figure("right_share"), figure("found_share"), figure("alarm_share")) == (0.75, 0.75, 0.5)
    assert figure("recall") == figure("recall", "1–5 % of the photo") == 0.75
    assert figure("recall", "5 % of the photo or more") is None
    # as one class: 0.9 is false, then 2 of 4 with one sloppy one between, then the one below the threshold
    assert figure("any_mask_ap50") == pytest.approx((25 * 0.6 + 25 * 0.6 + 26 * 0.6) / 101, abs=0.01)
    assert (figure("share_error"), figure("share_error_p90")) == (0.0, 4.0)
    assert figure("share_error", "undamaged") == 0.0


def test_intervals_hold_their_figure_and_say_of_how_many(value: Evaluation):
    share = value.figure("right_share")
    assert share.low < share.value <= share.high
    assert (share.count, value.figure("alarm_share").count) == (4, 2)


def test_confusion_counts_labels_and_the_background(value: Evaluation):
    labels, counts = value.confusion.labels, np.array(value.confusion.counts)
    assert labels == ("dent", "scratch", BACKGROUND)
    assert counts.tolist() == [[2, 1, 1], [0, 0, 0], [1, 0, 0]]


def test_the_share_of_photos_with_a_mask_falls_with_the_threshold(value: Evaluation):
    line = next(one for one in value.over_thresholds if one.name == "damaged photos with a mask")
    assert line.y[0] == 1.0
    assert line.y[-1] == 0.0
    assert sorted(line.y, reverse=True) == list(line.y)


def test_few_undamaged_photos_do_not_suggest_a_threshold(value: Evaluation):
    assert "balance" in value.suggestion
    assert value.suggested_threshold == 0.05  # every damage is found, one mask of five is wrong


def test_labels_that_the_model_does_not_know_count_only_as_any_damage():
    photos = with_classes([photo("a", square(0, 0), square(50, 50, label="rust"))], LABELS, {"dent": "damage"})
    found = {"a": (square(0, 0, label="damage", score=0.9), square(50, 50, label="damage", score=0.8))}
    value, _ = evaluated(photos, found, LABELS, threshold=0.5, classes={"damage"})
    assert value.figure("any_mask_ap50").value == 1.0
    assert value.figure("mask_ap50", "rust") is None
    assert value.photos[0].text == "no mistake"


def test_stored_arrays_give_the_same_figures(tmp_path: Path):
    value, arrays, _ = judged()
    tallies.save(arrays, tmp_path / "tallies.npz")
    again = tallies.load(tmp_path / "tallies.npz")

    assert figures(again, threshold=0.5) == list(value.figures)


def test_a_damaged_file_of_arrays_is_one_sentence(tmp_path: Path):
    (tmp_path / "tallies.npz").write_bytes(b"PK\x03\x04 half of it")
    with pytest.raises(CarDamageError, match="missing or damaged"):
        tallies.load(tmp_path / "tallies.npz")


def test_a_model_against_itself_differs_in_nothing():
    found = comparison.compare(judged(), judged())
    assert {one.verdict for one in found.differences} <= {"no clear difference", ""}
    assert found.better == found.worse == ()


def test_a_better_model_is_told_from_a_worse_one():
    many = [photo(f"{i}", square(10, 10)) for i in range(40)]
    good = {one.photo.id: (square(10, 10, score=0.9),) for one in many}
    bad = {name: regions for i, (name, regions) in enumerate(good.items()) if i % 2}
    ids = tuple(one.photo.id for one in many)
    a = (*evaluated(many, bad, LABELS, threshold=0.5), ids)
    b = (*evaluated(many, good, LABELS, threshold=0.5), ids)
    found = comparison.compare(a, b)
    recall = next(one for one in found.differences if (one.key, one.of) == ("recall", ""))
    assert (recall.a, recall.b, recall.verdict) == (0.5, 1.0, "better")
    assert 0.3 < recall.low < 0.5 < recall.high < 0.7
    assert len(found.better) == 20
    assert not found.worse


def test_models_judged_on_other_photos_cannot_be_compared():
    a = judged()
    with pytest.raises(CarDamageError, match="no photo in common"):
        comparison.compare(a, (a[0], a[1], tuple("abcdef")))


def test_the_chance_of_a_difference_that_goes_both_ways_is_high():
    assert resampling.chance(np.array([-1.0, 1.0] * 50)) == 1.0
    assert resampling.chance(np.full(99, 0.1)) == pytest.approx(0.02)


def test_weighted_quantiles_are_those_of_the_repeated_values():
    weights = np.array([[1.0, 1, 1, 1], [0, 3, 0, 1]])
    assert resampling.quantile(np.array([4.0, 1, np.nan, 2]), 0.5, weights).tolist() == [2.0, 1.0]
