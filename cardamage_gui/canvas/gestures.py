"""What does one movement of the hand do to regions that are there?

A gesture is a small object that lives from the press of a button to its end. It changes nothing: while it runs it says
what to show (`preview`), at its end what became of it (`outcome`). To cancel it is to drop it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from cardamage_core.annotations import borders, edits
from cardamage_core.annotations.borders import Corner
from cardamage_core.annotations.handles import is_round, move_handle
from cardamage_core.annotations.model import Point, Region
from cardamage_core.annotations.shapes import bounds, lines

Regions = tuple[Region, ...]
Box = tuple[float, float, float, float]  # x0 y0 x1 y1
CLICK = 0.5  # of the reach: a hand that moved less has clicked


def nobody(_at: Point) -> Regions:
    """Where no other region is near."""
    return ()


@dataclass(frozen=True)
class Preview:
    """What to show instead of the stored regions while a gesture runs. Points are photo pixels."""

    hidden: frozenset[str] = frozenset()  # ids that are not drawn as stored
    regions: Regions = ()  # drawn on top
    path: tuple[Point, ...] = ()  # an open line being drawn
    closing: bool = False  # the next click closes the path
    marks: tuple[Point, ...] | None = None  # the points of the path that are shown as such; None: all
    band: tuple[Point, Point] | None = None  # a rubber band


@dataclass(frozen=True)
class Outcome:
    """What a finished gesture wants: other regions (None: as they were) and another selection (None: as it was).

    `said` is why nothing came of it; `box` asks for an outline to be found inside it.
    """

    text: str = ""
    regions: Regions | None = None
    selection: tuple[str, ...] | None = None
    said: str = ""
    box: Box | None = None


@dataclass(frozen=True)
class Start:
    """Where a gesture begins. `reach` is how near, in photo pixels, is near enough.

    `around` gives the regions near a point that may be changed along; `alone` (Shift, Alt) keeps a gesture from it.
    `locked` ones are not to be changed. `brush` is the brush's radius in photo pixels.
    """

    at: Point
    reach: float
    regions: Regions = ()
    selection: tuple[str, ...] = ()
    label: str = ""
    shift: bool = False
    alone: bool = False
    locked: frozenset[str] = frozenset()
    around: Callable[[Point], Regions] = nobody
    brush: float = 0.0
    photo: Box | None = None  # the area of the photo, where it is known

    def chosen(self) -> Regions:
        """The selected regions that are not locked, in the order of the selection."""
        by_id = {region.id: region for region in self.regions}
        return tuple(by_id[i] for i in self.selection if i in by_id and i not in self.locked)


class Gesture:
    """The protocol of all gestures; by itself one that does nothing."""

    snaps = False  # may what the hand holds jump to vertices and edges of other regions?
    inside = False  # is what the hand holds kept within the photo?

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

    def aim(self, at: Point) -> Point:
        """Where the held point would be for a pointer at `at`."""
        return at

    def hint(self) -> str:
        """What the hand may do next."""
        return "Release to finish · Esc cancels"

    def preview(self) -> Preview:
        """What to show meanwhile."""
        return Preview()

    def outcome(self) -> Outcome:
        """What became of it."""
        return Outcome()


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
    text: str = "Move vertex"
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
        self.moved = (moved, *borders.moved(self.also, xy))

    def hint(self) -> str:
        """How to place it exactly."""
        shared = f"Moves {len(self.also) + 1} regions together · " if self.also else ""
        return f"{shared}Ctrl snaps to other regions · Esc cancels"

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
    also = borders.meeting(start.around(vertex), vertex, apart_from=region.id)
    twins = borders.twins(region, ring, index)[1:]
    return MoveVertex(start, region, ring, index, vertex, also=also, twins=twins)


def insert_vertex(start: Start, region: Region, ring: int, edge: int) -> MoveVertex:
    """Press on an edge: a new vertex under the pointer, which may be dragged before the button goes up.

    Where another region has the same edge it gets the vertex too, unless Alt is held.
    """
    points = lines(region.shape)[ring]
    a, b = points[edge], points[(edge + 1) % len(points)]
    shared = () if start.alone else borders.beside(start.around(start.at), a, b, apart_from=region.id)
    also = borders.inserted(shared, start.at)
    grown = edits.insert_vertex(region, ring, edge + 1, start.at)
    moved = (grown, *(corner.region for corner in also))
    return MoveVertex(start, grown, ring, edge + 1, start.at, "Insert vertex", also, moved)


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
        return self.start.chosen()


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


def exchanged(regions: Regions, changed: Iterable[Region], text: str) -> Outcome:
    """The regions with those exchanged that have the same id; no edit when nothing differs."""
    new = {region.id: region for region in changed}
    after = tuple(new.get(region.id, region) for region in regions)
    return Outcome(text, after) if new and after != regions else Outcome()


def _lies_in(point: Point, box: Box | None) -> bool:
    return box is not None and box[0] <= point[0] <= box[2] and box[1] <= point[1] <= box[3]


def _inside(region: Region, a: Point, b: Point) -> bool:
    x0, y0, x1, y1 = bounds(region.shape)
    return min(a[0], b[0]) <= x0 and x1 <= max(a[0], b[0]) and min(a[1], b[1]) <= y0 and y1 <= max(a[1], b[1])
