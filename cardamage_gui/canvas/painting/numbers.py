"""Numbered discs of regions: each in the middle of its region, or pushed aside where discs would lie on each other.

A disc that had to give way is tied to the middle of its region by a thin line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from qtpy.QtCore import QPointF, QRectF, Qt
from qtpy.QtGui import QColor, QFont, QPainter, QPen

from ... import look
from ..scene import Item
from ..viewport import Viewport
from .outlines import LINE, Style, faded

DISC = 11.0  # radius in screen pixels
APART = 2 * DISC + 4.0  # screen pixels from middle to middle
ROUNDS = 40
TIED = 6.0  # screen pixels from which a disc is tied to where it belongs
FADED = 0.45


def apart(places: np.ndarray, *, gap: float = APART) -> np.ndarray:
    """Places (n, 2) moved as little as may be so that all lie `gap` from each other; the earlier ones move less."""
    moved = np.array(places, dtype=float).reshape(-1, 2)
    if len(moved) < 2:
        return moved
    # Those that lie on one point need a direction to go: around a circle by their number.
    turns = np.arange(len(moved)) * 2.399963  # the golden angle
    moved += 0.01 * np.column_stack([np.cos(turns), np.sin(turns)])
    weight = np.arange(len(moved), dtype=float)
    share = weight[:, None] / np.maximum(weight[:, None] + weight[None, :], 1.0)  # of the way that i goes
    for _ in range(ROUNDS):
        between = moved[:, None, :] - moved[None, :, :]
        distance = np.hypot(between[..., 0], between[..., 1])
        np.fill_diagonal(distance, np.inf)
        lacking = np.maximum(gap - distance, 0.0)
        if lacking.max() < 0.5:
            break
        moved += ((between / distance[..., None]) * (lacking * share)[..., None]).sum(axis=1)
    return moved


def paint(
    painter: QPainter, items: Sequence[Item], numbers: Mapping[str, str], viewport: Viewport, style: Style
) -> None:
    """The discs of the items that have a number, in the colour of their labels; rejected ones are faint."""
    numbered = [item for item in items if item.id in numbers]
    if not numbered:
        return
    anchors = np.array([viewport.to_screen(item.middle()) for item in numbered])
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    font = QFont(painter.font())
    font.setPixelSize(look.TEXT)
    font.setBold(True)
    painter.setFont(font)
    for item, anchor, place in zip(numbered, anchors, apart(anchors), strict=True):
        painter.setOpacity(FADED if item.region.review == "rejected" else 1.0)
        _tie(painter, anchor, place, style)
        _disc(painter, QPointF(*place), numbers[item.id], item.color, style)
    painter.restore()


def _tie(painter: QPainter, anchor: np.ndarray, place: np.ndarray, style: Style) -> None:
    if np.hypot(*(place - anchor)) < TIED:
        return
    for color, width in ((faded(QColor(style.colors.halo), 0.75), 3.0), (QColor(style.colors.vertex), 1.2)):
        painter.setPen(QPen(color, width))
        painter.drawLine(QPointF(*anchor), QPointF(*place))
    painter.setBrush(QColor(style.colors.vertex))
    painter.drawEllipse(QPointF(*anchor), 2.0, 2.0)


def _disc(painter: QPainter, center: QPointF, number: str, color: QColor, style: Style) -> None:
    painter.setPen(QPen(QColor(style.colors.halo), LINE))
    painter.setBrush(color)
    painter.drawEllipse(center, DISC, DISC)
    box = QRectF(center.x() - DISC, center.y() - DISC, 2 * DISC, 2 * DISC)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, number)
