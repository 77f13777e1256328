"""Does an open project read, edit, undo and redo?"""

import os
import sqlite3
import threading

import pytest

from cardamage_core.annotations import edits
from cardamage_core.annotations.model import AnnotatedPhoto, Label, Photo, Polygon, Region
from cardamage_core.errors import ProjectError, ProjectLockedError
from cardamage_core.project import PhotoSummary, Project, store

TRIANGLE = Polygon((((0.0, 0.0), (10.0, 0.0), (10.0, 10.0)),))
DENT = Label("dent", "#ff0000", "1")


def region(name, label="dent", shape=TRIANGLE):
    return Region(name, shape, label)


@pytest.fixture
def project(tmp_path):
    with Project.create(tmp_path / "cars") as project:
        photo = Photo("p1", "/photos/a.jpg", "a.jpg", 100, 80, split="train")
        lost = Photo("p2", "/photos/b.jpg", "b.jpg")
        project.add([AnnotatedPhoto(photo, (region("r1"), region("r2"))), AnnotatedPhoto(lost)], [DENT], "Import")
        yield project


def test_the_list_of_photos_tells_counts_labels_and_what_is_missing(project):
    assert project.photos() == (
        PhotoSummary("p1", "a.jpg", "train", "unreviewed", 2, frozenset({"dent"}), missing=False),
        PhotoSummary("p2", "b.jpg", "", "unreviewed", 0, frozenset(), missing=True),
    )


def test_an_edit_is_there_after_closing_and_opening_and_can_still_be_undone(project):
    before = project.regions("p1")
    after = edits.replace(before, before[0], edits.move_vertex(before[0], 0, 1, (20.5, 1.0)))
    edit = project.edit_regions("p1", before, after, "Move vertex")
    assert (edit.text, edit.photo, edit.kinds) == ("Move vertex", "p1", frozenset({"region"}))
    project.close()
    with Project.open(project.folder) as again:
        assert again.regions("p1") == after
        assert again.undo_text == "Move vertex"
        assert again.undo().id == edit.id
        assert again.regions("p1") == before
        assert (again.undo_text, again.redo_text) == ("Import", "Move vertex")
        again.redo()
        assert again.regions("p1") == after


def test_an_import_is_one_edit_and_undo_empties_the_project(project):
    project.undo()
    assert project.photos() == ()
    assert project.labels() == ()
    assert project.undo() is None
    project.redo()
    assert [region.id for region in project.regions("p1")] == ["r1", "r2"]


def test_a_new_edit_after_undo_drops_what_was_undone(project):
    one, two = project.regions("p1")
    project.edit_regions("p1", (one, two), (one,), "Delete")
    project.undo()
    project.edit_regions("p1", (one, two), (two,), "Delete the other")
    assert project.redo_text == ""
    assert project.redo() is None
    assert [edit.text for edit in project.history()] == ["Delete the other", "Import"]


@pytest.mark.parametrize(
    "order", [["r2", "r1"], ["n", "r1", "r2"], ["r1", "n", "r2"], ["r1", "r2", "n"], ["r2", "n"], []]
)
def test_drawing_order_is_kept_and_undone(project, order):
    before = project.regions("p1")
    known = {one.id: one for one in (*before, region("n"))}
    project.edit_regions("p1", before, tuple(known[name] for name in order), "Arrange")
    project.close()
    with Project.open(project.folder) as again:
        assert [one.id for one in again.regions("p1")] == order
        again.undo()
        assert again.regions("p1") == before


def test_many_regions_squeezed_between_two_others_keep_their_order(project):
    for number in range(80):  # halves the gap each time until no number is left between
        before = project.regions("p1")
        project.edit_regions("p1", before, (before[0], region(f"n{number}"), *before[1:]), "Draw")
    expected = ["r1", *(f"n{number}" for number in reversed(range(80))), "r2"]
    project.close()
    with Project.open(project.folder) as again:
        assert [one.id for one in again.regions("p1")] == expected


def test_an_edit_that_starts_from_something_else_changes_nothing(project):
    stored = project.regions("p1")
    with pytest.raises(ProjectError):
        project.edit_regions("p1", stored[:1], (), "Delete")
    assert project.regions("p1") == stored
    assert project.undo_text == "Import"


def test_a_number_that_is_not_finite_is_refused(project):
    before = project.regions("p1")
    with pytest.raises(ProjectError):
        project.edit_regions("p1", before, (edits.move(before[0], float("nan"), 0), before[1]), "Move")
    assert project.regions("p1") == before
    assert project.undo_text == "Import"


def test_the_same_region_cannot_be_there_twice(project):
    before = project.regions("p1")
    with pytest.raises(ProjectError, match="r1"):
        project.edit_regions("p1", before, (*before, before[0]), "Paste")


def test_an_edit_that_changes_nothing_is_not_logged(project):
    before = project.regions("p1")
    assert project.edit_regions("p1", before, before, "Nothing") is None
    assert project.undo_text == "Import"


