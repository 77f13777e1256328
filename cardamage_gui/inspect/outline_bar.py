"""By which model is damage outlined, and on which photos? The buttons under the findings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QHBoxLayout, QWidget

from .. import parts

if TYPE_CHECKING:
    from cardamage_core.models.registry import Model


class OutlineBar(QWidget):
    """The models, and the buttons that outline damage or stop doing so."""

    model_chosen = Signal(object)  # Model or None
    outline = Signal()
    outline_all = Signal()
    stop = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._make()
        self._arrange()

    def show_models(self, models: Sequence[Model], chosen: str) -> None:
        """Offer these models; `chosen` is an id, else the newest."""
        self._models.blockSignals(True)
        self._models.clear()
        for model in models:
            self._models.addItem(model.card.name, model)
            self._models.setItemData(self._models.count() - 1, model.card.id, Qt.ToolTipRole)
        ids = [model.card.id for model in models]
        self._models.setCurrentIndex(ids.index(chosen) if chosen in ids else 0)
        self._models.blockSignals(False)
        self._models.setVisible(bool(models))
        self.model_chosen.emit(self.model())

    def model(self) -> Model | None:
        """The model chosen, or None."""
        return self._models.currentData()

    def show_work(self, *, busy: bool, possible: bool, why_not: str) -> None:
        """Whether photos are being outlined, or could be."""
        self._outline.setVisible(not busy)
        self._all.setVisible(not busy)
        self._stop.setVisible(busy)
        for button in (self._outline, self._all):
            button.setEnabled(possible)
        self._none.setText(why_not)
        self._none.setVisible(bool(why_not))
        self._outline.setToolTip(why_not or "Outline the damage on this photo (Ctrl+D)")

    def _make(self) -> None:
        self._models = parts.ComboBox()
        self._models.setAccessibleName("Model")
        self._models.setToolTip("The model that outlines")
        self._models.currentIndexChanged.connect(lambda _row: self.model_chosen.emit(self.model()))
        self._outline = parts.button("Outline damage", self.outline.emit, "primary")
        self._all = parts.button("All photos", self.outline_all.emit, tip="Outline the damage on all photos")
        self._stop = parts.button("Stop", self.stop.emit, tip="Outline no more photos; what is stored stays")
        self._stop.hide()
        self._none = parts.label("", "small", wrap=True)

    def _arrange(self) -> None:
        column = parts.rows(self, margins=(14, 0, 14, 0), spacing=8)
        column.addWidget(self._none)
        column.addWidget(self._models)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self._outline, 1)
        line.addWidget(self._stop, 1)
        line.addWidget(self._all)
        column.addLayout(line)
