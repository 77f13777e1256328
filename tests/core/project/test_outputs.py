"""Which paths may be written: never what belongs to a project or is a photo, under whatever name."""

import os
from pathlib import Path

import pytest

from cardamage_core.annotations.model import AnnotatedPhoto, Photo
from cardamage_core.errors import CarDamageError, ProjectError
from cardamage_core.project import Project
from cardamage_core.project.outputs import FileExistsAlreadyError, Outputs


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_bytes(b"photo")
    with Project.create(tmp_path / "cars") as project:
        photos = [Photo("a", str(tmp_path / "photos" / "a.jpg"), "a.jpg", 9, 9), Photo("b", "/gone/b.jpg", "b.jpg")]
        project.add([AnnotatedPhoto(photo) for photo in photos], [], "Import")
    for name in ("jobs/1", "models/m", "cache"):
        (tmp_path / "cars" / name).mkdir(parents=True)
    (tmp_path / "cars" / "models" / "m" / "weights.h5").write_bytes(b"weights")
    return tmp_path / "cars"


@pytest.fixture
def outputs(folder):
    with Project.open(folder, read_only=True) as project:
        return Outputs(project.paths(), project=folder, replace=True)


@pytest.mark.parametrize(
    "name",
    [
        "project.cardamage", "project.cardamage-wal", "project.lock", "PROJECT.Cardamage", "jobs/1/job.json", "jobs",
        "models/m/weights.h5", "models/new.json", "copies/a/b", "cache/x", "../photos/a.jpg",
        "../photos/../photos/a.jpg",
        "/gone/b.jpg", "/gone/x/../B.JPG", "jobs/../project.cardamage",
    ],
)  # fmt: skip
def test_what_belongs_to_the_project_is_never_written_over(folder, outputs, name):
    with pytest.raises(ProjectError, match="is not written over"):
        outputs.check([folder.parent / "free.json", folder / name])
    elsewhere = Outputs([folder.parent / "photos" / "a.jpg", Path("/gone/b.jpg")], replace=True)  # of no project
    with pytest.raises(ProjectError, match="is not written over"):
        elsewhere.check([folder / name])


@pytest.mark.parametrize("make", [os.symlink, os.link])
@pytest.mark.parametrize("name", ["project.cardamage", "models/m/weights.h5", "../photos/a.jpg"])
def test_neither_is_it_through_links(folder, outputs, tmp_path, make, name):
    make(folder / name, tmp_path / "out.json")
    with pytest.raises(ProjectError, match="is not written over"):
        outputs.check([tmp_path / "out.json"])


def test_nor_through_links_of_folders_or_where_a_photo_is_a_link(folder, tmp_path):
    (tmp_path / "out").symlink_to(folder / "models")
    (tmp_path / "b.jpg").symlink_to(tmp_path / "photos" / "a.jpg")
    outputs = Outputs([tmp_path / "b.jpg"], project=folder, replace=True)
    for path in (tmp_path / "out" / "x.json", tmp_path / "photos" / "a.jpg"):
        with pytest.raises(ProjectError, match="is not written over"):
            outputs.check([path])


def test_a_copy_of_a_project_file_and_what_is_no_file_are_not_written_over(folder, outputs, tmp_path):
    (tmp_path / "saved").write_bytes((folder / "project.cardamage").read_bytes())
    for path in (tmp_path / "saved", Path(os.devnull), tmp_path / "photos"):
        with pytest.raises(ProjectError, match="is not written over"):
            outputs.check([path])


def test_the_folders_that_are_named_are_not_written_into(outputs, tmp_path):
    outputs = Outputs([], folders=[tmp_path / "model"], replace=True)
    with pytest.raises(ProjectError, match="is not written over"):
        outputs.check([tmp_path / "model" / "card.json"])


def test_other_files_are_replaced_only_when_asked(folder, tmp_path):
    (tmp_path / "a").touch()
    (tmp_path / "b").symlink_to("nowhere")
    ask = Outputs([], project=folder)
    ask.check([tmp_path / "c", folder / "out.json"])
    with pytest.raises(FileExistsAlreadyError, match="a is there already") as told:
        ask.check([tmp_path / "a", tmp_path / "b", tmp_path / "c"])
    assert told.value.paths == (tmp_path / "a", tmp_path / "b")
    Outputs([], replace=[tmp_path / "a"]).check([tmp_path / "a", tmp_path / "c"])
    Outputs([], replace=True).check([tmp_path / "a", tmp_path / "b"])


def test_links_in_a_circle_and_names_that_are_too_long_are_explained(tmp_path):
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    for path in (tmp_path / "a", tmp_path / ("x" * 300)):
        with pytest.raises(CarDamageError, match=r"Could not write|is there already"):
            Outputs([]).check([path])
