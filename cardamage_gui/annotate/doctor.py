"""What is wrong with the project's data, its photos' files included, and what can be mended in one step?

Looked at on request, as every file is opened. The same findings as `cardamage check` lists.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from qtpy.QtCore import QObject, Signal
from qtpy.QtWidgets import QWidget

from cardamage_core.annotations.model import Dataset, Finding
from cardamage_core.errors import CarDamageError, ProjectError

from .. import words
from ..actions import Action
from ..background import Background, Task
from ..dialogs import Dialogs
from ..session import Session
from .checking import Checking
from .doctor_list import DoctorWindow

if TYPE_CHECKING:
    from cardamage_core.project import Project
    from cardamage_core.project.photo_headers import Turn
    from cardamage_core.project.repairing import Repair

REPORT_NAME = "check.html"
EVERY = 20  # steps between two reports of progress


class Examined(NamedTuple):
    """What was looked at, and what was found in it."""

    dataset: Dataset
    findings: tuple[Finding, ...]


class Doctor(QObject):
    """Checks the open project, repairs what is safe, saves the report; one window shows it."""

    examined = Signal()

    def __init__(
        self, session: Session, background: Background, dialogs: Dialogs, checking: Checking, window: QWidget
    ) -> None:
        super().__init__(window)
        self._session, self._background, self._dialogs = session, background, dialogs
        self._checking, self._parent = checking, window
        self._task: Task | None = None
        self._found: Examined | None = None
        self.window: DoctorWindow | None = None
        session.project_changed.connect(self._project_changed)

    def actions(self) -> list[Action]:
        """What can be done."""
        hint = "Look at all photos' files and regions; list, repair and report what is wrong"
        return [Action("check_data", "Check data…", ("Ctrl+Shift+K",), hint, self.show)]

    @property
    def busy(self) -> bool:
        """Is a check, repair or report under way?"""
        return self._task is not None

    def show(self) -> None:
        """Show the window; where nothing was looked at yet, begin."""
        if self._session.project is None:
            self._session.failed.emit(ProjectError("There is nothing to check without a project.", "Open one first."))
            return
        if self.window is None:
            self.window = self._made()
        self.window.show()
        self.window.activateWindow()
        if self._found is None:
            self.check()

    def check(self) -> None:
        """Look at everything, again."""
        project = self._session.project
        if project is not None and not self.busy:
            done = partial(self._took, self._checking.moment())
            self._begin("Looking at the photos…", partial(_examined, project), done)

    def repair(self) -> None:
        """Mend what is safe, as one edit that can be undone, and look again."""
        project = self._session.project
        if project is not None and not self.busy and not self._session.read_only:
            self._begin("Repairing…", partial(_repaired, project), self._repaired)

    def turn(self) -> None:
        """Ask which regions that were drawn before EXIF turned their photos are turned, and turn them."""
        project, found = self._session.project, self._found
        if project is None or found is None or self.busy or self._session.read_only:
            return
        numbers = Counter(finding.code for finding in found.findings)
        stored, unsure = numbers["stored-orientation"], numbers["turn-unsure"]
        text = f"Regions of {words.count(stored, 'photo')} fit only the photo as stored, of {unsure} both ways."
        answers = (f"Turn the {stored} that fit only so", f"Turn all {stored + unsure}", "Cancel")
        choice = self._dialogs.choose(self._shown(), text, "Look at those that fit both ways first.", answers)
        if choice < 2:
            work = partial(_turned, project, "evident" if choice == 0 else "all")
            self._begin("Turning regions…", work, self._repaired)

    def save_report(self) -> None:
        """Ask where, and write the findings as a page."""
        project, found = self._session.project, self._found
        if project is None or found is None or self.busy:
            return
        start = project.folder / REPORT_NAME
        chosen = self._dialogs.new_file(self._shown(), "Save report", start, {"html": "Page (*.html)"})
        if chosen is not None:
            path, _ = chosen
            work = partial(_written, path, found, project.name)
            self._begin(f"Writing {path.name}…", work, partial(self._saved, path))

    def stop(self) -> None:
        """Stop what runs; nothing is changed by it."""
        if self._task is not None:
            self._task.cancel()
            self._ended()

    # What happened

    def _project_changed(self) -> None:
        self.stop()
        self._found = None
        if self.window is not None:
            self.window.close()
            self.window.show_findings(None, {}, can_repair=False)

    def _took(self, since: int, found: Examined) -> None:
        self._ended()
        self._found = found
        self._checking.use(found.findings, since=since)
        names = {one.photo.id: one.photo.name for one in found.dataset.photos}
        self._shown().show_findings(found.findings, names, can_repair=not self._session.read_only)
        self.examined.emit()

    def _repaired(self, done: Repair) -> None:
        self._ended()
        if done.edit is not None:
            self._session.refresh()
        self._session.said.emit(done.text)
        self._shown().say(done.text)
        self.check()

    def _saved(self, path: Path, _none: None) -> None:
        self._ended()
        self._session.said.emit(f"Saved {path}.")
        self._shown().say(f"Saved {path}.")

    def _failed(self, error: CarDamageError) -> None:
        self._ended()
        self._shown().say(error.title)
        self._session.failed.emit(error)

    def _chosen(self, photo_id: str) -> None:
        if self._session.summary(photo_id) is None:
            self._shown().say("The photo is no longer in the project.")
        else:
            self._session.select(photo_id)

    # Helpers

    def _begin(self, text: str, work: Callable[[Task], object], done: Callable[..., None]) -> None:
        window = self._shown()
        window.show_work(text)
        self._task = self._background.run_reporting(work, done, self._failed, progress=window.show_progress)

    def _ended(self) -> None:
        self._task = None
        self._shown().show_work("")

    def _shown(self) -> DoctorWindow:
        if self.window is None:
            self.window = self._made()
        return self.window

    def _made(self) -> DoctorWindow:
        made = DoctorWindow(self._parent)
        made.photo_chosen.connect(self._chosen)
        made.check_wanted.connect(self.check)
        made.repair_wanted.connect(self.repair)
        made.turn_wanted.connect(self.turn)
        made.report_wanted.connect(self.save_report)
        made.stopped.connect(self.stop)
        return made


def _examined(project: Project, task: Task) -> Examined:
    dataset = project.dataset()
    splits = {one.photo.split for one in dataset.photos}
    step = _step(task, total=len(dataset.photos) * (3 if len(splits) > 1 else 2))
    from cardamage_core.project.photo_checks import all_findings

    return Examined(dataset, tuple(all_findings(project, dataset, step=step)))


def _repaired(project: Project, task: Task) -> Repair:
    from cardamage_core.project.repairing import repair

    return repair(project, step=_step(task, total=len(project.photos())))


def _turned(project: Project, turn: Turn, task: Task) -> Repair:
    from cardamage_core.project.repairing import repair

    return repair(project, turn=turn, safe=False, step=_step(task, total=2 * len(project.photos())))


def _written(path: Path, found: Examined, title: str, _task: Task) -> None:
    from cardamage_core.project.check_report import write_report
    from cardamage_core.project.outputs import Outputs

    Outputs([Path(one.photo.path) for one in found.dataset.photos], replace=[path]).check([path])
    write_report(path, found.dataset, _sorted(found.findings), title=title)


def _sorted(findings: Sequence[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: finding.code)


def _step(task: Task, *, total: int) -> Callable[[], None]:
    """To be called often: reports how far it is, and ends the work when nobody waits for it any more."""
    done = 0

    def step() -> None:
        nonlocal done
        if task.cancelled():
            raise ProjectError("The check was stopped; nothing was changed.")
        done += 1
        if done % EVERY == 0:
            task.report(min(1.0, done / max(1, total)))

    return step
