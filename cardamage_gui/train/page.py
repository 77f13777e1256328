"""The Train page: the list of trainings and models, and the form, view or card beside it."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING

from qtpy.QtCore import Qt, Signal
from qtpy.QtGui import QHideEvent, QShowEvent
from qtpy.QtWidgets import QStackedWidget, QWidget

from cardamage_core.training import requirements
from cardamage_core.training.job import ClassRule, TrainingJob

from ..background import Background
from ..commands import actions
from ..commands.actions import Action
from ..language import mark, tr
from ..session import Session
from ..widgets import common
from ..widgets.dialogs import Dialogs
from ..widgets.docks import LEFT, Docks, Panel
from . import judging, work
from .comparison_view import ComparisonView
from .deleted import Deleted
from .evaluation_view import EvaluationView
from .job_view import JobView
from .jobs import JobsWatch
from .lists import Lists
from .model_care import ModelCare
from .model_view import ModelView
from .starting import Starting

if TYPE_CHECKING:
    from pathlib import Path

    from cardamage_core.jobs.evaluations import EvaluationStatus
    from cardamage_core.models.registry import Model
    from cardamage_core.project import Project

    from .data_view import DataView
    from .form import Form
    from .founding_view import FoundingView

LIST_WIDTH = 290  # of the list
GOES_ON = mark("The training goes on when this window is closed")


class TrainPage(QWidget):
    """Jobs and models at the left, the chosen one in the middle."""

    hint_changed = Signal(str)
    pointer_moved = Signal(float, float)
    fact_changed = Signal(str, str)  # name and text of a fact for the status bar
    try_model = Signal(str)  # inspect photos with this model
    photo_chosen = Signal(str)  # show this photo in Annotate
    evaluated_chosen = Signal(str, object)  # show this photo in Annotate with what the evaluation in this folder saw
    dropped = Signal(str, list)  # import these paths for a split

    def __init__(self, session: Session, background: Background, watch: JobsWatch, dialogs: Dialogs) -> None:
        super().__init__()
        self.session = self._session = session
        self._background, self._watch, self._dialogs = background, watch, dialogs
        self._wanted = ""  # the job just started, to be shown as soon as it is listed
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._make_widgets()
        self._arrange()
        self._listen()
        counts, about = tr("Photos and regions by label and split"), tr("The founder's measure beside ours")
        self._actions = [
            Action("show_data", tr("Data set"), ("Ctrl+Shift+D",), counts, self.show_data),
            Action("new_training", tr("New training"), ("Ctrl+T",), tr("Choose what to train"), self.new_training),
            Action("founding_table", tr("Founding table"), (), about, self.show_table),
        ]
        self.docks.share(actions.bind(self, self._actions).values())
        self._project_changed()  # one may be open before this page is first shown

    def offered_actions(self) -> list[Action]:
        """What can be done here."""
        return list(self._actions)

    def new_training(self) -> None:
        """Show the form, unless the project is only read."""
        if self._session.project is None:
            return
        if self._session.read_only:
            self._session.said.emit(tr("The project was opened for reading only."))
            return
        self._lists.choose_none()
        self._starting.fill(self._lists.listed_models())
        self._stack.setCurrentWidget(self._form)

    def show_data(self) -> None:
        """Show what the project holds to learn from."""
        if self._session.project is None:
            return
        self._lists.choose_none()
        self._stack.setCurrentWidget(self._data_view)
        self._data_view.look()

    def show_table(self) -> None:
        """Show the founding table of what this project's models were judged by."""
        if self._session.project is None:
            return
        self._lists.choose_none()
        self._stack.setCurrentWidget(self._founding_view)
        self._founding_view.forget()
        self._show_table()

    # What happened

    def _project_changed(self) -> None:
        self._wanted = ""
        self._deleted.hide()
        for part in (self._job_view, self._evaluation_view):
            part.allow_changes(not self._session.read_only)
        self._job_view.close_feed()
        self._lists.show_jobs((), ())
        self._lists.show_models(())
        self._evaluation_view.forget()
        there = self._session.project is not None
        self._lists.allow(reading=there, writing=there and not self._session.read_only)
        self._first.setEnabled(there and not self._session.read_only)
        self._stack.setCurrentWidget(self._empty)
        self._read_models()

    def _jobs_changed(self) -> None:
        jobs = self._watch.jobs()
        self._lists.show_jobs(jobs, self._watch.evaluations())
        if self._wanted in {one.id for one in self._watch.evaluations()}:
            self._evaluations.setCurrentIndex(self._evaluations.items.index_of(self._wanted))
            self._wanted = ""
        elif self._wanted in {job.id for job in jobs}:
            self._jobs.setCurrentIndex(self._jobs.items.index_of(self._wanted))
            self._wanted = ""
        elif jobs and self.isVisible() and self._stack.currentWidget() is self._empty:
            self._jobs.setCurrentIndex(self._jobs.items.index(0))
        shown = self._jobs.chosen()
        if shown is not None and self.isVisible() and self._stack.currentWidget() is self._job_view:
            self._job_view.show_job(shown)
        self._show_evaluation()
        self._show_table()
        self._show_hint()

    def _show_evaluation(self) -> None:
        """What is new about the evaluation being shown."""
        chosen = self._evaluations.chosen()
        if chosen is not None and self.isVisible() and self._stack.currentWidget() is self._evaluation_view:
            self._evaluation_view.show_evaluation(chosen, self._finished_evaluations())

    def _evaluation_chosen(self) -> None:
        self._stack.setCurrentWidget(self._evaluation_view)
        self._show_evaluation()

    def _finished_evaluations(self) -> list[EvaluationStatus]:
        return [one for one in self._watch.evaluations() if one.state == "finished"]

    def _show_table(self) -> None:
        if self._session.project is None or not self.isVisible():
            return
        if "_founding_view" in vars(self) and self._stack.currentWidget() is self._founding_view:
            self._founding_view.show_models(self._lists.listed_models(), enabled=not self._session.read_only)
            self._founding_view.show_evaluations(self._watch.evaluations(), self._session.project)

    def _open_evaluation(self, name: str) -> None:
        self._evaluations.setCurrentIndex(self._evaluations.items.index_of(name))

    def _compare(self, a: Path, b: Path) -> None:
        self._lists.choose_none()
        self._comparison_view.compare(a, b)
        self._stack.setCurrentWidget(self._comparison_view)

    def _job_chosen(self) -> None:
        self._job_view.show_job(self._jobs.chosen())
        self._job_view.offer_others(self._watch.jobs())
        self._stack.setCurrentWidget(self._job_view)

    def _model_chosen(self) -> None:
        self._model_view.show_model(self._models.chosen())
        self._model_view.show_splits(judging.splits(self._session), enabled=not self._session.read_only)
        self._stack.setCurrentWidget(self._model_view)

    def evaluate(self, model_id: str, split: str) -> None:
        """Judge a model on annotated photos in a process of its own, and show the evaluation."""
        judging.begin(self._session, self._background, model_id, split, self._made)

    def _evaluate_beside(self, model_id: str) -> None:
        """Judge a model for the founding table, which stays in view."""
        judging.begin(self._session, self._background, model_id, "val", lambda _: self._watch.look())

    def _made(self, folder: Path) -> None:
        """A job or an evaluation is there: it is shown as soon as it is listed."""
        self._wanted = folder.name
        self._watch.look()

    def _read_models(self, *_: object) -> None:
        project = self._session.project
        if project is None:
            self._show_models(None, [])
            return
        folder = project.models_folder
        self._background.run(lambda: work.models(folder), partial(self._show_models, project))

    def _show_models(self, project: Project | None, models: list[Model]) -> None:
        if project is not self._session.project:
            return
        self._lists.show_models(models)

    # Qt's events

    def showEvent(self, event: QShowEvent) -> None:
        """Coming into view: show the newest job, if nothing else was chosen."""
        super().showEvent(event)
        self._jobs_changed()

    def hideEvent(self, event: QHideEvent) -> None:
        """Out of view: the curves need not follow."""
        super().hideEvent(event)
        self._job_view.rest()

    def _show_hint(self) -> None:
        """Say while a training runs that annotating can go on."""
        job = self._watch.running()
        if not self.isVisible():
            return
        checkpoint = tr(" · checkpoint at step {step}", step=job.checkpoint_step) if job and job.checkpoint_step else ""
        self.hint_changed.emit(f"{tr(GOES_ON)}{checkpoint}" if job else "")

    # Deleting

    def _thrown_away(self, trashed: Path, name: str) -> None:
        self._lists.choose_none()
        self._stack.setCurrentWidget(self._empty)
        self._deleted.tell(trashed, name)

    def _restore(self, trashed: Path) -> None:
        from cardamage_core.project import trash

        self._background.run(lambda: trash.restore(trashed), self._restored, self._session.failed.emit, urgent=True)

    def _restored(self, folder: Path) -> None:
        self._made(folder)
        self._read_models()

    # A new training

    def _clone(self, job: TrainingJob) -> None:
        self.new_training()
        if not self._session.read_only:
            self._form.fill_from(job)

    def _train_classes(self, rules: tuple[ClassRule, ...]) -> None:
        self.new_training()
        if not self._session.read_only:
            self._form.fill_classes(rules)

    def _form_cancelled(self) -> None:
        jobs = self._watch.jobs()
        if jobs:
            self._jobs.setCurrentIndex(self._jobs.items.index(0))
        else:
            self._stack.setCurrentWidget(self._empty)

    # Building

    @cached_property
    def _form(self) -> Form:
        """Made when first needed."""
        form = self._starting.form
        form.cancelled.connect(self._form_cancelled)
        self._stack.addWidget(form)
        return form

    @cached_property
    def _data_view(self) -> DataView:
        """Made when first needed."""
        from .data_view import DataView

        view = DataView(self._session, self._background, self._dialogs)
        view.photo_chosen.connect(self.photo_chosen)
        view.dropped.connect(self.dropped)
        view.train.connect(self._train_classes)
        view.failed.connect(self._session.failed)
        view.said.connect(self._session.said)
        self._stack.addWidget(view)
        return view

    @cached_property
    def _founding_view(self) -> FoundingView:
        """Made when first needed."""
        from .founding_view import FoundingView

        view = FoundingView(self._background, self._dialogs)
        view.evaluate.connect(self._evaluate_beside)
        view.evaluation_chosen.connect(self._open_evaluation)
        view.failed.connect(self._session.failed)
        view.said.connect(self._session.said)
        self._stack.addWidget(view)
        return view

    def _make_widgets(self) -> None:
        self._lists = Lists()
        self._jobs, self._models, self._evaluations = self._lists.jobs, self._lists.models, self._lists.evaluations
        self._job_view = JobView(self._background, self._dialogs)
        self._deleted = Deleted()
        self._starting = Starting(self._session, self._background, self._watch, self)
        self._model_care = ModelCare(self._session, self._background, self._dialogs, self)
        self._model_view = ModelView()
        self._evaluation_view = EvaluationView(self._background, self._dialogs)
        self._comparison_view = ComparisonView(self._background, self._dialogs)
        self._first = common.button(tr("New training"), self.new_training, "primary")
        begin = tr("Choose what to learn from your annotated photos; the training runs beside the window.")
        self._empty = common.EmptyState(
            requirements.sentence() or begin,
            self._first,
            title=tr("No training yet"),
        )
        self._stack = QStackedWidget()
        for widget in (self._empty, self._job_view, self._model_view, self._evaluation_view, self._comparison_view):
            self._stack.addWidget(widget)

    def _arrange(self) -> None:
        panel = Panel("list", tr("Jobs and models"), self._lists.scrolled(), LEFT, LIST_WIDTH)
        self.docks = Docks(self._stack, [panel])
        whole = common.rows(self, spacing=0)
        whole.addWidget(self._deleted)
        whole.addWidget(self.docks)

    def _listen(self) -> None:
        self._session.project_changed.connect(self._project_changed)
        self._watch.changed.connect(self._jobs_changed)
        self._starting.made.connect(self._made)
        self._watch.finished.connect(self._read_models)
        self._lists.new_training.connect(self.new_training)
        self._lists.show_data.connect(self.show_data)
        self._lists.show_table.connect(self.show_table)
        self._lists.import_model.connect(self._model_care.import_model)
        self._lists.job_chosen.connect(self._job_chosen)
        self._lists.model_chosen.connect(self._model_chosen)
        self._lists.evaluation_chosen.connect(self._evaluation_chosen)
        self._job_view.changed.connect(self._watch.look)
        self._job_view.failed.connect(self._session.failed)
        self._job_view.said.connect(self._session.said)
        self._job_view.clone.connect(self._clone)
        self._job_view.evaluate.connect(self.evaluate)
        for part in (self._job_view, self._evaluation_view):
            part.deleted.connect(self._thrown_away)
        self._deleted.restore.connect(self._restore)
        self._job_view.try_model.connect(self.try_model)
        self._model_view.try_model.connect(self.try_model)
        self._model_view.evaluate.connect(self.evaluate)
        self._model_view.asked.connect(self._model_care.do)
        self._model_care.changed.connect(self._read_models)
        self._model_care.deleted.connect(self._thrown_away)
        self._evaluation_view.changed.connect(self._watch.look)
        self._evaluation_view.compare.connect(self._compare)
        for view in (self._evaluation_view, self._comparison_view):
            view.failed.connect(self._session.failed)
            view.photo_chosen.connect(self.evaluated_chosen)
            view.said.connect(self._session.said)
