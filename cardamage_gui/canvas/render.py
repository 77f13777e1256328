"""What do regions look like on the photo?

Functions paint with a painter in screen pixels; items are given in drawing order. Nothing here keeps state.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from qtpy.QtCore import QPointF, QRectF, Qt
from qtpy.QtGui import QBrush, QColor, QFont, QPainter, QPainterPath, QPen, QPolygonF, QTransform

from .. import look
from .gestures import Preview
from .hit import Hit
from .scene import Item
from .viewport import Point, Viewport

LINE, HALO = 1.8, 3.6  # screen pixels
FILL, LIFT = 0.22, 0.16  # opacity of a fill; what is added when selected or hovered
VERTEX, VERTEX_TAKEN, DISC = 4.5, 6.5, 11.0  # radii in screen pixels
SMALLEST_VERTEX = 2.2
REACH = 7.0  # screen pixels within which a vertex or an edge is hit
FAR, FAR_OF_MANY, MANY = 9.0, 28.0, 500  # screen pixels below which a region has no halo; larger where many are seen
BROKEN, THEIRS = (5.0, 3.5), (6.0, 2.5, 1.5, 2.5)  # dashes: the car and what was rejected; somebody else's regions
MARGIN = DISC + 3.0  # screen pixels that a region's painting may reach beyond its bounds


@dataclass(frozen=True)
class Style:
    """How regions are to be shown now."""

    colors: look.Palette
    fill: float = FILL
    numbered: bool = False


@dataclass(frozen=True)
class Ink:
    """With what one kind of region is drawn; made once per painting."""

    pen: QPen
    brush: QBrush


def grain(scale: float) -> float:
    """Photo pixels below which vertices need not be told apart at this zoom: a power of two, 0 for all vertices."""
    return 0.0 if scale >= 1.0 else 2.0 ** math.floor(math.log2(0.8 / scale))


def regions(painter: QPainter, items: Sequence[Item], viewport: Viewport, style: Style) -> None:
    """Resting regions: fill, dark halo, line in the label's colour; outlines of the car white and dashed."""
    fine, far = grain(viewport.scale), FAR if len(items) < MANY else FAR_OF_MANY
    inks: dict[tuple[int, bool, bool, bool], Ink] = {}
    halo = _pen(_faded(QColor(style.colors.halo), 0.75), HALO, painter)
    painter.save()
    painter.setRenderHint(QPainter.Antialiasing)
    _enter(painter, viewport)
    for item in items:
        is_far, rejected = _size(item, viewport) <= far, item.region.review == "rejected"
        key = (item.color.rgba(), item.is_car, rejected, is_far)
        ink = inks.get(key) or inks.setdefault(key, _ink(item, painter, style, is_far=is_far))
        if not is_far and not rejected:
            painter.setPen(halo)
            painter.setBrush(Qt.NoBrush)
            _draw(painter, item, fine)
        painter.setPen(ink.pen)
        painter.setBrush(ink.brush)
        _draw(painter, item, fine)
    painter.restore()


def compared(
    painter: QPainter, items: Sequence[Item], viewport: Viewport, style: Style, *, strong: bool = False
) -> None:
    """Regions of somebody else: dashes and dots in the label's colour on a dark line, without a fill."""
    fine, grown = grain(viewport.scale), 1.0 if strong else 0.0
    halo = _pen(_faded(QColor(style.colors.halo), 0.75), HALO + grown, painter)
    painter.save()
    painter.setRenderHint(QPainter.Antialiasing)
    painter.setBrush(Qt.NoBrush)
    _enter(painter, viewport)
    for item in items:
        for pen in (halo, _pen(item.color, LINE + grown, painter, dashes=THEIRS)):
            painter.setPen(pen)
            _draw(painter, item, fine)
    painter.restore()


def lifted(painter: QPainter, item: Item, viewport: Viewport, style: Style) -> None:
    """What hovering or selecting adds to a resting region: a stronger fill."""
    if item.is_car:
        return
    painter.save()
    painter.setRenderHint(QPainter.Antialiasing)
    _enter(painter, viewport)
    painter.setPen(Qt.NoPen)
    painter.setBrush(_faded(item.color, LIFT / (1.0 - min(style.fill, 0.9))))
    _draw(painter, item, grain(viewport.scale))
    painter.restore()


