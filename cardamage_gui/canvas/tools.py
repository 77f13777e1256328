"""Which tools are there, and which gesture does a press begin?

To add a tool: write its gesture (a class like those in `gestures.py`, `drawing.py`) and a line in `TOOLS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cardamage_core.annotations.model import Dot

from .drawing import DrawPolygon, DrawRectangle
from .gestures import Gesture, MoveRegions, MoveVertex, RubberBand, Start, insert_vertex
from .hit import Hit
from .scene import vertices_of


@dataclass(frozen=True)
class Tool:
    """A tool: its name for code, its text and key for people, its icon, and how a press begins a gesture."""

    name: str
    text: str
    key: str
    icon: str
    begin: Callable[[Start, Hit], Gesture]
    hint: str
    draws: bool


def _begin_select(start: Start, hit: Hit) -> Gesture:
    region = next((r for r in start.regions if r.id == hit.region), None)
    if region is None:
        return RubberBand(start)
    if hit.kind == "vertex" and not isinstance(region.shape, Dot):
        vertex = vertices_of(region)[hit.ring][hit.index]
        return MoveVertex(start, region, hit.ring, hit.index, vertex)
    if hit.kind == "edge" and not start.shift and vertices_of(region):
        return insert_vertex(start, region, hit.ring, hit.index)
    if region.id in start.selection and not start.shift:
        return MoveRegions(start, region.id)
    return RubberBand(start, region.id)


def _begin_polygon(start: Start, _hit: Hit) -> Gesture:
    return DrawPolygon(start)


def _begin_rectangle(start: Start, _hit: Hit) -> Gesture:
    return DrawRectangle(start)


_SELECT = Tool(
    name="select",
    text="Select",
    key="V",
    icon="cursor-default-outline",
    begin=_begin_select,
    hint="Click a region to select it",
    draws=False,
)
_POLYGON = Tool(
    name="polygon",
    text="Polygon",
    key="P",
    icon="vector-polygon",
    begin=_begin_polygon,
    hint="Click to set the first point of a polygon",
    draws=True,
)
_RECTANGLE = Tool(
    name="rectangle",
    text="Rectangle",
    key="R",
    icon="vector-rectangle",
    begin=_begin_rectangle,
    hint="Drag from corner to corner",
    draws=True,
)
TOOLS = {tool.name: tool for tool in (_SELECT, _POLYGON, _RECTANGLE)}

_SELECT_HINTS = {
    "vertex": "Drag the vertex to move it · Del or right click removes it",
    "edge": "Click the edge to insert a vertex",
    "region": "Click to select · Shift adds to the selection",
    "nothing": "Drag over nothing to select several · wheel zooms · Space or middle button pans",
}


def hint(tool: Tool, hit: Hit, *, selected: bool, gesture: Gesture | None) -> str:
    """One sentence: what would a click do here?"""
    if isinstance(gesture, DrawPolygon):
        if gesture.preview().closing:
            return "Click to close the polygon"
        more = "Enter or the first point closes · " if len(gesture.points) >= 3 else ""
        return f"Click to set the next point · {more}Backspace takes one back · Esc cancels"
    if gesture is not None:
        return "Release to finish · Esc cancels"
    if tool.draws:
        return tool.hint
    if hit.kind == "region" and selected:
        return "Drag to move the region · Del deletes it"
    return _SELECT_HINTS[hit.kind]
