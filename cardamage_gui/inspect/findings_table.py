"""The table of findings on the photo: number, damage and panel, severity, share, score, decision."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from qtpy.QtCore import QAbstractTableModel, QModelIndex, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from qtpy.QtGui import QColor, QFont, QPainter
from qtpy.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from cardamage_core.annotations.confidence import is_above
from cardamage_core.claims.model import Finding

from .. import look
from ..language import label_name, mark, numeral, percent, tr, translated
from ..widgets import common

ROW = Qt.ItemDataRole.UserRole
NUMBER, DAMAGE, SEVERITY, SHARE, SCORE, STATE = range(6)
SIGNS = {"accepted": "✓", "rejected": "✕", "unreviewed": "?", "needs work": "!", "drawn": "✓"}
SAID = {
    "accepted": "accepted",
    "rejected": "rejected",
    "unreviewed": mark("not decided yet"),
    "needs work": "needs work",
    "drawn": mark("decided by drawing it"),
}
HEADS = ("", mark("Damage"), mark("Severity"), mark("of car"), mark("Score"), "")
RIGHT = (SHARE, SCORE)
ROW_HEIGHT = 44
DISC = 10


class Row(NamedTuple):
    """A finding with what the table shows beside it: its number on the photo and the colour of its label."""

    number: str
    finding: Finding
    color: str
    of_car: float | None  # None where the share of the car is not determined

    @property
    def share(self) -> str:
        """Its share of the car in words."""
        return percent(self.of_car) if self.of_car is not None else "–"


class FindingsModel(QAbstractTableModel):
    """Rows as a table."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[Row, ...] = ()

    def set_rows(self, rows: tuple[Row, ...]) -> None:
        """Show these."""
        same = [row.finding.region.id for row in rows] == [row.finding.region.id for row in self._rows]
        if same:
            self._rows = rows
            if rows:
                self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, STATE))
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def rows(self) -> tuple[Row, ...]:
        """What is being shown."""
        return self._rows

    def rowCount(self, parent: common.ModelIndex | None = None) -> int:
        """One row for each finding."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, _parent: common.ModelIndex | None = None) -> int:
        """Number, damage, severity, share, score, decision."""
        return STATE + 1

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The heads; numbers stand right."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return tr(HEADS[section])
        side = Qt.AlignmentFlag.AlignRight if section in RIGHT else Qt.AlignmentFlag.AlignLeft
        wanted = role == Qt.ItemDataRole.TextAlignmentRole
        return int(side | Qt.AlignmentFlag.AlignVCenter) if wanted else None

    def data(self, index: common.ModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A cell in words, or the row itself."""
        row = self._rows[index.row()]
        if role == ROW:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return _text(row, index.column())
        return tip_of(row.finding) if role == Qt.ItemDataRole.ToolTipRole else None


