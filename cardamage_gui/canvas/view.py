"""What do mouse and keys do on the canvas?

`Canvas` is where `Work` is done by hand: events become presses, moves and releases of the gesture under way.
"""

from __future__ import annotations

from functools import reduce
from operator import or_

from qtpy.QtCore import QEvent, QPoint, QPointF, Qt, Signal
from qtpy.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QMouseEvent, QRegion, QWheelEvent
from qtpy.QtWidgets import QWidget

from .sweeping import SweepVertices
from .work import Work

WHEEL = 1.0015  # zoom per unit of wheel angle: about 1.2 per notch
CURSORS = {"vertex": Qt.PointingHandCursor, "edge": Qt.CrossCursor}


class Canvas(Work):
    """A photo with regions: zoom, pan, select and edit."""

    pointer_moved = Signal(float, float)  # photo pixels
    pointer_left = Signal()  # it is not over the photo

    def __init__(self, parent: QWidget | None = None, *, editable: bool = True) -> None:
        super().__init__(parent, editable=editable)
        self._pan_from: QPoint | None = None
        self._space = False

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the cursor, with or without Ctrl; with Shift change the brush's size while one is in hand."""
        at = event.position()
        factor = WHEEL ** (event.angleDelta().y() or event.angleDelta().x())
        if self._hands.tool.round and event.modifiers() & Qt.ShiftModifier:
            self.resize_brush(factor)
        else:
            self.zoom_by(factor, (at.x(), at.y()))
        self._point(at)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a pan or a gesture, or take the next step of the one that runs."""
        self.setFocus(Qt.MouseFocusReason)
        keys = event.modifiers()
        self._heed(keys)
        self._point(event.localPos())
        alone = bool(keys & (Qt.AltModifier | Qt.ShiftModifier))  # many window managers keep Alt for themselves
        if event.button() == Qt.MiddleButton or (event.button() == Qt.LeftButton and self._space):
            self._pan_from = event.pos()
            self._set_cursor()
        elif event.button() == Qt.LeftButton:
            self._finish(self._hands.press(shift=bool(keys & Qt.ShiftModifier), alone=alone))
        elif event.button() == Qt.RightButton:
            self._hands.sweep(alone=alone)
            self._look_again()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan, go on with the gesture, or say what is under the pointer."""
        if self._pan_from is not None:
            step = event.pos() - self._pan_from
            self._pan_from = event.pos()
            self._fits = False
            self._set_viewport(self.viewport.panned(step.x(), step.y()).held(self._stage.size, self._room()))
        self._heed(event.modifiers())
        self._point(event.localPos())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a pan or a gesture."""
        if self._pan_from is not None and event.button() in (Qt.MiddleButton, Qt.LeftButton):
            self._pan_from = None
        elif event.button() == self._button():
            self._heed(event.modifiers())
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
            self.pointer_left.emit()
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

    def _button(self) -> Qt.MouseButton:
        """The button that the gesture under way is held with."""
        return Qt.RightButton if isinstance(self._hands.gesture, SweepVertices) else Qt.LeftButton

    def _heed(self, keys: Qt.KeyboardModifiers) -> None:
        """Ctrl turns snapping round."""
        self._hands.snapping = self._snaps != bool(keys & Qt.ControlModifier)

    def _point(self, at: QPointF) -> None:
        """The pointer is here now (screen)."""
        self._stage.pointer = self.viewport.to_photo((at.x(), at.y()))
        self.pointer_moved.emit(*self._stage.pointer)
        if self._stage.within(self._stage.pointer) != self._stage.pointer:
            self.pointer_left.emit()
        self._hands.move()
        left = self._stage.hit.region
        if self._hands.look() or self.busy:
            self.update(self._bare() & self._touched(left))
        self._say()

    def _touched(self, left: str) -> QRegion:
        """What looks otherwise since the pointer moved: everything while it draws, else what it left and came to."""
        if self.busy or self._hands.tool.draws:
            return QRegion(self.rect())
        places = (self._stage.place_of(region).toAlignedRect() for region in (left, self._stage.hit.region))
        return reduce(or_, map(QRegion, places))

    def _say(self) -> None:
        """By the cursor too."""
        self._set_cursor()
        super()._say()

    def _set_cursor(self) -> None:
        if self._pan_from is not None:
            shape = Qt.ClosedHandCursor
        elif self._space:
            shape = Qt.OpenHandCursor
        elif self._hands.tool.draws and self._stage.hit.kind != "vertex":
            shape = Qt.CrossCursor
        else:
            shape = CURSORS.get(self._stage.hit.kind, Qt.ArrowCursor)
        if self.cursor().shape() != shape:
            self.setCursor(shape)
