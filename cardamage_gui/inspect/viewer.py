"""The photo on the Inspect page: a read-only canvas below a toolbar with threshold and opacity."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import QSize, Qt, Signal
from qtpy.QtGui import QResizeEvent
from qtpy.QtWidgets import QButtonGroup, QFrame, QLabel, QProgressBar, QSlider, QToolButton, QWidget

from cardamage_core.annotations.confidence import THRESHOLD
from cardamage_core.annotations.model import Photo
from cardamage_core.errors import CarDamageError

from ..background import Background, Task
from ..canvas import Canvas
from ..commands.editor import keyed
from ..settings import Settings
from ..widgets import common

if TYPE_CHECKING:
    import numpy as np


class Viewer(QWidget):
    """The middle of the page. A photo is loaded in the background; the old one stays until the new one is there."""

    def __init__(self, background: Background, settings: Settings) -> None:
        super().__init__()
        self._background, self._settings = background, settings
        self._task: Task | None = None
        self.message = ""  # what stands where the photo would be
        self.canvas = Canvas(editable=False)
        self.toolbar = Toolbar(THRESHOLD, settings.get("opacity"))
        self.canvas.set_inspected()
        self.canvas.set_visible_above(self.toolbar.threshold())
        self.canvas.set_opacity(settings.get("opacity"))
        self._make_strip()
        self._arrange()
        self.toolbar.overlay_chosen.connect(self.show_overlay)
        self.toolbar.threshold_changed.connect(self._threshold_changed)
        self.toolbar.opacity_changed.connect(self._opacity_changed)

    def show_photo(self, photo: Photo, path: Path) -> None:
        """Load and show another photo."""
        self._drop()
        self._task = self._background.run(
            partial(_pixels, path), self._loaded, partial(self._not_loaded, photo), urgent=True
        )

    def show_no_photo(self) -> None:
        """Nothing is to be shown."""
        self._drop()
        self.message = ""
        self.canvas.show_image(None)
        self.canvas.show_regions((), ())

    def show_overlay(self, on: bool) -> None:
        """Show the findings, or the photo alone."""
        self.toolbar.show_overlay(on)
        self.canvas.set_overlay(on)

    def show_work(self, text: str, fraction: float) -> None:
        """What is going on and how far it is; "" hides it."""
        self._strip.setVisible(bool(text))
        self._said.setText(text)
        self._bar.setValue(round(1000 * fraction))

    def _drop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def _loaded(self, pixels: np.ndarray) -> None:
        self.message = ""
        self.canvas.show_image(pixels)

    def _not_loaded(self, photo: Photo, error: CarDamageError) -> None:
        size = (float(photo.width), float(photo.height)) if photo.width else None
        self.message = f"{error.title}\n{error.detail}".strip()
        self.canvas.show_image(None, size=size, message=self.message)

    def show_threshold(self, value: float) -> None:
        """Show another threshold, wherever it was set."""
        self.toolbar.show_threshold(value)
        self.canvas.set_visible_above(value)

    def _threshold_changed(self, value: float) -> None:
        self.canvas.set_visible_above(value)

    def _opacity_changed(self, value: float) -> None:
        self._settings.set("opacity", value)
        self.canvas.set_opacity(value)

    def _make_strip(self) -> None:
        self._strip = common.frame("notice")
        self._said = common.label("", "muted")
        self._bar = QProgressBar()
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        line = common.columns(self._strip, margins=(14, 6, 14, 6), spacing=12)
        line.addWidget(self._said)
        line.addWidget(self._bar, 1)
        self._strip.hide()

    def _arrange(self) -> None:
        column = common.rows(self, spacing=0)
        column.addWidget(self.toolbar)
        column.addWidget(self._strip)
        column.addWidget(self.canvas, 1)


def _pixels(path: Path) -> np.ndarray:
    from cardamage_core import imaging

    return imaging.load(path)


class Toolbar(QFrame):
    """Findings or original, threshold, opacity."""

    overlay_chosen = Signal(bool)
    threshold_changed = Signal(float)
    threshold_settled = Signal(float)  # at the end of a drag
    opacity_changed = Signal(float)

    def __init__(self, threshold: float, opacity: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "bar")
        self.setFixedHeight(44)
        self._make(threshold, opacity)
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Name the sliders where there is room for it; their tips say the same."""
        super().resizeEvent(event)
        self._show_names(True)
        if self.sizeHint().width() > self.width():
            self._show_names(False)

    def show_overlay(self, on: bool) -> None:
        """Mark whether findings or the original are shown."""
        (self._findings if on else self._original).setChecked(True)

    def threshold(self) -> float:
        """The least score shown, 0…1."""
        return self._threshold.value() / 100

    def show_threshold(self, value: float) -> None:
        """Show another one, without telling."""
        blocked = self._threshold.blockSignals(True)
        self._threshold.setValue(round(100 * value))
        self._threshold.blockSignals(blocked)
        self._threshold_said.setText(f"{self._threshold.value()} %")

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
        self._threshold.sliderReleased.connect(self._threshold_released)
        self._opacity.valueChanged.connect(self._opacity_moved)

    def _arrange(self) -> None:
        layout = common.columns(self, margins=(8, 0, 8, 0), spacing=4)
        self._names = (common.label("Show masks above", "muted"), common.label("Opacity", "muted"))
        for widget in (
            self._findings,
            self._original,
            _line(),
            self._names[0],
            self._threshold,
            self._threshold_said,
            _line(),
            self._names[1],
            self._opacity,
            self._opacity_said,
        ):
            layout.addWidget(widget)
        layout.addStretch(1)
        self._show_names(False)
        self.setMinimumWidth(self.sizeHint().width())

    def _show_names(self, shown: bool) -> None:
        for name in self._names:
            name.setVisible(shown)

    def _threshold_moved(self, value: int) -> None:
        self._threshold_said.setText(f"{value} %")
        self.threshold_changed.emit(value / 100)
        if not self._threshold.isSliderDown():
            self._threshold_released()

    def _threshold_released(self) -> None:
        self.threshold_settled.emit(self.threshold())

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
    slider = common.Slider(Qt.Orientation.Horizontal)
    slider.setRange(0, 100)
    slider.setValue(round(100 * value))
    slider.setFixedWidth(width)
    slider.setAccessibleName(name)
    slider.setToolTip(name)
    said = common.label(f"{slider.value()} %", right=True)
    said.setMinimumWidth(40)
    return slider, said


def _line() -> QFrame:
    """A thin upright line with air on both sides."""
    made = QFrame()
    common.columns(made, margins=(3, 0, 3, 0)).addWidget(common.frame("stroke"))
    made.setFixedHeight(20)
    return made
