"""Where do the anchors of a canvas lie?"""

import numpy as np

from .config import Config


def pyramid_anchors(shape: tuple[int, int], config: Config) -> np.ndarray:
    """All anchors of a canvas (height, width): (a, 4) float64 pixels, ordered by level, row, column, ratio."""
    levels = zip(config.anchor_strides, config.anchor_sizes, strict=True)
    grids = [level_anchors(shape, stride, size=size, ratios=config.anchor_ratios) for stride, size in levels]
    return np.concatenate(grids)


def level_anchors(
    shape: tuple[int, int], stride: int, *, size: float, ratios: tuple[float, ...]
) -> np.ndarray:  # (rows * columns * ratios, 4) float64, pixels
    """Anchors of one level: on every cell's corner one box of area size² for each ratio (width / height)."""
    rows, columns = -(-shape[0] // stride), -(-shape[1] // stride)
    root = np.sqrt(np.asarray(ratios, float))
    sides = np.stack([size / root, size * root], axis=-1)  # (ratios, 2) height, width
    centres = np.stack(np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij"), axis=-1) * float(stride)
    centres = centres.reshape(-1, 1, 2)
    return np.concatenate([centres - 0.5 * sides, centres + 0.5 * sides], axis=-1).reshape(-1, 4)
