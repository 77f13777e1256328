"""The sliders that simplify, round and snap the selected regions, floating above the canvas."""

from __future__ import annotations

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QBoxLayout, QFrame, QSlider

from cardamage_core.annotations.model import Region

from ..canvas import Canvas
from ..canvas.tools.sweep import Reshape
from ..language import amount, tr
from ..widgets import common

STEPS = 60
FIRST = 20  # a tolerance of 2.7 screen pixels: one sees that something happens
LARGEST = 24.0  # screen pixels of tolerance at the slider's end
ROUNDS = 3
SNAPS = 10
FIRST_SNAP = 5
LARGEST_SNAP = 0.12  # of an outline's size, at the slider's end
EDGE = 12  # pixels from the canvas's lower edge


class SmoothBar(QFrame):
    """Opens for the selected regions, and closes when the gesture that it drives ends."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self.setProperty("role", "float")
        self._canvas = canvas
        self._gesture: Reshape | None = None
        self.simplify, self.round = _slider(STEPS, tr("Simplify")), _slider(ROUNDS, tr("Round corners"))
        self.snap = _slider(SNAPS, tr("Snap to edges"))
        self._snapped: dict[tuple[str, int], Region] = {}
        self.text = common.label("", "muted")
        self.text.setMinimumWidth(130)
        self.apply = common.button(tr("Apply"), canvas.close_drawing, "primary", tip=tr("Change the regions (Enter)"))
        self.cancel = common.button(tr("Cancel"), self._cancel, tip=tr("Leave them as they are (Esc)"))
        self._parts = common.columns(self, margins=(12, 8, 12, 8), spacing=8)
        for name, slider in ((tr("Snap"), self.snap), (tr("Simplify"), self.simplify), (tr("Round"), self.round)):
            self._parts.addLayout(common.line(common.label(name), slider))
            slider.valueChanged.connect(self._changed)
        self._parts.addLayout(common.line(self.text, self.apply, self.cancel))
        canvas.busy_changed.connect(self._busy_changed)
        self.hide()

    def open(self, *, snap: bool = False) -> None:
        """Begin with a little simplifying, or with snapping to edges."""
        self._gesture = None  # until all sliders stand
        self._snapped.clear()
        self.snap.setEnabled(self._canvas.pixels is not None)
        self.snap.setValue(FIRST_SNAP if snap else 0)
        self.simplify.setValue(0 if snap else FIRST)
        self.round.setValue(0)
        self._gesture = Reshape(self._canvas.start)
        self._canvas.begin(self._gesture)
        self._changed()
        self._settle()
        self.show()
        self.raise_()
        (self.snap if snap else self.simplify).setFocus()  # arrows change it; Enter and Esc go on to the canvas

    def _settle(self) -> None:
        """In the middle of the lower edge; what is beside each other stands below each other where room is short."""
        for direction in (QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom):
            self._parts.setDirection(direction)
            self.adjustSize()
            if self.width() <= self._canvas.width() - 2 * EDGE:
                break
        self.move((self._canvas.width() - self.width()) // 2, self._canvas.height() - self.height() - EDGE)

    def _changed(self) -> None:
        if self._gesture is None:
            return
        share = self.simplify.value() / STEPS
        tolerance = LARGEST * share * share / self._canvas.viewport.scale
        snap = self._snap if self.snap.value() and self._canvas.pixels is not None else None
        self._gesture.set(tolerance=tolerance, rounds=self.round.value(), snap=snap)
        self._canvas.refresh()
        before, after = self._gesture.saved()
        self.text.setText(f"{before} → {amount(after, 'vertex', 'vertices')}")

    def _snap(self, region: Region) -> Region:
        """A region pulled to edges, worked out once for each place of the slider."""
        known = (region.id, self.snap.value())
        pixels = self._canvas.pixels
        if known not in self._snapped and pixels is not None:
            from cardamage_core.annotations import edge_snap  # loads OpenCV, which most windows never need

            reach = LARGEST_SNAP * self.snap.value() / SNAPS
            self._snapped[known] = edge_snap.snapped(pixels, region, reach=reach)
        return self._snapped.get(known, region)

    def _cancel(self) -> None:
        self._canvas.cancel()

    def _busy_changed(self, busy: bool) -> None:
        if not busy and self._gesture is not None:
            self._gesture = None
            self._canvas.setFocus()
            self.hide()


def _slider(most: int, name: str) -> QSlider:
    slider = common.Slider(Qt.Orientation.Horizontal)
    slider.setRange(0, most)
    slider.setFixedWidth(96)
    slider.setAccessibleName(name)
    slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return slider
