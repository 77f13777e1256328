"""How do we make natural-looking irregularity that is the same for the same seed?"""

from __future__ import annotations

import cv2
import numpy as np


def clouds(rng: np.random.Generator, size: int, *, coarsest: int = 4, fade: float = 0.55) -> np.ndarray:
    """(size, size) float32 noise around 0 with about unit spread: octaves from `coarsest` cells up, each fainter."""
    total = np.zeros((size, size), np.float32)
    cells, weight = coarsest, 1.0
    while cells <= size:
        octave = rng.standard_normal((cells, cells)).astype(np.float32)
        total += weight * cv2.resize(octave, (size, size), interpolation=cv2.INTER_CUBIC)
        cells, weight = cells * 2, weight * fade
    return (total - total.mean()) / max(1e-6, float(total.std()))


def sample(tile: np.ndarray, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """The tile's values at (u, v) in tile widths, repeated as a mirror, between its pixels."""
    size = tile.shape[0]
    u, v = (np.abs((c + 1) % 2 - 1) * (size - 1) for c in (u, v))
    i, j = np.clip(v.astype(int), 0, size - 2), np.clip(u.astype(int), 0, size - 2)
    fv, fu = v - i, u - j
    top = tile[i, j] * (1 - fu) + tile[i, j + 1] * fu
    return top * (1 - fv) + (tile[i + 1, j] * (1 - fu) + tile[i + 1, j + 1] * fu) * fv
