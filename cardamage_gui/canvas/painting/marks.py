"""Paints what lies over the resting regions: selection, hover, vertices, drawings under way, the brush.

Functions paint with a painter in screen pixels; items are given in drawing order. Nothing here keeps state.
"""

from __future__ import annotations

import math

import numpy as np
from qtpy.QtCore import QPointF, QRectF, Qt
from qtpy.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from ..hit import Hit
from ..scene import Item
from ..tools.base import Preview
from ..viewport import Point, Viewport
from .outlines import HALO, LINE, Style, draw, enter, faded, grain, pen

LIFT = 0.16  # opacity that is added when selected or hovered
VERTEX, VERTEX_TAKEN = 4.5, 6.5  # radii in screen pixels
SMALLEST_VERTEX = 2.2
CLICK = 7.0  # radius in screen pixels
MARGIN = 14.0  # screen pixels that a region's painting may reach beyond its bounds


def lifted(painter: QPainter, item: Item, viewport: Viewport, style: Style) -> None:
    """What hovering or selecting adds to a resting region: a stronger fill."""
    if item.is_car or (item.role == "part" and style.faint_parts):
        return
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    enter(painter, viewport)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(faded(item.color, LIFT / (1.0 - min(style.fill, 0.9))))
    draw(painter, item, grain(viewport.scale))
    painter.restore()


def selected(painter: QPainter, item: Item, viewport: Viewport, style: Style) -> None:
    """The bright line around a selected region."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    enter(painter, viewport)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for color, width in ((style.colors.halo, HALO + 0.4), (style.colors.vertex, LINE)):
        painter.setPen(pen(QColor(color), width, painter))
        draw(painter, item, grain(viewport.scale))
    painter.restore()


def vertices(painter: QPainter, item: Item, viewport: Viewport, style: Style, hit: Hit) -> None:
    """White discs with an accent ring, smaller where they lie close; the one under the pointer is filled and larger."""
    accent, white = QColor(style.colors.accent), QColor(style.colors.vertex)
    size = VERTEX if (gap := _gap(item) * viewport.scale) >= 3 * VERTEX else max(SMALLEST_VERTEX, gap / 3)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    points = [QPointF(*viewport.to_screen(point)) for ring in item.vertices() for point in ring]
    for color, radius in ((accent, size + LINE / 2), (white, size - LINE / 2)):
        painter.setPen(QPen(color, 2 * radius, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawPoints(QPolygonF(points))  # one call: there may be hundreds
    if hit.kind == "vertex" and hit.region == item.id:
        painter.setPen(QPen(white, LINE))
        painter.setBrush(accent)
        place = viewport.to_screen(item.vertices()[hit.ring][hit.index])
        painter.drawEllipse(QPointF(*place), VERTEX_TAKEN, VERTEX_TAKEN)
    painter.restore()


def _gap(item: Item) -> float:
    """Photo pixels between neighbouring vertices, the smaller quarter of them."""
    gaps = [np.hypot(*np.diff(ring, axis=0).T) for ring in item.vertices() if len(ring) > 1]
    if not gaps:
        return math.inf
    found, quarter = np.concatenate(gaps), sum(map(len, gaps)) // 4
    return float(np.partition(found, quarter)[quarter])  # a tenth of what `np.percentile` costs


def new_vertex(painter: QPainter, at: Point, viewport: Viewport, style: Style) -> None:
    """Where a click on an edge would put a vertex."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(style.colors.vertex), LINE))
    painter.setBrush(faded(QColor(style.colors.accent), 0.6))
    painter.drawEllipse(QPointF(*viewport.to_screen(at)), VERTEX, VERTEX)
    painter.restore()


def brush(painter: QPainter, at: Point, radius: float, viewport: Viewport, style: Style) -> None:
    """The rim of the brush; `radius` in screen pixels."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for color, width in ((style.colors.halo, HALO), (style.colors.vertex, 1.2)):
        painter.setPen(QPen(QColor(color), width))
        painter.drawEllipse(QPointF(*viewport.to_screen(at)), radius, radius)
    painter.restore()


def preview(painter: QPainter, shown: Preview, viewport: Viewport, style: Style, color: QColor) -> None:
    """The line being drawn, and a rubber band. Moved regions are painted as regions by the caller."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if shown.path:
        marks = shown.path if shown.marks is None else shown.marks
        line, dots = ([QPointF(*viewport.to_screen(p)) for p in points] for points in (shown.path, marks))
        _path(painter, line, dots, shown.closing, style, color)
    for at, inside in shown.clicks:
        _click(painter, QPointF(*viewport.to_screen(at)), inside, style)
    if shown.band:
        a, b = (QPointF(*viewport.to_screen(p)) for p in shown.band)
        accent = QColor(style.colors.accent)
        painter.setPen(QPen(accent, 1.0))
        painter.setBrush(faded(accent, 0.15))
        painter.drawRect(QRectF(a, b).normalized())
    painter.restore()


def screen_rect(item: Item, viewport: Viewport) -> QRectF:
    """The rectangle of the canvas, in screen pixels, that painting this region may touch."""
    x0, y0, x1, y1 = viewport.box_on_screen(item.bounds)
    return QRectF(x0 - MARGIN, y0 - MARGIN, x1 - x0 + 2 * MARGIN, y1 - y0 + 2 * MARGIN)


def _path(
    painter: QPainter, points: list[QPointF], dots: list[QPointF], closing: bool, style: Style, color: QColor
) -> None:
    path = QPainterPath(points[0])
    for point in points[1:]:
        path.lineTo(point)
    if closing:
        path.closeSubpath()
        painter.fillPath(path, faded(color, style.fill))
    for pen_color, width in ((QColor(style.colors.halo), HALO), (color, LINE)):
        painter.strokePath(
            path, QPen(pen_color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        )
    painter.setPen(QPen(QColor(style.colors.accent), LINE))
    for i, point in enumerate(dots):
        first = i == 0
        painter.setBrush(QColor(style.colors.accent if first and closing else style.colors.vertex))
        radius = VERTEX_TAKEN if first and closing else VERTEX
        painter.drawEllipse(point, radius, radius)


def _click(painter: QPainter, at: QPointF, inside: bool, style: Style) -> None:
    """A disc with a plus for a click inside, with a minus for one outside."""
    colors = style.colors
    painter.setPen(QPen(QColor(colors.halo), HALO))
    painter.setBrush(QColor(colors.accent if inside else colors.vertex))
    painter.drawEllipse(at, CLICK, CLICK)
    painter.setPen(QPen(QColor(colors.vertex if inside else colors.halo), LINE))
    reach = 0.55 * CLICK
    painter.drawLine(at - QPointF(reach, 0), at + QPointF(reach, 0))
    if inside:
        painter.drawLine(at - QPointF(0, reach), at + QPointF(0, reach))
