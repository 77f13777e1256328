"""Can panels be closed, opened, moved, floated and put back, and does a new start find them where they were?"""

from collections.abc import Callable

import pytest
from qtpy.QtCore import QPoint, Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication, QMenu, QToolButton

from cardamage_gui.app import Built, build
from cardamage_gui.settings import Settings
from cardamage_gui.widgets.docks import LEFT, OPEN, RIGHT, STRIP

PANELS = [("annotate", "list", 270), ("annotate", "details", 300), ("train", "list", 290), ("inspect", "details", 344)]


@pytest.fixture
def restarted(opened, answers, folder, tmp_path, qtbot) -> Callable[[], Built]:
    """Ends the window and starts it again with the same settings."""
    started = []

    def restart():
        opened.window.close()
        opened.close()
        again = build(QApplication.instance(), settings=Settings(tmp_path / "settings.json"), dialogs=answers)
        started.append(again)
        again.projects.open(folder)
        again.window.resize(1280, 800)  # Qt 6 fits a remembered size to the screen; offscreen's is 800 wide
        again.window.show()
        qtbot.waitExposed(again.window)
        return again

    yield restart
    for one in started:
        one.window.close()
        one.close()


def dock_of(built, page, panel):
    return getattr(built, page).docks.dock(panel)


def title_of(dock):
    return dock.titleBarWidget()


def rest_on(title, qtbot):
    """The pointer comes to rest on the strip above a panel."""
    QTest.mouseMove(title, QPoint(20, 4))
    qtbot.waitUntil(lambda: title.height() == OPEN, timeout=3000)


@pytest.mark.parametrize(("page", "panel", "width"), PANELS)
def test_panels_stand_beside_the_work_as_wide_as_drawn(opened, page, panel, width):
    opened.window.resize(1440, 900)
    opened.window.show_page(page)

    assert dock_of(opened, page, panel).isVisible()
    assert dock_of(opened, page, panel).width() == width


@pytest.mark.parametrize(("key", "panel"), [(Qt.Key.Key_F8, "list"), (Qt.Key.Key_F9, "details")])
def test_a_key_closes_a_panel_of_the_page_shown_and_opens_it_again(opened, qtbot, key, panel):
    opened.window.show_page("inspect")
    qtbot.waitActive(opened.window)

    QTest.keyClick(opened.window, key)
    assert not opened.inspect.docks.is_open(panel)
    assert opened.annotate.docks.is_open(panel)

    QTest.keyClick(opened.window, key)
    assert opened.inspect.docks.is_open(panel)


def test_a_key_for_a_panel_that_a_page_lacks_does_nothing(opened, qtbot):
    opened.window.show_page("train")
    qtbot.waitActive(opened.window)

    QTest.keyClick(opened.window, Qt.Key.Key_F9)

    assert opened.train.docks.is_open("list")


def test_the_view_menu_tells_which_panels_are_open(opened):
    opened.annotate.docks.toggle("details")
    menu = next(menu for menu in opened.window.menus.bar.findChildren(QMenu) if menu.title() == "View")
    menu.aboutToShow.emit()

    checked = {entry.text(): entry.isChecked() for entry in menu.actions() if entry.isCheckable()}

    assert checked == {"List": True, "Details": False, "History": False}


def test_the_title_opens_where_the_pointer_rests_and_goes_with_it(opened, qtbot):
    title = title_of(dock_of(opened, "annotate", "list"))
    assert title.height() == STRIP

    rest_on(title, qtbot)
    QTest.mouseMove(opened.annotate.canvas, QPoint(200, 300))

    qtbot.waitUntil(lambda: title.height() == STRIP, timeout=3000)


def test_the_title_closes_and_floats_its_panel(opened, qtbot):
    dock = dock_of(opened, "annotate", "details")
    rest_on(title_of(dock), qtbot)
    turn, close = title_of(dock).findChildren(QToolButton)

    QTest.mouseClick(turn, Qt.MouseButton.LeftButton)
    assert dock.isFloating()
    QTest.mouseClick(turn, Qt.MouseButton.LeftButton)
    assert not dock.isFloating()
    QTest.mouseClick(close, Qt.MouseButton.LeftButton)
    assert dock.isHidden()


def test_a_floating_panel_goes_and_comes_with_its_page(opened):
    dock = dock_of(opened, "annotate", "list")
    dock.setFloating(True)

    opened.window.show_page("train")
    assert not dock.isVisible()

    opened.window.show_page("annotate")
    assert dock.isVisible()
    assert dock.isFloating()


def test_keys_of_the_page_work_in_a_floating_panel(opened, qtbot):
    dock = dock_of(opened, "annotate", "details")
    dock.setFloating(True)
    dock.activateWindow()
    qtbot.waitUntil(dock.isActiveWindow)
    opened.annotate.panel.labels.setFocus()

    QTest.keyClick(dock, Qt.Key.Key_D)

    assert opened.session.current == "b"


def test_a_new_start_finds_panels_where_they_were(opened, restarted):
    docks = opened.annotate.docks
    docks.addDockWidget(RIGHT, docks.dock("list"))
    docks.resizeDocks([docks.dock("list")], [350], Qt.Orientation.Horizontal)
    opened.window.show_page("inspect")
    opened.inspect.docks.toggle("details")

    again = restarted()

    assert not again.inspect.docks.is_open("details")
    again.window.show_page("annotate")
    assert again.annotate.docks.dockWidgetArea(dock_of(again, "annotate", "list")) == RIGHT
    assert dock_of(again, "annotate", "list").width() == 350


def test_a_panel_that_floats_on_a_page_out_of_view_floats_again_after_a_new_start(opened, restarted):
    dock_of(opened, "annotate", "list").setFloating(True)
    opened.window.show_page("train")

    again = restarted()
    assert not dock_of(again, "annotate", "list").isVisible()
    again.window.show_page("annotate")

    assert dock_of(again, "annotate", "list").isVisible()
    assert dock_of(again, "annotate", "list").isFloating()


def test_a_page_that_was_not_looked_at_keeps_its_arrangement(opened, restarted):
    opened.window.show_page("train")
    opened.train.docks.toggle("list")
    opened.window.show_page("annotate")
    first = restarted()
    first.window.show_page("annotate")
    first.window.close()
    kept = first.settings.get("layouts")

    assert [line for line in kept if line.startswith("train\t")] == [
        line for line in opened.settings.get("layouts") if line.startswith("train\t")
    ]


def test_an_arrangement_that_cannot_be_read_is_the_usual_one(opened, restarted):
    opened.window.close()
    opened.settings.set("layouts", ["annotate\tbm9uc2Vuc2U="])

    again = restarted()

    assert dock_of(again, "annotate", "list").width() == 270


def test_reset_layout_brings_everything_back(opened):
    docks = opened.annotate.docks
    docks.toggle("details")
    docks.dock("list").setFloating(True)
    opened.window.shortcuts.run("panel_history")
    assert docks.dock("history").isVisible()

    opened.window.shortcuts.run("reset_layout")

    for panel, side, width in (("list", LEFT, 270), ("details", RIGHT, 300)):
        dock = docks.dock(panel)
        assert docks.dockWidgetArea(dock) == side
        assert (dock.isVisible(), dock.isFloating(), dock.width()) == (True, False, width)
    assert not docks.dock("history").isVisible()
