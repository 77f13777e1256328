"""Gestures on many vertices at once: sweeping over them deletes them; sliders simplify or smooth the outlines."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from cardamage_core.annotations import boolean_ops, edits
from cardamage_core.annotations.edits import is_round
from cardamage_core.annotations.model import Point, Region
from cardamage_core.annotations.shapes import lines
from cardamage_core.geometry import distance_to_segment

from ...language import mark
from .base import CLICK, Gesture, Outcome, Preview, Regions, Start, exchanged

Vertex = tuple[int, int]  # ring, index


@dataclass
class SweepVertices(Gesture):
    """All vertices of the selected regions that the pointer comes near go when the button goes up; a click takes one.

    Vertices of other regions in the same places go along, unless Shift or Alt is held. A region keeps its last three.
    """

    start: Start
    button = "right"
    gone: dict[str, set[Vertex]] = field(default_factory=dict)
    _last: Point = (0.0, 0.0)
    _sweeps: bool = False
    _regions: dict[str, Region] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._last = self.start.at
        self._targets = tuple(region for region in self.start.chosen() if not is_round(region.shape))
        near = self._along(self.start.at, self.start.reach)
        if near:
            self._take(*min(near, key=lambda found: math.dist(self._place(*found), self.start.at)))

    def move(self, at: Point, reach: float) -> None:
        """What lies along the way goes too, once the pointer left the place of the press."""
        self._sweeps = self._sweeps or math.dist(at, self.start.at) > reach * CLICK
        if self._sweeps:
            for found in self._along(at, reach):
                self._take(*found)
            self._last = at

    def hint(self) -> str:
        """How many so far."""
        number = sum(map(len, self.gone.values()))
        return (
            mark(f"Release to delete {number} vertices · Esc cancels")
            if number
            else mark("Sweep over vertices to delete them")
        )

    def preview(self) -> Preview:
        """The regions without them."""
        changed = self._changed()
        return Preview(frozenset(region.id for region in changed), changed)

    def outcome(self) -> Outcome:
        """One edit."""
        number = sum(map(len, self.gone.values()))
        return exchanged(
            self.start.regions,
            self._changed(),
            mark(f"Delete {number} vertices") if number > 1 else mark("Delete vertex"),
        )

    def _along(self, at: Point, reach: float) -> list[tuple[Region, int, int]]:
        """The vertices near the way since the last step."""
        return [
            (region, ring, index)
            for region in self._targets
            for ring, points in enumerate(lines(region.shape))
            for index, point in enumerate(points)
            if distance_to_segment(point, self._last, at) <= reach
        ]

    @staticmethod
    def _place(region: Region, ring: int, index: int) -> Point:
        return lines(region.shape)[ring][index]

    def _take(self, region: Region, ring: int, index: int) -> None:
        for twin in boolean_ops.twins(region, ring, index):
            self._add(region, (ring, twin))
        place = self._place(region, ring, index)
        for corner in () if self.start.alone else boolean_ops.meeting(self.start.around(place), place):
            self._add(corner.region, (corner.ring, corner.index))

    def _add(self, region: Region, vertex: Vertex) -> None:
        self._regions[region.id] = region
        self.gone.setdefault(region.id, set()).add(vertex)

    def _changed(self) -> Regions:
        return tuple(edits.delete_vertices(self._regions[i], gone) for i, gone in self.gone.items())


def delete_vertex(start: Start, region: Region, ring: int, index: int) -> Outcome:
    """Take one vertex away, at once, with those of other regions in the same place; who cannot spare it stays."""
    if is_round(region.shape):
        return Outcome(said=mark("Circles and ellipses have no vertices to delete."))
    place = lines(region.shape)[ring][index]
    also = boolean_ops.meeting(start.around(place), place, apart_from=region.id)
    here = {(ring, twin) for twin in boolean_ops.twins(region, ring, index)}
    changed = (edits.delete_vertices(region, here), *boolean_ops.deleted(also))
    return exchanged(start.regions, changed, mark("Delete vertex"))


@dataclass
class Reshape(Gesture):
    """Runs while the sliders are moved; Enter carries it out, Esc drops it. The mouse does nothing."""

    start: Start
    tolerance: float = 0.0  # photo pixels
    rounds: int = 0
    snapped: bool = False
    made: Regions = ()

    def set(self, *, tolerance: float, rounds: int, snap: Callable[[Region], Region] | None = None) -> None:
        """Other amounts; `snap` pulls a region to the edges of the photo first."""
        self.tolerance, self.rounds, self.snapped = tolerance, rounds, snap is not None
        chosen = self.start.chosen() if snap is None else map(snap, self.start.chosen())
        self.made = tuple(edits.reshaped(region, tolerance=tolerance, rounds=rounds) for region in chosen)

    def saved(self) -> tuple[int, int]:
        """How many vertices there are, and would be."""
        return edits.saved(self.start.chosen(), self.made or self.start.chosen())

    def release(self, at: Point, reach: float) -> bool:
        """Letting go ends nothing."""
        return False

    def back(self) -> bool:
        """There is no last step."""
        return True

    def close(self) -> bool:
        """Enter carries it out."""
        return True

    def hint(self) -> str:
        """How it ends."""
        return mark("Move the sliders · Enter applies · Esc cancels")

    def preview(self) -> Preview:
        """The regions as they would be."""
        return Preview(frozenset(region.id for region in self.made), self.made)

    def outcome(self) -> Outcome:
        """One edit for all of them."""
        return exchanged(self.start.regions, self.made, _done(self.snapped, self.rounds))


def _done(snapped: bool, rounds: int) -> str:
    return mark("Snap to edges") if snapped else mark("Smooth") if rounds else mark("Simplify")
