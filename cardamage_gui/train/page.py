"""The Train page: the list of trainings and models, and the form, view or card beside it."""

from __future__ import annotations

from collections import Counter
from functools import cached_property, partial
from typing import TYPE_CHECKING

from qtpy.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal
from qtpy.QtGui import QHideEvent, QShowEvent
from qtpy.QtWidgets import QStackedWidget, QWidget

from cardamage_core.errors import CarDamageError
from cardamage_core.training import requirements
from cardamage_core.training.job import ClassRule, TrainingJob

from ..background import Background
from ..commands import actions
from ..commands.actions import Action
from ..commands.editor import keyed
from ..language import amount, mark, tr
from ..session import Session
from ..widgets import common
from ..widgets.dialogs import Dialogs
from ..widgets.docks import LEFT, Docks, Panel
from . import work
from .comparison_view import ComparisonView
from .deleted import Deleted
from .evaluation_view import EvaluationView
from .form import Form, StartModel
from .job_view import JobView
from .jobs import EvaluationDelegate, ItemsView, JobDelegate, JobsWatch, ModelDelegate, key_of
from .model_care import ModelCare
from .model_view import ModelView

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np

    from cardamage_core.jobs.evaluations import EvaluationStatus
    from cardamage_core.models.registry import Model
    from cardamage_core.project import Project

    from .data_view import DataView

LIST_WIDTH = 290  # of the list
GOES_ON = mark("The training goes on when this window is closed")


