"""The library of models: one file there and back, hostile files refused, the command line."""

from __future__ import annotations

import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest

from cardamage_core import processes
from cardamage_core.commands import main
from cardamage_core.errors import ModelError
from cardamage_core.jobs.model_import import import_model
from cardamage_core.models import library, registry
from cardamage_core.project import Project
from cardamage_core.training import requirements


def test_a_model_is_shared_as_one_file_and_comes_back_whole(tmp_path: Path):
    model = registry.default()
    path = library.export(model, tmp_path / "mine")
    assert path.name == "mine.cardamage-model"
    again = library.import_file(path, tmp_path / "models")
    assert again.card == model.card
    again.verify()


def test_what_is_kept_is_seen_by_every_project_and_the_default_stays(tmp_path: Path):
    kept = library.keep(registry.default())
    assert library.is_kept(kept)
    assert kept.folder in [one.folder for one in registry.available(tmp_path / "models")]
    assert library.is_bundled(registry.default())
    library.rename(kept, "mine")
    assert registry.find("mine").folder == kept.folder
    library.remove(kept)
    assert not kept.folder.exists()


def test_models_that_come_along_are_left_alone():
    with pytest.raises(ModelError, match="cannot be renamed"):
        library.rename(registry.default(), "mine")
    with pytest.raises(ModelError, match="not in the library"):
        library.remove(registry.default())


def archive(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as made:
        for name, data in members.items():
            made.writestr(name, data)
    return path


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({"../card.json": b"{}"}, "is no model"),
        ({"card.json": b"{}", "weights.h5": b""}, "damaged"),
        ({"card.json": b"x" * (5 << 20), "weights.h5": b""}, "too large"),
    ],
)
def test_other_archives_are_refused_and_leave_nothing(tmp_path: Path, members, told: str):
    path = archive(tmp_path / "bad.cardamage-model", members)
    with pytest.raises(ModelError, match=told):
        library.import_file(path, tmp_path / "models")
    assert not (tmp_path / "models").exists()


def test_changed_weights_are_refused(tmp_path: Path):
    model = registry.default()
    path = archive(
        tmp_path / "changed.cardamage-model",
        {"card.json": (model.folder / "card.json").read_bytes(), "weights.h5": b"other weights"},
    )
    with pytest.raises(ModelError, match="damaged or changed"):
        library.import_file(path, tmp_path / "models")


def test_bare_weights_of_ours_get_a_card(tmp_path: Path):
    weights = registry.default().weights
    with pytest.raises(ModelError, match="tells 5 classes apart, 1 were named"):
        import_model(weights, tmp_path / "models", classes=("damage",))
    model = import_model(weights, tmp_path / "models", classes=tuple("abcde"), name="bare")
    assert (model.card.name, model.card.classes, model.card.preset) == ("bare", tuple("abcde"), "light")
    assert import_model(weights, tmp_path / "models").card.classes[0] == "class 1"


def test_theirs_are_converted_by_the_python_that_has_keras(tmp_path: Path, monkeypatch):
    """A frozen program has none itself; a program stands for that Python and writes what it would convert."""
    ours = registry.default().weights
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/asked\ncp {ours} "$5"\n')
    python.chmod(0o755)
    monkeypatch.setenv(processes.PYTHON, str(python))
    monkeypatch.setattr(requirements, "check", lambda: None)
    theirs = tmp_path / "mask_rcnn_damage_0015.h5"
    with h5py.File(theirs, "w") as file:
        file.create_dataset("mrcnn_class_logits/mrcnn_class_logits/kernel:0", data=np.zeros((4, 6), np.float32))
        file.create_dataset("res4a_branch2a/res4a_branch2a/kernel:0", data=np.zeros((1, 1), np.float32))
    model = import_model(theirs, tmp_path / "models", classes=tuple("abcde"))
    assert (model.card.name, model.card.classes) == ("mask_rcnn_damage_0015", tuple("abcde"))
    assert '{"backbone": "resnet50", "classes": 6}' in (tmp_path / "asked").read_text()


def test_the_command_line_imports_keeps_and_deletes(tmp_path: Path, capsys):
    Project.create(tmp_path / "P").close()
    shared = library.export(registry.default(), tmp_path / "mine")
    assert main(["models", "import", str(shared), "--project", str(tmp_path / "P")]) == 0
    assert main(["models", "delete", "damage", "--project", str(tmp_path / "P")]) == 0
    assert "in the trash" in capsys.readouterr().out
    assert registry.models(tmp_path / "P" / "models") == []
    assert main(["models", "import", str(shared)]) == 0
    assert len(registry.models(library.folder())) == 1
