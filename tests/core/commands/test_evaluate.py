"""`cardamage evaluate` with a real, tiny model: what it reports, writes and keeps; what it refuses."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path

import msgspec
import pytest

from cardamage_core.annotations.model import AnnotatedPhoto, Label, Photo, Rectangle, Region
from cardamage_core.commands import main
from cardamage_core.evaluation import evaluation
from cardamage_core.jobs import evaluation_work, evaluations
from cardamage_core.project import Project


@pytest.fixture
def project(tmp_path: Path, photo: Path) -> Path:
    """Two photos to validate on, one of them missing, and one to learn from."""
    one = Photo("p1", str(photo), photo.name, split="val")  # of unknown size, as if missing when imported
    photos = [
        AnnotatedPhoto(one, (Region("1", Rectangle(10, 10, 30, 30), "dent"),)),
        AnnotatedPhoto(msgspec.structs.replace(one, id="p2", path="gone.jpg", name="gone.jpg")),
        AnnotatedPhoto(msgspec.structs.replace(one, id="p3", split="train")),
    ]
    with Project.create(tmp_path / "project") as project:
        project.add(photos, [Label("dent", "#56b4e9")], "Import 3 photos")
    return tmp_path / "project"


def test_the_held_back_photos_are_judged(project: Path, model_folder: Path, tmp_path: Path, capsys):
    page, sheet = tmp_path / "result.html", tmp_path / "result.csv"
    arguments = ["evaluate", str(project), "--model", str(model_folder), "--write", str(page), "--write", str(sheet)]
    assert main([*arguments, "--json"]) == 1  # one photo is gone
    document = json.loads(capsys.readouterr().out)
    assert (len(document["photos"]), document["truth"], document["split"]) == (1, 1, "val")
    assert "gone.jpg" in document["notes"][-1]
    figures = {one["key"]: one for one in document["figures"] if not one.get("of")}
    assert 0 <= figures["mask_ap50"]["value"] <= 1
    assert figures["right_share"]["count"] == 1
    html = page.read_text("utf-8")
    assert html.count("<svg") == 3
    assert "Foto 1 ü.png" in html
    assert "http" not in html
    assert sheet.read_text("utf-8").splitlines()[0] == "measure,title,of,value,low,high,count"
    (kept,) = evaluations.evaluations(project)
    assert kept.state == "finished"
    stored = evaluations.read(kept.folder)
    assert evaluations.predictions_at(kept.folder, stored.photos[0].line) != ()


class NewYear(datetime):
    """A clock that stands, so that no minute passes between two evaluations."""

    @classmethod
    def now(cls, tz=None):
        return datetime(2026, 1, 1, tzinfo=tz)


def test_a_model_against_itself_is_no_better(project: Path, model_folder: Path, monkeypatch, capsys):
    monkeypatch.setattr(evaluation, "datetime", NewYear)
    twice = ["--model", str(model_folder), "--against", str(model_folder)]
    main(["evaluate", str(project), *twice, "--threshold", "0.1"])
    said = capsys.readouterr().out
    assert "A is tiny (A), B is tiny (B), on the same 1 photo." in said
    assert "No figure differs clearly" in said


def test_what_is_predicted_is_not_predicted_again(project: Path, model_folder: Path):
    from cardamage_core.models import registry

    with Project.open(project, read_only=True) as opened:
        made = evaluations.create(
            project, registry.read(model_folder), opened.dataset(), split_name="all", threshold=0.5
        )
    asked = iter([False, True])
    assert evaluation_work.carry_out(made, say=lambda *_: None, stop=lambda: next(asked)) is None
    with (made / "predictions.jsonl").open("ab") as file:
        file.write(b'{"photo": "half a li')  # a worker killed while writing
    told: list[str] = []
    value = evaluation_work.carry_out(made, say=lambda text, _: told.append(text), stop=lambda: False)
    assert [text for text in told if text.startswith("Predicting")] == [
        "Predicting photo 2 of 3",
        "Predicting photo 3 of 3",
    ]
    assert len(value.photos) == 2


def test_a_split_without_photos_is_one_sentence(project: Path, model_folder: Path, capsys):
    assert main(["evaluate", str(project), "--model", str(model_folder), "--split", "test"]) == 1
    said = capsys.readouterr().err
    assert "There are no photos with the split “test”." in said
    assert "train, val" in said


def test_a_file_that_is_there_is_not_replaced(project: Path, model_folder: Path, tmp_path: Path, capsys):
    (tmp_path / "mine.csv").write_text("mine")
    arguments = ["evaluate", str(project), "--model", str(model_folder), "--write", str(tmp_path / "mine.csv")]
    assert main(arguments) == 1
    assert "mine.csv is there already" in capsys.readouterr().err
    assert (tmp_path / "mine.csv").read_text() == "mine"
    assert evaluations.evaluations(project) == []


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="everything may be written to")
def test_a_project_that_cannot_be_written_to_is_judged_all_the_same(project: Path, model_folder: Path, capsys):
    project.chmod(0o500)
    try:
        main(["evaluate", str(project), "--model", str(model_folder)])
    finally:
        project.chmod(0o700)
    assert "not kept" in capsys.readouterr().err
