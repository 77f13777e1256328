"""The command palette (Ctrl+K), and the search for actions by parts of their names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from qtpy.QtCore import QEvent, QModelIndex, QObject, QSize, Qt
from qtpy.QtGui import QBrush, QColor, QKeyEvent, QStandardItem, QStandardItemModel
from qtpy.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHeaderView,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QWidget,
)

from .. import look
from ..language import mark, tr
from ..widgets import common
from .shortcuts import Entry, Shortcuts

ID = Qt.ItemDataRole.UserRole
WIDTH, HEIGHT = 560, 420


# Words that people use for one thing; an action that has one of them is found by the others.
SYNONYMS = (
    mark("delete remove erase trash"),
    mark("turn rotate rotation orientation"),
    mark("settings preferences options theme dark light colours language"),
    mark("undo revert back"),
    mark("redo again repeat"),
    mark("fit zoom whole enlarge"),
    mark("export save write download"),
    mark("import load read"),
    mark("duplicate copy clone"),
    mark("outline predict detect segment find model ai"),
    mark("train training learn"),
    mark("keys shortcuts hotkeys keyboard"),
    mark("simplify smooth vertices reduce"),
    mark("union merge join combine"),
    mark("subtract cut hole difference"),
    mark("split divide cut"),
    mark("hide invisible"),
    mark("lock protect freeze"),
    mark("label class category tag"),
    mark("quit exit close"),
    mark("report pdf"),
    mark("snap edge edges magnet"),
)
NOTHING = mark("Nothing here is called so. Try another word, or look through all keys (F1).")

STEPS: dict[int, int] = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}


class CommandPalette(QDialog):
    """A field and the actions that match; Enter does the marked one, Esc nothing."""

    def __init__(self, shortcuts: Shortcuts, scope: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Commands"))
        self._shortcuts, self._scope = shortcuts, scope
        everywhere = [entry for entry in shortcuts.entries() if not entry.scopes]
        known = {entry.action.text for entry in everywhere}
        here = [entry for entry in shortcuts.entries() if scope in entry.scopes and entry.action.text not in known]
        self._entries = [*here, *everywhere]
        self.field = QLineEdit()
        self.list = action_table(tr("Commands"))
        self.nothing = common.label(tr(NOTHING), "muted", wrap=True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.field.setPlaceholderText(tr("What do you want to do?"))
        self.field.setAccessibleName(tr("Command"))
        self.field.setClearButtonEnabled(True)
        self.field.textChanged.connect(self._find)
        self.field.installEventFilter(self)
        self.list.activated.connect(self._run)
        self.list.clicked.connect(self._run)
        column = common.rows(self, margins=(12, 12, 12, 12), spacing=8)
        column.addWidget(self.field)
        column.addWidget(self.list, 1)
        column.addWidget(self.nothing, 1)
        self.resize(WIDTH, HEIGHT)
        self._find("")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Up and down move in the list while the field keeps the cursor; Enter does it."""
        if watched is self.field and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            step = STEPS.get(event.key())
            if step is not None:
                self._move(step)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._run(self.list.currentIndex())
                return True
        return super().eventFilter(watched, event)

    def _find(self, text: str) -> None:
        found = matching(self._entries, text)
        show_actions(self.list, found)
        self.nothing.setVisible(not found)
        self.list.setVisible(bool(found))
        self._move(0)

    def _move(self, by: int) -> None:
        last = self.list.model().rowCount() - 1
        row = max(0, min(last, self.list.currentIndex().row() + by))
        self.list.setCurrentIndex(self.list.model().index(row, 0))

    def _run(self, index: QModelIndex) -> None:
        if not index.isValid():
            return
        action_id = index.siblingAtColumn(0).data(ID)
        self.accept()
        self._shortcuts.run(action_id, self._scope)


class Roomy(QStyledItemDelegate):
    """Rows of the usual height for text without pictures."""

    def sizeHint(self, option: QStyleOptionViewItem, index: common.ModelIndex) -> QSize:
        """As wide as the text."""
        size = super().sizeHint(option, index)
        return QSize(size.width() + 2 * look.GRID, look.ROW_SMALL)


def action_table(name: str) -> QTreeView:
    """A table of actions: text, where it belongs, keys."""
    table = QTreeView()
    table.setModel(QStandardItemModel(0, 3, table))
    table.setRootIsDecorated(False)
    table.setUniformRowHeights(True)
    table.setItemDelegate(Roomy(table))
    table.setAllColumnsShowFocus(True)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setHeaderHidden(True)
    table.setAccessibleName(name)
    header = table.header()
    header.setStretchLastSection(False)
    header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    for column in (1, 2):
        header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
    return table


def model_of(table: QTreeView) -> QStandardItemModel:
    """The items of such a table."""
    model = table.model()
    assert isinstance(model, QStandardItemModel)
    return model


def show_actions(table: QTreeView, entries: list[Entry], *, grouped: bool = False) -> None:
    """Fill such a table; grouped, a line above the actions of each menu or page says where they belong."""
    model = model_of(table)
    muted = QBrush(QColor(look.of(table).muted))
    model.removeRows(0, model.rowCount())
    above = ""
    for entry in sorted(entries, key=_place_of(entries)) if grouped else entries:
        if grouped and entry.group != above:
            above = entry.group
            model.appendRow(_group_head(above, muted))
        cells = [QStandardItem(text) for text in (entry.action.text, entry.group, entry.key_text)]
        cells[0].setData(entry.action.id, ID)
        cells[0].setToolTip(entry.action.hint)
        for cell in cells[1:]:
            cell.setForeground(muted)
        cells[2].setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        model.appendRow(cells)


def _place_of(entries: list[Entry]) -> Callable[[Entry], int]:
    groups = list(dict.fromkeys(entry.group for entry in entries))
    return lambda entry: groups.index(entry.group)


def _group_head(text: str, brush: QBrush) -> list[QStandardItem]:
    cells = [QStandardItem(text.upper() if column == 0 else "") for column in range(3)]
    font = cells[0].font()
    font.setBold(True)
    font.setPixelSize(look.SMALL)
    cells[0].setFont(font)
    for cell in cells:
        cell.setFlags(Qt.ItemFlag.ItemIsEnabled)
        cell.setForeground(brush)
    return cells


def matching(entries: Iterable[Entry], text: str) -> list[Entry]:
    """The entries in which every word occurs (text, group, hint or key); the more of it is in the name, the earlier."""
    words = text.casefold().split()
    alike = [frozenset(f"{english} {tr(english)}".split()) for english in SYNONYMS] if words else []
    found = [entry for entry in entries if all(word in said for said in (_said(entry, alike),) for word in words)]
    return sorted(found, key=lambda entry: _rank(entry.action.text.casefold(), words)) if words else found


def _rank(name: str, words: list[str]) -> int:
    """0 where the name begins with what was typed, 1 where it holds all of it, 2 where only hint, group or key do."""
    if name.startswith(" ".join(words)):
        return 0
    return 1 if all(word in name for word in words) else 2


def _said(entry: Entry, synonyms: list[frozenset[str]]) -> str:
    said = f"{entry.action.text} {entry.group} {entry.action.hint} {entry.key_text}".casefold()
    words = set(re.findall(r"\w+", said))
    return " ".join([said, *(word for alike in synonyms for word in alike if words & alike)])
