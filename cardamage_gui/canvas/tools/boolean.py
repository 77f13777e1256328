"""Boolean operations on regions: the hole and split tools; union, subtraction and intersection of the selection."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from shapely.geometry import Point as Spot

from cardamage_core.annotations import boolean_ops
from cardamage_core.annotations.boolean_ops import BooleanOpError
from cardamage_core.annotations.model import Point, Region
from cardamage_core.annotations.shapes import area

from ...language import mark
from .base import CLICK, Outcome, Preview, Regions, Start, Tool, exchanged
from .polygon import DrawPolygon


@dataclass
class DrawHole(DrawPolygon):
    """A polygon that is cut out of the selected region, or of the topmost one where it begins."""

    def outcome(self) -> Outcome:
        """The region with a hole."""
        region = self._target()
        if region is None:
            return Outcome(said=mark("Begin the hole inside a region, or select the region first."))
        made = tried(mark("Cut hole"), lambda: _replaced(self.start, boolean_ops.with_hole(region, tuple(self.points))))
        return made if made.said else Outcome(made.text, made.regions, (region.id,))

    def _target(self) -> Region | None:
        chosen = self.start.chosen()
        return chosen[0] if len(chosen) == 1 else topmost(self.start, self.points[0])


class HoleTool(Tool):
    """Cuts a polygon out of a region."""

    gesture = DrawHole


@dataclass
class DrawCut(DrawPolygon):
    """A line across the selected regions, dragged or clicked point by point; Enter or a double click cuts."""

    inside = False  # a line has to begin and end outside what it cuts
    completes = False  # what it cuts is decided by where it ends

    def release(self, at: Point, reach: float) -> bool:
        """A line that was dragged is done."""
        if len(self.points) == 1 and math.dist(at, self.points[0]) > reach * CLICK:
            self.points.append(at)
            return True
        return False

    def close(self) -> bool:
        """Two points make a line."""
        return len(self.points) >= 2

    def hint(self) -> str:
        """How to end it."""
        return mark("Click on the other side of the region · Enter or double click cuts · Esc cancels")

    def preview(self) -> Preview:
        """The line so far, to the pointer."""
        ahead = () if self.pointer is None else (self.pointer,)
        return Preview(path=(*self.points, *ahead))

    def outcome(self) -> Outcome:
        """The pieces, all selected."""
        ids = [region.id for region in self.start.chosen()]
        if not ids:
            return Outcome(said=mark("Select the regions that the line is to split first."))
        made = tried(mark("Split"), lambda: boolean_ops.split(self.start.regions, ids, self.points))
        if made.regions is None:
            return made
        old = {region.id for region in self.start.regions}
        pieces = tuple(region.id for region in made.regions if region.id not in old)
        return Outcome(made.text, made.regions, (*ids, *pieces))

    def _closes(self) -> bool:
        return False


class SplitTool(Tool):
    """Splits the selected regions along a line."""

    gesture = DrawCut
    inside = snaps = corrects = False  # a line has to begin outside what it cuts


def unite(regions: Regions, ids: tuple[str, ...]) -> Outcome:
    """The one selected first covers what all of them cover."""
    return _first(tried(mark("Union"), lambda: boolean_ops.union(regions, ids)), ids)


def subtract(regions: Regions, ids: tuple[str, ...]) -> Outcome:
    """The one selected first loses what the others cover; these stay."""
    return tried(mark("Subtract"), lambda: boolean_ops.subtract(regions, ids))


def intersect(regions: Regions, ids: tuple[str, ...]) -> Outcome:
    """The one selected first becomes what all of them cover."""
    return _first(tried(mark("Intersect"), lambda: boolean_ops.intersect(regions, ids)), ids)


def topmost(start: Start, at: Point) -> Region | None:
    """The region on top at a point."""
    found = [region for region in start.around(at) if area(region.shape).intersects(Spot(at))]
    return found[-1] if found else None


def tried(text: str, make: Callable[[], Regions]) -> Outcome:
    """An edit, or in words why there is none."""
    try:
        return Outcome(text, make())
    except BooleanOpError as refused:
        return Outcome(said=f"{refused.title} {refused.detail}")


def _replaced(start: Start, region: Region) -> Regions:
    return exchanged(start.regions, (region,), "").regions or start.regions


def _first(made: Outcome, ids: tuple[str, ...]) -> Outcome:
    return made if made.said else Outcome(made.text, made.regions, ids[:1])
