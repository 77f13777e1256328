"""Prediction on a photo and its mirror image, fused to one answer (test-time augmentation).

Weighted boxes fusion (Solovyev et al. 2021): detections that overlap become one, its box and its mask means weighted by
score. Its score is the mean over the views, so that what one view alone shows counts half. It costs a second
prediction, less where the second image is smaller; what it gives is measured in docs/decisions/0010.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, Self

import cv2
import numpy as np

from ..mrcnn.boxes import area
from ..mrcnn.detections import Detections

SAME = 0.5  # IoU from which boxes of two views show one thing
FAINTEST = 0.05  # score below which a detection of one view adds nothing that is worth its mask


class Network(Protocol):
    """What is asked for both looks; `runtime.Runtime` is the one."""

    def predict(self, images: list[np.ndarray], min_score: float | None = None) -> list[Detections]:
        """What is on these photos."""

    def at_side(self, side: int) -> Self:
        """The same network, to which photos are shown so many pixels long."""


def predict_views(network: Network, image: np.ndarray, *, min_score: float, mirror_side: int | None) -> Detections:
    """What the network sees on a photo (h, w, 3) and, unless `mirror_side` is None, on its mirror image so long."""
    if mirror_side is None:
        return network.predict([image], min_score=min_score)[0]
    faintest = max(2 * min_score - 1, FAINTEST)  # a fainter one cannot lift the mean to min_score
    (plain,) = network.predict([image], min_score=faintest)
    (turned,) = network.at_side(mirror_side).predict([cv2.flip(image, 1)], min_score=faintest)
    found = fuse([plain, flipped(turned, image.shape[1])])
    kept = found.scores >= min_score
    return Detections(*(part[kept] for part in (found.boxes, found.class_ids, found.scores, found.masks)))


def flipped(found: Detections, width: int) -> Detections:
    """Detections on the mirror image of a photo of this width, as they lie on the photo."""
    y1, x1, y2, x2 = found.boxes.T
    boxes = np.stack([y1, width - x2, y2, width - x1], axis=1)
    return Detections(boxes, found.class_ids, found.scores, found.masks[:, :, ::-1])


def fuse(views: Sequence[Detections]) -> Detections:
    """One answer of several, best first. Each detection takes the class of its best scored member."""
    groups = _groups(views)
    if not groups:
        return views[0]
    members = [[(views[view], i) for view, i in group] for group in groups]
    scores = np.array([sum(one.scores[i] for one, i in group) / len(views) for group in members], np.float32)
    order = np.argsort(-scores, kind="stable")
    boxes = [_mean_box(members[g]) for g in order]
    masks = [_mean_mask(members[g], box) for g, box in zip(order, boxes, strict=True)]
    classes = np.array([members[g][0][0].class_ids[members[g][0][1]] for g in order], np.int32)
    return Detections(np.array(boxes, np.float32), classes, scores[order], np.array(masks, np.float32))


def _groups(views: Sequence[Detections]) -> list[list[tuple[int, int]]]:
    """(view, index) of the detections that show one thing, at most one of each view, the best scored first."""
    ranked = sorted(
        ((view, i) for view, one in enumerate(views) for i in range(len(one))),
        key=lambda at: -views[at[0]].scores[at[1]],
    )
    groups: list[list[tuple[int, int]]] = []
    for view, i in ranked:
        box = views[view].boxes[i]
        free = [group for group in groups if all(view != other for other, _ in group)]
        shared = _iou(box, np.array([_mean_box([(views[v], k) for v, k in group]) for group in free]).reshape(-1, 4))
        best = int(shared.argmax()) if len(free) else -1
        if best >= 0 and shared[best] > SAME:
            free[best].append((view, i))
        else:
            groups.append([(view, i)])
    return groups


def _mean_box(members: Sequence[tuple[Detections, int]]) -> np.ndarray:
    """(4,), weighted by score."""
    mean: np.ndarray = np.average([one.boxes[i] for one, i in members], axis=0, weights=_weights(members))
    return mean


def _mean_mask(members: Sequence[tuple[Detections, int]], box: np.ndarray) -> np.ndarray:
    """The members' masks (h, w) as they lie in a box (4,), weighted by score."""
    if len(members) == 1:
        (one, i) = members[0]
        return np.asarray(one.masks[i])
    moved = [_in_box(one.masks[i], one.boxes[i], box) for one, i in members]
    mean: np.ndarray = np.average(moved, axis=0, weights=_weights(members))
    return mean


def _weights(members: Sequence[tuple[Detections, int]]) -> list[float]:
    return [max(float(one.scores[i]), 1e-6) for one, i in members]


def _in_box(mask: np.ndarray, own: np.ndarray, box: np.ndarray) -> np.ndarray:
    """The mask of a box `own`, looked at in another box: probabilities (h, w); its border goes on outside."""
    height, width = mask.shape
    rows, columns = (
        ((low + (np.arange(count) + 0.5) / count * (high - low)) - start) / max(end - start, 1e-6) * count - 0.5
        for count, low, high, start, end in (
            (height, box[0], box[2], own[0], own[2]),
            (width, box[1], box[3], own[1], own[3]),
        )
    )
    x, y = np.meshgrid(columns.astype(np.float32), rows.astype(np.float32))
    return cv2.remap(np.ascontiguousarray(mask, np.float32), x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _iou(box: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Of a box (4,) with others (n, 4)."""
    low, high = np.maximum(box[:2], others[:, :2]), np.minimum(box[2:], others[:, 2:])
    shared: np.ndarray = np.maximum(high - low, 0).prod(axis=1)
    iou: np.ndarray = shared / np.maximum(area(box[None])[0] + area(others) - shared, 1e-12)
    return iou
