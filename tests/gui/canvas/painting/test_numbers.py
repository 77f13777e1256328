"""Numbered discs give way to each other, and what is private is covered."""

import numpy as np
import pytest
from little_regions import square
from qtpy.QtCore import QPoint
from qtpy.QtGui import QImage, QPainter

from cardamage_core.annotations.model import Label
from cardamage_gui import look
from cardamage_gui.canvas import Canvas
from cardamage_gui.canvas.painting.numbers import APART, apart


def test_discs_that_have_room_stay_and_others_move_apart():
    places = np.array([[0.0, 0.0], [3.0, 0.0], [3.0, 0.0], [200.0, 0.0]])
    moved = apart(places)
    distances = np.hypot(*(moved[:, None] - moved[None, :]).transpose(2, 0, 1))
    np.fill_diagonal(distances, np.inf)
    assert distances.min() > APART - 1.0
    assert np.abs(moved[[0, 3]] - places[[0, 3]]).max() < 0.02  # the first stays, and so does who has room
    assert np.abs(moved - places).max() < 3 * APART


@pytest.mark.parametrize("count", [1, 40])
def test_any_number_of_discs_in_one_place_is_told_apart(count):
    moved = apart(np.zeros((count, 2)))
    assert len({(round(x), round(y)) for x, y in moved}) == count


def painted(canvas):
    image = QImage(canvas.size(), QImage.Format.Format_RGB32)
    painter = QPainter(image)
    canvas.render(painter, QPoint())
    painter.end()
    return image


def colours(canvas, box):
    """The colours of the canvas below a box of the photo."""
    image = painted(canvas)
    (x0, y0), (x1, y1) = canvas.viewport.to_screen(box[:2]), canvas.viewport.to_screen(box[2:])
    return {image.pixel(x, y) for x in range(round(x0), round(x1)) for y in range(round(y0), round(y1))}


@pytest.fixture
def canvas(qtbot):
    made = Canvas()
    qtbot.addWidget(made)
    made.resize(400, 400)
    noise = np.random.default_rng(1).integers(0, 256, (60, 60, 3), dtype=np.uint8)
    made.show_image(noise)
    made.zoom_to(4.0)
    return made


def test_what_is_private_is_covered_where_an_adjuster_looks(canvas):
    canvas.show_regions((square(label="face"),), (Label("face", look.LABEL_COLORS[0], role="private"),))
    inside = (14, 14, 46, 46)  # of the square from 10 to 50
    assert len(colours(canvas, inside)) > 500
    canvas.set_inspected()
    assert len(colours(canvas, inside)) <= 64  # 8 × 8 squares


def test_left_of_the_wipe_the_photo_is_bare(canvas):
    before = painted(canvas)
    canvas.show_regions((square(),), (Label("dent", look.LABEL_COLORS[0]),))
    canvas.set_opacity(1.0)
    canvas.set_wipe(200.0)
    after = painted(canvas)
    changed = [x for x in range(400) if any(before.pixel(x, y) != after.pixel(x, y) for y in range(0, 400, 4))]
    assert changed
    assert min(changed) == 200
