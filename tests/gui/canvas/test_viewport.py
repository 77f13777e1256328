"""Does the photo stay where the hand expects it?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardamage_gui.canvas.viewport import LARGEST_SCALE, Viewport, fitted

places = st.floats(-2000, 2000)


def test_a_point_of_the_photo_lies_where_scale_and_offset_put_it():
    assert Viewport(2.0, 10.0, 20.0).to_screen((3.0, 4.0)) == (16.0, 28.0)
    assert Viewport(2.0, 10.0, 20.0).to_photo((16.0, 28.0)) == (3.0, 4.0)


def test_a_fitted_photo_touches_the_margin_and_lies_in_the_middle():
    view = fitted((200, 100), (432, 332), margin=16)
    assert view == Viewport(2.0, 16, 66)


def test_a_fitted_photo_keeps_clear_of_what_covers_the_left_edge():
    """532 wide, 100 covered: 432 are free, less two margins of 16 are 400, so 200 pixels are doubled."""
    view = fitted((200, 100), (532, 332), margin=16, covered=100)
    assert (view.scale, view.to_screen((0, 0))) == (2.0, (116, 66))


def test_a_narrow_canvas_is_too_small_to_keep_clear():
    assert fitted((200, 100), (499, 332), covered=100) == fitted((200, 100), (499, 332))


@given(places, places, st.floats(0.1, 10))
def test_zooming_keeps_the_point_under_the_cursor(x, y, factor):
    view = Viewport(1.3, 17.0, -40.0)
    before = view.to_photo((x, y))
    after = view.zoomed((x, y), factor, photo=(4000, 3000)).to_photo((x, y))
    assert after == pytest.approx(before, abs=1e-6)


def test_zoom_has_an_end_on_both_sides():
    view = Viewport()
    assert view.zoomed((0, 0), 1e9, photo=(100, 100)).scale == LARGEST_SCALE
    assert view.zoomed((0, 0), 1e-9, photo=(100, 320)).scale == pytest.approx(0.1)


def test_a_panned_photo_cannot_be_lost():
    held = Viewport(1.0, -5000.0, 9000.0).held((400, 400), (800, 600))
    assert held == Viewport(1.0, -300.0, 500.0)
