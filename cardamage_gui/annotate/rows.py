"""How does a short list of coloured things look? Used for the regions of a photo and for the labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qtpy.QtCore import QAbstractListModel, QModelIndex, QObject, QRect, QRectF, QSize, Qt
from qtpy.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from qtpy.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from .. import look

ROW = Qt.UserRole
EDGE = 14  # pixels at both sides


@dataclass(frozen=True)
class Row:
    """One row: key chip (may be ""), colour, text with a muted note, second line (may be ""), text at the right."""

    id: str
    text: str
    color: str
    key: str = ""
    note: str = ""
    second: str = ""
    right: str = ""
    marked: bool = False  # the label of the next drawing
    struck: bool = False  # rejected


class RowModel(QAbstractListModel):
    """Rows as a Qt model."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[Row, ...] = ()

    def show(self, rows: Sequence[Row]) -> None:
        """Show these rows; the list keeps its place when the ids are the same."""
        old, rows = self.rows, tuple(rows)
        if [row.id for row in old] == [row.id for row in rows]:
            self.rows = rows
            if rows and rows != old:
                self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        """How many rows."""
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def data(self, index: QModelIndex, role: int = Qt.DisplayRole) -> object:
        """The text; under `ROW` the whole row."""
        if not index.isValid():
            return None
        row = self.rows[index.row()]
        if role == ROW:
            return row
        if role == Qt.AccessibleTextRole:
            return " ".join(filter(None, (row.text, row.note, row.second, row.right)))
        return row.text if role == Qt.DisplayRole else None

    def index_of(self, row_id: str) -> QModelIndex:
        """The index of a row by id; invalid when there is none."""
        found = next((i for i, row in enumerate(self.rows) if row.id == row_id), -1)
        return self.index(found) if found >= 0 else QModelIndex()


class RowDelegate(QStyledItemDelegate):
    """Paints a `Row`; rows are `height` pixels high."""

    def __init__(self, parent: QWidget, *, height: int) -> None:
        super().__init__(parent)
        self._widget, self._height = parent, height

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex) -> QSize:
        """All rows are alike."""
        return QSize(160, self._height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Paint one row."""
        row: Row = index.data(ROW)
        colors, rect = look.of(self._widget), option.rect
        painter.save()
        painter.setRenderHint(QPainter.Antialiasing)
        if option.state & (QStyle.State_Selected | QStyle.State_MouseOver):
            painter.fillRect(rect, QColor(colors.raised))
        if option.state & QStyle.State_Selected or row.marked:
            painter.fillRect(QRect(rect.left(), rect.top(), 3, rect.height()), QColor(colors.accent))
        left = rect.left() + EDGE
        if row.key or not row.second:
            left = _key(painter, QRect(left, rect.center().y() - 8, 18, 17), row.key, option.font, colors)
        left = _square(painter, QRectF(left, rect.center().y() - 6, 12, 12), row.color, colors)
        right = _right(painter, rect.adjusted(0, 0, -EDGE, 0), row.right, option.font, colors)
        self._texts(painter, QRect(left, rect.top(), right - left - 8, rect.height()), row, option.font, colors)
        painter.restore()

    def _texts(self, painter: QPainter, rect: QRect, row: Row, font: QFont, colors: look.Palette) -> None:
        if not row.second:
            _text(painter, rect, row, font, colors)
            return
        middle = rect.center().y()
        _text(painter, QRect(rect.left(), middle - 18, rect.width(), 19), row, font, colors)
        small = QFont(font)
        small.setPixelSize(look.SMALL + 1)
        painter.setFont(small)
        painter.setPen(QColor(colors.muted))
        shown = QFontMetrics(small).elidedText(row.second, Qt.ElideRight, rect.width())
        painter.drawText(QRect(rect.left(), middle, rect.width(), 18), Qt.AlignLeft | Qt.AlignVCenter, shown)


def _text(painter: QPainter, rect: QRect, row: Row, font: QFont, colors: look.Palette) -> None:
    font = QFont(font)
    font.setStrikeOut(row.struck)
    metrics = QFontMetrics(font)
    shown = metrics.elidedText(row.text, Qt.ElideRight, rect.width())
    painter.setFont(font)
    painter.setPen(QColor(colors.muted if row.struck else colors.text))
    painter.drawText(rect, Qt.AlignLeft | Qt.AlignVCenter, shown)
    beside = rect.adjusted(metrics.horizontalAdvance(shown + " "), 0, 0, 0)
    if row.note and beside.width() > 24:
        painter.setPen(QColor(colors.muted))
        note = metrics.elidedText(row.note, Qt.ElideRight, beside.width())
        painter.drawText(beside, Qt.AlignLeft | Qt.AlignVCenter, note)


def _key(painter: QPainter, rect: QRect, key: str, font: QFont, colors: look.Palette) -> int:
    if key:
        small = QFont(font)
        small.setPixelSize(look.SMALL)
        painter.setFont(small)
        painter.setPen(QPen(QColor(colors.line), 1))
        painter.setBrush(QColor(colors.raised))
        painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setPen(QColor(colors.muted))
        painter.drawText(rect, Qt.AlignCenter, key)
    return rect.right() + 11


def _square(painter: QPainter, rect: QRectF, color: str, colors: look.Palette) -> int:
    painter.setPen(QPen(QColor(colors.line), 1))
    painter.setBrush(QColor(color or colors.muted))
    painter.drawRoundedRect(rect, 3, 3)
    return int(rect.right()) + 10


def _right(painter: QPainter, rect: QRect, text: str, font: QFont, colors: look.Palette) -> int:
    painter.setFont(font)
    painter.setPen(QColor(colors.muted))
    painter.drawText(rect, Qt.AlignRight | Qt.AlignVCenter, text)
    return rect.right() - QFontMetrics(font).horizontalAdvance(text)
