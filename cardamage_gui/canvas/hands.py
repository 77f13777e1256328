"""Which gesture is the hand making?

Takes presses, moves, releases and keys in photo pixels, runs the gesture they make, and hands out what became of it.
"""

from __future__ import annotations

from .gestures import Gesture, Outcome, Preview, Start, delete_regions, delete_vertex
from .hit import NOTHING, under
from .stage import Stage
from .tools import TOOLS, Tool, hint


class Hands:
    """The tool in hand and the gesture under way, on one stage."""

    def __init__(self, stage: Stage, *, editable: bool = True) -> None:
        self.stage = stage
        self.tool: Tool = TOOLS["select"]
        self.gesture: Gesture | None = None
        self.editable = editable

    def take(self, tool: str) -> None:
        """Take another tool; a running gesture is dropped."""
        self.drop()
        self.tool = TOOLS[tool]

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

    def press(self, *, shift: bool = False) -> Outcome | None:
        """The left button went down at the stage's pointer."""
        stage = self.stage
        if stage.pointer is None:
            return None
        if self.gesture is not None:
            return self._go_on(self.gesture.press(stage.pointer, stage.reach))
        hit = stage.hit
        selection = stage.selection if self.editable else ()
        label = stage.new_label
        start = Start(stage.pointer, stage.reach, stage.regions, selection, label=label, shift=shift)
        self.gesture = self.tool.begin(start, hit)
        return self._go_on(False)

    def move(self) -> None:
        """The stage's pointer moved."""
        if self.gesture is not None and self.stage.pointer is not None:
            self.gesture.move(self.stage.pointer, self.stage.reach)
            self._go_on(False)

    def release(self) -> Outcome | None:
        """The left button went up."""
        if self.gesture is None or self.stage.pointer is None:
            return None
        return self._go_on(self.gesture.release(self.stage.pointer, self.stage.reach))

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
        if self.gesture is not None or not self.editable:
            return None
        return self.delete_vertex() or delete_regions(self.stage.regions, self.stage.selection)

    def delete_vertex(self) -> Outcome | None:
        """A right click: the vertex under the pointer."""
        hit, regions = self.stage.hit, self.stage.regions
        if hit.kind != "vertex" or self.gesture is not None or not self.editable:
            return None
        region = next(region for region in regions if region.id == hit.region)
        return delete_vertex(regions, region, hit.ring, hit.index)

    def look(self) -> bool:
        """Find what is under the pointer; True when that is something else than before. Gestures keep their hit."""
        stage = self.stage
        if self.gesture is not None:
            return False
        old, stage.hit = stage.hit, NOTHING
        if stage.pointer is not None and stage.overlay and not self.tool.draws:
            selection = stage.selection if self.editable else ()
            stage.hit = under(stage.scene, stage.pointer, reach=stage.reach, selected=selection)
        return stage.hit != old or stage.hit.kind == "edge"

    def hint(self) -> str:
        """One sentence: what would a click do?"""
        if self.stage.pointer is None:
            return ""
        chosen = self.stage.hit.region in self.stage.selection
        return hint(self.tool, self.stage.hit, selected=chosen and self.editable, gesture=self.gesture)

    def _go_on(self, complete: bool) -> Outcome | None:
        if self.gesture is None:
            return None
        if not complete:
            self.stage.set_preview(self.gesture.preview())
            return None
        outcome = self.gesture.outcome()
        self.drop()
        return outcome
