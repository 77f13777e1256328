"""Are copies of a project kept, and does one come back when the file is damaged?"""

import datetime

import pytest

from cardamage_core.annotations.model import AnnotatedPhoto, Photo, Rectangle, Region
from cardamage_core.errors import ProjectError
from cardamage_core.project import Project, backups

NOON = datetime.datetime(2026, 3, 1, 12)
HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def folder(tmp_path):
    with Project.create(tmp_path / "cars") as project:
        regions = tuple(Region(f"r{i}", Rectangle(1.0, 2.0, 3.0, 4.0), "dent") for i in range(300))
        project.add([AnnotatedPhoto(Photo("p", "a.jpg", "a.jpg", 9, 9), regions)], [], "Import")
    return tmp_path / "cars"


def spoil(path):
    data = bytearray(path.read_bytes())
    for page in range(1, len(data) // 4096):
        data[page * 4096 : page * 4096 + 400] = b"\xaa" * 400
    path.write_bytes(data)


def test_a_copy_is_made_when_the_newest_is_older_than_a_day(folder):
    assert backups.keep(folder, NOON).name == "project 2026-03-01 120000.cardamage"
    assert backups.keep(folder, NOON + 23 * HOUR) is None
    assert backups.keep(folder, NOON + 24 * HOUR).name == "project 2026-03-02 120000.cardamage"


def test_three_copies_are_kept(folder):
    for day in range(5):
        backups.keep(folder, NOON + day * 24 * HOUR)
    assert [path.name[8:18] for path in backups.copies(folder)] == ["2026-03-05", "2026-03-04", "2026-03-03"]


def test_a_copy_holds_what_is_in_an_open_project(folder):
    with Project.open(folder) as project:
        before = project.regions("p")
        project.edit_regions("p", before, before[:7], "Delete")
        copy = backups.keep(folder, NOON)
    assert backups.trouble(copy) == ""
    copy.rename(folder.parent / "project.cardamage")
    with Project.open(folder.parent) as again:
        assert len(again.regions("p")) == 7
        assert again.undo_text == "Delete"


def test_a_damaged_file_is_told_and_pushes_no_copy_out(folder):
    whole = backups.keep(folder, NOON)
    spoil(folder / "project.cardamage")
    with pytest.raises(ProjectError, match="damaged"):
        backups.keep(folder, NOON + 48 * HOUR)
    assert backups.copies(folder) == [whole]


def test_a_damaged_file_is_restored_from_the_newest_whole_copy_and_kept_aside(folder):
    backups.keep(folder, NOON)
    spoil(backups.keep(folder, NOON + 24 * HOUR))
    spoil(folder / "project.cardamage")
    assert backups.restore(folder).name == "project 2026-03-01 120000.cardamage"
    assert len(list(folder.glob("damaged *.cardamage"))) == 1
    with Project.open(folder) as project:
        assert len(project.regions("p")) == 300


def test_a_whole_file_is_not_touched_and_without_copies_nothing_can_be_restored(folder):
    assert backups.restore(folder) is None
    spoil(folder / "project.cardamage")
    with pytest.raises(ProjectError, match="no whole copy"):
        backups.restore(folder)
    assert (folder / "project.cardamage").exists()


def test_a_project_that_is_open_is_not_restored(folder):
    with Project.open(folder), pytest.raises(ProjectError, match="open in another"):
        backups.restore(folder)


def test_a_file_with_a_log_is_converted_where_the_log_is_refused(folder):
    path = folder / "project.cardamage"
    (folder / "project.cardamage-shm").symlink_to(folder / "no" / "where")  # as on a share: no shared memory
    with Project.open(folder) as project:
        assert len(project.regions("p")) == 300
        assert project._store.query("PRAGMA journal_mode") == [("delete",)]
        before = project.regions("p")
        project.edit_regions("p", before, before[:5], "Delete")
    assert path.read_bytes()[18:20] == b"\x01\x01"  # file format: no write-ahead log (SQLite, 1.3.3)


def test_on_a_network_share_there_is_no_log(folder, monkeypatch):
    monkeypatch.setattr("cardamage_core.project.store.is_remote", lambda _path: True)
    with Project.open(folder) as project:
        assert project._store.query("PRAGMA journal_mode") == [("delete",)]
