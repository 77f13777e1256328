"""Which keys do actions have under a preset and a person's changes, and which of them collide?"""

from cardamage_gui.commands.shortcuts import as_lines, conflicts, from_lines, keys_of

DEFAULTS = {"fit": ("F",), "find": ("Ctrl+F",), "quit": ("Ctrl+Q",)}


def test_a_presets_keys_replace_ours_and_the_persons_replace_both():
    assert keys_of(DEFAULTS, "labelme", {}) == {"fit": ("Ctrl+F", "F"), "find": ("Ctrl+Shift+F",), "quit": ("Ctrl+Q",)}
    assert keys_of(DEFAULTS, "labelme", {"fit": ("Z",), "quit": ()})["fit"] == ("Z",)
    assert keys_of(DEFAULTS, "CarDamage", {"quit": ()})["quit"] == ()


def test_keys_collide_on_one_page_or_with_those_that_work_everywhere():
    keys = {"a": ("F",), "b": ("f",), "c": ("F", "G"), "d": ("G",)}
    pages = {"a": ["annotate"], "b": ["annotate", "train"], "c": ["inspect"], "d": []}
    scopes = {name: frozenset(found) for name, found in pages.items()}
    assert conflicts(keys, scopes) == {"a": {"b"}, "b": {"a"}, "c": {"d"}, "d": {"c"}}


def test_changed_keys_survive_the_settings_file():
    changed = {"fit": ("Ctrl+F", "F"), "quit": ()}
    assert from_lines(as_lines(changed)) == changed
    assert from_lines(["", "fit"]) == {"fit": ()}


def test_own_keys_of_an_action_that_has_another_name_now_are_kept():
    assert from_lines(["turn_right\tX", "next_finding\tY\tZ"]) == {"rotate_right": ("X",), "next_problem": ("Y", "Z")}
