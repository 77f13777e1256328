"""Which part of what does not move has to be painted again?

The photo and all resting regions are kept in one pixmap. A change makes only its own rectangle dirty, a pan shifts the
pixmap and makes the uncovered strips dirty, a zoom makes everything dirty.
"""

from __future__ import annotations

from collections.abc import Callable

from qtpy.QtCore import QRect, QRectF, QSize
from qtpy.QtGui import QPainter, QPixmap, QRegion

from .viewport import Viewport

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
        same = old is not None and (old.scale, old.turn) == (viewport.scale, viewport.turn)
        if not same or max(_apart(step, (dx, dy)), _apart(pixels, (dx * ratio, dy * ratio))) > WHOLE:
            self._dirty = QRegion(whole)
            return
        self._dirty.translate(*step)
        self._pixmap.scroll(*pixels, self._pixmap.rect())
        self._dirty += QRegion(whole) - QRegion(whole.translated(*step))

    def _paint(self, whole: QRect, paint: Paint) -> None:
        rects = (self._dirty & QRegion(whole)).rects()
        self._dirty = QRegion()
        if not rects:
            return
        painter = QPainter(self._pixmap)
        for rect in rects:
            painter.save()
            painter.setClipRect(rect)
            paint(painter, QRectF(rect).adjusted(-1, -1, 1, 1))  # where pixels are smaller its edge may part one
            painter.restore()
        painter.end()


def _apart(a: tuple[float, float], b: tuple[float, float]) -> float:
    return max(abs(a[0] - b[0]), abs(a[1] - b[1]))
