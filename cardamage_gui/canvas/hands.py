"""Which gesture is the hand making?

Takes presses, moves, releases and keys in photo pixels, runs the gesture they make, and hands out what became of it.
"""

from __future__ import annotations

from cardamage_core.annotations.model import Region

from .gestures import Gesture, Outcome, Preview, Start, delete_regions
from .hit import NOTHING, Hit, under, vertex_near
from .snapping import snapped
from .stage import Stage
from .sweeping import SweepVertices, delete_vertex
from .tools import TOOLS, Tool, begin_select, hint
from .viewport import Point

LOCKED = "A locked region is not changed. Unlock it first (Ctrl+L)."


class Hands:
    """The tool in hand and the gesture under way, on one stage."""

    def __init__(self, stage: Stage, *, editable: bool = True) -> None:
        self.stage = stage
        self.tool: Tool = TOOLS["select"]
        self.gesture: Gesture | None = None
        self.editable = editable
        self.snapping = False

    def take(self, tool: str) -> None:
        """Take another tool; a running gesture is dropped."""
        self.drop()
        self.tool = TOOLS[tool]
        self.stage.round = self.tool.round
        self.stage.handles = self.editable and self.tool.corrects

    def relabel(self, label: str) -> None:
        """The label of what is being drawn, and of the next drawing."""
        self.stage.new_label = label
        if self.gesture is not None:
            self.gesture.relabel(label)

    def drop(self) -> bool:
        """Cancel the running gesture; False when there is none."""
        if self.gesture is None:
            return False
        self.gesture = None
        self.stage.set_preview(Preview())
        return True

    def start(self, *, shift: bool = False, alone: bool = False) -> Start:
        """What a gesture that begins now has to know."""
        stage = self.stage
        return Start(
            self._placed(None) or (0.0, 0.0),
            stage.reach,
            stage.regions,
            stage.reachable if self.editable else (),
            label=stage.new_label,
            shift=shift,
            alone=alone,
            locked=stage.locked,
            around=self._around,
            brush=stage.brush / stage.viewport.scale,
            photo=(0.0, 0.0, *stage.size) if stage.pixels is not None else None,
        )

    def press(self, *, shift: bool = False, alone: bool = False) -> Outcome | None:
        """The left button went down at the stage's pointer."""
        stage = self.stage
        if stage.pointer is None:
            return None
        if self.gesture is not None:
            return self._go_on(self.gesture.press(self._placed(self.gesture) or stage.pointer, stage.reach))
        hit = stage.hit
        if shift and hit.kind == "edge":  # who adds to the selection means what lies here, not what is in it
            hit = under(stage.scene, stage.pointer, reach=stage.reach)
        begin = begin_select if hit.kind == "vertex" else self.tool.begin
        self.gesture = begin(self.start(shift=shift, alone=alone), hit)
        return self._go_on(False)

    def sweep(self, *, alone: bool = False) -> None:
        """The right button went down: vertices are taken away until it goes up."""
        near = not self.tool.draws or self.stage.hit.kind == "vertex"
        if self.gesture is None and self.editable and self.stage.pointer is not None and near:
            self.begin(SweepVertices(self.start(alone=alone)))

    def begin(self, gesture: Gesture) -> None:
        """A gesture that began otherwise than by a press; one that runs is dropped."""
        self.drop()
        self.gesture = gesture
        self.stage.hit = NOTHING  # the vertex under the pointer may be gone in what is shown
        self._go_on(False)

    def refresh(self) -> None:
        """The gesture changed by itself: show it as it is now."""
        self._go_on(False)

    def move(self) -> None:
        """The stage's pointer moved."""
        if self.gesture is not None and self.stage.pointer is not None:
            self.gesture.move(self._placed(self.gesture) or self.stage.pointer, self.stage.reach)
            self._go_on(False)

    def release(self) -> Outcome | None:
        """The button went up."""
        if self.gesture is None or self.stage.pointer is None:
            return None
        return self._go_on(self.gesture.release(self._placed(self.gesture) or self.stage.pointer, self.stage.reach))

    def close(self) -> Outcome | None:
        """Enter or a double click."""
        return self._go_on(self.gesture.close()) if self.gesture else None

    def back(self) -> None:
        """Backspace: take the last step back, or drop a gesture that has none left."""
        if self.gesture is not None and not self.gesture.back():
            self.drop()
        self._go_on(False)

    def delete(self) -> Outcome | None:
        """Del: the vertex under the pointer, else the selected regions."""
        stage, hit = self.stage, self.stage.hit
        if self.gesture is not None or not self.editable:
            return None
        region = self._region(hit.region)
        if hit.kind == "vertex" and region is not None:
            return self.allowed(delete_vertex(self.start(), region, hit.ring, hit.index))
        return self.allowed(delete_regions(stage.regions, stage.reachable))

    def allowed(self, outcome: Outcome) -> Outcome:
        """The outcome, or why it must not be: locked regions stay as they are."""
        if outcome.regions is None or not self.stage.locked:
            return outcome
        after = {region.id: region for region in outcome.regions}
        held = (region for region in self.stage.regions if region.id in self.stage.locked)
        return Outcome(said=LOCKED) if any(after.get(one.id) != one for one in held) else outcome

    def look(self) -> bool:
        """Find what is under the pointer; True when that is something else than before. Gestures keep their hit."""
        stage = self.stage
        if self.gesture is not None:
            return False
        old, stage.hit = stage.hit, NOTHING
        if stage.pointer is not None and stage.overlay:
            stage.hit = self._hit(stage.pointer)
        marked, stage.mark = stage.mark, None
        if self.tool.snaps:
            self._placed(None)
        return stage.hit != old or stage.hit.kind == "edge" or self.tool.round or marked != stage.mark

    def hint(self) -> str:
        """One sentence: what would a click do?"""
        if self.stage.pointer is None and self.gesture is None:
            return ""
        here, stage = self.stage.hit.region, self.stage
        return hint(
            self.tool,
            stage.hit,
            selected=here in stage.selection and self.editable,
            locked=here in stage.locked and self.editable,
            gesture=self.gesture,
        )

    def _placed(self, gesture: Gesture | None) -> Point | None:
        """Where the pointer counts as being.

        What the hand draws stays within the photo, and jumps to other regions while snapping is on.
        """
        stage = self.stage
        stage.mark = None
        if stage.pointer is None or not (gesture.inside if gesture else self.tool.inside):
            return stage.pointer
        held = gesture.aim(stage.pointer) if gesture else stage.pointer
        if self.snapping and (gesture.snaps if gesture else self.tool.snaps):
            hidden = gesture.preview().hidden if gesture else frozenset()
            stage.mark = snapped(stage.scene, held, reach=1.5 * stage.reach, apart_from=hidden)
        x, y = stage.pointer
        to = stage.mark or stage.within(held)
        return (x + to[0] - held[0], y + to[1] - held[1])

    def _hit(self, at: Point) -> Hit:
        """What the tool in hand can take; while snapping is on, a drawing may begin on a vertex of what is selected."""
        stage, tool = self.stage, self.tool
        selection = [i for i in stage.selection if i not in stage.locked] if self.editable else []
        if not tool.draws:
            return under(stage.scene, at, reach=stage.reach, selected=selection)
        item = stage.scene.get(selection[0]) if tool.corrects and len(selection) == 1 and not self.snapping else None
        return (vertex_near(item, at, stage.reach) if item else None) or NOTHING

    def _around(self, at: Point) -> tuple[Region, ...]:
        """The regions near a point that are shown and not locked."""
        area = (at[0] - 1, at[1] - 1, at[0] + 1, at[1] + 1)
        return tuple(item.region for item in self.stage.scene.within(area) if item.id not in self.stage.locked)

    def _region(self, region_id: str) -> Region | None:
        return next((region for region in self.stage.regions if region.id == region_id), None)

    def _go_on(self, complete: bool) -> Outcome | None:
        if self.gesture is None:
            return None
        if not complete:
            self.stage.set_preview(self.gesture.preview())
            return None
        outcome = self.gesture.outcome()
        self.drop()
        return self.allowed(outcome)
