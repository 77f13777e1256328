"""Brush and eraser. No window, no mouse."""

import math

import pytest
from little_gestures import B, drag, size, start
from little_regions import line, rectangle, with_hole

from cardamage_gui.canvas.tools.brush import Brush, Eraser


def test_a_brush_adds_to_the_selected_region_and_stays_in_the_photo():
    gesture = Brush(start((45.0, 30.0), selection=("a",), photo=(0.0, 0.0, 60.0, 60.0)))
    made = drag(gesture, (50.0, 30.0), (80.0, 30.0))
    # a band of 10 × 10 between the region's edge at 50 and the photo's at 60
    assert size(made.regions[0]) == pytest.approx(1700.0, rel=1e-6)
    assert made.text == "Brush"


def test_a_brush_without_selection_makes_a_region_whose_id_stays_through_the_stroke():
    gesture = Brush(start((70.0, 70.0)))
    first = gesture.preview().regions[0].id
    made = drag(gesture, (80.0, 70.0))
    assert made.selection == (first,)
    assert size(made.regions[-1]) == pytest.approx(10 * 10 + math.pi * 25, rel=0.02)  # as fine as one sees


def test_a_brush_beyond_the_photo_makes_nothing():
    assert drag(Brush(start((70.0, 70.0), photo=(0.0, 0.0, 20.0, 20.0))), (80.0, 70.0)).regions is None


def test_an_eraser_takes_from_what_it_begins_on_and_deletes_what_it_rubs_out():
    made = drag(Eraser(start((30.0, 10.0))), (30.0, 50.0))
    assert size(made.regions[0]) == pytest.approx(1600 - 400, rel=0.01)
    assert len(made.regions[0].shape.rings) == 2
    gone = drag(Eraser(start((30.0, 30.0), selection=("a",), brush=60.0)), (31.0, 30.0))
    assert gone.regions == (B,)
    assert drag(Eraser(start((300.0, 300.0))), (310.0, 300.0)).said


def test_an_eraser_leaves_a_locked_region():
    assert drag(Eraser(start((30.0, 30.0), selection=("a",), locked=("a",))), (30.0, 50.0)).regions is None


def test_lines_have_no_area_to_paint_on_or_cut():
    gesture = Brush(start((70.0, 70.0), regions=(line(), rectangle(), with_hole()), selection=("l",)))
    assert len(drag(gesture, (75.0, 70.0)).regions) == 4
