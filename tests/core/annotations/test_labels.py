"""Do new labels get colours, keys and roles of their own?

Are labels found that are probably one, and others left in peace?
"""

import pytest

from cardamage_core.annotations.labels import COLORS, alike, new_labels, role_of
from cardamage_core.annotations.model import Label


def test_new_labels_take_the_next_colour_and_free_key():
    known = (Label("dent", "#123456", key="2"),)
    assert new_labels(["scratch", "dent", "scratch", "crack"], known) == (
        Label("scratch", COLORS[1], key="1"),
        Label("crack", COLORS[2], key="3"),
    )


def test_the_tenth_label_has_no_key():
    assert [label.key for label in new_labels(f"l{i}" for i in range(11))] == [*"123456789", "", ""]


@pytest.mark.parametrize(
    ("name", "role"), [("Car", "car"), ("front_bumper", "part"), ("door_light", "damage"), ("dent", "damage")]
)
def test_the_role_is_guessed_only_from_plain_names(name, role):
    assert role_of(name) == role


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
        ({"scratch": 50, "cratch": 2, "scrratch": 1}, [("cratch", "scratch"), ("scrratch", "scratch")]),
        ({"scratch": 50, "scrathc": 1, "csratch": 1}, [("csratch", "scratch"), ("scrathc", "scratch")]),
        ({"scratch": 50, "scrth": 1, "sxrxtch": 1, "acrstch": 1}, []),  # two letters
        ({"door 1": 50, "door 2": 1}, []),  # digits tell things apart
        ({"door 12": 50, "door 21": 1, "door 1": 1, "doors 12": 1}, []),
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
