"""The canvas does what mouse and keys say. Real events; the photo is 200 × 100 pixels shown at 2×."""

import numpy as np
import pytest
from little_regions import LABELS, square
from qtpy.QtCore import QEvent, QPoint, QPointF, Qt
from qtpy.QtGui import QColor, QMouseEvent, QWheelEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication

from cardamage_core.annotations.model import Origin, Polygon, Region
from cardamage_gui.canvas import Canvas
from cardamage_gui.canvas.viewport import Viewport

A, B = square("a"), square("b", at=(100.0, 0.0), label="scratch")


@pytest.fixture
def canvas(qtbot):
    """Shows squares a and b; what is edited is shown, as a page would do."""
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.resize(432, 332)
    canvas.show()
    qtbot.waitExposed(canvas)
    canvas.show_image(np.full((100, 200, 3), 200, dtype=np.uint8))
    canvas.show_regions((A, B), LABELS)
    canvas.told = []
    canvas.edited.connect(lambda before, after, text: canvas.told.append((before, after, text)))
    canvas.edited.connect(lambda _before, after, _text: canvas.show_regions(after, LABELS))
    assert canvas.viewport == Viewport(2.0, 16, 66)
    return canvas


def screen(x, y):
    """Where a photo point lies on the canvas of the fixture."""
    return QPoint(round(x * 2 + 16), round(y * 2 + 66))


def move(canvas, at, *, buttons=Qt.MouseButton.NoButton):
    """QTest's own mouseMove only moves the system's pointer, which says nothing while a button is held."""
    here = QPointF(at)
    event = QMouseEvent(
        QEvent.Type.MouseMove, here, here, Qt.MouseButton.NoButton, buttons, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(canvas, event)


def click(canvas, x, y, *, button=Qt.MouseButton.LeftButton, modifier=Qt.KeyboardModifier.NoModifier):
    move(canvas, screen(x, y))
    QTest.mouseClick(canvas, button, modifier, screen(x, y))


def drag(canvas, start, *ways, release=True):
    move(canvas, screen(*start))
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, screen(*start))
    for way in ways:
        move(canvas, screen(*way), buttons=Qt.MouseButton.LeftButton)
    if release:
        QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, screen(*ways[-1]))


def ring(canvas, index=0):
    return canvas.shown[index].shape.rings[0]


def test_a_click_selects_and_a_click_on_nothing_clears(canvas):
    click(canvas, 30, 30)
    assert canvas.selection == ("a",)
    click(canvas, 130, 30, modifier=Qt.KeyboardModifier.ShiftModifier)
    assert canvas.selection == ("a", "b")
    click(canvas, 80, 90)
    assert canvas.selection == ()


def test_dragging_a_vertex_is_one_edit_however_many_steps(canvas):
    click(canvas, 30, 30)
    drag(canvas, (10, 10), (12, 14), (15, 20), (5, 5))
    assert len(canvas.told) == 1
    before, _, text = canvas.told[0]
    assert before == (A, B)
    assert text == "Move vertex"
    assert ring(canvas)[0] == (5.0, 5.0)


def test_escape_during_a_drag_leaves_nothing(canvas):
    click(canvas, 30, 30)
    drag(canvas, (10, 10), (40, 40), release=False)
    assert canvas.busy
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, screen(40, 40))
    assert canvas.told == []
    assert canvas.shown == (A, B)


def test_a_click_on_an_edge_inserts_and_a_right_click_deletes(canvas):
    click(canvas, 30, 30)
    click(canvas, 30, 10)
    assert ring(canvas)[1] == (30.0, 10.0)
    click(canvas, 30, 10, button=Qt.MouseButton.RightButton)
    assert ring(canvas) == A.shape.rings[0]
    assert [text for _, _, text in canvas.told] == ["Insert vertex", "Delete vertex"]


def test_del_takes_the_vertex_under_the_pointer_else_the_region(canvas):
    click(canvas, 30, 30)
    move(canvas, screen(50, 50))
    QTest.keyClick(canvas, Qt.Key.Key_Delete)
    assert ring(canvas) == ((10.0, 10.0), (50.0, 10.0), (10.0, 50.0))
    move(canvas, screen(20, 20))
    QTest.keyClick(canvas, Qt.Key.Key_Delete)
    assert canvas.shown == (B,)
    assert canvas.selection == ()


