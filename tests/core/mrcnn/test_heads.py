"""Are proposals picked and regions cut out as worked out by hand?"""

import numpy as np
from keras import ops

from cardamage_core.mrcnn import Config
from cardamage_core.mrcnn.heads import choose_level, propose, roi_align


def test_a_region_of_224_pixels_belongs_to_stride_16():
    sides = np.float32([20, 56, 112, 224, 448]) / 512
    rois = ops.convert_to_tensor(np.stack([sides * 0, sides * 0, sides, sides], axis=1))
    assert np.array(choose_level(rois, (512, 512), strides=(4, 8, 16, 32))).tolist() == [0, 0, 1, 2, 3]
    assert np.array(choose_level(rois, (512, 512), strides=(8, 16, 32))).tolist() == [0, 0, 0, 1, 2]


def test_roi_align_samples_the_middle_of_each_bin():
    ramp = np.tile(np.arange(32, dtype=np.float32) + 0.5, (32, 1)).reshape(1, 32, 32, 1)  # cell i holds its middle's x
    pyramid = [ops.convert_to_tensor(ramp), None]
    config = Config(anchor_strides=(8, 16, 32, 64))
    pyramid = [pyramid[0], ops.convert_to_tensor(ramp[:, ::2, ::2]), ops.convert_to_tensor(ramp[:, ::4, ::4]), None]
    rois = ops.convert_to_tensor(np.float32([[64, 32, 128, 96]]) / 256)  # 64 pixels: finest level, 8 × 8 cells from 4
    found = roi_align(pyramid, rois, ops.zeros(1, "int32"), canvas=(256, 256), size=4, config=config)
    np.testing.assert_allclose(np.array(found)[0, 0, :, 0], [5, 7, 9, 11], atol=1e-5)


def test_regions_on_the_border_never_read_beyond_it():
    """In float32 a last point meant for the last cell falls beyond for one region in a thousand, and would read 0."""
    starts = np.random.default_rng(0).uniform(0.8, 0.98, 4000).astype(np.float32)
    ones = np.ones_like(starts)
    rois = ops.convert_to_tensor(np.stack([starts, starts, ones, ones], axis=1))
    pyramid = [ops.ones((1, side, side, 1)) for side in (64, 32, 16)] + [None]
    config = Config(anchor_strides=(8, 16, 32, 64))
    found = roi_align(pyramid, rois, ops.zeros(4000, "int32"), canvas=(512, 512), size=14, config=config)
    assert np.array(found).min() > 0.999


def test_proposals_are_the_best_distinct_anchors_moved_and_clipped():
    anchors = np.float32([[0, 0, 0.5, 0.5], [0, 0, 0.5, 0.49], [0.5, 0.5, 1, 1], [0.8, 0.8, 1, 1]])
    scores = ops.convert_to_tensor(np.float32([[0.7, 0.9, 0.8, 0.1]]))
    deltas = np.zeros((1, 4, 4), np.float32)
    deltas[0, 2, :2] = 1.0  # times 0.1 times the side 0.5 = 0.05 down and right, then clipped
    found = propose(scores, ops.convert_to_tensor(deltas), anchors, limit=4, config=Config())
    expected = [[0, 0, 0.5, 0.49], [0.55, 0.55, 1, 1], [0.8, 0.8, 1, 1], [0, 0, 0, 0]]
    np.testing.assert_allclose(np.array(found)[0], expected, atol=1e-6)
