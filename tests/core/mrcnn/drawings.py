"""Which photos do the engine's tests look at? Coloured polygons on noise, drawn from a number."""

import cv2
import numpy as np

from cardamage_core.mrcnn import Config, Sample

COLOURS = ((220, 40, 40), (40, 80, 230))


def tiny_config(**changes) -> Config:
    """The light preset for photos of 128 pixels, without augmentation."""
    small = {"image_min_side": 128, "image_max_side": 128, "canvas_floor": 128, "anchor_sizes": (16, 32, 64, 128)}
    calm = {"flip": False, "colour_jitter": 0.0, "scale_jitter": 0.0}
    return Config.preset("light", **{"classes": 3, **small, **calm, **changes})


def drawn_sample(number: int, size: int = 128) -> Sample:
    """A noisy square photo with one red (class 1) and, for odd numbers, one blue (class 2) polygon."""
    rng = np.random.default_rng(number)
    image = rng.integers(60, 120, (size, size, 3)).astype(np.uint8)
    polygons = []
    for k in range(1 + number % 2):
        corners = 3 + int(rng.integers(0, 4))
        angle = rng.uniform(0, 2 * np.pi) + np.arange(corners) * 2 * np.pi / corners
        x = 32 + 64 * k + rng.integers(-4, 5) + 24 * np.cos(angle)
        y = rng.integers(40, size - 40) + 30 * np.sin(angle)
        points = np.stack([x, y], axis=1)
        cv2.fillPoly(image, [points.round().astype(np.int32)], COLOURS[k])
        polygons.append((tuple(map(tuple, points.tolist())),))
    return Sample(image, tuple(range(1, len(polygons) + 1)), tuple(polygons))


def bitmap(rings, shape: tuple[int, int]) -> np.ndarray:
    """Rings (x, y) filled with OpenCV, bool (h, w)."""
    frame = np.zeros(shape, np.uint8)
    cv2.fillPoly(frame, [np.array(ring).round().astype(np.int32) for ring in rings], 1)
    return frame > 0
