"""Does `cardamage assess` say the same as the window?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cardamage_core.annotations.model import AnnotatedPhoto, Label, Origin, Photo, Rectangle, Region
from cardamage_core.commands import main
from cardamage_core.project import Project
from cardamage_core.project.prediction_log import Look


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Two photos of 100 × 100: one with a car (4000 px²) and a dent of 200 px², one without regions."""
    car, dent = Region("1", Rectangle(10, 10, 80, 50), "car"), Region("2", Rectangle(20, 20, 20, 10), "dent")
    photos = [
        AnnotatedPhoto(Photo("p1", "a.jpg", "a.jpg", 100, 100), (car, dent)),
        AnnotatedPhoto(Photo("p2", "b.jpg", "b.jpg", 100, 100)),
    ]
    labels = [Label("dent", "#56b4e9"), Label("car", "#ffffff", role="car")]
    with Project.create(tmp_path / "claim") as project:
        project.add(photos, labels, "Import 2 photos")
    return tmp_path / "claim"


def test_photos_with_regions_are_assessed(project: Path, capsys):
    assert main(["assess", str(project), "--json"]) == 0
    (one,) = json.loads(capsys.readouterr().out)["photos"]
    assert (one["photo"], one["percent"], one["words"], one["by_label"]) == ("a.jpg", 5.0, "of the car", {"dent": 5.0})


def test_people_get_a_table_and_the_caveat(project: Path, capsys):
    assert main(["assess", str(project)]) == 0
    said = capsys.readouterr().out
    assert "5.0 % of the car" in said
    assert "not a repair estimate" in said


def test_predictions_count_from_the_projects_threshold_on_unless_another_is_given(project: Path, capsys):
    unsure = Region("3", Rectangle(30, 30, 40, 10), "dent", origin=Origin("predicted", model="m", score=0.5))
    photo = Photo("p3", "c.jpg", "c.jpg", 100, 100)
    with Project.open(project) as opened:
        opened.add([AnnotatedPhoto(photo, (unsure,))], (), "Outline")

    def percent(*more: str) -> float:
        assert main(["assess", str(project), "--photo", "c.jpg", "--json", *more]) == 0
        return json.loads(capsys.readouterr().out)["photos"][0]["percent"]

    assert (percent(), percent("--threshold", "0.5")) == (0.0, 4.0)
    with Project.open(project) as opened:
        opened.set_threshold(0.4)
    assert (percent(), percent("--threshold", "0.9")) == (4.0, 0.0)


@pytest.mark.parametrize("threshold", ["nan", "5", "-1", "inf", "much"])
@pytest.mark.parametrize("command", ["assess", "evaluate", "predict"])
def test_a_threshold_that_no_score_can_have_is_refused(project: Path, capsys, command, threshold):
    with pytest.raises(SystemExit) as ended:
        main([command, str(project), "--threshold", threshold, "--model", "m", "--out", "o"])
    assert ended.value.code == 2
    assert "--threshold" in capsys.readouterr().err


def test_a_photo_that_no_model_could_look_at_is_failed_and_not_undamaged(project: Path, capsys, tmp_path):
    with Project.open(project) as opened:
        opened.note_look("p2", Look("m", problem="b.jpg is too large."))
    assert main(["assess", str(project)]) == 1
    assert "b.jpg could not be outlined: b.jpg is too large." in capsys.readouterr().out
    assert main(["assess", str(project), "--json"]) == 1
    (failed,) = json.loads(capsys.readouterr().out)["failed"]
    assert (failed["model"], failed["problem"]) == ("m", "b.jpg is too large.")
    assert main(["export", str(project), str(tmp_path / "out.json")]) == 0
    assert "1 photo could not be outlined and will read as undamaged" in capsys.readouterr().err
    with Project.open(project) as opened:
        opened.note_look("p2", Look("m"))
    assert main(["assess", str(project)]) == 0


def test_one_photo_is_explained(project: Path, capsys):
    assert main(["assess", str(project), "--photo", "b.jpg"]) == 0
    assert "Nothing is outlined yet." in capsys.readouterr().out


def test_a_photo_that_is_not_there_is_one_sentence(project: Path, capsys):
    assert main(["assess", str(project), "--photo", "c.jpg"]) == 1
    assert "There is no photo “c.jpg” in the project." in capsys.readouterr().err
