"""Training targets for anchors, for regions and for their masks."""

from typing import Any, NamedTuple

import numpy as np
from keras import ops

from . import boxes, native
from .config import Config

Tensor = Any
CROWD_OVERLAP = 0.001  # more overlap than this with an instance of negative class: neither object nor background


class AnchorTargets(NamedTuple):
    """k sampled anchors of each photo."""

    index: Tensor  # (b, k) int32, into the anchors
    match: Tensor  # (b, k) int32: 1 object, -1 background, 0 does not count
    deltas: Tensor  # (b, k, 4), divided by rpn_box_std; only meaningful where match is 1


class RoiTargets(NamedTuple):
    """s sampled regions of each photo; the first ones are the objects."""

    rois: Tensor  # (b, s, 4) normalised
    valid: Tensor  # (b, s) bool, False: an empty slot
    classes: Tensor  # (b, s) int32, 0 for background and empty slots
    deltas: Tensor  # (b, s, 4), divided by box_std
    instance: Tensor  # (b, s) int32, which true instance it belongs to
    objects: int  # slots from here on are never objects


def match_anchors(
    anchors: Tensor, true_boxes: Tensor, true_classes: Tensor, *, positive_iou: float = 0.7
) -> tuple[Tensor, Tensor]:
    """Which anchors see an object: (a, 4) and (b, n, 4) pixels, (b, n) -> match (b, a) 1 / -1 / 0, instance (b, a).

    Background: IoU below 0.3 with all. Object: from positive_iou on, and the best anchor of each instance whatever its
    IoU. Class 0 is an empty slot; a negative class marks a crowd, where no anchor is taken for background.
    """
    # Exactly, since many anchors tie for the best.
    anchors, true_boxes = ops.cast(anchors, native.EXACT), ops.cast(true_boxes, native.EXACT)
    overlap = boxes.iou(ops.expand_dims(anchors, 0), true_boxes)  # (b, a, n)
    real, crowd = (true_classes > 0)[:, None, :], (true_classes < 0)[:, None, :]
    in_crowd = ops.any(ops.where(crowd, overlap, 0.0) > CROWD_OVERLAP, axis=-1)
    overlap = ops.where(real, overlap, 0.0)
    best, instance = ops.max(overlap, axis=-1), ops.argmax(overlap, axis=-1)
    match = ops.where((best < 0.3) & ~in_crowd, -1, 0)
    first_best = ops.argmax(overlap, axis=1, keepdims=True)  # (b, 1, n)
    is_best = ops.arange(anchors.shape[0], dtype=first_best.dtype)[None, :, None] == first_best
    match = ops.where(ops.any(is_best & real & (overlap > 0), axis=-1) | (best >= positive_iou), 1, match)
    return match, ops.cast(instance, "int32")


