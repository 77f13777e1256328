"""Project files: made whole or not at all, refused where they are foreign, locked by one process at a time."""

import contextlib
import shutil
import sqlite3

import pytest

from cardamage_core.annotations.model import AnnotatedPhoto, Photo, Rectangle, Region
from cardamage_core.errors import ProjectError
from cardamage_core.project import Project, filesystem, store
from cardamage_core.project.project import FILE

fcntl = pytest.importorskip("fcntl")


def filled(folder):
    with Project.create(folder) as project:
        region = Region("r", Rectangle(1.0, 2.0, 3.0, 4.0), "dent")
        project.add([AnnotatedPhoto(Photo("p", "a.jpg", "a.jpg", 9, 9), (region,))], [], "Import")
    return folder / FILE


def database(path, *statements):
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.executescript(";".join(statements))


@pytest.mark.parametrize("statements", [None, ("PRAGMA journal_mode=WAL",), ("CREATE TABLE a(b)", "DROP TABLE a")])
def test_a_start_that_was_cut_short_before_its_tables_stood_is_begun_anew(tmp_path, statements):
    (tmp_path / FILE).touch()
    database(tmp_path / FILE, *statements or ())
    assert not Project.is_in(tmp_path)
    with pytest.raises(ProjectError, match="is not a CarDamage project"):
        Project.open(tmp_path, read_only=True)
    with Project.open_or_create(tmp_path) as project:
        assert (project.is_new, project.photos()) == (True, ())


def test_a_file_that_was_being_made_when_its_maker_died_is_no_project_and_goes(tmp_path):
    half = tmp_path / f".{FILE}.x1y2.part"
    half.write_bytes(b"half")
    assert not Project.is_in(tmp_path)
    Project.create(tmp_path).close()
    assert not half.exists()


def test_what_lies_beside_a_file_that_is_gone_is_not_taken_for_part_of_a_new_one(tmp_path):
    path = filled(tmp_path / "a")
    with Project.open(tmp_path / "a") as project:
        project.undo()
        shutil.copy(f"{path}-wal", tmp_path / f"{FILE}-wal")
    with Project.create(tmp_path) as project:
        assert project.history() == ()
    assert len(list(tmp_path.glob("damaged *-wal"))) == 1


def test_a_project_cut_to_nothing_is_damaged_and_not_a_new_one(tmp_path):
    path = filled(tmp_path)
    with Project.open(tmp_path) as project:
        project.undo()
        log = (tmp_path / f"{FILE}-wal").read_bytes()
    path.write_bytes(b"")
    (tmp_path / f"{FILE}-wal").write_bytes(log)
    with pytest.raises(ProjectError, match="damaged"):
        Project.open(tmp_path)
    assert (tmp_path / f"{FILE}-wal").read_bytes() == log


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER t AFTER INSERT ON edits BEGIN DELETE FROM regions; END",
        "CREATE VIEW v AS SELECT * FROM photos",
        "CREATE TABLE other(a)",
        "CREATE VIRTUAL TABLE other USING fts5(a)",
        "CREATE UNIQUE INDEX i ON regions(label)",
        "DROP TABLE extras; CREATE VIEW extras AS SELECT * FROM labels",
        "DROP TABLE labels; CREATE TABLE labels(key TEXT REFERENCES photos(key) ON DELETE CASCADE, photo, position,"
        " value)",
        "DROP TABLE extras; CREATE TABLE extras(key TEXT PRIMARY KEY ON CONFLICT REPLACE, photo, position, value)",
    ],
)
def test_a_file_that_holds_more_than_our_tables_is_refused_and_not_written_to(tmp_path, statement):
    path = filled(tmp_path)
    database(path, statement, "PRAGMA journal_mode=DELETE")
    before = path.read_bytes()
    for read_only in (True, False):
        with pytest.raises(ProjectError, match="was refused"):
            Project.open(tmp_path, read_only=read_only)
    assert path.read_bytes() == before


def test_a_file_of_which_a_table_is_gone_is_damaged(tmp_path):
    database(filled(tmp_path), "DROP TABLE changes")
    with pytest.raises(ProjectError, match="The table changes is missing"):
        Project.open(tmp_path)


def test_statistics_that_sqlite_keeps_are_no_foreign_tables(tmp_path):
    database(filled(tmp_path), "ANALYZE")
    with Project.open(tmp_path) as project:
        assert len(project.regions("p")) == 1


def test_a_write_that_was_cut_short_is_taken_back(tmp_path):
    path = filled(tmp_path / "p")
    database(path, "PRAGMA journal_mode=DELETE")
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.executescript("PRAGMA cache_size=1; PRAGMA cache_spill=1; BEGIN; UPDATE photos SET position=9")
        db.execute("INSERT INTO extras SELECT hex(randomblob(3000)), '', 1, '{}' FROM sqlite_master, sqlite_master")
        shutil.copytree(tmp_path / "p", tmp_path / "q")  # as a power cut leaves it: pages written, a journal beside
        db.execute("ROLLBACK")
    assert (tmp_path / "q" / f"{FILE}-journal").stat().st_size > 0
    with Project.open(tmp_path / "q") as project:
        assert (len(project.regions("p")), project.extra()) == (1, {})


def test_a_lock_on_a_file_that_was_removed_meanwhile_is_no_lock(tmp_path, monkeypatch):
    first = filesystem.taken(tmp_path / "p")
    locked = fcntl.flock

    def removed_before(descriptor, kind):
        monkeypatch.undo()
        first.discard()
        other = filesystem.taken(tmp_path / "p")  # a third process is quicker
        locked(descriptor, kind)
        other.release()

    monkeypatch.setattr(fcntl, "flock", removed_before)
    second = filesystem.taken(tmp_path / "p")
    with pytest.raises(ProjectError, match="open in another"):
        filesystem.taken(tmp_path / "p")
    second.discard()
    assert not (tmp_path / "p" / filesystem.LOCK).exists()


def test_discarding_leaves_what_others_put_there(tmp_path):
    (tmp_path / "old").mkdir()
    made = filesystem.taken(tmp_path / "old" / "new" / "p")
    (tmp_path / "old" / "new" / "photo.jpg").touch()
    made.discard()
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["new", "old", "photo.jpg"]


def test_a_failure_while_a_project_is_made_leaves_none(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "SCHEMA", "CREATE TABLE a(b); ROLLBACK; SELECT no_such_function();")
    with pytest.raises(ProjectError, match="could not be made"):
        Project.create(tmp_path / "p")
    assert not (tmp_path / "p").exists()
