"""Do two sides agree as much as one works out by hand?"""

import pytest

from cardamage_core.annotations.agreement import Comparison, Pair, against_model, compare, models, opinion
from cardamage_core.annotations.model import Dot, Label, Origin, Rectangle, Region

LABELS = (Label("dent", "#56b4e9"), Label("scratch", "#e69f00"), Label("body", "#ffffff", role="car"))


def box(region_id, x, y, width=10.0, height=10.0, label="dent", **more):
    return Region(region_id, Rectangle(x, y, width, height), label, **more)


def predicted(region_id, x, score, **more):
    return box(region_id, x, 0.0, origin=Origin("predicted", model="m", score=score), **more)


def test_two_squares_that_share_a_half_agree_by_a_third():
    """50 shared of 100 + 100 - 50 = 150."""
    found = compare([box("a", 0, 0)], [box("x", 5, 0)], LABELS)
    assert found.agreement == pytest.approx(50 / 150)
    assert found.pairs == (Pair("a", "x", pytest.approx(50 / 150)),)
    assert found.ours_alone == found.theirs_alone == ()


def test_the_same_outlines_agree_wholly_and_nothing_disagrees_with_nothing():
    assert compare([box("a", 0, 0)], [box("a", 0, 0)]).agreement == 1.0
    assert compare([], []) == Comparison(None)
    assert compare([box("a", 0, 0)], []) == Comparison(0.0, ours_alone=("a",))


def test_what_is_covered_twice_counts_once():
    """Ours twice the same 100, theirs 200 around it: 100 of 200, not 200 of 200."""
    found = compare([box("a", 0, 0), box("b", 0, 0)], [box("x", 0, 0, 20)], LABELS)
    assert found.agreement == 0.5


def test_each_has_at_most_one_partner_and_the_better_one_wins():
    """x shares 80 of 120 with a and 50 of 150 with b."""
    found = compare([box("b", 7, 0), box("a", 0, 0)], [box("x", 2, 0)], LABELS)
    assert found.pairs == (Pair("a", "x", pytest.approx(80 / 120)),)
    assert found.ours_alone == ("b",)


def test_less_than_a_quarter_in_common_is_another_thing():
    """30 of 170 is less than a quarter, 40 of 160 is one."""
    assert compare([box("a", 0, 0)], [box("x", 7, 0)]).theirs_alone == ("x",)
    assert compare([box("a", 0, 0)], [box("x", 6, 0)]).pairs == (Pair("a", "x", 0.25),)


def test_labels_may_differ_but_not_what_they_stand_for():
    ours = [box("dent", 0, 0), box("car", 0, 0, 100, 100, "body")]
    theirs = [box("scratch", 0, 0, label="scratch"), box("silhouette", 0, 0, 100, 100, "car")]
    found = compare(ours, theirs, LABELS)
    assert found.agreement == 1.0  # of the damage; the outline of the car is none
    assert {(pair.ours, pair.theirs) for pair in found.pairs} == {("dent", "scratch"), ("car", "silhouette")}
    assert compare(ours[1:], [box("x", 0, 0, 100, 100)], LABELS).pairs == ()


def test_lines_and_points_are_left_out():
    assert compare([Region("d", Dot(1.0, 1.0), "dent")], [box("x", 0, 0)]) == Comparison(0.0, theirs_alone=("x",))


def test_an_annotator_stands_for_what_is_neither_rejected_nor_a_guess():
    regions = (box("a", 0, 0), box("b", 0, 0, review="rejected"), predicted("p", 0, 0.4), predicted("q", 0, 0.95))
    assert [region.id for region in opinion(regions, 0.9)] == ["a", "q"]


def test_what_a_person_accepted_of_a_model_belongs_to_both_sides():
    regions = (
        box("a", 0, 0),
        predicted("yes", 20, 0.95, review="accepted"),
        predicted("no", 40, 0.95, review="rejected"),
        predicted("open", 60, 0.95),
        predicted("guess", 80, 0.2),
    )
    ours, theirs = against_model(regions, "m", 0.9)
    assert [region.id for region in ours] == ["a", "yes"]
    assert [region.id for region in theirs] == ["yes", "no", "open"]
    assert models(regions) == ("m",)
    found = compare(ours, theirs)
    assert found.agreement == 0.25  # 100 of a, yes, no and open together
    assert found.ours_alone == ("a",)
    assert found.theirs_alone == ("no", "open")
