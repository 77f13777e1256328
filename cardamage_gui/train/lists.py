"""The left side of the Train page: what can be begun, and the jobs, models and evaluations of the project."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from qtpy.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal
from qtpy.QtWidgets import QScrollArea, QWidget

from ..commands.editor import keyed
from ..language import tr
from ..widgets import common
from .jobs import EvaluationDelegate, ItemsView, JobDelegate, ModelDelegate

if TYPE_CHECKING:
    from cardamage_core.models.registry import Model

SHORTEST = 220  # pixels of the list's width


class Lists(QWidget):
    """Three lists below each other, of which at most one has a chosen row."""

    new_training = Signal()
    show_data = Signal()
    show_table = Signal()
    import_model = Signal()
    job_chosen = Signal()
    model_chosen = Signal()
    evaluation_chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.jobs = ItemsView(JobDelegate, tr("Jobs"))
        self.models = ItemsView(ModelDelegate, tr("Models"))
        self.evaluations = ItemsView(EvaluationDelegate, tr("Evaluations"))
        self._views = (self.jobs, self.models, self.evaluations)
        self.new = common.button(tr("New training"), self.new_training.emit, "primary")
        keyed(self.new, "new_training", tr("New training"), key="Ctrl+T")
        about = tr("Photos and regions by label and split")
        self.data = common.button(tr("Data set"), self.show_data.emit, tip=about)
        keyed(self.data, "show_data", tr("Data set"), key="Ctrl+Shift+D")
        self._import = common.button(tr("Import a model…"), self.import_model.emit, "link")
        tip = tr("The founding project's table beside what this project's models were judged by")
        self._table = common.button(tr("Founding table"), self.show_table.emit, "link", tip=tip)
        self._arrange()
        self._listen()

    def show_jobs(self, jobs: Sequence[object], evaluations: Sequence[object]) -> None:
        """Show these jobs and evaluations; what was chosen stays chosen."""
        self.jobs.show_items(jobs)
        self.evaluations.show_items(evaluations)
        self._show_heads()

    def show_models(self, models: Sequence[Model]) -> None:
        """Show these models."""
        self.models.show_items(models)
        self._show_heads()

    def listed_models(self) -> list[Model]:
        """The models as they are listed."""
        items = self.models.items
        return [items.index(row).data(Qt.ItemDataRole.UserRole) for row in range(items.rowCount())]

    def allow(self, *, reading: bool, writing: bool) -> None:
        """What a project can be asked for: none without one, no training where it is only read."""
        self.data.setEnabled(reading)
        self.new.setEnabled(writing)

    def choose_none(self) -> None:
        """No row is chosen."""
        for view in self._views:
            _clear(view)

    def scrolled(self) -> QScrollArea:
        """The area that scrolls it."""
        area = common.Scrolled(self, tr("Jobs and models"))
        area.setMinimumWidth(SHORTEST)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        return area

    def _chosen(self, view: ItemsView, signal: str, *_: object) -> None:
        if view.chosen() is not None:
            for other in self._views:
                if other is not view:
                    _clear(other)
            getattr(self, signal).emit()

    def _show_heads(self) -> None:
        for view, parts in self._heads.items():
            for part in parts:
                part.setVisible(view.items.rowCount() > 0)

    def _arrange(self) -> None:
        sheet = common.frame("panel")
        layout = common.rows(sheet, margins=(0, 2, 0, 12), spacing=8)
        layout.addWidget(_inset(self.new))
        layout.addWidget(_inset(self.data))
        layout.addSpacing(8)
        self._heads: dict[ItemsView, tuple[QWidget, ...]] = {}
        for view, below in ((self.jobs, ()), (self.models, (self._import,)), (self.evaluations, (self._table,))):
            head, after = common.section(view.accessibleName()), [_inset(one) for one in below]
            for part in (_inset(head), view, *after):
                layout.addWidget(part)
            self._heads[view] = (head, *(after if view is self.evaluations else ()))
        layout.addStretch(1)
        common.rows(self).addWidget(sheet)
        self._show_heads()

    def _listen(self) -> None:
        for view, signal in (
            (self.jobs, "job_chosen"),
            (self.models, "model_chosen"),
            (self.evaluations, "evaluation_chosen"),
        ):
            view.selectionModel().currentChanged.connect(partial(self._chosen, view, signal))


def _clear(view: ItemsView) -> None:
    view.selectionModel().setCurrentIndex(QModelIndex(), QItemSelectionModel.SelectionFlag.Clear)


def _inset(widget: QWidget) -> QWidget:
    box = QWidget()
    common.rows(box, margins=(14, 0, 14, 0)).addWidget(widget)
    return box
