"""Is a photo that was replaced or vanished flagged, and do its regions stay?"""

import os

import pytest

from cardamage_core.annotations.model import AnnotatedPhoto, Photo, Rectangle, Region
from cardamage_core.project import Project


@pytest.fixture
def project(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"first photo" * 20_000)
    region = Region("r", Rectangle(1.0, 2.0, 3.0, 4.0), "dent")
    with Project.create(tmp_path / "cars") as made:
        made.add([AnnotatedPhoto(Photo("p", str(tmp_path / "a.jpg"), "a.jpg", 9, 9), (region,))], [], "Import")
        assert list(made.file_problems()) == []
        yield made


def codes(project):
    return [(problem.code, problem.photo) for problem in project.file_problems()]


def test_a_photo_that_only_got_another_date_is_the_same(project, tmp_path):
    os.utime(tmp_path / "a.jpg", ns=(1, 1))
    assert codes(project) == []


def test_a_replaced_photo_is_flagged_until_somebody_accepts_it(project, tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"other photo" * 20_000)  # as long as the first
    assert codes(project) == [("replaced-photo", "p")]
    assert codes(project) == [("replaced-photo", "p")]
    assert [region.id for region in project.regions("p")] == ["r"]
    project.accept_file(project.photo("p"))
    assert codes(project) == []


def test_a_vanished_photo_is_flagged_and_known_again_when_it_comes_back(project, tmp_path):
    (tmp_path / "a.jpg").rename(tmp_path / "b.jpg")
    assert codes(project) == [("vanished-photo", "p")]
    (tmp_path / "b.jpg").rename(tmp_path / "a.jpg")
    assert codes(project) == []


def test_one_photo_can_be_looked_at_and_a_reader_is_told_too(project, tmp_path):
    (tmp_path / "a.jpg").rename(tmp_path / "b.jpg")
    assert [problem.code for problem in project.file_problems(photo="p")] == ["vanished-photo"]
    assert list(project.file_problems(photo="other")) == []
    project.close()
    with Project.open(project.folder, read_only=True) as reader:
        assert codes(reader) == [("vanished-photo", "p")]
        (tmp_path / "a.jpg").write_bytes(b"other photo" * 20_000)
        assert codes(reader) == codes(reader) == [("replaced-photo", "p")]


def test_looking_at_the_files_is_no_edit(project):
    assert project.undo_text == "Import"
    assert project.edits() == 1
