"""With what are regions drawn? Pens, opacities and outlines, shared by everything that paints on the photo."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from qtpy.QtCore import QPointF, Qt
from qtpy.QtGui import QColor, QPainter, QPainterPath, QPen, QTransform

from .. import look
from .scene import Item
from .viewport import Viewport

LINE, HALO = 1.8, 3.6  # screen pixels
FILL = 0.22  # opacity
POINT = 4.5  # radius in screen pixels


@dataclass(frozen=True)
class Style:
    """How regions are to be shown now."""

    colors: look.Palette
    fill: float = FILL
    numbered: bool = False


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
        path.setFillRule(Qt.OddEvenFill)
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
    pen = QPen(color, width * painter.device().devicePixelRatioF(), Qt.SolidLine, Qt.FlatCap, Qt.BevelJoin)
    pen.setCosmetic(True)
    if dashes:
        pen.setDashPattern(dashes)
    return pen


def faded(color: QColor, opacity: float) -> QColor:
    """The colour, translucent."""
    faded = QColor(color)
    faded.setAlphaF(max(0.0, min(1.0, opacity)))
    return faded
