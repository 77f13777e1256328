"""Does one key or one click lead to what is selected, and to what looks wrong?"""

import msgspec
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication

from cardamage_core.annotations.checks import crossing
from cardamage_core.annotations.model import Polygon, Region

BOW_TIE = Region("bow", Polygon((((20.0, 20.0), (60.0, 60.0), (60.0, 20.0), (20.0, 60.0)),)), "dent")


def is_in_the_middle(page, *point):
    """Of what the box of tools leaves free, where there is room enough."""
    canvas, covered = page.canvas, page.tools.geometry().right()
    covered = covered if canvas.width() >= 5 * covered else 0
    x, y = canvas.viewport.to_screen(point)
    return abs(x - (canvas.width() + covered) / 2) < 1 and abs(y - canvas.height() / 2) < 1


def test_z_frames_what_is_selected_and_without_a_selection_the_photo(page):
    page.canvas.select(("b",))  # (100, 10) to (140, 50)
    fitted = page.canvas.viewport
    QTest.keyClick(page.canvas, Qt.Key_Z)
    assert page.canvas.viewport.scale > 1.5 * fitted.scale
    assert is_in_the_middle(page, 120, 30)
    page.canvas.select(())
    QTest.keyClick(page.canvas, Qt.Key_Z)
    assert page.canvas.viewport == fitted


def test_what_looks_wrong_is_selected_and_shown_large_where_it_is(page, session, qtbot):
    before = session.regions("p1")
    session.edit("p1", before, (*before, BOW_TIE), "Draw")
    qtbot.waitUntil(lambda: len(page._checking.of("p1")) == 1)
    assert "crosses itself" in page.panel._findings.text()
    page.panel._findings.linkActivated.emit("0")
    assert page.canvas.selection == ("bow",)
    assert is_in_the_middle(page, 40, 40)
    page.canvas.select(())
    page.canvas.fit()
    QTest.keyClick(page.canvas, Qt.Key_Z, Qt.ShiftModifier)
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
