"""Where does the window show keys, and how do they stay true when somebody changes them?

A widget says which action it stands for: a label that is a little key, a button whose tip names the key, a widget with
`set_key`. `refresh` tells all of them the keys in force.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QLabel, QSizePolicy, QWidget

from . import parts


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
    made = parts.label(key, "key")
    made.setSizePolicy(QSizePolicy.Fixed, QSizePolicy.Fixed)
    made.setAlignment(Qt.AlignCenter)
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
