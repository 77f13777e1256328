"""Proposals and the heads' regions follow as worked out by hand, and as a plain loop has them."""

from __future__ import annotations

import numpy as np

from cardamage_core.mrcnn import Config, boxes
from cardamage_core.runtime.regions import CHUNK, Pooling, best, distinct


def test_the_best_come_first_and_of_equal_ones_the_first():
    scores = np.float32([0.5, 0.9, 0.5, 0.1, 0.5, 0.9])
    assert best(scores, 4).tolist() == [1, 5, 0, 2]
    assert best(scores, 99).tolist() == [1, 5, 0, 2, 4, 3]


def test_distinct_boxes_are_those_of_a_plain_loop_whatever_the_chunk():
    rng = np.random.default_rng(0)
    start = rng.uniform(0, 0.7, (3 * CHUNK + 7, 2))
    candidates = np.concatenate([start, start + rng.uniform(0.05, 0.3, start.shape)], axis=1).astype(np.float32)
    kept: list[int] = []
    for i, box in enumerate(candidates):
        if not kept or boxes.iou(box[None], candidates[kept]).max() <= 0.3:
            kept.append(i)
    assert len(kept) > 20
    assert distinct(candidates, 999, iou_threshold=0.3).tolist() == kept
    assert distinct(candidates, 5, iou_threshold=0.3).tolist() == kept[:5]


def test_regions_go_to_the_level_of_their_size_and_outputs_come_back_in_order():
    sides = np.float32([448, 56, 224, 112]) / 512
    rois = np.stack([sides * 0, sides * 0, sides, sides], axis=1)
    pooling = Pooling(rois, canvas=(512, 512), size=7, config=Config())
    counts = {name: len(regions) for name, regions in pooling.inputs.items()}
    assert counts == {"regions3": 2, "regions4": 1, "regions5": 1}
    np.testing.assert_allclose(pooling.inputs["regions4"], [[0, 0, 224, 224]], atol=1e-3)
    sorted_sides = np.concatenate([pooling.inputs[name][:, 2] for name in sorted(pooling.inputs)])
    np.testing.assert_allclose(pooling.unsorted(sorted_sides), sides * 512, atol=1e-3)


def test_samples_beyond_the_middles_of_the_borders_cells_are_moved_in():
    """An 8-pixel region in the corner: its last bin's middle lies 0.57 pixels from the border, a cell's middle 4."""
    rois = np.float32([[504, 504, 512, 512]]) / 512
    x1, _, x2, _ = Pooling(rois, canvas=(512, 512), size=7, config=Config()).inputs["regions3"][0]
    step = (x2 - x1) / 7
    np.testing.assert_allclose(x2 - step / 2, 508, atol=1e-2)
    np.testing.assert_allclose(x1 + step / 2, 504 + 8 / 14, atol=1e-2)
