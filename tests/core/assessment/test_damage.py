"""Is the damage figure right on shapes whose areas are known by hand?

Is the quick sum of areas the same as the plain union?
"""

from __future__ import annotations

import math
import random

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardamage_core import geometry
from cardamage_core.annotations.confidence import band
from cardamage_core.annotations.model import Circle, Dot, Label, Origin, Photo, Polygon, Polyline, Rectangle, Region
from cardamage_core.assessment.areas import clip, covered_area
from cardamage_core.assessment.damage import Damage, assess, figure

PHOTO = Photo(id="p", path="p.jpg", name="p.jpg", width=100, height=100)
LABELS = (
    Label("dent", "#56B4E9"),
    Label("scratch", "#E69F00"),
    Label("car", "#FFFFFF", role="car"),
    Label("hood", "#9D7BFF", role="part"),
)
CAR = Region("car", Rectangle(10, 10, 80, 50), "car")  # 4000 px²


def rectangle(name: str, x: float, y: float, width: float, height: float, label: str = "dent", **more) -> Region:
    return Region(name, Rectangle(x, y, width, height), label, **more)


def predicted(score: float) -> Origin:
    return Origin("predicted", model="m", score=score)


def damage(*regions: Region, photo: Photo = PHOTO, threshold: float = 0.9) -> Damage:
    return assess(photo, regions, LABELS, threshold=threshold)


def test_without_a_car_outline_it_is_a_share_of_the_photo():
    found = damage(rectangle("a", 20, 20, 20, 10))
    assert (found.percent, found.denominator, found.words) == (2.0, "photo", "of the photo")
    assert "No car outline yet" in found.explanation


def test_with_a_car_outline_it_is_a_share_of_the_car():
    found = damage(CAR, rectangle("a", 20, 20, 20, 10))
    assert (found.percent, found.denominator, found.words) == (5.0, "car", "of the car")
    assert "Measured against the car outline." in found.explanation


def test_overlaps_count_once_but_in_each_label():
    found = damage(rectangle("a", 0, 0, 10, 10), rectangle("b", 5, 0, 10, 10, "scratch"), rectangle("c", 0, 0, 10, 10))
    assert found.percent == pytest.approx(1.5)
    assert found.by_label == pytest.approx({"dent": 1.0, "scratch": 1.0})
    assert found.by_region == pytest.approx({"a": 1.0, "b": 1.0, "c": 1.0})
    assert "overlaps count once" in found.explanation
    assert "need not add up" in found.explanation


def test_a_hole_is_not_damage():
    ring = Polygon((((0, 0), (20, 0), (20, 20), (0, 20)), ((5, 5), (15, 5), (15, 15), (5, 15))))
    assert damage(Region("a", ring, "dent")).percent == pytest.approx(3.0)


def test_both_wings_of_a_bow_tie_count():
    bow_tie = Polygon((((0, 0), (10, 10), (10, 0), (0, 10)),))
    assert damage(Region("a", bow_tie, "dent")).percent == pytest.approx(0.5)


def test_damage_outside_the_car_does_not_count():
    found = damage(CAR, rectangle("a", 80, 20, 20, 10))
    assert found.percent == pytest.approx(2.5)
    assert "50 % of the outlined damage lies outside the car outline" in found.explanation


def test_damage_larger_than_the_car_outline_is_no_share_of_it():
    found = damage(CAR, rectangle("a", 0, 0, 100, 100))  # 6000 of 10000 px² lie outside
    assert (found.percent, found.determined, found.reason) == (None, False, "outside")
    assert found.of_photo == pytest.approx(100.0)
    assert "Most of the outlined damage lies outside the car outline." in found.explanation
    assert figure(found) == "not determined (damage lies outside the car outline)"


def test_damage_outside_the_photo_does_not_count():
    assert damage(rectangle("a", -10, 0, 20, 10)).percent == pytest.approx(1.0)


def test_predictions_below_the_threshold_do_not_count():
    low, high = (
        rectangle("a", 0, 0, 10, 10, origin=predicted(0.89)),
        rectangle("b", 50, 0, 10, 10, origin=predicted(0.9)),
    )
    found = damage(low, high)
    assert found.percent == pytest.approx(1.0)
    assert set(found.by_region) == {"b"}
    assert "1 below 0.90" in found.explanation
    assert damage(low, high, threshold=0.5).percent == pytest.approx(2.0)


