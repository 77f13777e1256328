"""What is known of the selected region, and what of it can be changed here?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from cardamage_core.annotations.model import Label, Region, Review

from .. import parts

MOST = 4  # attributes that are told


class RegionFields(QWidget):
    """Label, review, origin and attributes of one region."""

    label_chosen = Signal(str)
    review_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label, self.review = QComboBox(), QComboBox()
        self.label.setAccessibleName("Label")
        self.review.setAccessibleName("Review")
        self.review.addItems([review.capitalize() for review in get_args(Review)])
        self.label.activated.connect(self._label_activated)
        self.review.activated.connect(self._review_activated)
        self._nothing = parts.label("Click a region to see it here.", "muted", wrap=True)
        self._table = QWidget()
        self._rows = parts.rows(self._table, spacing=0)
        for name, field in (("Label", self.label), ("Review", self.review)):
            self._rows.addLayout(_line(name, field))
        self._told = QWidget()
        self._told_rows: QVBoxLayout = parts.rows(self._told, spacing=0)
        self._rows.addWidget(self._told)
        column = parts.rows(self, margins=(14, 0, 14, 0), spacing=0)
        column.addWidget(self._nothing)
        column.addWidget(self._table)
        self.show_region(None, ())

    def show_region(self, region: Region | None, labels: Sequence[Label]) -> None:
        """Show one region; None: none or several are selected."""
        self._nothing.setVisible(region is None)
        self._table.setVisible(region is not None)
        if region is None:
            return
        names = list(dict.fromkeys([*(label.name for label in labels), region.label]))
        if [self.label.itemText(i) for i in range(self.label.count())] != names:
            self.label.clear()
            self.label.addItems(names)
        self.label.setCurrentIndex(names.index(region.label))
        self.review.setCurrentIndex(get_args(Review).index(region.review))
        self._tell(told_of(region))

    def set_editable(self, editable: bool) -> None:
        """Whether the fields may be changed."""
        self.label.setEnabled(editable)
        self.review.setEnabled(editable)

    def _tell(self, told: Sequence[tuple[str, str]]) -> None:
        while item := self._told_rows.takeAt(0):
            item.widget().deleteLater()
        for name, value in told:
            row = QWidget()
            line = parts.columns(row, margins=(0, 7, 0, 7))
            line.addWidget(parts.label(name, "muted"))
            shown = parts.label(value, right=True)
            shown.setToolTip(value)
            shown.setMinimumWidth(40)
            line.addWidget(shown, 1)
            self._told_rows.addWidget(row)

    def _label_activated(self, _index: int) -> None:
        self.label_chosen.emit(self.label.currentText())

    def _review_activated(self, index: int) -> None:
        self.review_chosen.emit(get_args(Review)[index])


def told_of(region: Region) -> list[tuple[str, str]]:
    """What is only told: origin, score, attributes."""
    origin = region.origin
    source = {"predicted": origin.model, "imported": origin.source}.get(origin.kind, "")
    told = [("Origin", ", ".join(filter(None, (origin.kind, source))))]
    if origin.score is not None:
        told.append(("Score", f"{origin.score:.2f}"))
    attributes = list(region.attributes.items())
    told += [(name, _short(value)) for name, value in attributes[:MOST]]
    return told if len(attributes) <= MOST else [*told, ("", f"and {len(attributes) - MOST} more")]


def _short(value: object) -> str:
    text = ", ".join(str(k) for k, on in value.items() if on) if isinstance(value, dict) else str(value)
    return text if len(text) <= 60 else text[:59] + "…"


def _line(name: str, field: QComboBox) -> QHBoxLayout:
    line = QHBoxLayout()
    line.setContentsMargins(0, 3, 0, 3)
    label: QLabel = parts.label(name, "muted")
    label.setBuddy(field)
    field.setMinimumWidth(130)
    line.addWidget(label)
    line.addStretch(1)
    line.addWidget(field)
    return line
