"""Paints the canvas from its state: a cached layer of what rests, and over it what moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from qtpy.QtCore import QRectF, QSize, Qt
from qtpy.QtGui import QColor, QPainter

from ..hit import nearest_on_edge
from ..scene import Item
from ..state import MANY, CanvasState
from . import marks, outlines
from .layer import Layer, Picture
from .outlines import Style


class CanvasPainter:
    """Paints the photo with its regions; knows by the notices of the state what has to be painted again."""

    def __init__(self, state: CanvasState, style: Style) -> None:
        self.style = style
        self._state = state
        self._picture: Picture | None = None
        self._layer = Layer()
        self._pieces = outlines.Pieces()
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
        if state.overlay:
            self._paint_active(painter)
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
        painter.fillRect(rect, QColor(style.colors.canvas))
        if (picture := self._current_picture()) is not None:
            picture.paint(painter, view, rect)
        if not state.overlay:
            return
        m = marks.MARGIN
        box = view.box_on_photo((rect.left() - m, rect.top() - m, rect.right() + m, rect.bottom() + m))
        items, hidden = state.scene.within(box), state.preview.hidden
        items = [item for item in items if item.id not in hidden] if hidden else items
        outlines.regions(painter, items, view, style, self._pieces)
        outlines.compared(painter, state.compared.within(box), view, style)

    def _current_picture(self) -> Picture | None:
        pixels = self._state.pixels
        if pixels is None:
            self._picture = None
        elif self._picture is None or self._picture.pixels is not pixels:
            self._picture = Picture(pixels)
        return self._picture

    def _paint_active(self, painter: QPainter) -> None:
        state, view, style = self._state, self._state.viewport, self.style
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
        if style.numbered:
            numbered = [item for item in state.scene.items if not item.is_car]
            marks.numbers(painter, list(enumerate(numbered, 1)), view, style)
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
