"""Predicts damage on photos in the background.

One warm worker process for the model in use; photos are sent one after another, and each result is one undoable edit.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from qtpy.QtCore import QObject, Signal

from cardamage_core.annotations.labels import new_labels
from cardamage_core.annotations.model import Region
from cardamage_core.errors import CarDamageError, PhotoError
from cardamage_core.project.prediction_log import Look
from cardamage_core.text import time_left

from ..background import Background, Task
from ..session import Session
from .findings import with_predictions

if TYPE_CHECKING:
    from cardamage_core.models.registry import Model

LEAST = 0.1  # score; the slider hides more of them, the file keeps these


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


class Outlining(QObject):
    """The photos being outlined now, one by one."""

    changed = Signal()  # began, went on or ended
    failed = Signal(object)  # CarDamageError
    finished = Signal(int, int, int)  # photos outlined, regions found on them, photos that could not be outlined

    def __init__(
        self,
        session: Session,
        background: Background,
        parent: QObject | None = None,
        *,
        worker: Callable[..., Outliner],
    ) -> None:
        super().__init__(parent)
        self._session, self._background, self._worker = session, background, worker
        self._predictor: Outliner | None = None
        self._model: Model | None = None
        self._waiting: list[str] = []
        self._task: Task | None = None
        self._done = self._total = self._regions = self._failures = 0
        self._began = 0.0
        self._cold = True

    @property
    def busy(self) -> bool:
        """Whether a photo is being outlined."""
        return self._task is not None

    def text(self) -> str:
        """What is going on, with an estimate; "" when nothing is."""
        if not self.busy:
            return ""
        if self._cold:
            return "Loading the model… the first photo takes a few seconds"
        if self._total == 1:
            return "Outlining…"
        left = (time.monotonic() - self._began) / max(1, self._done) * (self._total - self._done)
        estimate = f" · {time_left(left)} left" if self._done else ""
        return f"Outlining photo {self._done + 1} of {self._total}{estimate}"

    def fraction(self) -> float:
        """How far, 0…1."""
        return self._done / self._total if self._total else 0.0

    def use(self, model: Model | None) -> None:
        """Another model; its worker starts with the first photo or with `warm_up`."""
        if model != self._model:
            self.close()
            self._model = model

    def warm_up(self) -> None:
        """Load the model before it is needed."""
        if self._model is not None and self._predictor is None:
            self._background.run(self._ready_predictor().start, None, self.failed.emit)

    def outline(self, photos: Sequence[str]) -> None:
        """Outline these photos, one after another."""
        if self._model is None or self.busy or not photos:
            return
        self._waiting, self._done, self._total = list(photos), 0, len(photos)
        self._regions = self._failures = 0
        self._began = time.monotonic()
        self._next()

    def stop(self) -> None:
        """Outline no more; what is stored stays."""
        if self._task is not None:
            self._task.cancel()
        self._end()

    def close(self) -> None:
        """End the worker process, too."""
        self.stop()
        if self._predictor is not None:
            self._predictor.close()
        self._predictor, self._cold = None, True

    def _next(self) -> None:
        if not self._waiting or self._session.project is None or self._model is None:
            self._end()
            return
        photo = self._waiting.pop(0)
        path = self._session.path_of(self._session.photo(photo))
        predictor, model = self._ready_predictor(), self._model
        self._cold = not predictor.ready
        self._task = self._background.run(
            lambda: _predicted(predictor, path),
            lambda found: self._found(photo, model, found),
            lambda error: self._failed(photo, model, error),
        )
        self.changed.emit()

    def _found(self, photo: str, model: Model, found: tuple[Region, ...]) -> None:
        if self._cold:
            self._began = time.monotonic()  # loading says nothing about the photos to come
        self._cold = False
        self._task = None
        self._done += 1
        self._session.propose_threshold(model.card.threshold)
        roles = {name: one.card.role_of(name) for one in self._models(model) for name in one.card.classes}
        found = tuple(region for region in found if roles.get(region.label) != "part")  # panels would hide the damage
        damages = sum(roles.get(region.label, "damage") == "damage" for region in found)
        before = self._session.regions(photo)
        after = with_predictions(before, found, {one.card.id for one in self._models(model)})
        labels = new_labels((region.label for region in found), self._session.labels(), roles=roles)
        if not self._session.edit(photo, before, after, f"Outline damage with {model.card.name}", labels=labels):
            self._failures += 1
            self._end()
            return
        self._session.note_look(photo, Look(model.card.id, damages))
        self._regions += damages
        self._next()

    def _failed(self, photo: str, model: Model, error: CarDamageError) -> None:
        """A photo that cannot be opened is told and passed over; a worker that died ends the round."""
        self._task = None
        self._done += 1
        self._failures += 1
        self._session.note_look(photo, Look(model.card.id, problem=f"{error.title} {error.detail}".strip()))
        self.failed.emit(error)
        if isinstance(error, PhotoError):
            self._next()
        else:
            self._end()

    def _end(self) -> None:
        outlined, found, failures = self._done - self._failures, self._regions, self._failures
        self._waiting.clear()
        self._task = None
        self._total = self._done = self._regions = self._failures = 0
        self.changed.emit()
        if outlined or failures:
            self.finished.emit(outlined, found, failures)

    def _models(self, model: Model) -> tuple[Model, ...]:
        """The chosen model with the one that outlines the car, where it does not do so itself."""
        from cardamage_core.models import registry

        return registry.completed_by_car(model)

    def _ready_predictor(self) -> Outliner:
        assert self._model is not None
        if self._predictor is None:
            self._predictor = self._worker(*(one.folder for one in self._models(self._model)))
        return self._predictor


def _predicted(predictor: Outliner, path: Path) -> tuple[Region, ...]:
    return predictor.predict(path, min_score=LEAST)
