"""Resizes and pads photos to the network's canvas, and maps coordinates back."""

from dataclasses import dataclass

import numpy as np

from .config import Config, EngineError
from .resize import resize_as_skimage

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


def paste(canvas: np.ndarray, image: np.ndarray, corner: tuple[int, int]) -> None:
    """Put the image (h, w, 3) on the canvas in place, its corner (y, x) anywhere; what does not fit is cut."""
    top, left = corner
    y, x = max(top, 0), max(left, 0)
    part = image[y - top : max(canvas.shape[0] - top, 0), x - left : max(canvas.shape[1] - left, 0)]
    canvas[y : y + part.shape[0], x : x + part.shape[1]] = part


def resize(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Bilinear resize of (h, w, ...) to size (height, width), float32, pixel middles at half units.

    Shrinking by two or more averages whole blocks of pixels first, so that none is missed.
    """
    blocks = tuple(max(1, image.shape[axis] // size[axis]) for axis in (0, 1))
    extent = image.shape[0] / blocks[0], image.shape[1] / blocks[1]
    image = _average_blocks(image, *blocks)
    for axis in (0, 1):
        image = _resize_axis(image, extent[axis], size[axis], axis=axis)
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
    pad = [(0, -image.shape[0] % height), (0, -image.shape[1] % width)] + [(0, 0)] * (image.ndim - 2)
    image = np.pad(image, pad, mode="edge") if any(after for _, after in pad) else image
    rows, columns = image.shape[0] // height, image.shape[1] // width
    return image.reshape(rows, height, columns, width, *image.shape[2:]).mean(axis=(1, 3), dtype=np.float32)


def _resize_axis(image: np.ndarray, extent: float, length: int, *, axis: int) -> np.ndarray:
    """Sample `length` points along an axis on which the picture spans `extent` cells; borders continue outside."""
    if extent == length:
        return image.astype(np.float32)
    at = np.maximum((np.arange(length) + 0.5) * (extent / length) - 0.5, 0.0)
    low = np.floor(at).astype(int)
    share = (at - low).astype(np.float32).reshape([-1 if i == axis else 1 for i in range(image.ndim)])
    below, above = (np.take(image, low + step, axis=axis, mode="clip").astype(np.float32) for step in (0, 1))
    return below * (1 - share) + above * share
