"""Augmentation of training photos: random scale, place, part and colour."""

import numpy as np

from .config import Config
from .padding import Placement, paste, resize, seen

LEAST_ZOOM = 0.25  # a part is enlarged by zoom_most to the power of 0.25…1: smaller ones are no different from a jitter
AIMED_AT = (0.25, 0.75)  # of the canvas: where the middle of a damage comes to lie


def jittered(home: Placement, canvas: tuple[int, int], *, config: Config, rng: np.random.Generator) -> Placement:
    """Another scale around the usual one, and any place on the canvas where the photo covers all it can."""
    scale = 1.0 + config.scale_jitter * rng.uniform(-1.0, 1.0)
    size = max(1, round(home.size[0] * scale)), max(1, round(home.size[1] * scale))
    top, left = (_within(side - length, rng) for side, length in zip(canvas, size, strict=True))
    return Placement(home.photo, size, (top, left), canvas)


def zoomed(
    home: Placement,
    canvas: tuple[int, int],
    *,
    aim: tuple[float, float] | None,
    config: Config,
    rng: np.random.Generator,
) -> Placement:
    """A part of the photo, enlarged by up to zoom_most: one that holds the point `aim` (y, x, photo pixels), or any.

    So looks what sliced predictions show the network (Akyon et al. 2022), which fine-tune on such parts too.
    """
    factor = config.zoom_most ** rng.uniform(LEAST_ZOOM, 1.0)
    size = max(1, round(home.size[0] * factor)), max(1, round(home.size[1] * factor))
    corner = [_within(side - length, rng) for side, length in zip(canvas, size, strict=True)]
    if aim is not None:
        for axis, at in enumerate(aim):
            shown = at * size[axis] / home.photo[axis]
            wanted = round(rng.uniform(AIMED_AT[0], AIMED_AT[1]) * canvas[axis] - shown)
            corner[axis] = int(np.clip(wanted, *sorted((0, canvas[axis] - size[axis]))))
    return Placement(home.photo, size, (corner[0], corner[1]), canvas)


def _within(slack: int, rng: np.random.Generator) -> int:
    return int(rng.integers(min(slack, 0), max(slack, 0) + 1))


def paint_jittered(image: np.ndarray, spot: Placement, *, config: Config, rng: np.random.Generator) -> np.ndarray:
    """Like `paint`, with brightness, contrast and colour a little off."""
    rows, columns = part = seen(spot)
    scaled = resize(image, spot.size, part=part)
    amount = config.colour_jitter
    gain = (1 + amount * rng.uniform(-1, 1)) * (1 + 0.5 * amount * rng.uniform(-1, 1, 3))
    shift = 255 * 0.5 * amount * rng.uniform(-1, 1)
    scaled *= gain.astype(np.float32)
    scaled += (127.5 + shift - 127.5 * gain).astype(np.float32)
    np.clip(scaled, 0, 255, out=scaled)
    painted = np.zeros((*spot.canvas, 3), np.float32)
    paste(painted, scaled, (spot.corner[0] + rows[0], spot.corner[1] + columns[0]))
    painted -= np.array(config.pixel_mean, np.float32)
    painted /= np.array(config.pixel_scale, np.float32)
    return painted
