"""Does the Annotate page carry one edit from the hand to the disk, and back? Real mouse and key events."""

import msgspec
import pytest
from qtpy.QtCore import QEvent, QPoint, QPointF, Qt
from qtpy.QtGui import QMouseEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication

from cardamage_core.project import Project
from cardamage_gui.session import Session


def screen(page, x, y):
    sx, sy = page.canvas.viewport.to_screen((x, y))
    return QPoint(round(sx), round(sy))


def move(page, x, y, *, buttons=Qt.MouseButton.NoButton):
    here = QPointF(screen(page, x, y))
    QApplication.sendEvent(
        page.canvas,
        QMouseEvent(
            QEvent.Type.MouseMove, here, here, Qt.MouseButton.NoButton, buttons, Qt.KeyboardModifier.NoModifier
        ),
    )


def click(page, x, y):
    move(page, x, y)
    QTest.mouseClick(page.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, screen(page, x, y))


def drag(page, start, end):
    move(page, *start)
    QTest.mousePress(page.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, screen(page, *start))
    move(page, *end, buttons=Qt.MouseButton.LeftButton)
    QTest.mouseRelease(page.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, screen(page, *end))


def key(page, *keys):
    for one in keys:
        QTest.keyClick(page.canvas, one)


def region(session, region_id, photo="p1"):
    return next(r for r in session.regions(photo) if r.id == region_id)


def test_the_page_opens_on_the_first_photo_with_its_regions(page):
    assert page.bar.zoom.text().endswith("%")
    assert [r.id for r in page.canvas.shown] == ["a", "b"]
    assert page.panel.regions.rows.rowCount() == 2
    assert page.photos.model.rowCount() == 4
    assert page.photos.chips.button(0).text() == "All 4"


def test_a_dragged_vertex_is_on_disk_at_once_and_undone_after_opening_again(page, session, project_folder):
    click(page, 30, 30)
    drag(page, (10, 10), (20, 15))
    x, y = region(session, "a").shape.rings[0][0]
    assert (round(x), round(y)) == (20, 15)
    session.close()
    again = Session()
    again.open(project_folder)
    assert region(again, "a").shape.rings[0][0] == (x, y)
    again.undo()
    assert region(again, "a").shape.rings[0][0] == (10.0, 10.0)
    again.close()


def test_undo_and_redo_walk_back_and_forth_on_the_canvas(page, session):
    click(page, 30, 30)
    key(page, Qt.Key.Key_Delete)
    assert [r.id for r in page.canvas.shown] == ["b"]
    assert "Delete dent" in page.bar.undo.toolTip()
    page.bar.undo.click()
    assert [r.id for r in page.canvas.shown] == ["a", "b"]
    page.bar.redo.click()
    assert [r.id for r in page.canvas.shown] == ["b"]


def test_a_digit_labels_the_selected_region(page, session):
    click(page, 30, 30)
    key(page, Qt.Key.Key_2)
    assert region(session, "a").label == "scratch"
    assert region(session, "b").label == "dent"
    assert page.panel.fields.label.currentText() == "scratch"


def test_a_digit_that_labels_a_region_holds_for_the_next_drawing(page, session):
    page.canvas.select(["a"])
    key(page, Qt.Key.Key_2)
    page.canvas.select([])
    assert page.drawing.label() == next(label.name for label in session.labels() if label.key == "2")


def test_a_digit_without_selection_is_the_label_of_the_next_drawing(page, session):
    key(page, Qt.Key.Key_9, Qt.Key.Key_R)
    drag(page, (60, 60), (90, 90))
    made = session.regions("p1")[-1]
    assert made.label == "car"
    assert made.origin.kind == "drawn"
    assert page.panel.labels.list.model().row(2).marked


def test_d_and_a_walk_through_the_photos(page, session):
    key(page, Qt.Key.Key_D, Qt.Key.Key_D)
    assert session.current == "p3"
    key(page, Qt.Key.Key_A)
    assert session.current == "p2"
    assert [r.id for r in page.canvas.shown] == ["c"]
    assert page.photos.list.currentIndex().row() == 1


def test_v_p_and_r_take_the_tools_and_the_float_shows_it(page):
    key(page, Qt.Key.Key_P)
    assert page.canvas.tool == "polygon"
    assert page.drawing.tools.buttons["polygon"].isChecked()
    key(page, Qt.Key.Key_V)
    assert page.canvas.tool == "select"
    QTest.mouseClick(page.drawing.tools.buttons["rectangle"], Qt.MouseButton.LeftButton)
    assert page.canvas.tool == "rectangle"


def test_escape_cancels_a_drawing_through_the_pages_key(page, session):
    key(page, Qt.Key.Key_P)
    click(page, 60, 60)
    click(page, 80, 60)
    key(page, Qt.Key.Key_Escape)
    assert not page.canvas.busy
    assert len(session.regions("p1")) == 2


def test_the_list_and_the_canvas_select_each_other(page):
    click(page, 130, 30)
    assert page.panel.regions.selected() == ("b",)
    page.panel.regions.select(())
    page.panel.regions.setCurrentIndex(page.panel.regions.model().index(0))
    assert page.canvas.selection == ("a",)


def test_the_figure_follows_the_edit(page, qtbot):
    qtbot.waitUntil(lambda: page.panel.card.figure() == "16.0 %")  # 2 × 40 × 40 of 200 × 100
    assert page.panel.card.head() == "Damage, of the photo"
    click(page, 30, 30)
    key(page, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: page.panel.card.figure() == "8.0 %")


