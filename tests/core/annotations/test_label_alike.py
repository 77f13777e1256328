"""Are labels found that are probably one, and others left in peace?"""

import pytest

from cardamage_core.annotations.label_alike import alike


def pairs(counts, known=()):
    return [(one.old, one.new) for one in alike(counts, known)]


@pytest.mark.parametrize(
    ("counts", "found"),
    [
        ({"Dent": 1, "dent": 9}, [("Dent", "dent")]),
        ({"front_bumper": 9, "Front Bumper": 2}, [("Front Bumper", "front_bumper")]),
        ({"scratch": 50, "scrach": 2}, [("scrach", "scratch")]),
        ({"scratch": 50, "scartch": 2}, [("scartch", "scratch")]),
        ({"scratch": 50, "scratchh": 2, "scretch": 1}, [("scratchh", "scratch"), ("scretch", "scratch")]),
        ({"scratch": 50, "scrach": 40}, []),  # both are common: two labels
        ({"dent": 50, "bent": 1}, []),  # short words
        ({"door 1": 50, "door 2": 1}, []),  # digits tell things apart
        ({"scratch": 50, "window": 1}, []),
    ],
)
def test_spellings_of_one_label_are_found(counts, found):
    assert pairs(counts) == found


def test_a_label_that_is_known_stays_however_rare_it_is():
    assert pairs({"Scratch": 9}, ["scratch"]) == [("Scratch", "scratch")]
    assert pairs({"scrach": 9}, ["scratch"]) == [("scrach", "scratch")]


def test_thousands_of_labels_take_no_time():
    assert alike({f"label {i}": 1 for i in range(5000)}) == ()
