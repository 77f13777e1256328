"""What stands above the canvas? Undo and redo, the photo's review, fit and zoom."""

from __future__ import annotations

from collections.abc import Mapping

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QFrame, QLabel, QSizePolicy, QToolButton, QWidget

from .. import parts
from ..actions import Action, with_key


class ToolBar(QWidget):
    """Buttons for actions, given by their ids, and the zoom."""

    def __init__(self, actions: Mapping[str, Action]) -> None:
        super().__init__()
        self.undo = _button("undo", "Undo", actions["annotate_undo"], key="Ctrl+Z")
        self.redo = _button("redo", "Redo", actions["annotate_redo"], key="Ctrl+Shift+Z")
        self.accept = _button("check", "Accept photo", actions["accept_photo"])
        self.fit = _button("fit-to-page-outline", "Fit", actions["fit"])
        self.zoom = _button("", "100 %", actions["actual_size"])
        bar = parts.frame("bar")
        row = parts.columns(bar, margins=(8, 5, 12, 5), spacing=2)
        for button in (self.undo, self.redo):
            row.addWidget(button)
        row.addSpacing(6)
        row.addWidget(_stroke(), 0, Qt.AlignVCenter)
        row.addSpacing(6)
        row.addWidget(self.accept)
        row.addStretch(1)
        row.addWidget(self.fit)
        row.addWidget(_key(actions["fit"].key_text), 0, Qt.AlignVCenter)
        row.addWidget(self.zoom)
        parts.rows(self).addWidget(bar)

    def show_zoom(self, scale: float) -> None:
        """Screen pixels per photo pixel."""
        self.zoom.setText(f"{scale * 100:.0f} %")

    def show_history(self, undo: str, redo: str) -> None:
        """What undo and redo would do; "" when there is nothing."""
        for button, name, text in ((self.undo, "Undo", undo), (self.redo, "Redo", redo)):
            button.setEnabled(bool(text))
            key = "Ctrl+Z" if name == "Undo" else "Ctrl+Shift+Z"
            button.setToolTip(f"{name}: {text} ({key})" if text else f"{name} ({key})")


def _stroke() -> QFrame:
    stroke = parts.frame("stroke")
    stroke.setFixedHeight(18)
    return stroke


def _key(text: str) -> QLabel:
    key = parts.label(text, "key")
    key.setSizePolicy(QSizePolicy.Fixed, QSizePolicy.Fixed)
    return key


def _button(icon: str, text: str, action: Action, *, key: str = "") -> QToolButton:
    tip = f"{action.text} ({key})" if key else with_key(action.text, action)
    if icon:
        button = parts.icon_button(icon, tip, action.slot, text=text)
    else:
        button = QToolButton()
        button.setText(text)
        button.setToolTip(tip)
        button.clicked.connect(lambda _checked=False: action.slot())
    button.setStatusTip(action.hint)
    return button
