"""Does a shape land where the thing it outlines is displayed?"""

import numpy as np
import pytest
from PIL import Image

from cardamage_core import imaging
from cardamage_core.annotations.model import Circle, Dot, Ellipse, Polygon, Polyline, Rectangle
from cardamage_core.annotations.shapes import bounds
from cardamage_core.project.orientation import TURNED, turned


@pytest.mark.parametrize("orientation", TURNED)
def test_a_rectangle_follows_the_pixels_it_outlines(tmp_path, orientation):
    pixels = np.zeros((20, 30, 3), np.uint8)
    pixels[4:10, 3:15] = 255  # y 4…10, x 3…15 as stored
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(pixels).save(tmp_path / "a.png", exif=exif)
    shown = imaging.load(tmp_path / "a.png")
    ys, xs = np.nonzero(shown[:, :, 0])
    shape = turned(Rectangle(3.0, 4.0, 12.0, 6.0), orientation, width=30, height=20)
    assert bounds(shape) == (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1)


@pytest.mark.parametrize("orientation", TURNED)
@pytest.mark.parametrize(
    "shape",
    [
        Polygon((((3.0, 4.0), (15.0, 4.0), (9.0, 10.0)),)),
        Polyline(((3.0, 4.0), (15.0, 10.0))),
        Dot(3.0, 4.0),
        Circle(8.0, 8.0, 3.0),
        Ellipse(12.0, 9.0, 6.0, 2.0, 0.3),
    ],
)
def test_every_shape_lands_where_its_outline_lands(shape, orientation):
    from cardamage_core.annotations.shapes import lines

    outline = lines(shape)
    expected = bounds(turned(Polygon(outline), orientation, width=30, height=20))
    assert bounds(turned(shape, orientation, width=30, height=20)) == pytest.approx(expected, abs=0.02)
