"""Can one find one's way: review states, the next open photo, filters, light, the facts in the status bar?

Does one key or one click lead to what is selected, and to what looks wrong?
"""

import msgspec
import numpy as np
from qtpy.QtCore import QEvent, QPoint, QPointF, Qt
from qtpy.QtGui import QMouseEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication

from cardamage_core.annotations.model import Photo, Polygon, Region
from cardamage_core.annotations.problems import crossing
from cardamage_gui.annotate.navigation import area_text
from cardamage_gui.annotate.view_adjust import Light, lit, table


def screen(page, x, y):
    sx, sy = page.canvas.viewport.to_screen((x, y))
    return QPoint(round(sx), round(sy))


def names(page):
    return [page.photos.model.index(row).data() for row in range(page.photos.model.rowCount())]


def press(page, key, modifier=Qt.KeyboardModifier.NoModifier):
    QTest.keyClick(page.canvas, key, modifier)


def test_one_key_says_what_a_person_thinks_of_the_photo(page, session):
    states = []
    for key in (Qt.Key.Key_F2, Qt.Key.Key_F3, Qt.Key.Key_F4, Qt.Key.Key_F6):
        press(page, key)
        states.append(session.summary("p1").review)
    assert states == ["accepted", "needs work", "rejected", "unreviewed"]
    assert session.current == "p1"
    session.undo()
    assert session.photo("p1").review == "rejected"


def test_the_next_photo_nobody_reviewed_is_one_key_away(page, session):
    press(page, Qt.Key.Key_D)
    press(page, Qt.Key.Key_F2)
    press(page, Qt.Key.Key_A)
    press(page, Qt.Key.Key_D, Qt.KeyboardModifier.ShiftModifier)
    assert session.current == "p3"


def test_the_list_is_narrowed_by_label_split_and_review_together(page, session):
    page.photos.filter.choose(label="dent")
    assert names(page) == ["one.png", "gone.png"]
    page.photos.filter.choose(review="accepted")
    assert names(page) == []
    press(page, Qt.Key.Key_F2)
    assert names(page) == ["one.png"]
    assert page.photos.filter.text() == "dent · accepted"
    page.photos.filter.clear()
    assert len(names(page)) == 4


def test_photos_without_a_split_can_be_asked_for(page, session):
    page.photos.filter.choose(split="")
    assert len(names(page)) == 4
    page.photos.filter.choose(split="train")
    assert names(page) == []


def test_the_status_bar_tells_zoom_area_and_damage(page, session, facts, qtbot):
    page.canvas.zoom_to(1.5)
    page.canvas.select(("a",))
    assert facts["zoom"] == "150 %"
    assert facts["area"] == "1\u202f600 px² · 8.0 %"  # 40 × 40 of 200 × 100
    page.canvas.select(())
    assert facts["area"] == ""
    qtbot.waitUntil(lambda: facts.get("damage") == "16.0 % of the photo")


def test_an_area_without_a_photos_size_has_no_percentage():
    assert area_text(12.0, Photo("p", "a", "a")) == "12 px²"
    assert area_text(0.0, Photo("p", "a", "a", 10, 10)) == ""


def test_the_figure_follows_while_the_hand_still_drags(page, session, qtbot):
    qtbot.waitUntil(lambda: page.panel.card.figure() == "16.0 %")
    page.canvas.select(("a",))
    move(page, (10, 10))
    QTest.mousePress(page.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, screen(page, 10, 10))
    move(
        page, (50, 50), buttons=Qt.MouseButton.LeftButton
    )  # the corner onto the opposite one: nothing is left of the square

    def follows():
        move(page, (50, 50), buttons=Qt.MouseButton.LeftButton)
        return page.panel.card.figure() == "8.0 %"

    qtbot.waitUntil(follows)
    assert session.project.undo_text == "Import"
    page.drawing.escape()
    qtbot.waitUntil(lambda: page.panel.card.figure() == "16.0 %")


