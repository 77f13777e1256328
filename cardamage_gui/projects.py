"""Opens projects: new, existing, recent, sample, by argument; and copies the project file once a day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Literal

from qtpy.QtCore import QObject, Signal
from qtpy.QtWidgets import QWidget

from cardamage_core.errors import CarDamageError, ProjectError, ProjectLockedError
from cardamage_core.project import backups

from .background import Background, Task
from .language import amount, tr, translated
from .session import Session
from .settings import Settings
from .widgets.dialogs import Dialogs

FILE = "project.cardamage"
SAMPLE = "Sample project"
Kind = Literal["project", "free", "material"]


class Projects(QObject):
    """Opens projects in the session, asking where a decision is needed."""

    failed = Signal(object)  # CarDamageError
    busy = Signal(str)  # what is being prepared; "" when done
    opened = Signal()  # a project that was there before is open now
    sample_opened = Signal()

    def __init__(
        self, session: Session, background: Background, settings: Settings, dialogs: Dialogs, window: QWidget
    ) -> None:
        super().__init__(window)
        self._session = session
        self._background = background
        self._settings = settings
        self._dialogs = dialogs
        self._window = window

    def new(self) -> None:
        """Ask for a folder and make a project in it."""
        folder = self._dialogs.new_folder(self._window, tr("New project: choose its folder"))
        if folder is not None:
            self._try(lambda: self._session.create(folder), folder)

    def with_project(self, work: Callable[[], object]) -> None:
        """Do something that needs a project; without one a new one is made first."""
        if self._session.project is None:
            self.new()
        if self._session.project is not None:
            work()

    def begin_with(self, asked: Callable[[], Sequence[Path]], work: Callable[[Sequence[Path]], object]) -> None:
        """Make a new project and import into it what is asked for then."""
        before = self._session.project
        self.new()
        if self._session.project is not before and (paths := asked()):
            work(paths)

    def bring_in(self, paths: Sequence[Path], work: Callable[[Sequence[Path]], object]) -> None:
        """Import paths into the open project or a new one, as the user decides where the open one has photos."""
        if not paths:
            return
        project = self._session.project
        if project is not None and self._session.photos() and not self._session.read_only:
            what = paths[0].name if len(paths) == 1 else amount(len(paths), "file")
            has = tr(
                "{project} has {photos}.", project=project.name, photos=amount(len(self._session.photos()), "photo")
            )
            answers = (tr("Add to this project"), tr("New project…"), tr("Cancel"))
            choice = self._dialogs.choose(self._window, tr("Where shall {what} go?", what=what), has, answers)
            if choice == 2:
                return
            if choice == 1:
                self.new()
                if self._session.project is project:  # no folder was chosen
                    return
        self.with_project(lambda: work(paths))

    def is_project(self, paths: Sequence[Path]) -> bool:
        """Whether what was dropped is one project's folder or file."""
        return len(paths) == 1 and kind_of(paths[0]) == "project"

    def choose(self) -> None:
        """Ask for a project's folder and open it."""
        folder = self._dialogs.folder(self._window, tr("Open project: choose its folder"))
        if folder is not None:
            self.open(folder)

    def open(self, folder: Path) -> None:
        """Open a project; one that is open elsewhere is offered for reading only."""
        if self._session.project is not None and self._session.project.folder == Path(folder).absolute():
            return
        try:
            self._session.open(folder)
        except ProjectLockedError as error:
            if self._read_only_wanted(error):
                self._try(lambda: self._session.open(folder, read_only=True), folder)
            else:
                self.failed.emit(error)
            return
        except ProjectError as error:
            self.failed.emit(error)
            return
        self._settings.remember_project(folder)
        self.opened.emit()

    def open_or_create(self, folder: Path) -> None:
        """For the command line: open the project, or make one where there is none."""
        if kind_of(folder) == "free":
            self._try(lambda: self._session.create(folder), folder)
        else:
            self.open(folder)  # where it is none, or may not be read, that is said

    def reopen_last(self) -> None:
        """At start: the project that was open last, if it is still there and no other window has it."""
        recent = self._settings.recent()
        if recent and self._settings.get("reopen"):
            self.open(recent[0])

    def open_sample(self) -> Task | None:
        """Draw the sample photos (once) and open them as a project."""
        folder = sample_folder()
        if (folder / FILE).exists():
            self._sample_made(folder)
            return None
        self.busy.emit(tr("Drawing the sample photos…"))
        return self._background.run_reporting(
            lambda task: make_sample(folder, task),
            lambda _result: self._sample_made(folder),
            self._sample_failed,
            progress=lambda fraction, text: self.busy.emit(f"{text} {100 * fraction:.0f} %"),
        )

    def _sample_made(self, folder: Path) -> None:
        self.busy.emit("")
        self.open(folder)
        if self._session.project is not None and self._session.project.folder == folder:
            self.sample_opened.emit()

    def _sample_failed(self, error: CarDamageError) -> None:
        self.busy.emit("")
        self.failed.emit(error)

    def _read_only_wanted(self, error: ProjectError) -> bool:
        detail = tr(
            "{detail} You can look at it meanwhile, without changing anything.", detail=translated(error.detail)
        )
        return (
            self._dialogs.choose(self._window, translated(error.title), detail, (tr("Open read-only"), tr("Cancel")))
            == 0
        )

    def _try(self, opening: Callable[[], None], folder: Path) -> None:
        try:
            opening()
        except ProjectError as error:
            self.failed.emit(error)
            return
        self._settings.remember_project(folder)
        self.opened.emit()


def kind_of(path: Path) -> Kind:
    """What a path is.

    A project, also one that lost its file or may not be read, since opening it says so; a place where one can be made:
    nothing is there, or an empty folder; else material to bring in.
    """
    try:
        if path.name == FILE or (path / FILE).is_file() or backups.copies(path):
            return "project"
        if not path.exists() or (path.is_dir() and not any(path.iterdir())):
            return "free"
    except OSError:
        return "project"
    return "material"


def sample_folder() -> Path:
    """Where the sample project lies for this user."""
    import platformdirs

    return platformdirs.user_data_path("cardamage", appauthor=False) / SAMPLE


def make_sample(folder: Path, task: Task) -> None:
    """Draw the sample photos and import them; the project appears only when whole."""
    from cardamage_core.demo import samples
    from cardamage_core.project import Project, import_apply, import_plan

    photos = folder / "photos"
    files = samples.write(
        photos,
        progress=lambda fraction: task.report(fraction, tr("Drawing the sample photos…")),
        cancelled=task.cancelled,
    )
    if task.cancelled():
        return
    with Project.open_or_create(folder) as project:
        for file in files:
            import_apply.apply(project, import_plan.plan(file, split=file.parent.name))


class Nightly(QObject):
    """Keeps copies of the projects that the session opens; a damaged file is told by the background."""

    def __init__(self, session: Session, background: Background, settings: Settings) -> None:
        super().__init__(session)
        self._session, self._background, self._settings = session, background, settings
        session.project_changed.connect(self._project_changed)

    def _project_changed(self) -> None:
        project = self._session.project
        if project is not None and not project.read_only:
            self._background.run(partial(backups.keep, project.folder, kept=self._settings.get("copies")))
