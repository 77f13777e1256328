"""Runs the gestures of a canvas: the current one, those that wait for an answer, and their requests for slow work.

The current gesture hears presses, moves and releases. When its part with the mouse is over and it still needs an answer
(`Gesture.waits`), it goes on waiting while others run: an edit or another tool leaves it alone, another photo drops it.
"""

from __future__ import annotations

from typing import Any

from cardamage_core.annotations.model import Region

from ..language import mark
from .hit import NOTHING, SNAP, snapped, under
from .state import CanvasState, Notice
from .tools import SELECT
from .tools.base import Answer, Gesture, Need, Outcome, Preview, Request, Start
from .viewport import Point

LOCKED = mark("A locked region is not changed. Unlock it first (Ctrl+L).")
NO_PHOTO = mark("The photo is not there yet.")


class GestureRunner:
    """Takes steps at the state's pointer; each gives the outcome of a gesture that it completed, else None."""

    def __init__(self, state: CanvasState) -> None:
        self.requested: Notice[[Request[Any, Any]]] = Notice()
        self.request_dropped: Notice[[Request[Any, Any]]] = Notice()  # its answer is not needed any more
        self.current: Gesture | None = None
        self._state = state
        self._waiting: list[Gesture] = []
        self._given_up: Gesture | None = None  # taken back to before its first point, or cancelled
        self._open: dict[Request[Any, Any], Gesture] = {}

    # Steps

    def begin(self, gesture: Gesture) -> None:
        """Begin a gesture otherwise than by a left press; one that runs is dropped."""
        self.drop()
        self._given_up = None
        self.current = gesture
        self._state.hit = NOTHING  # the vertex under the pointer may be gone in what is shown
        self.show()

    @property
    def hears_other(self) -> bool:
        """Whether a gesture runs that the right button is for."""
        return self.current is not None and self.current.hears_other

    def press(self, *, shift: bool = False, alone: bool = False) -> Outcome | None:
        """The left button went down: the next step of the gesture that runs, or the first of another.

        `alone` (Shift, Alt) presses in the other way, where the gesture has one.
        """
        state, gesture = self._state, self.current
        if state.pointer is None:
            return None
        if gesture is not None:
            press = gesture.press_other if alone and gesture.hears_other else gesture.press
            return self._go_on(press(self.placed(gesture) or state.pointer, state.reach))
        hit = state.hit
        if shift and hit.kind == "edge":  # who adds to the selection means what lies here, not what is in it
            hit = under(state.scene, state.pointer, reach=state.reach)
        tool = SELECT if hit.kind == "vertex" else state.tool
        if Need.PHOTO in tool.needs and state.pixels is None:
            return Outcome(said=NO_PHOTO)
        self._given_up = None
        self.current = tool.begin(self.start(shift=shift, alone=alone), hit)
        return self._go_on(False)

    def move(self) -> None:
        """The pointer moved."""
        gesture, state = self.current, self._state
        if gesture is not None and state.pointer is not None:
            gesture.move(self.placed(gesture) or state.pointer, state.reach)
            self.show()

    def release(self) -> Outcome | None:
        """The gesture's button went up."""
        gesture, state = self.current, self._state
        if gesture is None or state.pointer is None:
            return None
        return self._go_on(gesture.release(self.placed(gesture) or state.pointer, state.reach))

    def close(self) -> Outcome | None:
        """Complete what is being drawn, if that can be done now."""
        return self._go_on(self.current.close()) if self.current is not None else None

    def back(self) -> None:
        """Take the last step back, or drop a gesture that has none left."""
        if self.current is not None and not self.current.back():
            self.give_up()
        self.show()

    @property
    def can_resume(self) -> bool:
        """Whether `again` has something to do."""
        return self.current is not None or self._given_up is not None

    def again(self) -> None:
        """Do again the step taken back last, or go on with the drawing that was given up last."""
        if self.current is not None:
            self.current.again()
            self.show()
        elif self._given_up is not None:
            self.resume(self._given_up)

    def give_up(self) -> bool:
        """Drop the current gesture; `again` brings a drawing back as long as nothing else happens."""
        given_up = self.current if self.current is not None and self.current.keeps else None
        dropped = self.drop()
        self._given_up = given_up
        return dropped

    def put_aside(self, *, complete: bool) -> tuple[Outcome | None, Gesture | None]:
        """Something else is begun: a drawing that can be is completed, any other is given back to be resumed."""
        gesture = self.current
        if gesture is None or not gesture.keeps:
            self.drop()
            return None, None
        if complete and gesture.completes and gesture.close():
            return self._go_on(True), None
        self.drop()
        return None, gesture

    def resume(self, gesture: Gesture) -> None:
        """Go on with a drawing that was left, on the regions there are now."""
        gesture.rebase(self._state.regions)
        self.begin(gesture)

    def rebase(self) -> None:
        """The photo has other regions: a drawing goes on with them, anything else is dropped."""
        if self.current is not None and self.current.keeps:
            self.current.rebase(self._state.regions)
        else:
            self.drop()

    def show(self) -> None:
        """Show the gesture as it is now."""
        if self.current is not None:
            self._state.set_preview(self.current.preview())

    def drop(self) -> bool:
        """Drop the current gesture; False when there is none."""
        gesture, self.current = self.current, None
        self._given_up = None
        if gesture is None:
            return False
        self._withdraw(gesture)
        self._state.set_preview(Preview())
        return True

    def drop_waiting(self) -> bool:
        """Drop the gestures that wait for an answer; False when there is none."""
        waiting, self._waiting = self._waiting, []
        for gesture in waiting:
            self._withdraw(gesture)
        return bool(waiting)

    def allowed(self, outcome: Outcome) -> Outcome:
        """The outcome, or why it must not be: locked regions stay as they are."""
        state = self._state
        if outcome.regions is None or not state.locked:
            return outcome
        after = {region.id: region for region in outcome.regions}
        held = (region for region in state.regions if region.id in state.locked)
        return Outcome(said=LOCKED) if any(after.get(one.id) != one for one in held) else outcome

    def _go_on(self, done: bool) -> Outcome | None:
        """Show the gesture, or end it."""
        gesture = self.current
        if gesture is None or not done:
            self.show()
            return None
        if gesture.waits:
            self.current = None
            self._waiting.append(gesture)
            self._state.set_preview(Preview())
            return Outcome()
        outcome = gesture.outcome()
        self.drop()
        return self.allowed(outcome)

    # Requests

    def ask(self) -> None:
        """Tell of the slow work that gestures want now."""
        for gesture in (*self._waiting, *([self.current] if self.current is not None else [])):
            while (request := gesture.wants()) is not None:
                self._open[request] = gesture
                self.requested.emit(request)

    def answer(self, answer: Answer[Any]) -> Outcome | None:
        """Give the gesture that asked its answer; where it was dropped meanwhile, nothing happens."""
        gesture = self._open.pop(answer.request, None)
        if gesture is None:
            return None
        done = gesture.take(answer)
        if gesture is self.current:
            return self._go_on(done)
        if not done and self._requests_of(gesture):
            return None
        self._waiting = [one for one in self._waiting if one is not gesture]
        self._withdraw(gesture)
        gesture.rebase(self._state.regions)
        return self.allowed(gesture.outcome())

    def awaits(self, request: Request[Any, Any]) -> bool:
        """Whether a gesture still needs the answer to this."""
        return request in self._open

    def _requests_of(self, gesture: Gesture) -> list[Request[Any, Any]]:
        return [request for request, asked in self._open.items() if asked is gesture]

    def _withdraw(self, gesture: Gesture) -> None:
        for request in self._requests_of(gesture):
            del self._open[request]
            self.request_dropped.emit(request)

    # Where it begins and where the pointer counts as being

    def start(self, *, shift: bool = False, alone: bool = False) -> Start:
        """What a gesture that begins now has to know."""
        state = self._state
        return Start(
            self.placed(None) or (0.0, 0.0),
            state.reach,
            state.regions,
            state.reachable if state.editable else (),
            label=state.new_label,
            shift=shift,
            alone=alone,
            locked=state.locked,
            around=self._around,
            brush=state.brush / state.viewport.scale,
            photo=None if state.pixels is None else (0.0, 0.0, *state.view.photo),
            view=lambda: state.view.box,
        )

    def placed(self, gesture: Gesture | None) -> Point | None:
        """The pointer within the photo, and snapped to other regions while snapping is on; None: there is none.

        Without a gesture it is where one would begin.
        """
        state, held = self._state, gesture or self._state.tool
        state.mark = None
        if state.pointer is None or not held.inside:
            return state.pointer
        aim = gesture.aim(state.pointer) if gesture else state.pointer
        if state.snapping and held.snaps:
            hidden = gesture.preview().hidden if gesture else frozenset()
            state.mark = snapped(state.scene, aim, reach=SNAP * state.reach, apart_from=hidden)
        x, y = state.pointer
        to = state.mark or state.within(aim)
        return (x + to[0] - aim[0], y + to[1] - aim[1])

    def _around(self, at: Point) -> tuple[Region, ...]:
        """The regions near a point that are shown and not locked."""
        area = (at[0] - 1, at[1] - 1, at[0] + 1, at[1] + 1)
        return tuple(item.region for item in self._state.scene.within(area) if item.id not in self._state.locked)
