"""Is an outline that is left unfinished ever thrown away?"""

import pytest
from qtpy.QtCore import QEvent, QPoint, QPointF, Qt
from qtpy.QtGui import QMouseEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication

FREE = [(60, 60), (90, 60), (90, 90), (60, 90)]  # no region lies there
CTRL = Qt.KeyboardModifier.ControlModifier


def click(page, at):
    sx, sy = page.canvas.viewport.to_screen(at)
    here, none = QPointF(sx, sy), Qt.MouseButton.NoButton
    move = QMouseEvent(QEvent.Type.MouseMove, here, here, none, none, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(page.canvas, move)
    place = QPoint(round(sx), round(sy))
    QTest.mouseClick(page.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)


def key(page, which, keys=Qt.KeyboardModifier.NoModifier):
    QTest.keyClick(page.canvas, which, keys)


@pytest.fixture
def begun(page):
    """Begins a polygon with so many points."""

    def begin(number):
        page.canvas.setFocus()
        key(page, Qt.Key.Key_P)
        for at in FREE[:number]:
            click(page, at)

    return begin


def path_of(page):
    """The points that are set."""
    gesture = page.canvas._controller._gestures.current
    return [tuple(round(value) for value in point) for point in gesture.points] if gesture else []


@pytest.mark.parametrize("leave", [Qt.Key.Key_V, Qt.Key.Key_R, Qt.Key.Key_P, Qt.Key.Key_D], ids=["V", "R", "P", "D"])
def test_a_polygon_is_completed_when_something_else_is_begun(page, session, begun, leave):
    begun(4)
    key(page, leave)
    assert len(session.regions("p1")) == 3
    assert session.project.undo_text == "Draw polygon"
    session.undo()
    assert len(session.regions("p1")) == 2


def test_the_project_closes_with_the_polygon_in_it(page, session, begun, project_folder):
    begun(4)
    session.close()
    session.open(project_folder)
    assert len(session.regions("p1")) == 3


def test_two_points_wait_on_their_photo_until_it_comes_back(page, session, begun, qtbot):
    begun(2)
    key(page, Qt.Key.Key_D)
    assert session.current == "p2"
    assert not page.canvas.busy
    key(page, Qt.Key.Key_V)
    key(page, Qt.Key.Key_A)
    qtbot.waitUntil(lambda: page.canvas.busy)
    assert page.canvas.tool == "polygon"
    click(page, FREE[2])
    key(page, Qt.Key.Key_Return)
    assert len(session.regions("p1")) == 3
    assert len(session.regions("p2")) == 1


def test_two_points_wait_for_their_tool(page, session, begun):
    begun(2)
    key(page, Qt.Key.Key_V)
    assert (page.canvas.busy, len(session.regions("p1"))) == (False, 2)
    key(page, Qt.Key.Key_P)
    assert path_of(page) == FREE[:2]


def test_a_polygon_may_be_kept_instead_of_completed(page, session, begun):
    page.canvas.set_completing(False)
    begun(4)
    key(page, Qt.Key.Key_V)
    assert len(session.regions("p1")) == 2
    key(page, Qt.Key.Key_P)
    assert path_of(page) == FREE


def test_undo_and_redo_walk_through_the_points(page, session, begun):
    begun(4)
    before = session.project.undo_text
    for _ in range(2):
        key(page, Qt.Key.Key_Z, CTRL)
    assert path_of(page) == FREE[:2]
    key(page, Qt.Key.Key_Y, CTRL)
    assert path_of(page) == FREE[:3]
    key(page, Qt.Key.Key_Z, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert path_of(page) == FREE
    assert session.project.undo_text == before


@pytest.mark.parametrize("give_up", ["escape", "undo"])
def test_what_was_given_up_comes_back_by_redo(page, begun, give_up):
    begun(3)
    if give_up == "escape":
        key(page, Qt.Key.Key_Escape)
    else:
        for _ in range(4):
            key(page, Qt.Key.Key_Z, CTRL)
    assert not page.canvas.busy
    for _ in range(3):
        key(page, Qt.Key.Key_Y, CTRL)
    assert path_of(page) == FREE[:3]


def test_another_edit_meanwhile_leaves_the_drawing_and_is_not_lost(page, session, begun):
    begun(3)
    before = session.regions("p1")
    session.edit("p1", before, before[:1], "Delete b")
    assert path_of(page) == FREE[:3]
    key(page, Qt.Key.Key_Return)
    assert [region.id for region in session.regions("p1")][:-1] == ["a"]


def test_a_click_into_the_lists_leaves_the_drawing(page, begun):
    begun(3)
    labels, regions = page.panel.labels.list, page.panel.regions
    for rows in (labels, regions):
        at = rows.visualRect(rows.model().index(0, 0)).center()
        QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
        assert path_of(page) == FREE[:3]
