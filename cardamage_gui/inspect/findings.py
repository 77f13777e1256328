"""The panel of findings at the right: damage figure, table to accept and reject, model and outline buttons.

A finding is a damage on the photo, numbered in drawing order.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
from qtpy.QtCore import QAbstractTableModel, QModelIndex, QPointF, QRectF, QSize, Qt, Signal
from qtpy.QtGui import QColor, QFont, QPainter
from qtpy.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from cardamage_core.annotations.confidence import is_above
from cardamage_core.annotations.model import Label, Region, Review
from cardamage_core.assessment.damage import Damage
from cardamage_core.project.prediction_log import Look
from cardamage_core.text import percent

from .. import look
from ..commands.editor import chip
from ..widgets import common
from ..widgets.common import DamageCard

if TYPE_CHECKING:
    from cardamage_core.models.registry import Model


KEYS = (("inspect_accept", "Y", "accept"), ("inspect_reject", "N", "reject"), ("next_photo", "D", "next photo"))


class FindingsPanel(QFrame):
    """Shows what it is given; its table and its buttons tell what was chosen."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.setMinimumWidth(300)
        self.card = DamageCard()
        self.table = FindingsTable()
        self.outline_bar = OutlineBar()
        self._nothing = common.label("", "muted", wrap=True)
        self._arrange()

    def show_nothing(self) -> None:
        """No photo is shown."""
        self.card.show_damage(None)
        self.table.show_rows((), "of photo")
        self._nothing.hide()

    def show_findings(
        self, damage: Damage, rows: tuple[Finding, ...], *, hidden: int, threshold: float, look: Look | None = None
    ) -> None:
        """The figure and the findings; `hidden` predictions lie below the threshold; `look`: a model's last one."""
        self.card.show_damage(damage)
        self.table.show_rows(rows, f"of {damage.denominator}")
        failed = look is not None and bool(look.problem)
        self._nothing.setVisible(not rows or failed)
        common.set_role(self._nothing, "bad" if failed else "muted")
        self._nothing.setText(nothing_said(hidden, threshold, outlined=damage.percent is not None, look=look))

    def _arrange(self) -> None:
        layout = common.rows(self, margins=(0, 0, 0, 12), spacing=8)
        card = QVBoxLayout()
        card.setContentsMargins(12, 0, 12, 8)
        card.addWidget(self.card)
        body = QVBoxLayout()
        body.setContentsMargins(14, 0, 8, 0)
        body.setSpacing(8)
        body.addWidget(common.section("Findings on this photo"))
        body.addWidget(self._nothing)
        body.addWidget(self.table, 1)
        body.addLayout(_keys())
        layout.addLayout(card)
        layout.addLayout(body, 1)
        layout.addWidget(self.outline_bar)


def nothing_said(hidden: int, threshold: float, *, outlined: bool, look: Look | None = None) -> str:
    """Why the table is empty; `outlined` tells that there is something on the photo, such as the car."""
    if look is not None and look.problem:
        return f"The damage could not be outlined. {look.problem}"
    if hidden:
        some = "1 finding lies" if hidden == 1 else f"{hidden} findings lie"
        return f"{some} below {100 * threshold:.0f} %. Move the slider to see more."
    if outlined:
        return "No damage is outlined on this photo."
    if look is not None and not look.regions:
        return f"{look.model} saw no damage on this photo."
    return "Nothing is outlined on this photo yet. Outline damage asks the model."


def _keys() -> QHBoxLayout:
    line = QHBoxLayout()
    line.setSpacing(6)
    for action, key, text in KEYS:
        line.addWidget(chip(action, key))
        line.addWidget(common.label(text, "small"))
        line.addSpacing(4)
    line.addStretch(1)
    return line


ROW = Qt.ItemDataRole.UserRole
NUMBER, DAMAGE, SHARE, SCORE, STATE = range(5)
SIGNS = {"accepted": "✓", "rejected": "✕", "unreviewed": "?", "needs work": "!"}
SAID = {"accepted": "accepted", "rejected": "rejected", "unreviewed": "not decided yet", "needs work": "needs work"}
ROW_HEIGHT = 40


