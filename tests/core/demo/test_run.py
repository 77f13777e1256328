"""Where does a demonstration go, and how long does it train?"""

from __future__ import annotations

from pathlib import Path

import pytest

from cardamage_core.commands import demo_, main
from cardamage_core.demo.run import EPOCHS_FROM_NOTHING, DemoSettings, mark_drawn, place


def test_a_demonstration_goes_where_it_is_wanted_and_again_to_the_same_place(tmp_path: Path):
    settings, out = DemoSettings(), tmp_path / "demo"
    assert place(out, settings) == out
    mark_drawn(out, settings)
    assert place(out, settings) == out


def test_photos_of_another_recipe_are_left_alone(tmp_path: Path):
    out = tmp_path / "demo"
    mark_drawn(out, DemoSettings(seed=1))
    mark_drawn(tmp_path / "demo-2", DemoSettings(seed=2))
    assert place(out, DemoSettings(seed=2)) == tmp_path / "demo-2"
    assert place(out, DemoSettings(seed=3)) == tmp_path / "demo-3"


def test_another_training_on_the_same_photos_stays_in_the_folder(tmp_path: Path):
    mark_drawn(tmp_path, DemoSettings(epochs=2))
    assert place(tmp_path, DemoSettings(epochs=5)) == tmp_path


def test_random_numbers_are_trained_longer_unless_told_otherwise():
    assert DemoSettings(start="none").job().epochs == EPOCHS_FROM_NOTHING
    assert DemoSettings(start="none", epochs=2).job().epochs == 2


@pytest.mark.parametrize("wrong", [("--photos", "-1"), ("--photos", "0"), ("--steps", "0"), ("--epochs", "-2")])
def test_numbers_that_make_no_sense_are_named_and_leave_nothing(tmp_path: Path, capsys, wrong):
    with pytest.raises(SystemExit) as ended:
        main(["demo", "--out", str(tmp_path / "demo"), *wrong])
    assert ended.value.code == 2
    assert f"argument {wrong[0]}: expected a whole number of at least" in capsys.readouterr().err
    assert not (tmp_path / "demo").exists()


def test_the_window_opens_on_the_demonstration_where_there_is_a_display(tmp_path: Path):
    display, argv = {"DISPLAY": ":0"}, ["demo", "--out", str(tmp_path)]
    assert demo_.window_folder(argv, display, platform="linux") == tmp_path / "project"
    assert demo_.window_folder(argv, {"WAYLAND_DISPLAY": "wayland-0"}, platform="linux") == tmp_path / "project"
    assert demo_.window_folder(argv, {}, platform="win32") == tmp_path / "project"
    assert demo_.window_folder(argv, {}, platform="linux") is None
    assert demo_.window_folder([*argv, "--no-window"], display, platform="linux") is None
    assert demo_.window_folder([*argv, "--json"], display, platform="linux") is None
