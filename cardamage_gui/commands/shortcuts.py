"""Keyboard shortcuts of all actions: presets known from other programs, with the user's changes on top.

Sources of the presets: labelme 6.3 default configuration, CVAT 2.x shortcut list, VIA 1.0.6 and 2.0.12 help pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from qtpy.QtCore import QObject, Signal
from qtpy.QtGui import QAction, QKeySequence

from ..settings import Settings
from .actions import Action


@dataclass(frozen=True)
class Entry:
    """An action in the sheet: its pages (none: everywhere), where it is listed, and the keys it has now."""

    action: Action
    scopes: frozenset[str]
    group: str
    keys: tuple[str, ...]

    @property
    def key_text(self) -> str:
        """Its keys as people read them."""
        return "  ".join(QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText) for key in self.keys)


class Shortcuts(QObject):
    """Gives keys to the actions it was told of, and remembers what a person changes."""

    changed = Signal()

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._entries: dict[str, Entry] = {}
        self._groups: list[str] = []
        self._bound: dict[str, dict[str, QAction]] = {}  # by action and page
        settings.changed.connect(self._setting_changed)

    def add_group(self, group: str) -> None:
        """Keep this place in the sheet for a group whose actions may come later."""
        if group not in self._groups:
            self._groups.append(group)

    def add(self, group: str, offered: Iterable[Action], bound: Iterable[QAction], *, scope: str = "") -> None:
        """Take actions under our care, with the QActions that were made of them (found by their object name).

        An action that several pages offer has one line in the sheet and the same keys on all of them.
        """
        self.add_group(group)
        qactions = {one.objectName(): one for one in bound}
        scopes = frozenset([scope] if scope else [])
        for action in (action for action in offered if action.id in qactions):
            known = self._entries.get(action.id)
            if known is None:
                self._entries[action.id] = Entry(action, scopes, group, action.keys)
            elif known.scopes and scope:
                self._entries[action.id] = replace(known, scopes=known.scopes | scopes)
            else:
                continue
            self._bound.setdefault(action.id, {})[scope] = qactions[action.id]
        self._apply()

    def entries(self) -> list[Entry]:
        """All actions with the keys they have now, group by group, in the order they were added."""
        return sorted(self._entries.values(), key=lambda entry: self._groups.index(entry.group))

    def key_text(self, action_id: str) -> str:
        """The first key of an action as people read it, "" when it has none."""
        keys = self._entries[action_id].keys if action_id in self._entries else ()
        return QKeySequence(keys[0]).toString(QKeySequence.SequenceFormat.NativeText) if keys else ""

    def entry(self, action_id: str) -> Entry:
        """One action."""
        return self._entries[action_id]

    @property
    def preset(self) -> str:
        """The name of the preset in force."""
        return self._settings.get("preset")

    def set_preset(self, name: str) -> None:
        """Another preset; a person's own changes stay on top."""
        self._settings.set("preset", name)

    def set_keys(self, action_id: str, keys: Sequence[str]) -> None:
        """Other keys for one action."""
        self._remember({**self._own(), action_id: tuple(keys)})

    def reset(self, action_id: str = "") -> None:
        """Back to the preset's keys, for one action or ("") for all."""
        self._remember({name: keys for name, keys in self._own().items() if action_id and name != action_id})

    def is_own(self, action_id: str) -> bool:
        """Whether the user changed the keys of this action."""
        return action_id in self._own()

    def conflicts(self) -> dict[str, set[str]]:
        """Actions that share a key, with those they share it with."""
        keys = {name: entry.keys for name, entry in self._entries.items()}
        return conflicts(keys, {name: entry.scopes for name, entry in self._entries.items()})

    def run(self, action_id: str, scope: str = "") -> None:
        """Do it, as if its key had been pressed on this page."""
        bound = self._bound[action_id]
        (bound.get(scope) or next(iter(bound.values()))).trigger()

    def _own(self) -> Keys:
        return from_lines(self._settings.get("keys"))

    def _remember(self, own: Keys) -> None:
        self._settings.set("keys", as_lines(own))

    def _setting_changed(self, name: str) -> None:
        if name in ("preset", "keys"):
            self._apply()

    def _apply(self) -> None:
        defaults = {name: entry.action.keys for name, entry in self._entries.items()}
        for name, keys in keys_of(defaults, self.preset, self._own()).items():
            self._entries[name] = replace(self._entries[name], keys=keys)
            wanted = [QKeySequence(key) for key in keys]
            for bound in self._bound[name].values():
                if bound.shortcuts() != wanted:
                    bound.setShortcuts(wanted)
        self.changed.emit()


