"""Checks data in the background: the open project's photos and, on request, their files; repairs and reports.

The same problems as `cardamage check` lists.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from qtpy.QtCore import QObject, QTimer, Signal
from qtpy.QtWidgets import QWidget

from cardamage_core.annotations.model import AnnotatedPhoto, Dataset, Problem
from cardamage_core.annotations.problems import find_problems, photo_problems
from cardamage_core.errors import CarDamageError, ProjectError
from cardamage_core.project import Project

from ..background import Background, Task
from ..commands.actions import Action
from ..language import amount, tr
from ..session import Session
from ..widgets.dialogs import Dialogs
from .problem_list import ProblemWindow

if TYPE_CHECKING:
    from cardamage_core.project.data_problems import Repair
    from cardamage_core.project.orientation import Turn


REPORT_NAME = "check.html"
EVERY = 20  # steps between two reports of progress


class Examined(NamedTuple):
    """What was looked at, and what was found in it."""

    dataset: Dataset
    problems: tuple[Problem, ...]


class DataCheck(QObject):
    """Checks the open project, repairs what is safe, saves the report; one window shows it."""

    examined = Signal()

    problem_chosen = Signal(object)  # Problem

    def __init__(
        self, session: Session, background: Background, dialogs: Dialogs, checking: Checking, window: QWidget
    ) -> None:
        super().__init__(window)
        self._session, self._background, self._dialogs = session, background, dialogs
        self._checking, self._parent = checking, window
        self._task: Task | None = None
        self._found: Examined | None = None
        self.window: ProblemWindow | None = None
        session.project_changed.connect(self._project_changed)

    def actions(self) -> list[Action]:
        """What can be done."""
        hint = tr("Look at all photos' files and regions; list, repair and report what is wrong")
        return [Action("check_data", tr("Check data…"), ("Ctrl+Shift+K",), hint, self.show)]

    @property
    def busy(self) -> bool:
        """Whether a check, repair or report is under way."""
        return self._task is not None

    def show(self) -> None:
        """Show the window; where nothing was looked at yet, begin."""
        if self._session.project is None:
            self._session.failed.emit(
                ProjectError(tr("There is nothing to check without a project."), tr("Open one first."))
            )
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
            self._begin(tr("Looking at the photos…"), partial(_examined, project), done)

    def repair(self) -> None:
        """Mend what is safe, as one edit that can be undone, and look again."""
        project = self._session.project
        if project is not None and not self.busy and not self._session.read_only:
            self._begin(tr("Repairing…"), partial(_repaired, project), self._repaired)

    def turn(self) -> None:
        """Ask which regions that were drawn before EXIF turned their photos are turned, and turn them."""
        project, found = self._session.project, self._found
        if project is None or found is None or self.busy or self._session.read_only:
            return
        numbers = Counter(problem.code for problem in found.problems)
        stored, unsure = numbers["stored-orientation"], numbers["turn-unsure"]
        text = tr(
            "Regions of {photos} fit only the photo as stored, of {unsure} both ways.",
            photos=amount(stored, "photo"),
            unsure=unsure,
        )
        answers = (
            tr("Turn the {stored} that fit only so", stored=stored),
            tr("Turn all {value}", value=stored + unsure),
            tr("Cancel"),
        )
        choice = self._dialogs.choose(self._shown(), text, tr("Look at those that fit both ways first."), answers)
        if choice < 2:
            work = partial(_turned, project, "evident" if choice == 0 else "all")
            self._begin(tr("Turning regions…"), work, self._repaired)

    def save_report(self) -> None:
        """Ask where, and write the problems as a page."""
        project, found = self._session.project, self._found
        if project is None or found is None or self.busy:
            return
        start = project.folder / REPORT_NAME
        chosen = self._dialogs.new_file(self._shown(), tr("Save report"), start, {"html": tr("Page (*.html)")})
        if chosen is not None:
            path, _ = chosen
            work = partial(_written, path, found, project.name)
            self._begin(tr("Writing {path}…", path=path.name), work, partial(self._saved, path))

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
            self.window.show_problems(None, {}, can_repair=False)

    def _took(self, since: int, found: Examined) -> None:
        self._ended()
        self._found = found
        self._checking.use(found.problems, since=since)
        names = {one.photo.id: one.photo.name for one in found.dataset.photos}
        self._shown().show_problems(found.problems, names, can_repair=not self._session.read_only)
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
        self._session.said.emit(tr("Saved {path}.", path=path))
        self._shown().say(tr("Saved {path}.", path=path))

    def _failed(self, error: CarDamageError) -> None:
        self._ended()
        self._shown().say(error.title)
        self._session.failed.emit(error)

    def _chosen(self, problem: Problem) -> None:
        if self._session.summary(problem.photo) is None:
            self._shown().say(tr("The photo is no longer in the project."))
        else:
            self.problem_chosen.emit(problem)

    # Helpers

    def _begin(self, text: str, work: Callable[[Task], object], done: Callable[..., None]) -> None:
        window = self._shown()
        window.show_work(text)
        self._task = self._background.run_reporting(work, done, self._failed, progress=window.show_progress)

    def _ended(self) -> None:
        self._task = None
        self._shown().show_work("")

    def _shown(self) -> ProblemWindow:
        if self.window is None:
            self.window = self._made()
        return self.window

    def _made(self) -> ProblemWindow:
        made = ProblemWindow(self._parent)
        made.problem_chosen.connect(self._chosen)
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
    from cardamage_core.project.data_problems import all_problems

    return Examined(dataset, tuple(all_problems(project, dataset, step=step)))


def _repaired(project: Project, task: Task) -> Repair:
    from cardamage_core.project.data_problems import repair

    return repair(project, step=_step(task, total=len(project.photos())))


def _turned(project: Project, turn: Turn, task: Task) -> Repair:
    from cardamage_core.project.data_problems import repair

    return repair(project, turn=turn, safe=False, step=_step(task, total=2 * len(project.photos())))


def _written(path: Path, found: Examined, title: str, _task: Task) -> None:
    from cardamage_core.project.data_problems import write_report
    from cardamage_core.project.outputs import Outputs

    Outputs([Path(one.photo.path) for one in found.dataset.photos], replace=[path]).check([path])
    write_report(path, found.dataset, _sorted(found.problems), title=title)


def _sorted(problems: Sequence[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda problem: problem.code)


def _step(task: Task, *, total: int) -> Callable[[], None]:
    """To be called often: reports how far it is, and ends the work when it was cancelled."""
    done = 0

    def step() -> None:
        nonlocal done
        if task.cancelled():
            raise ProjectError(tr("The check was stopped; nothing was changed."))
        done += 1
        if done % EVERY == 0:
            task.report(min(1.0, done / max(1, total)))

    return step


OF_FILES = ("lost-photo", "wrong-size", "same-content", "near-duplicate", "stored-orientation", "turn-unsure")
OF_SEVERAL = ("photo-twice", "label-alike")  # a look at one photo says nothing about these
DELAY = 400  # ms after the last change


class Checking(QObject):
    """The problems of each photo of the open project."""

    changed = Signal()
    photo_checked = Signal(str)  # the problems of this photo alone are different now

    def __init__(self, session: Session, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._background = session, background
        self._of_photo: dict[str, tuple[Problem, ...]] = {}  # what a look at one photo alone finds
        self._of_several: dict[str, tuple[Problem, ...]] = {}  # what only a look at all photos finds
        self._of_files: dict[str, tuple[Problem, ...]] = {}  # from the last look at the files, on request
        self._task: Task | None = None
        self._looks: dict[str, Task] = {}  # at single photos, under way
        self._changes = 0
        self._changed_at: dict[str, int] = {}  # by photo: which of all changes was its last
        self._number = -1
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELAY)
        self._timer.timeout.connect(self._check_all)
        self._waiting = ""  # the photo that is looked at when its edits pause
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(DELAY)
        self._pause.timeout.connect(self._check_waiting)
        session.project_changed.connect(self._start_afresh)
        session.photos_changed.connect(self._photos_changed)
        session.photo_changed.connect(self._photo_changed)
        session.current_changed.connect(self._check_one)  # its file may have come back, or gone

    def of(self, photo_id: str) -> tuple[Problem, ...]:
        """The problems of one photo."""
        return tuple(problem for found in self._kinds() for problem in found.get(photo_id, ()))

    def counts(self) -> Mapping[str, int]:
        """How many problems each photo has."""
        numbers: Counter[str] = Counter()
        for found in self._kinds():
            numbers.update({photo: len(some) for photo, some in found.items()})
        return numbers

    def moment(self) -> int:
        """Now, for `use`: to be asked before a look at all photos begins."""
        return self._changes

    def use(self, found: Iterable[Problem], *, since: int) -> None:
        """What a look at everything, files included, has found; of photos changed `since` then we know more."""
        found = tuple(found)
        self._of_files = _by_photo(problem for problem in found if problem.code in OF_FILES)
        self._take(since, [problem for problem in found if problem.code not in OF_FILES])

    def _kinds(self) -> tuple[Mapping[str, tuple[Problem, ...]], ...]:
        return self._of_photo, self._of_several, self._of_files

    def _start_afresh(self) -> None:
        self._of_photo, self._of_several, self._of_files, self._number, self._waiting = {}, {}, {}, -1, ""
        self._changed_at.clear()
        self._timer.stop()
        self._pause.stop()
        for task in (self._task, *self._looks.values()):
            if task is not None:
                task.cancel()
        self._looks.clear()
        self.changed.emit()

    def _photos_changed(self) -> None:
        number = len(self._session.photos())
        if number != self._number:  # photos came or went, e.g. by an import
            self._number = number
            self._timer.start()

    def _check_all(self) -> None:
        project = self._session.project
        if project is None:
            return
        if self._task is not None:
            self._task.cancel()
        self._task = self._background.run_reporting(partial(_all, project), partial(self._take, self.moment()))

    def _photo_changed(self, photo_id: str) -> None:
        self._changes += 1
        self._changed_at[photo_id] = self._changes
        self._check_one(photo_id)

    def _check_one(self, photo_id: str) -> None:
        if not photo_id or self._session.project is None or self._timer.isActive():
            return
        if self._waiting not in ("", photo_id):
            self._check_waiting()
        self._waiting = photo_id
        self._pause.start()

    def _check_waiting(self) -> None:
        photo_id, self._waiting = self._waiting, ""
        if self._session.project is None or self._session.summary(photo_id) is None:
            return
        photo, project = self._session.photo(photo_id), self._session.project
        one = AnnotatedPhoto(photo, self._session.regions(photo_id))
        if photo_id in self._looks:
            self._looks[photo_id].cancel()
        self._looks[photo_id] = self._background.run(partial(_one, project, one), partial(self._take_one, photo_id))

    def _take(self, since: int, found: list[Problem]) -> None:
        newer = {photo for photo, change in self._changed_at.items() if change > since}
        kept = {photo: some for photo, some in self._of_photo.items() if photo in newer}
        fresh = _by_photo(f for f in found if f.code not in OF_SEVERAL and f.photo not in newer)
        self._of_photo = fresh | kept
        self._of_several = _by_photo(problem for problem in found if problem.code in OF_SEVERAL)
        self.changed.emit()

    def _take_one(self, photo_id: str, found: list[Problem]) -> None:
        self._looks.pop(photo_id, None)
        if tuple(found) != self._of_photo.get(photo_id, ()):
            self._of_photo = {**self._of_photo, photo_id: tuple(found)}
            self.photo_checked.emit(photo_id)


def _one(project: Project, one: AnnotatedPhoto) -> list[Problem]:
    """The problems of one photo; accepting it accepts its file as it is now."""
    of_file = list(project.file_problems(photo=one.photo.id))
    if one.photo.review == "accepted" and any(problem.code == "replaced-photo" for problem in of_file):
        project.accept_file(one.photo)
        of_file = [problem for problem in of_file if problem.code != "replaced-photo"]
    return [*of_file, *photo_problems(one)]


def _all(project: Project, task: Task) -> list[Problem]:
    """All problems, read some photos at a time so that the memory need not hold a large project."""
    found = []
    photos = []
    for batch in project.batches():
        if task.cancelled():
            return []
        for one in batch:
            photos.append(AnnotatedPhoto(one.photo))
            found += [problem for problem in photo_problems(one) if problem.region]
    return [*found, *find_problems(Dataset(tuple(photos))), *project.file_problems(cancelled=task.cancelled)]


def _by_photo(found: Iterable[Problem]) -> dict[str, tuple[Problem, ...]]:
    by_photo: dict[str, list[Problem]] = {}
    for problem in found:
        by_photo.setdefault(problem.photo, []).append(problem)
    return {photo: tuple(some) for photo, some in by_photo.items()}
