"""What annotators install, without Keras and TensorFlow, is whole: only trainings say what they need."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from cardamage_core.annotations.model import AnnotatedPhoto, Label, Photo, Rectangle, Region
from cardamage_core.models import registry
from cardamage_core.mrcnn import Config, MaskRCNN
from cardamage_core.project import Project
from cardamage_core.training.requirements import COMMAND

BLOCKER = """
import sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"keras", "tensorflow", "torch", "jax"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Blocker())
"""
WINDOW = """
import sys
from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QApplication, QLabel, QPushButton
from cardamage_gui import app

qt = QApplication(["cardamage"])
built = app.build(qt)
built.window.show()
built.session.open(sys.argv[1])

def shown(widget):
    return [one for kind in (QLabel, QPushButton) for one in widget.findChildren(kind) if one.isVisible()]

def look():
    if built.session.project is None:
        return QTimer.singleShot(50, look)
    built.window.show_page("train")
    print([one.text() for one in shown(built.train) if "pip install" in one.text()])
    built.train.new_training()
    print([one.text() for one in shown(built.train) if "pip install" in one.text()])
    print([one.isEnabled() for one in shown(built.train) if one.text() == "Start training"])
    built.window.close()
    built.close()
    qt.quit()

QTimer.singleShot(50, look)
qt.exec_()
"""
SENTENCE = f"Training needs keras and tensorflow, which are not installed. Run: {COMMAND}"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An environment in whose Python, and in those it starts, no framework can be imported."""
    folder = tmp_path / "blocked"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(BLOCKER)
    return os.environ | {"PYTHONPATH": str(folder), "QT_QPA_PLATFORM": "offscreen"}


@pytest.fixture
def model_folder(tmp_path: Path) -> Path:
    """A tiny model with random weights."""
    config = Config.preset("light", image_min_side=64, image_max_side=64, canvas_floor=64, detection_max=5)
    MaskRCNN(config, seed=1).save(tmp_path / "w.h5")
    card = registry.ModelCard("", "tiny", "", preset="light", classes=("dent",), config=config.to_dict())
    return registry.register(tmp_path / "models", card, tmp_path / "w.h5").folder


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    cv2.imwrite(str(path), np.random.default_rng(3).integers(0, 255, (64, 96, 3), np.uint8))
    return path


@pytest.fixture
def project(tmp_path: Path, photo: Path) -> Path:
    shown = Photo("a", str(photo), photo.name, 96, 64, split="train")
    with Project.create(tmp_path / "project") as made:
        made.add([AnnotatedPhoto(shown, (Region("r", Rectangle(1, 1, 30, 20), "dent"),))], [Label("dent", "#fff")], "x")
    return tmp_path / "project"


def run(environment: dict[str, str], *arguments: object) -> subprocess.CompletedProcess:
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240, check=False)


def test_the_blocker_blocks(environment):
    assert "ModuleNotFoundError" in run(environment, "-c", "import keras").stderr


def test_photos_are_predicted(environment, model_folder, photo, tmp_path):
    arguments = ["predict", photo, "--model", model_folder, "--out", tmp_path / "out", "--threshold", "0", "--json"]
    done = run(environment, "-m", "cardamage_core", *arguments)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["photos"][0]["regions"]


def test_a_model_is_exported(environment, model_folder, tmp_path):
    done = run(environment, "-m", "cardamage_core", "models", "export", model_folder, tmp_path / "onnx")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", [["train"], ["demo", "--out"]])
def test_a_training_on_the_command_line_says_what_it_needs_in_one_sentence(environment, project, command):
    done = run(environment, "-m", "cardamage_core", *command, project)
    assert (done.returncode, done.stderr) == (1, f"cardamage {command[0]}: {SENTENCE}\n")


def test_the_engines_own_command_says_it_too(environment, model_folder, photo, tmp_path):
    arguments = ["detect", "--weights", model_folder / "weights.h5", "--out", tmp_path / "out", photo]
    done = run(environment, "-m", "cardamage_core.mrcnn", *arguments)
    assert (done.returncode, done.stderr) == (1, f"keras is not installed. Run: {COMMAND}\n")


def test_the_window_starts_and_its_train_page_says_the_sentence(environment, project):
    done = run(environment, "-c", WINDOW, project)
    assert done.stdout.splitlines() == [f"[{SENTENCE!r}]", f"[{SENTENCE!r}]", "[False]"], done.stderr
    assert done.returncode == 0


def test_the_doctor_finds_nothing_missing_and_names_what_trainings_need(environment):
    found = json.loads(run(environment, "-m", "cardamage_core", "doctor", "--json").stdout)
    assert found["missing"] == []
    assert SENTENCE in found["warnings"]
