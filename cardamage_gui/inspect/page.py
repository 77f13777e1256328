"""The Inspect page: claims at the left, the photo with its findings in the middle, what they mean at the right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import QPoint, Qt, QTimer, Signal
from qtpy.QtGui import QShowEvent
from qtpy.QtWidgets import QStackedWidget, QWidget

from cardamage_core.annotations.model import Review
from cardamage_core.project import PhotoSummary

from ..background import Background
from ..commands import actions
from ..commands.actions import Action
from ..commands.editor import keyed
from ..editing.assessing import Assessing
from ..editing.outliners import Outliners
from ..editing.outlining import Outliner
from ..language import mark, tr
from ..session import Session
from ..settings import Settings
from ..widgets import common
from ..widgets.dialogs import Dialogs
from ..widgets.docks import LEFT, RIGHT, Docks, Panel
from ..widgets.photo_list import SecondLine
from ..widgets.thumbnails import Thumbnails
from .car_so_far import Car
from .claim_form import ClaimForm, title
from .claim_list import ClaimList
from .claim_panel import ClaimPanel
from .deciding import Deciding
from .decision_log import DecisionLogPanel
from .desk import Desk
from .drops import DropSheet
from .findings import FindingsPanel
from .handing_out import HandingOut
from .more_menu import MoreMenu
from .photo_check import PhotoCheck
from .photo_panel import DamageFigures, PhotoPanel, second_line
from .queue import ClaimQueue
from .shown import Shown
from .toolbar import FINDINGS
from .viewer import Viewer
from .whole_claim import WholeClaim

if TYPE_CHECKING:
    from cardamage_core.claims.model import View

CLAIM_FILES = mark("Photos and archives (*)")


class InspectPage(QWidget):
    """The page on which an adjuster works."""

    hint_changed = Signal(str)
    pointer_moved = Signal(float, float)
    fact_changed = Signal(str, str)  # name and text of a fact for the status bar
    open_changed = Signal()  # what `open_text` says

    def __init__(
        self,
        main: Session,
        background: Background,
        settings: Settings,
        dialogs: Dialogs,
        *,
        worker: Callable[..., Outliner] | None = None,
        outliners: Outliners | None = None,
    ) -> None:
        """`main` holds the annotators' project, whose folder holds the claims."""
        super().__init__()
        self._main, self._background, self._dialogs = main, background, dialogs
        self.session = Session(self)
        self.desk = Desk(self.session, background, self)
        self.queue = ClaimQueue(main, self.desk, background, self, worker=worker)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._make(settings, outliners)
        self._arrange()
        self._listen()
        self._actions = self._offered()
        self._bind()
        self._claim_changed()

    def offered_actions(self) -> list[Action]:
        """What can be done here."""
        return list(self._actions)

    def open_text(self) -> tuple[str, str]:
        """The name of the open claim and its folder; "" when none is open."""
        claim = self.desk.claim
        return (
            (tr("Claim {claim}", claim=title(claim.record.fields, claim.record.created)), str(claim.folder))
            if claim
            else ("", "")
        )

    def use_model(self, model_id: str) -> None:
        """Choose a model by its id, as soon as it is listed."""
        self.queue.want(model_id)

    def close_predictor(self) -> None:
        """End the worker process and close the claim."""
        self.form.commit()
        self.queue.close()
        self.session.close()

    # What a person asks for

    def take(self, paths: Sequence[Path], *, new: bool = True) -> None:
        """Make a claim of what was dropped or chosen, or add it to the open one."""
        self.desk.take(paths, new=new)

    def open_photos(self) -> None:
        """Choose photos or archives for a new claim."""
        self.take(self._dialogs.files(self, tr("Photos of the car"), tr(CLAIM_FILES)))

    def open_folder(self) -> None:
        """Choose a folder of photos for a new claim."""
        folder = self._dialogs.folder(self, tr("Folder with the photos of the car"))
        self.take([folder] if folder else [])

    def add_photos(self) -> None:
        """Choose photos for the open claim."""
        self.take(
            self._dialogs.files(self, tr("Add photos to the claim"), tr(CLAIM_FILES)), new=self.desk.claim is None
        )

    def step(self, by: int) -> None:
        """Show the next or previous photo."""
        wanted = self.photos.model.step(self.session.current, by)
        if wanted:
            self.session.select(wanted)

    def decide(self, review: Review) -> None:
        """Accept or reject the chosen findings."""
        self.deciding.decide(review)

    def outline(self) -> None:
        """Outline the damage on the current photo again."""
        self.queue.outline([self.session.current] if self.session.current else [])

    def close_claim(self) -> None:
        """Back to the list of claims."""
        self.form.commit()
        self.desk.close()

    def delete_claim(self, claim_id: str) -> None:
        """Ask, and delete a claim with everything that is known of it."""
        names = {one.id: title(one.fields, one.created) for one in self.desk.claims()}
        if self.desk.claim is not None:
            record = self.desk.claim.record
            names[record.id] = title(record.fields, record.created)
        text = tr("Delete the claim {claim}?", claim=names.get(claim_id, claim_id))
        detail = tr(
            "Its photos, findings, decisions and figures are removed from this computer. This cannot be undone."
        )
        if self._dialogs.sure(self, text, detail, tr("Delete the claim")):
            self.desk.delete(self.desk.folder_of(claim_id))

    # What happened

    def _main_project_changed(self) -> None:
        project = self._main.project
        self.desk.use(project.folder if project else None)
        if self.isVisible():  # else when it is shown: a start need not wait for what claims need
            self.desk.read()
            self.queue.read_models()

    def _library_changed(self) -> None:
        self.claims.show_claims(self.desk.claims())
        self._choose.set_text(tr(CHOOSE if self.desk.claims() else FIRST))

    def _claim_changed(self) -> None:
        claim = self.desk.claim
        self.panel.show_claim(is_open=claim is not None)
        self.form.show_fields(False)
        self._stack.setCurrentIndex(1 if claim else 0)
        self.viewer.show_mode(FINDINGS)
        self.findings.show_claim(is_open=claim is not None)
        for name in ("inspect_open_next", "inspect_open_before"):  # without a claim Tab goes from field to field
            self._bound[name].setEnabled(claim is not None)
        self.open_changed.emit()

    def _record_changed(self) -> None:
        claim = self.desk.claim
        record = claim.record if claim else None
        editable = claim is not None and not claim.read_only
        self.form.show_record(record, len(self.session.photos()), editable=editable)
        self.findings.editor.set_editable(self.desk.may_change)
        self.viewer.allow_correcting(self.desk.may_change)
        self._show_check()
        self.open_changed.emit()

    def _show_check(self, _photo: str = "") -> None:
        claim, photo = self.desk.claim, self.session.current
        if claim is None:
            return
        seems = tuple(
            view
            for view, one in self.desk.proposed_views().items()
            if one == photo and not claim.record.views.get(view)
        )
        self.check.show_check(
            photo, self.desk.warnings(), claim.record.views, checked=self.desk.is_checked(photo), proposed=seems
        )

    def _view_ticked(self, view: View, on: bool) -> None:
        self.desk.tick_view(view, self.session.current if on else "")
        self.photos.update_rows()

    def _photos_changed(self) -> None:
        self._record_changed()

    def _outlined(self, _photo: str = "") -> None:
        self.photos.update_rows()
        self._show_work()

    def _show_work(self) -> None:
        model = self.queue.model
        self.viewer.toolbar.show_card(model.card if model else None)
        text = self.queue.outlining.text()
        if text and self.viewer.strip.isHidden():
            self.viewer.strip.begin(text)
        if text:
            self.viewer.strip.show_progress(self.queue.outlining.fraction(), text)
        self.viewer.strip.setVisible(bool(text))
        self.photos.update_rows()
        self.shown.show_waiting()

    def _show_taking(self, text: str, fraction: float) -> None:
        if text and self.strip.isHidden():
            self.strip.begin(text)
        if text and fraction:
            self.strip.show_progress(fraction, text)
        self.strip.setVisible(bool(text))

    def _went(self, region_id: str) -> None:
        """A finding is to be looked at: the photo keeps the keys."""
        ids = (region_id,) if region_id else ()
        self.viewer.canvas.select(ids)
        self.findings.table.choose(ids)
        self.viewer.canvas.setFocus()

    def _row_chosen(self, region_id: str) -> None:
        self.findings.editor.commit()
        if not region_id or self.viewer.canvas.selection[:1] != (region_id,):
            self.viewer.canvas.select((region_id,) if region_id else ())
        self.shown.show_current()

    def _menu_wanted(self, at: QPoint) -> None:
        labels, panels = self.shown.names()
        self.deciding.show_menu(at, labels, panels)

    def _canvas_menu(self, at: QPoint) -> None:
        """Right click on a finding; while outlines are corrected the right button deletes vertices."""
        canvas = self.viewer.canvas
        if self.viewer.correcting:
            return
        if canvas.under_pointer and canvas.under_pointer not in canvas.selection:
            canvas.select((canvas.under_pointer,))
        self._menu_wanted(canvas.mapToGlobal(at))

    def _remove_photo(self, photo: str) -> None:
        summary = self.session.summary(photo)
        if summary is not None:
            self.queue.outlining.drop(self.desk.claim.folder if self.desk.claim else Path(), photo)
            self.session.remove_photos([photo], mark(f"Remove photo {summary.name}"))

    def _show_car(self, car: Car) -> None:
        self.findings.car.show_car(car)
        self.out.show_verdict(car.verdict)

    def _photo_keys(self) -> None:
        self.viewer.canvas.setFocus()

    def _second_line(self, photo: PhotoSummary) -> SecondLine:
        claim = self.desk.claim
        views = claim.record.views if claim else {}
        return second_line(
            photo,
            self.session.looks().get(photo.id),
            waits=self.queue.awaits(photo.id),
            findings=sum(one.decision != "rejected" for one in self.desk.findings(photo.id)),
            views=", ".join(view for view, one in views.items() if one == photo.id),
            damage=self.figures.damage(photo),
        )

    # Qt's events

    def showEvent(self, event: QShowEvent) -> None:
        """Coming into view: list the claims, load the model in the background."""
        super().showEvent(event)
        self.desk.read()
        self.queue.read_models()
        self.queue.wake()

    # Building

    def _make(self, settings: Settings, outliners: Outliners | None) -> None:
        session, background = self.session, self._background
        self.claims = ClaimList(
            background,
            self.desk.folder_of,
            common.button(tr("Photos…"), self.open_photos, "primary", tip=tr("A new claim of photos or archives")),
            common.button(tr("Folder…"), self.open_folder, tip=tr("A new claim of a folder with photos")),
        )
        self.form, self.check = ClaimForm(), PhotoCheck()
        self.figures = DamageFigures(session, background, self)
        add = common.icon_button("image-plus-outline", tr("Add photos to the claim…"), self.add_photos)
        keyed(add, "inspect_add", tr("Add photos to the claim…"), key="Ctrl+Shift+O")
        thumbnails = Thumbnails(session, background, self)
        self.photos = PhotoPanel(session, thumbnails, self.figures, add, second_line=self._second_line)
        self.panel = ClaimPanel(self.claims, self.form, self.photos, self.check)
        self.viewer = Viewer(
            session,
            background,
            settings,
            previous=lambda: self.photos.model.step(session.current, -1) if session.current else "",
            following=lambda photo: self.photos.model.step(photo, 1),
            outliners=outliners,
        )
        self.findings = FindingsPanel()
        self.more = MoreMenu(self.desk, self.queue, self._main, self.findings.more, self)
        self.deciding = Deciding(self.desk, self.findings.table.chosen_ids, lambda: self.viewer.canvas.selection, self)
        self.shown = Shown(self.desk, self.queue, self.viewer, self.findings, self)
        self._assessing = Assessing(session, background, self.viewer.canvas, self)
        self.history = DecisionLogPanel(self.desk)
        self.out = HandingOut(self.desk, self._main, background, settings, self._dialogs, self)
        self._whole = WholeClaim(self.desk, background, self)
        self._work = QTimer(self, singleShot=True)  # what the queue does is shown once the event that tells is over
        self.strip = common.ProgressStrip()
        self._choose = common.EmptyState(
            tr(FIRST),
            common.button(tr("Choose photos…"), self.open_photos, "primary"),
            common.button(tr("Choose a folder…"), self.open_folder),
            title=tr("Drop the photos of a damaged car here"),
        )

    def _arrange(self) -> None:
        self._stack = QStackedWidget()
        self._stack.addWidget(self._choose)
        self._stack.addWidget(self.viewer)
        panels = (
            Panel("list", tr("Claims"), self.panel, LEFT, 270),
            Panel("details", tr("Findings"), self.findings, RIGHT, 344),
        )
        middle = QWidget()
        above = common.rows(middle, spacing=0)
        above.addWidget(self.strip)
        above.addWidget(self.out.strip)
        above.addWidget(self._stack, 1)
        self.docks = Docks(middle, panels)
        common.rows(self).addWidget(self.docks)
        self._drops = DropSheet(self)

    def _listen(self) -> None:
        session, desk, canvas, table = self.session, self.desk, self.viewer.canvas, self.findings.table
        self._main.project_changed.connect(self._main_project_changed)
        desk.library_changed.connect(self._library_changed)
        desk.claim_changed.connect(self._claim_changed)
        desk.record_changed.connect(self._record_changed)
        desk.warnings_changed.connect(self._show_check)
        desk.busy.connect(self._show_taking)
        desk.failed.connect(session.failed)
        desk.said.connect(session.said)
        self.strip.stopped.connect(desk.stop_taking)
        session.photos_changed.connect(self._photos_changed)
        session.current_changed.connect(self._show_check)
        self.queue.changed.connect(self._work.start)
        self._work.timeout.connect(self._show_work)
        self.viewer.strip.stopped.connect(self.queue.outlining.stop)
        self.claims.opened.connect(lambda claim_id: desk.open(desk.folder_of(claim_id)))
        self.claims.delete_wanted.connect(self.delete_claim)
        self.findings.report_wanted.connect(self.out.ask_report)
        self.out.closed.connect(self._photo_keys)
        self._whole.changed.connect(self._show_car)
        self.more.send_wanted.connect(self.out.send)
        self.more.delete_wanted.connect(self.delete_claim)
        self.form.back.connect(self.close_claim)
        self.form.fields_changed.connect(desk.change_fields)
        self.form.state_chosen.connect(desk.set_state)
        self.check.view_ticked.connect(self._view_ticked)
        self.photos.remove_wanted.connect(self._remove_photo)
        self.photos.outline_wanted.connect(lambda photo: self.queue.outline([photo]))
        table.chosen.connect(self._row_chosen)
        table.menu_wanted.connect(self._menu_wanted)
        self.findings.editor.decided.connect(self.deciding.decide)
        self.findings.editor.field_set.connect(self.deciding.change)
        for part in (self.form, self.findings.editor):
            part.done.connect(self._photo_keys)
        self.deciding.went.connect(self._went)
        self._assessing.assessed.connect(self.shown.follow)
        self._drops.dropped.connect(lambda paths, new: self.take(paths, new=new))
        canvas.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        canvas.customContextMenuRequested.connect(self._canvas_menu)
        canvas.hint_changed.connect(self.hint_changed)
        canvas.pointer_moved.connect(self.pointer_moved)
        canvas.pointer_left.connect(partial(self.fact_changed.emit, "pointer", ""))

    def _bind(self) -> None:
        self._bound = actions.bind(self, self._actions)
        self.docks.share(self._bound.values())

    def _offered(self) -> list[Action]:
        following, before = tr("Show the next photo of the list"), tr("Show the photo before")
        return [
            Action("next_photo", tr("Next photo"), ("D",), following, partial(self.step, 1)),
            Action("previous_photo", tr("Previous photo"), ("A",), before, partial(self.step, -1)),
            *self.deciding.actions(),
            *self.viewer.actions_of(),
            Action(
                "outline",
                tr("Outline damage"),
                ("Ctrl+D",),
                tr("Let the model outline the damage on this photo"),
                self.outline,
            ),
            Action("inspect_new", tr("New claim…"), (), tr("Choose the photos of a car"), self.open_photos),
            Action("inspect_add", tr("Add photos to the claim…"), ("Ctrl+Shift+O",), "", self.add_photos),
            Action(
                "inspect_report",
                tr("Write report…"),
                ("Ctrl+P",),
                tr("The claim as PDF, HTML, JSON, CSV"),
                self.out.ask_report,
            ),
            Action(
                "inspect_close", tr("All claims"), ("Alt+Left",), tr("Back to the list of claims"), self.close_claim
            ),
        ]


FIRST = mark(
    "JPEG, HEIC, PNG and others, a folder or a zip: they are copied into a claim, and the damage is outlined at once."
)
CHOOSE = mark("Choose a claim at the left, or drop photos, a folder or a zip to begin another one.")
