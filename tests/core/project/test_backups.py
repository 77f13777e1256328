"""Are copies of a project kept, and does one come back when the file is damaged?"""

import datetime
import shutil

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
    shutil.rmtree(tmp_path / "cars" / "copies")  # that of today: tests make theirs at times of their own
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
    with Project.open(folder, copied=False) as project:
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


def test_whoever_opens_a_project_for_writing_finds_its_last_state_among_the_copies(folder):
    with Project.open(folder) as project:
        (copy,) = backups.copies(folder)
        before = project.regions("p")
        project.edit_regions("p", before, before[:7], "Delete")
    assert backups.copies(folder) == [copy]
    copy.rename(folder / "project.cardamage")
    with Project.open(folder, read_only=True) as again:
        assert len(again.regions("p")) == 300


def test_a_project_that_was_made_and_filled_has_a_copy_and_an_empty_one_has_none(tmp_path):
    with Project.create(tmp_path / "p") as project:
        assert backups.copies(tmp_path / "p") == []
    assert backups.copies(tmp_path / "p") == []
    with Project.open(tmp_path / "p") as project:
        project.add([AnnotatedPhoto(Photo("p", "a.jpg", "a.jpg", 9, 9))], [], "Import")
    (copy,) = backups.copies(tmp_path / "p")
    (tmp_path / "p" / "project.cardamage").unlink()
    for opening in (Project.open, Project.create, Project.open_or_create):
        with pytest.raises(ProjectError, match="is gone"):
            opening(tmp_path / "p")
    assert backups.restore(tmp_path / "p") == copy
    with Project.open(tmp_path / "p") as again:
        assert [photo.id for photo in again.photos()] == ["p"]


def test_no_room_for_a_copy_is_no_reason_not_to_work(folder, caplog):
    (folder / "copies").write_text("no folder")
    with Project.open(folder) as project:
        assert len(project.regions("p")) == 300
    assert "No copy of the project file was made" in caplog.text


def test_what_was_left_of_a_copy_by_a_kill_goes(folder):
    half = folder / "copies" / ".project 2026-03-01 120000.cardamage.x1y2.part"
    half.parent.mkdir()
    half.write_bytes(b"half")
    Project.open(folder).close()
    assert not half.exists()


def test_a_copy_from_the_future_keeps_no_other_from_being_made_and_comes_last(folder):
    future = backups.keep(folder, datetime.datetime(2199, 1, 1))
    today = backups.keep(folder)
    assert backups.copies(folder) == [today, future]


def test_repairing_what_is_no_project_makes_no_folder(tmp_path):
    with pytest.raises(ProjectError, match="is not a CarDamage project"):
        backups.restore(tmp_path / "p")
    assert not (tmp_path / "p").exists()
