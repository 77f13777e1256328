"""What does one movement of the hand do to regions that are there?

A gesture is a small object that lives from the press of a button to its end. It changes nothing: while it runs it says
what to show (`preview`), at its end what became of it (`outcome`). To cancel it is to drop it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from cardamage_core.annotations import edits
from cardamage_core.annotations.model import Point, Region
from cardamage_core.annotations.shapes import bounds

Regions = tuple[Region, ...]
CLICK = 0.5  # of the reach: a hand that moved less has clicked


@dataclass(frozen=True)
class Preview:
    """What to show instead of the stored regions while a gesture runs. Points are photo pixels."""

    hidden: frozenset[str] = frozenset()  # ids that are not drawn as stored
    regions: Regions = ()  # drawn on top
    path: tuple[Point, ...] = ()  # an open line being drawn
    closing: bool = False  # the next click closes the path
    band: tuple[Point, Point] | None = None  # a rubber band


@dataclass(frozen=True)
class Outcome:
    """What a finished gesture wants: other regions (None: as they were) and another selection (None: as it was)."""

    text: str = ""
    regions: Regions | None = None
    selection: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Start:
    """Where a gesture begins. `reach` is how near, in photo pixels, is near enough."""

    at: Point
    reach: float
    regions: Regions = ()
    selection: tuple[str, ...] = ()
    label: str = ""
    shift: bool = False


class Gesture:
    """The protocol of all gestures; by itself one that does nothing."""

    def move(self, at: Point, reach: float) -> None:
        """The pointer is at `at` now, button pressed or not."""

    def press(self, at: Point, reach: float) -> bool:
        """Another press while the gesture runs; True when that completes it."""
        return False

    def release(self, at: Point, reach: float) -> bool:
        """The button went up; True when that completes the gesture."""
        return True

    def back(self) -> bool:
        """Take the last step back; False when there is none left and the gesture is to be dropped."""
        return False

    def close(self) -> bool:
        """Enter was pressed; True when that completes the gesture."""
        return False

    def relabel(self, label: str) -> None:
        """Another label was chosen meanwhile for what is being drawn."""

    def preview(self) -> Preview:
        """What to show meanwhile."""
        return Preview()

    def outcome(self) -> Outcome:
        """What became of it."""
        return Outcome()


@dataclass
class MoveVertex(Gesture):
    """Drag one vertex; the press's offset from the vertex is kept, so that it does not jump."""

    start: Start
    region: Region
    ring: int
    index: int
    vertex: Point
    text: str = "Move vertex"
    moved: Region | None = None

    def move(self, at: Point, reach: float) -> None:
        """The vertex follows."""
        x = self.vertex[0] + at[0] - self.start.at[0]
        y = self.vertex[1] + at[1] - self.start.at[1]
        self.moved = edits.move_vertex(self.region, self.ring, self.index, (x, y))

    def preview(self) -> Preview:
        """The region with its vertex at the pointer."""
        return _instead(self.region, self.moved)

    def outcome(self) -> Outcome:
        """One edit, if the vertex moved at all."""
        return _replaced(self.start, self.region, self.moved, self.text)


def insert_vertex(start: Start, region: Region, ring: int, edge: int) -> MoveVertex:
    """Press on an edge: a new vertex under the pointer, which may be dragged before the button goes up."""
    grown = edits.insert_vertex(region, ring, edge + 1, start.at)
    return MoveVertex(start, grown, ring, edge + 1, start.at, "Insert vertex", grown)


def delete_vertex(regions: Regions, region: Region, ring: int, index: int) -> Outcome:
    """Take one vertex away, at once; a region that cannot spare it stays as it is."""
    changed = edits.delete_vertex(region, ring, index)
    if changed == region:
        return Outcome()
    return Outcome("Delete vertex", edits.replace(regions, region, changed))


def delete_regions(regions: Regions, ids: tuple[str, ...]) -> Outcome:
    """Delete regions, at once."""
    gone = [region for region in regions if region.id in ids]
    text = f"Delete {gone[0].label or 'region'}" if len(gone) == 1 else f"Delete {len(gone)} regions"
    return Outcome(text, edits.remove(regions, *gone), ()) if gone else Outcome()


@dataclass
class MoveRegions(Gesture):
    """Drag the selected regions as they are; less than a click's width selects instead."""

    start: Start
    on: str
    moved: Regions = ()
    _begun: bool = field(default=False, repr=False)

    def move(self, at: Point, reach: float) -> None:
        """All of them follow, once the pointer left the place of the press."""
        dx, dy = at[0] - self.start.at[0], at[1] - self.start.at[1]
        self._begun = self._begun or math.hypot(dx, dy) > reach * CLICK
        if self._begun:
            self.moved = tuple(edits.move(region, dx, dy) for region in self._chosen())

    def preview(self) -> Preview:
        """The regions where they are now."""
        return Preview(frozenset(region.id for region in self.moved), self.moved)

    def outcome(self) -> Outcome:
        """One edit for all of them, or a selection."""
        if not self.moved:
            return select(self.start, self.on)
        moved = {region.id: region for region in self.moved}
        after = tuple(moved.get(region.id, region) for region in self.start.regions)
        what = "region" if len(self.moved) == 1 else f"{len(self.moved)} regions"
        return Outcome(f"Move {what}", after)

    def _chosen(self) -> Regions:
        return tuple(region for region in self.start.regions if region.id in self.start.selection)


@dataclass
class RubberBand(Gesture):
    """Drag over nothing selects what lies inside the band; a click selects what is there (`on`), or nothing."""

    start: Start
    on: str = ""
    to: Point | None = None

    def move(self, at: Point, reach: float) -> None:
        """The band's other corner follows."""
        if self.to is not None or math.dist(at, self.start.at) > reach * CLICK:
            self.to = at

    def preview(self) -> Preview:
        """The band."""
        return Preview(band=(self.start.at, self.to)) if self.to else Preview()

    def outcome(self) -> Outcome:
        """A selection."""
        if self.to is None:
            return select(self.start, self.on)
        inside = tuple(region.id for region in self.start.regions if _inside(region, self.start.at, self.to))
        kept = self.start.selection if self.start.shift else ()
        return Outcome(selection=tuple(dict.fromkeys(kept + inside)))


def select(start: Start, on: str) -> Outcome:
    """A click on a region selects it alone; with Shift it joins or leaves the selection; on nothing it clears it."""
    if not start.shift:
        return Outcome(selection=(on,) if on else ())
    if not on:
        return Outcome()
    chosen = start.selection
    return Outcome(selection=tuple(i for i in chosen if i != on) if on in chosen else (*chosen, on))


def _instead(region: Region, other: Region | None) -> Preview:
    return Preview(frozenset({region.id}), (other,)) if other is not None else Preview()


def _replaced(start: Start, region: Region, other: Region | None, text: str) -> Outcome:
    if other is None:
        return Outcome()
    after = edits.replace(start.regions, region, other)
    return Outcome(text, after) if after != start.regions else Outcome()


def _inside(region: Region, a: Point, b: Point) -> bool:
    x0, y0, x1, y1 = bounds(region.shape)
    return min(a[0], b[0]) <= x0 and x1 <= max(a[0], b[0]) and min(a[1], b[1]) <= y0 and y1 <= max(a[1], b[1])
