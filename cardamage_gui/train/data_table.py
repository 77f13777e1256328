"""The table of labels by split with bars, and the field that says as what each label is learned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from qtpy.QtCore import QRect, Qt, Signal
from qtpy.QtGui import QColor, QPainter
from qtpy.QtWidgets import (
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from cardamage_core.annotations.model import Label

from .. import look
from ..language import mark, tr
from ..widgets import common

if TYPE_CHECKING:
    from cardamage_core.training.data_summary import DataSummary

ROW = 28
_LEFT, _RIGHT = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
SHARE = Qt.ItemDataRole.UserRole  # of the longest bar, 0…1
HINT = mark(
    "“Learned as” merges labels that get the same name, renames them, and leaves out those where it is empty."
    " Bars: regions; in brackets the photos they are on."
)


class DataTable(QWidget):
    """A row for each label; all counts follow what the labels are learned as."""

    changed = Signal()  # something is learned as something else

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mapping: dict[str, str] = {}
        self._labels: list[str] = []
        self._filling = False
        self.table = QTableWidget(0, 2)
        self.table.setAccessibleName(tr("Labels by split"))
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.table.setItemDelegate(_BarDelegate(self.table))
        self.table.itemChanged.connect(self._edited)
        layout = common.rows(self, spacing=6)
        layout.addWidget(self.table)
        layout.addWidget(common.label(tr(HINT), "small", wrap=True))

    def mapping(self) -> dict[str, str]:
        """What each label of damage is learned as; "" leaves it out. Empty before anything was shown."""
        return dict(self._mapping)

    def as_one(self) -> None:
        """Learn everything as one class."""
        self._map(dict.fromkeys(self._mapping, "damage"))

    def each(self) -> None:
        """Learn each label as a class of its own."""
        self._map({label: label for label in self._mapping})

    def show_summary(self, summary: DataSummary, labels: Sequence[Label]) -> None:
        """Show counts; labels that are new are learned by themselves, where they are damage."""
        roles = {label.name: label.role for label in labels}
        first = not self._mapping  # the rows are labels then, and what these are learned as later
        seen = [row.name for row in summary.rows] if first else list(self._mapping)
        names = list(dict.fromkeys([*(label.name for label in labels), *seen]))
        for name in names:
            if roles.get(name, "damage") == "damage":
                self._mapping.setdefault(name, name)
        if first and any(roles.get(row.name, "damage") != "damage" for row in summary.rows):
            self.changed.emit()  # count again without cars and parts
        self._fill(summary)

    def _fill(self, summary: DataSummary) -> None:
        self._filling = True
        rows = {row.name: row for row in summary.rows}
        most = max((amount.regions for row in summary.rows for amount in row.by_split.values()), default=1) or 1
        heads = [tr("label"), tr("learned as"), *(name or tr("no split") for name in summary.splits)]
        self.table.setColumnCount(len(heads))
        self.table.setHorizontalHeaderLabels(heads)
        self._labels = list(self._mapping)
        self.table.setRowCount(len(self._labels) + 1)
        told: set[str] = set()
        for number, label in enumerate(self._labels):
            learned = self._mapping[label]
            self._put(number, 0, label or tr("(none)"))
            self._put(number, 1, learned, editable=True)
            row = rows.get(learned)
            for column, split in enumerate(summary.splits, start=2):
                amount = row.by_split[split] if row is not None and learned not in told else None
                text = f"{amount.regions:,} ({amount.photos:,})" if amount else ("↑" if learned in told else "–")
                self._put(number, column, text, share=amount.regions / most if amount else 0.0)
            told |= {learned} if row is not None else set()
        last = len(self._labels)
        self._put(last, 0, tr("none of these"))
        self._put(last, 1, tr("undamaged"))
        for column, split in enumerate(summary.splits, start=2):
            self._put(last, column, f"{summary.undamaged[split]:,}")
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        for column in range(self.table.columnCount()):
            head, side = self.table.horizontalHeaderItem(column), _LEFT if column < 2 else _RIGHT
            if head is not None:
                head.setTextAlignment(int(side | Qt.AlignmentFlag.AlignVCenter))
        for number in range(self.table.rowCount()):
            self.table.setRowHeight(number, ROW)
        self.table.setFixedHeight(ROW * self.table.rowCount() + header.sizeHint().height() + 4)
        self._filling = False

    def _put(self, row: int, column: int, text: str, *, editable: bool = False, share: float = 0.0) -> None:
        item = QTableWidgetItem(text)
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        item.setFlags(flags | Qt.ItemFlag.ItemIsEditable if editable else flags)
        if column > 1:
            item.setTextAlignment(int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter))
        if editable:
            item.setToolTip(tr("Double-click: another name merges or renames, nothing leaves the label out"))
        item.setData(SHARE, share)
        self.table.setItem(row, column, item)

    def _edited(self, item: QTableWidgetItem) -> None:
        if self._filling or item.column() != 1 or item.row() >= len(self._labels):
            return
        self._map({**self._mapping, self._labels[item.row()]: item.text().strip()})

    def _map(self, mapping: dict[str, str]) -> None:
        if mapping != self._mapping:
            self._mapping = mapping
            self.changed.emit()


class _BarDelegate(QStyledItemDelegate):
    """Draws a bar behind the number."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: common.ModelIndex) -> None:
        share = index.data(SHARE)
        if share:
            color = QColor(look.of(option.widget).accent)
            color.setAlphaF(0.28)
            width = max(2, round(share * (option.rect.width() - 12)))
            box = QRect(option.rect.right() - 4 - width, option.rect.top() + 5, width, option.rect.height() - 10)
            painter.fillRect(box, color)
        super().paint(painter, option, index)
