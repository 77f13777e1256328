"""Do new labels get colours, keys and roles of their own?

Are labels found that are probably one, and others left in peace?
"""

import numpy as np
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


def lab(color):
    """CIELAB of a colour, under daylight (D65)."""
    rgb = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    to_xyz = [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
    x, y, z = np.cbrt(np.array(to_xyz) @ linear / (0.95047, 1.0, 1.08883))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def test_forty_labels_have_colours_that_can_be_told_apart():
    made = [label.color for label in new_labels([f"label {number}" for number in range(40)])]
    found = np.array([lab(color) for color in made])
    distances = np.linalg.norm(found[:, None] - found[None], axis=2) + 1000 * np.eye(40)
    assert distances.min() > 17


def test_a_colour_that_is_in_use_is_passed_over():
    known = (Label("dent", COLORS[1]), Label("scratch", COLORS[2]))
    assert [label.color for label in new_labels(["a", "b"], known)] == [COLORS[3], COLORS[4]]
    assert [label.color for label in new_labels(["a"], known[1:])] == [COLORS[1]]
