"""How are resting regions painted, thousands of them?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qtpy.QtCore import Qt
from qtpy.QtGui import QBrush, QColor, QPainter, QPen

from .pens import HALO, LINE, Style, draw, enter, faded, grain, pen
from .scene import Item
from .viewport import Viewport

FAR, FAR_OF_MANY, MANY = 9.0, 28.0, 500  # screen pixels below which a region has no halo; larger where many are seen
BROKEN, THEIRS = (5.0, 3.5), (6.0, 2.5, 1.5, 2.5)  # dashes: the car and what was rejected; somebody else's regions


@dataclass(frozen=True)
class Ink:
    """With what one kind of region is drawn; made once per painting."""

    pen: QPen
    brush: QBrush


def regions(painter: QPainter, items: Sequence[Item], viewport: Viewport, style: Style) -> None:
    """Resting regions: fill, dark halo, line in the label's colour; outlines of the car white and dashed."""
    fine, far = grain(viewport.scale), FAR if len(items) < MANY else FAR_OF_MANY
    inks: dict[tuple[int, bool, bool, bool], Ink] = {}
    halo = pen(faded(QColor(style.colors.halo), 0.75), HALO, painter)
    painter.save()
    painter.setRenderHint(QPainter.Antialiasing)
    enter(painter, viewport)
    for item in items:
        is_far, rejected = _size(item, viewport) <= far, item.region.review == "rejected"
        key = (item.color.rgba(), item.is_car, rejected, is_far)
        ink = inks.get(key) or inks.setdefault(key, _ink(item, painter, style, is_far=is_far))
        if not is_far and not rejected:
            painter.setPen(halo)
            painter.setBrush(Qt.NoBrush)
            draw(painter, item, fine)
        painter.setPen(ink.pen)
        painter.setBrush(ink.brush)
        draw(painter, item, fine)
    painter.restore()


def compared(
    painter: QPainter, items: Sequence[Item], viewport: Viewport, style: Style, *, strong: bool = False
) -> None:
    """Regions of somebody else: dashes and dots in the label's colour on a dark line, without a fill."""
    fine, grown = grain(viewport.scale), 1.0 if strong else 0.0
    halo = pen(faded(QColor(style.colors.halo), 0.75), HALO + grown, painter)
    painter.save()
    painter.setRenderHint(QPainter.Antialiasing)
    painter.setBrush(Qt.NoBrush)
    enter(painter, viewport)
    for item in items:
        for one in (halo, pen(item.color, LINE + grown, painter, dashes=THEIRS)):
            painter.setPen(one)
            draw(painter, item, fine)
    painter.restore()


def _ink(item: Item, painter: QPainter, style: Style, *, is_far: bool) -> Ink:
    rejected = item.region.review == "rejected"
    color = faded(item.color, 0.45) if rejected else item.color
    made = pen(color, 1.0 if is_far else LINE, painter, dashes=BROKEN if item.is_car or rejected else ())
    return Ink(made, QBrush(Qt.NoBrush) if item.is_car or rejected else QBrush(faded(color, style.fill)))


def _size(item: Item, viewport: Viewport) -> float:
    x0, y0, x1, y1 = item.bounds
    return max(x1 - x0, y1 - y0) * viewport.scale
