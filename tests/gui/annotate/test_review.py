"""The review queue leads from one suspicious place to the next; what was looked at leaves it; undo brings it back."""

import msgspec
import pytest
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest

from cardamage_core.annotations.model import Origin
from cardamage_core.errors import CarDamageError
from cardamage_core.jobs import reviews
from cardamage_core.review.queue import Review
from cardamage_core.review.suspicion import Suspicion
from cardamage_gui.annotate.review_dialog import ReviewDialog

OVERLOOKED = Suspicion("overlooked", "c", 0.9, (20, 20, 60, 50), other="dent", value=0.8,
                       rings=(((20.0, 20.0), (60.0, 20.0), (60.0, 50.0), (20.0, 50.0)),))  # fmt: skip
SLOPPY = Suspicion("sloppy", "a", 0.7, (20, 20, 50, 40), "dent", "dent", value=0.4)


@pytest.fixture
def reviewed(opened, qtbot):
    """The window on a project whose last review suspected two photos."""
    session = opened.session
    shapes = {"dent": next(r.shape for r in session.regions("a") if r.id == "dent")}
    folder = session.project.folder / "reviews" / "1"
    folder.mkdir(parents=True)
    review = Review(("m",), "2026-11-29", 3, (OVERLOOKED, SLOPPY), shapes)
    (folder / "review.json").write_bytes(msgspec.json.encode(review))
    opened.window.show_page("annotate")
    qtbot.waitUntil(lambda: opened.annotate.canvas.pixels is not None)
    return opened


def press(built, key):
    QTest.keyClick(built.annotate.canvas, key, Qt.KeyboardModifier.ShiftModifier)


def at(built, qtbot, photo):
    """Wait until the queue shows a place on this photo."""
    page = built.annotate
    qtbot.waitUntil(lambda: page.reviewing.bar.isVisible() and built.session.current == photo)
    qtbot.waitUntil(lambda: page.reviewing._awaited is None and page.canvas.pixels is not None)


def said(built):
    bar = built.annotate.reviewing.bar
    return f"{bar.place.text()}: {bar.why.text()}"


def rows(built):
    model = built.annotate.photos.model
    return [model.index(row).data() for row in range(model.rowCount())]


def test_one_key_leads_to_the_worst_place_and_says_why(reviewed, qtbot):
    page = reviewed.annotate
    press(reviewed, Qt.Key.Key_N)
    at(reviewed, qtbot, "c")
    assert "1 of 2: Overlooked damage. Nothing is outlined here" in said(reviewed)
    assert not page.reviewing.bar.take.isHidden()
    left, top = page.canvas.viewport.to_screen((20, 20))
    assert 0 < left < page.canvas.width() / 2
    assert 0 < top < page.canvas.height() / 2
    assert rows(reviewed) == ["c.png", "a.png", "b.png"]
    press(reviewed, Qt.Key.Key_N)
    at(reviewed, qtbot, "a")
    qtbot.waitUntil(lambda: page.canvas.selection == ("dent",))
    assert page.reviewing.bar.take.isHidden()


def test_what_looks_right_leaves_the_queue_and_undo_brings_it_back(reviewed, qtbot):
    page = reviewed.annotate
    press(reviewed, Qt.Key.Key_N)
    at(reviewed, qtbot, "c")
    press(reviewed, Qt.Key.Key_L)
    at(reviewed, qtbot, "a")
    assert [one.photo for one in page.reviewing.entries()] == ["a"]
    assert "looks right" in reviewed.session.project.undo_text
    reviewed.session.undo()
    assert [one.photo for one in page.reviewing.entries()] == ["c", "a"]
    reviewed.session.redo()
    folder = reviewed.session.project.folder
    reviewed.projects.open(folder)  # kept in the project
    page.reviewing.next()
    at(reviewed, qtbot, "a")
    assert [one.photo for one in page.reviewing.entries()] == ["a"]


def test_overlooked_damage_is_outlined_by_one_key(reviewed, qtbot):
    press(reviewed, Qt.Key.Key_N)
    at(reviewed, qtbot, "c")
    press(reviewed, Qt.Key.Key_T)
    (region,) = reviewed.session.regions("c")
    assert (region.label, region.shape.rings) == ("dent", OVERLOOKED.rings)
    assert [one.photo for one in reviewed.annotate.reviewing.entries()] == ["a"]
    reviewed.session.undo()
    assert reviewed.session.regions("c") == ()