class FindingsTable(QTableView):
    """The table; one row is current, its region is selected on the photo."""

    chosen = Signal(str)  # region id
    menu_wanted = Signal(QPoint)  # right click on a row, as a place on the screen
    details_wanted = Signal()  # double click or Enter

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("Findings")
        self.setAccessibleName(tr("Findings on this photo"))
        self._findings = FindingsModel()
        self.setModel(self._findings)
        self.setItemDelegate(_Delegate(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu)
        self.activated.connect(lambda _index: self.details_wanted.emit())
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self._arrange()
        self.selectionModel().currentRowChanged.connect(self._row_changed)

    def minimumSizeHint(self) -> QSize:
        """Room for two rows, where there are two."""
        head = self.horizontalHeader().sizeHint().height()
        return QSize(200, head + min(2, len(self._findings.rows())) * ROW_HEIGHT + 2)

    def sizeHint(self) -> QSize:
        """Room for all rows."""
        head = self.horizontalHeader().sizeHint().height()
        return QSize(300, head + len(self._findings.rows()) * ROW_HEIGHT + 2)

    def show_rows(self, rows: tuple[Row, ...]) -> None:
        """Show these and keep the current one; without severities names of damages have their room."""
        kept = self.current()
        self._findings.set_rows(rows)
        self.setColumnHidden(SEVERITY, all(row.finding.severity == "undetermined" for row in rows))
        self.setMaximumHeight(self.horizontalHeader().sizeHint().height() + len(rows) * ROW_HEIGHT + 2)
        if kept is not None:
            self.choose((kept.finding.region.id,))

    def rows(self) -> tuple[Row, ...]:
        """What is being shown."""
        return self._findings.rows()

    def current(self) -> Row | None:
        """The current finding, or None."""
        index = self.currentIndex()
        return index.data(ROW) if index.isValid() else None

    def chosen_ids(self) -> tuple[str, ...]:
        """The regions of all rows that are selected, the current one first."""
        current = self.current()
        first = [current.finding.region.id] if current else []
        others = [index.data(ROW).finding.region.id for index in self.selectionModel().selectedRows()]
        return tuple(dict.fromkeys([*first, *others]))

    def choose(self, ids: Sequence[str]) -> None:
        """Make the first of these regions current, or none."""
        known = [row.finding.region.id for row in self._findings.rows()]
        if ids and ids[0] in known:
            if self.chosen_ids()[:1] != tuple(ids[:1]):
                self.setCurrentIndex(self._findings.index(known.index(ids[0]), 0))
        else:
            self.clearSelection()
            self.setCurrentIndex(QModelIndex())

    def _arrange(self) -> None:
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setMinimumSectionSize(20)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head.setSectionResizeMode(DAMAGE, QHeaderView.ResizeMode.Stretch)
        digits = self.fontMetrics().horizontalAdvance("100.0 %")
        for column, width in ((NUMBER, 30), (SEVERITY, 64), (SHARE, digits + 10), (SCORE, 50), (STATE, 24)):
            self.setColumnWidth(column, width)

    def _row_changed(self, index: QModelIndex, _before: QModelIndex) -> None:
        self.chosen.emit(index.data(ROW).finding.region.id if index.isValid() else "")

    def _menu(self, at: QPoint) -> None:
        if self.indexAt(at).isValid():
            self.menu_wanted.emit(self.viewport().mapToGlobal(at))


class _Delegate(QStyledItemDelegate):
    """Paints the disc with its number, and strikes rejected findings out."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: common.ModelIndex) -> QSize:
        return QSize(40, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: common.ModelIndex) -> None:
        row: Row = index.data(ROW)
        colors = look.of(option.widget)
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(colors.raised))
            if index.column() == NUMBER:
                edge = QRect(option.rect.left(), option.rect.top(), 3, option.rect.height())
                painter.fillRect(edge, QColor(colors.accent))
        painter.setPen(QColor(colors.line))
        painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight())
        painter.setOpacity(1.0 if row.finding.counts or index.column() == STATE else 0.6)
        if index.column() == NUMBER:
            disc(painter, QPointF(option.rect.center()), row, colors)
        elif index.column() == DAMAGE:
            self._damage(painter, option, row, colors)
        else:
            self._cell(painter, option, index, row, colors)
        painter.restore()

    def _damage(self, painter: QPainter, option: QStyleOptionViewItem, row: Row, colors: look.Palette) -> None:
        finding = row.finding
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        upper, lower = option.rect.adjusted(6, 5, -2, -22), option.rect.adjusted(6, 22, -2, -5)
        font = QFont(option.font)
        font.setStrikeOut(finding.decision == "rejected")
        small = QFont(font)
        small.setPixelSize(look.SMALL + 1)
        aside = finding.cause if finding.cause != "this event" else ""
        for one, box, text, color in (
            (font, upper, label_name(finding.region.label) or tr("no label"), colors.text),
            (
                small,
                lower,
                " · ".join(filter(None, (translated(aside), label_name(finding.panel) or tr("no panel")))),
                colors.muted,
            ),
        ):
            painter.setFont(one)
            painter.setPen(QColor(color))
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, box.width())
            painter.drawText(box, left, shown)

    def _cell(
        self, painter: QPainter, option: QStyleOptionViewItem, index: common.ModelIndex, row: Row, colors: look.Palette
    ) -> None:
        column, decision = index.column(), row.finding.decision
        font = QFont(option.font)
        font.setStrikeOut(decision == "rejected" and column != STATE)
        painter.setFont(font)
        color = colors.bad if decision == "rejected" else colors.warn if row.finding.is_open else colors.good
        undetermined = column == SEVERITY and row.finding.severity == "undetermined"
        painter.setPen(QColor(color if column == STATE else colors.muted if undetermined else colors.text))
        side = (
            Qt.AlignmentFlag.AlignRight
            if column in RIGHT
            else Qt.AlignmentFlag.AlignHCenter
            if column == STATE
            else Qt.AlignmentFlag.AlignLeft
        )
        box = option.rect.adjusted(4, 0, -6 if column in RIGHT else -2, 0)
        text = painter.fontMetrics().elidedText(index.data(), Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, side | Qt.AlignmentFlag.AlignVCenter, text)


def disc(painter: QPainter, center: QPointF, row: Row, colors: look.Palette) -> None:
    """The disc with a finding's number, as on the photo."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.label_color(row.color))
    painter.drawEllipse(center, DISC, DISC)
    font = painter.font()
    font.setBold(True)
    font.setPixelSize(look.SMALL + 1)
    painter.setFont(font)
    painter.setPen(QColor(colors.halo))
    box = QRectF(center.x() - DISC, center.y() - DISC, 2 * DISC, 2 * DISC)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, row.number)
    painter.restore()


def tip_of(finding: Finding) -> str:
    """What is known of a finding, in a line."""
    origin = finding.region.origin
    by = (
        tr("outlined by {model}", model=origin.model)
        if origin.kind == "predicted"
        else f"{translated(origin.kind)} {origin.source}".strip()
    )
    shares = (
        (finding.of_car, tr("of the car")),
        (finding.of_panel, tr("of the {panel}", panel=label_name(finding.panel))),
        (finding.of_photo, tr("of the photo")),
    )
    told = [f"{percent(share)} {words}" for share, words in shares if share is not None]
    label = label_name(finding.region.label) or tr("no label")
    return " · ".join(
        [
            f"{finding.number} {label}",
            by,
            translated(SAID[finding.state]),
            *told,
            *([finding.note] if finding.note else []),
        ]
    )


def hidden_below(regions: Sequence[Any], threshold: float) -> int:
    """How many open predictions lie below the threshold."""
    return sum(not is_above(region, threshold) for region in regions)


def _text(row: Row, column: int) -> str:
    finding = row.finding
    if column == NUMBER:
        return row.number
    if column == DAMAGE:
        return f"{label_name(finding.region.label) or tr('no label')}, {label_name(finding.panel) or tr('no panel')}"
    if column == SEVERITY:
        return "–" if finding.severity == "undetermined" else translated(finding.severity)
    if column == SHARE:
        return row.share
    if column == SCORE:
        score = finding.region.origin.score
        return numeral(f"{score:.2f}") if score is not None else "–"
    return SIGNS[finding.state]
