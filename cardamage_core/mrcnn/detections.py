"""Converts the box head's outputs to detections on the photo, by numpy alone."""

from dataclasses import dataclass

import numpy as np

from . import boxes
from .config import Config
from .padding import resize, resize_as_skimage


@dataclass(frozen=True)
class Detections:
    """What the network found on one photo, best first. Coordinates are pixels of the photo."""

    boxes: np.ndarray  # (n, 4) float32, y1 x1 y2 x2
    class_ids: np.ndarray  # (n,) int32, from 1 on
    scores: np.ndarray  # (n,) float32
    masks: np.ndarray  # (n, h, w) float32 probabilities, spanning the box

    def __len__(self) -> int:
        return len(self.scores)


def refine(
    rois: np.ndarray,
    probabilities: np.ndarray,
    deltas: np.ndarray,
    *,
    window: np.ndarray,
    min_score: float,
    config: Config,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Regions (r, 4), (r, classes), (r, classes, 4) -> normalised boxes (n, 4), classes (n,), scores (n,), best first.

    Each region takes a class, moves by that class's deltas, is cut to the window, and must not overlap a better one by
    detection_nms_threshold or more. By detection_rule:

    "likeliest" (Matterport's): the likeliest class, where it is not the background; better ones of the class suppress.
    "foreground": the likeliest but the background, however likely that is; better ones of the class suppress.
    "object": the same class, scored by the probability of not being background; better ones of any class suppress.
    """
    rows = np.arange(len(probabilities))
    likeliest = config.detection_rule == "likeliest"
    classes = probabilities.argmax(axis=1) if likeliest else 1 + probabilities[:, 1:].argmax(axis=1)
    is_object = config.detection_rule == "object"
    scores = 1 - probabilities[:, 0] if is_object else probabilities[rows, classes]
    own = deltas[rows, classes] * np.array(config.box_std, np.float32)
    y1, x1, y2, x2 = map(float, window)
    moved = boxes.clip(boxes.decode(rois, own), (y1, x1, y2, x2))
    good = (classes > 0) & (scores >= min_score) & (boxes.area(rois) > 0)
    rivals = np.zeros_like(classes) if is_object else classes
    kept = [
        mine[_distinct(moved[mine], scores[mine], config)[: config.detection_max]]
        for mine in (np.flatnonzero(good & (rivals == c)) for c in np.unique(rivals[good]))
    ]
    best = np.concatenate(kept) if kept else np.zeros(0, int)
    best = best[np.argsort(-scores[best], kind="stable")][: config.detection_max]
    return moved[best], classes[best].astype(np.int32), scores[best]


def on_photo(normalised: np.ndarray, window: np.ndarray, photo: tuple[int, int], *, grid: str) -> np.ndarray:
    """Boxes (n, 4), normalised to the canvas like the photo's window (4,) -> pixels of a photo (height, width)."""
    start, size = np.tile(window[:2], 2), np.tile(window[2:] - window[:2], 2)
    pixels = boxes.denormalise((normalised - start) / np.maximum(size, 1e-12), photo, grid=grid)
    return np.clip(pixels, 0, np.array(photo * 2, np.float32)).astype(np.float32)


def on_canvas(pixels: np.ndarray, window: np.ndarray, photo: tuple[int, int], *, grid: str) -> np.ndarray:
    """The inverse of on_photo, without its cut: boxes (n, 4) in pixels of a photo (height, width) -> normalised."""
    start, size = np.tile(window[:2], 2), np.tile(window[2:] - window[:2], 2)
    return (boxes.normalise(pixels, photo, grid=grid) * size + start).astype(np.float32)


def full_frame(box: np.ndarray, mask: np.ndarray, shape: tuple[int, int], *, grid: str) -> np.ndarray:
    """One mask (h, w) of probabilities and its whole-pixel box -> bool mask of a photo (height, width), cut at 0.5."""
    y1, x1, y2, x2 = (int(v) for v in box)
    frame = np.zeros(shape, bool)
    if y2 > y1 and x2 > x1:
        scaled = (resize_as_skimage if grid == "matterport" else resize)(mask, (y2 - y1, x2 - x1)) >= 0.5
        top, left = max(y1, 0), max(x1, 0)
        part = scaled[top - y1 : shape[0] - y1, left - x1 : shape[1] - x1]
        frame[top : top + part.shape[0], left : left + part.shape[1]] = part
    return frame


def _distinct(candidates: np.ndarray, scores: np.ndarray, config: Config) -> np.ndarray:
    """Greedy non-maximum suppression on the host: indices of those kept, best first.

    With Matterport's grid a box that was clipped to nothing ends the list, since TensorFlow 1.15 filled up all that was
    left with it; else such a box is dropped.
    """
    order, kept = np.argsort(-scores, kind="stable"), []
    overlap = boxes.iou(candidates, candidates)
    empty, as_recorded = boxes.area(candidates) <= 0, config.box_grid == "matterport"
    left = np.ones(len(scores), bool) if as_recorded else ~empty
    for i in order:
        if left[i]:
            kept.append(i)
            left &= (overlap[i] < config.detection_nms_threshold) & ~empty[i]
    return np.array(kept, int)