def test_a_photo_is_given_a_split_and_undone(project):
    photo = project.photo("p1")
    project.edit_photo(photo, Photo("p1", photo.path, photo.name, 100, 80, split="val"), "Use for validation")
    assert project.photos()[0].split == "val"
    project.undo()
    assert project.photo("p1") == photo


def test_a_renamed_label_takes_its_regions_along(project):
    project.rename_label("dent", Label("bump", "#00ff00", "1"), "Rename label")
    assert project.labels() == (Label("bump", "#00ff00", "1"),)
    assert project.label_counts() == {"bump": 2}
    project.undo()
    assert project.label_counts() == {"dent": 2}


def test_a_label_renamed_to_another_ones_name_is_merged_into_it(project):
    project.edit_labels(project.labels(), (*project.labels(), Label("bump", "#00ff00", "2")), "Add label")
    project.rename_label("dent", Label("bump", "#00ff00", "2"), "Merge dent into bump")
    assert project.labels() == (Label("bump", "#00ff00", "2"),)
    assert project.label_counts() == {"bump": 2}
    project.undo()
    assert [label.name for label in project.labels()] == ["dent", "bump"]
    assert project.label_counts() == {"dent": 2, "bump": 0}


def test_removed_photos_come_back_with_their_regions_on_undo(project):
    before = project.regions("p1")
    project.remove_photos(["p1"], "Remove photo")
    assert [summary.id for summary in project.photos()] == ["p2"]
    project.undo()
    assert [summary.id for summary in project.photos()] == ["p1", "p2"]
    assert project.regions("p1") == before


def test_labels_that_are_known_are_not_added_again(project):
    project.add([], [DENT, Label("scratch", "#0000ff")], "Add labels")
    assert [label.name for label in project.labels()] == ["dent", "scratch"]
    assert project.label_counts() == {"dent": 2, "scratch": 0}


def test_the_data_set_holds_the_asked_splits_with_absolute_paths(project):
    project.add([AnnotatedPhoto(Photo("p3", "own/c.jpg", "c.jpg", 5, 5, split="val"))], [], "Import")
    assert [one.photo.id for one in project.dataset(["train"]).photos] == ["p1"]
    whole = project.dataset()
    assert [len(one.regions) for one in whole.photos] == [2, 0, 0]
    assert whole.photos[2].photo.path == str(project.folder / "own" / "c.jpg")
    assert whole.labels == (DENT,)


def test_a_second_opener_is_told_and_a_reader_is_not_kept_out(project):
    with pytest.raises(ProjectLockedError, match="cars is open in another window"):
        Project.open(project.folder)
    with Project.open(project.folder, read_only=True) as reader:
        assert len(reader.photos()) == 2
        with pytest.raises(ProjectError, match="reading only"):
            reader.undo()
        one, two = project.regions("p1")
        project.edit_regions("p1", (one, two), (one,), "Delete")
        assert reader.regions("p1") == (one,)