def test_a_car_outline_changes_the_denominator(page, qtbot):
    click(page, 130, 30)
    key(page, Qt.Key.Key_9)
    qtbot.waitUntil(lambda: "car" in page.panel.card.head())


def test_a_missing_photo_says_so_and_keeps_its_regions(page, session, qtbot):
    with qtbot.waitSignal(page.loader.failed):
        session.select("p4")
    assert "gone.png" in page.canvas.message
    assert [r.id for r in page.canvas.shown] == ["d"]
    assert page.panel.regions.rows.rowCount() == 1


def test_the_next_photo_has_been_decoded_ahead(page, session, qtbot):
    qtbot.waitUntil(lambda: "p2" in page.loader._kept)
    with qtbot.waitSignal(page.loader.loaded):
        session.select("p2")


def test_problems_are_counted_and_the_chip_shows_their_photos(page, qtbot):
    chip = page.photos.chips.button(2)
    qtbot.waitUntil(lambda: chip.text() == "Problems 2")  # one reaches outside, one photo is missing
    QTest.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert [page.photos.model.index(row).data() for row in range(2)] == ["two.png", "gone.png"]


def test_what_looks_wrong_with_the_photo_is_said_beside_it(page, session, qtbot):
    session.select("p2")
    qtbot.waitUntil(lambda: "reaches outside the photo" in page.panel._problems.text())
    session.select("p1")
    assert page.panel._problems.isHidden()


def test_typing_in_the_search_filters_and_is_no_shortcut(page, session):
    page.find_photos()
    QTest.keyClicks(page.photos.search, "d")
    assert session.current == "p1"
    QTest.keyClicks(page.photos.search, "ent")
    assert page.photos.model.rowCount() == 2  # p1 and p4 have dents
    page.photos.search.setText("nothing has this name")
    assert page.photos._stack.currentIndex() == 1


def test_accepting_a_photo_is_an_edit_and_goes_on(page, session):
    page.accept_photo()
    assert session.photo("p1").review == "accepted"
    assert session.current == "p2"
    assert page.photos.chips.button(1).text() == "Unreviewed 3"


@pytest.mark.parametrize("how", ["accept", Qt.Key.Key_F2])
def test_in_a_project_opened_for_reading_only_accepting_is_refused_and_stays(page, session, project_folder, qtbot, how):
    session.close()
    session.open(project_folder, read_only=True)
    with qtbot.waitSignal(session.failed) as told:
        page.accept_photo() if how == "accept" else key(page, how)
    assert told.args[0].title == "project was opened for reading only."
    assert session.current == "p1"
    assert session.photo("p1").review == "unreviewed"


def test_the_review_of_a_region_can_be_chosen(page, session):
    click(page, 30, 30)
    field = page.panel.fields.review
    field.setCurrentIndex(2)
    field.activated.emit(2)
    assert region(session, "a").review == "rejected"


def test_a_new_label_gets_a_key_and_labels_the_selection(page, session):
    click(page, 30, 30)
    field = page.panel.labels.field
    field.setFocus()
    QTest.keyClicks(field, "glass")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert session.labels()[-1].name == "glass"
    assert session.labels()[-1].key == "3"
    assert region(session, "a").label == "glass"
    session.undo()
    assert region(session, "a").label == "dent"
    assert session.labels()[-1].name == "car"


def test_a_key_given_to_a_label_leaves_the_one_that_had_it(page, session):
    scratch = session.labels()[1]
    page.panel.labels.changed.emit("scratch", msgspec.structs.replace(scratch, key="1"))
    assert {label.name: label.key for label in session.labels()} == {"dent": "", "scratch": "1", "car": "9"}


def test_a_project_without_labels_gets_damage_with_the_first_drawing(page, session, tmp_path):
    from cardamage_core.annotations.model import AnnotatedPhoto

    photo = session.photo("p1")
    photo = msgspec.structs.replace(photo, path=str(session.path_of(photo)))
    with Project.create(tmp_path / "bare") as project:
        project.add([AnnotatedPhoto(photo)], (), "Import")
    session.open(tmp_path / "bare")
    page.drawing.take_tool("rectangle")
    drag(page, (60, 60), (90, 90))
    assert [label.name for label in session.labels()] == ["damage"]
    assert [r.label for r in session.regions("p1")] == ["damage"]
    session.undo()
    assert (session.labels(), session.regions("p1")) == ((), ())


def test_a_project_opened_for_reading_only_cannot_be_changed(page, session, project_folder):
    session.close()
    session.open(project_folder, read_only=True)
    key(page, Qt.Key.Key_P)
    assert page.canvas.tool == "select"
    click(page, 30, 30)
    key(page, Qt.Key.Key_Delete)
    assert len(session.regions("p1")) == 2


def test_an_empty_project_shows_one_sentence_and_the_buttons_that_fill_it(page, session, tmp_path):
    session.create(tmp_path / "empty")
    assert page._middle.currentIndex() == 1


def test_every_key_is_given_once(page):
    keys = [key for action in page.offered_actions() for key in action.keys]
    assert len(keys) == len(set(keys))
    assert {"Ctrl+Z", "Ctrl+Y", "Ctrl+1"}.isdisjoint(keys)  # the window's own
