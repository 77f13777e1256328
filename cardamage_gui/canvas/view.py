"""How does a person work on the regions of a photo?

`Canvas` is a `Surface` with a hand on it. It says what happened; it stores nothing and asks nobody. The hand's
movements become gestures (`hands.py`, `tools.py`), each ends in at most one `edited(before, after, text)`.
"""

from __future__ import annotations

from functools import reduce
from operator import or_

from qtpy.QtCore import QEvent, QPoint, QPointF, Qt, Signal
from qtpy.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QMouseEvent, QRegion, QWheelEvent
from qtpy.QtWidgets import QWidget

from .gestures import Gesture, Outcome, Start
from .hands import Hands
from .lasso import Lasso, Tracer
from .operations import Operation
from .surface import Surface
from .sweeping import SweepVertices
from .viewport import Viewport

WHEEL = 1.0015  # zoom per unit of wheel angle: about 1.2 per notch
CURSORS = {"vertex": Qt.PointingHandCursor, "edge": Qt.CrossCursor}
SMALLEST_BRUSH, LARGEST_BRUSH = 2.0, 400.0  # radius in screen pixels


class Canvas(Surface):
    """A photo with regions: zoom, pan, select and edit."""

    edited = Signal(object, object, str)  # before, after: tuples of all regions of the photo; text
    tool_changed = Signal(str)
    hint_changed = Signal(str)
    said = Signal(str)  # why nothing came of what the hand did
    busy_changed = Signal(bool)  # a gesture began or ended
    pointer_moved = Signal(float, float)  # photo pixels
    pointer_left = Signal()  # it is not over the photo
    box_drawn = Signal(object)  # x0 y0 x1 y1, photo pixels: find an outline in it
    tracer_wanted = Signal(object, float)  # point, radius in photo pixels: prepare the ways from it; see `take_tracer`

    def __init__(self, parent: QWidget | None = None, *, editable: bool = True) -> None:
        super().__init__(parent)
        self._stage.handles = editable
        self._hands = Hands(self._stage, editable=editable)
        self._pan_from: QPoint | None = None
        self._space = False
        self._hint = ""
        self._was_busy = False
        self._snaps = False

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

    def set_locked(self, ids: frozenset[str]) -> None:
        """Keep these regions from being changed."""
        self._drop()
        self._stage.locked = ids
        self._look_again()

    def set_snapping(self, on: bool) -> None:
        """Whether what the hand holds jumps to other regions; Ctrl turns it round."""
        self._snaps = self._hands.snapping = on

    def resize_brush(self, factor: float) -> None:
        """A larger or smaller brush."""
        self._stage.brush = max(SMALLEST_BRUSH, min(LARGEST_BRUSH, self._stage.brush * factor))
        self.update()

    # What it is doing

    @property
    def locked(self) -> frozenset[str]:
        """The ids of the regions that are kept from being changed."""
        return self._stage.locked

    @property
    def hidden(self) -> frozenset[str]:
        """The ids of the regions hidden by hand."""
        return self._stage.hidden

    @property
    def new_label(self) -> str:
        """The label of the next region."""
        return self._stage.new_label

    @property
    def snapping(self) -> bool:
        """Does what the hand holds jump to other regions?"""
        return self._snaps

    @property
    def tool(self) -> str:
        """The name of the tool in hand."""
        return self._hands.tool.name

    @property
    def busy(self) -> bool:
        """Is a gesture under way?"""
        return self._hands.gesture is not None

    @property
    def start(self) -> Start:
        """What a gesture that begins now has to know; see `begin`."""
        return self._hands.start()

    # What to do

    def do(self, operation: Operation) -> None:
        """Do something to the selected regions (see `operations.py`): one edit, or `said` tells why not."""
        if self._hands.editable:
            self._drop()
            stage = self._stage
            self._finish(self._hands.allowed(operation(stage.regions, stage.reachable)))

    def begin(self, gesture: Gesture) -> None:
        """Run a gesture that is driven from outside (sliders); Enter completes it, Esc drops it."""
        if self._hands.editable:
            self._hands.begin(gesture)
            self._look_again()

    def refresh(self) -> None:
        """The gesture begun from outside changed: show it."""
        self._hands.refresh()
        self._look_again()

    def take_tracer(self, tracer: Tracer) -> None:
        """The ways that `tracer_wanted` asked for; ignored when nobody waits for them any more."""
        if isinstance(self._hands.gesture, Lasso):
            self._hands.gesture.take(tracer)
            self.refresh()

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

    def _drop(self) -> bool:
        return self._hands.drop()

    def _set_viewport(self, viewport: Viewport) -> None:
        super()._set_viewport(viewport)
        self._hands.move()  # another point of the photo lies under a pointer that did not move

    def _finish(self, outcome: Outcome | None) -> None:
        """Tell what a gesture led to: first the edit, so that what it selects is there."""
        if outcome is not None:
            self._tell(outcome)
        self._look_again()

    def _tell(self, outcome: Outcome) -> None:
        if outcome.regions is not None:
            self.edited.emit(self._stage.regions, outcome.regions, outcome.text)
        if outcome.selection is not None:
            self._set_selection(self._present(outcome.selection))
        if outcome.box is not None:
            self.box_drawn.emit(outcome.box)
        if outcome.said:
            self.said.emit(outcome.said)

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

    def _look_again(self) -> None:
        self._hands.look()
        self._say()
        self.update()

    def _say(self) -> None:
        """Show by hint and cursor what a click would do, and ask for what the gesture needs."""
        self._set_cursor()
        if self.busy != self._was_busy:
            self._was_busy = self.busy
            self.busy_changed.emit(self.busy)
        if isinstance(self._hands.gesture, Lasso) and (seed := self._hands.gesture.wants()):
            self.tracer_wanted.emit(seed, max(self.width(), self.height()) / 2 / self.viewport.scale)
        said = self._hands.hint()
        if said != self._hint:
            self._hint = said
            self.hint_changed.emit(said)

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
