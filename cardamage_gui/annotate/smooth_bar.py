"""How much simpler or smoother is the outline to be? Sliders over the canvas; one sees what comes of it."""

from __future__ import annotations

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QSlider

from .. import parts, words
from ..canvas import Canvas
from ..canvas.tools.sweep import Reshape

STEPS = 60
FIRST = 20  # a tolerance of 2.7 screen pixels: one sees that something happens
LARGEST = 24.0  # screen pixels of tolerance at the slider's end
ROUNDS = 3
EDGE = 12  # pixels from the canvas's lower edge


class SmoothBar(parts.QFrame):
    """Opens for the selected regions, and closes when the gesture that it drives ends."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self.setProperty("role", "float")
        self._canvas = canvas
        self._gesture: Reshape | None = None
        self.simplify, self.round = _slider(STEPS, "Simplify"), _slider(ROUNDS, "Round corners")
        self.text = parts.label("", "muted")
        self.text.setMinimumWidth(130)
        self.apply = parts.button("Apply", canvas.close_drawing, "primary", tip="Change the regions (Enter)")
        self.cancel = parts.button("Cancel", self._cancel, tip="Leave them as they are (Esc)")
        row = parts.columns(self, margins=(12, 8, 12, 8), spacing=8)
        for name, slider in (("Simplify", self.simplify), ("Round", self.round)):
            row.addWidget(parts.label(name))
            row.addWidget(slider)
            slider.valueChanged.connect(self._changed)
        for widget in (self.text, self.apply, self.cancel):
            row.addWidget(widget)
        canvas.busy_changed.connect(self._busy_changed)
        self.hide()

    def open(self) -> None:
        """Begin with a little of it."""
        self._gesture = Reshape(self._canvas.start)
        self._canvas.begin(self._gesture)
        self.simplify.setValue(FIRST)
        self.round.setValue(0)
        self._changed()
        self.adjustSize()
        self.move((self._canvas.width() - self.width()) // 2, self._canvas.height() - self.height() - EDGE)
        self.show()
        self.raise_()
        self.simplify.setFocus()  # arrows change it; Enter and Esc go on to the canvas

    def _changed(self) -> None:
        if self._gesture is None:
            return
        share = self.simplify.value() / STEPS
        tolerance = LARGEST * share * share / self._canvas.viewport.scale
        self._gesture.set(tolerance=tolerance, rounds=self.round.value())
        self._canvas.refresh()
        before, after = self._gesture.saved()
        self.text.setText(f"{before} → {words.count(after, 'vertex', 'vertices')}")

    def _cancel(self) -> None:
        self._canvas.cancel()

    def _busy_changed(self, busy: bool) -> None:
        if not busy and self._gesture is not None:
            self._gesture = None
            self._canvas.setFocus()
            self.hide()


def _slider(most: int, name: str) -> QSlider:
    slider = parts.Slider(Qt.Horizontal)
    slider.setRange(0, most)
    slider.setFixedWidth(96)
    slider.setAccessibleName(name)
    slider.setFocusPolicy(Qt.TabFocus)
    return slider
