"""What can be done with the regions on the canvas, whoever asks for it: a key, a button, a slider or the hand?

`Work` is a `Surface` that tools and gestures run on (`hands.py`, `tools.py`); each gesture ends in at most one
`edited(before, after, text)`. It says what happened; it stores nothing and asks nobody.
"""

from __future__ import annotations

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QWidget

from .gestures import Gesture, Outcome, Start
from .hands import Hands
from .lasso import Lasso, Tracer
from .operations import Operation
from .surface import Surface
from .viewport import Viewport

SMALLEST_BRUSH, LARGEST_BRUSH = 2.0, 400.0  # radius in screen pixels


class Work(Surface):
    """A photo with regions that can be edited."""

    edited = Signal(object, object, str)  # before, after: tuples of all regions of the photo; text
    tool_changed = Signal(str)
    hint_changed = Signal(str)
    said = Signal(str)  # why nothing came of what the hand did
    busy_changed = Signal(bool)  # a gesture began or ended
    box_drawn = Signal(object)  # x0 y0 x1 y1, photo pixels: find an outline in it
    tracer_wanted = Signal(object, float)  # point, radius in photo pixels: prepare the ways from it; see `take_tracer`

    def __init__(self, parent: QWidget | None = None, *, editable: bool = True) -> None:
        super().__init__(parent)
        self._stage.handles = editable
        self._hands = Hands(self._stage, editable=editable)
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

    def _look_again(self) -> None:
        self._hands.look()
        self._say()
        self.update()

    def _say(self) -> None:
        """Tell what a click would do, and ask for what the gesture needs."""
        if self.busy != self._was_busy:
            self._was_busy = self.busy
            self.busy_changed.emit(self.busy)
        if isinstance(self._hands.gesture, Lasso) and (seed := self._hands.gesture.wants()):
            self.tracer_wanted.emit(seed, max(self.width(), self.height()) / 2 / self.viewport.scale)
        said = self._hands.hint()
        if said != self._hint:
            self._hint = said
            self.hint_changed.emit(said)
