"""What stands above the photo: what is shown, how strongly, and by which model?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from qtpy.QtCore import QSize, Qt, Signal
from qtpy.QtWidgets import QButtonGroup, QComboBox, QFrame, QLabel, QSlider, QToolButton, QWidget

from .. import parts

if TYPE_CHECKING:
    from cardamage_core.models.registry import Model


class Toolbar(QFrame):
    """Findings or original, threshold, opacity, model, and the button that outlines damage."""

    overlay_chosen = Signal(bool)
    threshold_changed = Signal(float)
    threshold_settled = Signal()  # nobody drags it any more
    opacity_changed = Signal(float)
    model_chosen = Signal(object)  # Model or None
    outline = Signal()
    outline_all = Signal()
    stop = Signal()

    def __init__(self, threshold: float, opacity: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "bar")
        self.setFixedHeight(44)
        self._make(threshold, opacity)
        self._arrange()

    def show_overlay(self, on: bool) -> None:
        """Mark whether findings or the original are shown."""
        (self._findings if on else self._original).setChecked(True)

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
        self._outline.setToolTip(why_not or "Outline the damage on this photo (Ctrl+D)")

    def threshold(self) -> float:
        """The least score shown, 0…1."""
        return self._threshold.value() / 100

    def _make(self, threshold: float, opacity: float) -> None:
        self._findings = _toggle("Findings", "M", lambda: self.overlay_chosen.emit(True))
        self._original = _toggle("Original", "O", lambda: self.overlay_chosen.emit(False))
        self._findings.setChecked(True)
        group = QButtonGroup(self)
        for button in (self._findings, self._original):
            group.addButton(button)
        self._threshold, self._threshold_said = _slider(threshold, "Show masks above", 96)
        self._opacity, self._opacity_said = _slider(opacity, "Opacity of masks", 64)
        self._threshold.valueChanged.connect(self._threshold_moved)
        self._threshold.sliderReleased.connect(self.threshold_settled)
        self._opacity.valueChanged.connect(self._opacity_moved)
        self._models = QComboBox()
        self._models.setAccessibleName("Model")
        self._models.setToolTip("The model that outlines")
        self._models.setMaximumWidth(200)
        self._models.currentIndexChanged.connect(lambda _row: self.model_chosen.emit(self.model()))
        self._outline = parts.button("Outline damage", self.outline.emit, "primary")
        self._all = parts.icon_button("image-multiple-outline", "Outline damage on all photos", self.outline_all.emit)
        self._stop = parts.button("Stop", self.stop.emit, tip="Outline no more photos; what is stored stays")
        self._stop.hide()

    def _arrange(self) -> None:
        layout = parts.columns(self, margins=(10, 0, 10, 0), spacing=6)
        for widget in (self._findings, self._original, _line()):
            layout.addWidget(widget)
        for text, slider, said in (
            ("Show masks above", self._threshold, self._threshold_said),
            ("Opacity", self._opacity, self._opacity_said),
        ):
            layout.addWidget(parts.label(text, "muted"))
            layout.addWidget(slider)
            layout.addWidget(said)
            layout.addWidget(_line())
        layout.addStretch(1)
        for widget in (self._models, self._outline, self._all, self._stop):
            layout.addWidget(widget)

    def _threshold_moved(self, value: int) -> None:
        self._threshold_said.setText(f"{value} %")
        self.threshold_changed.emit(value / 100)
        if not self._threshold.isSliderDown():
            self.threshold_settled.emit()

    def _opacity_moved(self, value: int) -> None:
        self._opacity_said.setText(f"{value} %")
        self.opacity_changed.emit(value / 100)


def _toggle(text: str, key: str, slot: Callable[[], None]) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setCheckable(True)
    button.setToolTip(f"{text} ({key})")
    button.setMinimumSize(QSize(0, 28))
    button.clicked.connect(lambda _checked=False: slot())
    return button


def _slider(value: float, name: str, width: int) -> tuple[QSlider, QLabel]:
    slider = QSlider(Qt.Horizontal)
    slider.setRange(0, 100)
    slider.setValue(round(100 * value))
    slider.setFixedWidth(width)
    slider.setAccessibleName(name)
    slider.setToolTip(name)
    said = parts.label(f"{slider.value()} %", right=True)
    said.setMinimumWidth(40)
    return slider, said


def _line() -> QFrame:
    made = parts.frame("stroke")
    made.setFixedHeight(20)
    return made
