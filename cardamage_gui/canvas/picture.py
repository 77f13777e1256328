"""How is a photo of any size painted quickly?

Qt never decodes a file here: pixels come as numpy arrays from `cardamage_core.imaging`. Halved copies (a pyramid) are
made when a zoom first asks for them, so that painting a zoomed-out photo never touches all its pixels.
"""

from __future__ import annotations

import numpy as np
from qtpy.QtCore import QRectF, Qt
from qtpy.QtGui import QImage, QPainter, QTransform

from .viewport import Viewport

CRISP_FROM = 6.0  # screen pixels per photo pixel from which single pixels are shown as squares


class Picture:
    """The photo's pixels at full, half, quarter … size."""

    def __init__(self, pixels: np.ndarray) -> None:
        """`pixels` is (H, W, 3) uint8 RGB."""
        pixels = np.ascontiguousarray(pixels)
        height, width = pixels.shape[:2]
        self.pixels = pixels  # QImage below borrows this memory
        self._levels = [QImage(pixels.data, width, height, 3 * width, QImage.Format_RGB888)]
        self.width, self.height = width, height

    def paint(self, painter: QPainter, viewport: Viewport, area: QRectF) -> None:
        """Paint what lies in `area` (screen pixels); the painter draws in screen pixels."""
        scale = viewport.scale * painter.device().devicePixelRatioF()
        image = self._level(scale)
        x0, y0, x1, y1 = viewport.box_on_photo((area.left(), area.top(), area.right(), area.bottom()))
        x0, y0 = max(0.0, np.floor(x0) - 2), max(0.0, np.floor(y0) - 2)
        x1, y1 = min(self.width, np.ceil(x1) + 2), min(self.height, np.ceil(y1) + 2)
        if x1 <= x0 or y1 <= y0:
            return
        fx, fy = image.width() / self.width, image.height() / self.height
        painter.save()
        painter.setTransform(QTransform(*viewport.matrix), True)
        painter.setRenderHint(QPainter.SmoothPixmapTransform, scale < CRISP_FROM)
        part = QRectF(x0 * fx, y0 * fy, (x1 - x0) * fx, (y1 - y0) * fy)
        painter.drawImage(QRectF(x0, y0, x1 - x0, y1 - y0), image, part)
        painter.restore()

    def _level(self, scale: float) -> QImage:
        wanted = 0
        while scale <= 0.5 and min(self.width, self.height) >> (wanted + 1) >= 64:
            wanted, scale = wanted + 1, scale * 2
        while len(self._levels) <= wanted:
            last = self._levels[-1]
            half = last.scaled(last.width() // 2, last.height() // 2, Qt.IgnoreAspectRatio, Qt.SmoothTransformation)
            self._levels.append(half.convertToFormat(QImage.Format_RGB32))
        return self._levels[wanted]
