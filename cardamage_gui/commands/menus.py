"""Menus of actions, with keys that work on every page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from qtpy.QtCore import QObject
from qtpy.QtGui import QAction, QKeySequence
from qtpy.QtWidgets import QMenu, QMenuBar

from .actions import Action
from .shortcuts import Shortcuts


class Menus(QObject):
    """The menu bar, filled by title."""

    def __init__(self, shortcuts: Shortcuts, parent: QObject) -> None:
        super().__init__(parent)
        self._shortcuts = shortcuts
        self._menus: dict[str, QMenu] = {}
        self.bar = QMenuBar()
        self.bar.setNativeMenuBar(False)

    def add(self, title: str, offered: Sequence[Action]) -> None:
        """Add actions to a menu; their keys work on every page."""
        menu = self._menu(title)
        made = []
        for action in offered:
            entry = QAction(action.text, self.parent())
            made.append(entry)
            entry.setObjectName(action.id)
            entry.setShortcuts([QKeySequence(key) for key in action.keys])
            entry.setStatusTip(action.hint)
            entry.triggered.connect(_called(action.slot))
            menu.addAction(entry)
        self._shortcuts.add(title, offered, made)

    def add_switches(self, title: str, offered: Sequence[tuple[Action, Callable[[], bool]]]) -> None:
        """Add actions that turn something on and off; the menu asks how each stands when it opens."""
        self.add(title, [action for action, _ in offered])
        menu = self._menu(title)
        entries = {entry.objectName(): entry for entry in menu.actions()}

        def look_again() -> None:
            for action, is_on in offered:
                entries[action.id].setChecked(is_on())

        for action, _ in offered:
            entries[action.id].setCheckable(True)
        menu.aboutToShow.connect(look_again)

    def add_recent(self, title: str, recent: Callable[[], Sequence[Path]], open_: Callable[[Path], None]) -> None:
        """Add the menu of recent projects, filled whenever it opens."""
        menu = self._menu(title).addMenu("Open recent")
        menu.aboutToShow.connect(lambda: _fill_recent(menu, recent(), open_))

    def add_separator(self, title: str) -> None:
        """Add a line to a menu."""
        self._menu(title).addSeparator()

    def _menu(self, title: str) -> QMenu:
        if title not in self._menus:
            self._menus[title] = self.bar.addMenu(title)
        return self._menus[title]


def _called(slot: Callable[[], object]) -> Callable[[bool], None]:
    def call(_checked: bool = False) -> None:
        slot()

    return call


def _fill_recent(menu: QMenu, recent: Sequence[Path], open_: Callable[[Path], None]) -> None:
    menu.clear()
    for folder in recent:
        entry = menu.addAction(folder.name)
        entry.setStatusTip(str(folder))
        entry.triggered.connect(_called(partial(open_, folder)))
    if not recent:
        menu.addAction("No recent project").setEnabled(False)