def test_a_selected_region_is_moved_by_its_inside(canvas):
    click(canvas, 30, 30)
    drag(canvas, (30, 30), (40, 30), (50, 40))
    assert ring(canvas)[0] == (30.0, 20.0)


def test_a_region_that_is_not_selected_is_not_moved_by_accident(canvas):
    drag(canvas, (30, 30), (60, 60))
    assert canvas.told == []


def test_a_polygon_is_drawn_by_clicks_and_closed_by_enter(canvas):
    canvas.set_tool("polygon")
    canvas.set_new_label("scratch")
    for point in ((60, 60), (80, 60), (80, 80)):
        click(canvas, *point)
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    made = canvas.shown[-1]
    assert made.shape.rings == (((60.0, 60.0), (80.0, 60.0), (80.0, 80.0)),)
    assert made.label == "scratch"
    assert canvas.selection == (made.id,)


def test_a_polygon_closes_on_its_first_point(canvas):
    canvas.set_tool("polygon")
    for point in ((60, 60), (80, 60), (80, 80), (61, 61)):
        click(canvas, *point)
    assert len(ring(canvas, -1)) == 3


def test_backspace_takes_the_last_point_back_and_escape_the_drawing(canvas):
    canvas.set_tool("polygon")
    for point in ((60, 60), (80, 60), (80, 80), (70, 90)):
        click(canvas, *point)
    QTest.keyClick(canvas, Qt.Key.Key_Backspace)
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    assert ring(canvas, -1)[-1] == (80.0, 80.0)
    click(canvas, 90, 60)
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert not canvas.busy
    assert canvas.tool == "polygon"
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert canvas.tool == "select"
    assert len(canvas.told) == 1


def test_undo_while_drawing_takes_a_point_back(canvas):
    canvas.set_tool("polygon")
    for point in ((60, 60), (80, 60), (80, 80), (70, 90)):
        click(canvas, *point)
    QTest.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    assert ring(canvas, -1)[-1] == (80.0, 80.0)


def test_a_label_chosen_while_drawing_is_the_drawings_label(canvas):
    canvas.set_tool("rectangle")
    canvas.set_new_label("dent")
    drag(canvas, (60, 60), (90, 80), release=False)
    canvas.set_new_label("scratch")
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, screen(90, 80))
    assert canvas.shown[-1].label == "scratch"


def test_a_double_click_closes_a_polygon(canvas):
    canvas.set_tool("polygon")
    for point in ((60, 60), (80, 60), (80, 80)):
        click(canvas, *point)
    QTest.mouseDClick(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, screen(80, 80))
    assert len(ring(canvas, -1)) == 3


def test_a_rectangle_is_drawn_by_a_drag(canvas):
    canvas.set_tool("rectangle")
    drag(canvas, (60, 60), (70, 70), (90, 80))
    shape = canvas.shown[-1].shape
    assert (shape.x, shape.y, shape.width, shape.height) == (60.0, 60.0, 30.0, 20.0)


@pytest.mark.parametrize("modifier", [Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier])
def test_the_wheel_zooms_at_the_cursor(canvas, modifier):
    at = QPointF(116.0, 126.0)
    before = canvas.viewport.to_photo((116.0, 126.0))
    event = QWheelEvent(
        at, at, QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton, modifier, Qt.ScrollPhase.NoScrollPhase, False
    )
    QApplication.sendEvent(canvas, event)
    assert canvas.viewport.scale > 2.2
    assert canvas.viewport.to_photo((116.0, 126.0)) == pytest.approx(before)


def test_the_middle_button_and_space_pan(canvas):
    for button, space in ((Qt.MouseButton.MiddleButton, False), (Qt.MouseButton.LeftButton, True)):
        before = canvas.viewport
        if space:
            QTest.keyPress(canvas, Qt.Key.Key_Space)
        move(canvas, QPoint(100, 100))
        QTest.mousePress(canvas, button, Qt.KeyboardModifier.NoModifier, QPoint(100, 100))
        move(canvas, QPoint(130, 110), buttons=button)
        QTest.mouseRelease(canvas, button, Qt.KeyboardModifier.NoModifier, QPoint(130, 110))
        if space:
            QTest.keyRelease(canvas, Qt.Key.Key_Space)
        assert (canvas.viewport.dx - before.dx, canvas.viewport.dy - before.dy) == (30, 10)
    assert canvas.told == []
    assert canvas.selection == ()


