"""The resting layer: photo and resting regions in one pixmap, and the photo at the sizes that painting needs.

A change makes only its own rectangle of the pixmap dirty, a pan shifts the pixmap and makes the uncovered strips dirty,
a zoom makes everything dirty.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from qtpy import PYQT5
from qtpy.QtCore import QRect, QRectF, QSize, Qt
from qtpy.QtGui import QImage, QPainter, QPixmap, QRegion, QTransform

from ..viewport import Viewport

CRISP_FROM = 6.0  # screen pixels per photo pixel from which single pixels are shown as squares
WHOLE = 1e-6  # pixels that a step may differ from a whole number, for sums are rounded
Paint = Callable[[QPainter, QRectF], None]


class Layer:
    """A painted pixmap that knows what of it is out of date. Rectangles are logical pixels of the canvas."""

    def __init__(self) -> None:
        self._pixmap = QPixmap()
        self._viewport: Viewport | None = None
        self._dirty = QRegion()

    def spoil(self, rect: QRectF | None = None) -> None:
        """This rectangle (None: everything) has to be painted again."""
        if rect is None:
            self._viewport = None
        else:
            self._dirty += QRegion(rect.toAlignedRect())

    def painted(self, size: QSize, ratio: float, viewport: Viewport, paint: Paint) -> QPixmap:
        """The pixmap, up to date; `paint(painter, rect)` paints what lies in a rectangle."""
        if self._pixmap.size() != size * ratio or self._pixmap.devicePixelRatioF() != ratio:
            self._pixmap = QPixmap(size * ratio)
            self._pixmap.setDevicePixelRatio(ratio)
            self._viewport = None
        self._follow(viewport, QRect(0, 0, size.width(), size.height()), ratio)
        self._paint(QRect(0, 0, size.width(), size.height()), paint)
        return self._pixmap

    def _follow(self, viewport: Viewport, whole: QRect, ratio: float) -> None:
        """Shift what is painted when the photo was only panned, else start afresh."""
        old, self._viewport = self._viewport, viewport
        if old == viewport:
            return
        dx, dy = (viewport.dx - old.dx, viewport.dy - old.dy) if old else (0.0, 0.0)
        step = (round(dx), round(dy))
        pixels = (round(step[0] * ratio), round(step[1] * ratio))  # of the pixmap; on fine screens they are smaller
        same = old is not None and (old.scale, old.rotation) == (viewport.scale, viewport.rotation)
        if not same or max(_apart(step, (dx, dy)), _apart(pixels, (dx * ratio, dy * ratio))) > WHOLE:
            self._dirty = QRegion(whole)
            return
        self._dirty.translate(*step)
        self._pixmap.scroll(*pixels, self._pixmap.rect())
        self._dirty += QRegion(whole) - QRegion(whole.translated(*step))

    def _paint(self, whole: QRect, paint: Paint) -> None:
        dirty = self._dirty.intersected(whole)
        self._dirty = QRegion()
        if dirty.isEmpty():
            return
        painter = QPainter(self._pixmap)
        for rect in _rects(dirty):
            painter.save()
            painter.setClipRect(rect)
            paint(painter, QRectF(rect).adjusted(-1, -1, 1, 1))  # where pixels are smaller its edge may part one
            painter.restore()
        painter.end()


def _rects(region: QRegion) -> list[QRect]:
    """The rectangles of a region: Qt 6 iterates, PyQt5 has `rects`."""
    if PYQT5:
        return region.rects()
    return list(region)  # type: ignore[call-overload]  # PySide6's stub leaves out that a region is a sequence


class Picture:
    """The photo's pixels at full, half, quarter … size, halved when a zoom first asks for it.

    Painting a zoomed-out photo so never touches all its pixels. Qt decodes no file here: pixels come from
    `cardamage_core.imaging`.
    """

    def __init__(self, pixels: np.ndarray) -> None:
        """`pixels` is (H, W, 3) uint8 RGB."""
        pixels = np.ascontiguousarray(pixels)
        height, width = pixels.shape[:2]
        self.pixels = pixels  # QImage below borrows this memory
        self._levels = [QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888)]
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
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < CRISP_FROM)
        x0, y0, x1, y1 = viewport.box_on_screen((left / fx, top / fy, right / fx, low / fy))
        target, part = QRectF(x0, y0, x1 - x0, y1 - y0), QRect(left, top, right - left, low - top)
        if viewport.rotation == 0:
            painter.drawImage(target, image, QRectF(part))
        else:  # turning the part that is seen and scaling it upright takes half as long as both in one
            painter.drawImage(target, image.copy(part).transformed(QTransform().rotate(90 * viewport.rotation)))

    def _level(self, scale: float) -> QImage:
        wanted = 0
        while scale <= 0.5 and min(self.width, self.height) >> (wanted + 1) >= 64:
            wanted, scale = wanted + 1, scale * 2
        while len(self._levels) <= wanted:
            last = self._levels[-1]
            half = last.scaled(
                last.width() // 2,
                last.height() // 2,
                Qt.AspectRatioMode.IgnoreAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
            self._levels.append(half.convertToFormat(QImage.Format.Format_RGB32))
        return self._levels[wanted]


def _apart(a: tuple[float, float], b: tuple[float, float]) -> float:
    return max(abs(a[0] - b[0]), abs(a[1] - b[1]))
