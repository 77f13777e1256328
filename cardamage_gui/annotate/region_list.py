"""Which regions does the photo have? A list that selects what the canvas selects, and the other way round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qtpy.QtCore import QItemSelection, QItemSelectionModel, QItemSelectionRange, QSize, Qt, Signal
from qtpy.QtGui import QResizeEvent
from qtpy.QtWidgets import QListView, QWidget

from cardamage_core.annotations.model import Label, Region
from cardamage_core.annotations.shapes import vertex_count

from .. import look, words
from .rows import ID, Row, RowDelegate, RowModel

HEIGHT = 50
FEWEST = 3  # rows that are always seen
MANY = 64  # changed rows above which the list is told that all are


class RegionList(QListView):
    """One row per region, in drawing order."""

    chosen = Signal(object)  # tuple of region ids

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = RowModel(self)
        self._telling = True
        self._regions: tuple[Region, ...] = ()
        self.setModel(self.rows)
        self.setItemDelegate(RowDelegate(self, height=HEIGHT))
        self.setSelectionMode(QListView.ExtendedSelection)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollPerPixel)
        self.setAccessibleName("Regions")
        self.setContextMenuPolicy(Qt.ActionsContextMenu)
        self.setStatusTip("Click to select · right click to hide, lock, copy or order")
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
        changed = [row for row, (a, b) in enumerate(zip(old, regions, strict=False)) if a is not b]
        self._telling = False
        self.rows.show(
            [region.id for region in regions],
            lambda number: row_of(regions[number], labels, shares, aside),
            changed=changed if len(changed) <= MANY else None,
        )
        self._telling = True
        self.viewport().update()  # labels and shares may be others: rows that are seen are painted again
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
        self.selectionModel().select(chosen, QItemSelectionModel.ClearAndSelect)
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

    def _selection_changed(self) -> None:
        if self._telling:
            self.chosen.emit(self.selected())


def row_of(region: Region, labels: Mapping[str, Label], shares: Mapping[str, float], aside: Mapping[str, str]) -> Row:
    """How a region is listed."""
    label = labels.get(region.label)
    share = shares.get(region.id)
    return Row(
        id=region.id,
        text=region.label or "no label",
        color=color_of(label),
        note=aside.get(region.id, ""),
        second=" · ".join(_said(region)),
        right="" if share is None else words.percent(share),
        struck=region.review == "rejected",
    )


def color_of(label: Label | None) -> str:
    """The colour of a label on the photo."""
    if label is None:
        return ""
    return look.CAR_COLOR if label.role == "car" else label.color


def _said(region: Region) -> list[str]:
    said = [words.count(vertex_count(region.shape), "vertex", "vertices")]
    if region.origin.score is not None:
        said.append(f"score {region.origin.score:.2f}")
    if region.review != "unreviewed":
        said.append(region.review)
    return said
