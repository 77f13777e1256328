"""Do new labels get colours, keys and roles of their own?"""

import pytest

from cardamage_core.annotations.labels import COLORS, new_labels, role_of
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
