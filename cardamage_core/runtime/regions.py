"""Proposals from the RPN's outputs, and regions as the heads' RoiAlign wants them: `mrcnn.heads` in numpy."""

import numpy as np

from ..mrcnn import boxes
from ..mrcnn.config import Config

CHUNK = 128  # candidates compared at once with those kept


def propose(scores: np.ndarray, deltas: np.ndarray, anchors: np.ndarray, config: Config) -> np.ndarray:
    """The best distinct anchors, moved: (a,), (a, 4), normalised (a, 4) -> (r, 4), best first, none of them empty."""
    order = best(scores, config.proposals_before_nms)
    moved = boxes.clip(boxes.decode(anchors[order], deltas[order] * np.array(config.rpn_box_std, np.float32)))
    kept = moved[distinct(moved, config.proposals_inference, iou_threshold=config.rpn_nms_threshold)]
    return kept[boxes.area(kept) > 0]


def best(scores: np.ndarray, count: int) -> np.ndarray:
    """Indices of the highest scores (a,), best first, of equal ones the first."""
    if count < len(scores):
        least = np.partition(scores, len(scores) - count)[len(scores) - count]
        candidates = np.flatnonzero(scores >= least)
    else:
        candidates = np.arange(len(scores))
    return candidates[np.argsort(-scores[candidates], kind="stable")][:count]


def distinct(candidates: np.ndarray, limit: int, *, iou_threshold: float) -> np.ndarray:
    """Greedy non-maximum suppression of boxes (n, 4), best first: indices of at most `limit` kept."""
    kept = np.zeros(0, int)
    for start in range(0, len(candidates), CHUNK):
        chunk = candidates[start : start + CHUNK]
        free = ~(boxes.iou(chunk, candidates[kept]) > iou_threshold).any(axis=1)
        chosen = np.flatnonzero(free)
        overlaps = boxes.iou(chunk[chosen], chunk[chosen]) > iou_threshold
        left = np.ones(len(chosen), bool)
        for i in range(len(chosen)):
            if left[i]:
                left[i + 1 :] &= ~overlaps[i, i + 1 :]
        kept = np.concatenate([kept, start + chosen[left]])
        if len(kept) >= limit:
            break
    return kept[:limit]


class Pooling:
    """Regions (m, 4), normalised, sorted by pyramid level for the inputs of a head; `size` samples on a side."""

    def __init__(self, rois: np.ndarray, *, canvas: tuple[int, int], size: int, config: Config) -> None:
        strides = config.anchor_strides[:-1]
        level = boxes.pyramid_level(rois, canvas, strides=strides, unit_size=config.roi_level_size).astype(int)
        self.order = np.argsort(level, kind="stable")
        rois, level = rois[self.order], level[self.order]
        stride = np.array(strides, np.float32)[level][:, None]
        sides = np.array(canvas, np.float32) / stride
        as_recorded = config.box_grid == "matterport"
        ends = rois if as_recorded else boxes.bin_middles(rois, sides, size=size)
        pixels = stride * _around(ends, sides, size=size)
        self.inputs = {f"regions{stride.bit_length() - 1}": pixels[level == i] for i, stride in enumerate(strides)}
        if as_recorded:
            self.inputs["inside"] = _inside(ends, sides, size=size)

    def unsorted(self, values: np.ndarray) -> np.ndarray:
        """A head's output (m, ...), in the order of the regions."""
        back = np.empty_like(values)
        back[self.order] = values
        return back


def _around(ends: np.ndarray, sides: np.ndarray, *, size: int) -> np.ndarray:
    """The boxes in cells (m, 4), x1 y1 x2 y2, in the middles of whose outermost bins the ends of `mrcnn.native` lie.

    ends: (m, 4), as of `pyramid_crop`. sides: (m, 2). RoiAlign then samples where crop_and_resize does.
    """
    top = np.tile(sides - np.float32(1.0), 2)
    first, last = np.split(ends * top + np.float32(0.5), 2, axis=1)
    half = (last - first) / np.float32(2 * (size - 1))
    return np.concatenate([first - half, last + half], axis=1)[:, [1, 0, 3, 2]]


def _inside(ends: np.ndarray, sides: np.ndarray, *, size: int) -> np.ndarray:
    """Which samples lie on the feature map: (m, 1, size, size), 1 or 0.

    That is sharp on the border, so the arithmetic is crop_and_resize's to the last bit.
    """
    top = sides - np.float32(1.0)
    first, step = ends[:, :2] * top, (ends[:, 2:] - ends[:, :2]) * top / np.float32(size - 1)
    at = first[:, None] + step[:, None] * np.arange(size, dtype=np.float32)[:, None]  # (m, size, 2)
    inside = (at >= 0) & (at <= top[:, None])
    return (inside[:, :, None, 0] & inside[:, None, :, 1])[:, None].astype(np.float32)
