"""Turns mouse and key events into steps of gestures, and emits what they led to: edits, selections, requests, hints."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from qtpy.QtCore import QObject, QPointF, Qt, Signal
from qtpy.QtGui import QKeyEvent, QKeySequence, QMouseEvent, QWheelEvent

from ..language import mark
from .gestures import GestureRunner
from .hit import NOTHING, Hit, under, vertex_near
from .state import CanvasState
from .tools import SELECT, TOOLS
from .tools.base import Answer, Gesture, Outcome, Request, Start
from .tools.select import Nudge, Operation, delete_regions
from .tools.sweep import SweepVertices, delete_vertex
from .viewport import Point, Viewport

WHEEL = 1.0015  # zoom per unit of wheel angle: about 1.2 per notch
CURSORS = {"vertex": Qt.CursorShape.PointingHandCursor, "edge": Qt.CursorShape.CrossCursor}
ARROWS: dict[int, Point] = {
    Qt.Key.Key_Left: (-1.0, 0.0),
    Qt.Key.Key_Right: (1.0, 0.0),
    Qt.Key.Key_Up: (0.0, -1.0),
    Qt.Key.Key_Down: (0.0, 1.0),
}
FAR = 10.0  # photo pixels that Shift and an arrow move
BUTTONS = {"left": Qt.MouseButton.LeftButton, "right": Qt.MouseButton.RightButton}


COMPLETED = mark("The outline you left was completed. Ctrl+Z takes it back.")
REDO = (QKeySequence("Ctrl+Y"), QKeySequence("Ctrl+Shift+Z"))


def is_redo(event: QKeyEvent) -> bool:
    """Whether a key is Redo, on any system."""
    pressed = QKeySequence(int(event.key()) | _number(event.modifiers()))
    return pressed in REDO or event.matches(QKeySequence.StandardKey.Redo)


class Controller(QObject):
    """Changes the state as the user works. Positions in events are screen pixels of the canvas."""

    edited = Signal(object, object, str)  # before, after: tuples of all regions of the photo; text
    said = Signal(str)
    requested = Signal(object)  # Request
    request_dropped = Signal(object)  # Request
    left = Signal(object)  # Gesture: a drawing that was left unfinished, to be resumed
    busy_changed = Signal(bool)
    hint_changed = Signal(str)
    cursor_changed = Signal(object)  # Qt.CursorShape
    pointer_moved = Signal(float, float)  # photo pixels
    pointer_left = Signal()

    def __init__(self, state: CanvasState, parent: QObject) -> None:
        super().__init__(parent)
        self._state, self._gestures = state, GestureRunner(state)
        self._pan_from: QPointF | None = None
        self._space = False
        self.completes = True  # a drawing that is left is completed where it can be, else kept as it is
        self._was_busy, self._cursor = False, Qt.CursorShape.ArrowCursor
        self.hint = ""
        self._gestures.requested.connect(self._requested)
        self._gestures.request_dropped.connect(self.request_dropped.emit)
        state.view_changed.connect(self._view_changed)

    @property
    def busy(self) -> bool:
        """Whether a gesture is under way."""
        return self._gestures.current is not None

    @property
    def start(self) -> Start:
        """What a gesture that begins now has to know."""
        return self._gestures.start()

    # What the canvas is told

    def set_tool(self, name: str) -> None:
        """Take another tool (a name in `TOOLS`); a drawing is left, any other gesture dropped."""
        self.put_aside()
        self._state.set_tool(TOOLS[name])
        self.look()

    def set_editable(self, editable: bool) -> None:
        """Whether regions may be changed, or only looked at and selected."""
        self.put_aside()
        self.photo_changed()
        self._state.editable = editable
        self._state.set_tool(SELECT)
        self.look()

    def set_label(self, label: str) -> None:
        """The label of what is being drawn, and of the next drawing."""
        self._state.new_label = label
        if self._gestures.current is not None:
            self._gestures.current.relabel(label)
        self._state.changed.emit()

    def put_aside(self) -> None:
        """Something else is begun: a drawing under way is completed or kept, never thrown away."""
        before = len(self._state.regions)
        outcome, kept = self._gestures.put_aside(complete=self.completes)
        self._finish(outcome)
        if outcome is not None and len(self._state.regions) > before:
            self.said.emit(COMPLETED)
        if kept is not None:
            self.left.emit(kept)

    def resume(self, gesture: Gesture) -> None:
        """Go on with a drawing that `left` told of."""
        if self._state.editable:
            self._gestures.resume(gesture)
            self.look()

    def photo_changed(self) -> None:
        """Another photo is shown: what was begun or asked for is dropped."""
        self._gestures.drop()
        self._gestures.drop_waiting()

    def regions_changed(self) -> None:
        """Other regions are shown: a drawing goes on, any other gesture ends; of the selection stays what is there."""
        self._gestures.rebase()
        self._state.select(self._state.selection)
        self.look()

    def do(self, operation: Operation) -> None:
        """Do something to the selected regions: one edit, or a sentence why not."""
        state = self._state
        if state.editable:
            self._gestures.rebase()
            self._finish(self._gestures.allowed(operation(state.regions, state.reachable)))

    def begin(self, gesture: Gesture) -> None:
        """Begin a gesture otherwise than by a left press; a drawing is left, any other gesture dropped."""
        if self._state.editable:
            self.put_aside()
            self._gestures.begin(gesture)
            self.look()

    def refresh(self) -> None:
        """The gesture changed by itself: show it as it is now."""
        self._gestures.show()
        self.look()

    def answer(self, answer: Answer[Any]) -> None:
        """Pass the answer to a request on; one that was dropped meanwhile is ignored."""
        if answer.error and self._gestures.awaits(answer.request):
            self.said.emit(answer.error)
        self._finish(self._gestures.answer(answer))

    # Keys

    def cancel(self) -> bool:
        """Drop the running gesture, else those that wait for an answer; False when there is none."""
        dropped = self._gestures.give_up() or self._gestures.drop_waiting()
        self.look()
        return dropped

    def escape(self) -> None:
        """Drop the gesture, else put the tool down, else clear the selection."""
        if self.cancel():
            return
        if self._state.tool is not SELECT:
            self.set_tool(SELECT.name)
        else:
            self._state.select(())
            self.look()

    def delete(self) -> None:
        """Delete the vertex under the pointer of the one that is selected, else the selected regions."""
        state, hit, outcome = self._state, self._state.hit, None
        if state.editable and not self.busy:
            alone = hit.kind == "vertex" and len(state.selection) == 1  # of several, all of them are meant
            region = state.region(hit.region) if alone else None
            if region is not None:
                outcome = delete_vertex(self.start, region, hit.ring, hit.index)
            else:
                outcome = delete_regions(state.regions, state.reachable)
            outcome = self._gestures.allowed(outcome)
        self._finish(outcome)

    def back(self) -> None:
        """Take the last point of a drawing back."""
        self._gestures.back()
        self.look()

    def again(self) -> None:
        """Set the point again that was taken back last."""
        self._gestures.again()
        self.look()

    @property
    def takes_again(self) -> bool:
        """Whether Redo is for the drawing: one is under way, or was just given up."""
        return self._gestures.can_resume

    def close(self) -> bool:
        """Complete the drawing; False when that cannot be done now."""
        outcome = self._gestures.close()
        self._finish(outcome)
        return outcome is not None

    def key_press(self, event: QKeyEvent) -> bool:
        """Act on a key; False when it means nothing here."""
        does: dict[int, Callable[[], object]] = {
            Qt.Key.Key_Escape: self.escape,
            Qt.Key.Key_Delete: self.delete,
            Qt.Key.Key_Backspace: self.back,
            Qt.Key.Key_Return: self.close,
            Qt.Key.Key_Enter: self.close,
            Qt.Key.Key_Space: partial(self._hold_space, True),
        }
        act = does.get(event.key()) or (partial(self._nudge, event) if self.nudges(event) else self._step_of(event))
        if act is not None:
            act()
        return act is not None

    def _step_of(self, event: QKeyEvent) -> Callable[[], None] | None:
        """Undo and Redo walk through the points of a drawing."""
        if event.matches(QKeySequence.StandardKey.Undo):
            return self.back
        return self.again if is_redo(event) else None

    def nudges(self, event: QKeyEvent) -> bool:
        """Whether a key moves the selected regions by a little."""
        state, gesture = self._state, self._gestures.current
        other = _number(event.modifiers()) & ~_number(
            Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
        )
        if event.key() not in ARROWS or other or not (state.editable and state.reachable):
            return False
        return gesture.steps if gesture is not None else bool(self.start.chosen())

    def _nudge(self, event: QKeyEvent) -> None:
        """By a pixel of the photo, with Shift by ten."""
        gesture = self._gestures.current
        if gesture is None or not gesture.steps:
            gesture = Nudge(self.start)
            self._gestures.begin(gesture)
        (dx, dy), far = ARROWS[event.key()], bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        gesture.step(*((FAR * dx, FAR * dy) if far else (dx, dy)))
        self.refresh()

    def _end_nudge(self) -> None:
        if self._gestures.current is not None and self._gestures.current.steps:
            self.close()

    def key_release(self, event: QKeyEvent) -> bool:
        """Space no longer pans, an arrow no longer moves; False for all other keys."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._hold_space(False)
        if event.key() in ARROWS and not event.isAutoRepeat():
            self._end_nudge()
        return event.key() == Qt.Key.Key_Space

    def forget_keys(self) -> None:
        """The keyboard went elsewhere: the release of a key will not be heard."""
        self._space = False
        self._end_nudge()

    def _hold_space(self, held: bool) -> None:
        """While Space is held the left button pans."""
        self._space = held
        self._show_cursor()

    # Mouse

    def wheel(self, event: QWheelEvent) -> None:
        """Zoom at the cursor, with or without Ctrl; with Shift change the brush's size where there is one."""
        at = event.position()
        factor = WHEEL ** (event.angleDelta().y() or event.angleDelta().x())
        if self._state.tool.round and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._state.resize_brush(factor)
        else:
            self._state.view.zoom_by(factor, (at.x(), at.y()))
        self._point(at)

    def press(self, event: QMouseEvent) -> None:
        """Begin a pan or a gesture, or take the next step of the one that runs."""
        keys, button = event.modifiers(), event.button()
        self._heed(keys)
        self._point(event.position())
        alone = bool(
            keys & (Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier)
        )  # many window managers keep Alt for themselves
        if button == Qt.MouseButton.MiddleButton or (button == Qt.MouseButton.LeftButton and self._space):
            self._pan_from = event.position()
            self._show_cursor()
        elif button == Qt.MouseButton.LeftButton:
            self._finish(self._gestures.press(shift=bool(keys & Qt.KeyboardModifier.ShiftModifier), alone=alone))
        elif button == Qt.MouseButton.RightButton and self._gestures.hears_other:
            self._finish(self._gestures.press(alone=True))
        elif button == Qt.MouseButton.RightButton and not self.busy and self._on_vertices():
            self.begin(SweepVertices(self._gestures.start(alone=alone)))

    def move(self, event: QMouseEvent) -> None:
        """Pan, go on with the gesture, or find what is under the pointer."""
        if self._pan_from is not None:
            step = event.position() - self._pan_from
            self._pan_from = event.position()
            self._state.view.pan_by(step.x(), step.y())
        self._heed(event.modifiers())
        self._point(event.position())

    def release(self, event: QMouseEvent) -> None:
        """End a pan or a gesture."""
        gesture = self._gestures.current
        held = BUTTONS[gesture.button] if gesture is not None else Qt.MouseButton.LeftButton
        if self._pan_from is not None and event.button() in (Qt.MouseButton.MiddleButton, Qt.MouseButton.LeftButton):
            self._pan_from = None
        elif event.button() == held:
            self._heed(event.modifiers())
            self._point(event.position())
            self._finish(self._gestures.release())
        self._point(event.position())

    def leave(self) -> None:
        """Nothing is under a pointer that left, unless a gesture holds on to it."""
        if not self.busy:
            self._state.pointer = None
            self.pointer_left.emit()
            self.look()

    def _on_vertices(self) -> bool:
        """Whether the right button deletes vertices here."""
        return not self._state.tool.draws or self._state.hit.kind == "vertex"

    def _heed(self, keys: Qt.KeyboardModifier) -> None:
        """Ctrl reverses snapping."""
        self._state.snapping = self._state.snaps != bool(keys & Qt.KeyboardModifier.ControlModifier)

    # What comes of it

    def _finish(self, outcome: Outcome | None) -> None:
        """Tell what a gesture led to: first the edit, so that what it selects is there."""
        if outcome is not None:
            if outcome.regions is not None:
                self.edited.emit(self._state.regions, outcome.regions, outcome.text)
            if outcome.selection is not None:
                self._state.select(outcome.selection)
            if outcome.said and (outcome.regions is None or outcome.regions == self._state.regions):
                self.said.emit(outcome.said)  # not over the reason why an edit was refused
        self.look()

    def _requested(self, request: Request[Any, Any]) -> None:
        if request.kind.waiting:
            self.said.emit(request.kind.waiting)
        self.requested.emit(request)

    # Hover, hint and cursor

    def look(self) -> None:
        """Something else may be under the pointer now."""
        self._hover()
        self._tell()
        self._state.changed.emit()

    def _view_changed(self, _old: Viewport) -> None:
        self.look()
        self._gestures.move()  # another point of the photo lies under a pointer that did not move

    def _point(self, at: QPointF) -> None:
        """The pointer is here now (screen)."""
        state = self._state
        state.pointer = state.viewport.to_photo((at.x(), at.y()))
        self.pointer_moved.emit(*state.pointer)
        if state.within(state.pointer) != state.pointer:
            self.pointer_left.emit()
        self._gestures.move()
        left = state.hit.region
        if self._hover() or self.busy:
            state.hover_changed.emit(left)
        self._tell()

    def _hover(self) -> bool:
        """Find what is under the pointer; True when that looks otherwise than before. Gestures keep their hit."""
        state = self._state
        if self.busy:
            return False
        old, state.hit = state.hit, NOTHING
        if state.pointer is not None and state.overlay:
            state.hit = self._hit(state.pointer)
        marked, state.mark = state.mark, None
        if state.tool.snaps:
            self._gestures.placed(None)
        return state.hit != old or state.hit.kind == "edge" or state.tool.round or marked != state.mark

    def _hit(self, at: Point) -> Hit:
        """What the tool can take; while snapping is on, a drawing may begin on a vertex of what is selected."""
        state, tool = self._state, self._state.tool
        selection = [i for i in state.selection if i not in state.locked] if state.editable else []
        if not tool.draws:
            return under(state.scene, at, reach=state.reach, selected=selection)
        item = state.scene.get(selection[0]) if tool.corrects and len(selection) == 1 and not state.snapping else None
        return (vertex_near(item, at, state.reach) if item else None) or NOTHING

    def _tell(self) -> None:
        """Tell what a click would do, and ask for what gestures need."""
        self._show_cursor()
        if self.busy != self._was_busy:
            self._was_busy = self.busy
            self.busy_changed.emit(self.busy)
        self._gestures.ask()
        hint = self._hint()
        if hint != self.hint:
            self.hint = hint
            self.hint_changed.emit(hint)

    def _hint(self) -> str:
        """What a click would do, in one sentence."""
        state, hit = self._state, self._state.hit
        if self._gestures.current is not None:
            return self._gestures.current.hint()
        if state.pointer is None:
            return ""
        tool = SELECT if hit.kind == "vertex" else state.tool
        selected, locked = hit.region in state.selection, hit.region in state.locked
        return tool.hint_at(hit, selected=selected and state.editable, locked=locked and state.editable)

    def _show_cursor(self) -> None:
        state = self._state
        if self._pan_from is not None:
            shape = Qt.CursorShape.ClosedHandCursor
        elif self._space:
            shape = Qt.CursorShape.OpenHandCursor
        elif state.tool.draws and state.hit.kind != "vertex":
            shape = Qt.CursorShape.CrossCursor
        else:
            shape = CURSORS.get(state.hit.kind, Qt.CursorShape.ArrowCursor)
        if shape != self._cursor:
            self._cursor = shape
            self.cursor_changed.emit(shape)


def _number(modifiers: Any) -> int:
    """As a key sequence counts them; a number in Qt 5, an enumeration in Qt 6."""
    return int(getattr(modifiers, "value", modifiers))
