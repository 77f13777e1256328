"""Tools, keys and labels of a canvas: all that is needed to draw and correct regions on a page that shows a photo."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from qtpy.QtCore import QObject, Signal

from cardamage_core.annotations.model import Region

from ..background import Background
from ..canvas import Canvas
from ..canvas.tools import TOOLS
from ..canvas.tools.base import Gesture, Need
from ..commands.actions import Action
from ..language import mark, tr
from ..session import Session
from . import changes, operations
from .assist import AssistService
from .operations import Editing
from .outliners import Outliners
from .toolbox import ToolBox

RESUMED = mark("The outline that you began here goes on: Enter completes it, Esc gives it up.")


class Drawing(QObject):
    """Stores what gestures lead to, hands tools to the canvas, and gives labels to what is drawn or selected."""

    tool_wanted = Signal(str)  # a tool is about to be taken
    tool_shown = Signal(str)  # the tool that is taken now
    label_changed = Signal()  # of the next drawing

    def __init__(
        self,
        session: Session,
        background: Background,
        canvas: Canvas,
        previous: Callable[[], str],
        outliners: Outliners | None = None,
    ) -> None:
        """`previous` gives the id of the photo before the current one, "" for none; `outliners` see `assist`."""
        super().__init__(canvas)
        self._session, self._canvas = session, canvas
        self.editing = Editing(session, canvas, previous)
        self.assist = AssistService(session, background, canvas, outliners)
        self.tools = ToolBox(TOOLS.values(), canvas)
        self.wanted_label = ""
        self._drafts: dict[str, tuple[str, Gesture]] = {}  # tool and drawing that was left, by photo
        self.tools.chosen.connect(self.take_tool)
        self.tools.widened.connect(self._widened)
        canvas.tool_changed.connect(self._show_tool)
        canvas.edited.connect(self._edited)
        canvas.left.connect(self._left)
        session.leaving.connect(canvas.put_aside)
        session.closing.connect(canvas.put_aside)
        session.project_changed.connect(self._project_changed)

    def place_tools(self) -> None:
        """Put the tool box into the corner of the canvas, whose photo keeps clear of it."""
        self.tools.settle()

    def take_tool(self, name: str) -> None:
        """Take a tool, or complete what is being drawn with it; one for editing needs a project that may be changed."""
        self.tool_wanted.emit(name)
        canvas = self._canvas
        if name == canvas.tool and canvas.busy:
            canvas.close_drawing()
        elif Need.EDITING not in TOOLS[name].needs or (self._session.current and not self._session.read_only):
            canvas.set_tool(name)
            if self._drafts.get(self._session.current, ("",))[0] == name:
                self.resume()
        canvas.setFocus()
        self._show_tool(self._canvas.tool)

    def resume(self, _pixels: object = None) -> None:
        """Go on with the drawing that was left on the photo shown."""
        tool, drawing = self._drafts.pop(self._session.current, ("", None))
        if drawing is not None and not self._session.read_only:
            self._canvas.set_tool(tool)
            self._canvas.resume(drawing)
            self._session.said.emit(RESUMED)

    def press_digit(self, key: str) -> None:
        """Label the selected regions, if any, and choose the label of the next drawing."""
        found = next((label for label in self._session.labels() if label.key == key), None)
        if found is None:
            self._session.said.emit(tr("No label has the key {key}.", key=key))
        else:
            self.choose_label(found.name)

    def choose_label(self, name: str) -> None:
        """As `press_digit`, by the label's name."""
        if self.labels_selection:
            changes.relabel(self._session, self._session.current, self._canvas.selection, name)
        self.wanted_label = name  # also of a selection: who labels one dent goes on with the next
        self.label_changed.emit()

    def add_label(self, name: str) -> None:
        """Choose a label that may be new."""
        if self.labels_selection or changes.add_labels(self._session, [name]):
            self.choose_label(name)

    @property
    def labels_selection(self) -> bool:
        """Whether a label that is chosen is for the selected regions, and not for the next drawing."""
        return bool(self._canvas.selection) and not self._canvas.busy

    def label(self) -> str:
        """The label of the next drawing, which the canvas is told."""
        wanted = changes.label_for_drawing(self._session.labels(), self.wanted_label)
        self._canvas.set_new_label(wanted)
        return wanted

    def escape(self) -> None:
        """Cancel what is under way."""
        self._canvas.escape()
        self._canvas.setFocus()

    def select_all(self) -> None:
        """Select every region shown."""
        self._canvas.select([region.id for region in self._canvas.shown])

    def tool_actions(self) -> list[Action]:
        """The tools and the keys of the labels."""
        tools = [
            Action(
                f"tool_{name}",
                tr("{tool} tool", tool=tr(tool.text)),
                (tool.key,),
                tr(tool.hint),
                partial(self.take_tool, name),
            )
            for name, tool in TOOLS.items()
        ]
        digits = [
            Action(
                f"label_{key}",
                tr("Label {key}", key=key),
                (key,),
                tr("Label with key {key}", key=key),
                partial(self.press_digit, key),
            )
            for key in "123456789"
        ]
        return [*tools, *digits]

    def edit_actions(self) -> list[Action]:
        """What can be done to selected regions, and the ways out."""
        every = tr("Select every region of the photo")
        delete = tr("Delete the vertex under the pointer, or the selection")
        escape = tr("Cancel the drawing, put the tool down, clear the selection")
        return [
            *operations.actions_of(self.editing),
            Action("delete", tr("Delete"), ("Del",), delete, self._canvas.delete),
            Action("escape", tr("Cancel"), ("Esc",), escape, self.escape),
            Action("select_all", tr("Select all regions"), ("Ctrl+A",), every, self.select_all),
        ]

    def view_actions(self) -> list[Action]:
        """Zooming."""
        canvas, whole = self._canvas, tr("One photo pixel per screen pixel")
        return [
            Action("fit", tr("Fit"), ("F",), tr("Show the whole photo"), canvas.fit),
            Action("actual_size", tr("Zoom to 100 %"), ("Ctrl+0",), whole, partial(canvas.zoom_to, 1.0)),
            Action("zoom_in", tr("Zoom in"), ("Ctrl++", "Ctrl+="), "", partial(canvas.zoom_by, 1.25)),
            Action("zoom_out", tr("Zoom out"), ("Ctrl+-",), "", partial(canvas.zoom_by, 0.8)),
        ]

    def _project_changed(self) -> None:
        self.wanted_label = ""
        self._drafts.clear()

    def _left(self, drawing: Gesture) -> None:
        if self._session.current:
            self._drafts[self._session.current] = (self._canvas.tool, drawing)

    def _widened(self, right: int) -> None:
        if self.tools.isVisibleTo(self._canvas):
            self._canvas.set_covered(right)

    def _show_tool(self, _name: str) -> None:
        self.tools.show_tool(self._canvas.tool)
        self.tool_shown.emit(self._canvas.tool)

    def _edited(self, before: tuple[Region, ...], after: tuple[Region, ...], text: str) -> None:
        changes.store(self._session, self._session.current, before, after, text)
