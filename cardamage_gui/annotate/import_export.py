"""Import and export of annotations and photos.

Everything long runs in the background; problems are listed afterwards. Formats and dialogs are loaded when they are
first needed, so that the start does not wait for them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QObject, Qt, Signal
from qtpy.QtWidgets import QWidget

from cardamage_core.annotations.model import Problem
from cardamage_core.errors import CarDamageError, ProjectError

from ..background import Background, Task
from ..language import amount, tr, translated
from ..session import Session
from ..widgets.common import ProgressStrip
from ..widgets.dialogs import Dialogs, annotation_kinds

if TYPE_CHECKING:
    from cardamage_core.annotations.model import Dataset
    from cardamage_core.project import Project, import_apply, import_plan
    from cardamage_core.project.import_plan import NameMapping
    from cardamage_core.project.orientation import Turn

    from .export_dialog import ExportDialog, Foreseen, Wish

SHOWN = 8  # files that would be replaced


class Transfer(QObject):
    """Import and export of the open project."""

    problems_wanted = Signal()
    problem_chosen = Signal(object)  # Problem

    def __init__(
        self, session: Session, background: Background, dialogs: Dialogs, strip: ProgressStrip, window: QWidget
    ) -> None:
        super().__init__(window)
        self._session, self._background, self._dialogs = session, background, dialogs
        self._strip, self._window = strip, window
        self._task: Task | None = None
        self._splits: dict[Path, str] = {}  # what the photos of a file or folder are for
        self._waiting: list[Path | tuple[Path, ...]] = []  # a file or folder with annotations, or photos
        strip.stopped.connect(self.stop)
        session.project_changed.connect(self.stop)

    @property
    def busy(self) -> bool:
        """Whether an import or export is under way."""
        return self._task is not None

    def asked_files(self) -> list[Path]:
        """Annotation files that are chosen in a dialog."""
        return self._dialogs.files(self._window, tr("Import annotations"), annotation_kinds())

    def asked_folder(self) -> list[Path]:
        """A folder with photos, with or without annotations, that is chosen in a dialog."""
        folder = self._dialogs.folder(self._window, tr("Import a folder of photos"))
        return [folder] if folder is not None else []

    def import_files(self) -> None:
        """Ask for annotation files and import them."""
        self.import_paths(self.asked_files())

    def import_folder(self) -> None:
        """Ask for a folder and import it."""
        self.import_paths(self.asked_folder())

    def import_paths(self, paths: Sequence[Path], *, split: str | None = None) -> None:
        """Import annotation files, folders and photos, one after the other.

        Where no split is given, a folder or file called train, val or test proposes it.
        """
        if not paths or not self._may_change():
            return
        from cardamage_core.files import PHOTO_SUFFIXES

        for path in paths:
            self._splits.pop(path, None)
        if split is not None:
            self._splits |= dict.fromkeys(paths, split)
        photos = [path for path in paths if path.is_file() and path.suffix.lower() in PHOTO_SUFFIXES]
        self._waiting += [tuple(photos)] if photos else []
        self._waiting += [path for path in paths if path not in photos]
        if self.busy:
            self._session.said.emit(tr("What was added comes in once what runs now is done."))
        self._next()

    def export(self) -> None:
        """Ask in one dialog for format, photos and place, which says what is lost and what comes of it; then write."""
        project = self._session.project
        if project is None:
            return
        if self.busy:
            self._session.said.emit(tr("Export once what runs now is done."))
            return
        from .export_dialog import ExportDialog  # loads the formats, which a start need not wait for

        splits = Counter(photo.split for photo in self._session.photos())
        dialog = ExportDialog(project.folder, splits, self._dialogs, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.changed.connect(partial(self._foresee, project, dialog))
        dialog.decided.connect(partial(self._decided_export, project))
        dialog.open()

    def _foresee(self, project: Project, dialog: ExportDialog, wish: Wish) -> None:
        """Find out in the background what would come of an export; a dialog that was closed hears nothing of it."""
        done = Delivery(dialog, wish)
        self._background.run(partial(_foreseen, project, wish), done.take, done.fail, urgent=True)

    def _decided_export(self, project: Project, wish: Wish, asked: bool) -> None:
        replace: tuple[Path, ...] = (wish.path,) if asked else ()
        self._write(partial(_export, project, wish), wish.path, replace=replace)

    def _write(self, work: Callable[..., object], path: Path, *, replace: bool | tuple[Path, ...]) -> None:
        """The dialog has asked about the file that was named, not about others beside it or in a folder."""
        failed = partial(self._unwritten, work, path)
        self._begin(
            tr("Writing {path}…", path=path.name), partial(work, replace), partial(self._exported, path), failed
        )

    def _unwritten(self, work: Callable[..., object], path: Path, error: CarDamageError) -> None:
        from cardamage_core.project.outputs import FileExistsAlreadyError

        if not isinstance(error, FileExistsAlreadyError):
            self._failed(error)
            return
        self._ended()
        number = len(error.paths)
        files = amount(number, "file")
        text = tr("{files} is there already." if number == 1 else "{files} are there already.", files=files)
        detail = "\n".join([*map(str, error.paths[:SHOWN]), *(["…"] if number > SHOWN else [])])
        if self._dialogs.choose(self._window, text, detail, (tr("Replace"), tr("Cancel"))) == 0:
            self._write(work, path, replace=True)

    def stop(self) -> None:
        """Stop what runs; nothing is changed by it."""
        self._waiting.clear()
        if self._task is not None:
            self._task.cancel()
            self._ended()

    def _next(self) -> None:
        if not self._waiting or self.busy:
            return
        first = self._waiting.pop(0)
        if isinstance(first, tuple):
            split = self._splits.get(first[0], "")
            self._plan(
                partial(_plan_photos, first, split=split),
                tr("Looking at {photos}…", photos=amount(len(first), "photo")),
            )
        else:
            if first not in self._splits:
                proposed = self._proposed_split(first)
                if proposed is None:
                    self._called_off(first)
                    return
                self._splits[first] = proposed
            self._plan(self._plan_of(first), tr("Reading {first}…", first=first.name), first)

    def _plan_of(self, path: Path, **more: Any) -> Callable[..., import_plan.ImportPlan]:
        return partial(_plan, path, known=self._session.labels(), split=self._splits.get(path, ""), **more)

    def _proposed_split(self, path: Path) -> str | None:
        """What the name of a folder or file says its photos are for, where a person agrees; None: do not import it."""
        from cardamage_core.project import import_plan

        split = import_plan.proposed_split(path)
        if not split:
            return ""
        place = f"{path.parent.name}/{path.name}" if path.suffix else path.name
        text = tr("“{path}” sounds like photos for {split}.", path=place, split=split)
        detail = tr("A training learns from train, validates on val, and leaves test alone.")
        answers = (tr("Import as {split}", split=split), tr("Import without a split"), tr("Cancel"))
        return (split, "", None)[self._dialogs.choose(self._window, text, detail, answers)]

    def _plan(self, plan: Callable[..., import_plan.ImportPlan], text: str, path: Path | None = None) -> None:
        self._begin(text, partial(_with_progress, plan), partial(self._planned, path))

    def _planned(self, path: Path | None, plan: import_plan.ImportPlan) -> None:
        self._ended()
        if plan.missing and path is not None and path.is_file():
            answer = self._ask_for_photos(plan)
            if answer == 2:
                self._called_off(path)
                return
            if answer == 0:
                self._plan_with_photos(path)
                return
        self._decide(plan, path)

    def _ask_for_photos(self, plan: import_plan.ImportPlan) -> int:
        number = plan.found + plan.missing
        text = tr(
            "{missing} of {photos} not found beside {source}.",
            missing=plan.missing,
            photos=amount(number, "photo"),
            source=plan.source.name,
        )
        detail = tr("Where are they? Without them their regions come in, but the photos cannot be shown.")
        return self._dialogs.choose(
            self._window, text, detail, (tr("Choose their folder…"), tr("Import anyway"), tr("Cancel"))
        )

    def _plan_with_photos(self, path: Path) -> None:
        folder = self._dialogs.folder(self._window, tr("Photos of {path}", path=path.name), path.parent)
        if folder is None:
            self._called_off(path)
            return
        plan = self._plan_of(path, photos=folder)
        found = partial(self._found, path, folder)
        self._begin(tr("Looking for photos in {folder}…", folder=folder.name), partial(_with_progress, plan), found)

    def _called_off(self, path: Path) -> None:
        """A person cancelled at a question about this file; the others go on."""
        self._session.said.emit(tr("{path} was not imported.", path=path.name))
        self._next()

    def _found(self, path: Path, folder: Path, plan: import_plan.ImportPlan) -> None:
        self._ended()
        self._decide(plan, path, folder)

    def _decide(self, plan: import_plan.ImportPlan, path: Path | None, folder: Path | None = None) -> None:
        """Ask what names mean where the file leaves it open."""
        from .import_dialogs import NamingDialog, is_open

        if path is None or not is_open(plan):
            self._apply(plan)
            return
        dialog = NamingDialog(plan, self._window)
        dialog.decided.connect(partial(self._decided, plan, path, folder))
        dialog.rejected.connect(partial(self._called_off, path))
        dialog.open()

    def _decided(
        self,
        plan: import_plan.ImportPlan,
        path: Path,
        folder: Path | None,
        mapping: NameMapping,
        turn: Turn,
        again: bool,
    ) -> None:
        if not again:
            from cardamage_core.project import import_plan

            self._apply(import_plan.with_mapping(plan, mapping))
            return
        work = self._plan_of(path, photos=folder, mapping=mapping, turn=turn)
        done = partial(self._read_again, path, folder) if mapping.label_in else self._mapped
        self._begin(tr("Reading {path}…", path=path.name), partial(_with_progress, work), done)

    def _read_again(self, path: Path, folder: Path | None, plan: import_plan.ImportPlan) -> None:
        """With another attribute as the label there are other labels to ask about."""
        self._ended()
        self._decide(plan, path, folder)

    def _mapped(self, plan: import_plan.ImportPlan) -> None:
        self._ended()
        self._apply(plan)

    def _apply(self, plan: import_plan.ImportPlan) -> None:
        project = self._session.project
        if project is None:
            return
        work = partial(_with_progress, partial(_applied, project, plan))
        self._begin(tr("Importing {source}…", source=plan.source.name), work, self._imported)

    def _imported(self, summary: import_apply.ImportSummary) -> None:
        self._ended()
        self._session.refresh()
        self._session.said.emit(summary.text)
        from .import_dialogs import SummaryDialog

        names = {photo.id: photo.name for photo in self._session.photos()}
        dialog = SummaryDialog(summary, names, self._window)
        dialog.problems_wanted.connect(self.problems_wanted)
        dialog.problem_chosen.connect(self.problem_chosen)
        dialog.open()
        self._next()

    def _exported(self, path: Path, problems: tuple[Problem, ...]) -> None:
        self._ended()
        told = f" {translated(problems[0].text)}" if problems else ""
        more = tr(" And {more} more.", more=len(problems) - 1) if len(problems) > 1 else ""
        self._session.said.emit(tr("Exported to {path}.{told}{more}", path=path, told=told, more=more))

    def _begin(
        self,
        text: str,
        work: Callable[[Task], object],
        done: Callable[..., None],
        failed: Callable[[CarDamageError], None] | None = None,
    ) -> None:
        self._strip.begin(text)
        progress = self._strip.show_progress
        self._task = self._background.run_reporting(work, done, failed or self._failed, progress=progress, urgent=True)

    def _ended(self) -> None:
        self._task = None
        self._strip.hide()

    def _failed(self, error: CarDamageError) -> None:
        self._ended()
        self._session.failed.emit(error)
        self._next()

    def _may_change(self) -> bool:
        if self._session.project is not None and not self._session.read_only:
            return True
        error = ProjectError(
            tr("Nothing can be imported without a project."), tr("Make a new project, or open one, first.")
        )
        if self._session.read_only:
            error = ProjectError(
                tr("The project is open for reading only."), tr("Close the other window, then open it again.")
            )
        self._session.failed.emit(error)
        return False


class Delivery(QObject):
    """Brings to a dialog what was found out for it, as long as it is there."""

    def __init__(self, dialog: ExportDialog, wish: Wish) -> None:
        super().__init__(dialog)
        self._dialog: ExportDialog | None = dialog
        self._wish = wish
        dialog.finished.connect(self._gone)

    def take(self, foreseen: Foreseen) -> None:
        """What would come of the wish."""
        if self._dialog is not None:
            self._dialog.show_foreseen(self._wish, foreseen)

    def fail(self, error: CarDamageError) -> None:
        """Why nothing would."""
        if self._dialog is not None:
            self._dialog.show_failure(self._wish, f"{error.title} {error.detail}")

    def _gone(self, _result: int) -> None:
        self._dialog = None


def _with_progress(work: Callable[..., object], task: Task) -> object:
    return work(progress=task.report, cancelled=task.cancelled)


def _plan(*what: Any, **more: Any) -> import_plan.ImportPlan:
    from cardamage_core.project import import_plan

    return import_plan.plan(*what, **more)


def _plan_photos(*what: Any, **more: Any) -> import_plan.ImportPlan:
    from cardamage_core.project import import_plan

    return import_plan.plan_photos(*what, **more)


def _applied(*what: Any, **more: Any) -> import_apply.ImportSummary:
    from cardamage_core.project import import_apply

    return import_apply.apply(*what, **more)


def _foreseen(project: Project, wish: Wish) -> Foreseen:
    from cardamage_core import formats
    from cardamage_core.project.prediction_log import failed, failed_said

    from .export_dialog import Foreseen

    dataset = _wanted(project, wish)
    unknown = failed(dataset.photos, project.looks())
    told = [failed_said(len(unknown))] if unknown else []
    files = formats.preview(dataset, wish.path, format=wish.format, copy_photos=wish.copy_photos)
    return Foreseen(files, (*told, *(loss.text for loss in formats.losses(dataset, format=wish.format))))


def _wanted(project: Project, wish: Wish) -> Dataset:
    return project.dataset(None if wish.split is None else [wish.split])


def _export(project: Project, wish: Wish, replace: bool | tuple[Path, ...], task: Task) -> tuple[Problem, ...]:
    def tell(share: float) -> None:
        if task.cancelled():
            raise ProjectError(tr("The export was stopped; nothing was written."))
        task.report(share)

    from cardamage_core import formats
    from cardamage_core.project.outputs import Outputs

    check = Outputs(project.paths(), project=project.folder, replace=replace).check
    dataset, along = _wanted(project, wish), wish.copy_photos
    return formats.write(dataset, wish.path, format=wish.format, copy_photos=along, check=check, tell=tell)