def test_a_changed_outline_is_settled(reviewed, qtbot):
    page, session = reviewed.annotate, reviewed.session
    page.reviewing.next()
    at(reviewed, qtbot, "c")
    before = session.regions("a")
    session.edit("a", before, tuple(r for r in before if r.id != "dent"), "Delete dent")
    assert [one.photo for one in page.reviewing.entries()] == ["c"]


def test_proposals_stand_in_the_queue_and_are_accepted(reviewed, qtbot):
    page, session = reviewed.annotate, reviewed.session
    proposed = msgspec.structs.replace(session.regions("a")[1], id="p", origin=Origin("predicted", "", "m", 0.5))
    session.add_regions("b", (proposed,), (), "Predict")
    page.reviewing.next()
    at(reviewed, qtbot, "b")
    assert "Proposal. The model is 50 % sure" in said(reviewed)
    press(reviewed, Qt.Key.Key_L)
    at(reviewed, qtbot, "c")
    assert session.regions("b")[0].review == "accepted"


def test_an_empty_queue_asks_who_is_to_judge(opened, qtbot):
    opened.window.show_page("annotate")
    press(opened, Qt.Key.Key_N)
    qtbot.waitUntil(lambda: opened.annotate.reviewing.dialog is not None)
    dialog = opened.annotate.reviewing.dialog
    assert dialog.models.count() >= 1
    assert dialog.go_on.isHidden()
    dialog.reject()
    qtbot.waitUntil(lambda: opened.annotate.reviewing.dialog is None)


def test_a_photo_of_the_queue_that_is_chosen_in_the_list_says_why(reviewed, qtbot):
    page = reviewed.annotate
    press(reviewed, Qt.Key.Key_N)
    at(reviewed, qtbot, "c")
    reviewed.session.select("a")
    at(reviewed, qtbot, "a")
    assert "2 of 2: Sloppy outline" in said(reviewed)
    reviewed.session.select("b")
    assert "2 places left" in said(reviewed)
    page.reviewing.close()
    assert rows(reviewed) == ["a.png", "b.png", "c.png"]


def test_a_review_runs_in_the_background_and_shows_its_queue(opened, qtbot, monkeypatch):
    page, made = opened.annotate, []
    folder = opened.session.project.folder / "reviews" / "1"

    def started(_project, request):
        made.append(request)
        folder.mkdir(parents=True)
        (folder / "review.json").write_bytes(msgspec.json.encode(Review(("m",), "2026-11-29", 3, (OVERLOOKED,), {})))
        return folder

    monkeypatch.setattr("cardamage_gui.annotate.review._started", started)
    opened.window.show_page("annotate")
    page.reviewing._begin(reviews.Request(folds=2))
    assert page.reviewing.strip.isVisible()
    at(opened, qtbot, "c")
    assert made == [reviews.Request(folds=2)]
    assert page.reviewing.strip.isHidden()


def test_a_review_that_fails_is_told(opened, qtbot, monkeypatch):
    errors = []
    opened.session.failed.connect(errors.append)

    def refused(*_):
        raise CarDamageError("There is too little to review.")

    monkeypatch.setattr("cardamage_gui.annotate.review._started", refused)
    opened.annotate.reviewing._begin(reviews.Request("m"))
    qtbot.waitUntil(lambda: len(errors) == 1)
    assert opened.annotate.reviewing.strip.isHidden()


def test_the_dialog_asks_for_a_model_or_for_folds(qtbot, qapp):
    from qtpy.QtWidgets import QWidget

    from cardamage_core.models import registry

    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = ReviewDialog(registry.bundled(), 3, parent)
    wanted = []
    dialog.wanted.connect(wanted.append)
    dialog.by_folds.setChecked(True)
    dialog.folds.setValue(3)
    dialog.start.click()
    dialog.by_model.setChecked(True)
    dialog.start.click()
    assert wanted == [reviews.Request(folds=3), reviews.Request(str(registry.bundled()[0].folder))]
    assert not dialog.go_on.isHidden()
