"""Simulates clicks of an annotator: in the middle of a region, then of the largest error (Xu et al. 2016).

Masks are (h, w) bool, clicks (column, row, inside) in cells.
"""

from __future__ import annotations

import cv2
import numpy as np

GridClick = tuple[float, float, bool]


def next_click(
    truth: np.ndarray, found: np.ndarray, *, rng: np.random.Generator | None = None, jitter: float = 0.0
) -> GridClick | None:
    """The click that corrects the largest error between two masks, None where there is none.

    With `rng` it lies at a random place, at least 1 - `jitter` times as far from the error's border as its middle.
    """
    missed, extra = (_deepest(mask, rng, jitter) for mask in (truth & ~found, found & ~truth))
    best = max((one for one in ((*missed, True), (*extra, False)) if one[0] > 0), default=None)
    return None if best is None else (best[1], best[2], best[3])


def _deepest(mask: np.ndarray, rng: np.random.Generator | None, jitter: float) -> tuple[float, float, float]:
    """Distance to the border, column and row of the innermost cell; distance 0 for an empty mask."""
    if not mask.any():
        return (0.0, 0.0, 0.0)
    padded = np.pad(mask.astype(np.uint8), 1)
    depth = cv2.distanceTransform(padded, cv2.DIST_L2, 5)[1:-1, 1:-1]
    most = float(depth.max())
    rows, columns = np.nonzero(depth >= most * (1.0 - jitter))
    i = int(rng.integers(len(rows))) if rng is not None else len(rows) // 2
    return (most, float(columns[i]) + 0.5, float(rows[i]) + 0.5)


def iou(a: np.ndarray, b: np.ndarray) -> float:
    """Intersection over union of two masks, 1 where both are empty."""
    union = int((a | b).sum())
    return float((a & b).sum()) / union if union else 1.0
