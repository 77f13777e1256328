"""Augmentation of training photos: random scale, place and colour."""

import numpy as np

from .config import Config
from .padding import Placement, paste, resize


def jittered(home: Placement, canvas: tuple[int, int], *, config: Config, rng: np.random.Generator) -> Placement:
    """Another scale around the usual one, and any place on the canvas where the photo covers all it can."""
    scale = 1.0 + config.scale_jitter * rng.uniform(-1.0, 1.0)
    size = max(1, round(home.size[0] * scale)), max(1, round(home.size[1] * scale))
    top, left = (_within(side - length, rng) for side, length in zip(canvas, size, strict=True))
    return Placement(home.photo, size, (top, left), canvas)


def _within(slack: int, rng: np.random.Generator) -> int:
    return int(rng.integers(min(slack, 0), max(slack, 0) + 1))


def paint_jittered(image: np.ndarray, spot: Placement, *, config: Config, rng: np.random.Generator) -> np.ndarray:
    """Like `paint`, with brightness, contrast and colour a little off."""
    scaled = resize(image, spot.size)
    amount = config.colour_jitter
    gain = (1 + amount * rng.uniform(-1, 1)) * (1 + 0.5 * amount * rng.uniform(-1, 1, 3))
    shift = 255 * 0.5 * amount * rng.uniform(-1, 1)
    scaled = np.clip((scaled - 127.5) * gain + 127.5 + shift, 0, 255)
    painted = np.zeros((*spot.canvas, 3), np.float32)
    paste(painted, scaled.astype(np.float32), spot.corner)
    return (painted - np.array(config.pixel_mean, np.float32)) / np.array(config.pixel_scale, np.float32)
