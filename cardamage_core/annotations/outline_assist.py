"""Outline assist from pixels: intelligent scissors and GrabCut.

`Scissors` follows edges between two points (intelligent scissors, Mortensen, Barrett 1995), `outline_in_box` parts the
object in a box from its background (GrabCut, Rother 2004). Both look only at a small copy of the relevant part of the
photo. Pixels are (H, W, 3) uint8 RGB; points are photo pixels.
"""

from __future__ import annotations

import cv2
import numpy as np

from .. import geometry
from ..errors import CarDamageError
from .model import Point, Ring

SIDE = 480  # pixels of the small copy's longer side
AROUND = 0.25  # of the box's side: how much of what is around it GrabCut gets to see
SURE = 0.65  # of the box's sides: the ellipse in its middle that belongs to the thing for sure
# Measured on 61 regions of the founding project's photos, boxes 3 pixels around them: mean overlap with the outline
# drawn by people 0.63, after one round of GrabCut as after three; without the sure middle 0.33, and 27 times nothing.


class OutlineError(CarDamageError):
    """No outline could be found."""


class Scissors:
    """The cheapest ways along edges from one point to any other nearby. Making it is the slow part: not for the
    main thread; `path` takes about a millisecond."""

    def __init__(self, pixels: np.ndarray, seed: Point, *, radius: float) -> None:
        """`radius` is how far around `seed`, in photo pixels, paths are looked for."""
        self.seed = seed
        x, y = seed
        self._crop = Crop(pixels, (x - radius, y - radius, x + radius, y + radius))
        self._tool = cv2.segmentation.IntelligentScissorsMB()
        self._tool.setEdgeFeatureCannyParameters(32, 100)
        self._tool.setGradientMagnitudeMaxLimit(200)
        self._tool.applyImage(self._crop.pixels)
        self._tool.buildMap(self._crop.cell(seed))

    def path(self, to: Point) -> Ring:
        """The way from the seed to a point, both included; beyond the radius it goes on straight."""
        cells = self._tool.getContour(self._crop.cell(to)).reshape(-1, 2)
        way = [self._crop.point(cell) for cell in cells]
        return geometry.simplify_line((self.seed, *way[1:-1], to), 0.9 / self._crop.scale)


def outline_in_box(pixels: np.ndarray, box: tuple[float, float, float, float]) -> tuple[Ring, ...]:
    """The rings (even-odd) of the thing in the box (x0, y0, x1, y1). OutlineError when nothing stands out."""
    x0, y0, x1, y1 = box
    dx, dy = AROUND * (x1 - x0), AROUND * (y1 - y0)
    crop = Crop(pixels, (x0 - dx, y0 - dy, x1 + dx, y1 + dy))
    (left, top), (right, bottom) = crop.cell((x0, y0)), crop.cell((x1, y1))
    if right - left < 3 or bottom - top < 3:
        raise OutlineError("The box is too small to find an outline in.", "Draw it around the whole damage.")
    mask = _grabbed(crop.pixels, (left, top, right - left, bottom - top))
    rings = _rings(mask, crop)
    if not rings:
        raise OutlineError("Nothing stands out in the box.", "Draw it a little larger, or use the polygon tool (P).")
    return rings


class Crop:
    """A small copy of a part of the photo: at most `SIDE` pixels on its longer side."""

    def __init__(self, pixels: np.ndarray, area: tuple[float, float, float, float]) -> None:
        height, width = pixels.shape[:2]
        x0, y0 = (int(max(0, min(limit - 1, value))) for value, limit in zip(area[:2], (width, height), strict=True))
        x1, y1 = (int(min(limit, max(low + 1, np.ceil(value)))) for value, limit, low in
                  zip(area[2:], (width, height), (x0, y0), strict=True))  # fmt: skip
        part = np.ascontiguousarray(pixels[y0:y1, x0:x1])
        self.scale = min(1.0, SIDE / max(part.shape[:2]))
        if self.scale < 1.0:
            part = cv2.resize(part, None, fx=self.scale, fy=self.scale, interpolation=cv2.INTER_AREA)
        self.pixels = np.ascontiguousarray(part)
        self._at = (x0, y0)

    @property
    def origin(self) -> np.ndarray:
        """The photo's point (x, y) at the copy's top left corner."""
        return np.array(self._at, float)

    def cell(self, point: Point) -> tuple[int, int]:
        """(column, row) of the copy's pixel that shows a point, the nearest one for points outside."""
        height, width = self.pixels.shape[:2]
        u, v = ((p - at) * self.scale for p, at in zip(point, self._at, strict=True))
        return (int(max(0, min(width - 1, np.floor(u)))), int(max(0, min(height - 1, np.floor(v)))))

    def point(self, cell: np.ndarray) -> Point:
        """The photo's point in the middle of a pixel of the copy; cells may be fractions."""
        return (
            float((cell[0] + 0.5) / self.scale + self._at[0]),
            float((cell[1] + 0.5) / self.scale + self._at[1]),
        )


def _grabbed(pixels: np.ndarray, box: tuple[int, int, int, int]) -> np.ndarray:
    """(h, w) uint8, 255 where the thing is; the same box gives the same mask."""
    x, y, width, height = box
    middle = (x + width // 2, y + height // 2)
    mask = np.full(pixels.shape[:2], cv2.GC_BGD, np.uint8)
    mask[y : y + height, x : x + width] = cv2.GC_PR_BGD
    for share, kind in ((1.0, cv2.GC_PR_FGD), (SURE, cv2.GC_FGD)):
        axes = (max(1, int(share * width / 2)), max(1, int(share * height / 2)))
        cv2.ellipse(mask, middle, axes, 0, 0, 360, int(kind), -1)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.setRNGSeed(0)
    cv2.grabCut(pixels, mask, box, *models, 1, cv2.GC_INIT_WITH_MASK)
    found = np.isin(mask, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8) * 255
    return cv2.morphologyEx(found, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))


def _rings(mask: np.ndarray, crop: Crop) -> tuple[Ring, ...]:
    """The largest piece and its holes, smoothed below one pixel of the copy; specks are left out."""
    grown = cv2.copyMakeBorder(mask, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    soft = cv2.GaussianBlur(cv2.resize(grown, None, fx=4, fy=4, interpolation=cv2.INTER_LINEAR), (0, 0), 4)
    contours, tree = cv2.findContours((soft > 127).astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return ()
    sizes = [cv2.contourArea(contour) for contour in contours]
    outer = max((i for i in range(len(contours)) if tree[0][i][3] < 0), key=lambda i: sizes[i])
    chosen = [outer, *(i for i in range(len(contours)) if tree[0][i][3] == outer and sizes[i] > 0.01 * sizes[outer])]
    rings = (_ring(contours[i], crop) for i in chosen)
    return tuple(ring for ring in rings if len(ring) >= 3)


def _ring(contour: np.ndarray, crop: Crop) -> Ring:
    cells = contour.reshape(-1, 2) / 4.0 + 0.125 - 1.5  # back from four times the size and the border of one
    return geometry.simplify_ring(tuple(crop.point(cell) for cell in cells), 0.8 / crop.scale)
