"""Tables of figures on the Train page; the line that is chosen is explained below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from qtpy.QtCore import Qt, Signal
from qtpy.QtGui import QColor, QResizeEvent
from qtpy.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from cardamage_core.evaluation.figures import Figure, Scale

from .. import look
from ..language import numeral, tr, translated
from ..widgets import common

ROW = 28
BY_LABEL = ("_ap", "_ap50")  # how the keys of figures end that are of labels
LEAST = 120  # pixels of the first column


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
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
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
        self.table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Show these lines."""
        colors = look.of(self)
        self._lines = list(lines)
        self.table.setRowCount(len(lines))
        for row, line in enumerate(lines):
            self.table.setRowHeight(row, self._row)
            for column, text in enumerate(line.cells):
                item = QTableWidgetItem(text)
                item.setToolTip(f"{line.cells[0]}\n{line.about}".strip())
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
        self._fit()
        self._about.setText(self._hint)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width anew."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """The first column takes what the others leave; where that is too little, the table scrolls sideways."""
        header = self.table.horizontalHeader()
        others = sum(max(header.sectionSizeHint(i), self.table.sizeHintForColumn(i)) for i in range(1, header.count()))
        left = self.table.width() - 2 * self.table.frameWidth() - others
        self.table.setColumnWidth(0, max(LEAST, left))
        bar = self.table.horizontalScrollBar().sizeHint().height() if left < LEAST else 0
        self.table.setFixedHeight(self._row * len(self._lines) + header.sizeHint().height() + bar + 4)

    def _explain(self, row: int, *_: int) -> None:
        about = self._lines[row].about if 0 <= row < len(self._lines) else ""
        self._about.setText(about or self._hint)


def figure_title(figure: Figure) -> str:
    """What is measured, with the label or size it is of; labels stay as they are."""
    title, of = translated(figure.measure.title), figure.of
    if not of:
        return title
    return f"{title}, {of if figure.key.endswith(BY_LABEL) else translated(of)}"


def figure_text(text: str) -> str:
    """A value or interval of a figure in the language of the window."""
    points = Scale.POINTS.unit
    return numeral(text.removesuffix(points)) + tr(" points") if text.endswith(points) else numeral(text)
