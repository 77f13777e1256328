"""Do outlines of masks cover the area that the masks cover?"""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest

from cardamage_core import geometry
from cardamage_core.annotations.confidence import band_of
from cardamage_core.annotations.shapes import area, bounds, vertex_count
from cardamage_core.inference.polygons import outline, regions


def covered(rings) -> float:
    return geometry.area_of_rings(rings).area


def distance(side: int) -> np.ndarray:
    """(side, side) distance of each cell's centre from the grid's centre, where the border is at 1."""
    at = (np.arange(side) + 0.5) / side * 2 - 1
    return np.hypot(at[:, None], at[None, :])


def disc(side: int = 28, radius: float = 0.8, soft: float = 0.1) -> np.ndarray:
    return 1 / (1 + np.exp((distance(side) - radius) / soft))


def test_a_full_mask_is_exactly_its_box():
    (ring,) = outline(np.ones((28, 28)), (10.25, 20.5, 30.75, 60))
    assert set(ring) == {(20.5, 10.25), (60, 10.25), (60, 30.75), (20.5, 30.75)}


def test_an_empty_mask_has_no_outline():
    assert outline(np.zeros((28, 28)), (0, 0, 50, 50)) == ()


def test_a_box_without_extent_has_no_outline():
    assert outline(np.ones((28, 28)), (10, 10, 10, 50)) == ()


@pytest.mark.parametrize("side", [40, 200, 1500])
def test_a_disc_has_the_area_of_a_circle(side):
    rings = outline(disc(), (100, 50, 100 + side, 50 + side))
    assert covered(rings) == pytest.approx(math.pi * (0.8 * side / 2) ** 2, rel=0.02)


def test_half_a_mask_ends_where_the_probability_crosses_one_half():
    mask = np.tile(np.linspace(0.5 / 4, 3.5 / 4, 4), (4, 1))  # rises from left to right, 0.5 in the middle
    assert covered(outline(mask, (0, 0, 100, 100))) == pytest.approx(5000, rel=1e-3)


def test_a_hole_stays_open():
    ring = disc(56, 0.8, 0.02) * (1 - disc(56, 0.4, 0.02))
    rings = outline(ring, (0, 0, 200, 200))
    assert len(rings) == 2
    assert covered(rings) == pytest.approx(math.pi * (80**2 - 40**2), rel=0.02)


def test_several_parts_are_kept():
    mask = np.zeros((28, 28))
    mask[4:12, 4:12] = mask[16:24, 16:24] = 1
    rings = outline(mask, (0, 0, 280, 280))
    assert len(rings) == 2
    assert covered(rings) == pytest.approx(2 * 80 * 80, rel=0.02)


def test_crumbs_are_dropped():
    mask = np.zeros((28, 28))
    mask[4:20, 4:20] = 1
    mask[25, 25] = 1  # one cell of a 28 px box: 1 px²
    assert len(outline(mask, (0, 0, 28, 28))) == 1


def test_outlines_stay_inside_the_box():
    x0, y0, x1, y1 = bounds(regions_of(disc(radius=1.3))[0].shape)
    assert (x0, y0) >= (50, 100)
    assert (x1, y1) <= (250, 300)


def test_outlines_have_few_vertices():
    assert vertex_count(regions_of(disc())[0].shape) < 60


def test_the_chequers_of_a_transposed_convolution_leave_no_teeth():
    x, y = np.meshgrid(np.arange(28), np.arange(28))
    chequered = disc(soft=0.4) + 0.15 * np.where((x + y) % 2, 1, -1)  # a broad edge, crossed often
    (region,) = regions_of(chequered)
    assert vertex_count(region.shape) < 60
    assert area(region.shape).area == pytest.approx(math.pi * 80**2, rel=0.03)


def regions_of(*masks: np.ndarray, scores=(0.95,), class_ids=(1,)):
    n = len(masks)
    found = SimpleNamespace(
        boxes=np.array([[100, 50, 300, 250]] * n, np.float32),
        class_ids=np.array(class_ids),
        scores=np.array(scores, np.float32),
        masks=np.stack(masks).astype(np.float32),
    )
    return regions(found, ("dent", "scratch"), model="m1", min_score=0.05)


def test_regions_name_their_class_model_and_score_best_first():
    first, second = regions_of(disc(), disc(), scores=(0.5, 0.75), class_ids=(1, 2))
    assert (first.label, first.origin.kind, first.origin.model, first.origin.score) == (
        "scratch",
        "predicted",
        "m1",
        0.75,
    )
    assert second.label == "dent"
    assert first.review == "unreviewed"


def test_detections_below_the_least_score_or_without_mask_are_left_out():
    assert regions_of(disc(), np.zeros((28, 28)), scores=(0.04, 0.9), class_ids=(1, 1)) == ()


def test_the_band_lies_around_the_outline():
    (region,) = regions_of(disc())
    outer, inner = band_of(region)
    side = 100
    for shape, level in ((outer, 0.3), (region.shape, 0.5), (inner, 0.7)):
        radius = (0.8 - 0.1 * math.log(level / (1 - level))) * side
        assert area(shape).area == pytest.approx(math.pi * radius**2, rel=0.04)  # smoothing makes the edge wider
