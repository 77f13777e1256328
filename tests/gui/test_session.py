import msgspec
import pytest
from PIL import Image

from cardamage_core.annotations import edits
from cardamage_core.errors import ProjectError
from cardamage_core.project.import_apply import add_photos
from cardamage_gui.session import Session


def heard(signal):
    """A list that grows with each emission."""
    said = []
    signal.connect(lambda *values: said.append(values))
    return said


def test_without_a_project_everything_is_empty(qapp):
    session = Session()

    assert (session.project, session.current, session.photos(), session.labels()) == (None, "", (), ())
    assert session.regions("a") == ()


def test_opening_a_project_shows_its_first_photo(session):
    assert session.current == "a"
    assert [photo.name for photo in session.photos()] == ["a.png", "b.png", "c.png"]


def test_an_edit_is_stored_and_told(session, folder):
    told, history = heard(session.photo_changed), heard(session.history_changed)
    before = session.regions("a")

    assert session.edit("a", before, before[:2], "Delete scratch")

    assert told == [("a",)]
    assert len(history) == 1
    assert [region.id for region in session.regions("a")] == ["car", "dent"]
    assert next(photo for photo in session.photos() if photo.id == "a").regions == 2


def test_an_edit_that_changes_nothing_is_not_told(session):
    told = heard(session.photo_changed)
    before = session.regions("a")

    assert session.edit("a", before, before, "Nothing")
    assert told == []


def test_an_edit_from_an_old_state_is_refused_and_told(session):
    failed = heard(session.failed)
    before = session.regions("a")
    session.edit("a", before, before[:2], "Delete scratch")

    assert not session.edit("a", before, before[:1], "Delete two")
    assert isinstance(failed[0][0], ProjectError)
    assert len(session.regions("a")) == 2


def test_undo_takes_the_edit_back_and_shows_its_photo(session):
    before = session.regions("a")
    session.edit("a", before, before[:2], "Delete scratch")
    session.select("c")

    session.undo()

    assert session.current == "a"
    assert session.regions("a") == before


def test_redo_does_it_again(session):
    before = session.regions("a")
    moved = edits.replace(before, before[1], edits.move(before[1], 5.0, 0.0))
    session.edit("a", before, moved, "Move dent")
    session.undo()

    session.redo()

    assert session.regions("a") == moved


def test_an_edit_of_another_photo_leaves_the_current_one_shown(session, folder):
    session.edit("b", (), session.regions("a")[1:2], "Copy dent")

    assert session.current == "a"


def test_undo_and_redo_say_what_they_did_or_that_there_is_nothing(session):
    said = heard(session.said)
    before = session.regions("a")
    session.edit("a", before, before[:2], "Delete scratch")
    session.undo()
    session.undo()  # the import
    session.undo()

    assert [text for (text,) in said] == ["Undid: Delete scratch", "Undid: Import", "Nothing to undo"]


def test_undoing_the_import_leaves_no_photo_shown(session):
    changed = heard(session.current_changed)

    session.undo()

    assert session.current == ""
    assert changed == [("",)]


def test_a_photos_new_review_is_told_for_that_photo_only(session):
    listed, told = heard(session.photos_changed), heard(session.photo_changed)
    before = session.photo("a")

    assert session.edit_photo(before, msgspec.structs.replace(before, review="accepted"), "Accept photo")

    assert (listed, told) == ([], [("a",)])
    assert session.photos()[0].review == "accepted"
    assert session.summary("a").review == "accepted"


def test_a_photos_new_split_is_told_to_lists_too(session):
    listed = heard(session.photos_changed)
    before = session.photo("b")

    assert session.edit_photo(before, msgspec.structs.replace(before, split="val"), "Use for validation")

    assert len(listed) == 1
    assert [photo.split for photo in session.photos()] == ["train", "val", "val"]


def test_a_photo_is_found_by_its_place(session):
    assert [session.place(photo) for photo in ("a", "c", "nowhere")] == [0, 2, -1]


def test_a_second_session_is_refused_but_may_read(session, folder):
    other = Session()

    with pytest.raises(ProjectError, match="open in another window"):
        other.open(folder)

    other.open(folder, read_only=True)
    assert other.read_only
    assert len(other.photos()) == 3
    other.close()


def test_a_project_that_cannot_be_opened_leaves_the_old_one_open(session, tmp_path):
    with pytest.raises(ProjectError):
        session.open(tmp_path / "nowhere")

    assert session.project is not None
    assert session.current == "a"


def test_edits_outlive_the_session(session, folder):
    before = session.regions("a")
    session.edit("a", before, before[:2], "Delete scratch")
    session.close()

    again = Session()
    again.open(folder)
    again.undo()

    assert again.regions("a") == before
    again.close()


def test_undoing_an_import_whose_photo_is_shown_shows_another(session, tmp_path):
    with_photo = tmp_path / "later.png"
    Image.new("RGB", (40, 30)).save(with_photo)
    later = add_photos(session.project, [with_photo])
    session.refresh()
    session.select(later)
    asked = []  # as the views do, when labels, photos or the current photo change
    for signal in (session.labels_changed, session.photos_changed, session.history_changed, session.current_changed):
        signal.connect(lambda *_: asked.append(session.current and session.photo(session.current).name))

    session.undo()

    assert session.current == "a"
    assert asked[-1] == "a.png"
    assert "later.png" not in asked
