"""One photo, one figure: Annotate, Inspect, its list and the command line agree, whatever the threshold."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from qtpy.QtWidgets import QApplication, QSlider

from cardamage_core.annotations.model import AnnotatedPhoto, Label, Origin, Photo, Rectangle, Region
from cardamage_core.commands import main
from cardamage_core.project import Project
from cardamage_gui.app import Built, build
from cardamage_gui.settings import Settings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A photo of 100 × 100 with predictions of 10 × 10 (score 0.95) and 30 × 10 (score 0.5): 1 % or 4 %."""
    Image.fromarray(np.full((100, 100, 3), 90, np.uint8)).save(tmp_path / "a.png")
    photo = Photo("a", str(tmp_path / "a.png"), "a.png", 100, 100)
    sure, unsure = (Origin("predicted", model="m", score=score) for score in (0.95, 0.5))
    regions = (
        Region("r1", Rectangle(10.0, 10.0, 10.0, 10.0), "dent", origin=sure),
        Region("r2", Rectangle(10.0, 30.0, 30.0, 10.0), "dent", origin=unsure),
    )
    with Project.create(tmp_path / "claim") as project:
        project.add([AnnotatedPhoto(photo, regions)], [Label("dent", "#56b4e9")], "Outline")
    return tmp_path / "claim"


@pytest.fixture
def built(qtbot, qapp, tmp_path):
    made = build(qapp, settings=Settings(tmp_path / "settings.json"))
    qtbot.addWidget(made.window)
    made.window.resize(1280, 800)
    made.window.show()
    yield made
    made.window.close()
    made.close()


def figures(built: Built) -> dict[str, str]:
    """What the pages say of the photo shown."""
    return {
        "annotate": built.annotate.panel.card.figure(),
        "inspect": built.inspect._panel.card.figure(),
        "list": built.inspect._figures.text(built.session.photos()[0]),
    }


def test_the_pages_and_the_command_line_say_the_same_number(built, folder, qtbot, capsys):
    built.projects.open(folder)
    built.window.show_page("annotate")
    built.window.show_page("inspect")
    for threshold, said in ((0.9, "1.0 %"), (0.4, "4.0 %"), (1.0, "0.0 %")):
        slider = next(s for s in built.inspect.findChildren(QSlider) if s.accessibleName() == "Show masks above")
        slider.setValue(round(100 * threshold))
        QApplication.processEvents()
        qtbot.waitUntil(lambda said=said: set(figures(built).values()) == {said})
        assert main(["assess", str(folder), "--json"]) == 0
        (one,) = json.loads(capsys.readouterr().out)["photos"]
        assert f"{one['percent']:.1f} %" == said
    with Project.open(folder, read_only=True) as project:
        assert project.threshold == 1.0


def test_another_project_brings_its_own_threshold(built, folder, tmp_path, qtbot):
    with Project.open(folder) as project:
        project.set_threshold(0.4)
    built.projects.open(folder)
    built.window.show_page("annotate")
    built.window.show_page("inspect")
    qtbot.waitUntil(lambda: set(figures(built).values()) == {"4.0 %"})
    built.session.create(tmp_path / "other")
    assert built.inspect._viewer.toolbar.threshold() == 0.9
