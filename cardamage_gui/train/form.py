"""The form that makes a TrainingJob and reports in place what is wrong with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec
from qtpy.QtCore import Signal
from qtpy.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from cardamage_core.annotations.model import Label
from cardamage_core.errors import CarDamageError, JobError
from cardamage_core.project import PhotoSummary
from cardamage_core.training.forecast import Measured
from cardamage_core.training.grid import grid
from cardamage_core.training.job import PRESETS, ClassRule, TrainingJob, check
from cardamage_core.training.network_config import NUMBERS

from ..language import mark, tr, translated
from ..widgets import common
from .augmentation import AugmentedPhotos
from .form_classes import ClassChoice
from .form_numbers import Numbers
from .form_rows import add_row, column, line, number_box
from .form_splits import SplitFields
from .form_start import StartChoice, StartModel
from .place import Place
from .preflight import Preflight
from .run_grid import RunGrid

if TYPE_CHECKING:
    import numpy as np

LEARN = {
    "all": mark("All layers"),
    "3+": mark("All but the backbone's first stages: a quarter quicker"),
    "first": mark("The heads first, for a third of the epochs, then all layers"),
    "heads": mark("The heads alone: quick, for few photos and good start weights"),
}
WIDTH = 620
SHOWN = frozenset(number.key for number in NUMBERS)


class Form(QFrame):
    """The form for a new training."""

    start = Signal(object, bool)  # trainings, and whether they are only kept as drafts
    preview = Signal(object)  # TrainingJob, whose photos are to be shown as the network sees them
    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "page")
        self._missing = ""
        self._base = TrainingJob()  # what no field shows is taken from it
        self._make_fields()
        self._arrange()
        self._listen()

    def fill(
        self,
        *,
        photos: Sequence[PhotoSummary],
        labels: Sequence[Label],
        counts: Mapping[str, int],
        models: Mapping[str, StartModel],
        name: str,
        missing: str = "",
        measured: Sequence[Measured] = (),
    ) -> None:
        """Offer what the project has: its splits, labels with their counts, and models to go on from, by id.

        `missing` says what is not installed that a training needs, and then none can be started. `measured` is what
        earlier trainings here took, the newest first.
        """
        self._missing = missing
        self._base = TrainingJob()
        numbers = Counter(photo.split for photo in photos)
        self.preflight.fill(numbers, measured)
        self._numbers.show_preset(self._preset.currentData(), {})
        self.show_augmented(())
        self._title.setText(tr("New training"))
        self._rate.clear()
        self._grid.clear()
        self._several.setChecked(False)
        self._grid.hide()
        self._name.setText(name)
        self._val_label.setVisible(self._splits.fill(numbers))
        self._classes.fill([label for label in labels if label.role == "damage"], counts)
        self._start_from.fill(models)
        self.show_problem(None)
        self._changed()

    def fill_classes(self, rules: tuple[ClassRule, ...]) -> None:
        """Learn these classes, as chosen on the Data set view; after `fill`."""
        self._base = msgspec.structs.replace(self._base, classes=rules)
        self._classes.choose(rules)
        self._changed()

    def fill_from(self, job: TrainingJob) -> None:
        """Take over another training's choices, to be changed; after `fill`."""
        self._base = job
        self._title.setText(tr("New training like “{job}”", job=job.name))
        self._name.setText(tr("{job} again", job=job.name))
        self._preset.setCurrentIndex(max(0, self._preset.findData(job.preset)))
        for box, value in (
            (self._epochs, job.epochs),
            (self._steps, job.steps),
            (self._batch, job.batch),
            (self._seed, job.seed),
            (self._patience, job.patience),
            (self._balance, round(100 * job.balance)),
        ):
            box.setValue(value)
        self._classes.choose(job.classes)
        self._splits.choose(job.train_split, job.val_split)
        self._start_from.choose(job.start)
        if self._learn.findData(job.layers) < 0:
            self._learn.addItem(tr("{layers} – as before", layers=job.layers), job.layers)
        self._learn.setCurrentIndex(self._learn.findData(job.layers))
        self._rate.setText("" if job.learning_rate is None else f"{job.learning_rate:g}")
        self._numbers.show_preset(job.preset, job.changes)
        self._show_numbers(bool(job.changes))
        self._changed()

    def job(self) -> TrainingJob:
        """The training as filled in; JobError when it makes no sense."""
        train, val = self._splits.chosen()
        job = msgspec.structs.replace(
            self._base,
            name=self._name.text().strip(),
            preset=self._preset.currentData(),
            epochs=self._epochs.value(),
            steps=self._steps.value(),
            classes=self._classes.rules(self._base.classes),
            train_split=train,
            val_split=val,
            start=self._start_from.start(),
            seed=self._seed.value(),
            batch=self._batch.value(),
            layers=self._layers(),
            learning_rate=self._learning_rate(),
            patience=self._patience.value(),
            balance=self._balance.value() / 100,
            changes={k: v for k, v in self._base.changes.items() if k not in SHOWN} | self._numbers.changes(),
        )
        if not job.name:
            raise JobError(tr("Give the training a name."), tr("It names the model that comes out, too."))
        if job.train_split == job.val_split:
            told = tr("Choose another split to validate on; the data set view sets splits.")
            raise JobError(tr("It would be validated on the photos that it learns from."), told)
        check(job)
        return job

    def jobs(self) -> tuple[TrainingJob, ...]:
        """The training, or all those of the run grid; JobError when one makes no sense."""
        return grid(self.job(), self._grid.axes())

    def show_problem(self, error: CarDamageError | None) -> None:
        """Say what is wrong, or that nothing is."""
        self._problem.setText(translated(f"{error.title} {error.detail}".strip()) if error else "")
        self._problem.setVisible(error is not None)
        self._button.setEnabled(error is None)
        self._keep.setEnabled(error is None or bool(self._missing and error.title == self._missing))

    def set_busy(self, busy: bool) -> None:
        """While the job is being made."""
        self._button.setEnabled(not busy)
        self._button.setText(tr("Starting…") if busy else tr("Start training"))
        self._keep.setEnabled(not busy)

    # Fields

    def _learning_rate(self) -> float | None:
        text = self._rate.text().strip().replace(",", ".")
        try:
            return float(text) if text else None
        except ValueError:
            usual = tr("0.001 is usual; empty takes the preset's.")
            raise JobError(tr("The learning rate “{text}” is no number.", text=text), usual) from None

    def _preset_changed(self, _index: int) -> None:
        self._batch.setValue(PRESETS[self._preset.currentData()].batch)
        self._numbers.show_preset(self._preset.currentData())
        self._changed()

    def _start_changed(self, _index: int) -> None:
        """A model goes on with the preset it was made with: another has another backbone."""
        if preset := self._start_from.preset():
            self._preset.setCurrentIndex(max(0, self._preset.findData(preset)))
        self._changed()

    def _layers(self) -> str:
        """Which layers learn, as a TrainingJob says it."""
        epochs, chosen = self._epochs.value(), self._learn.currentData()
        if chosen != "first":
            return chosen
        heads = max(1, epochs // 3)
        return f"heads:{heads},all:{epochs - heads}" if epochs > heads else "all"

    def _changed(self, *_: object) -> None:
        self.preflight.show_steps(self._epochs.value() * self._steps.value(), self._batch.value())
        try:
            runs = len(jobs := self.jobs())
        except JobError as error:
            self.show_problem(error)
            self.preflight.show_job(None)
        else:
            self.preflight.show_job(jobs[0] if self.place.is_here else None)
            self.show_problem(self._lacking())
            self._button.setText(tr("Start training") if runs == 1 else tr("Start {runs} trainings", runs=runs))
            self._keep.setText(tr("Keep as draft") if runs == 1 else tr("Keep {runs} drafts", runs=runs))

    def _lacking(self) -> JobError | None:
        """What is missing where it is to run, as far as that is known."""
        if self._missing and self.place.is_here:
            return JobError(self._missing)
        return None if self.place.address() or self.place.is_here else JobError(tr("Enter the address of the cluster."))

    def _show_numbers(self, on: bool) -> None:
        self._all_numbers.setChecked(on)
        self._numbers.setVisible(on)

    def _toggle_numbers(self) -> None:
        self._area.unfold(self._numbers, on=self._all_numbers.isChecked())

    def show_augmented(self, pictures: Sequence[np.ndarray]) -> None:
        """Show photos as the network sees them."""
        self._photos.show_pictures(pictures)
        self._area.unfold(self._photos, on=bool(len(pictures)))
        self._draw.setEnabled(True)
        self._draw.setText(tr("Draw others") if len(pictures) else tr("Show augmented photos"))

    def _toggle_grid(self) -> None:
        self._area.unfold(self._grid, on=self._several.isChecked())
        self._changed()

    def _ask_for_photos(self) -> None:
        try:
            job = self.job()
        except JobError as error:
            self.show_problem(error)
            return
        self._draw.setEnabled(False)
        self.preview.emit(job)

    def _submit(self) -> None:
        if lacking := self._lacking():
            self.show_problem(lacking)
        else:
            self._hand_on(drafts=False)

    def _keep_drafts(self) -> None:
        self._hand_on(drafts=True)

    def _hand_on(self, *, drafts: bool) -> None:
        try:
            self.start.emit(self.jobs(), drafts)
        except JobError as error:
            self.show_problem(error)

    # Building

    def _make_fields(self) -> None:
        self._title = common.label(tr("New training"), "title")
        self._area = common.Scrolled(QWidget(), tr("New training"))
        self._name = QLineEdit()
        self._rate = QLineEdit()
        self._rate.setPlaceholderText(tr("the preset's"))
        self._rate.setMaximumWidth(150)
        self._preset = common.ComboBox()
        for name, preset in PRESETS.items():
            self._preset.addItem(f"{preset.title} – {translated(preset.about)}", name)
        self._classes = ClassChoice()
        self._classes.changed.connect(self._changed)
        self._epochs, self._steps = number_box(10, 1, 10_000), number_box(100, 1, 100_000)
        self._batch, self._seed = number_box(PRESETS["light"].batch, 1, 64), number_box(0, 0, 2**31 - 1)
        self._patience, self._balance = number_box(0, 0, 1000), number_box(0, 0, 100)
        self._patience.setSpecialValueText(tr("never"))
        self._balance.setSpecialValueText(tr("all alike"))
        self._balance.setSuffix(" %")
        self._balance.setSingleStep(5)
        self._batch.setMaximumWidth(120)
        self.preflight = Preflight()
        self.preflight.failed.connect(self.show_problem)
        self._splits = SplitFields()
        self._start_from, self._learn = StartChoice(), common.ComboBox()
        for layers, text in LEARN.items():
            self._learn.addItem(tr(text), layers)
        self.place = Place()
        self.place.changed.connect(self._changed)
        self._numbers = Numbers()
        self._numbers.changed.connect(self._changed)
        self._numbers.hide()
        self._all_numbers = common.button(
            tr("All numbers"), self._toggle_numbers, tip=tr("Canvas, augmentation, optimiser …")
        )
        self._all_numbers.setCheckable(True)
        self._draw = common.button(
            tr("Show augmented photos"), self._ask_for_photos, tip=tr("Photos as the network sees them")
        )
        self._photos = AugmentedPhotos()
        self._grid = RunGrid()
        self._grid.changed.connect(self._changed)
        self._grid.hide()
        self._several = common.button(
            tr("Several runs"), self._toggle_grid, tip=tr("The same with several values of a number")
        )
        self._several.setCheckable(True)
        self._problem = common.label("", "bad", wrap=True)
        self._button = common.button(tr("Start training"), self._submit, "primary")
        self._keep = common.button(tr("Keep as draft"), self._keep_drafts, tip=tr("Make it now, start it later"))
        self._cancel = common.button(tr("Cancel"), self.cancelled.emit)

    def _arrange(self) -> None:
        sheet = common.frame("page")
        sheet.setMaximumWidth(WIDTH)
        layout = common.rows(sheet, margins=(20, 20, 20, 20), spacing=16)
        layout.addWidget(self._title)
        fields_grid = QGridLayout()
        fields_grid.setHorizontalSpacing(16)
        fields_grid.setVerticalSpacing(12)
        fields_grid.setColumnMinimumWidth(0, 120)
        fields_grid.setColumnStretch(1, 1)
        fields: tuple[tuple[str, QWidget | QHBoxLayout | QVBoxLayout], ...] = (
            (tr("Name"), self._name),
            (tr("Preset"), self._preset),
            (tr("Learn"), column(self._classes)),
            (
                tr("Rare labels"),
                line(self._balance, common.label(tr("more often where on fewer of the photos"), "small")),
            ),
            (
                tr("Epochs"),
                line(
                    self._epochs,
                    common.label(tr("of", sense="so many steps"), "muted"),
                    self._steps,
                    common.label(tr("steps"), "muted"),
                ),
            ),
            (tr("Early stop"), line(self._patience, common.label(tr("epochs without a better AP50"), "small"))),
            (tr("Photos a step"), column(self._batch, self.preflight)),
            (tr("Learn from"), column(self._splits.train, self._splits.none)),
            (tr("Validate on"), self._splits.val),
            (tr("Start from"), self._start_from),
            (tr("Layers"), self._learn),
            (tr("Learning rate"), line(self._rate, common.label(tr("ten times less where the loss grew"), "small"))),
            (tr("Seed"), line(self._seed, common.label(tr("same seed, same training"), "small"))),
            (tr("Where"), column(self.place)),
        )
        names = {text: add_row(fields_grid, number, text, field) for number, (text, field) in enumerate(fields)}
        self._val_label = names[tr("Validate on")]
        for text, box in (
            (tr("Learning rate"), self._rate),
            (tr("Rare labels"), self._balance),
            (tr("Early stop"), self._patience),
        ):
            box.setAccessibleName(text)
        layout.addLayout(fields_grid)
        layout.addLayout(line(self._all_numbers, self._several, self._draw))
        layout.addWidget(self._numbers)
        layout.addWidget(self._grid)
        layout.addWidget(self._photos)
        layout.addStretch(1)
        whole = common.rows(self, spacing=0)
        whole.addWidget(self._area, 1)
        self._area.setWidget(sheet)
        whole.addWidget(self._foot())

    def _foot(self) -> QWidget:
        """What is always in view, however long the form is."""
        foot = common.frame("page")
        foot.setMaximumWidth(WIDTH)
        layout = common.rows(foot, margins=(20, 10, 20, 14), spacing=8)
        layout.addWidget(self._problem)
        layout.addLayout(line(self._button, self._keep, self._cancel))
        note = tr("The training goes on when this window is closed, and can be stopped and resumed.")
        layout.addWidget(common.label(note, "small", wrap=True))
        return foot

    def _listen(self) -> None:
        for number in (self._epochs, self._steps, self._batch, self._seed, self._patience, self._balance):
            number.valueChanged.connect(self._changed)
        for text in (self._name, self._rate):
            text.textChanged.connect(self._changed)
        self._name.returnPressed.connect(self._submit)
        self._preset.currentIndexChanged.connect(self._preset_changed)
        self._start_from.currentIndexChanged.connect(self._start_changed)
