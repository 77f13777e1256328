"""Resizes and pads photos to the network's canvas, and maps coordinates back.

For the matterport grid pictures are resized exactly as scikit-image 0.14 did, to the last bit: Matterport's engine
resizes with it and cuts the result down to bytes, so the last bit of a position decides about a grey level wherever
the exact result is a whole number. Only plain float64 operations in a fixed order are used there, so that these bits
are the same on all machines. For all else `resize` is better.
"""

import math
from dataclasses import dataclass

import numpy as np

from .config import Config, EngineError

LARGEST_SIDE = 32_768  # pixels; longer photos are refused


@dataclass(frozen=True)
class Placement:
    """Where a photo of `photo` (height, width) pixels lies: scaled to `size`, its corner at `corner`, on `canvas`."""

    photo: tuple[int, int]
    size: tuple[int, int]
    corner: tuple[int, int]  # (y, x) on the canvas
    canvas: tuple[int, int]

    @property
    def window(self) -> tuple[int, int, int, int]:
        """The photo's part of the canvas, (y1, x1, y2, x2) pixels."""
        y, x = self.corner
        return y, x, y + self.size[0], x + self.size[1]

    @property
    def scale(self) -> tuple[float, float]:
        """Canvas pixels for one photo pixel, (y, x)."""
        return self.size[0] / self.photo[0], self.size[1] / self.photo[1]


def place(photo: tuple[int, int], config: Config) -> Placement:
    """Decide scale and position of a photo (height, width) by the configuration."""
    if min(photo) < 1 or max(photo) > LARGEST_SIDE:
        raise EngineError(
            f"A photo of {photo[1]} × {photo[0]} pixels cannot be used.", f"Sides from 1 to {LARGEST_SIDE} are."
        )
    scale = max(1.0, config.image_min_side / min(photo), config.image_min_scale)
    if round(max(photo) * scale) > config.image_max_side:
        scale = config.image_max_side / max(photo)
    size = max(1, round(photo[0] * scale)), max(1, round(photo[1] * scale))
    canvas = _canvas(size, config)
    middle = (canvas[0] - size[0]) // 2, (canvas[1] - size[1]) // 2
    return Placement(photo, size, middle if config.box_grid == "matterport" else (0, 0), canvas)


def paint(image: np.ndarray, placement: Placement, config: Config) -> np.ndarray:
    """Photo (h, w, 3) uint8 RGB -> canvas (H, W, 3) float32, ready for the network."""
    if config.box_grid == "matterport":
        scaled = np.trunc(resize_as_skimage(image, placement.size))  # Matterport puts the result back into bytes
    else:
        scaled = resize(image, placement.size)
    canvas = np.zeros((*placement.canvas, 3), np.float32)
    paste(canvas, scaled, placement.corner)
    return ((canvas - np.array(config.pixel_mean)) / config.pixel_scale).astype(np.float32)


def seen(placement: Placement) -> tuple[tuple[int, int], tuple[int, int]]:
    """Rows and columns (first, last + 1) of the scaled photo that lie on the canvas."""
    top, bottom, left, right = (
        max(0, min(side, end))
        for corner, side, length in zip(placement.corner, placement.size, placement.canvas, strict=True)
        for end in (-corner, length - corner)
    )
    return (top, bottom), (left, right)


def paste(canvas: np.ndarray, image: np.ndarray, corner: tuple[int, int]) -> None:
    """Put the image (h, w, 3) on the canvas in place, its corner (y, x) anywhere; what does not fit is cut."""
    top, left = corner
    y, x = max(top, 0), max(left, 0)
    part = image[y - top : max(canvas.shape[0] - top, 0), x - left : max(canvas.shape[1] - left, 0)]
    canvas[y : y + part.shape[0], x : x + part.shape[1]] = part


