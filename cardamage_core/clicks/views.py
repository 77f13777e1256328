"""Square parts of a photo as the click network sees them, and clicks and masks painted on them.

A view is scaled to `SIDE` × `SIDE` pixels; what lies outside the photo is grey. Clicks, masks and logits have a grid of
`GRID` × `GRID` cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..annotations.model import Point

SIDE, GRID = 256, 64  # pixels of a view as the network sees it; cells of its masks
CELL = SIDE // GRID
RADIUS = 5.0 / CELL  # of a click's disk, in cells
GREY = 127
AROUND = 1.4  # a view's side over the longer side of what it is about (RITM, Sofiiuk et al. 2021, zooms in likewise)
LONGEST = 1024  # pixels of the longer side of the copy of a photo that wide views and SAM encoders see
LEAST = 32.0  # photo pixels: no view is smaller


class Click(NamedTuple):
    """A point of the photo in pixels that belongs to the wanted region, or does not."""

    at: Point
    inside: bool = True


class View(NamedTuple):
    """A square of the photo: top left corner and side in photo pixels."""

    left: float
    top: float
    side: float

    def cells(self, point: Point) -> tuple[float, float]:
        """A point of the photo in cells (column, row) of the view's grid."""
        return ((point[0] - self.left) / self.side * GRID, (point[1] - self.top) / self.side * GRID)

    def pixels(self, photo: np.ndarray) -> np.ndarray:
        """The part of a photo (H, W, 3) that the view shows, (SIDE, SIDE, 3) uint8."""
        return cut(photo, self, SIDE, outside=GREY)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """y1, x1, y2, x2 in photo pixels."""
        return (self.top, self.left, self.top + self.side, self.left + self.side)


def whole(width: int, height: int) -> View:
    """The view of a whole photo."""
    side = float(max(width, height))
    return View((width - side) / 2, (height - side) / 2, side)


def around(box: tuple[float, float, float, float], share: float = AROUND) -> View:
    """The view around a box (x0, y0, x1, y1) of the photo."""
    x0, y0, x1, y1 = box
    side = max(LEAST, share * max(x1 - x0, y1 - y0))
    return View((x0 + x1 - side) / 2, (y0 + y1 - side) / 2, side)


def cut(image: np.ndarray, view: View, cells: int, *, outside: float) -> np.ndarray:
    """A view of an image (H, W) or (H, W, 3), averaged or interpolated to (cells, cells, …)."""
    import cv2  # `Click` is known to the window, which has no need of OpenCV until something is clicked

    height, width = image.shape[:2]
    x0, y0 = int(np.floor(view.left)), int(np.floor(view.top))
    x1, y1 = int(np.ceil(view.left + view.side)), int(np.ceil(view.top + view.side))
    shrink = max(1.0, view.side / cells)
    left, top, right, bottom = max(0, x0), max(0, y0), min(width, x1), min(height, y1)
    if right <= left or bottom <= top:
        return np.full((cells, cells, *image.shape[2:]), outside, image.dtype)
    part = np.ascontiguousarray(image[top:bottom, left:right])
    columns, rows = max(1, round((right - left) / shrink)), max(1, round((bottom - top) / shrink))
    if shrink > 1.0:
        part = cv2.resize(part, (columns, rows), interpolation=cv2.INTER_AREA)
    step = view.side / cells  # photo pixels in a cell
    scale_x, scale_y = (right - left) / part.shape[1], (bottom - top) / part.shape[0]
    matrix = np.array(
        [
            [step / scale_x, 0, (view.left - left + step / 2) / scale_x - 0.5],
            [0, step / scale_y, (view.top - top + step / 2) / scale_y - 0.5],
        ]
    )
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(
        part, matrix, (cells, cells), flags=flags, borderMode=cv2.BORDER_CONSTANT, borderValue=(outside,) * 3
    )


def guide(clicks: Sequence[tuple[float, float, bool]], previous: np.ndarray | None) -> np.ndarray:
    """Disks of inside clicks, of outside clicks, and the previous mask, (GRID, GRID, 3) float32; clicks in cells."""
    found = np.zeros((GRID, GRID, 3), np.float32)
    middles = np.arange(GRID, dtype=np.float32) + 0.5
    for column, row, inside in clicks:
        distance = np.hypot(middles[None] - column, middles[:, None] - row)
        channel = found[..., 0 if inside else 1]
        np.maximum(channel, np.clip(RADIUS + 0.5 - distance, 0.0, 1.0), out=channel)
    if previous is not None:
        found[..., 2] = previous
    return found
