"""What stands above the photo: what is shown, and how strongly?"""

from __future__ import annotations

from collections.abc import Callable

from qtpy.QtCore import QSize, Qt, Signal
from qtpy.QtWidgets import QButtonGroup, QFrame, QLabel, QSlider, QToolButton, QWidget

from .. import parts
from ..keys_shown import keyed


class Toolbar(QFrame):
    """Findings or original, threshold, opacity."""

    overlay_chosen = Signal(bool)
    threshold_changed = Signal(float)
    threshold_settled = Signal()  # nobody drags it any more
    opacity_changed = Signal(float)

    def __init__(self, threshold: float, opacity: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "bar")
        self.setFixedHeight(44)
        self._make(threshold, opacity)
        self._arrange()

    def show_overlay(self, on: bool) -> None:
        """Mark whether findings or the original are shown."""
        (self._findings if on else self._original).setChecked(True)

    def threshold(self) -> float:
        """The least score shown, 0…1."""
        return self._threshold.value() / 100

    def _make(self, threshold: float, opacity: float) -> None:
        self._findings = _toggle("Findings", "M", "inspect_findings", lambda: self.overlay_chosen.emit(True))
        self._original = _toggle("Original", "O", "inspect_original", lambda: self.overlay_chosen.emit(False))
        self._findings.setChecked(True)
        group = QButtonGroup(self)
        for button in (self._findings, self._original):
            group.addButton(button)
        self._threshold, self._threshold_said = _slider(threshold, "Show masks above", 84)
        self._opacity, self._opacity_said = _slider(opacity, "Opacity of masks", 56)
        self._threshold.valueChanged.connect(self._threshold_moved)
        self._threshold.sliderReleased.connect(self.threshold_settled)
        self._opacity.valueChanged.connect(self._opacity_moved)

    def _arrange(self) -> None:
        layout = parts.columns(self, margins=(8, 0, 8, 0), spacing=4)
        for widget in (self._findings, self._original, _line()):
            layout.addWidget(widget)
        for widget in (
            parts.label("Show masks above", "muted"),
            self._threshold,
            self._threshold_said,
            _line(),
            parts.label("Opacity", "muted"),
            self._opacity,
            self._opacity_said,
        ):
            layout.addWidget(widget)
        layout.addStretch(1)

    def _threshold_moved(self, value: int) -> None:
        self._threshold_said.setText(f"{value} %")
        self.threshold_changed.emit(value / 100)
        if not self._threshold.isSliderDown():
            self.threshold_settled.emit()

    def _opacity_moved(self, value: int) -> None:
        self._opacity_said.setText(f"{value} %")
        self.opacity_changed.emit(value / 100)


def _toggle(text: str, key: str, action: str, slot: Callable[[], None]) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setCheckable(True)
    keyed(button, action, text, key=key)
    button.setMinimumSize(QSize(0, 28))
    button.clicked.connect(lambda _checked=False: slot())
    return button


def _slider(value: float, name: str, width: int) -> tuple[QSlider, QLabel]:
    slider = parts.Slider(Qt.Horizontal)
    slider.setRange(0, 100)
    slider.setValue(round(100 * value))
    slider.setFixedWidth(width)
    slider.setAccessibleName(name)
    slider.setToolTip(name)
    said = parts.label(f"{slider.value()} %", right=True)
    said.setMinimumWidth(40)
    return slider, said


def _line() -> QFrame:
    """A thin upright line with air on both sides."""
    made = QFrame()
    parts.columns(made, margins=(3, 0, 3, 0)).addWidget(parts.frame("stroke"))
    made.setFixedHeight(20)
    return made
