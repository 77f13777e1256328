"""The engineer's journey on real photos, as a script would go it: import, train, predict, assess, export."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cardamage_core import commands
from cardamage_core.formats import read

PHOTOS = 40
Cardamage = Callable[..., dict[str, Any]]


@pytest.fixture
def cardamage(capsys: pytest.CaptureFixture[str]) -> Cardamage:
    """Run a command with --json; what it reports."""

    def run(*words: object) -> dict[str, Any]:
        capsys.readouterr()
        status = commands.main([str(words[0]), "--json", *map(str, words[1:])])
        said = capsys.readouterr()
        assert status == 0, said.err
        return json.loads(said.out)

    return run


@pytest.fixture
def annotations(shared: Path, tmp_path: Path) -> Path:
    """The first 40 annotated photos of the seed's training split."""
    everything = json.loads((shared / "data/seed/train/via_region_data.json").read_text("utf-8"))
    annotated = [(key, entry) for key, entry in everything.items() if entry["regions"]]
    path = tmp_path / "forty.json"
    path.write_text(json.dumps(dict(annotated[:PHOTOS])), "utf-8")
    return path


def test_forty_real_photos_go_all_the_way(cardamage: Cardamage, annotations: Path, shared: Path, tmp_path: Path):
    project, photos = tmp_path / "project", shared / "data/seed/train"

    imported = cardamage("import", project, annotations, "--photos", photos, "--split", "train")
    assert (imported["photos"], imported["missing"]) == (PHOTOS, 0)
    assert imported["regions"] >= PHOTOS

    trained = cardamage("train", project, "--epochs", 1, "--steps", 3, "--batch", 2, "--val-split", "")
    assert (trained["state"], trained["step"]) == ("finished", 3)
    assert [model["id"] for model in cardamage("models", project)["models"]][:1] == [trained["model"]]

    some = sorted(photos.glob("*.[jJ]*"))[:2]
    out = tmp_path / "out"
    predicted = cardamage(
        "predict", *some, "--model", trained["model"], "--project", project, "--out", out, "--threshold", 0.0
    )
    assert [Path(one["photo"]).name for one in predicted["photos"]] == [photo.name for photo in some]
    assert all(Path(one["picture"]).is_file() for one in predicted["photos"])

    assessed = cardamage("assess", project)
    assert len(assessed["photos"]) == PHOTOS
    assert all(0 < one["percent"] <= 100 for one in assessed["photos"])

    exported = tmp_path / "again.json"
    cardamage("export", project, exported, "--format", "via1")
    before, after = read(annotations), read(exported)
    assert [one.photo.name for one in after.photos] == [one.photo.name for one in before.photos]
    assert [[r.shape for r in one.regions] for one in after.photos] == [
        [r.shape for r in one.regions] for one in before.photos
    ]
