"""The photos of claims that are to be outlined, and the model that does it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Signal

from cardamage_core.errors import CarDamageError

from ..background import Background
from ..editing.keeping import RegionKeeper
from ..editing.outlining import Outliner, Outlining, Work, outlined_said
from ..session import Session
from .desk import Desk

if TYPE_CHECKING:
    from cardamage_core.models.registry import Model


LEAST = 0.05  # score; those below the threshold widen the range of the figure


class ClaimQueue(QObject):
    """Outlines photos as they come into claims; goes on while another claim or page is shown."""

    changed = Signal()  # a photo was begun or done, or the models changed

    def __init__(
        self,
        main: Session,
        desk: Desk,
        background: Background,
        parent: QObject,
        *,
        worker: Callable[..., Outliner] | None = None,
    ) -> None:
        super().__init__(parent)
        self._main, self._desk, self._background = main, desk, background
        self._wanted, self._awake = "", False
        self.models: list[Model] = []
        keeper = RegionKeeper(desk.session, parts=True, opening=desk.opened)
        self.outlining = Outlining(background, keeper, self, worker=worker, least=LEAST)
        self.outlining.changed.connect(self.changed)
        self.outlining.failed.connect(desk.failed)
        self.outlining.said.connect(desk.said)
        self.outlining.photo_failed.connect(self._photo_failed)
        self.outlining.finished.connect(self._finished)
        desk.photos_came.connect(self._photos_came)
        desk.claim_changed.connect(self._claim_changed)

    @property
    def model(self) -> Model | None:
        """The model in use."""
        return self.outlining.model

    def awaits(self, photo: str) -> bool:
        """Whether a photo of the open claim is still to be outlined."""
        claim = self._desk.claim
        return claim is not None and self.outlining.awaits(claim.folder, photo)

    def want(self, model_id: str) -> None:
        """Use the model of this id, as soon as it is listed."""
        self._wanted = model_id
        self._choose()

    def read_models(self) -> None:
        """List the models again, in the background."""
        folder = self._main.project.models_folder if self._main.project else None
        self._background.run(partial(_models, folder), self._have_models)

    def wake(self) -> None:
        """The page is shown: load the model before it is needed."""
        self._awake = True
        self.outlining.warm_up()

    def outline(self, photos: Iterable[str]) -> None:
        """Outline photos of the open claim, again where they were before."""
        claim = self._desk.claim
        if claim is not None and not claim.read_only:
            project = claim.project
            works = [Work(claim.folder, photo, project.path_of(project.photo(photo))) for photo in photos]
            self.outlining.add(works)

    def close(self) -> None:
        """End the worker process."""
        self.outlining.close()

    def _photos_came(self, folder: Path, photos: tuple[str, ...]) -> None:
        if self._desk.claim is not None and self._desk.claim.folder == folder:
            self.outline(photos)

    def _claim_changed(self) -> None:
        """Photos that no model looked at yet, because the program was closed meanwhile, are taken up again."""
        session = self._desk.session
        if self._desk.claim is not None:
            looks = session.looks()
            self.outline([one.id for one in session.photos() if one.id not in looks and not one.missing])

    def _have_models(self, models: list[Model]) -> None:
        self.models = models
        self._choose()

    def _choose(self) -> None:
        found = [model for model in self.models if model.card.id == self._wanted]
        current = [model for model in self.models if model == self.model]
        self.outlining.use(next(iter([*found, *current, *self.models]), None))
        if self._awake:
            self.outlining.warm_up()
        self.changed.emit()

    def _photo_failed(self, _work: Work, error: CarDamageError) -> None:
        """The photo says so itself, in the list and above its findings."""
        self._desk.said.emit(error.title)

    def _finished(self, photos: int, regions: int, failures: int) -> None:
        self._desk.said.emit(outlined_said(photos, regions, failures, noun="finding"))


def _models(folder: Path | None) -> list[Model]:
    """The models that see damage; called in the background."""
    from cardamage_core.models import registry

    return registry.damage_models(folder)
