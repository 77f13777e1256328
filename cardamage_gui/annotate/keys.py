"""What can be done on the Annotate page, and with which key? Undo and redo have theirs in the Edit menu."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ..actions import Action
from ..canvas.tools import TOOLS

if TYPE_CHECKING:
    from .editing import Editing
    from .page import AnnotatePage


# what the list of regions offers by right click
ON_REGIONS = ("hide", "lock", "duplicate", "copy", "front", "forward", "backward", "back", "smooth", "delete")


def actions_of(page: AnnotatePage) -> list[Action]:
    """The table of actions."""
    canvas = page.canvas
    tools = [
        Action(f"tool_{name}", f"{tool.text} tool", (tool.key,), tool.hint, partial(page.take_tool, name))
        for name, tool in TOOLS.items()
    ]
    digits = [
        Action(f"label_{key}", f"Label {key}", (key,), f"Label with key {key}", partial(page.press_digit, key))
        for key in "123456789"
    ]
    return [
        *_editing(page.editing),
        Action("next_photo", "Next photo", ("D",), "Show the next photo of the list", page.next_photo),
        Action("previous_photo", "Previous photo", ("A",), "Show the photo before", page.previous_photo),
        Action("accept_photo", "Accept photo", ("Ctrl+Return",), "Mark as reviewed, go to the next", page.accept_photo),
        *tools,
        *digits,
        Action("delete", "Delete", ("Del",), "Delete the vertex under the pointer, or the selection", canvas.delete),
        Action("escape", "Cancel", ("Esc",), "Cancel the drawing, put the tool down, clear the selection", page.escape),
        Action("select_all", "Select all regions", ("Ctrl+A",), "Select every region of the photo", page.select_all),
        Action("fit", "Fit", ("F",), "Show the whole photo", canvas.fit),
        Action(
            "actual_size",
            "Zoom to 100 %",
            ("Ctrl+0",),
            "One photo pixel per screen pixel",
            partial(canvas.zoom_to, 1.0),
        ),
        Action("zoom_in", "Zoom in", ("Ctrl++", "Ctrl+="), "", partial(canvas.zoom_by, 1.25)),
        Action("zoom_out", "Zoom out", ("Ctrl+-",), "", partial(canvas.zoom_by, 0.8)),
        Action("find", "Search photos", ("Ctrl+F",), "Search by name or label", page.find),
        Action("annotate_undo", "Undo", (), "Take the last edit back", page.undo),
        Action("annotate_redo", "Redo", (), "Do it again", page.redo),
    ]


def _editing(does: Editing) -> list[Action]:
    """What can be done to the selected regions."""
    table = (
        ("union", "Union", ("U",), "The region selected first covers what all selected cover", does.unite),
        ("subtract", "Subtract", ("Shift+U",), "The region selected first loses what the others cover", does.subtract),
        ("intersect", "Intersect", ("Ctrl+U",), "The region selected first keeps what all cover", does.intersect),
        ("smooth", "Smooth", ("S",), "Fewer vertices or rounder corners for the selected regions", does.smooth),
        ("duplicate", "Duplicate", ("Ctrl+J",), "A copy beside each selected region", does.duplicate),
        ("copy", "Copy regions", ("Ctrl+C",), "Remember the selected regions", does.copy),
        ("paste", "Paste regions", ("Ctrl+V",), "Put the copied regions onto this photo", does.paste),
        ("copy_previous", "Copy from the previous photo", ("Ctrl+B",), "Its regions", does.copy_from_previous),
        ("forward", "Bring forward", ("Ctrl+Up",), "One place up in the drawing order", does.bring_forward),
        ("backward", "Send backward", ("Ctrl+Down",), "One place down in the drawing order", does.send_backward),
        ("front", "Bring to front", ("Ctrl+Shift+Up",), "Above all other regions", does.bring_to_front),
        ("back", "Send to back", ("Ctrl+Shift+Down",), "Below all other regions", does.send_to_back),
        ("hide", "Hide or show", ("H",), "Hide the selected regions, or show them again", does.hide),
        ("show_all", "Show all regions", ("Shift+H",), "Also those hidden by hand", does.show_all),
        ("lock", "Lock or unlock", ("Ctrl+L",), "Keep the selected regions from being changed", does.lock),
        ("snap", "Snap to regions", ("Q",), "Dragged points jump to other regions; Ctrl too", does.toggle_snapping),
        ("brush_larger", "Larger brush", ("]",), "Also Shift and the wheel", does.larger_brush),
        ("brush_smaller", "Smaller brush", ("[",), "Also Shift and the wheel", does.smaller_brush),
    )
    return [Action(*row) for row in table]