def test_brightness_changes_what_is_seen_and_nothing_else(page, session, qtbot):
    before, place = page.canvas.pixels.copy(), page.canvas.viewport
    page.way.show_light()
    page.way.panel.brightness.setValue(50)
    qtbot.waitUntil(lambda: int(page.canvas.pixels[0, 0, 0]) == 154)  # 90 + 127.5 / 2
    assert page.canvas.viewport == place
    with qtbot.waitSignal(page.loader.loaded):
        session.select("p2")
    qtbot.waitUntil(lambda: int(page.canvas.pixels[0, 0, 0]) == 184)  # 120 + 64: the next photo in the same light
    page.way.panel.reset()
    session.select("p1")
    qtbot.waitUntil(lambda: np.array_equal(page.canvas.pixels, before))
    QTest.keyClick(page.way.panel.brightness, Qt.Key.Key_Escape)
    assert page.way.panel.isHidden()


def test_contrast_turns_around_the_middle_grey():
    assert table(Light())[[0, 128, 255]].tolist() == [0, 128, 255]
    assert table(Light(contrast=0.5))[[64, 127, 128, 192]].tolist() == [0, 126, 128, 256 - 0 - 1]
    assert table(Light(contrast=-1.0))[[0, 255]].tolist() == [96, 159]


def test_clahe_spreads_what_is_nearly_the_same():
    pixels = np.tile(np.arange(100, 132, dtype=np.uint8)[None, :, None], (32, 1, 3))
    even = lit(pixels, Light(local=True))
    assert even.shape == pixels.shape
    assert np.ptp(even) > np.ptp(pixels)
    assert lit(pixels, Light()) is pixels


def move(page, at, *, buttons=Qt.MouseButton.NoButton):
    here = QPointF(screen(page, *at))
    QApplication.sendEvent(
        page.canvas,
        QMouseEvent(
            QEvent.Type.MouseMove, here, here, Qt.MouseButton.NoButton, buttons, Qt.KeyboardModifier.NoModifier
        ),
    )


BOW_TIE = Region("bow", Polygon((((20.0, 20.0), (60.0, 60.0), (60.0, 20.0), (20.0, 60.0)),)), "dent")


def is_in_the_middle(page, *point):
    """Of what the box of tools leaves free, where there is room enough."""
    canvas, covered = page.canvas, page.drawing.tools.geometry().right()
    covered = covered if canvas.width() >= 2.5 * covered else 0
    x, y = canvas.viewport.to_screen(point)
    return abs(x - (canvas.width() + covered) / 2) < 1 and abs(y - canvas.height() / 2) < 1


def test_z_frames_what_is_selected_and_without_a_selection_the_photo(page):
    page.canvas.select(("b",))  # (100, 10) to (140, 50)
    fitted = page.canvas.viewport
    QTest.keyClick(page.canvas, Qt.Key.Key_Z)
    assert page.canvas.viewport.scale > 1.5 * fitted.scale
    assert is_in_the_middle(page, 120, 30)
    page.canvas.select(())
    QTest.keyClick(page.canvas, Qt.Key.Key_Z)
    assert page.canvas.viewport == fitted


def test_what_looks_wrong_is_selected_and_shown_large_where_it_is(page, session, qtbot):
    before = session.regions("p1")
    session.edit("p1", before, (*before, BOW_TIE), "Draw")
    qtbot.waitUntil(lambda: len(page._checking.of("p1")) == 1)
    assert "crosses itself" in page.panel._problems.text()
    page.panel._problems.linkActivated.emit("0")
    assert page.canvas.selection == ("bow",)
    assert is_in_the_middle(page, 40, 40)
    page.canvas.select(())
    page.canvas.fit()
    QTest.keyClick(page.canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ShiftModifier)
    assert page.canvas.selection == ("bow",)


def test_the_place_of_a_crossing_is_named_and_a_square_has_none():
    assert crossing(BOW_TIE) == (40.0, 40.0)
    square = Polygon((((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0)),))
    assert crossing(msgspec.structs.replace(BOW_TIE, shape=square)) is None


def test_another_filter_begins_at_its_top(page):
    page.photos.list.setFixedHeight(100)
    QApplication.processEvents()
    bar = page.photos.list.verticalScrollBar()
    page.way.mark("accepted")
    page.photos.list.scrollToBottom()
    assert bar.value() > 0
    page.photos.show_kind("unreviewed")  # the photo that is shown is not among them
    assert bar.value() == 0
