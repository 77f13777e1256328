"""When a share of the car is told, when not and why, how wide its range is, and the shares of panels and findings."""

from __future__ import annotations

import random

import msgspec
import pytest

from cardamage_core.annotations.confidence import band
from cardamage_core.annotations.model import Label, Origin, Photo, Polygon, Rectangle, Region
from cardamage_core.assessment import areas
from cardamage_core.assessment.damage import Damage, assess, figure

PHOTO = Photo("p", "p.jpg", "p.jpg", 100, 100)
LABELS = (
    Label("dent", "#56B4E9"),
    Label("car", "#FFFFFF", role="car"),
    Label("hood", "#9D7BFF", role="part"),
    Label("front door", "#9D7BFF", role="part"),
    Label("front lamp", "#9D7BFF", role="part"),
    Label("wheel", "#9D7BFF", role="part"),
    Label("plate", "#000000", role="private"),
)
CAR = Region("car", Rectangle(10, 10, 80, 50), "car")  # 4000 px²
HOOD = Region("hood", Rectangle(10, 10, 40, 10), "hood")  # 400 px²


def box(name: str, x: float, y: float, width: float, height: float, label: str = "dent", **more) -> Region:
    return Region(name, Rectangle(x, y, width, height), label, **more)


def guessed(region: Region, score: float = 0.99) -> Region:
    return msgspec.structs.replace(region, origin=Origin("predicted", model="m", score=score))


def decided(region: Region, review: str = "accepted", **attributes) -> Region:
    return msgspec.structs.replace(region, review=review, attributes=attributes)


def damage(*regions: Region, **more) -> Damage:
    return assess(PHOTO, regions, LABELS, **{"threshold": 0.5, **more})


def test_a_photo_that_failed_is_never_undamaged():
    found = damage(problem="The photo is damaged.")
    assert (found.percent, found.determined, found.reason) == (None, False, "failed")
    assert "nothing is known of it" in found.explanation


def test_a_predicted_car_without_any_panel_is_not_believed():
    found = damage(guessed(CAR), guessed(box("a", 20, 20, 10, 10), 0.6))
    assert (found.percent, found.reason) == (None, "unfamiliar")
    assert figure(found) == "not determined (car not recognised)"
    assert found.of_photo == pytest.approx(1.0)
    assert found.findings["a"].of_car is None


def test_panels_or_a_person_make_a_predicted_car_believable():
    dent = guessed(box("a", 20, 20, 10, 10), 0.6)
    door, lamp = box("door", 60, 30, 20, 20, "front door"), box("lamp", 12, 30, 5, 5, "front lamp")
    two = [guessed(HOOD, 0.99), guessed(door, 0.9)]
    assert damage(guessed(CAR), dent, *two, guessed(box("hood2", 40, 10, 9, 9, "hood"))).reason == "unfamiliar"
    assert damage(guessed(CAR), dent, *two, guessed(lamp, 0.2)).reason == "unfamiliar"  # below the threshold
    assert damage(guessed(CAR), *two, guessed(lamp, 0.6)).percent == 0.0
    wheel = guessed(box("wheel", 30, 40, 9, 9, "wheel"), 0.95)
    assert damage(guessed(CAR), dent, *two, wheel, guessed(lamp, 0.6)).percent == pytest.approx(2.5)


def test_where_damage_is_seen_a_predicted_car_needs_more_evidence_whatever_the_threshold():
    dent, door = box("a", 20, 20, 10, 10), box("door", 60, 30, 20, 20, "front door")
    few = [guessed(HOOD, 0.9), guessed(door, 0.7), guessed(box("lamp", 12, 30, 5, 5, "front lamp"), 0.6)]
    assert damage(guessed(CAR), guessed(dent, 0.6), *few).reason == "unfamiliar"
    assert damage(guessed(CAR), guessed(dent, 0.4), *few).reason == "unfamiliar"  # below the threshold, but seen
    assert damage(guessed(CAR), guessed(dent, 0.2), *few).determined
    assert damage(guessed(CAR), guessed(dent, 1.0), *few, guessed(box("w", 30, 40, 9, 9, "wheel"), 0.95)).determined
    assert damage(guessed(CAR), dent, decided(guessed(HOOD, 0.58))).percent == pytest.approx(2.5)
    assert damage(decided(guessed(CAR)), dent).percent == pytest.approx(2.5)


