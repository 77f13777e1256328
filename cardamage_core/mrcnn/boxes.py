"""Box arithmetic: area, overlap, deltas, clipping, grids, pyramid levels and anchors.

Arrays of numpy give arrays, by numpy alone; tensors of Keras give tensors. A box is (y1, x1, y2, x2). In the network
boxes are normalised to the canvas. Two grids exist: "continuous" (a canvas of height h spans 0..h: y / h) and
"matterport" (y2, x2 lie outside the box, then y / (h - 1)), which Matterport's weights were trained with.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from .config import Config

Tensor = Any  # an array, or a tensor of whatever backend keras runs on
INSIDE = 1.0 - 1e-6  # so near the last cell's middle that no rounding leads beyond it
LARGEST_GROWTH = float(np.log(1000.0 / 16.0))  # deltas beyond this would only overflow exp()


def area(boxes: Tensor) -> Tensor:
    """(..., n, 4) -> (..., n)."""
    return (boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1])


def iou(boxes: Tensor, others: Tensor) -> Tensor:
    """Intersection over union of each with each: (..., n, 4), (..., m, 4) -> (..., n, m). Empty boxes give 0."""
    ops = _ops(boxes, others)
    a, b = ops.expand_dims(boxes, -2), ops.expand_dims(others, -3)
    height = ops.minimum(a[..., 2], b[..., 2]) - ops.maximum(a[..., 0], b[..., 0])
    width = ops.minimum(a[..., 3], b[..., 3]) - ops.maximum(a[..., 1], b[..., 1])
    shared = ops.maximum(height, 0.0) * ops.maximum(width, 0.0)
    return shared / ops.maximum(area(a) + area(b) - shared, 1e-12)


def decode(boxes: Tensor, deltas: Tensor) -> Tensor:
    """Move boxes by (dy, dx, log dh, log dw), in units of their own size: (..., 4), (..., 4) -> (..., 4)."""
    ops = _ops(boxes, deltas)
    height, width = boxes[..., 2] - boxes[..., 0], boxes[..., 3] - boxes[..., 1]
    centre_y = boxes[..., 0] + 0.5 * height + deltas[..., 0] * height
    centre_x = boxes[..., 1] + 0.5 * width + deltas[..., 1] * width
    height = height * ops.exp(ops.minimum(deltas[..., 2], LARGEST_GROWTH))
    width = width * ops.exp(ops.minimum(deltas[..., 3], LARGEST_GROWTH))
    y1, x1 = centre_y - 0.5 * height, centre_x - 0.5 * width
    return ops.stack([y1, x1, y1 + height, x1 + width], axis=-1)


def encode(boxes: Tensor, targets: Tensor) -> Tensor:
    """The deltas that `decode` needs to move boxes onto targets: (..., 4), (..., 4) -> (..., 4)."""
    ops = _ops(boxes, targets)
    height, width = _sides(boxes)
    target_height, target_width = _sides(targets)
    dy = (targets[..., 0] + targets[..., 2] - boxes[..., 0] - boxes[..., 2]) * 0.5 / height
    dx = (targets[..., 1] + targets[..., 3] - boxes[..., 1] - boxes[..., 3]) * 0.5 / width
    return ops.stack([dy, dx, ops.log(target_height / height), ops.log(target_width / width)], axis=-1)


def clip(boxes: Tensor, window: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)) -> Tensor:
    """Cut boxes (..., 4) to a window (y1, x1, y2, x2)."""
    ops = _ops(boxes)
    return ops.stack([ops.clip(boxes[..., i], window[i % 2], window[2 + i % 2]) for i in range(4)], axis=-1)


def mirrored(boxes: np.ndarray, width: float) -> np.ndarray:
    """Boxes (n, 4) of a picture of this width, as they lie on its mirror image."""
    y1, x1, y2, x2 = boxes.T
    return np.stack([y1, width - x2, y2, width - x1], axis=1)


def normalise(boxes: Any, shape: tuple[int, int], *, grid: str) -> Any:
    """Pixels of a canvas of this (height, width) -> normalised. Arrays and tensors alike, (..., 4)."""
    scale, shift = _grid(boxes, shape, grid)
    return (boxes - shift) / scale


def denormalise(boxes: Any, shape: tuple[int, int], *, grid: str) -> Any:
    """Normalised -> pixels of a canvas of this (height, width). Arrays and tensors alike, (..., 4)."""
    scale, shift = _grid(boxes, shape, grid)
    return boxes * scale + shift


def pyramid_level(
    boxes: Tensor, canvas: tuple[int, int], *, strides: Sequence[int], unit_size: float = 224.0
) -> Tensor:  # (m,) whole floats
    """Index into the levels for normalised boxes (m, 4): unit_size pixels belong to stride 16 (Lin et al. 2017, eq. 1).

    The size of a box is the root of its area.
    """
    ops = _ops(boxes)
    unit = np.float32(unit_size) / np.sqrt(np.float32(canvas[0] * canvas[1]))
    root = ops.sqrt(ops.maximum(area(boxes), 1e-12))
    exponent = ops.round(ops.log(root / float(unit)) / float(np.log(np.float32(2.0))))
    finest = int(strides[0]).bit_length() - 1
    return ops.clip(4.0 - finest + exponent, 0.0, len(strides) - 1.0)


def bin_middles(rois: Tensor, sides: Tensor, *, size: int) -> Tensor:
    """The middles of each region's first and last of `size` bins: 0 is the first cell's middle, 1 the last cell's.

    rois: (m, 4) normalised. sides: (m, 2) height and width of each region's feature map in cells. -> (m, 4)
    """
    ops = _ops(rois, sides)
    side = ops.tile(sides, (1, 2))
    half = 0.5 / size * (rois[:, 2:] - rois[:, :2])
    middle = ops.concatenate([rois[:, :2] + half, rois[:, 2:] - half], axis=-1)
    return ops.clip((middle * side - 0.5) / ops.maximum(side - 1.0, 1.0), 0.0, INSIDE)


def _grid(boxes: Any, shape: tuple[int, int], grid: str) -> tuple[np.ndarray, np.ndarray]:
    """Scale (4,) and shift (4,) of a grid, in the precision of an array, else float32."""
    precision = boxes.dtype if isinstance(boxes, np.ndarray) else np.float32
    less = 1 if grid == "matterport" else 0
    height, width = max(shape[0] - less, 1), max(shape[1] - less, 1)
    return np.array([height, width, height, width], precision), np.array([0, 0, less, less], precision)


def _sides(boxes: Tensor) -> tuple[Tensor, Tensor]:
    """Height and width, kept above zero so that padding slots give finite numbers."""
    ops = _ops(boxes)
    return ops.maximum(boxes[..., 2] - boxes[..., 0], 1e-6), ops.maximum(boxes[..., 3] - boxes[..., 1], 1e-6)


def _ops(*values: Any) -> Any:
    """Numpy where all values are arrays, else keras.ops, which has the same functions under the same names."""
    if all(isinstance(value, np.ndarray) for value in values):
        return np
    from keras import ops

    return ops


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
