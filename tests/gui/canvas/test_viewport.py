"""The photo stays where the pointer expects it."""

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


def test_the_photo_keeps_clear_of_what_floats_beside_it_on_a_narrow_canvas_too():
    view = fitted((200, 100), (249, 332), covered=100)
    assert view.dx >= 100
    assert view.dx + 200 * view.scale <= 249


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


@pytest.mark.parametrize(("rotation", "right"), [(0, (1, 0)), (1, (0, 1)), (2, (-1, 0)), (3, (0, -1))])
def test_a_quarter_turn_brings_what_was_at_the_right_down(rotation, right):
    assert Viewport(rotation=rotation).to_screen((1.0, 0.0)) == right


@given(places, places, st.floats(0.01, 64), places, places, st.integers(0, 3))
def test_from_photo_to_screen_and_back_is_the_same_point_at_every_turn(x, y, scale, dx, dy, rotation):
    view = Viewport(scale, dx, dy, rotation)
    assert view.to_photo(view.to_screen((x, y))) == pytest.approx((x, y), abs=1e-6 / scale + 1e-6)
    assert view.to_screen(view.to_photo((x, y))) == pytest.approx((x, y), abs=1e-6)


@given(places, places, st.integers(0, 3), st.integers(0, 3))
def test_turning_keeps_the_point_under_the_middle(x, y, before, after):
    view = Viewport(1.3, 17.0, -40.0, before)
    turned = view.rotated(after, (x, y))
    assert turned.rotation == after
    assert turned.to_photo((x, y)) == pytest.approx(view.to_photo((x, y)), abs=1e-6)


@given(st.integers(0, 3), st.floats(1, 9000), st.floats(1, 9000))
def test_a_fitted_photo_lies_within_the_canvas_and_in_its_middle_at_every_turn(rotation, width, height):
    view = fitted((width, height), (532, 332), margin=16, covered=100, rotation=rotation)
    x0, y0, x1, y1 = view.box_on_screen((0.0, 0.0, width, height))
    assert x0 >= 115.5
    assert y0 >= 15.5
    assert ((x0 + x1) / 2, (y0 + y1) / 2) == pytest.approx((316, 166), abs=0.5)
    assert x1 - x0 == pytest.approx(400, abs=1e-6) or y1 - y0 == pytest.approx(300, abs=1e-6) or view.scale == 64


@pytest.mark.parametrize("rotation", range(4))
def test_a_turned_photo_cannot_be_lost_either(rotation):
    held = Viewport(1.0, -5000.0, 9000.0, rotation).held((400, 200), (800, 600))
    x0, y0, x1, y1 = held.box_on_screen((0.0, 0.0, 400.0, 200.0))
    assert x0 == -0.75 * (x1 - x0)
    assert y0 == 600 - 0.25 * (y1 - y0)


def test_a_box_stays_upright_when_turned():
    view = Viewport(2.0, 100.0, 0.0, 1)  # x → down, y → left
    assert view.box_on_screen((1.0, 2.0, 4.0, 3.0)) == (94.0, 2.0, 96.0, 8.0)
    assert view.box_on_photo((94.0, 2.0, 96.0, 8.0)) == (1.0, 2.0, 4.0, 3.0)
