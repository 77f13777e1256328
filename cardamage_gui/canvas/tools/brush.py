"""Brush and eraser: tools that add a stroke to a region or take it away, as exact polygons."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

import msgspec
from shapely.geometry.base import BaseGeometry

from cardamage_core import geometry
from cardamage_core.annotations import boolean_ops, edits
from cardamage_core.annotations.model import Point, Region
from cardamage_core.annotations.shapes import outline

from ...language import mark
from .base import Drawing, Outcome, Preview, Regions, Tool, exchanged

FINE = 0.06  # of the reach, half a pixel of the screen: how exactly the stroke follows pointer and circle
STEP = 0.15  # of the radius: steps of the pointer below this are not noted


@dataclass
class Stroke(Drawing):
    """What brush and eraser share: the way of the pointer and the area that it covers."""

    points: list[Point] = field(default_factory=list)
    snaps = inside = False

    def __post_init__(self) -> None:
        self.points.append(self.start.at)

    def move(self, at: Point, reach: float) -> None:
        """The stroke follows."""
        (x, y), step = self.points[-1], STEP * self.start.brush
        if abs(at[0] - x) + abs(at[1] - y) > step:
            self.points.append(at)

    def covered(self) -> BaseGeometry:
        """What the stroke covers so far, within the photo."""
        stroke = geometry.stroke_area(self.points, self.start.brush, tolerance=FINE * self.start.reach)
        if self.start.photo is None:
            return stroke
        x0, y0, x1, y1 = self.start.photo
        return geometry.intersection(stroke, geometry.rectangle_area(x0, y0, x1 - x0, y1 - y0))


@dataclass
class Brush(Stroke):
    """Adds to the selected region; without one it makes a new region."""

    fresh: Region | None = None

    def preview(self) -> Preview:
        """The region as it will be."""
        made = self._made()
        return Preview(frozenset({made.id}), (made,))

    def outcome(self) -> Outcome:
        """One edit for the stroke."""
        made = self._made()
        if not outline(made.shape):
            return Outcome()
        if any(region.id == made.id for region in self.start.regions):
            return exchanged(self.start.regions, (made,), mark("Brush"))
        return Outcome(mark("Brush region"), edits.add(self.start.regions, made), (made.id,))

    def _made(self) -> Region:
        areas = [region for region in self.start.chosen() if outline(region.shape)]
        if len(areas) == 1:
            return boolean_ops.painted(areas[0], self.covered())
        made = boolean_ops.painted_new(self.covered(), self.start.label)
        self.fresh = self.fresh or made  # its id stays through the stroke
        return msgspec.structs.replace(made, id=self.fresh.id)


class BrushTool(Tool):
    """Paints onto the selected region, or a new one."""

    gesture: ClassVar[Any] = Brush
    round = True
    inside = snaps = corrects = False


@dataclass
class Eraser(Stroke):
    """Takes from the selected regions; without any from the topmost one where the stroke begins."""

    def __post_init__(self) -> None:
        super().__post_init__()
        chosen = [region for region in self.start.chosen() if outline(region.shape)]
        under = [region for region in self.start.around(self.start.at) if outline(region.shape)]
        dab = self.covered()
        touched = [region for region in under if boolean_ops.erased(region, dab) is not region]
        self.targets: Regions = tuple(chosen or touched[-1:])

    def preview(self) -> Preview:
        """The regions as they will be."""
        return Preview(frozenset(region.id for region in self.targets), self._left())

    def outcome(self) -> Outcome:
        """One edit; what was rubbed away entirely is deleted."""
        if not self.targets:
            return Outcome(said=mark("The eraser takes from the selected regions. There is none here."))
        left = self._left()
        kept = {region.id for region in left}
        gone = [region for region in self.targets if region.id not in kept]
        made = exchanged(self.start.regions, left, mark("Erase"))
        return Outcome(mark("Erase"), edits.remove(made.regions or self.start.regions, *gone)) if gone else made

    def _left(self) -> Regions:
        stroke = self.covered()
        left = (boolean_ops.erased(region, stroke) for region in self.targets)
        return tuple(region for region in left if region is not None)


class EraserTool(BrushTool):
    """Rubs away from the selected regions, or from the topmost one."""

    gesture = Eraser
