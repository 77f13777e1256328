"""The list of edits, newest on top, to go back to any of them."""

from __future__ import annotations

import datetime

from qtpy.QtCore import QAbstractListModel, QModelIndex, QObject, Qt
from qtpy.QtGui import QColor, QFont, QShowEvent
from qtpy.QtWidgets import QListView, QWidget

from cardamage_core.project import Edit

from .. import look
from ..commands.palette import Roomy
from ..language import moment, tr, translated
from ..session import Session
from . import common

EDIT = Qt.ItemDataRole.UserRole
PAGE = 200  # edits read at once; more as the list is scrolled


class HistoryModel(QAbstractListModel):
    """The edits of the open project, newest first, read as far as they are looked at; last the moment before all."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._edits: tuple[Edit, ...] = ()
        self._number = 0

    def read(self) -> None:
        """Look again, as far as was looked before."""
        project = self._session.project
        self.beginResetModel()
        self._number = project.edits() if project else 0
        self._edits = project.history(max(PAGE, len(self._edits))) if project else ()
        self.endResetModel()

    def canFetchMore(self, _parent: common.ModelIndex) -> bool:
        """Whether there are older edits."""
        return len(self._edits) < self._number

    def fetchMore(self, _parent: common.ModelIndex) -> None:
        """Read older edits."""
        project = self._session.project
        if project is None:
            return
        more = project.history(len(self._edits) + PAGE)
        self.beginInsertRows(QModelIndex(), len(self._edits), len(more) - 1)
        self._edits = more
        self.endInsertRows()

    def rowCount(self, parent: common.ModelIndex | None = None) -> int:
        """The edits read so far, and where all are read the beginning."""
        if parent is not None and parent.isValid():
            return 0
        return len(self._edits) + (0 < self._number <= len(self._edits))

    def data(self, index: common.ModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """What was done and when; what is undone is grey and struck out."""
        if not index.isValid():
            return None
        edit = self._edits[index.row()] if index.row() < len(self._edits) else None
        if role == EDIT:
            return edit
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            photo = self._session.summary(edit.photo) if edit and edit.photo else None
            undone = tr(", undone") if edit and edit.undone and role == Qt.ItemDataRole.AccessibleTextRole else ""
            return said(edit) + (f" · {photo.name}" if photo else "") + undone
        if edit is not None and edit.undone and role == Qt.ItemDataRole.ForegroundRole:
            return QColor(look.of(parent).muted) if isinstance(parent := self.parent(), QWidget) else None
        if edit is not None and edit.undone and role == Qt.ItemDataRole.FontRole:
            font = QFont()
            font.setStrikeOut(True)
            return font
        return None

    def present(self) -> QModelIndex:
        """The edit that was done last: where we are."""
        return next((self.index(row) for row in range(self.rowCount()) if not self._undone(row)), QModelIndex())

    def _undone(self, row: int) -> bool:
        return row < len(self._edits) and self._edits[row].undone


class HistoryPanel(QWidget):
    """The list; Enter or a double click goes to the moment right after that edit. Out of view it reads nothing."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumWidth(220)
        self._session = session
        self.list = QListView()
        self.model = HistoryModel(session, self.list)
        self.list.setModel(self.model)
        self.list.setUniformItemSizes(True)
        self.list.setItemDelegate(Roomy(self.list))
        self.list.setAccessibleName(tr("Edits, newest first"))
        self.list.activated.connect(self.go_to)
        column = common.rows(self, margins=(10, 2, 0, 12), spacing=8)
        head = common.section(tr("History"))
        head.setContentsMargins(4, 2, 14, 0)
        column.addWidget(head)
        column.addWidget(self.list, 1)
        told = common.label(
            tr("Enter or double click: go back, or forward, to right after that edit."), "small", wrap=True
        )
        told.setContentsMargins(4, 0, 14, 0)
        column.addWidget(told)
        session.history_changed.connect(self._history_changed)

    def go_to(self, index: QModelIndex) -> None:
        """Undo or redo to right after this edit; the last row is the beginning."""
        edit = index.data(EDIT)
        if not self._session.read_only:
            self._session.walk_to(edit.id if edit else 0)

    def showEvent(self, event: QShowEvent) -> None:
        """Coming into view: read what happened meanwhile."""
        super().showEvent(event)
        self._read()

    def _history_changed(self) -> None:
        if self.isVisible():
            self._read()

    def _read(self) -> None:
        self.model.read()
        self.list.setCurrentIndex(self.model.present())


def said(edit: Edit | None) -> str:
    """One row: "14:05  Move vertex"; None is the beginning."""
    if edit is None:
        return tr("The beginning")
    at = datetime.datetime.fromisoformat(edit.at).astimezone()
    today = at.date() == datetime.datetime.now().astimezone().date()
    return f"{moment(at, today=today)}   {translated(edit.text)}"
