"""The photo on the Inspect page: canvas with findings below a toolbar; the tool box while outlines are corrected."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QWidget

from cardamage_core.annotations.confidence import THRESHOLD
from cardamage_core.annotations.model import Role

from ..background import Background
from ..canvas import Canvas
from ..canvas.tools import TOOLS
from ..canvas.tools.base import Need
from ..commands.actions import Action
from ..editing import changes
from ..editing.drawing import Drawing
from ..editing.loading import PhotoLoader, Showing
from ..editing.outliners import Outliners
from ..language import tr
from ..session import Session
from ..settings import Settings
from ..widgets.common import ProgressStrip, rows
from .toolbar import FINDINGS, ORIGINAL, WIPE, Toolbar
from .wipe import WipeHandle

PARTS: frozenset[Role] = frozenset({"part"})


class Viewer(QWidget):
    """The middle of the page."""

    threshold_moved = Signal(float)  # while the slider is dragged

    def __init__(
        self,
        session: Session,
        background: Background,
        settings: Settings,
        *,
        previous: Callable[[], str],
        following: Callable[[str], str],
        outliners: Outliners | None = None,
    ) -> None:
        """`previous` and `following` give the ids of the photos beside the current one, "" at the ends."""
        super().__init__()
        self._session, self._settings = session, settings
        self.canvas = Canvas(editable=False)
        self.canvas.set_inspected()
        self.canvas.set_roles_hidden(PARTS)
        self.canvas.set_opacity(settings.get("opacity"))
        self.toolbar = Toolbar(THRESHOLD, settings.get("opacity"))
        self.canvas.set_visible_above(self.toolbar.threshold())
        self.drawing = Drawing(session, background, self.canvas, previous, outliners)
        self.wipe = WipeHandle(self.canvas)
        self.loader = PhotoLoader(session, background, self)
        self.showing = Showing(session, self.loader, self.canvas, following)
        self.strip = ProgressStrip()
        column = rows(self, spacing=0)
        column.addWidget(self.toolbar)
        column.addWidget(self.strip)
        column.addWidget(self.canvas, 1)
        self.setFocusProxy(self.canvas)
        self.drawing.tools.hide()
        self._allowed = True
        self._listen()

    # What a person asks for

    def show_mode(self, mode: str) -> None:
        """Show the findings, the photo alone, or the wipe between both."""
        self.toolbar.show_mode(mode)
        self.canvas.set_overlay(mode != ORIGINAL)
        if mode == WIPE:
            self.wipe.open()
        else:
            self.wipe.close_wipe()
        self.canvas.setFocus()

    def toggle_panels(self) -> None:
        """Show the panels of the car, or hide them."""
        self.toolbar.panels.toggle()

    @property
    def correcting(self) -> bool:
        """Whether outlines are being corrected."""
        return self.drawing.tools.isVisibleTo(self)

    def correct(self, on: bool) -> None:
        """Correct outlines with the tools of the Annotate page, or only look at them."""
        on = on and self._allowed and not self._session.read_only and bool(self._session.current)
        if on != self.correcting:
            self.canvas.set_editable(on)
            self.drawing.tools.setVisible(on)
            if on:
                self.show_mode(FINDINGS)
                self.drawing.place_tools()
            else:
                self.canvas.set_covered(0)
        self.toolbar.show_correcting(on)
        self.canvas.setFocus()

    def allow_correcting(self, allowed: bool) -> None:
        """Whether outlines may be corrected at all: not in a claim that is done."""
        self._allowed = allowed
        self.toolbar.correct.setEnabled(allowed)
        self.toolbar.blur.setEnabled(allowed)
        if not allowed:
            self.correct(False)

    def toggle_correcting(self) -> None:
        """The other way."""
        self.correct(not self.correcting)

    def blur(self) -> None:
        """Draw a box over a face or a number plate."""
        private = next((label.name for label in self._session.labels() if label.role == "private"), "")
        if not private and changes.add_private_label(self._session):
            private = changes.PRIVATE_LABEL
        self.correct(True)
        self.canvas.select(())
        self.drawing.choose_label(private)
        self.drawing.take_tool("rectangle")

    def actions_of(self) -> list[Action]:
        """What can be done here."""
        wipe = tr("Drag the line between the original and the findings")
        correct = tr("Correct outlines with the tools of the Annotate page")
        blur = tr("Draw a box over what is blurred in every report")
        return [
            Action("inspect_findings", tr("Show findings"), ("M",), "", partial(self.show_mode, FINDINGS)),
            Action(
                "inspect_original", tr("Original"), ("O",), tr("The photo alone"), partial(self.show_mode, ORIGINAL)
            ),
            Action("inspect_wipe", tr("Wipe"), ("Shift+O",), wipe, partial(self.show_mode, WIPE)),
            Action("inspect_panels", tr("Panels"), ("Shift+V",), tr("Show the panels of the car"), self.toggle_panels),
            Action("inspect_correct", tr("Correct outlines"), ("X",), correct, self.toggle_correcting),
            Action("inspect_blur", tr("Blur a face or plate"), ("Shift+B",), blur, self.blur),
            *self.drawing.edit_actions(),
            *self.drawing.tool_actions(),
            *self.drawing.view_actions(),
        ]

    # What happened

    def show_threshold(self, value: float) -> None:
        """Show another threshold, wherever it was set."""
        self.toolbar.show_threshold(value)
        self.canvas.set_visible_above(value)

    def show_labels(self) -> None:
        """The labels of the claim, and the one of the next drawing."""
        self.toolbar.show_labels([label.name for label in self._session.labels()], self.drawing.label())

    def _listen(self) -> None:
        toolbar = self.toolbar
        toolbar.mode_chosen.connect(self.show_mode)
        toolbar.threshold_changed.connect(self._threshold_changed)
        toolbar.threshold_settled.connect(self._session.set_threshold)
        toolbar.opacity_changed.connect(self._opacity_changed)
        toolbar.panels_toggled.connect(self._panels_toggled)
        toolbar.correcting_toggled.connect(self.correct)
        toolbar.blur_wanted.connect(self.blur)
        toolbar.label_chosen.connect(self._label_chosen)
        self.drawing.tool_wanted.connect(self._tool_wanted)
        self.drawing.tool_shown.connect(self._tool_shown)
        self.drawing.label_changed.connect(self.show_labels)
        self.showing.shown.connect(self.drawing.resume)
        self._session.labels_changed.connect(self.show_labels)
        self._session.threshold_changed.connect(self.show_threshold)
        self._session.project_changed.connect(partial(self.correct, False))

    def _threshold_changed(self, value: float) -> None:
        self.canvas.set_visible_above(value)
        self.threshold_moved.emit(value)

    def _opacity_changed(self, value: float) -> None:
        self._settings.set("opacity", value)
        self.canvas.set_opacity(value)

    def _panels_toggled(self, on: bool) -> None:
        self.canvas.set_roles_hidden(frozenset() if on else PARTS)

    def _label_chosen(self, name: str) -> None:
        self.canvas.select(())
        self.drawing.choose_label(name)
        self.canvas.setFocus()

    def _tool_wanted(self, name: str) -> None:
        """A tool that changes something switches correcting on."""
        if Need.EDITING in TOOLS[name].needs and not self.correcting:
            self.correct(True)

    def _tool_shown(self, name: str) -> None:
        """With the tool put down, the next drawing is damage again."""
        roles = {label.name: label.role for label in self._session.labels()}
        if name == "select" and roles.get(self.drawing.wanted_label) == "private":
            self.drawing.wanted_label = ""
            self.show_labels()
