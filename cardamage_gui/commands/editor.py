"""The editor of keyboard shortcuts (F1): searchable, by preset; and the places in the window that show keys.

A widget says which action it belongs to: a label that is a little key, a button whose tip names the key, a widget with
`set_key`. `refresh` tells all of them the keys in force.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from qtpy.QtCore import QEvent, QObject, Qt
from qtpy.QtGui import QBrush, QColor, QKeySequence
from qtpy.QtWidgets import QDialog, QHBoxLayout, QKeySequenceEdit, QLabel, QLineEdit, QSizePolicy, QWidget

from .. import look
from ..language import tr
from ..widgets import common
from .palette import ID, action_table, matching, model_of, show_actions
from .shortcuts import PRESETS, Shortcuts


class KeysSheet(QDialog):
    """All actions with their keys. Choose one, press other keys for it; what two actions share is shown in red."""

    def __init__(self, shortcuts: Shortcuts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Keys"))
        self.resize(620, 620)
        self._shortcuts = shortcuts
        self.search, self.preset = QLineEdit(), common.ComboBox()
        self.table = action_table(tr("Actions and their keys"))
        self.keys = QKeySequenceEdit()
        self.told = common.label("", "bad", wrap=True)
        self._arrange()
        self._listen()
        self.show_all()

    def show_all(self) -> None:
        """Show what matches the search, with the keys as they are now."""
        chosen = self.chosen()
        searched = self.search.text()
        show_actions(self.table, matching(self._shortcuts.entries(), searched), grouped=not searched)
        shared = self._shortcuts.conflicts()
        bad = QBrush(QColor(look.of(self).bad))
        model = model_of(self.table)
        for row in range(model.rowCount()):
            name = model.index(row, 0).data(ID)
            if name in shared:
                model.item(row, 2).setForeground(bad)
                model.item(row, 2).setToolTip(tr("Shared with {texts}", texts=self._texts(shared[name])))
            if name == chosen:
                self.table.setCurrentIndex(model.index(row, 0))
        self._show_chosen()

    def chosen(self) -> str:
        """The id of the chosen action, or ""."""
        index = self.table.currentIndex()
        return (index.siblingAtColumn(0).data(ID) or "") if index.isValid() else ""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys pressed in the key field are recorded, whatever they do elsewhere."""
        if watched is self.keys and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().eventFilter(watched, event)

    def _show_chosen(self) -> None:
        name = self.chosen()
        self.keys.setEnabled(bool(name))
        self._back.setEnabled(bool(name) and self._shortcuts.is_own(name))
        self._none.setEnabled(bool(name))
        shared = self._shortcuts.conflicts()
        if name in shared:
            self.told.setText(
                tr("Shares a key with {texts}: neither works where both could.", texts=self._texts(shared[name]))
            )
        elif shared:
            self.told.setText(tr("{number} actions share a key with another one.", number=len(shared)))
        else:
            self.told.setText("")

    def _pressed(self) -> None:
        key = self.keys.keySequence().toString(QKeySequence.SequenceFormat.PortableText)
        if key and self.chosen():
            self._shortcuts.set_keys(self.chosen(), (key.split(", ")[0],))
        self.keys.clear()

    def _take_away(self) -> None:
        self._shortcuts.set_keys(self.chosen(), ())

    def _reset_one(self) -> None:
        self._shortcuts.reset(self.chosen())

    def _reset_all(self) -> None:
        self._shortcuts.reset()

    def _texts(self, names: set[str]) -> str:
        entries = [self._shortcuts.entry(name) for name in sorted(names)]
        return ", ".join(f"{entry.action.text} ({entry.group})" for entry in entries)

    def _arrange(self) -> None:
        self.search.setPlaceholderText(tr("Search actions and keys"))
        self.search.setAccessibleName(tr("Search actions and keys"))
        self.search.setClearButtonEnabled(True)
        self.preset.addItems(list(PRESETS))
        self.preset.setCurrentText(self._shortcuts.preset)
        self.keys.setAccessibleName(tr("New key for the chosen action"))
        self.keys.setMaximumWidth(140)
        self.keys.installEventFilter(self)
        self._none = common.button(tr("No key"), self._take_away)
        self._back = common.button(tr("Reset"), self._reset_one, tip=tr("Back to the preset's key"))
        column = common.rows(self, margins=(16, 16, 16, 16), spacing=10)
        column.addLayout(_line(self.search, _named(tr("Keys as in"), self.preset), self.preset))
        column.addWidget(self.table, 1)
        column.addWidget(self.told)
        chosen = _named(tr("Press a new key for the chosen action"), self.keys)
        column.addLayout(_line(chosen, self.keys, self._none, self._back))
        column.addLayout(
            _line(common.button(tr("Reset all"), self._reset_all), common.button(tr("Close"), self.accept))
        )

    def _listen(self) -> None:
        self.search.textChanged.connect(self.show_all)
        self.preset.currentTextChanged.connect(self._shortcuts.set_preset)
        self.table.selectionModel().currentChanged.connect(self._show_chosen)
        self.keys.editingFinished.connect(self._pressed)
        self._shortcuts.changed.connect(self.show_all)


def _named(text: str, field: QWidget) -> QLabel:
    made = common.label(text, "muted")
    made.setBuddy(field)
    return made


def _line(*widgets: QWidget) -> QHBoxLayout:
    line = QHBoxLayout()
    if not any(isinstance(widget, QLineEdit) for widget in widgets):
        line.addStretch(1)
    for widget in widgets:
        line.addWidget(widget, 1 if isinstance(widget, QLineEdit) else 0, Qt.AlignmentFlag.AlignVCenter)
    return line


def keyed(widget: QWidget, action_id: str, tip: str = "", *, key: str = "") -> None:
    """`widget` stands for this action; `tip` is what its tool tip says before the key."""
    widget.setProperty("action_id", action_id)
    widget.setProperty("key", key)
    retip(widget, tip)


def retip(widget: QWidget, tip: str) -> None:
    """Another tip, with the same key."""
    key = widget.property("key")
    widget.setProperty("tip", tip)
    if tip:
        widget.setToolTip(f"{tip} ({key})" if key else tip)


def chip(action_id: str, key: str) -> QLabel:
    """The little key of an action; away while it has none."""
    made = common.label(key, "key")
    made.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    made.setAlignment(Qt.AlignmentFlag.AlignCenter)
    keyed(made, action_id, key=key)
    return made


def refresh(roots: Iterable[QWidget], key_of: Callable[[str], str]) -> None:
    """Show the keys in force on everything below these widgets."""
    for root in roots:
        for widget in root.findChildren(QWidget):
            action_id = widget.property("action_id")
            if action_id and widget.property("key") != key_of(action_id):
                _rekey(widget, key_of(action_id))


def _rekey(widget: QWidget, key: str) -> None:
    widget.setProperty("key", key)
    retip(widget, widget.property("tip"))
    if hasattr(widget, "set_key"):
        widget.set_key(key)
    elif isinstance(widget, QLabel):
        widget.setText(key)
        widget.setVisible(bool(key))
