"""The photos of the data set, to be chosen several at a time and given a split."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from qtpy.QtCore import QAbstractTableModel, QItemSelection, QItemSelectionModel, Qt, Signal
from qtpy.QtWidgets import QAbstractItemView, QHBoxLayout, QHeaderView, QLineEdit, QTableView, QWidget

from cardamage_core.project import PhotoSummary

from ..language import amount, mark, tr
from ..widgets import common

HEIGHT = 320
HEADS = (mark("photo"), mark("split"), mark("labels"), mark("regions"))


class SplitPhotos(QWidget):
    """A table with a search field; Enter or a double click opens a photo."""

    opened = Signal(str)  # id of a photo

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._only: frozenset[str] | None = None
        self._model = _Photos(self)
        self._search = QLineEdit()
        self._search.setPlaceholderText(tr("Search by name, split or label"))
        self._search.setAccessibleName(tr("Search photos"))
        self._search.setClearButtonEnabled(True)
        self._search.textChanged.connect(self._filter)
        self._every = common.button(tr("Show all photos"), self.all, "link")
        self._every.hide()
        self._number = common.label("", "small")
        self._view = QTableView()
        self._view.setAccessibleName(tr("Photos and their splits"))
        self._view.setModel(self._model)
        self._view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self._view.setShowGrid(False)
        self._view.verticalHeader().hide()
        self._view.verticalHeader().setDefaultSectionSize(26)
        self._view.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self._view.setFixedHeight(HEIGHT)
        self._view.activated.connect(self._activated)
        self._view.selectionModel().selectionChanged.connect(self._count)
        layout = common.rows(self, spacing=6)
        head = QHBoxLayout()
        head.addWidget(self._search, 1)
        head.addWidget(self._every)
        head.addWidget(self._number)
        layout.addLayout(head)
        layout.addWidget(self._view)

    def show_photos(self, photos: Sequence[PhotoSummary]) -> None:
        """Show these photos; what was chosen stays chosen."""
        chosen = set(self.chosen())
        self._model.show(photos)
        self._filter()
        self._choose(chosen)

    def only(self, ids: Sequence[str]) -> None:
        """Show these photos alone, all chosen."""
        self._only = frozenset(ids)
        self._search.clear()
        self._filter()
        self._choose(self._only)
        self._every.show()
        self._view.setFocus()

    def all(self) -> None:
        """Show all photos again."""
        self._only = None
        self._every.hide()
        self._filter()

    def chosen(self) -> list[str]:
        """The ids of the photos that are chosen."""
        return [self._model.rows[index.row()].id for index in self._view.selectionModel().selectedRows()]

    def _filter(self, *_: object) -> None:
        self._model.filter(self._search.text(), self._only)
        self._count()

    def _choose(self, ids: set[str] | frozenset[str]) -> None:
        """Choose these photos as one selection of runs of rows: one by one, each would be counted anew."""
        rows = [row for row, photo in enumerate(self._model.rows) if photo.id in ids]
        chosen, last = QItemSelection(), len(HEADS) - 1
        for _, run in itertools.groupby(enumerate(rows), key=lambda place: place[1] - place[0]):
            run_rows = [row for _, row in run]
            chosen.select(self._model.index(run_rows[0], 0), self._model.index(run_rows[-1], last))
        self._view.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.Select)

    def _count(self, *_: object) -> None:
        chosen = len(self._view.selectionModel().selectedRows())
        shown = amount(len(self._model.rows), "photo")
        self._number.setText(tr("{shown}, {chosen} chosen", shown=shown, chosen=chosen) if chosen else shown)

    def _activated(self, index: common.ModelIndex) -> None:
        self.opened.emit(self._model.rows[index.row()].id)


class _Photos(QAbstractTableModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._all: Sequence[PhotoSummary] = ()
        self.rows: list[PhotoSummary] = []

    def show(self, photos: Sequence[PhotoSummary]) -> None:
        self._all = photos

    def filter(self, text: str, only: frozenset[str] | None) -> None:
        words = text.casefold().split()
        self.beginResetModel()
        self.rows = [
            photo
            for photo in self._all
            if (only is None or photo.id in only) and all(word in _said(photo) for word in words)
        ]
        self.endResetModel()

    def rowCount(self, parent: common.ModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: common.ModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(HEADS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        is_head = orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole
        return tr(HEADS[section]) if is_head else None

    def data(self, index: common.ModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or role != Qt.ItemDataRole.DisplayRole:
            return None
        photo = self.rows[index.row()]
        return (photo.name, photo.split or "–", ", ".join(sorted(photo.labels)), photo.regions)[index.column()]


def _said(photo: PhotoSummary) -> str:
    return f"{photo.name} {photo.split or 'none'} {' '.join(photo.labels)}".casefold()
