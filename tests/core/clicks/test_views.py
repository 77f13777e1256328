"""Views of photos, and clicks and masks painted on them."""

import numpy as np
import pytest

from cardamage_core.clicks import views
from cardamage_core.clicks.views import GRID, SIDE, View


def test_the_view_of_a_whole_photo_is_square_and_centred():
    assert views.whole(400, 300) == View(0.0, -50.0, 400.0)


def test_what_lies_outside_the_photo_is_grey():
    photo = np.full((300, 400, 3), 250, np.uint8)
    shown = views.whole(400, 300).pixels(photo)
    assert shown.shape == (SIDE, SIDE, 3)
    assert (shown[0] == views.GREY).all()
    assert (shown[SIDE // 2] == 250).all()
    assert (View(1000.0, 0.0, 50.0).pixels(photo) == views.GREY).all()


def test_a_point_of_the_photo_is_shown_where_its_cell_says():
    photo = np.zeros((600, 800, 3), np.uint8)
    photo[200:208, 304:312] = 255
    view = View(100.0, 100.0, 512.0)
    shown = view.pixels(photo)
    column, row = view.cells((308.0, 204.0))
    assert (column, row) == (26.0, 13.0)
    assert shown[round(row * 4), round(column * 4)].min() > 200


def test_a_view_around_a_box_shows_its_surroundings_and_is_never_tiny():
    view = views.around((10.0, 20.0, 110.0, 60.0))
    assert view == View(-10.0, -30.0, 140.0)
    assert views.around((5.0, 5.0, 6.0, 6.0)).side == views.LEAST


def test_a_guide_has_a_disk_for_each_click_and_the_previous_mask():
    before = np.full((GRID, GRID), 0.25, np.float32)
    guide = views.guide([(10.5, 20.5, True), (40.5, 50.5, False)], before)
    assert guide.shape == (GRID, GRID, 3)
    assert guide[20, 10].tolist() == pytest.approx([1.0, 0.0, 0.25])
    assert guide[50, 40].tolist() == pytest.approx([0.0, 1.0, 0.25])
    assert guide[..., 0].sum() == pytest.approx(np.pi * views.RADIUS**2, rel=0.25)
