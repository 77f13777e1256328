"""The form of a new training on the open project: filled, previewed, and its runs started or kept as drafts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Signal

from cardamage_core.errors import CarDamageError
from cardamage_core.training import requirements
from cardamage_core.training.job import TrainingJob

from ..background import Background
from ..language import tr
from ..session import Session
from . import work
from .form import Form
from .form_start import StartModel
from .jobs import JobsWatch, key_of

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np

    from cardamage_core.models.registry import Model


class Starting(QObject):
    """Ties the form to the project and the background."""

    made = Signal(object)  # the folder of the first of the jobs that were made

    def __init__(self, session: Session, background: Background, watch: JobsWatch, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._background, self._watch = session, background, watch
        self._drawn = 0  # previews of augmented photos

    @cached_property
    def form(self) -> Form:
        """Made when first needed: its fields would cost every start 20 ms."""
        form = Form()
        form.place.use(self._background)
        form.preflight.use(self._background, partial(work.dataset, self._session))
        form.start.connect(self._start)
        form.preview.connect(self._preview)
        return form

    def fill(self, models: Iterable[Model]) -> None:
        """Begin with what the open project holds; `models` are those that are listed."""
        project = self._session.project
        assert project is not None
        self.form.place.fill(project.folder)
        self.form.fill(
            photos=self._session.photos(),
            labels=self._session.labels(),
            counts=project.label_counts(),
            models={key_of(model): StartModel(model.card.name, model.card.preset) for model in work.own(models)},
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
            self.form.show_augmented(())
            self.form.show_problem(error)

        def draw() -> list[np.ndarray]:
            return work.augmented_photos(project, job, seed)

        self._background.run(draw, self.form.show_augmented, failed, urgent=True)

    def _start(self, jobs: Sequence[TrainingJob], drafts: bool) -> None:
        project = self._session.project
        assert project is not None
        self.form.set_busy(True)
        begin = partial(
            work.made, project, jobs, drafts=drafts,
            address=self.form.place.address(), token=self.form.place.token(),
        )  # fmt: skip
        told = partial(self._started, runs=len(jobs), drafts=drafts)
        self._background.run(begin, told, self._not_started, urgent=True)

    def _started(self, folder: Path, *, runs: int, drafts: bool) -> None:
        self.form.set_busy(False)
        self.made.emit(folder)
        if drafts:
            one, several = (
                tr("The draft was kept; Start begins it"),
                tr("{runs} drafts were kept; Start begins one", runs=runs),
            )
        else:
            one = tr("The training was started; it goes on when this window is closed")
            several = tr("{runs} trainings were started; they go on when this window is closed", runs=runs)
        self._session.said.emit(one if runs == 1 else several)

    def _not_started(self, error: CarDamageError) -> None:
        self.form.set_busy(False)
        self.form.show_problem(error)