def test_a_predicted_car_that_fills_the_photo_without_panels_is_a_close_up():
    assert damage(guessed(box("car", 0, 0, 100, 90, "car"))).reason == "close-up"


def test_a_model_that_knows_no_panels_is_not_asked_for_them():
    found = assess(PHOTO, [guessed(CAR), guessed(box("a", 20, 20, 10, 10))], LABELS[:2], threshold=0.5)
    assert found.determined


def test_panels_outside_the_car_contradict_it():
    found = damage(CAR, box("hood", 10, 70, 40, 10, "hood"))
    assert (found.percent, found.reason) == (None, "contradiction")


def test_a_car_at_the_border_is_determined_of_what_is_visible():
    found = damage(box("car", 0, 10, 80, 50, "car"), box("a", 20, 20, 10, 10))
    assert (found.percent, found.determined, found.reason) == (pytest.approx(2.5), True, "cut off")
    assert figure(found).startswith("2.5 % of the visible car")


def test_earlier_damage_and_reflections_do_not_count_and_it_is_said():
    found = damage(
        CAR,
        box("a", 20, 20, 10, 10),
        decided(box("b", 40, 20, 10, 10), cause="earlier damage"),
        decided(box("c", 60, 20, 10, 10), cause="dirt, reflection"),
        decided(box("d", 20, 40, 10, 10), cause="this event"),
    )
    assert found.percent == pytest.approx(5.0)
    assert set(found.by_region) == {"a", "d"}
    assert "Not counted: 1 earlier damage, 1 dirt or reflection." in found.explanation


def test_private_regions_never_count():
    assert damage(CAR, box("plate", 20, 20, 10, 10, "plate")).percent == 0.0
    assert damage(box("plate", 20, 20, 10, 10, "plate")).reason == "nothing"


def test_another_car_is_left_out_when_one_is_chosen():
    dent = box("a", 20, 20, 10, 10)
    found = damage(decided(guessed(CAR)), guessed(box("other", 10, 60, 80, 30, "car")), dent)
    assert found.percent == pytest.approx(2.5)


def test_each_panel_has_its_share_and_each_finding_its_panel():
    """The hood is 400 px², the dent 10 × 10 lies half on it; the door is whole."""
    door = box("door", 60, 30, 20, 20, "front door")
    found = damage(CAR, HOOD, door, box("a", 20, 15, 10, 10))
    shares = {panel.label: (panel.percent, panel.low, panel.high, panel.cut_off) for panel in found.panels}
    assert shares == {"hood": pytest.approx((12.5, 12.5, 12.5, False)), "front door": (0.0, 0.0, 0.0, False)}
    share = found.findings["a"]
    assert (share.panel, share.of_panel, share.of_car, share.of_photo) == ("hood", *map(pytest.approx, (12.5, 2.5, 1)))


def test_the_panel_that_a_person_names_is_the_findings_panel():
    found = damage(CAR, HOOD, decided(box("a", 20, 15, 10, 10), panel="roof"))
    assert (found.findings["a"].panel, found.findings["a"].of_panel) == ("roof", None)


def test_two_wheels_are_one_panel_of_two_pieces():
    found = damage(CAR, HOOD, box("hood2", 60, 10, 10, 10, "hood"), box("a", 60, 10, 10, 10))
    (panel,) = found.panels
    assert (panel.percent, panel.pieces, panel.seen) == (pytest.approx(20.0), 2, pytest.approx(0.05))


def test_open_detections_on_both_sides_of_the_threshold_widen_the_range():
    likely, unlikely = guessed(box("a", 20, 20, 10, 10), 0.7), guessed(box("b", 50, 20, 20, 10), 0.3)
    found = damage(CAR, likely, unlikely)
    assert found.percent == pytest.approx(2.5)
    assert found.low < 0.5
    assert found.high > 6.0