def anchor_targets(
    anchors: np.ndarray, true_boxes: Tensor, true_classes: Tensor, *, noise: Tensor, config: Config
) -> AnchorTargets:
    """Sample rpn_anchors_per_image anchors, at most half of them objects. Boxes in pixels; noise (b, a) in 0..1."""
    k = min(config.rpn_anchors_per_image, anchors.shape[0])
    match, instance = match_anchors(
        ops.convert_to_tensor(anchors, native.EXACT), true_boxes, true_classes, positive_iou=config.rpn_positive_iou
    )
    objects, object_index = _draw(match > 0, noise, k // 2)
    others, other_index = _draw(match < 0, noise, k)
    others = others & _fills_up(objects, k, slots=k)
    index = ops.concatenate([object_index, other_index], axis=1)
    chosen = ops.concatenate([ops.cast(objects, "int32"), -ops.cast(others, "int32")], axis=1)
    goal = ops.take_along_axis(true_boxes, ops.take_along_axis(instance, index, axis=1)[..., None], axis=1)
    chosen_anchors = ops.take(ops.convert_to_tensor(anchors.astype(np.float32)), index, axis=0)
    deltas = boxes.encode(chosen_anchors, goal)
    return AnchorTargets(index, chosen, deltas / ops.convert_to_tensor(np.array(config.rpn_box_std, np.float32)))


def roi_targets(
    candidates: Tensor, true_boxes: Tensor, true_classes: Tensor, *, noise: Tensor, config: Config
) -> RoiTargets:
    """Sample rois_per_image regions from candidates (b, r, 4), given the true boxes (b, n, 4), both normalised.

    Objects (IoU from 0.5 on) fill at most roi_positive_share, background all the rest, so that photos without any
    object teach too. noise (b, at least r) in 0..1 decides who is drawn.
    """
    real, crowd = (true_classes > 0)[:, None, :], (true_classes < 0)[:, None, :]
    overlap = boxes.iou(candidates, true_boxes)
    in_crowd = ops.any(ops.where(crowd, overlap, 0.0) > CROWD_OVERLAP, axis=-1)
    overlap = ops.where(real, overlap, 0.0)
    best, instance = ops.max(overlap, axis=-1), ops.cast(ops.argmax(overlap, axis=-1), "int32")
    usable = boxes.area(candidates) > 0
    total = config.rois_per_image
    objects, object_index = _draw(usable & (best >= 0.5), noise, max(1, int(total * config.roi_positive_share)))
    others, other_index = _draw(usable & (best < 0.5) & ~in_crowd, noise, total)
    others = others & _fills_up(objects, total, slots=total)
    index = ops.concatenate([object_index, other_index], axis=1)
    is_object = ops.concatenate([objects, ops.zeros_like(others)], axis=1)
    rois = ops.take_along_axis(candidates, index[..., None], axis=1)
    instance = ops.take_along_axis(instance, index, axis=1)
    classes = ops.where(is_object, ops.take_along_axis(true_classes, instance, axis=1), 0)
    deltas = boxes.encode(rois, ops.take_along_axis(true_boxes, instance[..., None], axis=1))
    deltas = deltas / ops.convert_to_tensor(np.array(config.box_std, np.float32))
    return RoiTargets(rois, ops.concatenate([objects, others], axis=1), classes, deltas, instance, objects.shape[1])


def mask_targets(rois: Tensor, edges: Tensor, *, size: int) -> Tensor:
    """Sample outlines on the size × size grid of each region: (m, 4), (m, e, 4) -> (m, size, size) of 0.0 and 1.0.

    Even-odd rule on the exact outline: no bitmap lies between. rois and edges (y1, x1, y2, x2 of both ends; a point
    is an empty slot) share one coordinate system. On each grid line, each crossing edge toggles what lies right of it.
    """
    centres = (np.arange(size, dtype=np.float32) + 0.5) / size
    y = rois[:, 0:1] + (rois[:, 2:3] - rois[:, 0:1]) * ops.convert_to_tensor(centres)[None]  # (m, size)
    y1, x1, y2, x2 = (edges[:, None, :, i] for i in range(4))  # (m, 1, e)
    crosses = (y1 <= y[..., None]) != (y2 <= y[..., None])  # (m, size, e)
    slope = (x2 - x1) / ops.where(y1 == y2, 1.0, y2 - y1)
    x = x1 + (y[..., None] - y1) * slope
    width = ops.maximum(rois[:, 3] - rois[:, 1], 1e-12)[:, None, None]
    column = ops.ceil((x - rois[:, 1][:, None, None]) / width * size - 0.5)
    column = ops.cast(ops.clip(column, 0, size), "int32")
    line = ops.arange(ops.shape(rois)[0] * size, dtype="int32")
    slot = column + ops.reshape(line, (-1, size, 1)) * (size + 1)
    toggles = ops.segment_sum(
        ops.reshape(ops.cast(crosses, "int32"), (-1,)),
        ops.reshape(slot, (-1,)),
        num_segments=ops.shape(rois)[0] * size * (size + 1),
    )
    inside = ops.cumsum(ops.reshape(toggles, (-1, size, size + 1)), axis=-1) % 2
    return ops.cast(inside[..., :size], "float32")


def _draw(allowed: Tensor, noise: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Up to count of the allowed ones (b, n), by largest noise: is it one (b, count), its index (b, count)."""
    noise = noise[:, : ops.shape(allowed)[1]]
    value, index = ops.top_k(ops.where(allowed, noise + 1.0, 0.0), count)
    return value > 0, ops.cast(index, "int32")


def _fills_up(objects: Tensor, total: int, *, slots: int) -> Tensor:
    """Which of the slots (b, slots) are still needed when the objects (b, k) are in."""
    taken = ops.sum(ops.cast(objects, "int32"), axis=1, keepdims=True)
    return ops.arange(slots, dtype="int32")[None] < total - taken
