"""Are anchors, regions and masks told the truth?"""

import numpy as np
from keras import ops

from cardamage_core.mrcnn import Config
from cardamage_core.mrcnn.batching import ring_edges
from cardamage_core.mrcnn.targets import anchor_targets, mask_targets, match_anchors, roi_targets

T = ops.convert_to_tensor
ANCHORS = np.float32([[0, 0, 10, 10], [0, 0, 10, 5], [0, 0, 10, 2], [50, 50, 60, 60]])


def test_anchors_match_from_0_7_on_and_each_instance_has_its_best():
    true = T(np.float32([[[0, 0, 10, 10], [50, 50, 60, 54], [0, 0, 0, 0]]]))
    match, instance = match_anchors(T(ANCHORS), true, T(np.int32([[1, 1, 0]])))
    assert np.array(match)[0].tolist() == [1, 0, -1, 1]  # IoU 1 · 0.5 · 0.2 · 0.4, but the best for the second
    assert np.array(instance)[0, [0, 3]].tolist() == [0, 1]


def test_no_anchor_in_a_crowd_is_background():
    match, _ = match_anchors(T(ANCHORS), T(np.float32([[[0, 0, 10, 10]]])), T(np.int32([[-1]])))
    assert np.array(match)[0].tolist() == [0, 0, 0, -1]


def test_a_photo_without_regions_gives_background_only():
    match, _ = match_anchors(T(ANCHORS), T(np.zeros((1, 4, 4), np.float32)), T(np.zeros((1, 4), np.int32)))
    assert np.array(match)[0].tolist() == [-1] * 4


def test_anchor_targets_move_the_anchor_onto_its_instance():
    true = T(np.float32([[[0, 0, 20, 10]]]))
    config = Config(rpn_anchors_per_image=4)
    noise = T(np.float32([[0.1, 0.2, 0.3, 0.4]]))
    found = anchor_targets(ANCHORS, true, T(np.int32([[1]])), noise=noise, config=config)
    row = np.array(found.match)[0].tolist().index(1)
    assert np.array(found.index)[0, row] == 0
    np.testing.assert_allclose(np.array(found.deltas)[0, row], [5, 0, np.log(2) / 0.2, 0], atol=1e-5)


def test_regions_are_sampled_fairly_and_the_rest_is_background():
    proposals = np.float32([[[0, 0, 0.5, 0.5], [0, 0, 0.5, 0.4], [0.6, 0.6, 0.9, 0.9], [0.7, 0, 1, 0.3], [0, 0, 0, 0]]])
    true = np.float32([[[0, 0, 0.5, 0.5]]])
    config = Config(rois_per_image=4, roi_positive_share=0.33, proposals_training=5)
    noise = T(np.float32([[0.1, 0.9, 0.3, 0.4, 0.5, 0.2]]))
    candidates = T(np.concatenate([proposals, true], axis=1))
    found = roi_targets(candidates, T(true), T(np.int32([[2]])), noise=noise, config=config)
    assert found.objects == 1
    assert np.array(found.valid)[0].tolist() == [True, True, True, False, False]
    assert np.array(found.classes)[0].tolist() == [2, 0, 0, 0, 0]
    np.testing.assert_allclose(np.array(found.rois)[0, :3], proposals[0, [1, 3, 2]])
    np.testing.assert_allclose(np.array(found.deltas)[0, 0], [0, 1.25, 0, np.log(1.25) / 0.2], atol=1e-5)


def test_a_photo_without_regions_teaches_background():
    proposals = T(np.float32([[[0, 0, 0.5, 0.5], [0.5, 0.5, 1, 1]]]))
    config = Config(rois_per_image=2, proposals_training=2)
    empty = T(np.zeros((1, 4, 4), np.float32)), T(np.zeros((1, 4), np.int32))
    found = roi_targets(proposals, *empty, noise=T(np.full((1, 6), 0.5, np.float32)), config=config)
    assert np.array(found.valid)[0].tolist() == [False, True, True]
    assert not np.array(found.classes).any()


def test_mask_targets_sample_the_outline_by_the_even_odd_rule():
    square = [(0, 0), (4, 0), (4, 4), (0, 4)]
    hole = [(1, 1), (3, 1), (3, 3), (1, 3)]
    edges = T(ring_edges([square, hole])[None])
    rois = T(np.float32([[0, 0, 4, 4]]))
    found = np.array(mask_targets(rois, edges, size=4))[0]
    assert found.tolist() == [[1, 1, 1, 1], [1, 0, 0, 1], [1, 0, 0, 1], [1, 1, 1, 1]]


def test_mask_targets_follow_the_region_and_ignore_empty_slots():
    edges = np.zeros((2, 8, 4), np.float32)
    edges[:, :4] = ring_edges([[(2, 0), (6, 0), (6, 4), (2, 4)]])
    found = np.array(mask_targets(T(np.float32([[0, 0, 4, 4], [0, 3, 8, 11]])), T(edges), size=2))
    assert found.tolist() == [[[0, 1], [0, 1]], [[1, 0], [0, 0]]]