def test_creating_where_a_project_is_and_opening_where_none_is_are_explained(project, tmp_path):
    with pytest.raises(ProjectError, match="holds a project already"):
        Project.create(project.folder)
    with pytest.raises(ProjectError, match="not a CarDamage project"):
        Project.open(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize(
    "content", [b"this is no database, though it is long enough to look at" * 40, b"SQLite format 3\0" + b"\xff" * 5000]
)
def test_a_file_that_is_no_project_is_explained_and_left_alone(tmp_path, content):
    (tmp_path / "project.cardamage").write_bytes(content)
    with pytest.raises(ProjectError):
        Project.open(tmp_path)
    assert (tmp_path / "project.cardamage").read_bytes() == content


def test_a_database_of_another_program_is_explained(tmp_path):
    database = sqlite3.connect(tmp_path / "project.cardamage")
    database.execute("CREATE TABLE songs(title)")
    database.commit()
    database.close()
    with pytest.raises(ProjectError, match="not a CarDamage project"):
        Project.open(tmp_path)


def test_a_project_of_a_newer_program_is_explained(project):
    project.close()
    database = sqlite3.connect(project.folder / "project.cardamage")
    database.execute("PRAGMA user_version=99")
    database.close()
    with pytest.raises(ProjectError, match="newer CarDamage"):
        Project.open(project.folder)


def test_a_damaged_page_is_found_at_opening(project):
    regions = tuple(region(f"n{number}") for number in range(200))
    before = project.regions("p1")
    project.edit_regions("p1", before, (*before, *regions), "Draw")
    project.close()
    path = project.folder / "project.cardamage"
    data = bytearray(path.read_bytes())
    assert len(data) > 8 * 4096
    for page in range(2, len(data) // 4096):
        data[page * 4096 : page * 4096 + 200] = b"\xaa" * 200
    path.write_bytes(data)
    with pytest.raises(ProjectError):
        Project.open(project.folder)


def test_a_full_disk_loses_nothing_and_says_so(project):
    before = project.regions("p1")
    pages = project._store.query("PRAGMA page_count")[0][0]
    with project._store.transaction():  # of the connection that writes
        project._store.query(f"PRAGMA max_page_count={pages + 2}")
    big = region("big", shape=Polygon((tuple((float(i), 0.5) for i in range(5000)),)))
    with pytest.raises(ProjectError, match="full"):
        project.edit_regions("p1", before, (*before, big), "Draw")
    assert project.regions("p1") == before
    assert project.undo_text == "Import"
    with project._store.transaction():
        project._store.query("PRAGMA max_page_count=1000000")
    project.edit_regions("p1", before, (*before, big), "Draw")
    project.close()
    with Project.open(project.folder) as again:
        assert again.regions("p1")[2] == big


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs a user who may not write everywhere")
def test_a_folder_that_cannot_be_written_is_explained(tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(ProjectError):
            Project.create(tmp_path / "x")
    finally:
        tmp_path.chmod(0o700)


def test_a_cancelled_addition_leaves_nothing(project):
    def stop():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        project.add([AnnotatedPhoto(Photo("p9", "z.jpg", "z.jpg"))], [], "Import", step=stop)
    assert [summary.id for summary in project.photos()] == ["p1", "p2"]
    assert project.undo_text == "Import"


def test_the_threshold_for_scores_belongs_to_the_project_and_is_no_edit(project):
    assert project.threshold == 0.9
    project.set_threshold(0.4)
    assert (project.threshold, project.undo_text, project.edits()) == (0.4, "Import", 1)
    for wrong in (float("nan"), -0.1, 1.1):
        with pytest.raises(ProjectError, match="between 0 and 1"):
            project.set_threshold(wrong)
    project.close()
    with Project.open(project.folder, read_only=True) as reader:
        assert reader.threshold == 0.4
        with pytest.raises(ProjectError, match="reading only"):
            reader.set_threshold(0.5)


class Held:
    """An addition of many photos and of regions for p1, held up after it was written and before it is committed."""

    def __init__(self, project):
        filler = {"note": "x" * 100_000}
        photos = [
            AnnotatedPhoto(Photo(f"n{i}", f"/photos/n{i}.jpg", f"n{i}.jpg", attributes=filler)) for i in range(60)
        ]
        known = AnnotatedPhoto(project.photo("p1"), (region("r3"),))
        self._project, self._photos = project, [*photos, known]
        self._left = len(photos) + 1  # photos and the region
        self._written, self._go_on = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._add)

    def __enter__(self):
        self._thread.start()
        assert self._written.wait(30)
        return self

    @property
    def is_under_way(self):
        """False once who reads has waited until the import gave up."""
        return self._thread.is_alive() and not self._go_on.is_set()

    def __exit__(self, *_):
        self._go_on.set()
        self._thread.join()

    def _add(self):
        self._project.add(self._photos, (), "Import", step=self._step)

    def _step(self):
        self._left -= 1
        if not self._left:
            self._written.set()
            assert self._go_on.wait(10)


@pytest.mark.parametrize("remote", [False, True])
def test_reading_never_waits_for_a_running_import(project, monkeypatch, remote):
    project.close()
    monkeypatch.setattr(store, "is_remote", lambda _path: remote)
    with Project.open(project.folder) as again:
        known = again.regions("p1")
        with Held(again) as held:
            assert again.regions("p1") == known
            assert again.regions("p2") == ()
            assert [one.id for one in again.photos()] == ["p1", "p2"]
            assert again.summary("p1").regions == 2
            assert again.label_counts() == {"dent": 2}
            assert again.labels() == (DENT,)
            assert again.undo_text == "Import"
            assert len(again.dataset().photos) == 2
            assert [len(batch) for batch in again.batches()] == [2]
            assert held.is_under_way
        assert [one.id for one in again.regions("p1")] == ["r1", "r2", "r3"]
        assert again.label_counts() == {"dent": 3}
        assert len(again.photos()) == 62


def test_what_was_read_during_an_import_is_not_taken_for_what_came_of_it(project):
    project.close()
    with Project.open(project.folder) as again:  # knows nothing yet
        with Held(again):
            assert [one.id for one in again.regions("p1")] == ["r1", "r2"]
            assert again.label_counts() == {"dent": 2}
        before = again.regions("p1")
        assert [one.id for one in before] == ["r1", "r2", "r3"]
        assert again.label_counts() == {"dent": 3}
        assert again.edit_regions("p1", before, before[:1], "Delete") is not None


def test_the_history_can_be_jumped_in_both_ways(project):
    states = [project.regions("p1")]
    for name in ("n1", "n2", "n3"):
        before = project.regions("p1")
        project.edit_regions("p1", before, (*before, region(name)), f"Draw {name}")
        states.append(project.regions("p1"))
    ids = [edit.id for edit in reversed(project.history())]
    assert [edit.text for edit in project.walk_to(ids[1])] == ["Draw n3", "Draw n2"]
    assert project.regions("p1") == states[1]
    assert (project.undo_text, project.redo_text) == ("Draw n1", "Draw n2")
    assert [edit.undone for edit in project.walk_to(ids[3])] == [False, False]
    assert project.regions("p1") == states[3]
    assert len(project.walk_to(0)) == 4
    assert project.photos() == ()
    project.walk_to(ids[3])
    assert project.regions("p1") == states[3]
    assert project.label_counts() == {"dent": 5}
