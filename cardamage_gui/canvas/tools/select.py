"""The select tool: click, drag and rubber band; and operations on the selection: delete, copies, drawing order.

An operation takes the photo's regions and the ids of the selected ones and gives an outcome, as a gesture does.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from cardamage_core.annotations import boolean_ops, edits
from cardamage_core.annotations.boolean_ops import Corner
from cardamage_core.annotations.edits import handles, is_round, move_handle
from cardamage_core.annotations.lookup import with_ids
from cardamage_core.annotations.model import Dot, Point, Region
from cardamage_core.annotations.shapes import bounds, lines

from ...language import mark
from ..hit import Hit
from ..viewport import Box
from .base import CLICK, Gesture, Outcome, Preview, Regions, Start, Tool, exchanged

Operation = Callable[[Regions, tuple[str, ...]], Outcome]
AWAY = 12.0  # photo pixels between a region and its duplicate
HINTS = {
    "vertex": mark("Drag the vertex · Ctrl snaps · Shift parts it from others · right click removes"),
    "edge": mark("Click the edge to insert a vertex · right button sweeps vertices away"),
    "region": mark("Click to select · Shift adds to the selection"),
    "nothing": mark("Drag to select several · wheel zooms · Space or middle button pans"),
}


class SelectTool(Tool):
    """Selects regions, moves them, and moves and inserts their vertices."""

    draws = inside = snaps = False

    def begin(self, start: Start, hit: Hit) -> Gesture:
        """What lies at the press decides: a vertex, an edge, a region or nothing."""
        region = next((r for r in start.regions if r.id == hit.region), None)
        if region is None:
            return RubberBand(start)
        if hit.kind == "vertex" and not isinstance(region.shape, Dot):
            vertex = handles(region.shape)[hit.ring][hit.index]
            return move_vertex(start, region, hit.ring, hit.index, vertex)
        if hit.kind == "edge" and not start.shift and not is_round(region.shape):
            return insert_vertex(start, region, hit.ring, hit.index)
        if region.id in start.selection and not start.shift and region.id not in start.locked:
            return MoveRegions(start, region.id)
        return RubberBand(start, region.id)

    def hint_at(self, hit: Hit, *, selected: bool, locked: bool) -> str:
        """By what lies at the pointer."""
        if hit.kind == "region" and locked:
            return mark("This region is locked: Ctrl+L unlocks it")
        if hit.kind == "region" and selected:
            return mark("Drag to move the region · Del deletes it")
        return HINTS[hit.kind]


@dataclass
class MoveVertex(Gesture):
    """Drag one vertex or handle; the press's offset from it is kept, so that it does not jump.

    `also` are vertices of other regions in the same place: they come along, as do its `twins` in the same ring.
    """

    start: Start
    region: Region
    ring: int
    index: int
    vertex: Point
    text: str = mark("Move vertex")
    also: tuple[Corner, ...] = ()
    moved: Regions = ()
    twins: tuple[int, ...] = ()
    snaps = True

    def __post_init__(self) -> None:
        self.inside = _lies_in(self.vertex, self.start.photo)  # one that came from outside is not pulled in

    def aim(self, at: Point) -> Point:
        """The vertex, not the pointer."""
        return (self.vertex[0] + at[0] - self.start.at[0], self.vertex[1] + at[1] - self.start.at[1])

    def move(self, at: Point, reach: float) -> None:
        """The vertex follows."""
        xy = self.aim(at)
        moved = move_handle(self.region, self.ring, self.index, xy)
        for twin in self.twins:
            moved = edits.move_vertex(moved, self.ring, twin, xy)
        self.moved = (moved, *boolean_ops.moved(self.also, xy))

    def hint(self) -> str:
        """How to place it exactly."""
        shared = mark(f"Moves {len(self.also) + 1} regions together · ") if self.also else ""
        return mark(f"{shared}Ctrl snaps to other regions · Esc cancels")

    def preview(self) -> Preview:
        """The region with its vertex at the pointer."""
        return Preview(frozenset(region.id for region in self.moved), self.moved)

    def outcome(self) -> Outcome:
        """One edit, if the vertex moved at all."""
        return exchanged(self.start.regions, self.moved, self.text)


def move_vertex(start: Start, region: Region, ring: int, index: int, vertex: Point) -> MoveVertex:
    """Press on a vertex: it may be dragged, with all that lie in the same place unless Shift or Alt is held."""
    if start.alone or is_round(region.shape):
        return MoveVertex(start, region, ring, index, vertex)
    also = boolean_ops.meeting(start.around(vertex), vertex, apart_from=region.id)
    twins = boolean_ops.twins(region, ring, index)[1:]
    return MoveVertex(start, region, ring, index, vertex, also=also, twins=twins)


def insert_vertex(start: Start, region: Region, ring: int, edge: int) -> MoveVertex:
    """Press on an edge: a new vertex under the pointer, which may be dragged before the button goes up.

    Where another region has the same edge it gets the vertex too, unless Alt is held.
    """
    points = lines(region.shape)[ring]
    a, b = points[edge], points[(edge + 1) % len(points)]
    shared = () if start.alone else boolean_ops.beside(start.around(start.at), a, b, apart_from=region.id)
    also = boolean_ops.inserted(shared, start.at)
    grown = edits.insert_vertex(region, ring, edge + 1, start.at)
    moved = (grown, *(corner.region for corner in also))
    return MoveVertex(start, grown, ring, edge + 1, start.at, mark("Insert vertex"), also, moved)


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
            self.moved = _moved(self.start, dx, dy)

    def preview(self) -> Preview:
        """The regions where they are now."""
        return Preview(frozenset(region.id for region in self.moved), self.moved)

    def outcome(self) -> Outcome:
        """One edit for all of them, or a selection."""
        return _moving(self.start, self.moved) if self.moved else select(self.start, self.on)


@dataclass
class Nudge(Gesture):
    """Arrow keys move the selected regions by photo pixels; one edit, however often a key repeats."""

    start: Start
    dx: float = 0.0
    dy: float = 0.0
    steps = True

    def step(self, dx: float, dy: float) -> None:
        """A little further."""
        self.dx, self.dy = self.dx + dx, self.dy + dy

    def close(self) -> bool:
        """It can end at any moment."""
        return True

    def preview(self) -> Preview:
        """The regions where they are now."""
        moved = _moved(self.start, self.dx, self.dy)
        return Preview(frozenset(region.id for region in moved), moved)

    def outcome(self) -> Outcome:
        """One edit for all of them."""
        return _moving(self.start, _moved(self.start, self.dx, self.dy)) if self.dx or self.dy else Outcome()


def _moved(start: Start, dx: float, dy: float) -> Regions:
    return tuple(edits.move(region, dx, dy) for region in start.chosen())


def _moving(start: Start, moved: Regions) -> Outcome:
    what = "region" if len(moved) == 1 else mark(f"{len(moved)} regions")
    return exchanged(start.regions, moved, mark(f"Move {what}"))


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


def delete_regions(regions: Regions, ids: tuple[str, ...]) -> Outcome:
    """Delete regions, at once."""
    gone = with_ids(regions, ids)
    text = mark(f"Delete {gone[0].label or 'region'}") if len(gone) == 1 else mark(f"Delete {len(gone)} regions")
    return Outcome(text, edits.remove(regions, *gone), ()) if gone else Outcome()


def duplicate(regions: Regions, ids: tuple[str, ...]) -> Outcome:
    """A copy of each beside it, on top of everything, selected."""
    copies = edits.copied(with_ids(regions, ids), dx=AWAY, dy=AWAY)
    return _added(regions, copies, mark("Duplicate"))


def pasting(copies: Sequence[Region], *, width: float, height: float, text: str = mark("Paste")) -> Operation:
    """Put copies of these regions on top, moved together, then cut, if they would lie outside a photo of this size."""

    def paste(regions: Regions, _ids: tuple[str, ...]) -> Outcome:
        there = edits.fitted(edits.copied(copies), width=width, height=height)
        if width > 0 and height > 0:
            there = boolean_ops.clipped(there, width=width, height=height)
        return _added(regions, there, text)

    return paste


def bring_forward(regions: Regions, ids: tuple[str, ...]) -> Outcome:
    """One place up."""
    return _ordered(regions, edits.raised(regions, set(ids)), mark("Bring forward"))


def send_backward(regions: Regions, ids: tuple[str, ...]) -> Outcome:
    """One place down."""
    return _ordered(regions, edits.lowered(regions, set(ids)), mark("Send backward"))


def bring_to_front(regions: Regions, ids: tuple[str, ...]) -> Outcome:
    """Above all others."""
    return _ordered(regions, edits.to_front(regions, set(ids)), mark("Bring to front"))


def send_to_back(regions: Regions, ids: tuple[str, ...]) -> Outcome:
    """Below all others."""
    return _ordered(regions, edits.to_back(regions, set(ids)), mark("Send to back"))


def _added(regions: Regions, copies: Regions, text: str) -> Outcome:
    if not copies:
        return Outcome(said=mark("Select a region first."))
    what = copies[0].label or "region" if len(copies) == 1 else mark(f"{len(copies)} regions")
    return Outcome(f"{text} {what}", edits.add(regions, *copies), tuple(copy.id for copy in copies))


def _ordered(before: Regions, after: Regions, text: str) -> Outcome:
    return Outcome(text, after) if after != before else Outcome()


def _lies_in(point: Point, box: Box | None) -> bool:
    return box is not None and box[0] <= point[0] <= box[2] and box[1] <= point[1] <= box[3]


def _inside(region: Region, a: Point, b: Point) -> bool:
    x0, y0, x1, y1 = bounds(region.shape)
    return min(a[0], b[0]) <= x0 and x1 <= max(a[0], b[0]) and min(a[1], b[1]) <= y0 and y1 <= max(a[1], b[1])
