"""How is a photo of any size painted quickly?

Qt never decodes a file here: pixels come as numpy arrays from `cardamage_core.imaging`. Halved copies (a pyramid) are
made when a zoom first asks for them, so that painting a zoomed-out photo never touches all its pixels.
"""

from __future__ import annotations

import math

import numpy as np
from qtpy.QtCore import QRect, QRectF, Qt
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
        fx, fy = image.width() / self.width, image.height() / self.height
        x0, y0, x1, y1 = viewport.box_on_photo((area.left(), area.top(), area.right(), area.bottom()))
        left, top = max(0, math.floor(x0 * fx) - 2), max(0, math.floor(y0 * fy) - 2)
        right, low = min(image.width(), math.ceil(x1 * fx) + 2), min(image.height(), math.ceil(y1 * fy) + 2)
        if right <= left or low <= top:
            return
        painter.setRenderHint(QPainter.SmoothPixmapTransform, scale < CRISP_FROM)
        x0, y0, x1, y1 = viewport.box_on_screen((left / fx, top / fy, right / fx, low / fy))
        target, part = QRectF(x0, y0, x1 - x0, y1 - y0), QRect(left, top, right - left, low - top)
        if viewport.turn == 0:
            painter.drawImage(target, image, QRectF(part))
        else:  # turning the part that is seen and scaling it upright takes half as long as both in one
            painter.drawImage(target, image.copy(part).transformed(QTransform().rotate(90 * viewport.turn)))

    def _level(self, scale: float) -> QImage:
        wanted = 0
        while scale <= 0.5 and min(self.width, self.height) >> (wanted + 1) >= 64:
            wanted, scale = wanted + 1, scale * 2
        while len(self._levels) <= wanted:
            last = self._levels[-1]
            half = last.scaled(last.width() // 2, last.height() // 2, Qt.IgnoreAspectRatio, Qt.SmoothTransformation)
            self._levels.append(half.convertToFormat(QImage.Format_RGB32))
        return self._levels[wanted]
