"""Rectangle, ellipse, circle and point, drawn with one drag. No window, no mouse."""

from little_gestures import drag, start

from cardamage_core.annotations.model import Circle, Dot, Ellipse, Rectangle
from cardamage_gui.canvas.tools.shapes import DrawEllipse, DrawRectangle, PlacePoint


def test_a_rectangle_is_drawn_from_any_corner():
    gesture = DrawRectangle(start((50.0, 40.0)))
    gesture.move((10.0, 20.0), 4.0)
    assert gesture.release((10.0, 20.0), 4.0)
    made = gesture.outcome()
    assert made.regions[-1].shape == Rectangle(10.0, 20.0, 40.0, 20.0)
    assert made.selection == (made.regions[-1].id,)


def test_a_rectangle_may_be_clicked_twice_instead_of_dragged():
    gesture = DrawRectangle(start((10.0, 10.0)))
    assert not gesture.release((10.0, 10.0), 4.0)
    assert gesture.press((30.0, 30.0), 4.0)


def test_an_ellipse_fills_the_box_that_was_dragged():
    made = drag(DrawEllipse(start((10.0, 20.0))), (50.0, 40.0))
    assert made.regions[-1].shape == Ellipse(30.0, 30.0, 20.0, 10.0)
    assert made.text == "Draw ellipse"


def test_with_shift_a_circle_is_drawn_from_its_middle():
    made = drag(DrawEllipse(start((10.0, 20.0), shift=True)), (13.0, 24.0))
    assert made.regions[-1].shape == Circle(10.0, 20.0, 5.0)


def test_a_point_lies_where_the_button_goes_up():
    made = drag(PlacePoint(start((5.0, 5.0))), (7.0, 8.0))
    assert made.regions[-1].shape == Dot(7.0, 8.0)
