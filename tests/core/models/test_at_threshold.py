"""What a card says about a threshold."""

import msgspec
import pytest

from cardamage_core.models import at_threshold, registry
from cardamage_core.models.registry import ModelCard


def card(**fields: object) -> ModelCard:
    return ModelCard("m", "m", "2026-11-30", "light", ("dent",), {}, **fields)  # type: ignore[arg-type]


MEASURED = {
    "curve": [[0.2, 0.9, 0.24, 0.4], [0.4, 0.8, 0.06, 0.2]],
    "right_mask": {"value": 0.82},
    "false_alarms": {"value": 0.08},
    "recall_of_small": {"value": 0.25},
}


def test_the_model_in_the_box_says_at_its_threshold_what_its_card_says():
    found = registry.default().card
    said = at_threshold.at(found, found.threshold)
    assert said is not None
    assert said.right == found.metrics["right_mask"]["value"]
    assert said.alarms == found.metrics["false_alarms"]["value"]
    assert said.small == found.metrics["recall_of_small"]["value"]


def test_between_two_measured_thresholds_it_is_in_proportion():
    said = at_threshold.at(card(metrics=MEASURED), 0.3)
    assert said == pytest.approx((0.3, 0.85, 0.15, 0.3))
    assert at_threshold.at(card(metrics=MEASURED), 0.0) == pytest.approx((0.0, 0.9, 0.24, 0.4))


def test_the_own_threshold_is_one_of_the_points():
    known = at_threshold.curve(card(metrics=MEASURED, threshold=0.33))
    assert known[1] == (0.33, 0.82, 0.08, 0.25)


@pytest.mark.parametrize(
    "curve", [None, 3, "0123", [], [[0.2, 0.9]], [[0.2, 0.9, "a", 0.1]], [[float("nan")] * 4] * 2, [[0.2, 2, 0, 0]] * 2]
)
def test_a_card_without_a_curve_says_nothing(curve: object):
    found = card(metrics={} if curve is None else {"curve": curve})
    assert at_threshold.at(msgspec.convert(msgspec.to_builtins(found), ModelCard), 0.3) is None


def test_bins_of_a_card_that_make_no_sense_are_left_out():
    assert len(at_threshold.calibration(registry.default().card)) == 9
    odd = card(metrics={"calibration": [[0.1, 0.2, 7], "ab", [0.4, 2.0, 3], [0.5, 0.4, 9]]})
    assert at_threshold.calibration(odd) == ((0.1, 0.2), (0.5, 0.4))
    assert at_threshold.calibration(card(metrics={"calibration": {"mean": 0.1}})) == ()
