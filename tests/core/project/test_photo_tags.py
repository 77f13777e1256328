"""A table of tags becomes attributes of photos, matched by name and split, in one edit."""

from __future__ import annotations

from pathlib import Path

import pytest

from cardamage_core.annotations.model import AnnotatedPhoto, Photo
from cardamage_core.commands import main
from cardamage_core.errors import FormatError
from cardamage_core.project import Project, photo_tags

TABLE = "split,filename,severity\ntrain,1.jpg,minor\nval,1.jpg,severe\nval,9.jpg,severe\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    photos = [Photo(f"{s}{n}", f"/nowhere/{s}/{n}.jpg", f"{n}.jpg", split=s) for s, n in (("train", 1), ("val", 1))]
    with Project.create(tmp_path / "P") as made:
        made.add([AnnotatedPhoto(one) for one in photos], (), "Import")
    return tmp_path / "P"


def test_rows_are_matched_by_name_and_split(project: Path, tmp_path: Path, capsys):
    (tmp_path / "tags.csv").write_text(TABLE)
    assert main(["import", str(project), str(tmp_path / "tags.csv")]) == 0
    assert "2 photos got split, severity. 1 row belong to no photo of the project: 9.jpg." in capsys.readouterr().out
    with Project.open(project) as opened:
        assert [opened.photo(one.id).attributes for one in opened.photos()] == [
            {"severity": "minor"},
            {"severity": "severe"},
        ]
        assert photo_tags.apply(opened, tmp_path / "tags.csv").edit is None  # nothing new
        opened.undo()
        assert opened.photo("val1").attributes == {}


def test_vias_own_csv_is_no_table_of_tags(tmp_path: Path):
    (tmp_path / "via.csv").write_text("filename,file_size,file_attributes,region_shape_attributes\n")
    (tmp_path / "names.csv").write_text("filename\n1.jpg\n")
    assert not photo_tags.is_table(tmp_path / "via.csv")
    assert not photo_tags.is_table(tmp_path / "names.csv")


def test_a_table_without_names_is_explained(project: Path, tmp_path: Path):
    (tmp_path / "bad.csv").write_text("photo,severity\n1,x\n")
    with Project.open(project) as opened, pytest.raises(FormatError, match="no table of tags"):
        photo_tags.apply(opened, tmp_path / "bad.csv")
