"""One photo, one figure: Annotate, Inspect, its list and the command line agree, whatever the threshold."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from qtpy.QtWidgets import QSlider

from cardamage_core.annotations.model import AnnotatedPhoto, Label, Origin, Photo, Rectangle, Region
from cardamage_core.claims import library
from cardamage_core.claims.claim import Claim
from cardamage_core.commands import main
from cardamage_core.project import Project
from cardamage_core.project.prediction_log import Look
from cardamage_gui.app import build
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


def test_annotate_and_the_command_line_say_the_same_number(built, folder, qtbot, capsys):
    built.projects.open(folder)
    built.window.show_page("annotate")
    for threshold, said in ((0.9, "1.0 %"), (0.4, "4.0 %"), (1.0, "0.0 %")):
        built.session.set_threshold(threshold)
        qtbot.waitUntil(lambda said=said: built.annotate.panel.card.figure() == said)
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
    qtbot.waitUntil(lambda: built.annotate.panel.card.figure() == "4.0 %")
    built.session.create(tmp_path / "other")
    assert built.session.threshold == 0.9


def test_everything_says_the_same_number_of_a_claims_photo(built, folder, qtbot, tmp_path):
    """The car is the whole of the photo but for its edge, so that the shares are nearly those above."""
    car = Region("car", Rectangle(2.0, 2.0, 96.0, 96.0), "car", origin=Origin("drawn"))
    with Claim.create(tmp_path / "library", [tmp_path / "a.png"]) as claim:
        photo = claim.photos()[0].id
        with Project.open(folder, read_only=True) as project:
            regions = (car, *project.regions("a"))
        claim.project.edit_regions(photo, (), regions, "Outline")
        claim.project.note_look(photo, Look("m", 2))
    built.window.show_page("inspect")
    built.inspect.desk.use(tmp_path / "library")
    built.inspect.desk.open(claim.folder)
    page, (summary,) = built.inspect, built.inspect.session.photos()
    slider = next(s for s in page.findChildren(QSlider) if s.accessibleName() == "Show findings from this score on")
    for threshold, said in ((0.9, "1.1 %"), (0.4, "4.3 %"), (1.0, "0.0 %")):  # of 9,216 pixels
        slider.setValue(round(100 * threshold))
        qtbot.waitUntil(lambda said=said: {page.findings.card.figure(), page.figures.text(summary)} == {said})
        assert f"{page.session.project.damage(summary.id).percent:.1f} %" == said
    slider.setValue(40)
    page.close_claim()
    (listed,) = library.summaries(tmp_path / "library")
    assert listed.figure.startswith("4.3 % of the car")