def test_a_prediction_that_a_person_accepted_counts_whatever_its_score():
    found = damage(rectangle("a", 0, 0, 10, 10, origin=predicted(0.4), review="accepted"))
    assert found.percent == pytest.approx(1.0)
    assert "predicted" not in found.explanation


def test_proposals_stand_beside_what_a_person_outlined_until_they_are_accepted():
    """100 × 100 photo: the person's car is 80 × 50 with a dent of 20 × 10; the model sees both otherwise."""
    dent = rectangle("dent", 20, 20, 20, 10)
    proposal = rectangle("more", 50, 20, 20, 10, origin=predicted(0.95))
    other_car = rectangle("their car", 0, 0, 100, 100, "car", origin=predicted(0.99))
    found = damage(CAR, dent, proposal, other_car)
    assert (found.percent, found.words) == (pytest.approx(5.0), "of the car")
    assert (found.by_region, found.proposed) == ({"dent": pytest.approx(5.0)}, {"more": pytest.approx(5.0)})
    assert "Not counted: 1 proposal not accepted yet." in found.explanation
    assert "2 car outlines" not in found.explanation
    taken = msgspec.structs.replace(proposal, review="accepted")
    assert damage(CAR, dent, taken, other_car).percent == pytest.approx(10.0)


def test_without_a_persons_outlines_of_damage_proposals_count_also_against_a_persons_car():
    seen = rectangle("a", 20, 20, 20, 10, origin=predicted(0.95))
    taken = rectangle("b", 50, 20, 20, 10, origin=predicted(0.95), review="accepted")
    assert damage(CAR, seen).percent == pytest.approx(5.0)
    assert damage(CAR, seen, taken).percent == pytest.approx(10.0)
    assert damage(CAR, seen, taken).proposed == {}


def test_rejected_regions_do_not_count():
    found = damage(rectangle("a", 0, 0, 10, 10, review="rejected"), rectangle("b", 0, 0, 10, 5))
    assert found.percent == pytest.approx(0.5)
    assert "1 rejected" in found.explanation


def test_a_car_predicted_below_the_threshold_is_no_outline():
    car = msgspec.structs.replace(CAR, origin=predicted(0.4))
    assert damage(car, rectangle("a", 20, 20, 20, 10)).words == "of the photo"


def test_a_rejected_car_is_no_outline():
    assert damage(msgspec.structs.replace(CAR, review="rejected")).denominator == "photo"


def test_two_cars_are_measured_together_and_said_so():
    other = rectangle("car2", 10, 70, 80, 12.5, "car")
    found = damage(CAR, other, rectangle("a", 20, 20, 20, 10))
    assert found.percent == pytest.approx(4.0)
    assert "2 car outlines together" in found.explanation


@pytest.mark.parametrize(
    "box", [(0, 10, 50, 50), (10, 0, 50, 50), (50, 10, 50, 50), (10, 50, 50, 50), (-9, 10, 50, 50)]
)
def test_a_car_at_the_border_is_only_the_visible_car(box):
    found = damage(rectangle("car", *box, "car"))
    assert found.words == "of the visible car"
    assert "cut off" in found.explanation


def test_parts_are_neither_damage_nor_car():
    found = damage(rectangle("a", 0, 0, 50, 50, "hood"))
    assert (found.percent, found.by_region, found.denominator) == (0.0, {}, "photo")


def test_a_label_that_nobody_described_is_damage():
    assert damage(rectangle("a", 0, 0, 10, 10, "rust")).by_label == pytest.approx({"rust": 1.0})


def test_lines_and_points_have_no_area():
    assert damage(Region("a", Polyline(((0, 0), (50, 50))), "dent"), Region("b", Dot(3, 3), "dent")).percent == 0.0


def test_a_circle_has_its_exact_area():
    assert damage(Region("a", Circle(50, 50, 10), "dent")).percent == pytest.approx(math.pi, rel=1e-6)


def test_nothing_outlined_is_not_zero_percent():
    found = damage()
    assert (found.percent, found.low, found.high) == (None, None, None)
    assert found.explanation.startswith("Nothing is outlined yet.")


def test_a_photo_of_unknown_size_has_no_share_but_a_car_has():
    unknown = msgspec.structs.replace(PHOTO, width=0, height=0)
    assert damage(rectangle("a", 20, 20, 20, 10), photo=unknown).percent is None
    assert damage(CAR, rectangle("a", 20, 20, 20, 10), photo=unknown).percent == pytest.approx(5.0)


