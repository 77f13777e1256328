"""Detections of one damage become one; what a person merges keeps what was said of it."""

from __future__ import annotations

import pytest

from cardamage_core.annotations.model import Label, Origin, Rectangle, Region
from cardamage_core.assessment.damage import area_of
from cardamage_core.claims.merge import COUNT, groups_of, merge_detections, merged
from cardamage_core.errors import CarDamageError

LABELS = [Label("dent", "#000000"), Label("scratch", "#000000"), Label("car", "#ffffff", role="car")]


def seen(key: str, x: float, width: float, score: float, label: str = "dent") -> Region:
    return Region(key, Rectangle(x, 0, width, 10), label, origin=Origin("predicted", model="m", score=score))


def test_fresh_detections_that_overlap_by_half_become_the_best_of_them():
    found = (
        seen("car", 0, 100, 0.9, "car"),
        seen("a", 0, 20, 0.9),
        seen("b", 2, 20, 0.8, "scratch"),  # 18 of 22
        seen("inside", 0, 5, 0.7),
        seen("beside", 15, 20, 0.6),  # 5 of 35
    )
    once = merge_detections(found, LABELS)
    assert [one.id for one in once] == ["car", "a", "inside", "beside"]
    assert once[1].extra == {COUNT: 2}
    assert once[1].shape == found[1].shape
    assert merge_detections(once, LABELS) == once


def test_what_lies_inside_another_is_proposed_and_rejected_ones_are_not():
    found = (seen("low", 0, 20, 0.5), seen("inside", 0, 5, 0.7), seen("far", 50, 5, 0.9))
    assert groups_of(found, LABELS) == [("inside", "low")]
    gone = Region("gone", Rectangle(0, 0, 20, 10), "dent", review="rejected")
    assert groups_of((gone, found[1]), LABELS) == []


def test_merged_findings_cover_what_all_of_them_covered():
    first = Region(
        "a", Rectangle(0, 0, 20, 10), "dent", {"note": "old", "panel": ""}, Origin("predicted", "", "m", 0.4)
    )
    second = Region("b", Rectangle(10, 0, 20, 10), "scratch", {"severity": "minor"}, Origin("predicted", "", "m", 0.8))
    other = seen("c", 80, 5, 0.9)
    after = merged((other, first, second), ["a", "b"])
    assert [one.id for one in after] == ["c", "a"]
    assert (after[1].label, after[1].origin.score, after[1].review) == ("scratch", 0.8, "unreviewed")
    assert after[1].attributes == {"severity": "minor", "note": "old"}
    assert area_of(after[1].shape).area == pytest.approx(300)
    assert after[1].extra["merged"] == ["a", "b"]
    with pytest.raises(CarDamageError, match="two findings or more"):
        merged(after, ["a"])
