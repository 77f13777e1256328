"""The table of the canvas tools: class, name, text, key, icon, hint and needs of each, in the order of the tool box.

To add a tool: write a module here with its `Tool` and its `Gesture` (see `base.py`), and a line below.
"""

from __future__ import annotations

from ...language import mark
from .base import Need, Tool
from .boolean import HoleTool, SplitTool
from .brush import BrushTool, EraserTool
from .clicks import ClicksTool
from .lasso import BoxTool, LassoTool
from .polygon import PolygonTool, PolylineTool
from .select import SelectTool
from .shapes import EllipseTool, PointTool, RectangleTool

SELECT = SelectTool(
    "select", mark("Select"), "V", "cursor-default-outline", mark("Click a region to select it"), needs=Need.NOTHING
)
_TOOLS: tuple[Tool, ...] = (
    SELECT,
    PolygonTool("polygon", mark("Polygon"), "P", "vector-polygon", mark("Click to set the first point of a polygon")),
    RectangleTool("rectangle", mark("Rectangle"), "R", "vector-rectangle", mark("Drag from corner to corner")),
    EllipseTool(
        "ellipse",
        mark("Ellipse"),
        "J",
        "ellipse-outline",
        mark("Drag the box around the ellipse · Shift draws a circle from its middle"),
    ),
    PolylineTool("polyline", mark("Line"), "T", "vector-polyline", mark("Click to set the first point of a line")),
    PointTool("point", mark("Point"), "I", "circle-medium", mark("Click to set a point")),
    BrushTool(
        "brush",
        mark("Brush"),
        "B",
        "brush",
        mark("Paint onto the selected region, or a new one · [ and ] change the size"),
    ),
    EraserTool(
        "eraser", mark("Eraser"), "E", "eraser", mark("Rub away from the selected region · [ and ] change the size")
    ),
    LassoTool("lasso", mark("Lasso"), "L", "lasso", mark("Click on an edge in the photo; the line will follow it")),
    BoxTool(
        "box",
        "Box→outline",
        "G",
        "selection-drag",
        mark("Drag a box around something; the model finds its outline"),
        needs=Need.EDITING | Need.PHOTO,
    ),
    ClicksTool(
        "clicks",
        "Click→outline",
        "Shift+G",
        "cursor-default-click-outline",
        mark("Click inside something; its outline is proposed, and further clicks correct it"),
        needs=Need.EDITING | Need.PHOTO,
    ),
    HoleTool(
        "hole",
        mark("Hole"),
        "C",
        "vector-difference-ab",
        mark("Click to set the first point of a hole in the selected region"),
        boxed=False,
    ),
    SplitTool(
        "split",
        mark("Split"),
        "K",
        "box-cutter",
        mark("Drag a line across the selected region to split it"),
        boxed=False,
    ),
)
TOOLS = {tool.name: tool for tool in _TOOLS}
