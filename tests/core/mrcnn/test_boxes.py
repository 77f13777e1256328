"""Are boxes measured and moved as worked out by hand?

Do anchors lie where the paper and Matterport put them?
"""

import numpy as np
import pytest
from keras import ops

from cardamage_core.mrcnn import Config, boxes
from cardamage_core.mrcnn.boxes import level_anchors, pyramid_anchors


def tensor(values):
    return ops.convert_to_tensor(np.float32(values))


def test_iou_of_a_half_overlap_is_a_third():
    a, b = np.float32([[0, 0, 2, 2], [5, 5, 6, 6]]), np.float32([[0, 1, 2, 3]])
    np.testing.assert_allclose(np.array(boxes.iou(a, b)), [[1 / 3], [0.0]], rtol=1e-6)


def test_empty_boxes_overlap_nothing():
    assert np.array(boxes.iou(np.zeros((1, 4), np.float32), np.zeros((1, 4), np.float32))) == [[0.0]]


def test_decode_shifts_by_shares_of_the_size_and_scales_by_exponents():
    moved = boxes.decode(tensor([[0, 0, 10, 20]]), tensor([[0.1, -0.5, np.log(2), 0]]))
    np.testing.assert_allclose(np.array(moved), [[-4, -10, 16, 10]], atol=1e-5)


def test_encode_undoes_decode():
    rng = np.random.default_rng(0)
    start = rng.uniform(0, 50, (20, 2))
    old = np.concatenate([start, start + rng.uniform(1, 40, (20, 2))], axis=1).astype(np.float32)
    deltas = rng.normal(0, 0.5, (20, 4)).astype(np.float32)
    again = boxes.encode(tensor(old), boxes.decode(tensor(old), tensor(deltas)))
    np.testing.assert_allclose(np.array(again), deltas, atol=1e-4)


def test_clip_keeps_to_the_window():
    cut = boxes.clip(np.float32([[-1, 0.5, 0.7, 3]]), (0.0, 0.0, 0.6, 1.0))
    np.testing.assert_allclose(np.array(cut), [[0, 0.5, 0.6, 1]])


@pytest.mark.parametrize(("grid", "expected"), [("continuous", [0, 0, 1, 0.5]), ("matterport", [0, 0, 1, 9 / 19])])
def test_the_two_grids(grid, expected):
    pixels = np.float32([0, 0, 10, 10])
    there = boxes.normalise(pixels, (10, 20), grid=grid)
    np.testing.assert_allclose(there, expected, rtol=1e-6)
    np.testing.assert_allclose(boxes.denormalise(there, (10, 20), grid=grid), pixels, rtol=1e-6)


def test_anchors_sit_on_cell_corners_and_keep_their_area():
    found = level_anchors((16, 32), 16, size=8.0, ratios=(1.0, 4.0))
    assert found.tolist() == [[-4, -4, 4, 4], [-2, -8, 2, 8], [-4, 12, 4, 20], [-2, 8, 2, 24]]


def test_levels_follow_from_fine_to_coarse():
    config = Config.preset("light", anchor_sizes=(32, 64, 128, 256), anchor_ratios=(0.5, 1, 2))
    found = pyramid_anchors((64, 128), config)
    assert len(found) == 3 * (8 * 16 + 4 * 8 + 2 * 4 + 1 * 2)
    np.testing.assert_allclose(found[-1], [-64 * 2**0.5, 64 - 128 * 2**0.5, 64 * 2**0.5, 64 + 128 * 2**0.5], rtol=1e-5)
