"""Who answers clicks: SAM files before the network, colours where neither works; the proposal says so."""

import sys
from pathlib import Path

import numpy as np
import pytest

from cardamage_core.clicks import pins
from cardamage_core.clicks.views import Click
from cardamage_core.models import registry
from cardamage_gui.canvas.tools.clicks import Clicked
from cardamage_gui.editing.click_outliner import ClickOutliner, model_folders

sys.path.insert(0, str(Path(__file__).parents[2] / "core" / "clicks"))
import tiny_sam

CLICKED = Clicked((Click((230.0, 130.0)),))


def spot():
    rng = np.random.default_rng(1)
    photo = rng.integers(10, 30, (480, 640, 3)).astype(np.uint8)
    photo[96:160, 192:256] += 200
    return photo


@pytest.fixture
def library(tmp_path, monkeypatch):
    """An empty library of the user's."""
    monkeypatch.setattr(registry, "library_folder", lambda: tmp_path / "library")
    return tmp_path / "library" / pins.FOLDER


def outliner(choice="automatic", models=None):
    return ClickOutliner(lambda: choice, models)


def test_sam_files_are_asked_first_and_named_once_with_their_sums(library):
    tiny_sam.write_pair(library / "tiny")
    clicks, photo = outliner("SAM files"), spot()
    try:
        clicks.warm_up(photo)
        first, second = clicks.outline(photo, CLICKED), clicks.outline(photo, CLICKED)
    finally:
        clicks.close()
    assert "tiny (encoder.onnx " in first.note
    assert second.note == ""
    xs = [x for x, _ in first.rings[0]]
    assert min(xs) == pytest.approx(192, abs=6)


def test_files_that_do_not_fit_are_said_and_colours_go_on(library):
    pair = tiny_sam.write_pair(library / "tiny")
    (pair / "encoder.onnx").write_bytes(b"\x00nothing")
    clicks = outliner("SAM files")
    try:
        found = clicks.outline(spot(), CLICKED)
    finally:
        clicks.close()
    assert found.rings
    assert found.note.startswith("By colour alone.")
    assert "encoder.onnx is no ONNX file." in found.note


def test_the_setting_chooses(library, tmp_path, monkeypatch):
    own = tmp_path / "own"
    monkeypatch.setattr(registry, "click_network", lambda: own)
    pair = tiny_sam.write_pair(library / "tiny")
    assert model_folders("automatic") == [pair, own]
    assert model_folders("own network") == [own]
    assert model_folders("SAM files") == [pair]
    assert model_folders("colours") == []
    assert outliner("colours").outline(spot(), CLICKED).note == "By colour alone, as the settings say"
    nothing = outliner("automatic", lambda _: []).outline(spot(), CLICKED)
    assert nothing.note == "By colour alone, since no click model is there"


def test_a_closed_one_starts_no_process(library):
    tiny_sam.write_pair(library / "tiny")
    clicks = outliner()
    clicks.close()
    assert clicks.outline(spot(), CLICKED).rings


def test_a_model_that_fails_is_asked_no_more(tmp_path):
    clicks = outliner("own network", lambda _: [tmp_path])
    clicks.warm_up(spot())
    first, second = clicks.outline(spot(), CLICKED), clicks.outline(spot(), CLICKED)
    assert first == second
    assert str(tmp_path) in first.note
    assert clicks._predictors == {}
