"""The jobs of a project: a watch on their folders, and the lists of trainings and models.

The workers are processes of their own and write into their job folders. `JobsWatch` reads the folders twice a second
while a job is live, and now and then otherwise, so that a job started on the command line appears too.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QAbstractListModel, QModelIndex, QObject, QRect, QRectF, QSize, Qt, QTimer, Signal
from qtpy.QtGui import QColor, QFont, QFontMetrics, QPainter
from qtpy.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from cardamage_core.errors import CarDamageError
from cardamage_core.training.metrics import METRICS

from .. import look
from ..background import Background, Task
from ..language import amount, numeral, tr, translated
from ..session import Session
from ..widgets import common

if TYPE_CHECKING:
    from cardamage_core.jobs.evaluations import EvaluationStatus
    from cardamage_core.jobs.queue import JobStatus
    from cardamage_core.models.registry import Model

Found = tuple[tuple["JobStatus", ...], tuple["EvaluationStatus", ...]]
ITEM = Qt.ItemDataRole.UserRole
JOB_ROW = 64


class ItemsModel(QAbstractListModel):
    """Values in a list, told apart by a key; rows that stay keep their selection."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._items: list[Any] = []

    def rowCount(self, parent: common.ModelIndex | None = None) -> int:
        """Rows at the top level."""
        return 0 if parent is not None and parent.isValid() else len(self._items)

    def data(self, index: common.ModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The value itself, or its name for screen readers and tests."""
        if not index.isValid():
            return None
        item = self._items[index.row()]
        if role == ITEM:
            return item
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return name_of(item)
        return tip_of(item) if role == Qt.ItemDataRole.ToolTipRole else None

    def set_items(self, items: Sequence[Any]) -> None:
        """Show these; nothing moves when only their state changed."""
        if [key_of(item) for item in items] == [key_of(item) for item in self._items]:
            self._items = list(items)
            if items:
                self.dataChanged.emit(self.index(0), self.index(len(items) - 1))
            return
        self.beginResetModel()
        self._items = list(items)
        self.endResetModel()

    def index_of(self, key: str) -> QModelIndex:
        """Where the item with this key stands; invalid when it is not there."""
        keys = [key_of(item) for item in self._items]
        return self.index(keys.index(key)) if key in keys else QModelIndex()


class ItemsView(QListView):
    """A list as high as its rows."""

    def __init__(self, delegate: type[QStyledItemDelegate], name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setObjectName(name)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.items = ItemsModel(self)
        self.setItemDelegate(delegate(self))
        self.setModel(self.items)

    def show_items(self, items: Sequence[Any]) -> None:
        """Show these items and keep what was chosen."""
        chosen = self.chosen()
        self.items.set_items(items)
        if chosen is not None and self.chosen() is None:
            self.setCurrentIndex(self.items.index_of(key_of(chosen)))
        rows = self.items.rowCount()
        height = self.sizeHintForRow(0) * rows if rows else 0
        self.setMinimumHeight(min(height, 3 * JOB_ROW))
        self.setMaximumHeight(height)

    def chosen(self) -> Any:
        """The chosen item, or None."""
        return self.currentIndex().data(ITEM) if self.currentIndex().isValid() else None


class JobDelegate(QStyledItemDelegate):
    """A training: name, state, bar, and what there is to say about it."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: common.ModelIndex) -> QSize:
        """All rows are alike."""
        return QSize(100, JOB_ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: common.ModelIndex) -> None:
        """Draw one row."""
        job: JobStatus = index.data(ITEM)
        colors = look.of(option.widget)
        box = paint_row(painter, option, colors)
        color = QColor(state_color(colors, job.state))
        metrics = QFontMetrics(option.font)
        state = translated(job.state)
        width = metrics.horizontalAdvance(state)
        painter.setPen(color)
        painter.drawText(box.right() - width, box.top() + 8 + metrics.ascent(), state)
        painter.setPen(QColor(colors.text))
        name = metrics.elidedText(job.job.name, Qt.TextElideMode.ElideMiddle, box.width() - width - 12)
        painter.drawText(box.left(), box.top() + 8 + metrics.ascent(), name)
        _paint_bar(painter, QRect(box.left(), box.top() + 31, box.width(), 6), job.fraction, color, colors)
        painter.setPen(QColor(colors.muted))
        painter.setFont(small(option))
        text = QFontMetrics(painter.font()).elidedText(said_of(job), Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(
            QRect(box.left(), box.top() + 41, box.width(), 18),
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
            text,
        )


class ModelDelegate(QStyledItemDelegate):
    """A model: its name and how good it is."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: common.ModelIndex) -> QSize:
        """All rows are alike."""
        return QSize(100, look.ROW_SMALL + 4)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: common.ModelIndex) -> None:
        """Draw one row."""
        model: Model = index.data(ITEM)
        colors = look.of(option.widget)
        box = paint_row(painter, option, colors)
        metrics = QFontMetrics(option.font)
        best = METRICS[0]
        measured = model.card.metrics.get(best.key)
        said = (
            numeral(f"{translated(best.column)} {measured:.2f}")
            if isinstance(measured, int | float)
            else model.card.preset
        )
        width = metrics.horizontalAdvance(said)
        painter.setPen(QColor(colors.muted))
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, said)
        painter.setPen(QColor(colors.text))
        name = metrics.elidedText(model.card.name, Qt.TextElideMode.ElideMiddle, box.width() - width - 12)
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)


class EvaluationDelegate(QStyledItemDelegate):
    """An evaluation: the model, the photos, and how far it is."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: common.ModelIndex) -> QSize:
        """All rows are alike."""
        return QSize(100, look.ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: common.ModelIndex) -> None:
        """Draw one row."""
        one: EvaluationStatus = index.data(ITEM)
        colors = look.of(option.widget)
        box = paint_row(painter, option, colors)
        metrics = QFontMetrics(option.font)
        said = f"{100 * one.fraction:.0f} %" if one.state == "running" else translated(one.state)
        width = metrics.horizontalAdvance(said)
        painter.setPen(QColor(state_color(colors, one.state)))
        painter.drawText(box.right() - width, box.top() + 6 + metrics.ascent(), said)
        painter.setPen(QColor(colors.text))
        name = metrics.elidedText(name_of(one), Qt.TextElideMode.ElideMiddle, box.width() - width - 12)
        painter.drawText(box.left(), box.top() + 6 + metrics.ascent(), name)
        painter.setPen(QColor(colors.muted))
        painter.setFont(small(option))
        painter.drawText(box.left(), box.top() + 38, made_at(one.id))


def made_at(id_: str) -> str:
    """The moment in the id of a job or evaluation: "2026-11-29 00:12"."""
    return f"{id_[:4]}-{id_[4:6]}-{id_[6:8]} {id_[9:11]}:{id_[11:13]}" if len(id_) > 13 else id_


def paint_row(painter: QPainter, option: QStyleOptionViewItem, colors: look.Palette) -> QRect:
    """Draw a row's ground and give back the box for what stands on it."""
    chosen = bool(option.state & QStyle.StateFlag.State_Selected)
    if chosen or option.state & QStyle.StateFlag.State_MouseOver:
        painter.fillRect(option.rect, QColor(colors.raised))
    if chosen:
        painter.fillRect(QRect(option.rect.left(), option.rect.top(), 3, option.rect.height()), QColor(colors.accent))
    painter.setFont(option.font)
    return option.rect.adjusted(15, 0, -14, 0)


def state_color(colors: look.Palette, state: str) -> str:
    """The colour of a job's state."""
    known = {"running": colors.accent, "finished": colors.good, "stopped": colors.warn, "failed": colors.bad}
    return known.get(state, colors.muted)


def said_of(job: JobStatus) -> str:
    """One line about how far a job is."""
    if job.state == "running" and job.step:
        return tr(
            "{percent:.0f} % · step {step} of {total_steps}",
            percent=100 * job.fraction,
            step=job.step,
            total_steps=job.total_steps,
        )
    if job.state == "finished":
        return " · ".join((amount(job.epoch, "epoch"), amount(job.total_steps, "step")))
    if job.state == "stopped" and job.step:
        return tr("step {step} of {total_steps}", step=job.step, total_steps=job.total_steps)
    return translated(job.message)


def small(option: QStyleOptionViewItem) -> QFont:
    """The row's font, one size down."""
    font = QFont(option.font)
    font.setPixelSize(12)
    return font


def key_of(item: Any) -> str:
    """What tells jobs, and models, apart."""
    return item.id if hasattr(item, "id") else item.card.id


def name_of(item: Any) -> str:
    """The name of a job, evaluation or model."""
    if hasattr(item, "request"):
        return tr("{model_name} on {split}", model_name=item.request.model_name, split=item.request.split)
    return str(item.job.name if hasattr(item, "job") else item.card.name)


def tip_of(item: Any) -> str:
    """All of it, where the row had to cut."""
    if hasattr(item, "job"):
        return f"{item.job.name}\n{translated(item.message)}"
    if hasattr(item, "request"):
        return f"{name_of(item)}\n{translated(item.message)}"
    photos = item.card.metrics.get("photos")
    measured = (
        tr("Measured while training, on {photos}; an evaluation judges on all.", photos=amount(photos, "photo"))
        if isinstance(photos, int) and "mask_ap50" in item.card.metrics
        else ""
    )
    return "\n".join(filter(None, (item.card.name, item.card.id, measured)))


def _paint_bar(painter: QPainter, box: QRect, fraction: float, color: QColor, colors: look.Palette) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colors.line))
    painter.drawRoundedRect(QRectF(box), 3, 3)
    if fraction > 0:
        painter.setBrush(color)
        painter.drawRoundedRect(QRectF(box.left(), box.top(), max(6.0, box.width() * fraction), box.height()), 3, 3)
    painter.restore()


