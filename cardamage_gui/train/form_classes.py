"""What the training form offers to learn: all damage as one class, or a class for each label that is ticked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QButtonGroup, QCheckBox, QRadioButton, QWidget

from cardamage_core.annotations.model import Label
from cardamage_core.training.job import ClassRule

from ..language import amount, tr
from ..widgets import common


class ClassChoice(QWidget):
    """Two radio buttons, and a tick for each label."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ticks: dict[str, QCheckBox] = {}
        self._one = QRadioButton(tr("One class from all damage labels"))
        self._some = QRadioButton(tr("A class for each of these labels"))
        self._one.setChecked(True)
        group = QButtonGroup(self)
        self._labels = QWidget()
        self._label_rows = common.rows(self._labels, margins=(24, 0, 0, 0), spacing=6)
        self._labels.hide()
        layout = common.rows(self, spacing=6)
        for radio in (self._one, self._some):
            group.addButton(radio)
            layout.addWidget(radio)
        layout.addWidget(self._labels)
        self._one.toggled.connect(self._toggled)

    def fill(self, labels: Sequence[Label], counts: Mapping[str, int]) -> None:
        """Offer these labels with the numbers of their regions; those without any are not ticked."""
        common.clear(self._label_rows)
        self._ticks = {}
        for label in labels:
            box = QCheckBox(f"{label.name} – {amount(counts.get(label.name, 0), 'region')}")
            box.setChecked(counts.get(label.name, 0) > 0)
            box.toggled.connect(self.changed)
            self._ticks[label.name] = box
            self._label_rows.addWidget(box)

    def choose(self, rules: Sequence[ClassRule]) -> None:
        """Choose what these classes learn from."""
        one = len(rules) == 1 and not rules[0].labels
        (self._one if one else self._some).setChecked(True)
        taught = {label for rule in rules for label in rule.labels}
        for name, tick in self._ticks.items():
            tick.setChecked(one or name in taught)

    def rules(self, before: Sequence[ClassRule]) -> tuple[ClassRule, ...]:
        """The classes chosen; those of `before` whose labels are all ticked stay as they are."""
        if self._one.isChecked():
            return (ClassRule("damage"),)
        chosen = {name for name, box in self._ticks.items() if box.isChecked()}
        kept = tuple(rule for rule in before if rule.labels and chosen >= set(rule.labels))
        merged = {label for rule in kept for label in rule.labels}
        return (*kept, *(ClassRule(name, (name,)) for name in self._ticks if name in chosen - merged))

    def _toggled(self, one: bool) -> None:
        self._labels.setVisible(not one)
        self.changed.emit()