def test_every_explanation_says_that_it_is_no_repair_estimate():
    for found in (damage(), damage(CAR), damage(rectangle("a", 0, 0, 9, 9))):
        assert found.explanation.endswith("Visible damage only, not a repair estimate.")


def with_band(region: Region, outer: float, inner: float) -> Region:
    shape = region.shape
    grown, shrunk = (((0, 0), (side, 0), (side, 10), (0, 10)) for side in (outer, inner))
    return msgspec.structs.replace(region, extra={"band": band(shape, (grown,), (shrunk,))})


def test_the_range_goes_from_the_inner_to_the_outer_outline():
    region = with_band(rectangle("a", 0, 0, 10, 10, origin=predicted(0.95), review="accepted"), 12, 7)
    drawn = rectangle("b", 50, 0, 10, 10)
    found = damage(region, drawn)
    assert (found.low, found.percent, found.high) == pytest.approx((1.7, 2.0, 2.2))


def test_a_corrected_outline_has_no_range():
    region = with_band(rectangle("a", 0, 0, 10, 10, origin=predicted(0.95), review="accepted"), 12, 7)
    corrected = msgspec.structs.replace(region, shape=Rectangle(0, 0, 11, 10))
    found = damage(corrected)
    assert (found.low, found.percent, found.high) == pytest.approx((1.1, 1.1, 1.1))


def test_the_range_survives_being_stored_as_json():
    region = with_band(rectangle("a", 0, 0, 10, 10, origin=predicted(0.95), review="accepted"), 12, 7)
    stored = msgspec.json.decode(msgspec.json.encode(region), type=Region)
    assert damage(stored).high == pytest.approx(1.2)


BOXES = st.tuples(st.integers(-3, 12), st.integers(-3, 12), st.integers(1, 8), st.integers(1, 8))


def painted(box, into: np.ndarray) -> None:
    x, y, width, height = box
    into[max(y, 0) : max(y + height, 0), max(x, 0) : max(x + width, 0)] = True


@given(cars=st.lists(BOXES, max_size=2), boxes=st.lists(BOXES, max_size=6))
def test_whole_pixel_boxes_give_the_share_of_counted_pixels(cars, boxes):
    photo = Photo("p", "p", "p", 10, 10)
    car, hurt = np.zeros((10, 10), bool), np.zeros((10, 10), bool)
    for box in cars:
        painted(box, car)
    for box in boxes:
        painted(box, hurt)
    whole = car if car.any() else np.ones_like(car)
    regions = [rectangle(f"c{i}", *box, "car") for i, box in enumerate(cars)]
    regions += [rectangle(f"d{i}", *box) for i, box in enumerate(boxes)]
    found = damage(*regions, photo=photo)
    assert found.denominator == ("car" if car.any() else "photo")
    if regions and found.reason != "outside":
        assert found.percent == pytest.approx(100 * (hurt & whole).sum() / whole.sum(), abs=1e-6)


def square(x: float, y: float, side: float = 10):
    return geometry.rectangle_area(x, y, side, side)


def test_shapes_apart_add_up():
    assert covered_area([square(0, 0), square(20, 0)]) == 200


def test_a_chain_of_overlaps_counts_once():
    assert covered_area([square(0, 0), square(5, 0), square(10, 0)]) == pytest.approx(200)


def test_touching_squares_add_up():
    assert covered_area([square(0, 0), square(10, 0)]) == pytest.approx(200)


def test_nothing_covers_nothing():
    assert covered_area([]) == 0
    assert covered_area([geometry.area_of_rings(())]) == 0


def test_it_agrees_with_the_plain_union():
    rng = random.Random(5)
    areas = [square(rng.uniform(0, 100), rng.uniform(0, 100), rng.uniform(1, 20)) for _ in range(80)]
    assert covered_area(areas) == pytest.approx(geometry.union(areas).area, rel=1e-6)


def test_clipping_keeps_what_lies_inside_as_it_is():
    inside, half, outside = square(10, 10), square(95, 0), square(200, 0)
    clipped = clip([inside, half, outside], geometry.rectangle_area(0, 0, 100, 100))
    assert clipped[0] is inside
    assert [area.area for area in clipped] == pytest.approx([100, 50, 0])
