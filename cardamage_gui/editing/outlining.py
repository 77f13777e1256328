"""Outlines damage on photos in the background with a model's warm worker process.

Photos wait in a queue, those of the project shown come first; each result is one undoable edit. A worker that dies is
started again and the photo is asked for once more; a photo that cannot be opened is noted as failed and passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from qtpy.QtCore import QObject, Signal

from cardamage_core.annotations.model import Region
from cardamage_core.errors import CarDamageError, PhotoError, ProcessEndedError
from cardamage_core.project.prediction_log import Look

from ..background import Background, Task
from ..language import amount, mark, tr

if TYPE_CHECKING:
    from cardamage_core.models.registry import Model

LEAST = 0.1  # score; the slider hides more of them, the file keeps these
ANEW = mark("The process that outlines ended unexpectedly and was started again; nothing was lost.")


class Outliner(Protocol):
    """What a warm worker offers; `inference.client.Predictor` is the one."""

    @property
    def ready(self) -> bool:
        """Whether the model is loaded."""

    def start(self) -> None:
        """Begin to load the model."""

    def predict(self, photo_path: Path, *, min_score: float) -> tuple[Region, ...]:
        """What the model sees on a photo; blocks."""

    def close(self) -> None:
        """End the process."""


class Work(NamedTuple):
    """A photo to outline: the folder of its project, its id and its file."""

    folder: Path
    photo: str
    path: Path


class Keeper(Protocol):
    """Where results go; see `keeping`."""

    @property
    def shown(self) -> Path | None:
        """The folder of the project that is shown: its photos come first."""

    def preparation(self, work: Work, models: Sequence[Model]) -> Callable[[Sequence[Region]], tuple[Region, ...]]:
        """What makes of all that was seen what `keep` stores; called in the background."""

    def keep(self, work: Work, model: Model, models: Sequence[Model], found: Sequence[Region]) -> int:
        """Store what was seen and that the model looked; how many damages. CarDamageError where it cannot be stored."""

    def note(self, work: Work, look: Look) -> None:
        """Store that a model failed to look."""


class Outlining(QObject):
    """The photos being outlined now, one by one."""

    changed = Signal()  # began, went on or ended
    failed = Signal(object)  # CarDamageError
    said = Signal(str)  # one sentence for the status bar
    photo_failed = Signal(object, object)  # Work, CarDamageError
    finished = Signal(int, int, int)  # photos outlined, regions found on them, photos that could not be outlined

    def __init__(
        self,
        background: Background,
        keeper: Keeper,
        parent: QObject | None = None,
        *,
        worker: Callable[..., Outliner] | None = None,
        least: float = LEAST,
    ) -> None:
        """Predictions scored below `least` are not kept."""
        super().__init__(parent)
        self._least = least
        self._background, self._keeper, self._worker = background, keeper, worker or predictor
        self._predictor: Outliner | None = None
        self._model: Model | None = None
        self._waiting: list[Work] = []
        self._now: Work | None = None
        self._tried: Work | None = None  # whose worker died once
        self._task: Task | None = None
        self._done = self._total = self._regions = self._failures = 0
        self._cold = True

    @property
    def busy(self) -> bool:
        """Whether a photo is being outlined."""
        return self._task is not None

    @property
    def model(self) -> Model | None:
        """The model in use."""
        return self._model

    def awaits(self, folder: Path, photo: str = "") -> bool:
        """Whether this photo, or any of the project, is still to be outlined."""
        works = [*self._waiting, *([self._now] if self._now else [])]
        return any(work.folder == folder and photo in ("", work.photo) for work in works)

    def text(self) -> str:
        """What is going on; "" when nothing is."""
        if not self.busy:
            return ""
        if self._cold:
            return tr("Loading the model…")
        if self._total == 1:
            return tr("Outlining…")
        return tr("Outlining photo {number} of {total}", number=self._done + 1, total=self._total)

    def fraction(self) -> float:
        """How far, 0…1."""
        return self._done / self._total if self._total else 0.0

    def use(self, model: Model | None) -> None:
        """Another model; its worker starts with the first photo or with `warm_up`. Photos that wait are asked of it."""
        if model != self._model:
            waiting = [*([self._now] if self._now else []), *self._waiting]
            self.close()
            self._model = model
            self.add(waiting)

    def warm_up(self) -> None:
        """Load the model before it is needed."""
        if self._model is not None and self._predictor is None:
            self._background.run(self._ready_predictor().start, None, self.failed.emit)

    def add(self, works: Iterable[Work]) -> None:
        """Outline these photos too, one after another."""
        known = {*self._waiting, *([self._now] if self._now else [])}
        fresh = [work for work in works if work not in known]
        if not fresh:
            return
        self._waiting += fresh
        if not self.busy:
            self._done = self._total = 0
        self._total += len(fresh)
        if not self.busy and self._model is not None:
            self._next()

    def drop(self, folder: Path, photo: str = "") -> None:
        """Forget the photos of a project, or one of them: it was closed or removed."""
        kept = [work for work in self._waiting if work.folder != folder or photo not in ("", work.photo)]
        self._total -= len(self._waiting) - len(kept)
        self._waiting = kept
        if self._now and self._now.folder == folder and photo in ("", self._now.photo) and self._task is not None:
            self._task.cancel()
            self._now = None
            self._done += 1
            self._next()

    def stop(self) -> None:
        """Outline no more; what is stored stays."""
        if self._task is not None:
            self._task.cancel()
        self._waiting.clear()
        self._end()

    def close(self) -> None:
        """End the worker process, too."""
        self.stop()
        if self._predictor is not None:
            self._predictor.close()
        self._predictor, self._cold = None, True

    def _next(self) -> None:
        if not self._waiting or self._model is None:
            self._end()
            return
        shown = self._keeper.shown
        work = next((work for work in self._waiting if work.folder == shown), self._waiting[0])
        self._waiting.remove(work)
        self._now = work
        outliner, model = self._ready_predictor(), self._model
        self._cold = not outliner.ready
        prepared = self._keeper.preparation(work, models_of(model))
        self._task = self._background.run(
            lambda: prepared(outliner.predict(work.path, min_score=self._least)),
            lambda found: self._found(work, model, found),
            lambda error: self._failed(work, model, error),
        )
        self.changed.emit()

    def _found(self, work: Work, model: Model, found: tuple[Region, ...]) -> None:
        self._cold, self._tried = False, None
        self._finish_one()
        try:
            self._regions += self._keeper.keep(work, model, models_of(model), found)
        except CarDamageError as error:
            self._failures += 1
            self.failed.emit(error)
        self._next()

    def _failed(self, work: Work, model: Model, error: CarDamageError) -> None:
        """A photo that cannot be opened is told and passed over; a worker that died may try once more."""
        if isinstance(error, ProcessEndedError) and self._tried != work:
            self._tried = work
            self._now = self._task = None
            self._waiting.insert(0, work)
            self._cold = True
            self.said.emit(ANEW)
            self._next()
            return
        if not isinstance(error, PhotoError) and not _is_there(model):
            self._lose(model)
            return
        self._finish_one()
        self._tried = None
        self._failures += 1
        try:
            self._keeper.note(work, Look(model.card.id, problem=f"{error.title} {error.detail}".strip()))
        except CarDamageError as refused:
            self.failed.emit(refused)
        self.photo_failed.emit(work, error)
        if isinstance(error, PhotoError):
            self._next()
        else:  # the model itself is at fault: no other photo would fare better
            self.failed.emit(error)
            self._waiting.clear()
            self._end()

    def _lose(self, model: Model) -> None:
        """The model was removed: no photo is at fault, so none is noted as failed."""
        self._now = self._task = self._tried = None
        self._waiting.clear()
        detail = tr("The photos that are left are not outlined yet: choose another model, or put {folder} back.",
                    folder=model.folder)  # fmt: skip
        self.failed.emit(CarDamageError(tr("The model {model} is not there any more.", model=model.card.name), detail))
        self._end()

    def _finish_one(self) -> None:
        self._now = self._task = None
        self._done += 1

    def _end(self) -> None:
        outlined, found, failures = self._done - self._failures, self._regions, self._failures
        self._now = self._task = None
        self._done = self._regions = self._failures = 0
        self._total = len(self._waiting)
        self.changed.emit()
        if outlined > 0 or failures:
            self.finished.emit(outlined, found, failures)

    def _ready_predictor(self) -> Outliner:
        assert self._model is not None
        if self._predictor is None:
            self._predictor = self._worker(*(one.folder for one in models_of(self._model)))
        return self._predictor


def models_of(model: Model) -> tuple[Model, ...]:
    """The chosen model with the one that outlines the car, where it does not do so itself."""
    from cardamage_core.models import registry

    return registry.completed_by_car(model)


def _is_there(model: Model) -> bool:
    from cardamage_core.models.registry import CARD

    return (model.folder / CARD).is_file()


def predictor(*models: Path) -> Outliner:
    """The process that predicts."""
    from cardamage_core.inference.client import Predictor

    return Predictor(*models)


def outlined_said(photos: int, regions: int, failures: int, *, noun: str = "region") -> str:
    """What came of outlining: photos that were, regions seen on them, and photos that could not be outlined."""
    found = amount(regions, noun) if regions else tr("no damage")
    said = (
        tr("Outlined {photos}: {found} seen by the model", photos=amount(photos, "photo"), found=found)
        if photos
        else tr("No photo was outlined")
    )
    return tr("{said}; {photos} could not be", said=said, photos=amount(failures, "photo")) if failures else said


def with_predictions(before: Sequence[Region], found: Sequence[Region], models: Collection[str]) -> tuple[Region, ...]:
    """New predictions of models in place of their earlier undecided ones; outlines with a decision stay as they are."""
    kept = [
        r for r in before if r.origin.kind != "predicted" or r.origin.model not in models or r.review != "unreviewed"
    ]
    return (*kept, *(region for region in found if not _known(region, kept)))


def _known(region: Region, kept: Sequence[Region]) -> bool:
    """Whether a person has decided on this very outline before."""
    return any(one.origin.model == region.origin.model and one.shape == region.shape for one in kept)
