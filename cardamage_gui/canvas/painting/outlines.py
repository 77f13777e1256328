"""Paints the outlines of resting regions, thousands of them; pens, opacities and line widths for all painting.

What costs the time was measured (Qt 5.15's raster engine, 5,000 polygons): a wide line along a polygon takes twice as
long as the same line piece by piece; setting a pen for every region and smoothing the fills of tiny ones, as long as
painting them.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from qtpy.QtCore import QLineF, QPointF, Qt
from qtpy.QtGui import QBrush, QColor, QPainter, QPainterPath, QPen, QTransform

from ... import look
from ..scene import Item, Look, thinned
from ..viewport import Viewport

LINE, HALO = 1.8, 3.6  # screen pixels
FILL = 0.22  # opacity
POINT = 4.5  # radius in screen pixels
FAR, FAR_OF_MANY, MANY = 9.0, 28.0, 500  # screen pixels below which a region has no halo; larger where many are seen
BROKEN, THEIRS = (5.0, 3.5), (6.0, 2.5, 1.5, 2.5)  # dashes: the car and what was rejected; those compared with
COARSE = 2.0  # times as far apart may vertices be that are left out of a tiny region
DENSE = 24  # vertices of an outline from which its corners are too blunt for gaps between its pieces to be seen


@dataclass(frozen=True)
class Style:
    """How regions are to be shown now."""

    colors: look.Palette
    fill: float = FILL
    faint_parts: bool = False  # panels as thin lines below all damage
    mosaics: bool = False  # what is private is covered


class Pieces:
    """Outlines as lines from vertex to vertex, kept for the regions painted last."""

    MOST = 60_000  # lines; about 10 MB

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[Item, float], list[QLineF]] = OrderedDict()
        self._number = 0

    def of(self, item: Item, fine: float) -> list[QLineF]:
        """The lines of a closed region of one ring, without vertices nearer than `fine` photo pixels."""
        key = (item, fine)
        lines = self._kept.get(key)
        if lines is None:
            points = [QPointF(x, y) for x, y in thinned(item.lines[0], fine).tolist()]
            lines = self._kept[key] = list(map(QLineF, points, (*points[1:], points[0])))
            self._number += len(lines)
            while self._number > self.MOST and len(self._kept) > 1:
                self._number -= len(self._kept.popitem(last=False)[1])
        else:
            self._kept.move_to_end(key)
        return lines


def regions(painter: QPainter, items: Iterable[Item], viewport: Viewport, style: Style, pieces: Pieces) -> None:
    """Resting regions: fill, dark halo, line in the label's colour; outlines of the car white and dashed.

    Regions that are tiny at this zoom have neither halo nor order; they lie on top, so that none is buried.
    """
    items = list(items)
    far_below = (FAR if len(items) < MANY else FAR_OF_MANY) / viewport.scale
    if style.faint_parts:
        items.sort(key=lambda item: item.role != "part")
    near: list[Item] = []
    far: dict[Look, list[Item]] = {}
    for item in items:
        if item.extent > far_below:
            near.append(item)
        else:
            far.setdefault(item.look, []).append(item)
    painter.save()
    enter(painter, viewport)
    _paint_near(painter, near, viewport, style, pieces)
    for kind, group in far.items():
        _paint_far(painter, kind, group, viewport, style)
    painter.restore()


def compared(
    painter: QPainter, items: Sequence[Item], viewport: Viewport, style: Style, *, strong: bool = False
) -> None:
    """Regions to compare with: dashes and dots in the label's colour on a dark line, without a fill."""
    fine, grown = grain(viewport.scale), 1.0 if strong else 0.0
    halo = pen(faded(QColor(style.colors.halo), 0.75), HALO + grown, painter)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    enter(painter, viewport)
    for item in items:
        for one in (halo, pen(item.color, LINE + grown, painter, dashes=THEIRS)):
            painter.setPen(one)
            draw(painter, item, fine)
    painter.restore()


def grain(scale: float) -> float:
    """Photo pixels below which vertices need not be told apart at this zoom: a power of two, 0 for all vertices."""
    return 0.0 if scale >= 1.0 else 2.0 ** math.floor(math.log2(0.8 / scale))


def enter(painter: QPainter, viewport: Viewport) -> None:
    """From here on the painter draws in photo pixels."""
    painter.setTransform(QTransform(*viewport.matrix), True)


