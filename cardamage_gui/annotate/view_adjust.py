"""Adjusts the view of a photo: brightness, contrast, local contrast, rotation; the file is never touched.

Only the view rotates: file, regions and their coordinates stay. Each photo keeps its rotation as long as the window is
open, and begins upright.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from qtpy.QtCore import QObject, Qt, QTimer, Signal
from qtpy.QtWidgets import QCheckBox, QGridLayout, QSlider, QWidget

from ..background import Background, Task
from ..canvas import Canvas
from ..commands.actions import Action
from ..language import mark, tr
from ..session import Session
from ..widgets import common
from ..widgets.floating import Floating

STEPS = 100  # a slider goes from -STEPS to STEPS
CLIP, TILES = 3.0, 8  # of CLAHE (Zuiderveld 1994; OpenCV's createCLAHE)
DELAY = 40  # ms


@dataclass(frozen=True)
class Light:
    """Brightness and contrast from -1 to 1 (0: as in the file), and whether contrast is evened out locally (CLAHE)."""

    brightness: float = 0.0
    contrast: float = 0.0
    local: bool = False


def lit(pixels: np.ndarray, light: Light) -> np.ndarray:
    """The photo, (H, W, 3) uint8 RGB, in this light; the same array when nothing is asked for."""
    if light == Light():
        return pixels
    import cv2  # after Qt, whose plugins it must not find first

    if light.local:
        lab = cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB)
        lab[..., 0] = cv2.createCLAHE(CLIP, (TILES, TILES)).apply(lab[..., 0])
        pixels = cv2.cvtColor(lab, cv2.COLOR_LAB2RGB)
    return cv2.LUT(pixels, table(light))


def table(light: Light) -> np.ndarray:
    """For each value 0…255 the one shown: contrast turns around the middle grey, brightness adds."""
    slope = 2.0 ** (2.0 * light.contrast)
    values = (np.arange(256) - 127.5) * slope + 127.5 + 127.5 * light.brightness
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


class Lighting(QObject):
    """Shows the photo of the canvas in the light chosen; worked out in the background."""

    def __init__(self, background: Background, canvas: Canvas, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background, self._canvas = background, canvas
        self._pixels: np.ndarray | None = None
        self._task: Task | None = None
        self.light = Light()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELAY)
        self._timer.timeout.connect(self._start)

    def show(self, pixels: np.ndarray | None) -> None:
        """Another photo came onto the canvas."""
        self._pixels = pixels
        if self.light != Light():
            self._start()

    def set_light(self, light: Light) -> None:
        """Another light, for this photo and the next ones."""
        self.light = light
        self._timer.start()

    def _start(self) -> None:
        if self._task is not None:
            self._task.cancel()
        if self._pixels is not None:
            work = partial(lit, self._pixels, self.light)
            self._task = self._background.run(work, partial(self._show, self._pixels), urgent=True)

    def _show(self, of: np.ndarray, pixels: np.ndarray) -> None:
        if of is self._pixels:
            self._canvas.show_light(pixels)


class LightPanel(Floating):
    """Two sliders and a box, floating above the canvas."""

    changed = Signal(object)  # Light

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, tr("Brightness and contrast"))
        self.brightness, self.contrast = _slider(tr("Brightness")), _slider(tr("Contrast"))
        self.local = QCheckBox(tr("Even out (CLAHE)"))
        grid = QGridLayout(self)
        grid.setContentsMargins(16, 14, 16, 14)
        for row, slider in enumerate((self.brightness, self.contrast)):
            grid.addWidget(common.label(slider.accessibleName()), row, 0)
            grid.addWidget(slider, row, 1)
            slider.valueChanged.connect(self._changed)
        grid.addWidget(self.local, 2, 0, 1, 2)
        grid.addWidget(common.label(tr("Only what you see; the file stays as it is."), "small"), 3, 0, 1, 2)
        grid.addWidget(common.button(tr("Reset"), self.reset), 4, 0)
        grid.addWidget(common.button(tr("Done", sense="button"), self.hide), 4, 1, Qt.AlignmentFlag.AlignRight)
        self.local.toggled.connect(self._changed)

    def reset(self) -> None:
        """As in the file."""
        self.brightness.setValue(0)
        self.contrast.setValue(0)
        self.local.setChecked(False)

    def _changed(self) -> None:
        light = Light(self.brightness.value() / STEPS, self.contrast.value() / STEPS, self.local.isChecked())
        self.changed.emit(light)


def _slider(name: str) -> QSlider:
    slider = common.Slider(Qt.Orientation.Horizontal)
    slider.setRange(-STEPS, STEPS)
    slider.setMinimumWidth(180)
    slider.setAccessibleName(name)
    return slider


TEXTS = ("", mark("rotated 90° right"), mark("rotated 180°"), mark("rotated 90° left"))  # by quarter turns clockwise


class ViewRotation(QObject):
    """Rotates the view of the canvas, and remembers by how much for each photo."""

    def __init__(self, session: Session, canvas: Canvas, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._canvas = session, canvas
        self._rotations: dict[str, int] = {}
        session.project_changed.connect(self._rotations.clear)
        session.current_changed.connect(self._photo_changed)

    def actions(self) -> list[Action]:
        """What can be done."""
        return [
            Action("rotate_right", tr("Rotate the view right"), ("Ctrl+R",), tr("By 90°, only the view"), self.right),
            Action(
                "rotate_left", tr("Rotate the view left"), ("Ctrl+Shift+R",), tr("By 90°, only the view"), self.left
            ),
            Action(
                "upright", tr("View upright"), ("Ctrl+Alt+R",), tr("Show the photo as it is in the file"), self.upright
            ),
        ]

    def right(self) -> None:
        """A quarter turn clockwise."""
        self._rotate_to(self._canvas.viewport.rotation + 1)

    def left(self) -> None:
        """A quarter turn counterclockwise."""
        self._rotate_to(self._canvas.viewport.rotation - 1)

    def upright(self) -> None:
        """As it is in the file."""
        self._rotate_to(0)

    def _rotate_to(self, rotation: int) -> None:
        if self._session.current:
            self._rotations[self._session.current] = rotation % 4
            self._canvas.rotate_to(rotation % 4)

    def _photo_changed(self, photo_id: str) -> None:
        self._canvas.rotate_to(self._rotations.get(photo_id, 0))
