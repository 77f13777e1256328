"""Everything stays right when only the view is turned. Real events; the photo is 200 × 100 pixels."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from little_regions import LABELS, square
from qtpy.QtCore import QEvent, QPoint, QPointF, Qt
from qtpy.QtGui import QColor, QMouseEvent, QWheelEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication

from cardamage_core.annotations.model import Dot, Region
from cardamage_gui.canvas import Canvas

A, B = square("a"), square("b", at=(100.0, 0.0), label="scratch")
CORNERS = {(20, 10): "#ff0000", (180, 10): "#00ff00", (180, 90): "#0000ff", (20, 90): "#ffffff"}


@pytest.fixture(params=[1, 2, 3])
def canvas(qtbot, request):
    """A photo with four colours, turned; it shows squares a and b."""
    pixels = np.zeros((100, 200, 3), dtype=np.uint8)
    pixels[:50, :100], pixels[:50, 100:] = (255, 0, 0), (0, 255, 0)
    pixels[50:, 100:], pixels[50:, :100] = (0, 0, 255), (255, 255, 255)
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.resize(432, 332)
    canvas.show()
    qtbot.waitExposed(canvas)
    canvas.show_image(pixels)
    canvas.show_regions((A, B), LABELS)
    canvas.edited.connect(lambda _before, after, _text: canvas.show_regions(after, LABELS))
    canvas.rotate_to(request.param)
    return canvas


def screen(canvas, point):
    return QPoint(*map(round, canvas.viewport.to_screen(point)))


def photo(canvas, place):
    return canvas.viewport.to_photo((place.x(), place.y()))


def move(canvas, at, *, buttons=Qt.MouseButton.NoButton):
    here = QPointF(at)
    event = QMouseEvent(
        QEvent.Type.MouseMove, here, here, Qt.MouseButton.NoButton, buttons, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(canvas, event)


def drag(canvas, start, end, *, button=Qt.MouseButton.LeftButton):
    move(canvas, start)
    QTest.mousePress(canvas, button, Qt.KeyboardModifier.NoModifier, start)
    for at in ((start + end) / 2, end):
        move(canvas, at, buttons=button)
    QTest.mouseRelease(canvas, button, Qt.KeyboardModifier.NoModifier, end)


def test_the_photo_is_painted_turned(canvas):
    canvas.set_overlay(False)
    seen = canvas.grab().toImage()
    for point, color in CORNERS.items():
        assert QColor(seen.pixel(screen(canvas, point))).name() == color
    x, y = canvas.viewport.to_screen((20, 10))  # the red quarter is at the right above, right below, left below
    assert (x > 216, y > 166) == {1: (True, False), 2: (True, True), 3: (False, True)}[canvas.viewport.rotation]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(x=st.integers(150, 280), y=st.integers(90, 240))
def test_a_dragged_vertex_lands_where_the_pointer_was(canvas, x, y):
    canvas.show_regions((A, B), LABELS)
    canvas.select(("a",))
    start = screen(canvas, (50.0, 50.0))
    drag(canvas, start, QPoint(x, y))
    was, there = photo(canvas, start), photo(canvas, QPoint(x, y))
    want = (50.0 + there[0] - was[0], 50.0 + there[1] - was[1])
    assert canvas.shown[0].shape.rings[0][2] == pytest.approx(want)
    assert canvas.shown[0].shape.rings[0][:2] == A.shape.rings[0][:2]


def test_a_rectangle_drawn_between_two_corners_has_them(canvas):
    canvas.set_tool("rectangle")
    start, end = screen(canvas, (60.0, 60.0)), screen(canvas, (90.0, 80.0))
    drag(canvas, start, end)
    made, (ax, ay), (bx, by) = canvas.shown[-1].shape, photo(canvas, start), photo(canvas, end)
    assert (made.x, made.y) == pytest.approx((min(ax, bx), min(ay, by)))
    assert (made.width, made.height) == pytest.approx((abs(ax - bx), abs(ay - by)))


def test_a_rubber_band_takes_what_lies_in_it(canvas):
    drag(canvas, screen(canvas, (3.0, 3.0)), screen(canvas, (70.0, 70.0)))
    assert canvas.selection == ("a",)


def test_what_is_held_snaps_to_a_neighbour(canvas):
    canvas.set_snapping(True)
    canvas.select(("a",))
    drag(canvas, screen(canvas, (50.0, 10.0)), screen(canvas, (109.0, 11.0)))
    assert canvas.shown[0].shape.rings[0][1] == (110.0, 10.0)


def test_the_pointer_is_read_in_photo_pixels(canvas):
    told = []
    canvas.pointer_moved.connect(lambda x, y: told.append((x, y)))
    move(canvas, QPoint(200, 150))
    assert told == [pytest.approx(photo(canvas, QPoint(200, 150)))]


def test_the_wheel_zooms_at_the_cursor(canvas):
    at = QPointF(200.0, 150.0)
    before, scale = photo(canvas, at), canvas.viewport.scale
    event = QWheelEvent(
        at,
        at,
        QPoint(),
        QPoint(0, 240),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)
    assert canvas.viewport.scale > 1.3 * scale
    assert photo(canvas, at) == pytest.approx(before)


def test_a_pan_follows_the_hand_and_paints_the_same_as_painting_afresh(canvas):
    canvas.zoom_by(1.37, (201.0, 97.0))
    before = canvas.viewport.to_screen((100.0, 50.0))
    drag(canvas, QPoint(200, 150), QPoint(178, 163), button=Qt.MouseButton.MiddleButton)
    after = canvas.viewport.to_screen((100.0, 50.0))
    assert after == pytest.approx((before[0] - 22, before[1] + 13))
    move(canvas, QPoint(3, 3))
    shifted = canvas.grab().toImage()
    canvas.set_overlay(False)
    canvas.set_overlay(True)
    assert canvas.grab().toImage() == shifted


def test_only_what_changed_is_painted_again_and_nothing_of_it_is_left_out(canvas):
    canvas.zoom_by(2.0)
    canvas.grab()
    canvas.show_regions((square("a", at=(7.0, 11.0)), B, Region("d", Dot(100.0, 60.0), "scratch")), LABELS)
    patched = canvas.grab().toImage()
    canvas.set_overlay(False)
    canvas.set_overlay(True)
    assert canvas.grab().toImage() == patched


def test_turning_back_gives_the_same_place_and_the_same_picture(canvas):
    turned = canvas.viewport
    canvas.rotate_to(0)
    assert canvas.viewport.rotation == 0
    canvas.rotate_to(turned.rotation)
    assert canvas.viewport == turned


def test_a_vertex_under_a_resting_pointer_is_another_one_after_a_turn(canvas):
    canvas.rotate_to(0)
    canvas.select(("a",))
    move(canvas, screen(canvas, (10.0, 10.0)))
    canvas.rotate_to(1)
    QTest.keyClick(canvas, Qt.Key.Key_Delete)  # not the vertex that was there before: the region, as over nothing
    assert [region.id for region in canvas.shown] == ["b"]