def draw(painter: QPainter, item: Item, fine: float) -> None:
    """The region's outline, without the vertices that lie nearer than `fine` photo pixels."""
    polygons = item.polygons(fine)
    if not item.closed:
        for line in polygons:
            _dot(painter, line.first()) if line.size() == 1 else painter.drawPolyline(line)
    elif len(polygons) == 1:
        painter.drawPolygon(polygons[0])
    else:
        path = QPainterPath()
        path.setFillRule(Qt.FillRule.OddEvenFill)
        for polygon in polygons:
            path.addPolygon(polygon)
            path.closeSubpath()
        painter.drawPath(path)


def _dot(painter: QPainter, at: QPointF) -> None:
    grown = painter.transform()
    radius = POINT / math.hypot(grown.m11(), grown.m12()) * painter.device().devicePixelRatioF()
    painter.drawEllipse(at, radius, radius)


def pen(color: QColor, width: float, painter: QPainter, *, dashes: Sequence[float] = ()) -> QPen:
    """A pen of so many screen pixels at every zoom. Bevelled: round joins cost twice the time and look alike."""
    pen = QPen(
        color,
        width * painter.device().devicePixelRatioF(),
        Qt.PenStyle.SolidLine,
        Qt.PenCapStyle.FlatCap,
        Qt.PenJoinStyle.BevelJoin,
    )
    pen.setCosmetic(True)
    if dashes:
        pen.setDashPattern(dashes)
    return pen


def faded(color: QColor, opacity: float) -> QColor:
    """The colour, translucent."""
    faded = QColor(color)
    faded.setAlphaF(max(0.0, min(1.0, opacity)))
    return faded


def _paint_near(painter: QPainter, items: list[Item], viewport: Viewport, style: Style, pieces: Pieces) -> None:
    """One after the other, as they lie on each other."""
    fine = grain(viewport.scale)
    halo = pen(faded(QColor(style.colors.halo), 0.75), HALO, painter)
    inks: dict[Look, tuple[QPen, QBrush]] = {}
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for item in items:
        ink = inks.get(item.look) or inks.setdefault(item.look, _ink(item.look, LINE, painter, style))
        _, role, rejected = item.look
        faint = rejected or (role == "part" and style.faint_parts)
        if item.closed and len(item.lines) == 1 and len(item.lines[0]) >= DENSE and role != "car" and not faint:
            _paint_dense(painter, item, fine, halo, ink, pieces)
            continue
        if not faint:
            painter.setPen(halo)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            draw(painter, item, fine)
        painter.setPen(ink[0])
        painter.setBrush(ink[1])
        draw(painter, item, fine)


def _paint_dense(
    painter: QPainter, item: Item, fine: float, halo: QPen, ink: tuple[QPen, QBrush], pieces: Pieces
) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink[1])
    painter.drawPolygon(item.polygons(fine)[0])
    lines = pieces.of(item, fine)
    for one in (halo, ink[0]):
        painter.setPen(one)
        painter.drawLines(lines)


def _paint_far(painter: QPainter, kind: Look, items: list[Item], viewport: Viewport, style: Style) -> None:
    """All of one look: first the fills, whose rough edges lie below the lines."""
    fine = COARSE * grain(viewport.scale)
    line, fill = _ink(kind, 1.0, painter, style)
    simple = [item.polygons(fine)[0] for item in items if item.closed and len(item.lines) == 1]
    others = [item for item in items if not item.closed or len(item.lines) != 1]
    for smooth, one, brush in ((False, QPen(Qt.PenStyle.NoPen), fill), (True, line, QBrush(Qt.BrushStyle.NoBrush))):
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, smooth)
        painter.setPen(one)
        painter.setBrush(brush)
        paint = painter.drawPolygon
        for polygon in simple if smooth or fill.style() != Qt.BrushStyle.NoBrush else ():
            paint(polygon)
        for item in others:
            draw(painter, item, fine)


def _ink(kind: Look, width: float, painter: QPainter, style: Style) -> tuple[QPen, QBrush]:
    rgba, role, rejected = kind
    if role == "part" and style.faint_parts:
        return pen(faded(QColor(style.colors.vertex), 0.6), 1.0, painter), QBrush(Qt.BrushStyle.NoBrush)
    color = faded(QColor.fromRgba(rgba), 0.45) if rejected else QColor.fromRgba(rgba)
    hollow = role == "car" or rejected or (role == "private" and style.mosaics)
    made = pen(color, width, painter, dashes=BROKEN if role == "car" or rejected else ())
    return made, QBrush(Qt.BrushStyle.NoBrush) if hollow else QBrush(faded(color, style.fill))
