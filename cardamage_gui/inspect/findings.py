"""What was found on this photo, and what does a person say to it? The table at the right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qtpy.QtCore import QAbstractTableModel, QModelIndex, QPointF, QRectF, QSize, Qt, Signal
from qtpy.QtGui import QColor, QFont, QPainter
from qtpy.QtWidgets import QAbstractItemView, QHeaderView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from .. import look, words
from .rows import Row

ROW = Qt.UserRole
NUMBER, DAMAGE, SHARE, SCORE, STATE = range(5)
SIGNS = {"accepted": "✓", "rejected": "✕", "unreviewed": "?", "needs work": "!"}
SAID = {"accepted": "accepted", "rejected": "rejected", "unreviewed": "not decided yet", "needs work": "needs work"}
ROW_HEIGHT = 40


class FindingsModel(QAbstractTableModel):
    """Rows as a table."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[Row, ...] = ()
        self._share = "of photo"

    def set_rows(self, rows: tuple[Row, ...], share: str) -> None:
        """Show these; `share` heads the column of percentages."""
        same = [row.region.id for row in rows] == [row.region.id for row in self._rows]
        if same and share == self._share:
            self._rows = rows
            if rows:
                self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, STATE))
            return
        self.beginResetModel()
        self._rows, self._share = rows, share
        self.endResetModel()

    def rows(self) -> tuple[Row, ...]:
        """What is being shown."""
        return self._rows

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        """One row for each finding."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, _parent: QModelIndex | None = None) -> int:
        """Number, damage, share, score, decision."""
        return STATE + 1

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.DisplayRole) -> Any:
        """The heads; numbers stand right."""
        if orientation != Qt.Horizontal:
            return None
        if role == Qt.DisplayRole:
            return ("", "Damage", self._share, "score", "")[section]
        right = section in (SHARE, SCORE)
        return (
            int((Qt.AlignRight if right else Qt.AlignLeft) | Qt.AlignVCenter) if role == Qt.TextAlignmentRole else None
        )

    def data(self, index: QModelIndex, role: int = Qt.DisplayRole) -> Any:
        """A cell in words, or the row itself."""
        row = self._rows[index.row()]
        if role == ROW:
            return row
        if role in (Qt.DisplayRole, Qt.AccessibleTextRole):
            return _text(row, index.column())
        return _tip(row) if role == Qt.ToolTipRole else None


class FindingsTable(QTableView):
    """The table; one row is current, its region is selected on the photo."""

    chosen = Signal(str)  # region id

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("Findings")
        self.setAccessibleName("Findings on this photo")
        self.setModel(FindingsModel())
        self.setItemDelegate(_Delegate(self))
        self.setSelectionBehavior(QAbstractItemView.SelectRows)
        self.setSelectionMode(QAbstractItemView.SingleSelection)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setMinimumSectionSize(24)
        head.setSectionResizeMode(QHeaderView.Fixed)
        head.setSectionResizeMode(DAMAGE, QHeaderView.Stretch)
        for column, width in ((NUMBER, 36), (SHARE, 64), (SCORE, 50), (STATE, 30)):
            self.setColumnWidth(column, width)
        self.selectionModel().currentRowChanged.connect(self._row_changed)

    def show_rows(self, rows: tuple[Row, ...], share: str) -> None:
        """Show these and keep the current one."""
        kept = self.current()
        self.model().set_rows(rows, share)
        if kept is not None:
            self.choose((kept.region.id,))

    def current(self) -> Row | None:
        """The current finding, or None."""
        index = self.currentIndex()
        return index.data(ROW) if index.isValid() else None

    def choose(self, ids: Sequence[str]) -> None:
        """Make the first of these regions current, or none."""
        known = [row.region.id for row in self.model().rows()]
        if ids and ids[0] in known:
            self.setCurrentIndex(self.model().index(known.index(ids[0]), 0))
        else:
            self.clearSelection()
            self.setCurrentIndex(QModelIndex())

    def next_open(self) -> None:
        """Go on to the next finding that nobody decided on."""
        rows = self.model().rows()
        start = self.currentIndex().row() + 1
        order = [*range(start, len(rows)), *range(start)]
        for number in order:
            if rows[number].region.review == "unreviewed":
                self.setCurrentIndex(self.model().index(number, 0))
                return

    def _row_changed(self, index: QModelIndex, _before: QModelIndex) -> None:
        self.chosen.emit(index.data(ROW).region.id if index.isValid() else "")


class _Delegate(QStyledItemDelegate):
    """Paints the disc with its number, and strikes rejected findings out."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex) -> QSize:
        return QSize(40, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        row: Row = index.data(ROW)
        colors = look.of(option.widget)
        rejected = row.region.review == "rejected"
        painter.save()
        if option.state & QStyle.State_Selected:
            painter.fillRect(option.rect, QColor(colors.raised))
        painter.setPen(QColor(colors.line))
        painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight())
        painter.setOpacity(0.55 if rejected else 1.0)
        if index.column() == NUMBER:
            _disc(painter, QPointF(option.rect.center()), row, colors)
        else:
            self._cell(painter, option, index, row, colors)
        painter.restore()

    def _cell(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex, row: Row, colors: look.Palette
    ) -> None:
        column = index.column()
        font = QFont(option.font)
        font.setStrikeOut(row.region.review == "rejected" and column != STATE)
        painter.setFont(font)
        color = {"accepted": colors.good, "rejected": colors.bad}.get(row.region.review, colors.muted)
        painter.setPen(QColor(color if column == STATE else colors.text))
        side = Qt.AlignLeft if column == DAMAGE else Qt.AlignHCenter if column == STATE else Qt.AlignRight
        box = option.rect.adjusted(4, 0, -6, 0)
        text = painter.fontMetrics().elidedText(index.data(), Qt.ElideRight, box.width())
        painter.drawText(box, side | Qt.AlignVCenter, text)


def _disc(painter: QPainter, center: QPointF, row: Row, colors: look.Palette) -> None:
    painter.setRenderHint(QPainter.Antialiasing)
    painter.setPen(Qt.NoPen)
    painter.setBrush(look.label_color(row.color))
    painter.drawEllipse(center, 10, 10)
    font = painter.font()
    font.setBold(True)
    font.setPixelSize(12)
    painter.setFont(font)
    painter.setPen(QColor(colors.halo))
    painter.drawText(QRectF(center.x() - 10, center.y() - 10, 20, 20), Qt.AlignCenter, str(row.number))


def _text(row: Row, column: int) -> str:
    if column == NUMBER:
        return str(row.number)
    if column == DAMAGE:
        return row.region.label or "no label"
    if column == SHARE:
        return words.percent(row.percent) if row.percent is not None else "–"
    if column == SCORE:
        return f"{row.score:.2f}" if row.score is not None else "–"
    return SIGNS[row.region.review]


def _tip(row: Row) -> str:
    origin = row.region.origin
    by = f"outlined by {origin.model}" if origin.kind == "predicted" else f"{origin.kind} {origin.source}".strip()
    return f"{row.region.label or 'no label'} · {by} · {SAID[row.region.review]}"
