"""The Annotate page: photos at the left, canvas in the middle, regions and labels at the right; its actions.

Everything that changes data goes through the session; the page shows what the session's signals report. Slow
work that canvas tools request is done by `AssistService`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import msgspec
from qtpy.QtCore import Qt, Signal
from qtpy.QtGui import QShowEvent
from qtpy.QtWidgets import QStackedWidget, QWidget

from ..background import Background
from ..canvas import Canvas
from ..commands.actions import Action, bind
from ..editing.assessing import Assessing
from ..editing.drawing import Drawing
from ..editing.loading import PhotoLoader, Showing
from ..editing.outliners import Outliners
from ..editing.outlining import Outliner
from ..editing.toolbar import ToolBar
from ..language import mark, tr
from ..session import Session
from ..widgets import common
from ..widgets.common import ProgressStrip
from ..widgets.dialogs import Dialogs
from ..widgets.docks import LEFT, RIGHT, Docks, Panel
from ..widgets.thumbnails import Thumbnails
from ..widgets.welcome import FirstSteps
from .canvas_menu import CanvasMenu
from .compare import Comparing
from .controller import Describing
from .import_export import Transfer
from .navigation import Closeup, Way
from .photo_menu import PhotoMenu
from .photo_panel import PhotoPanel
from .prelabel import PreLabelling
from .problems import Checking, DataCheck
from .region_panel import RegionPanel
from .review import Reviewing


class AnnotatePage(QWidget):
    """The page on which regions are drawn and corrected."""

    hint_changed = Signal(str)
    pointer_moved = Signal(float, float)
    fact_changed = Signal(str, str)  # name and text of a fact for the status bar
    photo_shown = Signal()  # the photo's pixels are there

    def __init__(
        self,
        session: Session,
        background: Background,
        dialogs: Dialogs,
        *,
        worker: Callable[..., Outliner] | None = None,
        outliners: Outliners | None = None,
    ) -> None:
        """`worker` makes the predictor of outlines, `outliners` outline what is boxed or clicked."""
        super().__init__()
        self._session = self.session = session
        self.canvas = Canvas()
        self.drawing = Drawing(session, background, self.canvas, self._photo_before, outliners)
        self.way = Way(session, background, self.canvas)
        self.comparing = Comparing(session, background, dialogs, self.canvas)
        self.canvas.set_visible_above(session.threshold)
        self.panel = RegionPanel()
        self._describing = Describing(session, self.canvas, self.panel)
        self._checking = Checking(session, background, self)
        self._closeup = Closeup(session, self._checking, self.canvas, self.panel)
        self.prelabelling = PreLabelling(session, background, self, worker=worker)
        self.photos = PhotoPanel(session, self._checking, Thumbnails(session, background, self))
        self.reviewing = Reviewing(session, background, self.canvas, self.photos, self)
        helpers = (self.way, self.comparing, self._closeup, self.prelabelling, self.reviewing)
        offered = (*actions_of(self), *(action for helper in helpers for action in helper.actions()))
        self._table = {action.id: action for action in offered}
        self.bar = ToolBar(self._table)
        self.strip = ProgressStrip()
        self.transfer = Transfer(session, background, dialogs, self.strip, self)
        self.data_check = DataCheck(session, background, dialogs, self._checking, self)
        self.way.use(self.photos)
        self.loader = PhotoLoader(session, background, self)
        self._showing = Showing(session, self.loader, self.canvas, self._photo_after)
        self._assessing = Assessing(session, background, self.canvas, self)
        self.first_steps = FirstSteps(session, self.canvas)
        self._middle = QStackedWidget()
        self._arrange()
        self._listen()
        bound = bind(self, self._table.values())
        self.docks.share(bound.values())
        self.panel.regions.addActions([bound[action] for action in ON_REGIONS])
        self.photo_menu = PhotoMenu(session, dialogs, self.photos.list, bound)
        self.menu = CanvasMenu(session, self.canvas, self.drawing, bound, lost=self.photo_menu.is_lost)

    def offered_actions(self) -> list[Action]:
        """What can be done here, for menus and the sheet of keys."""
        return list(self._table.values())

    # What a person does

    def undo(self) -> None:
        """Take the last edit back."""
        self._session.undo()

    def redo(self) -> None:
        """Do it again."""
        self._session.redo()

    def next_photo(self) -> None:
        """Show the next photo of the list."""
        self.photos.step(1)

    def previous_photo(self) -> None:
        """Show the photo before."""
        self.photos.step(-1)

    def accept_photo(self) -> None:
        """Mark the photo as reviewed and go on to the next unreviewed one."""
        if self._session.current:
            before = self._session.photo(self._session.current)
            accepted = msgspec.structs.replace(before, review="accepted")
            if self._session.edit_photo(before, accepted, mark("Accept photo")):
                self.photos.show_next_unreviewed()

    def remove_photo(self) -> None:
        """Take the photo shown out of the project; its file stays, and undo brings it back with its regions."""
        photo = self._session.summary(self._session.current)
        if photo is None or self._session.read_only:
            return
        after = self.photos.model.step(photo.id, 1)
        if self._session.remove_photos([photo.id], mark(f"Remove photo {photo.name}")):
            if after != photo.id and self._session.place(after) >= 0:
                self._session.select(after)
            self._session.said.emit(
                tr("Removed {photo} from the project; its file stays. Ctrl+Z brings it back.", photo=photo.name)
            )

    def find_file(self) -> None:
        """Ask where a missing photo lies now."""
        if self.photo_menu.is_lost():
            self.photo_menu.find()
        elif self._session.current:
            self._session.said.emit(tr("The file of this photo is where it should be."))

    def showEvent(self, event: QShowEvent) -> None:
        """The status bar may have told of another page."""
        super().showEvent(event)
        self.way.tell()

    def find_photos(self) -> None:
        """Put the cursor into the search field."""
        self.photos.search.setFocus()
        self.photos.search.selectAll()

    # What happened

    def _project_changed(self) -> None:
        self.canvas.set_editable(not self._session.read_only)
        self.panel.fields.set_editable(not self._session.read_only)
        self.panel.labels.setEnabled(not self._session.read_only)

    def _photos_changed(self) -> None:
        self._middle.setCurrentIndex(0 if self._session.photos() else 1)

    def _current_changed(self, photo_id: str) -> None:
        self.canvas.select(())
        if not photo_id:
            self.canvas.show_regions((), ())
            self.panel.show_damage(None)
            self.way.show_damage(None)
        else:
            self.panel.card.show_waiting()
        self._show_regions()

    def _photo_changed(self, photo_id: str) -> None:
        if photo_id == self._session.current:
            self._show_regions()

    def _labels_changed(self) -> None:
        self._show_regions()

    def _threshold_changed(self, value: float) -> None:
        self.canvas.set_visible_above(value)
        self._show_regions()

    def _history_changed(self) -> None:
        project = self._session.project
        self.bar.show_history(project.undo_text if project else "", project.redo_text if project else "")

    def _selection_changed(self, ids: tuple[str, ...]) -> None:
        self._describing.attend()
        self.panel.show_selection(ids)

    def _filter_problems(self) -> None:
        self.photos.show_kind("problems")

    def _show_regions(self) -> None:
        self._describing.attend()
        current, labels = self._session.current, self._session.labels()
        regions = self._session.regions(current)
        self.canvas.show_regions(regions, labels)
        shown = self.canvas.standing
        none = "" if current else tr("No photo is shown.")
        hidden = len(regions) - len(shown)
        self.panel.show_regions(shown, labels, hidden=hidden, threshold=self._session.threshold, none=none)
        self._show_problems_here()
        self.panel.show_photo(self._session.photo(current) if current else None)
        self.panel.show_selection(self.canvas.selection)
        self._show_labels()

    def _show_problems_here(self, _photo: str = "") -> None:
        self.panel.show_problems(self._checking.of(self._session.current))

    def _show_labels(self) -> None:
        labels, project = self._session.labels(), self._session.project
        wanted = self.drawing.label()
        self.panel.labels.show_labels(labels, project.label_counts() if project else {}, wanted)

    def _show_aside(self) -> None:
        self.panel.show_aside(self.canvas.hidden, self.canvas.locked)

    def _photo_after(self, photo_id: str) -> str:
        return self.photos.model.step(photo_id, 1)

    def _photo_before(self) -> str:
        return self.photos.model.step(self._session.current, -1) if self._session.current else ""

    # Building

    def _arrange(self) -> None:
        work = QWidget()
        column = common.rows(work, spacing=0)
        column.addWidget(self.bar)
        column.addWidget(self.canvas, 1)
        self._middle.addWidget(work)
        self._middle.addWidget(self._empty())
        middle = QWidget()  # the first import of all begins where there are no photos yet
        above = common.rows(middle, spacing=0)
        above.addWidget(self.strip)
        above.addWidget(self.prelabelling.strip)
        above.addWidget(self.reviewing.strip)
        above.addWidget(self.reviewing.bar)
        above.addWidget(self._middle, 1)
        panels = (
            Panel("list", tr("Photos"), self.photos, LEFT, 270),
            Panel("details", tr("Regions"), self.panel, RIGHT, 300),
        )
        self.docks = Docks(middle, panels)
        common.rows(self).addWidget(self.docks)
        for one in (self, middle):
            one.setFocusProxy(self.canvas)
        self.drawing.place_tools()

    def _empty(self) -> QWidget:
        return common.EmptyState(
            tr("No photos yet. Import VIA annotations, or drop a folder here."),
            common.button(tr("Import annotations…"), self.transfer.import_files, "primary"),
            common.button(tr("Import a folder…"), self.transfer.import_folder),
        )

    def _listen(self) -> None:
        session, canvas, panel = self._session, self.canvas, self.panel
        session.project_changed.connect(self._project_changed)
        session.photos_changed.connect(self._photos_changed)
        session.current_changed.connect(self._current_changed)
        session.photo_changed.connect(self._photo_changed)
        session.labels_changed.connect(self._labels_changed)
        session.threshold_changed.connect(self._threshold_changed)
        session.history_changed.connect(self._history_changed)
        self._showing.shown.connect(self.way.lighting.show)
        self._showing.shown.connect(self.drawing.resume)
        self._showing.shown.connect(self.photo_shown, Qt.ConnectionType.QueuedConnection)  # once all views have it
        self._checking.changed.connect(self._show_problems_here)
        self._checking.photo_checked.connect(self._show_problems_here)
        self._assessing.assessed.connect(panel.show_damage)
        self._assessing.assessed.connect(self.first_steps.show_damage)
        canvas.selection_changed.connect(self._selection_changed)
        self.drawing.editing.aside_changed.connect(self._show_aside)
        canvas.hint_changed.connect(self.hint_changed)
        canvas.pointer_moved.connect(self.pointer_moved)
        canvas.pointer_left.connect(partial(self.fact_changed.emit, "pointer", ""))
        self.way.fact_changed.connect(self.fact_changed)
        self._assessing.assessed.connect(self.way.show_damage)
        canvas.zoom_changed.connect(self.bar.show_zoom)
        canvas.rotation_changed.connect(self.bar.show_rotation)
        self.drawing.tool_shown.connect(self.bar.show_tool)
        self.drawing.label_changed.connect(self._show_labels)
        panel.regions.chosen.connect(canvas.select)
        panel.regions.doubleClicked.connect(self._closeup.frame)
        self.photos.done.connect(canvas.setFocus)
        panel.labels.chosen.connect(self.drawing.choose_label)
        panel.labels.added.connect(self.drawing.add_label)
        self.prelabelling.closed.connect(lambda _result: canvas.setFocus())
        self.transfer.problems_wanted.connect(self._filter_problems)
        self.transfer.problem_chosen.connect(self._closeup.show)
        self.data_check.problem_chosen.connect(self._closeup.show)
        self._closeup.file_wanted.connect(self.find_file)
        self.photo_shown.connect(self._closeup.arrive)
        self.photo_shown.connect(self.reviewing.arrive)
        self._history_changed()
        self._photos_changed()


# what the list of regions offers by right click
ON_REGIONS = ("hide", "lock", "duplicate", "copy", "front", "forward", "backward", "back", "smooth", "delete")


def actions_of(page: AnnotatePage) -> list[Action]:
    """The table of actions."""
    drawing = page.drawing
    return [
        *drawing.edit_actions(),
        Action("next_photo", tr("Next photo"), ("D",), tr("Show the next photo of the list"), page.next_photo),
        Action("previous_photo", tr("Previous photo"), ("A",), tr("Show the photo before"), page.previous_photo),
        Action(
            "accept_photo",
            tr("Accept photo"),
            ("Ctrl+Return",),
            tr("Mark as reviewed, go to the next"),
            page.accept_photo,
        ),
        Action(
            "remove_photo",
            tr("Remove photo"),
            ("Ctrl+Del",),
            tr("Out of the project; its file stays"),
            page.remove_photo,
        ),
        *drawing.tool_actions(),
        *drawing.view_actions(),
        Action("find", tr("Search photos"), ("Ctrl+F",), tr("Search by name or label"), page.find_photos),
        Action("find_file", tr("Find the photo's file…"), (), tr("Where a missing photo lies now"), page.find_file),
        Action("annotate_undo", tr("Undo"), (), tr("Take the last edit back"), page.undo),
        Action("annotate_redo", tr("Redo"), (), tr("Do it again"), page.redo),
    ]
