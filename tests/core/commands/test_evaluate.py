"""Does `cardamage evaluate` run a model over a split and report what it measured?"""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from cardamage_core.annotations.model import AnnotatedPhoto, Label, Photo, Rectangle, Region
from cardamage_core.commands import main
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


def test_the_held_back_photos_are_judged(project: Path, model_folder: Path, capsys):
    assert main(["evaluate", str(project), "--model", str(model_folder), "--json"]) == 1
    said = capsys.readouterr()
    document = json.loads(said.out)
    assert (document["photos"], document["truth"], document["photos_with_truth"]) == (1, 1, 1)
    assert 0 <= document["mask_ap50"] <= 1
    assert document["baseline_mask_ap50"] == 1.0
    assert "gone.jpg" in said.err


def test_a_split_without_photos_is_one_sentence(project: Path, model_folder: Path, capsys):
    assert main(["evaluate", str(project), "--model", str(model_folder), "--split", "test"]) == 1
    said = capsys.readouterr().err
    assert "There are no photos with the split “test”." in said
    assert "train, val" in said
