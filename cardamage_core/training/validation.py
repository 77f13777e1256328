"""Validation during a training: metrics on held-back photos, and preview pictures of what the network predicts.

Measured on the shrunk photos the trainer holds in memory and with a bounded number of detections, so that it costs
little; `cardamage evaluate` measures a model on whole photos.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from .. import files
from ..annotations.model import AnnotatedPhoto, Photo, Polygon, Region
from ..evaluation import evaluate
from ..inference import polygons
from ..mrcnn import Detections, Sample
from .job import CLASS_COLORS
from .metrics import evaluated

MIN_SCORE = 0.05
BEST = 20  # detections of a photo


def validation_metrics(
    samples: Sequence[Sample], found: Sequence[Detections], classes: Sequence[str]
) -> dict[str, float | None]:
    """AP50 of boxes and masks, what one constant box reaches, and the shares of photos with a detection above 0.9."""
    truth = [_annotated(f"{i}", sample, classes) for i, sample in enumerate(samples)]
    predictions = {f"{i}": polygons.regions(_best(one), classes, model="") for i, one in enumerate(found)}
    measured = evaluate(truth, predictions)
    return {metric.key: getattr(measured, metric.key) for metric in evaluated()}


def _annotated(name: str, sample: Sample, classes: Sequence[str]) -> AnnotatedPhoto:
    """The sample as a photo with regions, labelled by class."""
    height, width = sample.image.shape[:2]
    regions = tuple(
        Region(f"{name} {i}", Polygon(tuple(map(tuple, rings))), classes[class_id - 1])
        for i, (class_id, rings) in enumerate(zip(sample.class_ids, sample.polygons, strict=True))
        if class_id > 0  # ignored regions are neither truth nor background
    )
    return AnnotatedPhoto(Photo(name, name, name, width, height), regions)


def _best(found: Detections) -> Detections:
    order = np.argsort(-found.scores, kind="stable")[:BEST]
    return Detections(found.boxes[order], found.class_ids[order], found.scores[order], found.masks[order])


TILE = (480, 360)  # width, height
PREVIEW_SCORE = 0.3  # lower than in use: early epochs should show something
TRUTH = (255, 255, 255)
DARK = (20, 20, 20)


def write_preview(path: Path, samples: Sequence[Sample], detections: Sequence[Detections]) -> None:
    """Write a PNG of the photos side by side, two a row: the true outline white, what was found filled."""
    tiles = [_tile(draw_preview(sample, found)) for sample, found in zip(samples, detections, strict=True)]
    if len(tiles) % 2 and len(tiles) > 1:
        tiles.append(np.full_like(tiles[0], 32))
    columns = min(2, len(tiles))
    rows = [np.hstack(tiles[i : i + columns]) for i in range(0, len(tiles), columns)]
    _, data = cv2.imencode(".png", cv2.cvtColor(np.vstack(rows), cv2.COLOR_RGB2BGR))
    files.write_atomic(path, data.tobytes())


def draw_preview(sample: Sample, found: Detections) -> np.ndarray:
    """The photo (h, w, 3) with true outlines and found masks; what was found below the minimum score is left out."""
    picture = np.ascontiguousarray(sample.image).copy()
    for i in np.flatnonzero(found.scores >= PREVIEW_SCORE):
        colour = CLASS_COLORS[(int(found.class_ids[i]) - 1) % len(CLASS_COLORS)]
        _fill(picture, found.boxes[i], found.masks[i], colour)
        _score(picture, found.boxes[i], float(found.scores[i]))
    for rings in sample.polygons:
        points = [np.round(np.asarray(ring) - 0.5).astype(np.int32) for ring in rings]
        cv2.polylines(picture, points, isClosed=True, color=TRUTH, thickness=1, lineType=cv2.LINE_AA)
    return picture


def _fill(picture: np.ndarray, box: np.ndarray, mask: np.ndarray, colour: tuple[int, int, int]) -> None:
    """Tint the part of `picture` where the mask's probability in the box (y1 x1 y2 x2) is 0.5 or more."""
    height, width = picture.shape[:2]
    y1, x1, y2, x2 = (round(float(v)) for v in box)
    if y2 <= y1 or x2 <= x1:
        return
    inside = np.zeros((height, width), bool)
    resized = cv2.resize(np.asarray(mask, np.float32), (x2 - x1, y2 - y1)) >= 0.5
    top, left, bottom, right = max(y1, 0), max(x1, 0), min(y2, height), min(x2, width)
    inside[top:bottom, left:right] = resized[top - y1 : bottom - y1, left - x1 : right - x1]
    picture[inside] = (0.55 * picture[inside] + 0.45 * np.array(colour)).astype(np.uint8)


def _score(picture: np.ndarray, box: np.ndarray, score: float) -> None:
    at = (max(0, round(float(box[1]))) + 2, max(10, round(float(box[0]))))
    for colour, thickness in ((DARK, 3), (TRUTH, 1)):
        cv2.putText(picture, f"{score:.2f}", at, cv2.FONT_HERSHEY_SIMPLEX, 0.38, colour, thickness, cv2.LINE_AA)


def _tile(picture: np.ndarray) -> np.ndarray:
    """The picture in the middle of a tile, never enlarged more than twice."""
    height, width = picture.shape[:2]
    factor = min(TILE[0] / width, TILE[1] / height, 2.0)
    size = (max(1, int(width * factor)), max(1, int(height * factor)))
    tile = np.full((TILE[1], TILE[0], 3), 32, np.uint8)
    top, left = (TILE[1] - size[1]) // 2, (TILE[0] - size[0]) // 2
    tile[top : top + size[1], left : left + size[0]] = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return tile