class TrainPage(QWidget):
    """Jobs and models at the left, the chosen one in the middle."""

    hint_changed = Signal(str)
    pointer_moved = Signal(float, float)
    fact_changed = Signal(str, str)  # name and text of a fact for the status bar
    try_model = Signal(str)  # inspect photos with this model
    photo_chosen = Signal(str)  # show this photo in Annotate
    dropped = Signal(str, list)  # import these paths for a split

    def __init__(self, session: Session, background: Background, watch: JobsWatch, dialogs: Dialogs) -> None:
        super().__init__()
        self.session = self._session = session
        self._background, self._watch, self._dialogs = background, watch, dialogs
        self._drawn = 0  # previews of augmented photos
        self._wanted = ""  # the job just started, to be shown as soon as it is listed
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._make_widgets()
        self._arrange()
        self._listen()
        about = tr("Photos and regions by label and split")
        self._actions = [
            Action("show_data", tr("Data set"), ("Ctrl+Shift+D",), about, self.show_data),
            Action("new_training", tr("New training"), ("Ctrl+T",), tr("Choose what to train"), self.new_training),
        ]
        self.docks.share(actions.bind(self, self._actions).values())

    def offered_actions(self) -> list[Action]:
        """What can be done here."""
        return list(self._actions)

    def new_training(self) -> None:
        """Show the form."""
        if self._session.project is None:
            return
        self._choose_none()
        self._fill_form()
        self._stack.setCurrentWidget(self._form)

    def show_data(self) -> None:
        """Show what the project holds to learn from."""
        if self._session.project is None:
            return
        self._choose_none()
        self._stack.setCurrentWidget(self._data_view)
        self._data_view.look()

    # What happened

    def _project_changed(self) -> None:
        self._wanted = ""
        self._deleted.hide()
        self._job_view.allow_changes(not self._session.read_only)
        self._job_view.close_feed()
        for view in (self._jobs, self._models, self._evaluations):
            view.show_items(())
        self._evaluation_view.forget()
        self._data.setEnabled(self._session.project is not None)
        for button in (self._new, self._first):
            button.setEnabled(self._session.project is not None and not self._session.read_only)
        self._stack.setCurrentWidget(self._empty)
        self._read_models()

    def _jobs_changed(self) -> None:
        jobs = self._watch.jobs()
        self._jobs.show_items(jobs)
        self._evaluations.show_items(self._watch.evaluations())
        self._show_heads()
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
        self._show_hint()

    def _show_evaluation(self) -> None:
        """What is new about the evaluation being shown."""
        chosen = self._evaluations.chosen()
        if chosen is not None and self.isVisible() and self._stack.currentWidget() is self._evaluation_view:
            self._evaluation_view.show_evaluation(chosen, self._finished_evaluations())

    def _evaluation_chosen(self, *_: object) -> None:
        if self._evaluations.chosen() is not None:
            _clear(self._jobs)
            _clear(self._models)
            self._stack.setCurrentWidget(self._evaluation_view)
            self._show_evaluation()

    def _finished_evaluations(self) -> list[EvaluationStatus]:
        return [one for one in self._watch.evaluations() if one.state == "finished"]

    def _compare(self, a: Path, b: Path) -> None:
        self._choose_none()
        self._comparison_view.compare(a, b)
        self._stack.setCurrentWidget(self._comparison_view)

    def _job_chosen(self, *_: object) -> None:
        job = self._jobs.chosen()
        if job is not None:
            _clear(self._models)
            _clear(self._evaluations)
            self._job_view.show_job(job)
            self._job_view.offer_others(self._watch.jobs())
            self._stack.setCurrentWidget(self._job_view)

    def _model_chosen(self, *_: object) -> None:
        model = self._models.chosen()
        if model is not None:
            _clear(self._jobs)
            _clear(self._evaluations)
            self._model_view.show_model(model)
            self._model_view.show_splits(self._splits(), enabled=not self._session.read_only)
            self._stack.setCurrentWidget(self._model_view)

    def _splits(self) -> list[tuple[str, str]]:
        """The photos a model can be judged by, validation and test first."""
        numbers = Counter(photo.split for photo in self._session.photos())
        present = [name for name in ("val", "test", "train") if numbers[name]]
        counted = {name: amount(numbers[name], "photo") for name in present}
        named = [(name, tr("On {name}: {photos}", name=name, photos=photos)) for name, photos in counted.items()]
        return [*named, ("all", tr("On all photos: {photos}", photos=amount(numbers.total(), "photo")))]

    def evaluate(self, model_id: str, split: str) -> None:
        """Judge a model on annotated photos in a process of its own."""
        project = self._session.project
        if project is None:
            return
        own = project.threshold if project.has_threshold else None

        def begin() -> Path:
            return work.evaluation_started(project, model_id, split, own)

        self._background.run(begin, self._evaluation_started, self._session.failed.emit, urgent=True)

    def _evaluation_started(self, folder: Path) -> None:
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
        self._models.show_items(models)
        self._show_heads()

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
        self._choose_none()
        self._stack.setCurrentWidget(self._empty)
        self._deleted.tell(trashed, name)

    def _restore(self, trashed: Path) -> None:
        from cardamage_core.project import trash

        self._background.run(lambda: trash.restore(trashed), self._restored, self._session.failed.emit, urgent=True)

    def _restored(self, folder: Path) -> None:
        self._wanted = folder.name
        self._watch.look()
        self._read_models()

    # Starting

    def _clone(self, job: TrainingJob) -> None:
        self.new_training()
        self._form.fill_from(job)

    def _fill_form(self) -> None:
        project = self._session.project
        assert project is not None
        own = work.own(self._listed_models())
        self._form.place.fill(project.folder)
        self._form.fill(
            photos=self._session.photos(),
            labels=self._session.labels(),
            counts=project.label_counts(),
            models={key_of(model): StartModel(model.card.name, model.card.preset) for model in own},
            name=f"damage-{len(self._watch.jobs()) + 1}",
            missing=requirements.sentence(),
            measured=work.measured(self._watch.jobs()),
        )

    def _preview(self, job: TrainingJob) -> None:
        """Draw photos as the network sees them, others each time."""
        project = self._session.project
        if project is None:
            return
        self._drawn += 1
        seed = self._drawn

        def failed(error: CarDamageError) -> None:
            self._form.show_augmented(())
            self._form.show_problem(error)

        def draw() -> list[np.ndarray]:
            return work.augmented_photos(project, job, seed)

        self._background.run(draw, self._form.show_augmented, failed, urgent=True)

    def _start(self, jobs: Sequence[TrainingJob], drafts: bool) -> None:
        project = self._session.project
        assert project is not None
        self._form.set_busy(True)
        begin = partial(
            work.made, project, jobs, drafts=drafts,
            address=self._form.place.address(), token=self._form.place.token(),
        )  # fmt: skip
        self._background.run(begin, partial(self._started, drafts=drafts), self._not_started, urgent=True)

    def _started(self, folder: Path, *, drafts: bool) -> None:
        self._form.set_busy(False)
        self._wanted = folder.name
        self._watch.look()
        started = tr("The training was started; it goes on when this window is closed")
        self._session.said.emit(tr("The draft was kept; Start begins it") if drafts else started)

    def _not_started(self, error: CarDamageError) -> None:
        self._form.set_busy(False)
        self._form.show_problem(error)

    def _form_cancelled(self) -> None:
        jobs = self._watch.jobs()
        if jobs:
            self._jobs.setCurrentIndex(self._jobs.items.index(0))
        else:
            self._stack.setCurrentWidget(self._empty)

    # Building

    def _train_classes(self, rules: tuple[ClassRule, ...]) -> None:
        self.new_training()
        self._form.fill_classes(rules)

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
    def _form(self) -> Form:
        """Made when first needed: its fields would cost every start 20 ms."""
        form = Form()
        form.place.use(self._background)
        form.preflight.use(self._background, partial(work.dataset, self._session))
        form.start.connect(self._start)
        form.preview.connect(self._preview)
        form.cancelled.connect(self._form_cancelled)
        self._stack.addWidget(form)
        return form

    def _make_widgets(self) -> None:
        self._new = common.button(tr("New training"), self.new_training, "primary")
        keyed(self._new, "new_training", tr("New training"), key="Ctrl+T")
        self._jobs = ItemsView(JobDelegate, tr("Jobs"))
        self._models = ItemsView(ModelDelegate, tr("Models"))
        self._jobs_head, self._models_head = common.section(tr("Jobs")), common.section(tr("Models"))
        self._data = common.button(tr("Data set"), self.show_data, tip=tr("Photos and regions by label and split"))
        keyed(self._data, "show_data", tr("Data set"), key="Ctrl+Shift+D")
        self._evaluations = ItemsView(EvaluationDelegate, tr("Evaluations"))
        self._evaluations_head = common.section(tr("Evaluations"))
        self._job_view = JobView(self._background, self._dialogs)
        self._deleted = Deleted()
        self._model_care = ModelCare(self._session, self._background, self._dialogs, self)
        self._import_model = common.button(tr("Import a model…"), self._model_care.import_model, "link")
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
        sheet = common.frame("panel")
        layout = common.rows(sheet, margins=(0, 2, 0, 12), spacing=8)
        layout.addWidget(_inset(self._new))
        layout.addWidget(_inset(self._data))
        layout.addSpacing(8)
        for head, view in (
            (self._jobs_head, self._jobs),
            (self._models_head, self._models),
            (self._evaluations_head, self._evaluations),
        ):
            layout.addWidget(_inset(head))
            layout.addWidget(view)
            if view is self._models:
                layout.addWidget(_inset(self._import_model))
        layout.addStretch(1)
        area = common.scrolled(sheet, tr("Jobs and models"))
        area.setMinimumWidth(220)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.docks = Docks(self._stack, [Panel("list", tr("Jobs and models"), area, LEFT, LIST_WIDTH)])
        whole = common.rows(self, spacing=0)
        whole.addWidget(self._deleted)
        whole.addWidget(self.docks)
        self._show_heads()

    def _listen(self) -> None:
        self._session.project_changed.connect(self._project_changed)
        self._watch.changed.connect(self._jobs_changed)
        self._watch.finished.connect(self._read_models)
        self._jobs.selectionModel().currentChanged.connect(self._job_chosen)
        self._models.selectionModel().currentChanged.connect(self._model_chosen)
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
        self._evaluations.selectionModel().currentChanged.connect(self._evaluation_chosen)
        self._evaluation_view.changed.connect(self._watch.look)
        self._evaluation_view.compare.connect(self._compare)
        for view in (self._evaluation_view, self._comparison_view):
            view.failed.connect(self._session.failed)
            view.photo_chosen.connect(self.photo_chosen)
            view.said.connect(self._session.said)

    def _show_heads(self) -> None:
        self._jobs_head.setVisible(self._jobs.items.rowCount() > 0)
        self._models_head.setVisible(self._models.items.rowCount() > 0)
        self._evaluations_head.setVisible(self._evaluations.items.rowCount() > 0)

    def _listed_models(self) -> list[Model]:
        model = self._models.items
        return [model.index(row).data(Qt.ItemDataRole.UserRole) for row in range(model.rowCount())]

    def _choose_none(self) -> None:
        for view in (self._jobs, self._models, self._evaluations):
            _clear(view)


def _clear(view: ItemsView) -> None:
    view.selectionModel().setCurrentIndex(QModelIndex(), QItemSelectionModel.SelectionFlag.Clear)


def _inset(widget: QWidget) -> QWidget:
    box = QWidget()
    common.rows(box, margins=(14, 0, 14, 0)).addWidget(widget)
    return box
