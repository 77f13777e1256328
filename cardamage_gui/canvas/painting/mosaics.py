"""Paints what is private, faces and number plates, as coarse squares: on screen it looks as it will in every output."""

from __future__ import annotations

import math
from collections import OrderedDict

import numpy as np
from qtpy.QtCore import QRectF, Qt
from qtpy.QtGui import QImage, QPainter, QPainterPath

from ..scene import Item
from ..viewport import Viewport
from .outlines import enter

SQUARES = 8  # along the longer side
KEPT = 64


class Mosaics:
    """Coarse copies of parts of one photo, kept by region."""

    def __init__(self) -> None:
        self._pixels: np.ndarray | None = None
        self._kept: OrderedDict[Item, QImage] = OrderedDict()

    def paint(self, painter: QPainter, item: Item, pixels: np.ndarray, viewport: Viewport) -> None:
        """Cover the region; `pixels` is the photo, (H, W, 3) uint8 RGB."""
        box = _box(item, pixels)
        if box is None:
            return
        x0, y0, x1, y1 = box
        shape = QPainterPath()
        shape.setFillRule(Qt.FillRule.OddEvenFill)
        for polygon in item.polygons(0.0):
            shape.addPolygon(polygon)
            shape.closeSubpath()
        painter.save()
        enter(painter, viewport)
        painter.setClipPath(shape, Qt.ClipOperation.IntersectClip)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(QRectF(x0, y0, x1 - x0, y1 - y0), self._coarse(item, pixels, box))
        painter.restore()

    def _coarse(self, item: Item, pixels: np.ndarray, box: tuple[int, int, int, int]) -> QImage:
        if pixels is not self._pixels:
            self._pixels = pixels
            self._kept.clear()
        if item not in self._kept:
            self._kept[item] = _averaged(pixels, box)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return self._kept[item]


def _averaged(pixels: np.ndarray, box: tuple[int, int, int, int]) -> QImage:
    x0, y0, x1, y1 = box
    side = max(x1 - x0, y1 - y0) / SQUARES
    across, down = max(1, round((x1 - x0) / side)), max(1, round((y1 - y0) / side))
    part = pixels[y0:y1, x0:x1]
    rows = np.linspace(0, part.shape[0], down, endpoint=False).astype(int)
    columns = np.linspace(0, part.shape[1], across, endpoint=False).astype(int)
    sums = np.add.reduceat(np.add.reduceat(part.astype(np.float64), rows, axis=0), columns, axis=1)
    counts = np.outer(np.diff([*rows, part.shape[0]]), np.diff([*columns, part.shape[1]]))
    coarse = np.ascontiguousarray((sums / np.maximum(counts, 1)[..., None]).astype(np.uint8))
    return QImage(coarse.data, across, down, 3 * across, QImage.Format.Format_RGB888).copy()


def _box(item: Item, pixels: np.ndarray) -> tuple[int, int, int, int] | None:
    """The pixels that the region touches; None where it lies beside the photo or has no area."""
    height, width = pixels.shape[:2]
    x0, y0, x1, y1 = item.bounds
    left, top = max(0, math.floor(x0)), max(0, math.floor(y0))
    right, low = min(width, math.ceil(x1)), min(height, math.ceil(y1))
    return (left, top, right, low) if right > left and low > top and item.closed else None