LIVE, IDLE = 500, 4000  # milliseconds between two looks


class JobsWatch(QObject):
    """The project's jobs, newest first, as they were at the last look."""

    changed = Signal()  # the list or the state of a job
    finished = Signal(object)  # JobStatus of a job that ended while we watched

    def __init__(self, session: Session, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._background = background
        self._jobs: tuple[JobStatus, ...] = ()
        self._evaluations: tuple[EvaluationStatus, ...] = ()
        self._folder: Path | None = None
        self._looking: Task | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.look)
        session.project_changed.connect(self._project_changed)

    def jobs(self) -> tuple[JobStatus, ...]:
        """All jobs of the open project, newest first."""
        return self._jobs

    def evaluations(self) -> tuple[EvaluationStatus, ...]:
        """All evaluations of the open project, newest first."""
        return self._evaluations

    def running(self) -> JobStatus | None:
        """The job that runs now, else the next one that waits."""
        live = [job for job in self._jobs if job.live]
        return next((job for job in live if job.state == "running"), live[-1] if live else None)

    def look(self) -> None:
        """Look at the folders now; `changed` follows when something did."""
        if self._looking is not None or self._folder is None:
            return
        folder = self._folder
        self._looking = self._background.run(lambda: _found(folder), self._seen, self._not_seen, urgent=True)

    def close(self) -> None:
        """Look no more."""
        self._timer.stop()
        self._folder = None
        if self._looking is not None:
            self._looking.cancel()

    def _project_changed(self) -> None:
        project = self._session.project
        self._folder = project.folder if project else None
        if self._looking is not None:
            self._looking.cancel()  # what it finds, or fails at, is another project's
        self._looking = None
        self._take(((), ()))
        self.look()

    def _seen(self, found: Found) -> None:
        self._looking = None
        self._take(found)
        self._timer.start(LIVE if any(one.live for each in found for one in each) else IDLE)

    def _not_seen(self, error: CarDamageError) -> None:
        self._looking = None
        self._timer.start(IDLE)
        self._session.failed.emit(error)

    def _take(self, found: Found) -> None:
        jobs, evaluations = found
        if (jobs, evaluations) == (self._jobs, self._evaluations):
            return
        was_live = {job.id for job in self._jobs if job.live}
        self._jobs, self._evaluations = jobs, evaluations
        self.changed.emit()
        for job in jobs:
            if job.id in was_live and not job.live:
                self.finished.emit(job)


def _found(folder: Path) -> Found:
    from cardamage_core.jobs import evaluations, queue  # not needed for the first paint

    return tuple(queue.jobs(folder)), tuple(evaluations.evaluations(folder))
