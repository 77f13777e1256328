"""Hands out what an adjuster has decided: the report, and findings for the annotators' project."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QObject, Qt, Signal
from qtpy.QtWidgets import QWidget

from cardamage_core.errors import CarDamageError

from ..background import Background, Task
from ..language import amount, tr
from ..session import Session
from ..settings import Settings
from ..widgets.common import ProgressStrip
from ..widgets.dialogs import Dialogs
from .claim_form import title
from .desk import Desk

if TYPE_CHECKING:
    import numpy as np

    from cardamage_core.project import Project

    from .report_dialog import ReportDialog


class HandingOut(QObject):
    """Asks, works in the background, says what came of it."""

    closed = Signal()  # a dialog: the photo has the keys again

    def __init__(
        self, desk: Desk, main: Session, background: Background, settings: Settings, dialogs: Dialogs, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._desk, self._main, self._background = desk, main, background
        self._settings, self._dialogs, self._page = settings, dialogs, parent
        self._task: Task | None = None
        self._drawing: Task | None = None  # of the first page
        self._verdict = ""
        self.dialog: ReportDialog | None = None
        self.strip = ProgressStrip()
        self.strip.stopped.connect(self._stop)

    def show_verdict(self, text: str) -> None:
        """The verdict as it stands, which the dialog says again."""
        self._verdict = text

    def ask_report(self) -> None:
        """Ask how the report is to be written."""
        from .report_dialog import ReportDialog

        claim = self._desk.claim
        if claim is None:
            return
        decided, total = self._desk.decided()
        private = {label.name for label in self._desk.session.labels() if label.role == "private"}
        regions = (one for photo in self._desk.session.photos() for one in self._desk.session.regions(photo.id))
        kept = Path(self._settings.get("report_folder") or Path.home())
        name = tr("Claim {claim}", claim=title(claim.record.fields, claim.record.created))
        self.dialog = ReportDialog(
            name, kept if kept.is_dir() else Path.home(), self._dialogs, self._page, verdict=self._verdict,
            undecided=total - decided, private=sum(one.label in private for one in regions),
        )  # fmt: skip
        self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.dialog.wanted.connect(self.write)
        self.dialog.page_wanted.connect(self._draw_page)
        self.dialog.finished.connect(self._dialog_closed)
        self.dialog.open()
        self.dialog.ask_page()

    def write(self, paths: Sequence[Path], language: str, paper: str) -> None:
        """Write the report to these files, after a question where one is there already."""
        claim = self._desk.claim
        if claim is None or self._task is not None:
            return
        there = [path for path in paths if path.exists()]
        if there and self._dialogs.choose(self._page, *_replace(there), (tr("Replace"), tr("Cancel"))) != 0:
            return
        self._settings.set("report_folder", str(paths[0].parent))
        self.strip.begin(tr("Writing the report…"))
        work = partial(_written, claim.folder, tuple(paths), language, paper, tuple(there))
        done = partial(self._written, claim.folder, language)
        progress = self.strip.show_progress
        self._task = self._background.run_reporting(work, done, self._failed, progress=progress, urgent=True)

    def send(self) -> None:
        """Copy photos with decided findings into the annotators' project."""
        claim, project = self._desk.claim, self._main.project
        if claim is None or project is None or self._task is not None:
            return
        from cardamage_core.claims.sending import send_to_project

        self.strip.begin(tr("Sending to the annotators…"))
        done = partial(self._sent, project)
        self._task = self._background.run(partial(send_to_project, claim, project), done, self._failed, urgent=True)

    def _draw_page(self, language: str, paper: str, width: int) -> None:
        self._stop_drawing()
        if self._desk.claim is not None and self.dialog is not None:
            work = partial(_first_page, self._desk.claim.folder, language, paper, width)
            dialog = self.dialog
            self._drawing = self._background.run_reporting(work, dialog.show_page, dialog.show_no_page, urgent=True)

    def _stop_drawing(self) -> None:
        if self._drawing is not None:
            self._drawing.cancel()
            self._drawing = None

    def _dialog_closed(self, _result: int) -> None:
        self._stop_drawing()
        self.dialog = None
        self.closed.emit()

    def _written(self, folder: Path, language: str, paths: Sequence[Path]) -> None:
        self._end()
        claim = self._desk.claim
        if claim is not None and claim.folder == folder:
            note: Callable[[], None] = partial(
                claim.note, "report", {"files": [path.name for path in paths], "language": language}
            )
            self._do(note)
            self._desk.record_changed.emit()
        self._desk.said.emit(
            tr(
                "Report written: {files} in {folder}",
                files=", ".join(path.name for path in paths),
                folder=paths[0].parent,
            )
        )

    def _sent(self, project: Project, sent: Any) -> None:
        self._end()
        if project is self._main.project:
            self._main.refresh()
        if sent.edit is None:
            self._desk.said.emit(tr("Nothing to send: accept or draw findings first, or they were sent before."))
        else:
            said = tr(
                "Sent {regions} to {project}; undo there takes them back.",
                regions=amount(sent.regions, "region"),
                project=project.name,
            )
            self._desk.said.emit(said)
            self._desk.record_changed.emit()

    def _do(self, work: Callable[[], None]) -> None:
        try:
            work()
        except CarDamageError as error:
            self._desk.failed.emit(error)

    def _failed(self, error: CarDamageError) -> None:
        self._end()
        self._desk.failed.emit(error)

    def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
        self._end()

    def _end(self) -> None:
        self._task = None
        self.strip.hide()


class _StoppedError(CarDamageError):
    """The person does not want the report any more."""


def _written(
    folder: Path, paths: tuple[Path, ...], language: str, paper: Any, replace: tuple[Path, ...], task: Task
) -> tuple[Path, ...]:
    """Write the report of a claim that is open elsewhere in this window; called in the background."""
    from cardamage_core.claims.claim import Claim
    from cardamage_core.report import write

    def step(share: float) -> None:
        _go_on(task)
        task.report(share)

    with Claim.open(folder, read_only=True) as claim:
        write.write(claim, paths, language=language, paper=paper, replace=replace, progress=step)
    return paths


def _first_page(folder: Path, language: str, paper: Any, width: int, task: Task) -> np.ndarray:
    """Draw the first page of the report that would be written; called in the background."""
    from cardamage_core.claims.claim import Claim
    from cardamage_core.report import write

    with Claim.open(folder, read_only=True) as claim:
        return write.first_page(claim, language=language, paper=paper, width=width, progress=lambda _: _go_on(task))


def _go_on(task: Task) -> None:
    if task.cancelled():
        raise _StoppedError(tr("The report was stopped; nothing was written."))


def _replace(there: Sequence[Path]) -> tuple[str, str]:
    names = ", ".join(path.name for path in there)
    return tr("{names} is there already.", names=names) if len(there) == 1 else tr(
        "{names} are there already.", names=names
    ), str(there[0].parent)
