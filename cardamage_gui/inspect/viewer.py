"""How is the photo with its findings shown? Toolbar, what is going on, and the same canvas as everywhere, read-only."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtWidgets import QProgressBar, QWidget

from cardamage_core.annotations.model import Photo
from cardamage_core.errors import CarDamageError

from .. import parts
from ..background import Background, Task
from ..canvas import Canvas
from ..settings import Settings
from .toolbar import Toolbar

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
        self.toolbar = Toolbar(settings.get("threshold"), settings.get("opacity"))
        self.canvas.set_numbered(True)
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

    def _threshold_changed(self, value: float) -> None:
        self._settings.set("threshold", value)
        self.canvas.set_visible_above(value)

    def _opacity_changed(self, value: float) -> None:
        self._settings.set("opacity", value)
        self.canvas.set_opacity(value)

    def _make_strip(self) -> None:
        self._strip = parts.frame("notice")
        self._said = parts.label("", "muted")
        self._bar = QProgressBar()
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        line = parts.columns(self._strip, margins=(14, 6, 14, 6), spacing=12)
        line.addWidget(self._said)
        line.addWidget(self._bar, 1)
        self._strip.hide()

    def _arrange(self) -> None:
        column = parts.rows(self, spacing=0)
        column.addWidget(self.toolbar)
        column.addWidget(self._strip)
        column.addWidget(self.canvas, 1)


def _pixels(path: Path) -> np.ndarray:
    from cardamage_core import imaging

    return imaging.load(path)
