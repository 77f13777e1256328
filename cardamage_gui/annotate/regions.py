"""The region list, in step with the selection of the canvas, and the coloured rows of it and the label list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from qtpy.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QModelIndex,
    QObject,
    QRect,
    QRectF,
    QSize,
    QStringListModel,
    Qt,
    Signal,
)
from qtpy.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QResizeEvent
from qtpy.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from cardamage_core.annotations.lookup import exchanged
from cardamage_core.annotations.model import Label, Region
from cardamage_core.annotations.shapes import vertex_count

from .. import look
from ..language import amount, percent, tr, translated
from ..widgets import common

HEIGHT = 50
FEWEST = 2  # rows that are always seen
MANY = 64  # changed rows above which the list is told that all are


class RegionList(QListView):
    """One row per region, in drawing order."""

    chosen = Signal(object)  # tuple of region ids

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = RowModel(self)
        self._telling = True
        self._regions: tuple[Region, ...] = ()
        self._said: tuple[Mapping[str, object], ...] = ()  # labels, shares and notes that the rows tell of
        self.setModel(self.rows)
        self.setItemDelegate(RowDelegate(self, height=HEIGHT))
        self.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName(tr("Regions"))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.setStatusTip(tr("Click to select · double click to zoom to it · right click to hide, lock, copy or order"))
        self.selectionModel().selectionChanged.connect(self._selection_changed)

    def show_regions(
        self,
        regions: Sequence[Region],
        labels: Mapping[str, Label],
        shares: Mapping[str, float],
        *,
        aside: Mapping[str, str],
    ) -> None:
        """Show the regions; `shares` are damage percentages, `aside` says "hidden", "locked" or both, by region id."""
        kept, old, self._regions = self.selected(), self._regions, tuple(regions)
        changed = exchanged(old, self._regions)
        self._telling = False
        self.rows.show(
            self.rows.ids if changed is not None else [region.id for region in regions],
            lambda number: row_of(regions[number], labels, shares, aside),
            changed=changed if changed is not None and len(changed) <= MANY else None,
        )
        self._telling = True
        said, self._said = self._said, (labels, shares, aside)
        if said != self._said:
            self.viewport().update()
        self.select(kept)
        if len(old) != len(regions):
            self.setMaximumHeight(max(1, self.sizeHint().height()))
            self.updateGeometry()

    def select(self, ids: Sequence[str]) -> None:
        """Select these regions, without telling."""
        if self.selected() == tuple(ids):
            return
        found = [index for index in map(self.rows.index_of, ids) if index.isValid()]
        chosen = QItemSelection()
        for index in found:
            chosen.append(QItemSelectionRange(index))
        self._telling = False
        self.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self._telling = True
        if found:
            self.scrollTo(found[-1])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What is selected stays in sight when the fields below need more room."""
        super().resizeEvent(event)
        chosen = sorted(self.selectedIndexes())
        if chosen:
            self.scrollTo(chosen[-1])

    def selected(self) -> tuple[str, ...]:
        """The ids of the selected rows."""
        return tuple(index.data(ID) for index in sorted(self.selectedIndexes()))

    def sizeHint(self) -> QSize:
        """As high as its rows."""
        return QSize(280, self.rows.rowCount() * HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """A few rows are always seen."""
        return QSize(120, min(FEWEST, self.rows.rowCount()) * HEIGHT)

    def selected_regions(self) -> list[Region]:
        """The regions of the selected rows, in drawing order."""
        return [self._regions[index.row()] for index in sorted(self.selectedIndexes())]

    def _selection_changed(self) -> None:
        if self._telling:
            self.chosen.emit(self.selected())


def row_of(
    region: Region, labels: Mapping[str, Label], shares: Mapping[str, float], aside: Mapping[str, str]
) -> ListRow:
    """How a region is listed."""
    label = labels.get(region.label)
    share = shares.get(region.id)
    return ListRow(
        id=region.id,
        text=region.label or tr("no label"),
        color=color_of(label),
        note=aside.get(region.id, ""),
        second=" · ".join(_said(region)),
        right="" if share is None else percent(share),
        struck=region.review == "rejected",
    )


def color_of(label: Label | None) -> str:
    """The colour of a label on the photo."""
    if label is None:
        return ""
    return look.CAR_COLOR if label.role == "car" else label.color


def _said(region: Region) -> list[str]:
    said = [amount(vertex_count(region.shape), "vertex", "vertices")]
    if region.origin.score is not None:
        said.append(tr("score {score:.2f}", score=region.origin.score))
    if region.review != "unreviewed":
        said.append(translated(region.review))
    return said


ROW, ID = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
EDGE = 14  # pixels at both sides


@dataclass(frozen=True)
class ListRow:
    """One row: key chip (may be ""), colour, text with a muted note, second line (may be ""), text at the right."""

    id: str
    text: str
    color: str
    key: str = ""
    note: str = ""
    second: str = ""
    right: str = ""
    marked: bool = False  # the label of the next drawing
    struck: bool = False  # rejected


class RowModel(QStringListModel):
    """Rows as a Qt model. A row is made only when it is looked at, so that thousands cost nothing.

    The ids lie in Qt's own string list, so that Qt lays out its rows without asking Python for each.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ids: tuple[str, ...] = ()
        self._places: dict[str, int] = {}
        self._make: Callable[[int], ListRow] | None = None

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all rows, in order."""
        return self._ids

    def show(self, ids: Sequence[str], make: Callable[[int], ListRow], *, changed: Sequence[int] | None = None) -> None:
        """Show rows with these ids, made by their number; the list keeps its place when the ids are the same.

        `changed` are the numbers of the rows that differ where the ids are the same (None: perhaps all).
        """
        ids, old = tuple(ids), self._ids
        self._make = make
        if ids == old:
            ranges = [(0, len(ids) - 1)] if changed is None and ids else [(row, row) for row in changed or ()]
            for first, last in ranges:
                self.dataChanged.emit(self.index(first), self.index(last))
            return
        self._ids = ids
        self._places = {row_id: place for place, row_id in enumerate(ids)}
        self.setStringList(list(ids))

    def data(self, index: common.ModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The text; under `ROW` the whole row, under `ID` its id."""
        if not index.isValid() or role not in (
            ROW,
            ID,
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.AccessibleTextRole,
        ):
            return None
        if role == ID:
            return self._ids[index.row()]
        row = self.row(index.row())
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return " ".join(filter(None, (row.text, row.note, row.second, row.right)))
        return row if role == ROW else row.text

    def flags(self, index: common.ModelIndex) -> Qt.ItemFlag:
        """Rows are chosen, not edited."""
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable if index.isValid() else Qt.ItemFlag.NoItemFlags

    def row(self, number: int) -> ListRow:
        """One row by its number."""
        assert self._make is not None, "rows are looked at only after they were shown"
        return self._make(number)

    def index_of(self, row_id: str) -> QModelIndex:
        """The index of a row by id; invalid when there is none."""
        place = self._places.get(row_id, -1)
        return self.index(place) if place >= 0 else QModelIndex()


class RowDelegate(QStyledItemDelegate):
    """Paints a `ListRow`; rows are `height` pixels high."""

    def __init__(self, parent: QWidget, *, height: int) -> None:
        super().__init__(parent)
        self._widget, self._height = parent, height

    def sizeHint(self, _option: QStyleOptionViewItem, _index: common.ModelIndex) -> QSize:
        """All rows are alike."""
        return QSize(160, self._height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: common.ModelIndex) -> None:
        """Paint one row."""
        row: ListRow = index.data(ROW)
        colors, rect = look.of(self._widget), option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            painter.fillRect(rect, QColor(colors.raised))
        if option.state & QStyle.StateFlag.State_Selected or row.marked:
            painter.fillRect(QRect(rect.left(), rect.top(), 3, rect.height()), QColor(colors.accent))
        left = rect.left() + EDGE
        if row.key or not row.second:
            left = _key(painter, QRect(left, rect.center().y() - 8, 18, 17), row.key, option.font, colors)
        left = _square(painter, QRectF(left, rect.center().y() - 6, 12, 12), row.color, colors)
        right = _right(painter, rect.adjusted(0, 0, -EDGE, 0), row.right, option.font, colors)
        self._texts(painter, QRect(left, rect.top(), right - left - 8, rect.height()), row, option.font, colors)
        painter.restore()

    def _texts(self, painter: QPainter, rect: QRect, row: ListRow, font: QFont, colors: look.Palette) -> None:
        if not row.second:
            _text(painter, rect, row, font, colors)
            return
        middle = rect.center().y()
        _text(painter, QRect(rect.left(), middle - 18, rect.width(), 19), row, font, colors)
        small = QFont(font)
        small.setPixelSize(look.SMALL + 1)
        painter.setFont(small)
        painter.setPen(QColor(colors.muted))
        shown = QFontMetrics(small).elidedText(row.second, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(
            QRect(rect.left(), middle, rect.width(), 18),
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
            shown,
        )


def _text(painter: QPainter, rect: QRect, row: ListRow, font: QFont, colors: look.Palette) -> None:
    font = QFont(font)
    font.setStrikeOut(row.struck)
    metrics = QFontMetrics(font)
    shown = metrics.elidedText(row.text, Qt.TextElideMode.ElideRight, rect.width())
    painter.setFont(font)
    painter.setPen(QColor(colors.muted if row.struck else colors.text))
    painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
    beside = rect.adjusted(metrics.horizontalAdvance(shown + " "), 0, 0, 0)
    if row.note and beside.width() > 24:
        painter.setPen(QColor(colors.muted))
        note = metrics.elidedText(row.note, Qt.TextElideMode.ElideRight, beside.width())
        painter.drawText(beside, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, note)


def _key(painter: QPainter, rect: QRect, key: str, font: QFont, colors: look.Palette) -> int:
    if key:
        small = QFont(font)
        small.setPixelSize(look.SMALL)
        painter.setFont(small)
        painter.setPen(QPen(QColor(colors.line), 1))
        painter.setBrush(QColor(colors.raised))
        painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setPen(QColor(colors.muted))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, key)
    return rect.right() + 11


def _square(painter: QPainter, rect: QRectF, color: str, colors: look.Palette) -> int:
    painter.setPen(QPen(QColor(colors.line), 1))
    painter.setBrush(QColor(color or colors.muted))
    painter.drawRoundedRect(rect, 3, 3)
    return int(rect.right()) + 10


def _right(painter: QPainter, rect: QRect, text: str, font: QFont, colors: look.Palette) -> int:
    painter.setFont(font)
    painter.setPen(QColor(colors.muted))
    painter.drawText(rect, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
    return rect.right() - QFontMetrics(font).horizontalAdvance(text)
