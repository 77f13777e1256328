"""The run grid of the training form: one or two numbers, each with several values."""

from __future__ import annotations

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QWidget

from cardamage_core.training.grid import TITLES, Axis

from ..language import mark, tr, translated
from ..widgets import common

AXES = 2
ABOUT = mark("Every combination becomes a training of its own; they run one after another.")


class RunGrid(QWidget):
    """Lines with a number to vary and its values."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = common.rows(self, spacing=8)
        self._lines = [self._make_line() for _ in range(AXES)]
        for numbers, values in self._lines:
            line = QHBoxLayout()
            line.setSpacing(10)
            line.addWidget(numbers)
            line.addWidget(values, 1)
            layout.addLayout(line)
        layout.addWidget(common.label(tr(ABOUT), "small", wrap=True))

    def axes(self) -> tuple[Axis, ...]:
        """The numbers that are varied; none while hidden."""
        lines = () if self.isHidden() else self._lines
        return tuple(Axis(numbers.currentData(), values.text()) for numbers, values in lines if numbers.currentData())

    def clear(self) -> None:
        """Vary nothing."""
        for numbers, values in self._lines:
            numbers.setCurrentIndex(0)
            values.clear()

    def _make_line(self) -> tuple[QComboBox, QLineEdit]:
        numbers, values = common.ComboBox(), QLineEdit()
        numbers.addItem(tr("vary nothing"), "")
        for key, title in TITLES.items():
            numbers.addItem(translated(title), key)
        numbers.setAccessibleName(tr("Number to vary"))
        values.setAccessibleName(tr("Its values"))
        values.setPlaceholderText(tr("its values, such as 0.001 0.0005"))
        values.setEnabled(False)
        numbers.currentIndexChanged.connect(lambda index: values.setEnabled(index > 0))
        numbers.currentIndexChanged.connect(lambda _index: self.changed.emit())
        values.textChanged.connect(lambda _text: self.changed.emit())
        return numbers, values