def test_a_fitted_photo_stays_fitted_and_a_zoomed_one_stays_zoomed(canvas, qtbot):
    canvas.resize(832, 632)
    qtbot.waitUntil(lambda: canvas.viewport.scale == 4.0)
    canvas.zoom_to(1.0)
    canvas.resize(432, 332)
    qtbot.waitUntil(lambda: canvas.width() == 432)
    assert canvas.viewport.scale == 1.0
    canvas.fit()
    assert canvas.viewport.scale == 2.0


def test_hints_say_what_a_click_would_do(canvas):
    hints = []
    canvas.hint_changed.connect(hints.append)
    move(canvas, screen(30, 30))
    click(canvas, 30, 30)
    move(canvas, screen(10, 10))
    move(canvas, screen(30, 10))
    assert hints[0].startswith("Click to select")
    assert "Drag the vertex" in hints[-2]
    assert "Click the edge" in hints[-1]


def test_predictions_below_the_score_are_hidden_unless_accepted(canvas):
    unsure = Region("p", A.shape, "dent", origin=Origin("predicted", model="m", score=0.4))
    agreed = Region("q", A.shape, "dent", origin=Origin("predicted", model="m", score=0.4), review="accepted")
    canvas.show_regions((unsure, agreed, B), LABELS)
    canvas.set_visible_above(0.9)
    assert [region.id for region in canvas.shown] == ["q", "b"]
    canvas.set_visible_above(0.3)
    assert [region.id for region in canvas.shown] == ["p", "q", "b"]


def test_what_is_hidden_survives_an_edit(canvas):
    unsure = Region("p", A.shape, "dent", origin=Origin("predicted", model="m", score=0.4))
    canvas.show_regions((unsure, B), LABELS)
    canvas.set_visible_above(0.9)
    click(canvas, 130, 30)
    QTest.keyClick(canvas, Qt.Key.Key_Delete)
    assert canvas.told[-1][1] == (unsure,)


def test_a_canvas_that_may_not_edit_still_selects(canvas):
    canvas.set_editable(False)
    click(canvas, 30, 30)
    drag(canvas, (10, 10), (5, 5))
    QTest.keyClick(canvas, Qt.Key.Key_Delete)
    assert canvas.told == []


def test_showing_the_same_regions_again_keeps_a_drawing(canvas):
    canvas.set_tool("polygon")
    click(canvas, 60, 60)
    canvas.show_regions((A, B), LABELS)
    assert canvas.busy
    canvas.show_regions((A,), LABELS)
    assert canvas.busy
    for x, y in ((90, 60), (90, 90)):
        click(canvas, x, y)
    with_drawing = []
    canvas.edited.connect(lambda _before, after, _text: with_drawing.append(after))
    canvas.close_drawing()
    assert [region.id for region in with_drawing[0][:-1]] == ["a"], "drawn on the regions there are now"


def test_a_dragged_region_is_painted_once_where_it_is_now(canvas):
    def pixel(x, y):
        return QColor(canvas.grab().toImage().pixel(screen(x, y))).name()

    photo = pixel(80, 90)
    click(canvas, 30, 30)
    drag(canvas, (30, 30), (40, 45), (60, 60), release=False)
    assert pixel(20, 20) == photo
    assert pixel(60, 60) != photo
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, screen(60, 60))
    assert pixel(20, 20) == photo
    assert pixel(60, 60) != photo


def test_a_pan_paints_the_same_as_painting_afresh(canvas):
    QTest.mousePress(canvas, Qt.MouseButton.MiddleButton, Qt.KeyboardModifier.NoModifier, QPoint(100, 100))
    move(canvas, QPoint(61, 83), buttons=Qt.MouseButton.MiddleButton)
    QTest.mouseRelease(canvas, Qt.MouseButton.MiddleButton, Qt.KeyboardModifier.NoModifier, QPoint(61, 83))
    move(canvas, QPoint(3, 3))
    shifted = canvas.grab().toImage()
    canvas.set_overlay(False)
    canvas.set_overlay(True)
    assert canvas.grab().toImage() == shifted


