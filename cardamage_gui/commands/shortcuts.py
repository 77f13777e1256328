"""Keys of all actions: the preset's with the user's changes on top."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from qtpy.QtCore import QObject, Signal
from qtpy.QtGui import QAction, QKeySequence

from ..settings import Settings
from . import presets
from .actions import Action


@dataclass(frozen=True)
class Entry:
    """An action in the sheet: its page ("" for everywhere), where it is listed, and the keys it has now."""

    action: Action
    scope: str
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
        self._bound: dict[str, QAction] = {}
        settings.changed.connect(self._setting_changed)

    def add(self, group: str, offered: Iterable[Action], bound: Iterable[QAction], *, scope: str = "") -> None:
        """Take actions under our care, with the QActions that were made of them (found by their object name)."""
        qactions = {one.objectName(): one for one in bound}
        for action in offered:
            if action.id in qactions and action.id not in self._entries:
                self._entries[action.id] = Entry(action, scope, group, action.keys)
                self._bound[action.id] = qactions[action.id]
        self._apply()

    def entries(self) -> list[Entry]:
        """All actions with the keys they have now, in the order they were added."""
        return list(self._entries.values())

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
        """Did the person change the keys of this action?"""
        return action_id in self._own()

    def conflicts(self) -> dict[str, set[str]]:
        """Actions that share a key, with those they share it with."""
        keys = {name: entry.keys for name, entry in self._entries.items()}
        return presets.conflicts(keys, {name: entry.scope for name, entry in self._entries.items()})

    def run(self, action_id: str) -> None:
        """Do it, as if its key had been pressed."""
        self._bound[action_id].trigger()

    def _own(self) -> presets.Keys:
        return presets.from_lines(self._settings.get("keys"))

    def _remember(self, own: presets.Keys) -> None:
        self._settings.set("keys", presets.as_lines(own))

    def _setting_changed(self, name: str) -> None:
        if name in ("preset", "keys"):
            self._apply()

    def _apply(self) -> None:
        defaults = {name: entry.action.keys for name, entry in self._entries.items()}
        for name, keys in presets.keys_of(defaults, self.preset, self._own()).items():
            if keys != self._entries[name].keys or not self._bound[name].shortcuts():
                self._entries[name] = replace(self._entries[name], keys=keys)
                self._bound[name].setShortcuts([QKeySequence(key) for key in keys])
        self.changed.emit()
