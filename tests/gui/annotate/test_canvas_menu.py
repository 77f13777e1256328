import pytest
from qtpy.QtCore import QEvent, QPoint, QPointF, Qt
from qtpy.QtGui import QContextMenuEvent, QMouseEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication

pytestmark = pytest.mark.qt_log_ignore("does not support grabbing the keyboard", extend=True)  # of menus, offscreen


def screen(page, x, y):
    sx, sy = page.canvas.viewport.to_screen((x, y))
    return QPoint(round(sx), round(sy))


def move(page, x, y, *, buttons=Qt.MouseButton.NoButton):
    here = QPointF(screen(page, x, y))
    plain = Qt.KeyboardModifier.NoModifier
    event = QMouseEvent(QEvent.Type.MouseMove, here, here, Qt.MouseButton.NoButton, buttons, plain)
    QApplication.sendEvent(page.canvas, event)


def click(page, x, y):
    move(page, x, y)
    QTest.mouseClick(page.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, screen(page, x, y))


def sweep(page, start, end):
    right, plain = Qt.MouseButton.RightButton, Qt.KeyboardModifier.NoModifier
    move(page, *start)
    QTest.mousePress(page.canvas, right, plain, screen(page, *start))
    move(page, *end, buttons=right)
    QTest.mouseRelease(page.canvas, right, plain, screen(page, *end))


def region(session, region_id):
    return next(r for r in session.regions("p1") if r.id == region_id)


def right_click(page, x, y, qtbot):
    """As on a desktop: press, the context menu's event, release."""
    move(page, x, y)
    at = screen(page, x, y)
    QTest.mousePress(page.canvas, Qt.MouseButton.RightButton, Qt.KeyboardModifier.NoModifier, at)
    asked = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, page.canvas.mapToGlobal(at))
    QApplication.sendEvent(page.canvas, asked)
    QTest.mouseRelease(page.canvas, Qt.MouseButton.RightButton, Qt.KeyboardModifier.NoModifier, at)
    qtbot.wait(20)


@pytest.fixture
def menu(page):
    yield page.menu
    if page.menu.menu is not None:
        page.menu.menu.close()


def texts(menu):
    return [action.text() for action in menu.menu.actions() if action.text()]


def test_a_right_click_on_a_region_means_it_with_a_drawing_tool_in_hand_too(page, menu, qtbot):
    page.canvas.set_tool("polygon")
    right_click(page, 30, 30, qtbot)
    assert page.canvas.selection == ("a",)
    assert {"Label", "Delete"} <= set(texts(menu))


def test_a_right_click_on_a_region_selects_it_and_offers_what_can_be_done(page, session, menu, qtbot):
    right_click(page, 30, 30, qtbot)
    assert page.canvas.selection == ("a",)
    assert menu.menu.isVisible()
    assert {"Label", "Smooth", "Snap to edges", "Delete"} <= set(texts(menu))
    labels = menu.menu.actions()[0].menu()
    assert [one.text() for one in labels.actions() if one.isChecked()] == [region(session, "a").label]
    next(one for one in labels.actions() if one.text() == "scratch").trigger()
    assert region(session, "a").label == "scratch"


def test_a_right_click_beside_regions_is_about_the_photo(page, session, menu, qtbot):
    click(page, 30, 30)
    right_click(page, 190, 95, qtbot)
    assert page.canvas.selection == ()
    assert "Remove photo" in texts(menu)
    assert "Delete" not in texts(menu)


def test_a_right_click_on_a_vertex_deletes_it_and_opens_nothing(page, session, menu, qtbot):
    click(page, 30, 30)
    click(page, 30, 10)  # a fifth vertex
    assert len(region(session, "a").shape.rings[0]) == 5
    right_click(page, 30, 10, qtbot)
    assert len(region(session, "a").shape.rings[0]) == 4
    assert menu.menu is None


def test_a_sweep_opens_nothing(page, menu, qtbot):
    click(page, 30, 30)
    sweep(page, (30, 30), (60, 60))
    qtbot.wait(20)
    assert menu.menu is None


def test_the_menu_key_opens_it_too(page, menu):
    click(page, 30, 30)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(0, 0))
    QApplication.sendEvent(page.canvas, event)
    assert "Duplicate" in texts(menu)


def test_a_photo_is_removed_and_comes_back_with_its_regions(page, session):
    name, here = session.current, session.regions("p1")
    before = [photo.id for photo in session.photos()]
    QTest.keyClick(page.canvas, Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier)
    assert [photo.id for photo in session.photos()] == [one for one in before if one != name]
    assert session.current == before[1]
    session.undo()
    assert session.current == name
    assert session.regions("p1") == here
    assert session.path_of(session.photo(name)).is_file()
