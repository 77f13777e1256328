"""Paints the canvas from its state: a cached layer of the photo and resting regions, and over it what moves.

In the layer, one pixmap, a change makes only its own rectangle dirty, a pan shifts the pixmap and makes the uncovered
strips dirty, a zoom makes everything dirty.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from qtpy import PYQT5
from qtpy.QtCore import QRect, QRectF, QSize, Qt
from qtpy.QtGui import QColor, QImage, QPainter, QPixmap, QRegion, QTransform

from ..hit import nearest_on_edge
from ..scene import Item
from ..state import MANY, CanvasState
from ..viewport import Viewport
from . import marks, numbers, outlines
from .mosaics import Mosaics
from .outlines import Style


class CanvasPainter:
    """Paints the photo with its regions; knows by the notices of the state what has to be painted again."""

    def __init__(self, state: CanvasState, style: Style) -> None:
        self.style = style
        self._state = state
        self._picture: Picture | None = None
        self._layer = Layer()
        self._pieces = outlines.Pieces()
        self._mosaics = Mosaics()
        state.rest_changed.connect(self._spoil)

    def set_style(self, **changes: Any) -> None:
        """Other colours, opacity or numbers; see `Style`."""
        style = replace(self.style, **changes)
        if style != self.style:
            self.style = style
            self._layer.spoil()
            self._state.changed.emit()

    def place_of(self, region_id: str) -> QRectF:
        """The rectangle of the canvas that this region's painting may touch; empty when it is not shown."""
        item = self._state.scene.get(region_id)
        return QRectF() if item is None else marks.screen_rect(item, self._state.viewport)

    def paint(self, painter: QPainter, size: QSize, ratio: float) -> None:
        """Blit what rests, paint what moves; `ratio` is the device's pixels per logical pixel."""
        state = self._state
        painter.drawPixmap(0, 0, self._layer.painted(size, ratio, state.viewport, self._paint_rest))
        bare = 0.0 if state.wipe is None else state.wipe  # so many pixels at the left show the photo alone
        if bare > 0 and state.overlay:
            self._paint_photo(painter, QRectF(0, 0, bare, size.height()))
        if state.overlay:
            painter.save()
            painter.setClipRect(QRectF(bare, 0, size.width() - bare, size.height()))
            self._paint_active(painter)
            painter.restore()
        if state.message:
            self._paint_message(painter, QRectF(0, 0, size.width(), size.height()))

    def _spoil(self, items: Sequence[Item] | None) -> None:
        if items is None or len(items) > MANY:
            self._layer.spoil()
            return
        for item in items:
            self._layer.spoil(marks.screen_rect(item, self._state.viewport))

    def _paint_rest(self, painter: QPainter, rect: QRectF) -> None:
        state, view, style = self._state, self._state.viewport, self.style
        self._paint_photo(painter, rect)
        if not state.overlay:
            return
        m = marks.MARGIN
        box = view.box_on_photo((rect.left() - m, rect.top() - m, rect.right() + m, rect.bottom() + m))
        items, hidden = state.scene.within(box), state.preview.hidden
        items = [item for item in items if item.id not in hidden] if hidden else items
        self._paint_mosaics(painter, items)
        outlines.regions(painter, items, view, style, self._pieces)
        outlines.compared(painter, state.compared.within(box), view, style)

    def _paint_photo(self, painter: QPainter, rect: QRectF) -> None:
        painter.save()
        painter.setClipRect(rect, Qt.ClipOperation.IntersectClip)
        painter.fillRect(rect, QColor(self.style.colors.canvas))
        if (picture := self._current_picture()) is not None:
            picture.paint(painter, self._state.viewport, rect)
        painter.restore()

    def _paint_mosaics(self, painter: QPainter, items: Sequence[Item]) -> None:
        pixels = self._state.pixels
        if not self.style.mosaics or pixels is None:
            return
        for item in items:
            if item.role == "private":
                self._mosaics.paint(painter, item, pixels, self._state.viewport)

    def _current_picture(self) -> Picture | None:
        pixels = self._state.pixels
        if pixels is None:
            self._picture = None
        elif self._picture is None or self._picture.pixels is not pixels:
            self._picture = Picture(pixels)
        return self._picture

    def _paint_active(self, painter: QPainter) -> None:
        state, view, style = self._state, self._state.viewport, self.style
        self._paint_mosaics(painter, state.moving)
        outlines.regions(painter, state.moving, view, style, self._pieces)
        self._paint_pointed_out(painter)
        moving = {item.id: item for item in state.moving}
        chosen = [moving.get(i) or state.scene.get(i) for i in state.selection]
        taken = [item for item in chosen if item is not None]
        hovered = state.scene.get(state.hit.region)
        for item in dict.fromkeys([*taken, hovered] if hovered and not state.preview.hidden else taken):
            marks.lifted(painter, item, view, style)
        for item in taken:
            marks.selected(painter, item, view, style)
        for item in taken if len(taken) == 1 and state.handles and taken[0].id not in state.locked else ():
            self._paint_vertices(painter, item)
        if state.numbers:
            numbers.paint(painter, state.scene.items, state.numbers, view, style)
        marks.preview(painter, state.preview, view, style, state.color_of(state.new_label))
        if state.mark is not None:
            marks.new_vertex(painter, state.mark, view, style)
        if state.tool.round and state.pointer is not None:
            marks.brush(painter, state.pointer, state.brush, view, style)

    def _paint_pointed_out(self, painter: QPainter) -> None:
        item = self._state.compared.get(self._state.pointed_out)
        if item is not None:
            marks.lifted(painter, item, self._state.viewport, self.style)
            outlines.compared(painter, [item], self._state.viewport, self.style, strong=True)

    def _paint_vertices(self, painter: QPainter, item: Item) -> None:
        state, view = self._state, self._state.viewport
        marks.vertices(painter, item, view, self.style, state.hit)
        if state.hit.kind == "edge" and state.pointer is not None and not state.moving:
            at = nearest_on_edge(item, state.hit, state.pointer)
            marks.new_vertex(painter, at, view, self.style)

    def _paint_message(self, painter: QPainter, whole: QRectF) -> None:
        painter.setPen(QColor(self.style.colors.muted))
        room = whole.adjusted(48, 48, -48, -48)
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._state.message)


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
