"""Polygon and line, drawn point by point. No window, no mouse."""

from little_gestures import A, B, start

from cardamage_core.annotations.model import Polygon, Polyline
from cardamage_gui.canvas.tools.polygon import DrawPolygon, DrawPolyline


def test_a_polygon_grows_by_clicks_and_closes_on_its_first_point():
    gesture = DrawPolygon(start((0.0, 0.0)))
    for point in ((20.0, 0.0), (20.0, 20.0)):
        assert not gesture.press(point, 4.0)
        assert not gesture.release(point, 4.0)
    assert gesture.press((1.0, 1.0), 4.0)
    made = gesture.outcome().regions[-1]
    assert made.shape == Polygon((((0.0, 0.0), (20.0, 0.0), (20.0, 20.0)),))
    assert made.label == "dent"
    assert gesture.outcome().regions[:2] == (A, B)


def test_two_points_are_no_polygon():
    gesture = DrawPolygon(start((0.0, 0.0)))
    gesture.press((20.0, 0.0), 4.0)
    assert not gesture.close()
    gesture.press((20.0, 9.0), 4.0)
    assert gesture.close()


def test_backspace_takes_points_back_until_none_is_left():
    gesture = DrawPolygon(start((0.0, 0.0)))
    gesture.press((20.0, 0.0), 4.0)
    assert gesture.back()
    assert gesture.points == [(0.0, 0.0)]
    assert not gesture.back()


def test_a_line_needs_two_points_and_never_closes():
    gesture = DrawPolyline(start((0.0, 0.0)))
    assert not gesture.close()
    gesture.press((20.0, 0.0), 4.0)
    gesture.press((20.0, 20.0), 4.0)
    assert not gesture.press((0.0, 0.0), 4.0)
    assert gesture.close()
    assert gesture.outcome().regions[-1].shape == Polyline(((0.0, 0.0), (20.0, 0.0), (20.0, 20.0), (0.0, 0.0)))
