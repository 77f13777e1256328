"""Do the keys that the window shows stay true when they are changed?"""

import pytest
from qtpy.QtWidgets import QLabel, QToolButton


def chips(widget) -> set[str]:
    return {label.text() for label in widget.findChildren(QLabel) if label.property("role") == "key" and label.text()}


def test_a_preset_changes_the_keys_in_tool_box_tool_bar_and_tips(opened, wait):
    page = opened.annotate
    button = page.drawing.tools.buttons["polygon"]
    assert button.toolTip() == "Polygon (P)"

    opened.window.shortcuts.set_preset("labelme")

    wait(lambda: button.toolTip() == "Polygon (Ctrl+N)")
    assert page.bar.fit.toolTip() == "Fit (Ctrl+F)"
    assert button.sizeHint().width() <= button.width()


def test_the_tool_box_grows_with_its_keys_and_the_photo_keeps_clear(opened, wait):
    tools, canvas = opened.annotate.drawing.tools, opened.annotate.canvas
    opened.window.resize(2200, 800)
    wait(lambda: tools.width() > 100)
    before = tools.width()

    opened.window.shortcuts.set_keys("tool_box", ("Ctrl+Alt+Shift+G",))

    wait(lambda: tools.width() > before)
    assert canvas.viewport.to_screen((0, 0))[0] >= tools.geometry().right()


def test_the_tool_box_shrinks_to_icons_in_a_small_window_and_the_photo_keeps_clear(opened, wait):
    tools, canvas = opened.annotate.drawing.tools, opened.annotate.canvas
    opened.window.resize(1100, 700)
    wait(lambda: canvas.pixels is not None and tools.width() < 60)
    assert canvas.viewport.to_screen((0, 0))[0] >= tools.geometry().right()
    assert tools.geometry().bottom() <= canvas.height()
    assert tools.buttons["polygon"].toolTip() == "Polygon (P)"


@pytest.mark.parametrize("size", [(1100, 700), (1440, 900), (2400, 1000)])
def test_the_tool_bar_shows_words_or_icons_never_both_kinds(opened, wait, size):
    bar = opened.annotate.bar
    opened.window.resize(*size)
    wait(lambda: opened.window.width() == size[0])
    styles = {b.toolButtonStyle() for b in bar.findChildren(QToolButton) if b.isVisible() and b is not bar.zoom}
    assert len(styles) == 1


@pytest.mark.parametrize("page", ["train", "inspect"])
def test_a_key_given_by_hand_is_shown_on_a_page_not_yet_looked_at(opened, wait, page):
    action, widget = {
        "train": ("new_training", opened.train._lists.new),
        "inspect": ("inspect_findings", opened.inspect.viewer.toolbar.modes["findings"]),
    }[page]

    opened.window.shortcuts.set_keys(action, ("Ctrl+Alt+X",))

    wait(lambda: widget.toolTip().endswith(" (Ctrl+Alt+X)"))


def test_without_a_key_nothing_is_promised(opened, wait):
    assert "Y" in chips(opened.inspect)

    opened.window.shortcuts.set_keys("inspect_accept", ())

    wait(lambda: "Y" not in chips(opened.inspect))


def test_undo_names_the_edit_and_the_key_in_force(opened, wait):
    session = opened.session
    opened.window.shortcuts.set_keys("undo", ("Alt+Z",))
    wait(lambda: opened.annotate.bar.undo.toolTip().endswith("(Alt+Z)"))

    before = session.regions("a")
    session.edit("a", before, before[:2], "Delete scratch")

    assert opened.annotate.bar.undo.toolTip() == "Undo: Delete scratch (Alt+Z)"


def test_the_tool_bar_opens_brightness(opened):
    opened.annotate.bar.light.click()

    assert opened.annotate.way.panel.isVisible()


@pytest.mark.parametrize("width", [1280, 1440, 1700, 2200])
def test_the_tool_bar_never_cuts_its_buttons(opened, wait, width):
    bar = opened.annotate.bar
    opened.window.resize(width, 800)

    def cut():
        return [b.text() for b in bar.findChildren(QToolButton) if b.isVisible() and b.width() < b.sizeHint().width()]

    wait(lambda: opened.window.width() == width and cut() == [])


def test_history_is_a_tab_in_the_place_of_the_details(opened, wait):
    opened.window.resize(1280, 720)
    before = opened.annotate.canvas.width()
    opened.window.shortcuts.run("panel_history")

    bar, docks = opened.annotate.bar, opened.annotate.docks
    wait(lambda: docks.dock("history").isVisible() and docks.dock("details").visibleRegion().isEmpty())
    assert docks.dock("history").x() > bar.width()
    assert opened.annotate.canvas.width() == before, "no further column"
    assert bar.zoom.mapTo(bar, bar.zoom.rect().topRight()).x() < bar.width()

    opened.window.shortcuts.run("panel_details")
    wait(lambda: not docks.dock("details").visibleRegion().isEmpty())  # from behind the tab to the front
    assert docks.dock("history").visibleRegion().isEmpty()