class FindingsModel(QAbstractTableModel):
    """Rows as a table."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[Finding, ...] = ()
        self._share = "of photo"

    def set_rows(self, rows: tuple[Finding, ...], share: str) -> None:
        """Show these; `share` heads the column of percentages."""
        same = [row.region.id for row in rows] == [row.region.id for row in self._rows]
        if same and share == self._share:
            self._rows = rows
            if rows:
                self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, STATE))
            return
        self.beginResetModel()
        self._rows, self._share = rows, share
        self.endResetModel()

    def rows(self) -> tuple[Finding, ...]:
        """What is being shown."""
        return self._rows

    def rowCount(self, parent: common.ModelIndex | None = None) -> int:
        """One row for each finding."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, _parent: common.ModelIndex | None = None) -> int:
        """Number, damage, share, score, decision."""
        return STATE + 1

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The heads; numbers stand right."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return ("", "Damage", self._share, "score", "")[section]
        right = section in (SHARE, SCORE)
        return (
            int((Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft) | Qt.AlignmentFlag.AlignVCenter)
            if role == Qt.ItemDataRole.TextAlignmentRole
            else None
        )

    def data(self, index: common.ModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A cell in words, or the row itself."""
        row = self._rows[index.row()]
        if role == ROW:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return _text(row, index.column())
        return _tip(row) if role == Qt.ItemDataRole.ToolTipRole else None


class FindingsTable(QTableView):
    """The table; one row is current, its region is selected on the photo."""

    chosen = Signal(str)  # region id

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("Findings")
        self.setAccessibleName("Findings on this photo")
        self._findings = FindingsModel()
        self.setModel(self._findings)
        self.setItemDelegate(_Delegate(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setMinimumSectionSize(24)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head.setSectionResizeMode(DAMAGE, QHeaderView.ResizeMode.Stretch)
        for column, width in ((NUMBER, 36), (SHARE, 64), (SCORE, 50), (STATE, 30)):
            self.setColumnWidth(column, width)
        self.selectionModel().currentRowChanged.connect(self._row_changed)

    def show_rows(self, rows: tuple[Finding, ...], share: str) -> None:
        """Show these and keep the current one."""
        kept = self.current()
        self._findings.set_rows(rows, share)
        if kept is not None:
            self.choose((kept.region.id,))

    def current(self) -> Finding | None:
        """The current finding, or None."""
        index = self.currentIndex()
        return index.data(ROW) if index.isValid() else None

    def choose(self, ids: Sequence[str]) -> None:
        """Make the first of these regions current, or none."""
        known = [row.region.id for row in self._findings.rows()]
        if ids and ids[0] in known:
            self.setCurrentIndex(self._findings.index(known.index(ids[0]), 0))
        else:
            self.clearSelection()
            self.setCurrentIndex(QModelIndex())

    def next_open(self) -> None:
        """Go on to the next undecided finding."""
        rows = self._findings.rows()
        start = self.currentIndex().row() + 1
        order = [*range(start, len(rows)), *range(start)]
        for number in order:
            if rows[number].region.review == "unreviewed":
                self.setCurrentIndex(self._findings.index(number, 0))
                return

    def _row_changed(self, index: QModelIndex, _before: QModelIndex) -> None:
        self.chosen.emit(index.data(ROW).region.id if index.isValid() else "")


class _Delegate(QStyledItemDelegate):
    """Paints the disc with its number, and strikes rejected findings out."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: common.ModelIndex) -> QSize:
        return QSize(40, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: common.ModelIndex) -> None:
        row: Finding = index.data(ROW)
        colors = look.of(option.widget)
        rejected = row.region.review == "rejected"
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(colors.raised))
        painter.setPen(QColor(colors.line))
        painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight())
        painter.setOpacity(0.55 if rejected else 1.0)
        if index.column() == NUMBER:
            _disc(painter, QPointF(option.rect.center()), row, colors)
        else:
            self._cell(painter, option, index, row, colors)
        painter.restore()

    def _cell(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: common.ModelIndex,
        row: Finding,
        colors: look.Palette,
    ) -> None:
        column = index.column()
        font = QFont(option.font)
        font.setStrikeOut(row.region.review == "rejected" and column != STATE)
        painter.setFont(font)
        color = {"accepted": colors.good, "rejected": colors.bad}.get(row.region.review, colors.muted)
        painter.setPen(QColor(color if column == STATE else colors.text))
        side = (
            Qt.AlignmentFlag.AlignLeft
            if column == DAMAGE
            else Qt.AlignmentFlag.AlignHCenter
            if column == STATE
            else Qt.AlignmentFlag.AlignRight
        )
        box = option.rect.adjusted(4, 0, -6, 0)
        text = painter.fontMetrics().elidedText(index.data(), Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, side | Qt.AlignmentFlag.AlignVCenter, text)


def _disc(painter: QPainter, center: QPointF, row: Finding, colors: look.Palette) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.label_color(row.color))
    painter.drawEllipse(center, 10, 10)
    font = painter.font()
    font.setBold(True)
    font.setPixelSize(12)
    painter.setFont(font)
    painter.setPen(QColor(colors.halo))
    painter.drawText(QRectF(center.x() - 10, center.y() - 10, 20, 20), Qt.AlignmentFlag.AlignCenter, str(row.number))