def test_decisions_narrow_the_range_to_the_outlines():
    likely, unlikely = guessed(box("a", 20, 20, 10, 10), 0.7), guessed(box("b", 50, 20, 20, 10), 0.3)
    grown, shrunk = (((20, 20), (20 + side, 20), (20 + side, 30), (20, 30)) for side in (12, 8))
    likely = msgspec.structs.replace(likely, extra={"band": band(likely.shape, (grown,), (shrunk,))})
    found = damage(CAR, decided(likely), unlikely)
    assert (found.low, found.percent, found.high) == pytest.approx((2.0, 2.5, 3.0))
    rejected = damage(CAR, decided(likely, "rejected"), unlikely)
    assert (rejected.low, rejected.percent, rejected.high) == (0.0, 0.0, 0.0)


def test_one_open_finding_keeps_the_range_wide():
    taken, open_ = decided(guessed(box("a", 20, 20, 10, 10))), guessed(box("b", 50, 20, 10, 10), 0.7)
    found = damage(CAR, taken, open_)
    assert 2.5 <= found.low < 3.0
    assert found.percent == pytest.approx(5.0)
    assert found.high >= 5.0


def test_the_range_does_not_count_one_place_twice():
    """Seventeen detections of the same 10 × 10 dent: the car is 4000 px²."""
    many = [guessed(box(f"a{i}", 20, 20, 10, 10), 0.5 + i / 100) for i in range(17)]
    assert damage(CAR, *many).high < 3.5


def test_the_range_uses_the_band_of_the_car():
    wide, narrow = (((x, 10), (100 - x, 10), (100 - x, 60), (x, 60)) for x in (5, 15))
    car = decided(guessed(CAR))
    car = msgspec.structs.replace(car, extra={"band": band(car.shape, (wide,), (narrow,))})
    found = damage(car, box("a", 20, 20, 10, 10))
    assert (found.low, found.percent, found.high) == pytest.approx((2.5 * 80 / 90, 2.5, 2.5 * 80 / 70))


def test_the_same_photo_has_the_same_range_each_time():
    regions = [CAR, *(guessed(box(f"a{i}", 10 + i, 20, 3, 3), i / 60) for i in range(50))]
    assert damage(*regions) == damage(*reversed(regions)) or damage(*regions).high == damage(*regions).high


def polygon(name: str, rng: random.Random, label: str, score: float) -> Region:
    x, y = rng.uniform(12, 80), rng.uniform(12, 50)
    ring = (*((x + rng.uniform(0, 8), y + rng.uniform(0, 8)) for _ in range(3)), (x + 9, y), (x, y + 9))
    return guessed(Region(name, Polygon((ring,)), label), score)


def test_a_step_of_a_drag_over_fifty_regions_computes_the_dragged_one_and_its_neighbours():
    rng = random.Random(3)
    regions = [CAR, HOOD, *(polygon(str(i), rng, "dent", rng.random()) for i in range(50))]
    damage(*regions)
    for _ in range(8):
        shapes, overlays = areas.area_of.cache_info().misses, overlaid()
        regions[-1] = polygon("49", rng, "dent", 0.9)
        damage(*regions)
        assert areas.area_of.cache_info().misses - shapes == 1
        assert overlaid() - overlays < 30


def overlaid() -> int:
    """How many overlays GEOS was asked for."""
    return sum(one.cache_info().misses for one in (areas._union_area, areas._intersection, areas._without))


def test_in_a_claim_a_drawn_damage_counts_beside_what_the_model_saw():
    seen, drawn = guessed(box("seen", 20, 20, 20, 10), 0.8), box("drawn", 60, 40, 10, 10)
    assert damage(CAR, seen, drawn).percent == pytest.approx(100 * 100 / 4000)  # annotated: the proposal stands beside
    found = damage(CAR, seen, drawn, beside=False)
    assert found.percent == pytest.approx(100 * 300 / 4000)
    assert found.low < found.percent <= found.high + 1e-9
    assert set(found.by_region) == {"seen", "drawn"}
