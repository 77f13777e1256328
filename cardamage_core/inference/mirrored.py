"""Prediction on a photo and its mirror image, fused to one answer (test-time augmentation).

Weighted boxes fusion (Solovyev et al. 2021): detections that overlap become one, its box and its mask means weighted by
score. Its score is the mean over the views, so that what one view alone shows counts half. It costs a second
prediction, less where the second image is smaller; what it gives is measured in docs/decisions/0010.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol, Self

import cv2
import numpy as np

from ..mrcnn import boxes
from ..mrcnn.detections import Detections

SAME = 0.5  # IoU from which boxes of two views show one thing
FAINTEST = 0.05  # score below which a detection of one view adds nothing that is worth its mask

Member = tuple[Detections, int]  # a detection: those of its view, and which of them


class _Group(NamedTuple):
    """What shows one thing, the best scored first, and the mean of its boxes (4,), weighted by score."""

    members: list[Member]
    box: np.ndarray


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
    return Detections(boxes.mirrored(found.boxes, width), found.class_ids, found.scores, found.masks[:, :, ::-1])


def fuse(views: Sequence[Detections]) -> Detections:
    """One answer of several, best first. Each detection takes the class of its best scored member."""
    groups = _groups(views)
    if not groups:
        return views[0]
    scores = np.array([sum(one.scores[i] for one, i in group.members) / len(views) for group in groups], np.float32)
    order = np.argsort(-scores, kind="stable")
    ranked = [groups[g] for g in order]
    return Detections(
        np.array([group.box for group in ranked], np.float32),
        np.array([one.class_ids[i] for one, i in (group.members[0] for group in ranked)], np.int32),
        scores[order],
        np.array([_mean_mask(group) for group in ranked], np.float32),
    )


def _groups(views: Sequence[Detections]) -> list[_Group]:
    """The detections that show one thing, at most one of each view."""
    ranked = sorted(
        ((one, i) for one in views for i in range(len(one))), key=lambda member: -member[0].scores[member[1]]
    )
    groups: list[_Group] = []
    for one, i in ranked:
        free = [g for g, group in enumerate(groups) if all(one is not other for other, _ in group.members)]
        shared = boxes.iou(one.boxes[i][None], np.array([groups[g].box for g in free]).reshape(-1, 4))[0]
        best = int(shared.argmax()) if free else -1
        if best >= 0 and shared[best] > SAME:
            groups[free[best]] = _group([*groups[free[best]].members, (one, i)])
        else:
            groups.append(_group([(one, i)]))
    return groups


def _group(members: list[Member]) -> _Group:
    return _Group(members, np.average([one.boxes[i] for one, i in members], axis=0, weights=_weights(members)))


def _mean_mask(group: _Group) -> np.ndarray:
    """The members' masks (h, w) as they lie in the box of all, weighted by score."""
    if len(group.members) == 1:
        (one, i) = group.members[0]
        return np.asarray(one.masks[i])
    moved = [_in_box(one.masks[i], one.boxes[i], group.box) for one, i in group.members]
    mean: np.ndarray = np.average(moved, axis=0, weights=_weights(group.members))
    return mean


def _weights(members: Sequence[Member]) -> list[float]:
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
