"""All numbers of a training in a table: the preset's, and what is changed; the line chosen is explained."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qtpy.QtCore import Qt, Signal
from qtpy.QtGui import QColor
from qtpy.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from cardamage_core.training import network_config

from .. import look
from ..language import mark, tr, translated
from ..widgets import common

ROW = 26
HINT = mark("Double-click a value to change it; emptied it is the preset's again. Choose a line to read what it does.")


class Numbers(QWidget):
    """Name, the preset's value, and the value of this training, which can be edited."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._filling = False
        self._preset = "light"
        self.table = QTableWidget(len(network_config.NUMBERS), 3)
        self.table.setAccessibleName(tr("Numbers of the network and the training"))
        self.table.setHorizontalHeaderLabels(["", tr("preset"), tr("this training")])
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        header.setHighlightSections(False)
        for row in range(self.table.rowCount()):
            self.table.setRowHeight(row, ROW)
        self.table.setFixedHeight(ROW * self.table.rowCount() + header.sizeHint().height() + 4)
        self._about = common.label(tr(HINT), "small", wrap=True)
        layout = common.rows(self, spacing=6)
        layout.addWidget(self.table)
        layout.addWidget(self._about)
        self.table.itemChanged.connect(self._edited)
        self.table.currentCellChanged.connect(self._explain)
        self.show_preset("light", {})

    def show_preset(self, preset: str, changes: Mapping[str, Any] | None = None) -> None:
        """The values of another preset; what is changed stays, unless other changes are given."""
        texts = self._texts() if changes is None else {key: _text(value) for key, value in changes.items()}
        values = network_config.presets_values(preset)
        self._preset, self._filling = preset, True
        for row, number in enumerate(network_config.NUMBERS):
            usual, own = _text(values[number.key]), texts.get(number.key, "")
            for column, text in enumerate((translated(number.title), usual, own or usual)):
                item = QTableWidgetItem(text)
                item.setToolTip(translated(number.about))
                flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
                item.setFlags(flags | Qt.ItemFlag.ItemIsEditable if column == 2 else flags)
                self.table.setItem(row, column, item)
            self._mark(row)
        self._filling = False

    def changes(self) -> dict[str, Any]:
        """What differs from the preset. Raises JobError for a value that is not possible."""
        return network_config.parsed(self._preset, self._texts())

    def _texts(self) -> dict[str, str]:
        """What stands in the last column where it is not the preset's."""
        found = {}
        for row, number in enumerate(network_config.NUMBERS):
            usual, own = self.table.item(row, 1), self.table.item(row, 2)
            if usual is not None and own is not None and own.text().strip() not in ("", usual.text()):
                found[number.key] = own.text().strip()
        return found

    def _edited(self, item: QTableWidgetItem) -> None:
        if self._filling:
            return
        self._filling = True
        usual = self.table.item(item.row(), 1)
        if not item.text().strip() and usual is not None:
            item.setText(usual.text())
        self._mark(item.row())
        self._filling = False
        self.changed.emit()

    def _mark(self, row: int) -> None:
        """A value that differs stands out."""
        usual, own = self.table.item(row, 1), self.table.item(row, 2)
        if usual is not None and own is not None:
            differs = own.text() != usual.text()
            own.setForeground(QColor(look.of(self).accent if differs else look.of(self).muted))
            font = own.font()
            font.setBold(differs)
            own.setFont(font)

    def _explain(self, row: int, *_: int) -> None:
        known = 0 <= row < len(network_config.NUMBERS)
        self._about.setText(translated(network_config.NUMBERS[row].about) if known else tr(HINT))


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)
