"""Tiled prediction: the whole photo and overlapping tiles of it, merged into one answer.

A damage of a few pixels on the network's canvas is several times as large when only a part of the photo is painted on
it (Akyon et al. 2022, "Slicing aided hyper inference"). It costs one prediction a tile. What it gives depends on
whether the network learned from such views: the damage models of November 2026 did not (docs/decisions/0010).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from ..mrcnn.boxes import area
from ..mrcnn.config import Config
from ..mrcnn.detections import Detections

OVERLAP = 0.25  # of a tile's side: what is smaller lies whole in at least one tile
MOST_TILES = 4  # along the longer side
ENLARGED = 2  # tiles are so large on the photo that this many canvases cover the longer side at full resolution
CUT = 0.01  # of a tile's side: a box that comes this near an inner border of its tile is a piece of something larger
CONTAINED = 0.8  # of a box inside a better one: a part of the same damage


Look = Callable[[np.ndarray], Detections]  # what is seen on a photo (h, w, 3), or on a part of one


class Tile(NamedTuple):
    """A part of a photo in whole pixels."""

    top: int
    left: int
    bottom: int
    right: int


def predict_tiled(look: Look, image: np.ndarray, config: Config) -> Detections:
    """What is seen on a photo (h, w, 3) and on tiles of it; boxes and masks in pixels of the photo.

    `config` is the network's: how large its canvas is, and which detections of one photo may overlap.
    """
    parts = [look(image)]
    height, width = image.shape[:2]
    for tile in tiles((height, width), canvas=config.image_max_side):
        found = look(image[tile.top : tile.bottom, tile.left : tile.right])
        parts.append(_moved(found, tile, (height, width)))
    return _merged(parts, config)


def tiles(shape: tuple[int, int], *, canvas: int) -> Iterator[Tile]:
    """Tiles that cover a photo (height, width), row by row, for a canvas of so many pixels."""
    most = min(MOST_TILES, max(2, math.ceil(max(shape) / (ENLARGED * canvas))))
    rows, columns = (_spans(side, max(1, round(most * side / max(shape)))) for side in shape)
    for top, bottom in rows:
        for left, right in columns:
            if (bottom - top, right - left) != shape:
                yield Tile(top, left, bottom, right)


def _spans(side: int, count: int) -> list[tuple[int, int]]:
    """`count` spans of equal length along a side, which overlap by OVERLAP of their length."""
    length = min(side, math.ceil(side / (count * (1 - OVERLAP) + OVERLAP)))
    starts = np.linspace(0, side - length, count).round().astype(int).tolist()
    return [(start, start + length) for start in starts]


def _moved(found: Detections, tile: Tile, shape: tuple[int, int]) -> Detections:
    """Detections of a tile in pixels of the photo, without those that the tile's border may have cut."""
    height, width = tile.bottom - tile.top, tile.right - tile.left
    near = CUT * np.array([height, width], np.float32)
    y1, x1, y2, x2 = found.boxes.T
    whole = (
        ((y1 > near[0]) | (tile.top == 0))
        & ((x1 > near[1]) | (tile.left == 0))
        & ((y2 < height - near[0]) | (tile.bottom == shape[0]))
        & ((x2 < width - near[1]) | (tile.right == shape[1]))
    )
    offset = np.array([tile.top, tile.left] * 2, np.float32)
    return Detections(found.boxes[whole] + offset, found.class_ids[whole], found.scores[whole], found.masks[whole])


def _merged(parts: list[Detections], config: Config) -> Detections:
    """All detections, best first, but those that overlap a better one as two of one photo may not, or lie inside it."""
    boxes, classes, scores, masks = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("boxes", "class_ids", "scores", "masks")
    )
    kept: list[int] = []
    for i in np.argsort(-scores, kind="stable"):
        if not kept or not _is_known(boxes[i], boxes[kept], config.detection_nms_threshold):
            kept.append(int(i))
    kept = kept[: config.detection_max]
    return Detections(boxes[kept], classes[kept], scores[kept], masks[kept])


def _is_known(box: np.ndarray, better: np.ndarray, threshold: float) -> bool:
    """Whether a box (4,) is one of the better ones (n, 4) again, or a part of it."""
    corners = np.concatenate([np.maximum(box[:2], better[:, :2]), np.minimum(box[2:], better[:, 2:])], axis=1)
    sides = np.maximum(corners[:, 2:] - corners[:, :2], 0)
    shared, own = sides[:, 0] * sides[:, 1], max(float(area(box)), 1e-12)
    iou = shared / np.maximum(area(better) + own - shared, 1e-12)
    return bool((iou >= threshold).any() or (shared / own >= CONTAINED).any())
