"""How does a person see a photo with its regions?

`Surface` is told what to show; it stores nothing and asks nobody. `view.Canvas` lets a hand work on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from qtpy.QtCore import QEvent, QSize, Qt, Signal
from qtpy.QtGui import QPainter, QPaintEvent, QRegion, QResizeEvent
from qtpy.QtWidgets import QWidget

from cardamage_core.annotations.model import Label, Region

from .. import look
from .pens import Style
from .stage import Stage
from .viewport import Box, Point, Viewport, fitted


class Surface(QWidget):
    """A photo with regions: zoom and selection."""

    selection_changed = Signal(object)  # tuple of region ids
    zoom_changed = Signal(float)  # screen pixels per photo pixel
    turn_changed = Signal(int)  # quarter turns clockwise of the view, 0 to 3

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.StrongFocus)
        self.setMinimumSize(QSize(240, 180))
        self.setAttribute(Qt.WA_OpaquePaintEvent)
        self.setAccessibleName("Photo")
        self._stage = Stage(Style(look.of(self)))
        self._fits = True
        self._covered = 0.0

    # What to show

    def show_image(self, pixels: np.ndarray | None, *, size: Point | None = None, message: str = "") -> None:
        """Show another photo, fitted: (H, W, 3) uint8 RGB. None: only `message`, and regions on a blank of `size`."""
        self._drop()
        self._stage.set_picture(pixels, size, message)
        self.fit()

    def show_light(self, pixels: np.ndarray) -> None:
        """The same photo in another light: place, zoom and gesture stay."""
        self._stage.set_picture(pixels, None, "")
        self.update()

    def show_regions(self, regions: Sequence[Region], labels: Sequence[Label]) -> None:
        """Show these regions. What is the same stays as it is; a gesture is dropped only if something differs."""
        if not self._stage.set_regions(regions, labels):
            return
        self._drop()
        self._set_selection(self._present(self._stage.selection))
        self._look_again()

    def show_theirs(self, regions: Sequence[Region], labels: Sequence[Label] = ()) -> None:
        """Show what somebody else outlined, to compare with: only lines, which no tool takes hold of."""
        self._stage.set_theirs(regions, labels)
        self.update()

    def point_out(self, region_id: str) -> None:
        """Show one of these more strongly; "" for none."""
        self._stage.point_out(region_id)
        self.update()

    def set_opacity(self, fill: float) -> None:
        """How strong fills are, 0…1."""
        self._set_style(fill=max(0.0, min(1.0, fill)))

    def set_numbered(self, numbered: bool) -> None:
        """Number the regions shown, from 1 in drawing order, without outlines of the car."""
        self._set_style(numbered=numbered)

    def set_overlay(self, shown: bool) -> None:
        """Show the regions, or the photo alone."""
        self._stage.set_overlay(shown)
        self._look_again()

    def set_visible_above(self, score: float) -> None:
        """Hide predicted regions whose score is below."""
        self._stage.set_visible_above(score)
        self._set_selection(self._present(self._stage.selection))
        self._look_again()

    def set_hidden(self, ids: frozenset[str]) -> None:
        """Hide these regions, whatever else is to be seen."""
        self._drop()
        self._stage.set_hidden(ids)
        self._set_selection(self._present(self._stage.selection))
        self._look_again()

    # Where it is

    @property
    def viewport(self) -> Viewport:
        """Where the photo lies on the canvas."""
        return self._stage.viewport

    @property
    def pixels(self) -> np.ndarray | None:
        """The photo as shown, (H, W, 3) uint8 RGB."""
        return self._stage.pixels

    @property
    def selection(self) -> tuple[str, ...]:
        """The ids of the selected regions."""
        return self._stage.selection

    @property
    def shown(self) -> tuple[Region, ...]:
        """The regions that are not hidden, in drawing order."""
        return tuple(item.region for item in self._stage.scene.items)

    @property
    def would_be(self) -> tuple[Region, ...]:
        """All regions of the photo, as they were if the gesture under way ended now."""
        return self._stage.would_be()

    @property
    def standing(self) -> tuple[Region, ...]:
        """The regions that are more than guesses, also those hidden by hand."""
        return self._stage.standing()

    def fit(self) -> None:
        """Show the whole photo, and keep doing so when the canvas changes its size."""
        self._fits = True
        self._set_viewport(fitted(self._stage.size, self._room(), covered=self._covered, turn=self.viewport.turn))

    def set_covered(self, left: float) -> None:
        """So many pixels at the left edge lie under something that floats there: a fitted photo keeps clear of them."""
        self._covered = left
        if self._fits:
            self.fit()

    def zoom_by(self, factor: float, at: Point | None = None) -> None:
        """Zoom around a screen point, by default the middle."""
        at = at or (self.width() / 2, self.height() / 2)
        self._fits = False
        self._set_viewport(self.viewport.zoomed(at, factor, photo=self._stage.size))

    def show_area(self, box: Box) -> None:
        """Put a box of the photo into the middle, as large as it is still understood."""
        self._fits = False
        self._set_viewport(self.viewport.framing(box, self._room(), covered=self._covered))

    def zoom_to(self, scale: float) -> None:
        """Zoom to so many screen pixels per photo pixel, around the middle."""
        self.zoom_by(scale / self.viewport.scale)

    def turn_to(self, turn: int) -> None:
        """Turn the view to so many quarter turns clockwise, around the middle; the photo and its regions stay."""
        middle = (self.width() / 2, self.height() / 2)
        self._set_viewport(self.viewport.turned(turn, middle).held(self._stage.size, self._room()))
        if self._fits:
            self.fit()

    def select(self, ids: Sequence[str]) -> None:
        """Select these regions."""
        self._set_selection(self._present(ids))
        self._look_again()

    def sizeHint(self) -> QSize:
        """Large: the photo is what the work is about."""
        return QSize(800, 600)

    # What happens

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Everything is painted by the stage."""
        painter = QPainter(self)
        self._stage.paint(painter, self.size(), self.devicePixelRatioF())
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A fitted photo stays fitted."""
        super().resizeEvent(event)
        if self._fits:
            self.fit()

    def changeEvent(self, event: QEvent) -> None:
        """The theme may have changed."""
        super().changeEvent(event)
        if event.type() in (QEvent.PaletteChange, QEvent.StyleChange):
            self._set_style(colors=look.of(self))

    def _set_style(self, **changes: object) -> None:
        self._stage.set_style(replace(self._stage.style, **changes))
        self.update()

    def _set_viewport(self, viewport: Viewport) -> None:
        """See the photo otherwise; the pointer stays where it is on the screen."""
        old, stage = self.viewport, self._stage
        if stage.pointer is not None:
            stage.pointer = viewport.to_photo(old.to_screen(stage.pointer))
        stage.viewport = viewport
        if viewport.scale != old.scale:
            self.zoom_changed.emit(viewport.scale)
        if viewport.turn != old.turn:
            self.turn_changed.emit(viewport.turn)
        self._look_again()

    def _set_selection(self, ids: tuple[str, ...]) -> None:
        if ids != self._stage.selection:
            self._stage.selection = ids
            self.selection_changed.emit(ids)
            self.update()

    def _present(self, ids: Sequence[str]) -> tuple[str, ...]:
        """Those that can be selected: what is hidden by hand stays selected, so that it can be shown again."""
        hidden = self._stage.hidden
        return tuple(i for i in ids if self._stage.scene.get(i) is not None or (i in hidden and self._stage.knows(i)))

    def _bare(self) -> QRegion:
        """What no tool box lies on: they need not be painted again for what moves below."""
        bare = QRegion(self.rect())
        for child in self.findChildren(QWidget, "", Qt.FindDirectChildrenOnly):
            if child.isVisible():
                bare -= QRegion(child.geometry())
        return bare

    def _room(self) -> Point:
        return (self.width(), self.height())

    # What a hand has to do with it

    def _drop(self) -> bool:
        """Drop a gesture under way; False when there is none."""
        return False

    def _look_again(self) -> None:
        """Something else may be under the pointer now."""
        self.update()
