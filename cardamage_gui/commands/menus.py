"""The menu bar: menus by title, whose actions work on every page, and the Edit menu with those of the page shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from qtpy.QtCore import QObject
from qtpy.QtGui import QAction, QKeySequence
from qtpy.QtWidgets import QMenu, QMenuBar

from ..language import mark, tr
from .actions import Action
from .shortcuts import Shortcuts

# What a page offers, by the beginnings of its actions' ids: at the top of the Edit menu ("") or in a menu of it.
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("", ("copy", "paste", "duplicate", "delete", "select_all")),
    (mark("Findings"), ("inspect_accept", "inspect_reject", "inspect_next", "inspect_before", "inspect_")),
    (
        mark("Regions"),
        (
            "union",
            "subtract",
            "intersect",
            "smooth",
            "snap",
            "hide",
            "show_all",
            "lock",
            "front",
            "forward",
            "backward",
            "back",
            "brush_",
            "escape",
            "next_problem",
        ),
    ),
    (mark("Tools"), ("tool_",)),
    (mark("Labels"), ("label_",)),
    (
        mark("Photo"),
        (
            "outline",
            "prelabel",
            "pre_label",
            "accept_photo",
            "review_",
            "next_photo",
            "previous_photo",
            "next_unreviewed",
            "find",
            "find_file",
            "remove_photo",
        ),
    ),
    (mark("Look"), ("fit", "zoom", "actual_size", "light", "plain_light", "rotate", "upright", "compare")),
)
OTHERS = mark("More")
ELSEWHERE = ("annotate_undo", "annotate_redo")  # they stand at the top of the menu, with their keys


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
        menu = self.menu(title)
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
        menu = self.menu(title)
        entries = {entry.objectName(): entry for entry in menu.actions()}

        def look_again() -> None:
            for action, is_on in offered:
                entries[action.id].setChecked(is_on())

        for action, _ in offered:
            entries[action.id].setCheckable(True)
        menu.aboutToShow.connect(look_again)

    def add_recent(self, title: str, recent: Callable[[], Sequence[Path]], open_: Callable[[Path], None]) -> None:
        """Add the menu of recent projects, filled whenever it opens."""
        menu = self.menu(title).addMenu(tr("Open recent"))
        menu.aboutToShow.connect(lambda: _fill_recent(menu, recent(), open_))

    def add_page(self, title: str, offered: Callable[[], Sequence[QAction]]) -> None:
        """Add what the page shown offers, asked for whenever the menu opens: all that its keys do."""
        menu = self.menu(title)
        part = _PagePart(menu, menu.addSeparator(), offered)
        menu.aboutToShow.connect(part.fill)

    def add_separator(self, title: str) -> None:
        """Add a line to a menu."""
        self.menu(title).addSeparator()

    def menu(self, title: str) -> QMenu:
        """A menu by its title."""
        if title not in self._menus:
            self._menus[title] = self.bar.addMenu(title)
        return self._menus[title]


class _PagePart(QObject):
    """The part of a menu before a line that belongs to the page shown."""

    def __init__(self, menu: QMenu, before: QAction, offered: Callable[[], Sequence[QAction]]) -> None:
        super().__init__(menu)
        self._menu, self._before, self._offered = menu, before, offered
        self._made: list[QAction] = []

    def fill(self) -> None:
        """Show what is offered now."""
        for entry in self._made:
            self._menu.removeAction(entry)
            if (old := entry.menu()) is not None:
                old.deleteLater()
        self._made = []
        for title, actions in grouped(self._offered()):
            if title:
                menu = QMenu(tr(title), self._menu)
                menu.addActions(actions)
                self._made.append(self._menu.insertMenu(self._before, menu))
            else:
                self._menu.insertActions(self._before, actions)
                self._made += actions


def grouped(actions: Sequence[QAction]) -> list[tuple[str, list[QAction]]]:
    """The actions of a page by the groups in which the Edit menu shows them, without empty ones."""
    groups: dict[str, list[QAction]] = {title: [] for title in (*(title for title, _ in GROUPS), OTHERS)}
    for action in actions:
        name = action.objectName()
        if name and name not in ELSEWHERE:
            groups[_group_of(name)].append(action)
    return [(title, found) for title, found in groups.items() if found]


def _group_of(name: str) -> str:
    exact = next((title for title, names in GROUPS if name in names), None)
    return exact if exact is not None else next((title for title, names in GROUPS if _begins(name, names)), OTHERS)


def _begins(name: str, beginnings: Sequence[str]) -> bool:
    return any(name.startswith(beginning) for beginning in beginnings)


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
        menu.addAction(tr("No recent project")).setEnabled(False)
