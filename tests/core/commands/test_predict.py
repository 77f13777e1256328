"""Does `cardamage predict` write pictures and regions, and say which photos it could not read?"""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from cardamage_core import formats, imaging
from cardamage_core.commands import main


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """96 × 64 pixels of slowly changing colours: the car model in the box sees no car there (in noise it does)."""
    path = tmp_path / "Foto 1 ü.png"
    y, x = np.mgrid[0:64, 0:96]
    path.write_bytes(cv2.imencode(".png", np.dstack([x + y, y * 3, x * 2]).astype(np.uint8))[1].tobytes())
    return path


@pytest.fixture
def photos(photo: Path) -> Path:
    """A folder with a photo, one that is broken, and a text."""
    (photo.parent / "broken.jpg").write_bytes(b"not a photo")
    (photo.parent / "notes.txt").write_text("bonnet")
    return photo.parent


def test_each_photo_gets_a_picture_and_a_line(model_folder: Path, photos: Path, tmp_path: Path, capsys):
    out = tmp_path / "out"
    arguments = ["--model", str(model_folder), "--out", str(out), "--threshold", "0", "--json"]
    assert main(["predict", str(photos), *arguments]) == 1
    said = capsys.readouterr()
    document = json.loads(said.out)
    (one,) = document["photos"]
    assert [failure["photo"] for failure in document["failed"]] == [str(photos / "broken.jpg")]
    assert "broken.jpg is not an image" in said.err
    assert imaging.size(one["picture"])[0] == 96
    assert 0 <= one["damage"]["percent"] <= 100
    assert one["damage"]["words"] == "of the photo"
    (written,) = formats.read(out / "regions.json").photos
    assert len(written.regions) == len(one["regions"]) > 0


def test_photos_that_could_not_be_outlined_are_named_at_the_end(
    model_folder: Path, photos: Path, tmp_path: Path, capsys
):
    out = tmp_path / "out"
    assert main(["predict", str(photos / "broken.jpg"), "--model", str(model_folder), "--out", str(out)]) == 1
    said = capsys.readouterr().out
    assert said.startswith("No photo was outlined.\n1 photo could not be outlined:\n")
    assert "broken.jpg is not an image" in said


def test_a_folder_without_photos_is_an_error(model_folder: Path, tmp_path: Path, capsys):
    (tmp_path / "empty").mkdir()
    arguments = ["predict", str(tmp_path / "empty"), "--model", str(model_folder), "--out", str(tmp_path / "out")]
    assert main(arguments) == 1
    assert "There are no photos to outline." in capsys.readouterr().err


def test_a_threshold_nothing_reaches_leaves_the_photo_clear(model_folder: Path, photo: Path, tmp_path: Path, capsys):
    out = tmp_path / "out"
    assert main(["predict", str(photo), "--model", str(model_folder), "--out", str(out), "--threshold", "1"]) == 0
    assert "no damage seen" in capsys.readouterr().out
    assert (imaging.load(out / f"{photo.stem}.damage.png")[:64] == imaging.load(photo)).all()


def test_a_model_that_is_not_there_is_one_sentence(tmp_path: Path, photo: Path, capsys):
    assert main(["predict", str(photo), "--model", str(tmp_path / "none"), "--out", str(tmp_path)]) == 1
    assert "There is no model" in capsys.readouterr().err


def test_a_thorough_look_takes_the_same_way(model_folder: Path, photo: Path, tmp_path: Path, capsys):
    arguments = ["--model", str(model_folder), "--out", str(tmp_path / "out"), "--threshold", "0.05", "--json"]
    assert main(["predict", str(photo), *arguments, "--thorough"]) == 0
    (one,) = json.loads(capsys.readouterr().out)["photos"]
    assert [region["score"] for region in one["regions"]] == sorted((r["score"] for r in one["regions"]), reverse=True)
