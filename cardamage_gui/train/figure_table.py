"""Tables of figures on the Train page; the line that is chosen is explained below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from qtpy.QtCore import Qt, Signal
from qtpy.QtGui import QColor
from qtpy.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from .. import look
from ..widgets import common

ROW = 28


class Line(NamedTuple):
    """One line: cells, what it means, and the colour of the last cell (a name of the palette)."""

    cells: tuple[str, ...]
    about: str = ""
    color: str = ""


class FigureTable(QWidget):
    """A table as high as its lines, and the explanation of the line chosen."""

    opened = Signal(int)  # the line that Enter or a double click was on

    def __init__(self, head: Sequence[str], name: str, *, hint: str = "", row: int = ROW) -> None:
        super().__init__()
        self._hint, self._row = hint, row
        self._lines: list[Line] = []
        self.table = QTableWidget(0, len(head))
        self.table.setAccessibleName(name)
        self.table.setHorizontalHeaderLabels(list(head))
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        self._about = common.label(hint, "small", wrap=True)
        layout = common.rows(self, spacing=6)
        layout.addWidget(self.table)
        layout.addWidget(self._about)
        self.table.currentCellChanged.connect(self._explain)
        self.table.activated.connect(lambda index: self.opened.emit(index.row()))

    def show_head(self, head: Sequence[str]) -> None:
        """Other columns."""
        self.table.setColumnCount(len(head))
        self.table.setHorizontalHeaderLabels(list(head))
        self.table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Show these lines."""
        colors = look.of(self)
        self._lines = list(lines)
        self.table.setRowCount(len(lines))
        for row, line in enumerate(lines):
            self.table.setRowHeight(row, self._row)
            for column, text in enumerate(line.cells):
                item = QTableWidgetItem(text)
                item.setToolTip(line.about)
                if column:
                    item.setTextAlignment(int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter))
                if line.color and column == len(line.cells) - 1:
                    item.setForeground(QColor(getattr(colors, line.color)))
                self.table.setItem(row, column, item)
        for column in range(self.table.columnCount()):
            head, side = self.table.horizontalHeaderItem(column), Qt.AlignmentFlag.AlignRight
            if head is not None:
                side = side if column else Qt.AlignmentFlag.AlignLeft
                head.setTextAlignment(int(side | Qt.AlignmentFlag.AlignVCenter))
        self.table.setFixedHeight(self._row * len(lines) + self.table.horizontalHeader().sizeHint().height() + 4)
        self._about.setText(self._hint)

    def _explain(self, row: int, *_: int) -> None:
        about = self._lines[row].about if 0 <= row < len(self._lines) else ""
        self._about.setText(about or self._hint)
