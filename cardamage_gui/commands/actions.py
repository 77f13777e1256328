"""Actions: text, keys, hint and what they run.

A page exposes `offered_actions() -> list[Action]`; the window puts them into menus and binds their keys while it shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from qtpy.QtCore import Qt
from qtpy.QtGui import QAction, QKeySequence
from qtpy.QtWidgets import QWidget


@dataclass(frozen=True)
class Action:
    """One thing to do: `text` as in a menu, `keys` as Qt writes them ("Ctrl+Z"), `hint` one line for the status bar."""

    id: str
    text: str
    keys: tuple[str, ...]
    hint: str
    slot: Callable[[], object]

    @property
    def key_text(self) -> str:
        """The first key as people read it, "" when there is none."""
        return QKeySequence(self.keys[0]).toString(QKeySequence.SequenceFormat.NativeText) if self.keys else ""


def bind(widget: QWidget, actions: Iterable[Action]) -> dict[str, QAction]:
    """Give `widget` a QAction per action, by id; keys work while the widget or a child of it has the focus.

    Actions that the widget has already are left as they are.
    """
    known = {bound.objectName(): bound for bound in widget.actions()}
    return {action.id: known.get(action.id) or _bound(widget, action) for action in actions}


def with_key(text: str, action: Action) -> str:
    """A tooltip that names the key: "Fit (F)"."""
    return f"{text} ({action.key_text})" if action.keys else text


def _bound(widget: QWidget, action: Action) -> QAction:
    bound = QAction(action.text, widget)
    bound.setObjectName(action.id)
    bound.setShortcuts([QKeySequence(key) for key in action.keys])
    bound.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    bound.setStatusTip(action.hint)
    bound.setToolTip(with_key(action.text, action))
    bound.triggered.connect(lambda _checked=False: action.slot())
    widget.addAction(bound)
    return bound