def test_a_photo_that_cannot_be_shown_leaves_its_sentence_and_its_regions(canvas):
    canvas.show_image(None, size=(200.0, 100.0), message="car.jpg is missing.")
    assert not canvas.grab().isNull()
    click(canvas, 30, 30)
    assert canvas.selection == ("a",)


def test_shift_adds_what_lies_here_not_the_line_of_what_is_selected(canvas):
    over = Region("over", square("over", at=(20.0, -20.0)).shape, "dent")  # from (30, -10) to (70, 30): over A's corner
    canvas.show_regions((A, over), LABELS)
    click(canvas, 20, 40)
    assert canvas.selection == ("a",)
    click(canvas, 50, 20, modifier=Qt.KeyboardModifier.ShiftModifier)  # on A's right edge, inside the other
    assert canvas.selection == ("a", "over")


def test_shift_parts_a_vertex_from_the_neighbour_that_shares_it(canvas):
    neighbour = square("n", at=(40.0, 0.0))
    canvas.show_regions((A, neighbour), LABELS)
    click(canvas, 20, 40)
    move(canvas, screen(50, 10))
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, screen(50, 10))
    move(canvas, screen(45, 5), buttons=Qt.MouseButton.LeftButton)
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, screen(45, 5))
    assert ring(canvas)[1] == (45.0, 5.0)
    assert canvas.shown[1] == neighbour


def test_what_was_just_drawn_is_corrected_with_the_drawing_tool_still_in_hand(canvas):
    canvas.set_tool("polygon")
    for x, y in ((60, 60), (90, 60), (90, 90)):
        click(canvas, x, y)
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    move(canvas, screen(90, 90))
    assert canvas.cursor().shape() == Qt.CursorShape.PointingHandCursor
    drag(canvas, (90, 90), (85, 95))
    assert [text for _, _, text in canvas.told] == ["Draw polygon", "Move vertex"]
    assert ring(canvas, 2) == ((60.0, 60.0), (90.0, 60.0), (85.0, 95.0))
    assert canvas.tool == "polygon"
    click(canvas, 85, 70)  # not on a vertex: the next one begins
    assert canvas.busy


def test_while_snapping_a_drawing_begins_on_a_vertex_of_what_is_selected(canvas):
    click(canvas, 30, 30)
    canvas.set_tool("polygon")
    canvas.set_snapping(True)
    click(canvas, 50, 50)
    assert canvas.busy
    assert canvas.told == []


def test_brush_and_eraser_show_no_vertices_that_they_cannot_take(canvas):
    click(canvas, 30, 30)
    on_its_rim = screen(10, 10) - QPoint(4, 2)  # 4.5 pixels from the vertex, outside the square
    with_vertices = canvas.grab().toImage().pixelColor(on_its_rim).name()
    canvas.set_tool("brush")
    assert canvas.grab().toImage().pixelColor(on_its_rim).name() != with_vertices


def test_vertices_that_lie_close_are_drawn_small_enough_to_be_told_apart(canvas):
    """With 4 pixels between neighbours the ring of a vertex no longer reaches 4.5 pixels out."""

    def rim(*points):
        canvas.show_regions((Region("d", Polygon((points,)), "dent"),), LABELS)
        canvas.select(("d",))
        return canvas.grab().toImage().pixelColor(screen(*points[0]) - QPoint(4, 2)).name()

    close = [(40.0 + 2 * i, 40.0) for i in range(20)]
    assert rim(close[0], close[-1], (60.0, 80.0)) != rim(*close, (60.0, 80.0))


def test_delete_means_all_of_several_wherever_the_pointer_is(canvas):
    canvas.select(("a", "b"))
    move(canvas, screen(*A.shape.rings[0][0]))  # a corner of one of them
    QTest.keyClick(canvas, Qt.Key.Key_Delete)
    assert canvas.told[-1][1] == ()
