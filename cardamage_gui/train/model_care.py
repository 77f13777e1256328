"""Imports, shares, keeps, renames and deletes models from the Train page."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Signal
from qtpy.QtWidgets import QWidget

from cardamage_core.errors import CarDamageError

from ..background import Background
from ..language import mark, tr
from ..session import Session
from ..widgets.dialogs import Dialogs

if TYPE_CHECKING:
    from cardamage_core.models.registry import Model

KINDS = mark("Models (*.cardamage-model *.h5);;All files (*)")


class ModelCare(QObject):
    """Does what is asked of a model in the background, and says what came of it."""

    changed = Signal()  # the list of models
    deleted = Signal(object, str)  # where it lies in the trash, and its name

    def __init__(self, session: Session, background: Background, dialogs: Dialogs, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._background, self._dialogs, self._window = session, background, dialogs, window

    def import_model(self) -> None:
        """Ask for a file and take its model into the library of all projects."""
        for path in self._dialogs.files(self._window, tr("Import a model"), tr(KINDS))[:1]:
            classes = ""
            if path.suffix.lower() == ".h5":
                text = tr("Names of its classes, with commas (empty: damage, or numbers)")
                answer = self._dialogs.text(self._window, tr("Import weights"), text, "")
                if answer is None:
                    return
                classes = answer
            self._session.said.emit(tr("Importing {path} …", path=path.name))
            self._run(partial(_imported, path, classes), tr("{path} is in the library now", path=path.name))

    def do(self, verb: str, model: Model) -> None:
        """One of the verbs of the model's menu."""
        project = self._session.project
        in_project = project is not None and model.folder.is_relative_to(project.folder)
        if verb in ("rename", "delete") and in_project and self._session.read_only:
            self._session.failed.emit(CarDamageError(tr("The project was opened for reading only."), str(model.folder)))
            return
        {"share": self._share, "keep": self._keep, "rename": self._rename, "delete": self._delete}[verb](model)

    def _share(self, model: Model) -> None:
        from cardamage_core.models import library

        start = Path.home() / f"{model.card.id}{library.SUFFIX}"
        chosen = self._dialogs.new_file(
            self._window, tr("Save the model"), start, {"model": tr("Models (*{suffix})", suffix=library.SUFFIX)}
        )
        if chosen is not None:
            self._run(
                lambda: library.export(model, chosen[0]), tr("{model} was saved as one file", model=model.card.name)
            )

    def _keep(self, model: Model) -> None:
        from cardamage_core.models import library

        self._run(
            lambda: library.keep(model), tr("{model} is in the library: every project sees it", model=model.card.name)
        )

    def _rename(self, model: Model) -> None:
        from cardamage_core.models import library

        name = self._dialogs.text(self._window, tr("Rename the model"), tr("Name"), model.card.name)
        if name is not None:
            self._run(lambda: library.rename(model, name), tr("The model is called {name} now", name=name))

    def _delete(self, model: Model) -> None:
        from cardamage_core.models import library
        from cardamage_core.project import trash

        if library.is_bundled(model):
            self._session.failed.emit(
                CarDamageError(tr("{model} came with the program and stays.", model=model.card.name), "")
            )
        elif library.is_kept(model):
            text = tr("Delete {model} from the library of all projects?", model=model.card.name)
            if self._dialogs.sure(self._window, text, tr("It cannot be undone."), tr("Delete")):
                self._run(lambda: library.remove(model), tr("{model} was deleted", model=model.card.name))
        else:
            done = partial(self._thrown_away, model.card.name)
            self._background.run(lambda: trash.put(model.folder), done, self._session.failed.emit, urgent=True)

    def _thrown_away(self, name: str, trashed: Path) -> None:
        self.deleted.emit(trashed, name)
        self.changed.emit()

    def _run(self, work: Callable[[], object], said: str) -> None:
        self._background.run(work, partial(self._done, said), self._session.failed.emit, urgent=True)

    def _done(self, said: str, _result: object) -> None:
        self._session.said.emit(said)
        self.changed.emit()


def _imported(path: Path, classes: str) -> Model:
    from cardamage_core.jobs.model_import import import_model
    from cardamage_core.models import library

    return import_model(path, library.folder(), classes=tuple(filter(None, map(str.strip, classes.split(",")))))
