"""Are regions drawn where they are?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cardamage_core import imaging
from cardamage_core.annotations.model import Dot, Label, Polygon, Rectangle, Region
from cardamage_core.assessment.pictures import HALO, caption, draw, write_png

LABELS = (Label("dent", "#00FF00"), Label("car", "#FFFFFF", role="car"), Label("hood", "#0000FF", role="part"))
GREY = np.full((60, 80, 3), 100, np.uint8)


def test_the_inside_is_tinted_and_the_outside_untouched():
    picture = draw(GREY, [Region("a", Rectangle(10, 10, 40, 40), "dent")], LABELS)
    assert tuple(picture[30, 30]) == (78, 134, 78)  # 100 + 22 % of the way to 0, 255, 0
    assert tuple(picture[55, 70]) == (100, 100, 100)
    assert tuple(GREY[30, 30]) == (100, 100, 100)


def test_the_line_has_the_labels_colour_and_a_dark_halo():
    row = draw(GREY, [Region("a", Rectangle(10.5, 10.5, 40, 40), "dent")], LABELS)[30]
    assert row[10, 1] > 220
    assert row[10, 0] < 10
    assert row[9].max() < 80


def test_a_hole_stays_clear():
    shape = Polygon((((5, 5), (55, 5), (55, 55), (5, 55)), ((20, 20), (40, 20), (40, 40), (20, 40))))
    picture = draw(GREY, [Region("a", shape, "dent")], LABELS)
    assert tuple(picture[30, 30]) == (100, 100, 100)
    assert tuple(picture[12, 12]) == (78, 134, 78)


def test_the_car_is_a_line_only():
    picture = draw(GREY, [Region("a", Rectangle(10, 10, 40, 40), "car")], LABELS)
    assert tuple(picture[30, 30]) == (100, 100, 100)


def test_a_panel_is_a_faint_line_below_the_damage_on_it():
    dent = Region("a", Rectangle(5, 5, 40, 40), "dent")
    picture = draw(GREY, [dent, Region("b", Rectangle(10, 10, 60, 45), "hood")], LABELS)
    assert tuple(picture[50, 60]) == (100, 100, 100)
    assert 100 < picture[30, 70, 0] < 200
    assert picture[30, 70].max() == picture[30, 70].min()
    assert (picture[5:45, 5:45] == draw(GREY, [dent], LABELS)[5:45, 5:45]).mean() > 0.8


def test_panels_and_cars_have_no_number():
    around = [Region("a", Rectangle(10, 10, 40, 40), label) for label in ("hood", "car")]
    assert (draw(GREY, around, LABELS, numbered=True) == draw(GREY, around, LABELS)).all()


@pytest.mark.parametrize("shape", [Rectangle(-500, -500, 20, 20), Rectangle(70, 50, 500, 500), Dot(5, 5), Polygon(())])
def test_shapes_beyond_the_photo_or_without_area_do_no_harm(shape):
    assert draw(GREY, [Region("a", shape, "unknown")], LABELS, numbered=True).shape == GREY.shape


def test_a_number_stands_inside_its_region():
    picture = draw(GREY, [Region("a", Rectangle(10, 10, 40, 40), "dent")], LABELS, numbered=True)
    assert (picture[25:36, 25:36] == HALO).all(axis=2).any()


def test_a_picture_with_caption_is_written_as_png(tmp_path: Path):
    picture = caption(draw(GREY, [], LABELS), "18.5 % of the car (16.9–20.3)")
    write_png(tmp_path / "out" / "a.png", picture)
    assert (imaging.load(tmp_path / "out" / "a.png") == picture).all()
    assert (picture[60:] != HALO).any()
