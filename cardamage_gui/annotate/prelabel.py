"""Lets a model outline damage on the project's photos: its regions stand beside a person's until they are accepted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Qt, Signal
from qtpy.QtGui import QShowEvent
from qtpy.QtWidgets import QButtonGroup, QDialog, QGridLayout, QHBoxLayout, QRadioButton, QWidget

from cardamage_core.project.prediction_log import Look

from ..background import Background
from ..commands.actions import Action
from ..editing import measured
from ..editing.keeping import RegionKeeper
from ..editing.outlining import Outliner, Outlining, Work, outlined_said
from ..language import mark, tr, translated
from ..session import Session
from ..widgets import common
from ..widgets.common import ProgressStrip

if TYPE_CHECKING:
    from cardamage_core.errors import CarDamageError
    from cardamage_core.models.registry import Model
    from cardamage_core.project import PhotoSummary, Project

NO_MODEL = mark("There is no model yet: train one, then outline damage with it.")
BESIDE = mark("Where regions are already, the model's stand beside them, and count only once they are accepted.")


def choices_for(photos: Sequence[PhotoSummary], looks: Mapping[str, Look], model: str) -> dict[str, list[str]]:
    """On which photos a model can be asked, by the text of the choice: new ones, those without regions, all."""
    readable = [photo for photo in photos if not photo.missing]
    done = {photo for photo, look in looks.items() if look.model == model and not look.problem}
    return {
        tr("New photos"): [photo.id for photo in readable if photo.id not in done],
        tr("Photos without regions"): [photo.id for photo in readable if not photo.regions],
        tr("All photos"): [photo.id for photo in readable],
    }


class PreLabelling(QObject):
    """Asks which model and which photos, and outlines them in the background."""

    closed = Signal(int)  # the dialog: the photo has the keys again

    def __init__(
        self,
        session: Session,
        background: Background,
        parent: QWidget,
        *,
        worker: Callable[..., Outliner] | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._background, self._page = session, background, parent
        self._models: list[Model] = []
        self._wanted = ""  # the id of the model to choose
        self.dialog: PreLabelDialog | None = None
        self.strip = ProgressStrip()
        self.outlining = Outlining(background, RegionKeeper(session, parts=False), self, worker=worker)
        self.outlining.changed.connect(self._show_work)
        self.outlining.failed.connect(session.failed)
        self.outlining.photo_failed.connect(self._photo_failed)
        self.outlining.said.connect(session.said)
        self.outlining.finished.connect(self._finished)
        self.strip.stopped.connect(self.outlining.stop)
        session.project_changed.connect(self._project_changed)

    def actions(self) -> list[Action]:
        """What can be done."""
        here = tr("Let the model outline the damage on this photo")
        many = tr("Let a model outline damage on many photos, as proposals")
        return [
            Action("outline", tr("Outline damage"), ("Ctrl+D",), here, self.outline_here),
            Action("prelabel", tr("Pre-label…"), ("Ctrl+Shift+L",), many, self.open),
        ]

    def open(self, model_id: str = "") -> None:
        """Ask which model and which photos."""
        if self._session.project is None or self._session.read_only:
            return
        self._wanted = model_id or self._wanted
        self._read_models(self._ask)

    def outline_here(self) -> None:
        """Outline the current photo with the model chosen last, or the first there is."""
        if self._session.current and not self._session.read_only:
            self._read_models(partial(self._outline_one, self._session.current))

    def want(self, model_id: str) -> None:
        """Which model is to outline damage from now on."""
        self._wanted = model_id

    def close(self) -> None:
        """End the worker process."""
        self.outlining.close()

    def _read_models(self, then: Callable[[], None]) -> None:
        project = self._session.project
        if project is not None:
            folder = project.models_folder
            self._background.run(lambda: damage_models(folder), partial(self._have_models, project, then), urgent=True)

    def _have_models(self, project: Project, then: Callable[[], None], models: list[Model]) -> None:
        if project is self._session.project:
            self._models = models
            then()

    def _chosen(self) -> Model | None:
        found = [model for model in self._models if model.card.id == self._wanted]
        return next(iter([*found, *self._models]), None)

    def _outline_one(self, photo: str) -> None:
        model = self._chosen()
        if model is None:
            self._session.said.emit(tr(NO_MODEL))
            return
        self._outline(model, [photo])

    def _ask(self) -> None:
        if self.dialog is not None:
            self.dialog.close()
        self.dialog = PreLabelDialog(self._session, self._models, self._chosen(), self._page)
        self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.dialog.destroyed.connect(self._dialog_gone)
        self.dialog.started.connect(self._outline)
        self.dialog.finished.connect(self.closed)
        self.dialog.open()

    def _dialog_gone(self) -> None:
        self.dialog = None

    def _outline(self, model: Model, photos: list[str]) -> None:
        project = self._session.project
        if project is None:
            return
        self._wanted = model.card.id
        self.outlining.use(model)
        works = [Work(project.folder, photo, project.path_of(project.photo(photo))) for photo in photos]
        if not self.outlining.busy:
            self.strip.begin(tr("Outlining…"))
        self.outlining.add(works)

    def _show_work(self) -> None:
        if self.outlining.busy:
            self.strip.show_progress(self.outlining.fraction(), self.outlining.text())
        else:
            self.strip.hide()

    def _photo_failed(self, _work: Work, error: CarDamageError) -> None:
        self._session.failed.emit(error)

    def _finished(self, photos: int, regions: int, failures: int) -> None:
        self._session.said.emit(outlined_said(photos, regions, failures))

    def _project_changed(self) -> None:
        self.outlining.close()
        self.outlining.use(None)
        self._models, self._wanted = [], ""


def damage_models(folder: Path) -> list[Model]:
    """The models that see damage: the project's, newest first, then those that come along."""
    from cardamage_core.models import registry

    return registry.damage_models(folder)