def selected(painter: QPainter, item: Item, viewport: Viewport, style: Style) -> None:
    """The bright line around a selected region."""
    painter.save()
    painter.setRenderHint(QPainter.Antialiasing)
    _enter(painter, viewport)
    painter.setBrush(Qt.NoBrush)
    for color, width in ((style.colors.halo, HALO + 0.4), (style.colors.vertex, LINE)):
        painter.setPen(_pen(QColor(color), width, painter))
        _draw(painter, item, grain(viewport.scale))
    painter.restore()


def vertices(painter: QPainter, item: Item, viewport: Viewport, style: Style, hit: Hit) -> None:
    """White discs with an accent ring, smaller where they lie close; the one under the pointer is filled and larger."""
    accent, white = QColor(style.colors.accent), QColor(style.colors.vertex)
    size = VERTEX if (gap := _gap(item) * viewport.scale) >= 3 * VERTEX else max(SMALLEST_VERTEX, gap / 3)
    painter.save()
    painter.setRenderHint(QPainter.Antialiasing)
    points = [QPointF(*viewport.to_screen(point)) for ring in item.vertices() for point in ring]
    for color, radius in ((accent, size + LINE / 2), (white, size - LINE / 2)):
        painter.setPen(QPen(color, 2 * radius, Qt.SolidLine, Qt.RoundCap))
        painter.drawPoints(QPolygonF(points))  # one call: a person may see hundreds
    if hit.kind == "vertex" and hit.region == item.id:
        painter.setPen(QPen(white, LINE))
        painter.setBrush(accent)
        place = viewport.to_screen(item.vertices()[hit.ring][hit.index])
        painter.drawEllipse(QPointF(*place), VERTEX_TAKEN, VERTEX_TAKEN)
    painter.restore()


def _gap(item: Item) -> float:
    """Photo pixels between neighbouring vertices, the smaller quarter of them."""
    gaps = [np.hypot(*np.diff(ring, axis=0).T) for ring in item.vertices() if len(ring) > 1]
    return float(np.percentile(np.concatenate(gaps), 25)) if gaps else math.inf


def new_vertex(painter: QPainter, at: Point, viewport: Viewport, style: Style) -> None:
    """Where a click on an edge would put a vertex."""
    painter.save()
    painter.setRenderHint(QPainter.Antialiasing)
    painter.setPen(QPen(QColor(style.colors.vertex), LINE))
    painter.setBrush(_faded(QColor(style.colors.accent), 0.6))
    painter.drawEllipse(QPointF(*viewport.to_screen(at)), VERTEX, VERTEX)
    painter.restore()


def brush(painter: QPainter, at: Point, radius: float, viewport: Viewport, style: Style) -> None:
    """The rim of the brush; `radius` in screen pixels."""
    painter.save()
    painter.setRenderHint(QPainter.Antialiasing)
    painter.setBrush(Qt.NoBrush)
    for color, width in ((style.colors.halo, HALO), (style.colors.vertex, 1.2)):
        painter.setPen(QPen(QColor(color), width))
        painter.drawEllipse(QPointF(*viewport.to_screen(at)), radius, radius)
    painter.restore()


def preview(painter: QPainter, shown: Preview, viewport: Viewport, style: Style, color: QColor) -> None:
    """The line being drawn, and a rubber band. Moved regions are painted as regions by the caller."""
    painter.save()
    painter.setRenderHint(QPainter.Antialiasing)
    if shown.path:
        marks = shown.path if shown.marks is None else shown.marks
        line, dots = ([QPointF(*viewport.to_screen(p)) for p in points] for points in (shown.path, marks))
        _path(painter, line, dots, shown.closing, style, color)
    if shown.band:
        a, b = (QPointF(*viewport.to_screen(p)) for p in shown.band)
        accent = QColor(style.colors.accent)
        painter.setPen(QPen(accent, 1.0))
        painter.setBrush(_faded(accent, 0.15))
        painter.drawRect(QRectF(a, b).normalized())
    painter.restore()


