"""Can one find one's way: review states, the next open photo, filters, light, the facts in the status bar?"""

import numpy as np
from qtpy.QtCore import QEvent, QPoint, QPointF, Qt
from qtpy.QtGui import QMouseEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication

from cardamage_core.annotations.model import Photo
from cardamage_gui.annotate.light import Light, lit, table
from cardamage_gui.annotate.way import area_text


def screen(page, x, y):
    sx, sy = page.canvas.viewport.to_screen((x, y))
    return QPoint(round(sx), round(sy))


def names(page):
    return [page.photos.model.index(row).data() for row in range(page.photos.model.rowCount())]


def press(page, key, modifier=Qt.NoModifier):
    QTest.keyClick(page.canvas, key, modifier)


def test_one_key_says_what_a_person_thinks_of_the_photo(page, session):
    states = []
    for key in (Qt.Key_F2, Qt.Key_F3, Qt.Key_F4, Qt.Key_F6):
        press(page, key)
        states.append(session.summary("p1").review)
    assert states == ["accepted", "needs work", "rejected", "unreviewed"]
    assert session.current == "p1"
    session.undo()
    assert session.photo("p1").review == "rejected"


def test_the_next_photo_nobody_reviewed_is_one_key_away(page, session):
    press(page, Qt.Key_D)
    press(page, Qt.Key_F2)
    press(page, Qt.Key_A)
    press(page, Qt.Key_D, Qt.ShiftModifier)
    assert session.current == "p3"


def test_the_list_is_narrowed_by_label_split_and_review_together(page, session):
    page.photos.filter.choose(label="dent")
    assert names(page) == ["one.png", "gone.png"]
    page.photos.filter.choose(review="accepted")
    assert names(page) == []
    press(page, Qt.Key_F2)
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
    QTest.mousePress(page.canvas, Qt.LeftButton, Qt.NoModifier, screen(page, 10, 10))
    move(page, (50, 50), buttons=Qt.LeftButton)  # the corner onto the opposite one: nothing is left of the square

    def follows():
        move(page, (50, 50), buttons=Qt.LeftButton)
        return page.panel.card.figure() == "8.0 %"

    qtbot.waitUntil(follows)
    assert session.project.undo_text == "Import"
    page.escape()
    qtbot.waitUntil(lambda: page.panel.card.figure() == "16.0 %")


def test_brightness_changes_what_is_seen_and_nothing_else(page, session, qtbot):
    before, place = page.canvas.pixels.copy(), page.canvas.viewport
    page.way.show_light()
    page.way.panel.brightness.setValue(50)
    qtbot.waitUntil(lambda: int(page.canvas.pixels[0, 0, 0]) == 154)  # 90 + 127.5 / 2
    assert page.canvas.viewport == place
    with qtbot.waitSignal(page._loader.loaded):
        session.select("p2")
    qtbot.waitUntil(lambda: int(page.canvas.pixels[0, 0, 0]) == 184)  # 120 + 64: the next photo in the same light
    page.way.panel.reset()
    session.select("p1")
    qtbot.waitUntil(lambda: np.array_equal(page.canvas.pixels, before))
    QTest.keyClick(page.way.panel.brightness, Qt.Key_Escape)
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


def move(page, at, *, buttons=Qt.NoButton):
    here = QPointF(screen(page, *at))
    QApplication.sendEvent(page.canvas, QMouseEvent(QEvent.MouseMove, here, here, Qt.NoButton, buttons, Qt.NoModifier))