def _text(row: Finding, column: int) -> str:
    if column == NUMBER:
        return str(row.number)
    if column == DAMAGE:
        return row.region.label or "no label"
    if column == SHARE:
        return percent(row.percent) if row.percent is not None else "–"
    if column == SCORE:
        return f"{row.score:.2f}" if row.score is not None else "–"
    return SIGNS[row.region.review]


def _tip(row: Finding) -> str:
    origin = row.region.origin
    by = f"outlined by {origin.model}" if origin.kind == "predicted" else f"{origin.kind} {origin.source}".strip()
    return f"{row.region.label or 'no label'} · {by} · {SAID[row.region.review]}"


class OutlineBar(QWidget):
    """The models, and the buttons that outline damage or stop doing so."""

    model_chosen = Signal(object)  # Model or None
    outline = Signal()
    outline_all = Signal()
    stop = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._make()
        self._arrange()

    def show_models(self, models: Sequence[Model], chosen: str) -> None:
        """Offer these models; `chosen` is an id, else the newest."""
        self._models.blockSignals(True)
        self._models.clear()
        for model in models:
            self._models.addItem(model.card.name, model)
            self._models.setItemData(self._models.count() - 1, model.card.id, Qt.ItemDataRole.ToolTipRole)
        ids = [model.card.id for model in models]
        self._models.setCurrentIndex(ids.index(chosen) if chosen in ids else 0)
        self._models.blockSignals(False)
        self._models.setVisible(bool(models))
        self.model_chosen.emit(self.model())

    def model(self) -> Model | None:
        """The model chosen, or None."""
        return self._models.currentData()

    def show_work(self, *, busy: bool, possible: bool, why_not: str) -> None:
        """Whether photos are being outlined, or could be."""
        self._outline.setVisible(not busy)
        self._all.setVisible(not busy)
        self._stop.setVisible(busy)
        for button in (self._outline, self._all):
            button.setEnabled(possible)
        self._none.setText(why_not)
        self._none.setVisible(bool(why_not))
        self._outline.setToolTip(why_not or "Outline the damage on this photo (Ctrl+D)")

    def _make(self) -> None:
        self._models = common.ComboBox()
        self._models.setAccessibleName("Model")
        self._models.setToolTip("The model that outlines")
        self._models.currentIndexChanged.connect(lambda _row: self.model_chosen.emit(self.model()))
        self._outline = common.button("Outline damage", self.outline.emit, "primary")
        self._all = common.button("All photos", self.outline_all.emit, tip="Outline the damage on all photos")
        self._stop = common.button("Stop", self.stop.emit, tip="Outline no more photos; what is stored stays")
        self._stop.hide()
        self._none = common.label("", "small", wrap=True)

    def _arrange(self) -> None:
        column = common.rows(self, margins=(14, 0, 14, 0), spacing=8)
        column.addWidget(self._none)
        column.addWidget(self._models)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self._outline, 1)
        line.addWidget(self._stop, 1)
        line.addWidget(self._all)
        column.addLayout(line)


@dataclass(frozen=True)
class Finding:
    """One finding: its number on the photo, the region, its label's colour and its share in percent (None: none)."""

    number: int
    region: Region
    color: str
    percent: float | None

    @property
    def score(self) -> float | None:
        """How sure the model is, 0…1; None for what a person outlined."""
        return self.region.origin.score


def findings_of(
    regions: Sequence[Region], labels: Sequence[Label], damage: Damage, threshold: float
) -> tuple[Finding, ...]:
    """The damage findings shown, numbered from 1 in drawing order; outlines of the car are none."""
    known = {label.name: label for label in labels}
    found = [
        region
        for region in regions
        if is_above(region, threshold) and (region.label not in known or known[region.label].role != "car")
    ]
    return tuple(
        Finding(
            number,
            region,
            known[region.label].color if region.label in known else "",
            damage.by_region.get(region.id, damage.proposed.get(region.id)),
        )
        for number, region in enumerate(found, start=1)
    )


def decided(regions: Sequence[Region], region_id: str, review: Review) -> tuple[Region, ...]:
    """The regions with one accepted or rejected; the same decision again takes it back."""
    return tuple(
        msgspec.structs.replace(region, review="unreviewed" if region.review == review else review)
        if region.id == region_id
        else region
        for region in regions
    )


def with_predictions(before: Sequence[Region], found: Sequence[Region], models: Collection[str]) -> tuple[Region, ...]:
    """New predictions of models in place of their earlier undecided ones; outlines with a decision stay as they are."""
    kept = [
        r for r in before if r.origin.kind != "predicted" or r.origin.model not in models or r.review != "unreviewed"
    ]
    return (*kept, *(region for region in found if not _known(region, kept)))


def _known(region: Region, kept: Sequence[Region]) -> bool:
    """Whether a person has decided on this very outline before."""
    return any(one.origin.model == region.origin.model and one.shape == region.shape for one in kept)
