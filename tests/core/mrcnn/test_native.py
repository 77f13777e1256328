"""Do the backend's operations and the portable ones agree with each other and with a sum done by hand?"""

import numpy as np
import pytest
from keras import ops

from cardamage_core.mrcnn import native

BOTH_CROPS = [native.pyramid_crop, native.portable_pyramid_crop]
BOTH_NMS = [native.nms, native.portable_nms]


@pytest.mark.parametrize("crop", BOTH_CROPS)
def test_a_crop_interpolates_between_four_cells(crop):
    feature = ops.convert_to_tensor(np.float32([[0, 1], [10, 11]]).reshape(1, 2, 2, 1))
    ends, zero = ops.convert_to_tensor(np.float32([[0, 0, 0.5, 1]])), ops.zeros(1, "int32")
    found = crop([feature], ends, zero, level=zero, size=2)
    np.testing.assert_allclose(np.array(found)[0, :, :, 0], [[0, 1], [5, 6]], atol=1e-6)


@pytest.mark.parametrize("crop", BOTH_CROPS)
def test_points_outside_of_the_cells_read_0(crop):
    ends, zero = ops.convert_to_tensor(np.float32([[-0.5, 0, 1, 1.001]])), ops.zeros(1, "int32")
    found = crop([ops.ones((1, 4, 4, 1))], ends, zero, level=zero, size=2)
    np.testing.assert_allclose(np.array(found)[0, :, :, 0], [[0, 0], [1, 0]])


def test_native_and_portable_crops_are_equal_on_a_pyramid():
    rng = np.random.default_rng(1)
    levels = [ops.convert_to_tensor(rng.normal(size=(2, s, s + 2, 3)).astype(np.float32)) for s in (8, 4, 2)]
    level, photo = rng.integers(0, 3, 30).astype(np.int32), rng.integers(0, 2, 30).astype(np.int32)
    ends = ops.convert_to_tensor(rng.uniform(0, 1, (30, 4)).astype(np.float32))
    level, photo = ops.convert_to_tensor(level), ops.convert_to_tensor(photo)
    one, other = (np.array(crop(levels, ends, photo, level=level, size=5)) for crop in BOTH_CROPS)
    np.testing.assert_allclose(one, other, atol=1e-5)


@pytest.mark.parametrize("nms", BOTH_NMS)
def test_nms_keeps_the_best_of_what_overlaps_and_pads(nms):
    boxes = ops.convert_to_tensor(np.float32([[0, 0, 10, 10], [0, 0, 10, 9], [20, 20, 30, 30]]))
    scores = ops.convert_to_tensor(np.float32([0.8, 0.9, 0.1]))
    assert np.array(nms(boxes, scores, 4, iou_threshold=0.5)).tolist() == [1, 2, -1, -1]


def test_native_and_portable_nms_are_equal():
    rng = np.random.default_rng(2)
    start = rng.uniform(0, 1, (200, 2))
    boxes = np.concatenate([start, start + rng.uniform(0.05, 0.4, (200, 2))], axis=1).astype(np.float32)
    boxes, scores = ops.convert_to_tensor(boxes), ops.convert_to_tensor(rng.random(200).astype(np.float32))
    one, other = (np.array(nms(boxes, scores, 60, iou_threshold=0.4)).tolist() for nms in BOTH_NMS)
    assert one == other


@pytest.mark.skipif(not native.TENSORFLOW, reason="other backends take all slots, since shapes must not follow values")
def test_real_slots_never_come_back_empty():
    assert np.array(native.real_slots(ops.convert_to_tensor([False, True, True]))).tolist() == [1, 2]
    assert np.array(native.real_slots(ops.convert_to_tensor([False, False]))).tolist() == [0]