def numbers(painter: QPainter, numbered: Sequence[tuple[int, Item]], viewport: Viewport, style: Style) -> None:
    """Numbered discs in the label's colour, in the middle of each region."""
    painter.save()
    painter.setRenderHint(QPainter.Antialiasing)
    font = QFont(painter.font())
    font.setPixelSize(look.TEXT)
    font.setBold(True)
    painter.setFont(font)
    dark = QColor(style.colors.halo)
    for number, item in numbered:
        center = QPointF(*viewport.to_screen(item.middle()))
        painter.setPen(QPen(dark, LINE))
        painter.setBrush(item.color)
        painter.drawEllipse(center, DISC, DISC)
        painter.drawText(QRectF(center.x() - DISC, center.y() - DISC, 2 * DISC, 2 * DISC), Qt.AlignCenter, str(number))
    painter.restore()


def screen_rect(item: Item, viewport: Viewport) -> QRectF:
    """The rectangle of the canvas, in screen pixels, that painting this region may touch."""
    x0, y0, x1, y1 = viewport.box_on_screen(item.bounds)
    return QRectF(x0 - MARGIN, y0 - MARGIN, x1 - x0 + 2 * MARGIN, y1 - y0 + 2 * MARGIN)


def _ink(item: Item, painter: QPainter, style: Style, *, is_far: bool) -> Ink:
    rejected = item.region.review == "rejected"
    color = _faded(item.color, 0.45) if rejected else item.color
    pen = _pen(color, 1.0 if is_far else LINE, painter, dashes=BROKEN if item.is_car or rejected else ())
    return Ink(pen, QBrush(Qt.NoBrush) if item.is_car or rejected else QBrush(_faded(color, style.fill)))


def _draw(painter: QPainter, item: Item, fine: float) -> None:
    polygons = item.polygons(fine)
    if not item.closed:
        for line in polygons:
            _dot(painter, line.first()) if line.size() == 1 else painter.drawPolyline(line)
    elif len(polygons) == 1:
        painter.drawPolygon(polygons[0])
    else:
        path = QPainterPath()
        path.setFillRule(Qt.OddEvenFill)
        for polygon in polygons:
            path.addPolygon(polygon)
            path.closeSubpath()
        painter.drawPath(path)


def _dot(painter: QPainter, at: QPointF) -> None:
    grown = painter.transform()
    radius = VERTEX / math.hypot(grown.m11(), grown.m12()) * painter.device().devicePixelRatioF()
    painter.drawEllipse(at, radius, radius)


def _path(
    painter: QPainter, points: list[QPointF], dots: list[QPointF], closing: bool, style: Style, color: QColor
) -> None:
    path = QPainterPath(points[0])
    for point in points[1:]:
        path.lineTo(point)
    if closing:
        path.closeSubpath()
        painter.fillPath(path, _faded(color, style.fill))
    for pen_color, width in ((QColor(style.colors.halo), HALO), (color, LINE)):
        painter.strokePath(path, QPen(pen_color, width, Qt.SolidLine, Qt.RoundCap, Qt.RoundJoin))
    painter.setPen(QPen(QColor(style.colors.accent), LINE))
    for i, point in enumerate(dots):
        first = i == 0
        painter.setBrush(QColor(style.colors.accent if first and closing else style.colors.vertex))
        radius = VERTEX_TAKEN if first and closing else VERTEX
        painter.drawEllipse(point, radius, radius)


def _enter(painter: QPainter, viewport: Viewport) -> None:
    painter.setTransform(QTransform(*viewport.matrix), True)


def _pen(color: QColor, width: float, painter: QPainter, *, dashes: Sequence[float] = ()) -> QPen:
    """Bevelled: round joins cost twice the time and look the same at this width."""
    pen = QPen(color, width * painter.device().devicePixelRatioF(), Qt.SolidLine, Qt.FlatCap, Qt.BevelJoin)
    pen.setCosmetic(True)
    if dashes:
        pen.setDashPattern(dashes)
    return pen


def _faded(color: QColor, opacity: float) -> QColor:
    faded = QColor(color)
    faded.setAlphaF(max(0.0, min(1.0, opacity)))
    return faded


def _size(item: Item, viewport: Viewport) -> float:
    x0, y0, x1, y1 = item.bounds
    return max(x1 - x0, y1 - y0) * viewport.scale
