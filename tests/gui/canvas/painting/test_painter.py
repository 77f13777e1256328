"""Only what has to be is painted again, on coarse and fine screens alike."""

import pytest
from qtpy.QtCore import QRectF, QSize
from qtpy.QtGui import QColor

from cardamage_gui.canvas.painting.painter import Layer
from cardamage_gui.canvas.viewport import Viewport

SIZE = QSize(40, 30)


class Stripes:
    """Paints stripes that move with the viewport, and notes where it was asked to."""

    def __init__(self):
        self.viewport = Viewport()
        self.asked = []

    def __call__(self, painter, rect):
        self.asked.append(rect)
        painter.fillRect(rect, QColor("#000000"))
        for number in range(-20, 20):
            left = number * 8 + self.viewport.dx
            painter.fillRect(QRectF(left, rect.top(), 4, rect.height()) & rect, QColor("#ffffff"))


def painted(layer, stripes, viewport, ratio):
    stripes.viewport, stripes.asked = viewport, []
    return layer.painted(SIZE, ratio, viewport, stripes).toImage()


@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5, 2.0, 3.0])
@pytest.mark.parametrize("step", [4, 3, -7])
def test_a_pan_looks_as_if_painted_afresh_at_every_ratio(qapp, ratio, step):
    layer, stripes = Layer(), Stripes()
    painted(layer, stripes, Viewport(), ratio)
    moved = painted(layer, stripes, Viewport(dx=step), ratio)
    assert moved == painted(Layer(), stripes, Viewport(dx=step), ratio)


@pytest.mark.parametrize("ratio", [1.0, 2.0, 3.0])
def test_a_pan_paints_only_the_strip_that_came_into_view(qapp, ratio):
    layer, stripes = Layer(), Stripes()
    painted(layer, stripes, Viewport(), ratio)
    painted(layer, stripes, Viewport(dx=6.0000000001), ratio)
    assert stripes.asked == [QRectF(-1, -1, 8, 32)]  # 6 pixels, and one around


def test_a_turn_and_a_zoom_paint_everything(qapp):
    layer, stripes = Layer(), Stripes()
    painted(layer, stripes, Viewport(), 1.0)
    for viewport in (Viewport(rotation=1), Viewport(2.0, rotation=1)):
        painted(layer, stripes, viewport, 1.0)
        assert stripes.asked == [QRectF(-1, -1, 42, 32)]
    painted(layer, stripes, viewport, 1.0)
    assert stripes.asked == []
