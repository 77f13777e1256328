"""Car outlines from DeepLabv3 (MobileNetV2, Pascal VOC, class 7 = car), kept only where the teacher is sure.

The network sees the photo and its mirror image. An outline counts where both agree, where it is one piece of
plausible size, and where the damage annotated on the photo lies inside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ... import geometry, imaging
from ...annotations import shapes
from ...annotations.model import AnnotatedPhoto, Region, Ring

FILE = "deeplabv3_mnv2_pascal_quant.tflite"
SIDE, CAR = 513, 7
AGREEMENT = 0.93  # IoU of the outlines of the photo and of its mirror image
LARGEST_SHARE = 0.97  # of all car pixels lie in the largest piece
SIZES = (0.08, 0.9)  # share of the photo
DAMAGE_INSIDE = 0.9  # of the annotated damage
TOLERANCE = 1.0  # px, of the simplified outline


class Teacher:
    """The segmentation network, loaded once."""

    def __init__(self, weights: Path) -> None:
        import tensorflow as tf

        self._network: Any = tf.lite.Interpreter(str(weights), num_threads=1)
        self._network.allocate_tensors()
        self._input = self._network.get_input_details()[0]["index"]
        self._output = self._network.get_output_details()[0]["index"]

    def outline(self, one: AnnotatedPhoto) -> tuple[Ring, ...]:
        """The outline of the photo's main car, ring by ring; () where the teacher is not sure."""
        image = imaging.load(Path(one.photo.path))
        mask, mirrored = self._cars(image), self._cars(image[:, ::-1])[:, ::-1]
        union = (mask | mirrored).sum()
        if not union or (mask & mirrored).sum() / union < AGREEMENT:
            return ()
        piece, share = _largest(mask & mirrored)
        if share < LARGEST_SHARE or not SIZES[0] <= piece.mean() <= SIZES[1]:
            return ()
        rings = _rings(piece, image.shape[:2])
        if not rings or not _holds(rings, one.regions):
            return ()
        return rings

    def _cars(self, image: np.ndarray) -> np.ndarray:
        """Pixels (SIDE, SIDE) that belong to a car."""
        small = cv2.resize(np.ascontiguousarray(image), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        self._network.set_tensor(self._input, small[None])
        self._network.invoke()
        return np.asarray(self._network.get_tensor(self._output)[0] == CAR)


def _largest(mask: np.ndarray) -> tuple[np.ndarray, float]:
    """The largest connected piece and its share of all pixels that are set."""
    _, pieces, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if len(stats) < 2:
        return mask, 0.0
    best = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    return pieces == best, float(stats[best, cv2.CC_STAT_AREA] / mask.sum())


def _rings(mask: np.ndarray, shape: tuple[int, int]) -> tuple[Ring, ...]:
    """The outer outline in pixels of a photo (height, width)."""
    smooth = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 2.0) > 0.5
    found, _ = cv2.findContours(smooth.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not found:
        return ()
    scale = np.array([shape[1], shape[0]]) / SIDE
    ring = cv2.approxPolyDP(max(found, key=cv2.contourArea), TOLERANCE, closed=True)[:, 0] * scale
    return (tuple((float(x), float(y)) for x, y in ring),) if len(ring) >= 3 else ()


def _holds(rings: tuple[Ring, ...], damages: Sequence[Region]) -> bool:
    """Whether nearly all annotated damage lies inside the outline."""
    if not damages:
        return True
    damage = geometry.union([shapes.area(one.shape) for one in damages])
    if not damage.area:
        return True
    return float(damage.intersection(geometry.area_of_rings(rings)).area / damage.area) >= DAMAGE_INSIDE
