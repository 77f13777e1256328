"""COCO's average precision of boxes and masks, with matches kept by photo so that photos can be resampled.

As COCO defines it (https://cocodataset.org/#detection-eval): at most 100 detections a photo, best first; each takes the
true region of its class that it overlaps most; precision at 101 points of recall; IoU 0.50 … 0.95. Overlaps of masks
are measured by faster-coco-eval. `tests/core/evaluation/test_coco.py` compares the figures with COCOeval's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np

from ..annotations import shapes
from ..annotations.model import Photo, Region, Ring

Kind = Literal["bbox", "segm"]
IOUS = np.linspace(0.5, 0.95, 10)
RECALLS = np.linspace(0.0, 1.0, 101)
SIZES = {"all": (0.0, 1e10), "small": (0.0, 32.0**2), "medium": (32.0**2, 96.0**2), "large": (96.0**2, 1e10)}  # pixels
MOST = 100  # detections of a photo and class
FALSE, TRUE, LEFT_OUT = 0, 1, 2  # what a detection turned out to be


@dataclass(frozen=True)
class Outlined:
    """One photo with its true and its predicted regions; their labels are the classes compared."""

    photo: Photo
    truth: Sequence[Region]
    predicted: Sequence[Region]


class Matches(NamedTuple):
    """The detections of all photos that have a class with truth: where they belong and what they turned out to be."""

    classes: tuple[str, ...]
    truth: np.ndarray  # (photos, classes, sizes) true regions
    photo: np.ndarray  # (detections,) number of the photo
    label: np.ndarray  # (detections,) number of the class
    score: np.ndarray  # (detections,)
    outcome: np.ndarray  # (detections, sizes, ious) FALSE, TRUE or LEFT_OUT


def matches(photos: Sequence[Outlined], kind: Kind) -> Matches:
    """Match the predictions of each photo with its true regions, by boxes (the outlines' bounds) or masks."""
    classes = tuple(sorted({r.label for one in photos for r in one.truth}))
    truth = np.zeros((len(photos), len(classes), len(SIZES)))
    columns: list[tuple[int, int, float, np.ndarray]] = []
    for number, one in enumerate(photos):
        true, found = _by_label(one.truth), _by_label(one.predicted)
        for place, name in enumerate(classes):
            regions, guesses = true.get(name, []), _best(found.get(name, []))
            if not regions and not guesses:
                continue
            areas, overlaps, sizes = _measured(one.photo, regions, guesses, kind)
            truth[number, place] = (~_outside(areas)).sum(axis=1)
            outcomes = _outcomes(areas, overlaps, sizes)
            columns += [(number, place, score_of(r), outcomes[i]) for i, r in enumerate(guesses)]
    return Matches(
        classes,
        truth,
        np.array([c[0] for c in columns], np.int64),
        np.array([c[1] for c in columns], np.int64),
        np.array([c[2] for c in columns], float),
        np.array([c[3] for c in columns], np.uint8).reshape(-1, len(SIZES), len(IOUS)),
    )


def average_precision(found: Matches, weights: np.ndarray | None = None) -> np.ndarray:
    """AP (rounds, classes, sizes, ious); NaN where there is no truth.

    `weights` (rounds, photos) says how often each photo counts in a round; without it every photo counts once.
    """
    weights = np.ones((1, len(found.truth))) if weights is None else weights
    out = np.full((len(weights), len(found.classes), *found.outcome.shape[1:]), np.nan)
    for place in range(len(found.classes)):
        own = np.flatnonzero(found.label == place)
        own = own[np.argsort(-found.score[own], kind="mergesort")]
        true, false = (found.outcome[own] == TRUE).astype(float), (found.outcome[own] == FALSE).astype(float)
        for number, weight in enumerate(weights):
            counts = weight @ found.truth[:, place]  # (sizes,)
            each = weight[found.photo[own]][:, None, None]
            precision, recall = _precision(true * each, false * each, counts)
            out[number, place] = _mean_at_recalls(precision, recall, counts)
    return out


def precision_recall(found: Matches, name: str, *, iou: float = 0.5) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Recall, precision and score along the detections of a class, best first; the precision as it is, no envelope."""
    own = np.flatnonzero(found.label == found.classes.index(name))
    own = own[np.argsort(-found.score[own], kind="mergesort")]
    outcome = found.outcome[own, 0, int(np.argmin(abs(IOUS - iou)))]
    true, false = np.cumsum(outcome == TRUE), np.cumsum(outcome == FALSE)
    count = found.truth[:, found.classes.index(name), 0].sum()
    return true / max(count, 1.0), true / np.maximum(true + false, 1), found.score[own]


def as_one_class(photos: Sequence[Outlined], relabel: Any) -> list[Outlined]:
    """The same photos with every region given to `relabel`."""
    return [Outlined(one.photo, list(map(relabel, one.truth)), list(map(relabel, one.predicted))) for one in photos]


def rle(rings: Sequence[Ring], photo: Photo) -> dict[str, Any]:
    """Closed rings (even-odd) as COCO's run-length encoding of the photo's pixels."""
    coco_mask = _coco_mask()
    flat = [[float(v) for point in ring for v in point] for ring in rings if len(ring) >= 3]
    size = (photo.height, photo.width)
    encoded: list[dict[str, Any]] = coco_mask.frPyObjects(flat, *size) if flat else []
    if len(encoded) == 1:
        return encoded[0]
    layers = coco_mask.decode(encoded) if encoded else np.zeros((*size, 1), np.uint8)  # (H, W, rings)
    whole: dict[str, Any] = coco_mask.encode(np.asfortranarray(np.bitwise_xor.reduce(layers, axis=2)))
    return whole


def _coco_mask() -> Any:
    """The operations on run-length encoded masks; loads OpenCV, which a window that only lists results never needs."""
    from faster_coco_eval.core import mask

    return mask


def score_of(region: Region) -> float:
    """The score of a prediction; a region without one is certain."""
    return 1.0 if region.origin.score is None else region.origin.score


def _by_label(regions: Sequence[Region]) -> Mapping[str, list[Region]]:
    found: dict[str, list[Region]] = {}
    for region in regions:
        found.setdefault(region.label, []).append(region)
    return found


def _best(regions: Sequence[Region]) -> list[Region]:
    return sorted(regions, key=score_of, reverse=True)[:MOST]


def _measured(
    photo: Photo, regions: Sequence[Region], guesses: Sequence[Region], kind: Kind
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Areas of the true masks (t,), overlaps (p, t), areas of the predicted boxes or masks (p,)."""
    coco_mask = _coco_mask()
    masks = [rle(shapes.outline(r.shape), photo) for r in regions]
    areas = np.asarray(coco_mask.area(masks), float) if masks else np.zeros(0)
    if kind == "segm":
        found = [rle(shapes.outline(r.shape), photo) for r in guesses]
        sizes = np.asarray(coco_mask.area(found), float) if found else np.zeros(0)
        pair: tuple[Any, Any] = (found, masks)
    else:
        pair = (_boxes(guesses), _boxes(regions))
        sizes = pair[0][:, 2] * pair[0][:, 3]
    if not regions or not guesses:
        return areas, np.zeros((len(guesses), len(regions))), sizes
    return areas, np.asarray(coco_mask.iou(*pair, [0] * len(regions))), sizes


def _boxes(regions: Sequence[Region]) -> np.ndarray:
    corners = np.array([shapes.bounds(r.shape) for r in regions], float).reshape(-1, 4)
    return np.hstack([corners[:, :2], corners[:, 2:] - corners[:, :2]])


def _outside(areas: np.ndarray) -> np.ndarray:
    """(sizes, n): whether an area lies outside each range of sizes."""
    limits = np.array(list(SIZES.values()))
    return np.asarray((areas[None] < limits[:, :1]) | (areas[None] > limits[:, 1:]))


def _outcomes(areas: np.ndarray, overlaps: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """(p, sizes, ious): what each prediction, best first, turned out to be; the loop of COCOeval.evaluateImg."""
    outcome = np.zeros((len(overlaps), len(SIZES), len(IOUS)), np.uint8)
    small = _outside(sizes)  # (sizes, p)
    outcome[:] = np.where(small.T[:, :, None], LEFT_OUT, FALSE)
    if not len(areas):
        return outcome
    ignored = _outside(areas)[:, None]  # (sizes, 1, t)
    free = np.ones((len(SIZES), len(IOUS), len(areas)), bool)
    least = np.minimum(IOUS, 1 - 1e-10)[None, :, None]
    last = len(areas) - 1
    for number, overlap in enumerate(overlaps):
        fits = free & (overlap[None, None] >= least)
        wanted = fits & ~ignored
        wanted = np.where(wanted.any(axis=2, keepdims=True), wanted, fits)
        taken = last - np.argmax(np.where(wanted, overlap, -1.0)[:, :, ::-1], axis=2)  # of equals the last, as COCO
        size, iou = np.nonzero(wanted.any(axis=2))
        chosen = taken[size, iou]
        free[size, iou, chosen] = False
        outcome[number, size, iou] = np.where(ignored[size, 0, chosen], LEFT_OUT, TRUE)
    return outcome


def _precision(true: np.ndarray, false: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Envelope of the precision and recall along the detections, (n, sizes, ious) each."""
    true, false = np.cumsum(true, axis=0), np.cumsum(false, axis=0)
    precision = true / np.maximum(true + false, 1e-300)
    precision = np.maximum.accumulate(precision[::-1], axis=0)[::-1]
    return precision, true / np.maximum(counts, 1e-300)[None, :, None]


def _mean_at_recalls(precision: np.ndarray, recall: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """(sizes, ious): the mean precision at RECALLS, NaN where there is no truth."""
    out: np.ndarray = np.full(precision.shape[1:], np.nan)
    padded = np.concatenate([precision, np.zeros((1, *precision.shape[1:]))])
    for size in np.flatnonzero(counts > 0):
        for iou in range(out.shape[1]):
            out[size, iou] = padded[np.searchsorted(recall[:, size, iou], RECALLS), size, iou].mean()
    return out
