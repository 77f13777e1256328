"""Can one see what another annotator or a model says of the photo, how well one agrees, and take its regions over?

The photo shown has squares of 40 × 40 at (10, 10) and (100, 10), both dents.
"""

from pathlib import Path

import msgspec
import pytest
from qtpy.QtCore import QPoint, Qt
from qtpy.QtGui import QColor
from qtpy.QtTest import QTest

from cardamage_core.annotations.model import AnnotatedPhoto, Label, Origin, Photo, Polygon, Region
from cardamage_core.project import Project
from cardamage_gui.annotate.compare_panel import FILE, NONE, PROJECT


def square(region_id, x, y, label="dent"):
    ring = ((x, y), (x + 40, y), (x + 40, y + 40), (x, y + 40))
    return Region(region_id, Polygon((ring,)), label)


@pytest.fixture
def theirs(tmp_path):
    """Another project: of the first photo, under another name, a shifted square and one that only they have."""
    photo = tmp_path / "photos" / "one.png"
    renamed = tmp_path / "renamed.png"
    renamed.write_bytes(photo.read_bytes())
    folder = tmp_path / "Anna"
    with Project.create(folder) as project:
        regions = (square("x", 10.0, 30.0), square("y", 150.0, 50.0, "rust"))
        labels = (Label("dent", "#56b4e9"), Label("rust", "#e69f00"))
        project.add([AnnotatedPhoto(Photo("q", str(renamed), "renamed.png", 200, 100), regions)], labels, "Import")
    return folder


@pytest.fixture
def compared(page, theirs, qtbot):
    """The page, compared with the other project."""
    page.comparing.open()
    page.comparing.read(theirs)
    qtbot.waitUntil(lambda: page.comparing.panel.figure.text() != "")
    return page.comparing.panel


def rows(panel):
    return [panel.list.item(i).text() for i in range(panel.list.count())]


def choose(panel, key):
    panel.source.setCurrentIndex(panel.source.findData(key))
    panel.source.activated.emit(panel.source.currentIndex())


def pixel(canvas, x, y):
    place = QPoint(*map(round, canvas.viewport.to_screen((x, y))))
    return QColor(canvas.grab().toImage().pixel(place)).name()


def test_the_figure_and_the_rows_say_how_well_two_annotators_agree(compared):
    """Ours 3200, theirs 3200, in common 40 × 20 = 800: 800 of 5600. The first two share 800 of 2400."""
    assert compared.figure.text() == "14 % agreement"
    assert rows(compared) == ["rust · only theirs", "dent · only yours", "dent · 33 % alike"]
    assert compared.said.text() == "1 region with a partner, 1 only yours, 1 only theirs"
    assert "both" in compared.figure.toolTip()
    assert compared.source.currentText() == "Anna"


def test_their_outlines_are_seen_but_neither_hit_nor_changed(compared, page, session):
    canvas = page.canvas
    canvas.set_overlay(False)
    canvas.set_overlay(True)
    inside, edge = pixel(canvas, 185, 70), pixel(canvas, 170, 50)
    assert inside == pixel(canvas, 80, 90)  # no fill
    assert edge != inside
    QTest.mouseClick(
        canvas,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
        QPoint(*map(round, canvas.viewport.to_screen((185, 70)))),
    )
    assert canvas.selection == ()
    QTest.keyClick(canvas, Qt.Key.Key_W)
    assert pixel(canvas, 170, 50) == inside
    QTest.keyClick(canvas, Qt.Key.Key_W)
    assert pixel(canvas, 170, 50) == edge
    assert session.project.undo_text == "Import"


def test_a_region_is_taken_over_with_its_label_in_one_step(compared, page, session, qtbot):
    before, labels = session.regions("p1"), session.labels()
    compared.list.setCurrentRow(0)
    compared.take.click()
    new = session.regions("p1")[-1]
    assert (new.shape, new.label) == (square("y", 150.0, 50.0).shape, "rust")
    assert new.id != "y"
    assert "rust" in [label.name for label in session.labels()]
    assert session.project.undo_text == "Take over rust from Anna"
    qtbot.waitUntil(lambda: rows(compared)[-1] == "rust · 100 % alike")
    session.undo()
    assert (session.regions("p1"), session.labels()) == (before, labels)


def test_a_row_selects_ours_and_cannot_take_over_what_they_have_not(compared, page):
    compared.list.setCurrentRow(1)
    assert page.canvas.selection == ("b",)
    assert not compared.take.isEnabled()


def test_the_figure_follows_an_edit(compared, page, session, qtbot):
    before = session.regions("p1")
    session.edit("p1", before, (before[0],), "Delete")
    qtbot.waitUntil(lambda: compared.figure.text() == "20 % agreement")  # 800 of 1600 + 3200 - 800


def test_a_photo_that_the_others_do_not_know_is_said_in_words(compared, page, session, qtbot):
    QTest.keyClick(page.canvas, Qt.Key.Key_D)
    qtbot.waitUntil(lambda: compared.said.text() == "Anna does not know this photo.")
    assert rows(compared) == []
    QTest.keyClick(page.canvas, Qt.Key.Key_A)
    qtbot.waitUntil(lambda: compared.figure.text() == "14 % agreement")


def test_what_cannot_be_read_is_told_in_the_panel(page, answers, tmp_path, qtbot):
    answers.file = tmp_path / "notes.json"
    answers.file.write_text("{")
    page.comparing.open()
    choose(page.comparing.panel, FILE)
    qtbot.waitUntil(lambda: "not JSON" in page.comparing.panel.said.text())
    assert page.comparing.panel.source.currentData() == NONE
    answers.file = None
    choose(page.comparing.panel, FILE)  # nobody chose one
    assert page.comparing.panel.source.currentData() == NONE


def test_a_project_is_chosen_by_its_folder(page, answers, theirs, qtbot):
    answers.place = theirs
    page.comparing.open()
    choose(page.comparing.panel, PROJECT)
    qtbot.waitUntil(lambda: page.comparing.panel.figure.text() == "14 % agreement")
    choose(page.comparing.panel, NONE)
    assert page.comparing.panel.figure.text() == ""


def test_a_models_region_is_taken_over_by_accepting_it(page, session, qtbot):
    before = session.regions("p1")
    origin = Origin("predicted", model="m1", score=0.95)
    seen = msgspec.structs.replace(square("m", 10.0, 30.0), origin=origin)
    session.edit("p1", before, (*before, seen), "Outline damage")
    page.comparing.open()
    choose(page.comparing.panel, "model:m1")
    panel = page.comparing.panel
    qtbot.waitUntil(lambda: rows(panel) == ["dent · only yours", "dent · 33 % alike"])
    assert panel.figure.text() == "20 % agreement"  # 800 of 3200 + 1600 - 800
    panel.list.setCurrentRow(1)
    panel.take.click()
    assert session.regions("p1")[-1].review == "accepted"
    assert len(session.regions("p1")) == 3
    session.undo()
    assert session.regions("p1") == (*before, seen)


def test_another_project_ends_the_comparison(compared, session, project_folder, page):
    session.close()
    session.open(project_folder)
    assert compared.figure.text() == ""
    assert compared.source.currentData() == NONE


def test_a_window_that_only_reads_cannot_take_over(page, session, theirs, project_folder, qtbot):
    session.close()
    session.open(project_folder, read_only=True)
    page.comparing.open()
    page.comparing.read(Path(theirs))
    qtbot.waitUntil(lambda: len(rows(page.comparing.panel)) == 3)
    page.comparing.panel.list.setCurrentRow(0)
    assert not page.comparing.panel.take.isEnabled()
