import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardamage_core.annotations.model import Polygon
from cardamage_core.annotations.shapes import bounds
from cardamage_core.inference.box_outline import SIDE, surroundings
from cardamage_core.inference.client import Predictor
from cardamage_core.models import registry


@settings(deadline=None, max_examples=50)
@given(st.integers(1, 2000), st.integers(1, 2000), st.data())
def test_what_is_shown_holds_the_box_and_leads_back_to_the_photo(width, height, data):
    x0, x1 = sorted(data.draw(st.tuples(st.floats(0, width - 0.01), st.floats(0.01, width))))
    y0, y1 = sorted(data.draw(st.tuples(st.floats(0, height - 0.01), st.floats(0.01, height))))
    near = surroundings(np.zeros((height, width, 3), np.uint8), (x0, y0, x1, y1))
    left, top, right, bottom = near.box((x0, y0, x1, y1))
    assert max(near.pixels.shape[:2]) <= SIDE
    assert left >= 0
    assert top >= 0
    assert right <= near.pixels.shape[1] + 1
    assert bottom <= near.pixels.shape[0] + 1
    back = bounds(near.polygon(Polygon((((left, top), (right, top), (right, bottom)),))))
    assert back == pytest.approx((x0, y0, x1, y1), abs=0.02)


def test_a_box_is_outlined_inside_and_by_the_model_of_the_role(model_folder):
    pixels = np.random.default_rng(0).integers(0, 255, (64, 96, 3), np.uint8)
    with Predictor(model_folder) as predictor:
        found = predictor.outline_in_box(pixels, (20, 10, 60, 50), role="damage")
        assert found is not None
        x0, y0, x1, y1 = bounds(found.shape)
        assert (x0 >= 20, y0 >= 10, x1 <= 60, y1 <= 50) == (True,) * 4
        assert found.origin.model == registry.read(model_folder).card.id
        assert predictor.outline_in_box(pixels, (20, 10, 60, 50), role="car") is None