Keys = dict[str, tuple[str, ...]]  # by action id, as Qt writes them

PRESETS: dict[str, Keys] = {
    "CarDamage": {},
    "labelme": {
        "tool_polygon": ("Ctrl+N", "P"),
        "tool_rectangle": ("Ctrl+R", "R"),
        "rotate_right": ("Shift+R",),
        "tool_select": ("Ctrl+J", "V"),
        "duplicate": ("Ctrl+D",),
        "fit": ("Ctrl+F", "F"),
        "find": ("Ctrl+Shift+F",),
        "new_project": ("Ctrl+Shift+N",),
        "outline": ("Ctrl+Alt+D",),
    },
    "CVAT": {
        "next_photo": ("F",),
        "previous_photo": ("D",),
        "fit": ("Shift+F",),
        "tool_polygon": ("N", "P"),
        "inspect_reject": ("Shift+Y",),
        "next_unreviewed": ("Ctrl+Shift+F",),
        "label_1": ("Ctrl+1", "1"),
        "label_2": ("Ctrl+2", "2"),
        "label_3": ("Ctrl+3", "3"),
        "show_annotate": ("Alt+1",),
        "show_train": ("Alt+2",),
        "show_inspect": ("Alt+3",),
    },
    "VIA": {
        "next_photo": ("Right", "PgDown"),
        "previous_photo": ("Left", "PgUp"),
        "delete": ("D", "Del"),
        "select_all": ("A", "Ctrl+A"),
        "zoom_in": ("+", "Ctrl++"),
        "zoom_out": ("-", "Ctrl+-"),
        "fit": ("=", "F"),
        "copy": ("C", "Ctrl+C"),
        "tool_hole": ("Shift+P",),
    },
}


def keys_of(
    defaults: Mapping[str, Sequence[str]], preset: str, changed: Mapping[str, Sequence[str]]
) -> dict[str, tuple[str, ...]]:
    """The keys of every action: its own, those of the preset, and on top what the person changed."""
    given = PRESETS.get(preset, {})
    return {name: tuple(changed.get(name, given.get(name, keys))) for name, keys in defaults.items()}


def conflicts(keys: Mapping[str, Sequence[str]], scopes: Mapping[str, frozenset[str]]) -> dict[str, set[str]]:
    """Actions that share a key with others, with those others. Two pages may use the same key, the window may not.

    `scopes` names each action's pages, none for those that work everywhere.
    """
    by_key: dict[str, list[str]] = {}
    for name, given in keys.items():
        for key in given:
            by_key.setdefault(key.casefold(), []).append(name)
    found: dict[str, set[str]] = {}
    for names in by_key.values():
        for one in names:
            others = {other for other in names if other != one and _meet(scopes[one], scopes[other])}
            if others:
                found.setdefault(one, set()).update(others)
    return found


def as_lines(changed: Mapping[str, Sequence[str]]) -> list[str]:
    """Changed keys as the settings keep them: "fit\\tCtrl+F\\tF"."""
    return ["\t".join((name, *keys)) for name, keys in sorted(changed.items())]


RENAMED = {
    "next_finding": "next_problem", "turn_right": "rotate_right", "turn_left": "rotate_left",  # before 0.2
    "inspect_next": "next_photo", "inspect_previous": "previous_photo", "inspect_fit": "fit",
    "inspect_outline": "outline",
}  # fmt: skip


def from_lines(lines: Iterable[str]) -> Keys:
    """The other way round; lines that make no sense are left out, and actions have the names of today."""
    split = [line.split("\t") for line in lines]
    return {RENAMED.get(name, name): tuple(keys) for name, *keys in split if name}


def _meet(one: frozenset[str], other: frozenset[str]) -> bool:
    return bool(one & other) or not one or not other
