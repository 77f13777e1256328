"""Gestures on many vertices: sliders that simplify and smooth. Sweeping: see `test_borders.py`."""

from little_gestures import B

from cardamage_core.annotations.model import Polygon, Region
from cardamage_gui.canvas.tools.base import Start
from cardamage_gui.canvas.tools.sweep import Reshape


def test_reshaping_shows_what_is_saved_and_leaves_round_shapes():
    bumpy = Polygon((((10.0, 10.0), (30.0, 10.4), (50.0, 10.0), (50.0, 50.0), (10.0, 50.0)),))
    regions = (Region("a", bumpy, "dent"), B)
    gesture = Reshape(Start((0.0, 0.0), 4.0, regions, ("a",)))
    gesture.set(tolerance=1.0, rounds=0)
    assert gesture.saved() == (5, 4)
    assert gesture.preview().hidden == {"a"}
    assert not gesture.release((0.0, 0.0), 4.0)
    assert gesture.close()
    assert gesture.outcome().text == "Simplify"
    gesture.set(tolerance=0.0, rounds=1)
    assert gesture.saved() == (5, 10)
    assert gesture.outcome().text == "Smooth"