class PreLabelDialog(QDialog):
    """Model, photos, and from which score on its predictions count."""

    started = Signal(object, object)  # Model, list of photo ids

    def __init__(self, session: Session, models: Sequence[Model], chosen: Model | None, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Pre-label"))
        self.setMinimumWidth(460)
        self._session, self._all = session, list(models)
        self.models = common.ComboBox()
        self.models.setAccessibleName(tr("Model"))
        for model in self._all:
            self.models.addItem(model.card.name, model)
            self.models.setItemData(self.models.count() - 1, model.card.id, Qt.ItemDataRole.ToolTipRole)
        if chosen is not None:
            self.models.setCurrentIndex(self._all.index(chosen))
        self._summary = common.label("", "small", wrap=True)
        self._radios = QButtonGroup(self)
        self.threshold = common.Slider(Qt.Orientation.Horizontal)
        self.threshold.setRange(0, 100)
        self.threshold.setValue(round(100 * session.threshold))
        self.threshold.setAccessibleName(tr("Show predictions above"))
        self._measured = common.label("", "small", wrap=True)
        self._said = common.label("", right=True)
        self._said.setMinimumWidth(40)
        self.start = common.button(tr("Outline"), self._start, "primary")
        self._arrange()
        self.models.currentIndexChanged.connect(self._model_changed)
        self.threshold.valueChanged.connect(self._threshold_moved)
        self._model_changed()

    def showEvent(self, event: QShowEvent) -> None:
        """As high as its texts need: Qt reckons with lines as long as they would like to be."""
        super().showEvent(event)
        self._grow()

    def choices(self) -> list[QRadioButton]:
        """Which photos, as buttons."""
        return [button for button in self._radios.buttons() if isinstance(button, QRadioButton)]

    def _arrange(self) -> None:
        layout = common.rows(self, margins=(24, 20, 24, 16), spacing=12)
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(10)
        grid.addWidget(common.label(tr("Model")), 0, 0)
        grid.addWidget(self.models, 0, 1)
        grid.addWidget(self._summary, 1, 1)
        for row in range(3):
            radio = QRadioButton()
            self._radios.addButton(radio, row)
            if row == 0:
                grid.addWidget(common.label(tr("Photos")), 2, 0)
            grid.addWidget(radio, 2 + row, 1)
        grid.addWidget(common.label(tr("Show above")), 5, 0)
        line = QHBoxLayout()
        line.addWidget(self.threshold, 1)
        line.addWidget(self._said)
        grid.addLayout(line, 5, 1)
        grid.addWidget(self._measured, 6, 1)
        grid.setColumnStretch(1, 1)
        layout.addLayout(grid)
        layout.addWidget(common.label(tr(BESIDE if self._all else NO_MODEL), "small", wrap=True))
        layout.addStretch(1)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(common.button(tr("Cancel"), self.reject))
        buttons.addWidget(self.start)
        layout.addLayout(buttons)

    def _model_changed(self) -> None:
        model = self.models.currentData()
        card = model.card if model else None
        self._summary.setText(translated(card.summary) if card else "")
        self._summary.setVisible(bool(card and card.summary))
        self._offered = choices_for(self._session.photos(), self._session.looks(), card.id if card else "")
        for radio, (text, photos) in zip(self.choices(), self._offered.items(), strict=True):
            radio.setText(f"{text} ({len(photos)})")
            radio.setEnabled(bool(photos) and card is not None)
        usable = [radio for radio in self.choices() if radio.isEnabled()]
        if usable and self._radios.checkedButton() not in usable:
            usable[0].setChecked(True)
        self.start.setEnabled(bool(usable))
        self._threshold_moved()

    def _threshold_moved(self) -> None:
        self._said.setText(f"{self.threshold.value()} %")
        model = self.models.currentData()
        said = measured.at_threshold(model.card if model else None, self.threshold.value() / 100)
        self._measured.setText(said)
        self._measured.setVisible(bool(said))
        if self.isVisible():
            self._grow()

    def _grow(self) -> None:
        """Never smaller again, so that nothing moves while the slider does."""
        self.resize(self.width(), max(self.height(), self.heightForWidth(self.width())))

    def _start(self) -> None:
        photos = list(self._offered.values())[max(0, self._radios.checkedId())]
        self._session.set_threshold(self.threshold.value() / 100)
        self.started.emit(self.models.currentData(), photos)
        self.accept()