def resize(
    image: np.ndarray, size: tuple[int, int], *, part: tuple[tuple[int, int], tuple[int, int]] | None = None
) -> np.ndarray:
    """Bilinear resize of (h, w, ...) to size (height, width), float32, pixel middles at half units.

    Shrinking by two or more averages whole blocks of pixels first, so that none is missed. `part` are the rows and the
    columns (first, last + 1) of the result that are wanted; the others are not made.
    """
    blocks = tuple(max(1, image.shape[axis] // size[axis]) for axis in (0, 1))
    extent = image.shape[0] / blocks[0], image.shape[1] / blocks[1]
    image = _average_blocks(image, *blocks)
    for axis in (0, 1):
        image = _resize_axis(image, extent[axis], size[axis], axis=axis, span=part[axis] if part else (0, size[axis]))
    return image


def _canvas(size: tuple[int, int], config: Config) -> tuple[int, int]:
    if config.canvas == "square":
        return (_round_up(config.image_max_side, 64),) * 2
    floor = min(config.canvas_floor, config.image_max_side)
    return _round_up(max(size[0], floor), config.canvas_step), _round_up(max(size[1], floor), config.canvas_step)


def _round_up(length: int, step: int) -> int:
    return -(-length // step) * step


def _average_blocks(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """Means of blocks of pixels; a block that does not fit into the picture repeats its border."""
    if height == 1 and width == 1:
        return image
    if image.dtype == np.uint8:  # the same to the last bit as the mean below, twenty times quicker
        kind = np.uint16 if height * width <= 257 else np.uint32  # 257 · 255 is the largest uint16
        sums = image
        for axis, length in enumerate((height, width)):
            sums = _sum_blocks(_continued(sums, length, axis=axis), length, axis=axis, kind=kind)
        return sums.astype(np.float32) / np.float32(height * width)
    image = _continued(_continued(image, height, axis=0), width, axis=1)
    rows, columns = image.shape[0] // height, image.shape[1] // width
    return image.reshape(rows, height, columns, width, *image.shape[2:]).mean(axis=(1, 3), dtype=np.float32)


def _continued(image: np.ndarray, length: int, *, axis: int) -> np.ndarray:
    """The picture with its border repeated along an axis until that is a multiple of `length`."""
    missing = -image.shape[axis] % length
    pad = [(0, missing if i == axis else 0) for i in range(image.ndim)]
    return np.pad(image, pad, mode="edge") if missing else image


def _sum_blocks(image: np.ndarray, length: int, *, axis: int, kind: type[np.unsignedinteger]) -> np.ndarray:
    """Sums of `length` rows (axis 0) or columns (axis 1)."""
    first, *others = (image[i::length] if axis == 0 else image[:, i::length] for i in range(length))
    total = first.astype(kind)
    for other in others:
        total += other
    return total


def _resize_axis(image: np.ndarray, extent: float, length: int, *, axis: int, span: tuple[int, int]) -> np.ndarray:
    """Those of `length` points in `span` along an axis on which the picture spans `extent` cells; borders continue."""
    if extent == length:
        return np.take(image, np.arange(*span), axis=axis).astype(np.float32, copy=False)
    at = np.maximum((np.arange(*span) + 0.5) * (extent / length) - 0.5, 0.0)
    low = np.floor(at).astype(int)
    share = (at - low).astype(np.float32).reshape([-1 if i == axis else 1 for i in range(image.ndim)])
    below, above = (
        np.take(image, low + step, axis=axis, mode="clip").astype(np.float32, copy=False) for step in (0, 1)
    )
    below *= 1 - share
    above *= share
    below += above
    return below


def resize_as_skimage(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Bilinear resize of (h, w) or (h, w, c) to size (height, width), float64; what lies outside is 0.

    Follows skimage.transform.resize(order=1, mode="constant", preserve_range=True): no smoothing, values are kept
    within the range of the input.
    """
    if image.shape[:2] == tuple(size):
        return image.astype(np.float64)
    rows, columns = positions(image.shape[:2], size)
    y0, y1 = np.floor(rows).astype(int), np.ceil(rows).astype(int)
    top, bottom = (_across(_take(image, y, axis=0), columns) for y in (y0, y1))
    share = (rows - y0).reshape(-1, *[1] * (image.ndim - 1))
    return np.clip((1 - share) * top + share * bottom, float(image.min()), float(image.max()))


def _across(image: np.ndarray, columns: np.ndarray) -> np.ndarray:
    x0, x1 = np.floor(columns).astype(int), np.ceil(columns).astype(int)
    share = (columns - x0).reshape(1, -1, *[1] * (image.ndim - 2))
    return (1 - share) * _take(image, x0, axis=1) + share * _take(image, x1, axis=1)


def _take(image: np.ndarray, index: np.ndarray, *, axis: int) -> np.ndarray:
    taken = np.take(image, index, axis=axis, mode="clip").astype(np.float64)
    taken[(slice(None),) * axis + ((index < 0) | (index >= image.shape[axis]),)] = 0.0
    return taken


def positions(old: tuple[int, int], new: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Where in the old picture each new row and each new column lies, by way of AffineTransform.estimate."""
    if new == (1, 1):
        return np.array([old[0] / 2.0 - 0.5]), np.array([old[1] / 2.0 - 0.5])
    corners = np.array([[1, 1], [1, new[0]], [new[1], new[0]]]) - 1  # x, y
    scale = np.array([float(old[1]) / new[1], float(old[0]) / new[0]])
    factor, shift = _estimate(corners, scale * (corners + 0.5) - 0.5)
    return factor[1] * np.arange(new[0]) + shift[1], factor[0] * np.arange(new[1]) + shift[0]


def _estimate(start: np.ndarray, goal: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Factor (2,) and shift (2,) of x and y that take three points (3, 2) to three others."""
    start, start_factor, start_shift = _centred(start)
    goal, goal_factor, goal_shift = _centred(goal)
    system = np.zeros((6, 7))
    system[:3, 0:2], system[:3, 2], system[:3, 6] = start, 1, goal[:, 0]
    system[3:, 3:5], system[3:, 5], system[3:, 6] = start, 1, goal[:, 1]
    solution = null_vector(system)
    affine = (-solution[:-1] / solution[-1]).reshape(2, 3)
    shift = affine[:, 0] * start_shift[0] + affine[:, 1] * start_shift[1] + affine[:, 2]
    back = 1 / goal_factor
    return back * (affine[:, :2].diagonal() * start_factor), back * shift + -goal_shift * back


def _centred(points: np.ndarray) -> tuple[np.ndarray, float, np.ndarray]:
    """Points (n, 2) moved around the origin at a mean distance of √2, and the factor and shift (2,) that did it."""
    centre = points.mean(axis=0)
    factor = math.sqrt(2) / math.sqrt(((points - centre) ** 2).sum() / len(points))
    shift = -factor * centre
    return factor * points + shift, factor, shift


def null_vector(matrix: np.ndarray) -> np.ndarray:
    """The unit vector (n + 1,) that a matrix (n, n + 1) takes to 0, its last right singular vector.

    numpy.linalg.svd gives other last bits on other processors. These are LAPACK's own steps (dgebd2, dorml2): mirrors
    turn the matrix into two diagonals, and the mirrors of its rows turn the last unit vector into the answer. The sums
    run as OpenBLAS 0.3.7 took them on the processor, unknown to it, on which the original was recorded.
    """
    left, size, mirrors = matrix.copy(), len(matrix), []
    for i in range(size):
        mirrors.append(_mirror(left[i, i:]))
        if i + 1 == size:
            break
        normal, weight = mirrors[i]
        rows = left[i + 1 :, i:]
        rows += _sum_in_order(normal[:, None] * rows.T)[:, None] * (-weight * normal)
        normal, weight = _mirror(left[i + 1 :, i])
        columns = left[i + 1 :, i + 1 :]
        columns += normal[:, None] * (-weight * _sum_in_lanes(normal[:, None] * columns, start=i + 1))
    vector = np.append(np.zeros(size), 1.0)
    for i in reversed(range(size)):
        normal, weight = mirrors[i]
        vector[i:] += _sum_in_order(normal * vector[i:]) * (-weight * normal)
    return vector


def _mirror(values: np.ndarray) -> tuple[np.ndarray, float]:
    """The normal (n,) and weight of the mirror that moves values (n,) into the first of them (LAPACK's dlarfg)."""
    first, others = float(values[0]), float(np.sqrt(np.sum(np.longdouble(values[1:]) ** 2)))
    if others == 0:
        return np.append(1.0, values[1:]), 0.0
    longer, shorter = max(abs(first), others), min(abs(first), others)
    share = shorter / longer
    moved = -math.copysign(longer * math.sqrt(1.0 + share * share), first)
    return np.append(1.0, (1.0 / (first - moved)) * values[1:]), (moved - first) / moved


def _sum_in_order(terms: np.ndarray) -> np.ndarray:
    """Sum over the first axis, one after the other (numpy.sum pairs them)."""
    return np.cumsum(terms, axis=0)[-1] if len(terms) else np.zeros(terms.shape[1:])


def _sum_in_lanes(terms: np.ndarray, *, start: int) -> np.ndarray:
    """Sum over rows start, start + 1, ... as SSE2 takes it: odd ones apart, but for one at the very beginning."""
    odd = (np.arange(len(terms)) + start) % 2 == 1
    odd[0] = False
    return _sum_in_order(terms[~odd]) + _sum_in_order(terms[odd])
