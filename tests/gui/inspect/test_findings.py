"""Why the table of findings is empty."""

import pytest

from cardamage_core.annotations.model import Label, Photo
from cardamage_core.assessment.damage import assess
from cardamage_gui.inspect.findings import decided, findings_of, nothing_said, with_predictions

from ..conftest import LABELS, predicted, rectangle


@pytest.mark.parametrize(
    ("hidden", "outlined", "said"),
    [
        (0, False, "Nothing is outlined on this photo yet. Outline damage asks the model."),
        (0, True, "No damage is outlined on this photo."),
        (1, False, "1 finding lies below 90 %. Move the slider to see more."),
        (2, True, "2 findings lie below 90 %. Move the slider to see more."),
    ],
)
def test_an_empty_table_says_why(hidden, outlined, said):
    assert nothing_said(hidden, 0.9, outlined=outlined) == said


PHOTO = Photo("a", "a.png", "a.png", 120, 80)
CAR = rectangle("car", "car", (10, 10, 100, 60))
DENT = rectangle("dent", "dent", (20, 20, 30, 20))
SURE, UNSURE = predicted("sure", 0.95, (60, 20, 10, 6)), predicted("unsure", 0.4, (60, 40, 10, 6))


def rows(regions, threshold=0.9, labels=LABELS):
    return findings_of(regions, labels, assess(PHOTO, regions, labels, threshold=threshold), threshold)


def test_findings_are_numbered_in_drawing_order_without_the_car():
    assert [(row.number, row.region.id) for row in rows((CAR, DENT, SURE))] == [(1, "dent"), (2, "sure")]


def test_a_finding_has_its_share_of_the_car():
    # 30 × 20 of 100 × 60
    assert rows((CAR, DENT))[0].percent == pytest.approx(10.0)


def test_predictions_below_the_threshold_are_no_findings():
    assert [row.region.id for row in rows((CAR, SURE, UNSURE))] == ["sure"]
    assert [row.region.id for row in rows((CAR, SURE, UNSURE), threshold=0.4)] == ["sure", "unsure"]


def test_what_a_person_accepted_stays_whatever_its_score():
    accepted = decided((CAR, UNSURE), "unsure", "accepted")

    assert [row.region.id for row in rows(accepted, threshold=0.9)] == ["unsure"]


def test_a_rejected_finding_keeps_its_number_and_loses_its_share():
    found = rows(decided((CAR, DENT, SURE), "dent", "rejected"))

    assert [(row.number, row.percent is None) for row in found] == [(1, True), (2, False)]


def test_deciding_the_same_again_takes_the_decision_back():
    once = decided((DENT,), "dent", "accepted")
    assert once[0].review == "accepted"
    assert decided(once, "dent", "accepted")[0].review == "unreviewed"
    assert decided(once, "dent", "rejected")[0].review == "rejected"


def test_new_predictions_replace_what_the_same_model_said_before():
    fresh = predicted("fresh", 0.8, (1, 1, 5, 5))

    assert with_predictions((CAR, SURE, UNSURE), (fresh,), {"m"}) == (CAR, fresh)


def test_predictions_of_other_models_and_decided_ones_stay():
    decided_on = decided((SURE,), "sure", "rejected")[0]
    fresh = predicted("fresh", 0.8, (1, 1, 5, 5))

    assert with_predictions((decided_on, UNSURE), (fresh,), {"another"}) == (decided_on, UNSURE, fresh)
    assert with_predictions((decided_on, UNSURE), (fresh,), {"m"}) == (decided_on, fresh)


def test_an_outline_that_was_decided_on_does_not_come_again():
    decided_on = decided((SURE,), "sure", "rejected")[0]
    same = predicted("again", 0.95, (60, 20, 10, 6))

    assert with_predictions((decided_on,), (same,), {"m"}) == (decided_on,)


def test_a_label_nobody_described_is_damage():
    assert [row.region.id for row in rows((DENT,), labels=(Label("car", "#fff", role="car"),))] == ["dent"]
