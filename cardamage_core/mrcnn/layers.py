"""Proposals from the region proposal network's outputs, and region pooling from the pyramid."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from keras import ops

from . import boxes, native
from .config import Config

Tensor = Any


def propose(scores: Tensor, deltas: Tensor, anchors: np.ndarray, *, limit: int, config: Config) -> Tensor:
    """The best distinct anchors, moved: (b, a), (b, a, 4), normalised (a, 4) -> (b, limit, 4), zeros where fewer."""
    top, order = ops.top_k(scores, min(config.proposals_before_nms, anchors.shape[0]))
    deltas = ops.take_along_axis(deltas, order[..., None], axis=1) * _constant(config.rpn_box_std)
    moved = boxes.clip(boxes.decode(ops.take(_constant(anchors), order, axis=0), deltas))
    return ops.stack([_distinct(moved[i], top[i], limit, config=config) for i in range(moved.shape[0])])


def _distinct(candidates: Tensor, scores: Tensor, limit: int, *, config: Config) -> Tensor:
    kept = native.nms(candidates, scores, limit, iou_threshold=config.rpn_nms_threshold)
    chosen = ops.take(candidates, ops.maximum(kept, 0), axis=0)
    return ops.where(kept[:, None] >= 0, chosen, 0.0)


def roi_align(
    pyramid: Sequence[Tensor], rois: Tensor, photo: Tensor, *, canvas: tuple[int, int], size: int, config: Config
) -> Tensor:  # (m, size, size, channels) float32
    """Cut normalised regions (m, 4) of photos (m,) out of the pyramid, each from the level that suits its size.

    The coarsest level (P6) only makes proposals. Sampling: one point in the middle of each bin; with the matterport
    grid the outermost points lie on the region's border instead (its crop_and_resize). There a region that reaches the
    canvas's border has its last points on the last cell or, by the rounding of its other end, beyond: they read 0.
    """
    levels = list(pyramid[:-1])
    level = choose_level(rois, canvas, strides=config.anchor_strides[:-1], unit_size=config.roi_level_size)
    ends = rois
    if config.box_grid != "matterport":
        sides = np.array([f.shape[1:3] for f in levels], np.float32)
        ends = boxes.bin_middles(rois, ops.take(_constant(sides), level, axis=0), size=size)
    return native.pyramid_crop(levels, ends, photo, level=level, size=size)


def choose_level(
    rois: Tensor, canvas: tuple[int, int], *, strides: Sequence[int], unit_size: float = 224.0
) -> Tensor:  # (m,) int32
    """Index into the levels for normalised regions (m, 4), see `boxes.pyramid_level`."""
    return ops.cast(boxes.pyramid_level(rois, canvas, strides=strides, unit_size=unit_size), "int32")


def _constant(values: Any) -> Tensor:
    return ops.convert_to_tensor(np.asarray(values, np.float32))
