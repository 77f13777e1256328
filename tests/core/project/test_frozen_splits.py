"""Splits kept under a name come back, also when photos are gone; a preview of a deal changes nothing."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from cardamage_core.annotations.model import AnnotatedPhoto, Photo
from cardamage_core.commands import main
from cardamage_core.errors import ProjectError
from cardamage_core.project import Project, frozen_splits, import_plan


@pytest.fixture
def project(tmp_path: Path):
    with Project.create(tmp_path / "P") as made:
        photos = [Photo(n, f"/nowhere/{n}", n, split=s) for n, s in zip("abc", ("train", "val", ""), strict=True)]
        made.add([AnnotatedPhoto(one) for one in photos], (), "Import")
        yield made


def splits(project: Project) -> list[str]:
    return [one.split for one in project.photos()]


def test_a_kept_split_comes_back_in_one_edit(project: Project):
    frozen_splits.freeze(project, "first")
    before = [project.photo(one.id) for one in project.photos()]
    project.edit_photos(before, [msgspec.structs.replace(one, split="test") for one in before], "All to test")
    project.remove_photos(["b"], "Remove")
    restored = frozen_splits.restore(project, "first")
    assert splits(project) == ["train", ""]
    assert "1 photo of it are not in the project" in frozen_splits.told(restored, "first")
    project.undo()
    assert splits(project) == ["test", "test"]


def test_names_and_missing_files_are_explained(project: Project):
    with pytest.raises(ProjectError, match="cannot name a split"):
        frozen_splits.freeze(project, "../first")
    with pytest.raises(ProjectError, match="no frozen split"):
        frozen_splits.restore(project, "second")


def test_the_command_line_previews_and_counts(tmp_path: Path, capsys):
    with Project.create(tmp_path / "Q") as made:
        made.add([AnnotatedPhoto(Photo(n, f"/nowhere/{n}", n)) for n in "abcde"], (), "Import")
    assert main(["split", str(tmp_path / "Q"), "--preview"]) == 0
    assert "5 photos would change; nothing was changed" in capsys.readouterr().out
    assert main(["split", str(tmp_path / "Q"), "--show"]) == 0
    assert "photos" in capsys.readouterr().out
    with Project.open(tmp_path / "Q", read_only=True) as made:
        assert splits(made) == [""] * 5


@pytest.mark.parametrize(
    ("path", "split"),
    [("x/val", "val"), ("x/Train/via_region_data.json", "train"), ("x/test.json", "test"), ("x/latest", "")],
)
def test_the_name_of_a_folder_or_file_proposes_a_split(path: str, split: str):
    assert import_plan.proposed_split(Path(path)) == split
