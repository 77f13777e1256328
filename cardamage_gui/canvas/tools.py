"""Which tools are there, and which gesture does a press begin?

To add a tool: write its gesture (a class like those in `gestures.py`, `drawing.py`) and a line in `TOOLS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cardamage_core.annotations.handles import handles, is_round
from cardamage_core.annotations.model import Dot

from .brushing import Brush, Eraser
from .cutting import DrawCut, DrawHole
from .drawing import DrawBox, DrawEllipse, DrawPolygon, DrawPolyline, DrawRectangle, PlacePoint
from .gestures import Gesture, MoveRegions, RubberBand, Start, insert_vertex, move_vertex
from .hit import Hit
from .lasso import Lasso


@dataclass(frozen=True)
class Tool:
    """A tool: its name for code, its text and key for people, its icon, and how a press begins a gesture.

    `round` tools have the size of the brush; `boxed` ones stand in the box of tools beside the canvas.
    """

    name: str
    text: str
    key: str
    icon: str
    begin: Callable[[Start, Hit], Gesture]
    hint: str
    draws: bool = True
    round: bool = False
    boxed: bool = True

    @property
    def snaps(self) -> bool:
        """May its first point jump to vertices and edges of other regions?"""
        return self.inside and self.name != "lasso"

    @property
    def inside(self) -> bool:
        """Is its first point kept within the photo?"""
        return self.draws and not self.round and self.name != "split"

    @property
    def corrects(self) -> bool:
        """Does it take vertices of the selected region, too? What was just drawn is corrected without another tool."""
        return self.inside or not self.draws


def begin_select(start: Start, hit: Hit) -> Gesture:
    """The gesture that a press on what is there begins."""
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


_SELECT = Tool(
    "select",
    "Select",
    "V",
    "cursor-default-outline",
    begin_select,
    "Click a region to select it",
    draws=False,
)
_TOOLS = (
    _SELECT,
    Tool(
        "polygon",
        "Polygon",
        "P",
        "vector-polygon",
        lambda start, _hit: DrawPolygon(start),
        "Click to set the first point of a polygon",
    ),
    Tool(
        "rectangle",
        "Rectangle",
        "R",
        "vector-rectangle",
        lambda start, _hit: DrawRectangle(start),
        "Drag from corner to corner",
    ),
    Tool(
        "ellipse",
        "Ellipse",
        "J",
        "ellipse-outline",
        lambda start, _hit: DrawEllipse(start),
        "Drag the box around the ellipse · Shift draws a circle from its middle",
    ),
    Tool(
        "polyline",
        "Line",
        "T",
        "vector-polyline",
        lambda start, _hit: DrawPolyline(start),
        "Click to set the first point of a line",
    ),
    Tool(
        "point",
        "Point",
        "I",
        "circle-medium",
        lambda start, _hit: PlacePoint(start),
        "Click to set a point",
    ),
    Tool(
        "brush",
        "Brush",
        "B",
        "brush",
        lambda start, _hit: Brush(start),
        "Paint onto the selected region, or a new one · [ and ] change the size",
        round=True,
    ),
    Tool(
        "eraser",
        "Eraser",
        "E",
        "eraser",
        lambda start, _hit: Eraser(start),
        "Rub away from the selected region · [ and ] change the size",
        round=True,
    ),
    Tool(
        "lasso",
        "Lasso",
        "L",
        "lasso",
        lambda start, _hit: Lasso(start),
        "Click on an edge in the photo; the line will follow it",
    ),
    Tool(
        "box",
        "Box→outline",
        "G",
        "selection-drag",
        lambda start, _hit: DrawBox(start),
        "Drag a box around the damage; its outline is found",
    ),
    Tool(
        "hole",
        "Hole",
        "C",
        "vector-difference-ab",
        lambda start, _hit: DrawHole(start),
        "Click to set the first point of a hole in the selected region",
        boxed=False,
    ),
    Tool(
        "split",
        "Split",
        "K",
        "box-cutter",
        lambda start, _hit: DrawCut(start),
        "Drag a line across the selected region to split it",
        boxed=False,
    ),
)
TOOLS = {tool.name: tool for tool in _TOOLS}

_SELECT_HINTS = {
    "vertex": "Drag the vertex · Ctrl snaps · Shift parts it from others · right click removes",
    "edge": "Click the edge to insert a vertex · right button sweeps vertices away",
    "region": "Click to select · Shift adds to the selection",
    "nothing": "Drag to select several · wheel zooms · Space or middle button pans",
}


def hint(tool: Tool, hit: Hit, *, selected: bool, locked: bool, gesture: Gesture | None) -> str:
    """One sentence: what would a click do here?"""
    if gesture is not None:
        return gesture.hint()
    if tool.draws and hit.kind != "vertex":
        return tool.hint
    if hit.kind == "region" and locked:
        return "This region is locked: Ctrl+L unlocks it"
    if hit.kind == "region" and selected:
        return "Drag to move the region · Del deletes it"
    return _SELECT_HINTS[hit.kind]
