"""Esc gives up every gesture, whatever the tool, and leaves everything as it was. Real mouse and key events."""

import pytest
from little_regions import square
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest
from test_widget import canvas, click, drag, move, screen  # noqa: F401 the fixture and its hands

from cardamage_gui.canvas.tools import TOOLS

A, B = square("a"), square("b", at=(100.0, 0.0), label="scratch")
INSIDE = ((20.0, 20.0), (35.0, 25.0), (30.0, 40.0))  # of A


def leaves_everything(canvas):  # noqa: F811
    """Esc once: no gesture, no edit, the selection of before."""
    assert canvas.busy
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    for button in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
        QTest.mouseRelease(canvas, button, Qt.KeyboardModifier.NoModifier, screen(*INSIDE[-1]))
    assert not canvas.busy
    assert canvas.told == []
    assert canvas.shown == (A, B)
    assert canvas.selection == ("a",)
    assert canvas._state.preview.regions == ()
    return True


@pytest.mark.parametrize("name", [name for name, tool in TOOLS.items() if tool.draws])
def test_of_every_drawing_tool(canvas, name):  # noqa: F811
    click(canvas, 30, 30)
    canvas.set_tool(name)
    drag(canvas, INSIDE[0], INSIDE[1], INSIDE[2], release=False)
    assert leaves_everything(canvas)
    assert canvas.tool == name


@pytest.mark.parametrize("name", ["polygon", "polyline", "lasso", "hole"])
def test_of_drawings_made_of_clicks(canvas, name):  # noqa: F811
    click(canvas, 30, 30)
    canvas.set_tool(name)
    for point in INSIDE:
        click(canvas, *point)
    assert leaves_everything(canvas)


@pytest.mark.parametrize("start", [(10, 10), (30, 10), (30, 30), (80, 80)], ids=["vertex", "edge", "inside", "nothing"])
def test_of_every_drag_with_the_select_tool(canvas, start):  # noqa: F811
    click(canvas, 30, 30)
    drag(canvas, start, INSIDE[1], INSIDE[2], release=False)
    assert leaves_everything(canvas)


def test_of_sweeping(canvas):  # noqa: F811
    click(canvas, 30, 30)
    move(canvas, screen(50, 10))
    QTest.mousePress(canvas, Qt.MouseButton.RightButton, Qt.KeyboardModifier.NoModifier, screen(50, 10))
    move(canvas, screen(50, 50), buttons=Qt.MouseButton.RightButton)
    assert leaves_everything(canvas)
