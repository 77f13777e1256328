"""Do damages have the outline of what is drawn?"""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely.geometry import LineString, Polygon

from cardamage_core.demo import damages
from cardamage_core.demo.damages import Damage


@pytest.mark.parametrize("kind", damages.KINDS)
@pytest.mark.parametrize("seed", range(5))
def test_everything_drawn_lies_inside_the_outline(kind, seed):
    damage = damages.make(np.random.default_rng(seed), kind)
    drawn = shapely.union_all([s.buffer(w) for s, w in zip(damage.strokes, damage.widths, strict=True)] or [Polygon()])
    assert damage.outline.is_valid
    assert isinstance(damage.outline, Polygon)
    assert drawn.intersection(damage.outline).area >= 0.98 * drawn.area


def test_a_stroke_marks_what_lies_within_its_half_width():
    stroke = Damage(damages.SCRATCH, Polygon(), (LineString([(0, 0), (1, 0)]),), (0.01,))
    a = np.float32([0.5, 0.5, 0.5, 2.0])
    b = np.float32([0.0, 0.009, 0.02, 0.0])
    assert damages.effect(stroke, a, b, blur=0.001).marked.tolist() == pytest.approx([1, 1, 0, 0], abs=1e-5)


def test_a_hollow_slopes_towards_its_middle_and_is_flat_there_and_outside():
    dent = Damage(damages.DENT, Polygon(), bumps=((0.0, 0.0, 0.2, 0.1, 0.0, 0.05),))
    slope = damages.effect(dent, np.float32([0.0, 0.1, 0.3]), np.float32([0.0, 0.0, 0.0]), blur=0.01).slope
    # depth · (1 − r²)² at a = 0.1, r = 0.5: 4 · 0.05 · (1 − 0.25) · 0.5 / 0.2 = 0.375
    assert slope.tolist() == [pytest.approx([0, 0]), pytest.approx([0.375, 0]), pytest.approx([0, 0])]


def test_scratches_are_light_on_dark_paint():
    made = [damages.make(np.random.default_rng(s), damages.SCRATCH, dark_paint=True) for s in range(8)]
    assert all(damage.bright for damage in made)
