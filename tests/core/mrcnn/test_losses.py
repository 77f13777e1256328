"""Do the five losses give the numbers of a calculation by hand?"""

import numpy as np
import pytest
from keras import ops

from cardamage_core.mrcnn import losses

T = ops.convert_to_tensor
LOG2 = float(np.log(2))


def test_rpn_class_loss_leaves_neutral_anchors_out():
    logits = T(np.float32([[[0, 0], [100, 0], [0, np.log(3)]]]))
    match = T(np.int32([[1, 0, 1]]))
    assert float(losses.rpn_class_loss(logits, match)) == pytest.approx((LOG2 + np.log(4 / 3)) / 2, rel=1e-6)


def test_rpn_box_loss_is_quadratic_then_linear_for_objects_only():
    deltas, match = T(np.float32([[[0.5, 0, 0, 3], [9, 9, 9, 9]]])), T(np.int32([[1, -1]]))
    assert float(losses.rpn_box_loss(deltas, T(np.zeros((1, 2, 4), np.float32)), match)) == pytest.approx(
        (0.125 + 2.5) / 4
    )


def test_class_loss_counts_only_slots_in_use():
    logits = T(np.float32([[0, 0], [50, 0]]))
    assert float(losses.class_loss(logits, T(np.int32([1, 1])), T([True, False]))) == pytest.approx(LOG2)


def test_box_loss_looks_at_the_true_class():
    deltas = np.zeros((2, 3, 4), np.float32)
    deltas[0, 2], deltas[0, 1], deltas[1] = 2.0, 99.0, 77.0
    found = losses.box_loss(T(deltas), T(np.zeros((2, 4), np.float32)), T(np.int32([2, 0])))
    assert float(found) == pytest.approx(1.5)


def test_mask_loss_looks_at_the_true_class_of_objects():
    logits = np.zeros((2, 2, 2, 2), np.float32)
    logits[0, :, :, 0], logits[1] = 99.0, 99.0
    found = losses.mask_loss(T(logits), T(np.ones((2, 2, 2), np.float32)), T(np.int32([1, 0])))
    assert float(found) == pytest.approx(LOG2, rel=1e-6)


def test_no_object_costs_nothing_and_is_no_nan():
    nothing = T(np.zeros((1, 2, 4), np.float32))
    assert float(losses.rpn_box_loss(nothing, nothing, T(np.int32([[-1, 0]])))) == 0.0
