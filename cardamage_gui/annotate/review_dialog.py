"""The dialog that begins a review: a model judges all photos, or models trained on a part judge the other part."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QButtonGroup, QDialog, QHBoxLayout, QRadioButton, QWidget

from ..language import amount, mark, tr, translated
from ..widgets import common

if TYPE_CHECKING:
    from cardamage_core.models.registry import Model

ABOUT = mark(
    "Looks at every annotated photo for overlooked damage, phantom regions, sloppy outlines and swapped labels, and"
    " ranks them. Nothing is changed."
)
BY_MODEL = mark("It must not have learned from these photos: what a model was taught it does not doubt.")
BY_FOLDS = mark("Surest, and slow: as many trainings, one after another, on this computer.")
MOST_FOLDS = 10


class ReviewDialog(QDialog):
    """Who is to judge; the queue that there is can be gone on with."""

    wanted = Signal(object)  # reviews.Request
    queue_wanted = Signal()

    def __init__(self, models: Sequence[Model], left: int, parent: QWidget) -> None:
        """`left` is the number of places in the queue that there is."""
        super().__init__(parent)
        self.setWindowTitle(tr("Review queue"))
        self.setMinimumWidth(500)
        self.by_model = QRadioButton(tr("One model judges all photos"))
        self.by_folds = QRadioButton(tr("Models trained on a part judge the other part"))
        self._which = QButtonGroup(self)
        self._which.addButton(self.by_model)
        self._which.addButton(self.by_folds)
        self.models = common.ComboBox()
        self.models.setAccessibleName(tr("Model"))
        for model in models:
            self.models.addItem(model.card.name, model)
        self.folds = common.SpinBox()
        self.folds.setRange(2, MOST_FOLDS)
        self.folds.setAccessibleName(tr("Number of parts"))
        self.start = common.button(tr("Review", sense="button"), self._start, "primary")
        self.go_on = common.button(tr("Go on with the queue"), self._go_on)
        self._arrange(left)
        self._offer(models)

    def _offer(self, models: Sequence[Model]) -> None:
        from cardamage_core.training import requirements

        lacking = requirements.sentence()
        self.by_model.setEnabled(bool(models))
        self.by_folds.setEnabled(not lacking)
        self._lacks.setText(translated(lacking))
        self._lacks.setVisible(bool(lacking))
        (self.by_model if models else self.by_folds).setChecked(True)
        self.start.setEnabled(bool(models) or not lacking)

    def _arrange(self, left: int) -> None:
        column = common.rows(self, margins=(24, 20, 24, 16), spacing=10)
        column.addWidget(common.label(translated(ABOUT), "small", wrap=True))
        self._lacks = common.label("", "small", wrap=True)
        for radio, field, about in (
            (self.by_model, self.models, BY_MODEL),
            (self.by_folds, self.folds, BY_FOLDS),
        ):
            line = QHBoxLayout()
            line.addWidget(radio, 1)
            line.addWidget(field)
            column.addLayout(line)
            said = common.label(translated(about), "small", wrap=True)
            said.setContentsMargins(24, 0, 0, 0)
            column.addWidget(said)
        column.addWidget(self._lacks)
        column.addStretch(1)
        buttons = QHBoxLayout()
        if left:
            buttons.addWidget(common.label(tr("{places} left to look at.", places=amount(left, "place")), "small"))
        self.go_on.setVisible(left > 0)
        buttons.addStretch(1)
        for button in (common.button(tr("Cancel"), self.reject), self.go_on, self.start):
            buttons.addWidget(button)
        column.addLayout(buttons)

    def _start(self) -> None:
        from cardamage_core.jobs.reviews import Request

        model = self.models.currentData()
        by_folds = self.by_folds.isChecked()
        self.wanted.emit(Request(folds=self.folds.value()) if by_folds else Request(str(model.folder)))
        self.accept()

    def _go_on(self) -> None:
        self.accept()
        self.queue_wanted.emit()
