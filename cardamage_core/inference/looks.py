"""Prediction by several looks, fused to one answer: at a photo and its mirror image, by one network or two.

Weighted boxes fusion (Solovyev et al. 2021): detections that overlap become one, its box and its mask means weighted by
score. Its score is the mean over the looks, so that what one of two alone shows counts half. Each look costs a
prediction, less where its image is smaller; what they give is measured in docs/decisions/0010.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol, Self

import cv2
import numpy as np

from ..mrcnn import boxes
from ..mrcnn.detections import Detections

SAME = 0.5  # IoU from which boxes of two looks show one thing
FAINTEST = 0.05  # score below which a detection of one look adds nothing that is worth its mask

Member = tuple[Detections, int]  # a detection: those of its look, and which of them


class _Group(NamedTuple):
    """What shows one thing, the best scored first, and the mean of its boxes (4,), weighted by score."""

    members: list[Member]
    box: np.ndarray


class Network(Protocol):
    """What is asked for a look; `runtime.Runtime` is the one."""

    def predict(self, images: list[np.ndarray], min_score: float | None = None) -> list[Detections]:
        """What is on these photos."""

    def at_side(self, side: int) -> Self:
        """The same network, to which photos are shown so many pixels long."""


def predict_looks(
    networks: Sequence[Network], image: np.ndarray, *, min_score: float, mirror_side: int | None
) -> Detections:
    """What networks of the same classes see on a photo (h, w, 3).

    Each looks at the photo and, unless `mirror_side` is None, at its mirror image, which is shown so many pixels long.
    """
    count = len(networks) * (1 if mirror_side is None else 2)
    faintest = min_score if count == 1 else max(count * min_score - (count - 1), FAINTEST)  # less cannot lift the mean
    looks = [network.predict([image], min_score=faintest)[0] for network in networks]
    if mirror_side is not None:
        mirrored = cv2.flip(image, 1)
        turned = (network.at_side(mirror_side).predict([mirrored], min_score=faintest)[0] for network in networks)
        looks += [flipped(found, image.shape[1]) for found in turned]
    return looks[0] if count == 1 else fuse(looks, min_score=min_score)


def flipped(found: Detections, width: int) -> Detections:
    """Detections on the mirror image of a photo of this width, as they lie on the photo."""
    return Detections(boxes.mirrored(found.boxes, width), found.class_ids, found.scores, found.masks[:, :, ::-1])


def fuse(looks: Sequence[Detections], *, min_score: float = 0.0) -> Detections:
    """One answer of several, best first, without what scores less than `min_score`.

    Each detection takes the class of its best scored member.
    """
    groups = _groups(looks)
    scores = np.array([sum(one.scores[i] for one, i in group.members) / len(looks) for group in groups], np.float32)
    order = np.argsort(-scores, kind="stable")
    order = order[scores[order] >= min_score]
    ranked = [groups[g] for g in order]
    if not ranked:
        one = looks[0]
        return Detections(one.boxes[:0], one.class_ids[:0], one.scores[:0], one.masks[:0])
    return Detections(
        np.array([group.box for group in ranked], np.float32),
        np.array([one.class_ids[i] for one, i in (group.members[0] for group in ranked)], np.int32),
        scores[order],
        np.array([_mean_mask(group) for group in ranked], np.float32),
    )


def _groups(looks: Sequence[Detections]) -> list[_Group]:
    """The detections that show one thing, at most one of each look."""
    ranked = sorted(
        ((one, i) for one in looks for i in range(len(one))), key=lambda member: -member[0].scores[member[1]]
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
