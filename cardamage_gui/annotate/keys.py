"""What can be done on the Annotate page, and with which key? Undo and redo have theirs in the Edit menu."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ..actions import Action
from ..canvas.tools import TOOLS

if TYPE_CHECKING:
    from .page import AnnotatePage


def actions_of(page: AnnotatePage) -> list[Action]:
    """The table of actions."""
    tools = [
        Action(f"tool_{name}", f"{tool.text} tool", (tool.key,), tool.hint, partial(page.take_tool, name))
        for name, tool in TOOLS.items()
    ]
    digits = [
        Action(f"label_{key}", f"Label {key}", (key,), f"Label with key {key}", partial(page.press_digit, key))
        for key in "123456789"
    ]
    return [
        Action("next_photo", "Next photo", ("D",), "Show the next photo of the list", page.next_photo),
        Action("previous_photo", "Previous photo", ("A",), "Show the photo before", page.previous_photo),
        Action("accept_photo", "Accept photo", ("Ctrl+Return",), "Mark as reviewed, go to the next", page.accept_photo),
        *tools,
        *digits,
        Action("delete", "Delete", ("Del",), "Delete the vertex under the pointer, or the selection", page.delete),
        Action("escape", "Cancel", ("Esc",), "Cancel the drawing, put the tool down, clear the selection", page.escape),
        Action("select_all", "Select all regions", ("Ctrl+A",), "Select every region of the photo", page.select_all),
        Action("fit", "Fit", ("F",), "Show the whole photo", page.fit),
        Action("actual_size", "Zoom to 100 %", ("Ctrl+0",), "One photo pixel per screen pixel", page.actual_size),
        Action("zoom_in", "Zoom in", ("Ctrl++", "Ctrl+="), "", page.zoom_in),
        Action("zoom_out", "Zoom out", ("Ctrl+-",), "", page.zoom_out),
        Action("find", "Search photos", ("Ctrl+F",), "Search by name or label", page.find),
        Action("annotate_undo", "Undo", (), "Take the last edit back", page.undo),
        Action("annotate_redo", "Redo", (), "Do it again", page.redo),
    ]
