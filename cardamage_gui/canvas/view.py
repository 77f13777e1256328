"""How does a person see a photo with its regions, and work on them?

`Canvas` is told what to show and says what happened; it stores nothing and asks nobody. The hand's movements become
gestures (`hands.py`, `tools.py`), each ends in at most one `edited(before, after, text)`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from qtpy.QtCore import QEvent, QPoint, QPointF, QSize, Qt, Signal
from qtpy.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from qtpy.QtWidgets import QWidget

from cardamage_core.annotations.model import Label, Region

from .. import look
from . import render
from .gestures import Outcome
from .hands import Hands
from .stage import Stage
from .viewport import Point, Viewport, fitted

WHEEL = 1.0015  # zoom per unit of wheel angle: about 1.2 per notch
CURSORS = {"vertex": Qt.PointingHandCursor, "edge": Qt.CrossCursor}


class Canvas(QWidget):
    """A photo with regions: zoom, pan, select and edit."""

    edited = Signal(object, object, str)  # before, after: tuples of all regions of the photo; text
    selection_changed = Signal(object)  # tuple of region ids
    tool_changed = Signal(str)
    hint_changed = Signal(str)
    pointer_moved = Signal(float, float)  # photo pixels
    zoom_changed = Signal(float)  # screen pixels per photo pixel

    def __init__(self, parent: QWidget | None = None, *, editable: bool = True) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.StrongFocus)
        self.setMinimumSize(QSize(240, 180))
        self.setAttribute(Qt.WA_OpaquePaintEvent)
        self.setAccessibleName("Photo")
        self._stage = Stage(render.Style(look.of(self)))
        self._stage.handles = editable
        self._hands = Hands(self._stage, editable=editable)
        self._fits = True
        self._pan_from: QPoint | None = None
        self._space = False
        self._hint = ""

    # What to show

    def show_image(self, pixels: np.ndarray | None, *, size: Point | None = None, message: str = "") -> None:
        """Show another photo, fitted: (H, W, 3) uint8 RGB. None: only `message`, and regions on a blank of `size`."""
        self._hands.drop()
        self._stage.set_picture(pixels, size, message)
        self.fit()

    def show_regions(self, regions: Sequence[Region], labels: Sequence[Label]) -> None:
        """Show these regions. What is the same stays as it is; a gesture is dropped only if something differs."""
        if not self._stage.set_regions(regions, labels):
            return
        self._hands.drop()
        self._set_selection(self._present(self._stage.selection))
        self._look_again()

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

    def set_new_label(self, label: str) -> None:
        """The label of the region that is being drawn, and of the next."""
        self._hands.relabel(label)
        self.update()

    def set_editable(self, editable: bool) -> None:
        """Whether regions may be changed, or only looked at and selected."""
        self._hands.drop()
        self._hands.take("select")
        self._hands.editable = self._stage.handles = editable
        self.tool_changed.emit("select")
        self._look_again()

    # Where it is

    @property
    def viewport(self) -> Viewport:
        """Where the photo lies on the canvas."""
        return self._stage.viewport

    @property
    def selection(self) -> tuple[str, ...]:
        """The ids of the selected regions."""
        return self._stage.selection

    @property
    def shown(self) -> tuple[Region, ...]:
        """The regions that are not hidden, in drawing order."""
        return tuple(item.region for item in self._stage.scene.items)

    @property
    def tool(self) -> str:
        """The name of the tool in hand."""
        return self._hands.tool.name

    @property
    def busy(self) -> bool:
        """Is a gesture under way?"""
        return self._hands.gesture is not None

    def fit(self) -> None:
        """Show the whole photo, and keep doing so when the canvas changes its size."""
        self._fits = True
        self._set_viewport(fitted(self._stage.size, (self.width(), self.height())))

    def zoom_by(self, factor: float, at: Point | None = None) -> None:
        """Zoom around a screen point, by default the middle."""
        at = at or (self.width() / 2, self.height() / 2)
        self._fits = False
        self._set_viewport(self.viewport.zoomed(at, factor, photo=self._stage.size))

    def zoom_to(self, scale: float) -> None:
        """Zoom to so many screen pixels per photo pixel, around the middle."""
        self.zoom_by(scale / self.viewport.scale)

    # What to do

    def select(self, ids: Sequence[str]) -> None:
        """Select these regions."""
        self._set_selection(self._present(ids))
        self._look_again()

    def set_tool(self, name: str) -> None:
        """Take another tool (a name in `tools.TOOLS`); a running gesture is dropped."""
        changed = name != self.tool
        self._hands.take(name)
        if changed:
            self.tool_changed.emit(name)
        self._look_again()

    def cancel(self) -> bool:
        """Drop the running gesture; False when there is none."""
        dropped = self._hands.drop()
        self._look_again()
        return dropped

    def escape(self) -> None:
        """What Esc does: drop the gesture, else put the tool down, else clear the selection."""
        if self.cancel():
            return
        if self.tool != "select":
            self.set_tool("select")
        else:
            self.select(())

    def delete(self) -> None:
        """What Del does: take the vertex under the pointer away, else the selected regions."""
        self._finish(self._hands.delete())

    def back(self) -> None:
        """What Backspace does: take the last point of a drawing back."""
        self._hands.back()
        self._look_again()

    def close_drawing(self) -> None:
        """What Enter does: close the polygon being drawn."""
        self._finish(self._hands.close())

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

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the cursor, with or without Ctrl."""
        at = event.position()
        self.zoom_by(WHEEL ** (event.angleDelta().y() or event.angleDelta().x()), (at.x(), at.y()))
        self._point(at)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a pan or a gesture, or take the next step of the one that runs."""
        self.setFocus(Qt.MouseFocusReason)
        self._point(event.localPos())
        if event.button() == Qt.MiddleButton or (event.button() == Qt.LeftButton and self._space):
            self._pan_from = event.pos()
            self._set_cursor()
        elif event.button() == Qt.LeftButton:
            self._finish(self._hands.press(shift=bool(event.modifiers() & Qt.ShiftModifier)))
        elif event.button() == Qt.RightButton:
            self._finish(self._hands.delete_vertex())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan, go on with the gesture, or say what is under the pointer."""
        if self._pan_from is not None:
            step = event.pos() - self._pan_from
            self._pan_from = event.pos()
            self._fits = False
            self._set_viewport(self.viewport.panned(step.x(), step.y()).held(self._stage.size, self._room()))
        self._point(event.localPos())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a pan or a gesture."""
        if self._pan_from is not None and event.button() in (Qt.MiddleButton, Qt.LeftButton):
            self._pan_from = None
        elif event.button() == Qt.LeftButton:
            self._point(event.localPos())
            self._finish(self._hands.release())
        self._point(event.localPos())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """The second press of a double click: closes what is being drawn, else is a press like any other."""
        closed = self._hands.close() if event.button() == Qt.LeftButton else None
        if closed is not None:
            self._finish(closed)
        else:
            self.mousePressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under a pointer that left."""
        super().leaveEvent(event)
        if not self.busy:
            self._stage.pointer = None
            self._look_again()

    def event(self, event: QEvent) -> bool:
        """While a gesture runs Ctrl+Z is for it (takes the last point back), not for the edits before."""
        if event.type() == QEvent.ShortcutOverride and self.busy and event.matches(QKeySequence.Undo):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that belong to the gesture under way and to the photo."""
        key = event.key()
        does = {
            Qt.Key_Escape: self.escape,
            Qt.Key_Delete: self.delete,
            Qt.Key_Backspace: self.back,
            Qt.Key_Return: self.close_drawing,
            Qt.Key_Enter: self.close_drawing,
            Qt.Key_Space: self._hold_space,
        }
        if key in does:
            does[key]()
        elif event.matches(QKeySequence.Undo):
            self.back()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Space no longer pans."""
        if event.key() != Qt.Key_Space:
            super().keyReleaseEvent(event)
        elif not event.isAutoRepeat():
            self._space = False
            self._set_cursor()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """A Space held while leaving is forgotten."""
        super().focusOutEvent(event)
        self._space = False

    def _hold_space(self) -> None:
        self._space = True
        self._set_cursor()

    def _finish(self, outcome: Outcome | None) -> None:
        """Tell what a gesture led to: first the edit, so that what it selects is there."""
        if outcome is not None and outcome.regions is not None:
            self.edited.emit(self._stage.regions, outcome.regions, outcome.text)
        if outcome is not None and outcome.selection is not None:
            self._set_selection(self._present(outcome.selection))
        self._look_again()

    def _point(self, at: QPointF) -> None:
        """The pointer is here now (screen)."""
        self._stage.pointer = self.viewport.to_photo((at.x(), at.y()))
        self.pointer_moved.emit(*self._stage.pointer)
        self._hands.move()
        if self._hands.look() or self.busy:
            self.update()
        self._say()

    def _look_again(self) -> None:
        self._hands.look()
        self._say()
        self.update()

    def _say(self) -> None:
        """Show by hint and cursor what a click would do."""
        self._set_cursor()
        said = self._hands.hint()
        if said != self._hint:
            self._hint = said
            self.hint_changed.emit(said)

    def _set_cursor(self) -> None:
        if self._pan_from is not None:
            shape = Qt.ClosedHandCursor
        elif self._space:
            shape = Qt.OpenHandCursor
        elif self._hands.tool.draws:
            shape = Qt.CrossCursor
        else:
            shape = CURSORS.get(self._stage.hit.kind, Qt.ArrowCursor)
        if self.cursor().shape() != shape:
            self.setCursor(shape)

    def _set_style(self, **changes: object) -> None:
        self._stage.set_style(replace(self._stage.style, **changes))
        self.update()

    def _set_viewport(self, viewport: Viewport) -> None:
        zoomed = viewport.scale != self.viewport.scale
        self._stage.viewport = viewport
        if zoomed:
            self.zoom_changed.emit(viewport.scale)
        self.update()

    def _set_selection(self, ids: tuple[str, ...]) -> None:
        if ids != self._stage.selection:
            self._stage.selection = ids
            self.selection_changed.emit(ids)
            self.update()

    def _present(self, ids: Sequence[str]) -> tuple[str, ...]:
        return tuple(i for i in ids if self._stage.scene.get(i) is not None)

    def _room(self) -> Point:
        return (self.width(), self.height())
