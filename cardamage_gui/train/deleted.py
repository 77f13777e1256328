"""The line that says what was deleted, with the button that brings it back."""

from __future__ import annotations

from pathlib import Path

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QFrame, QWidget

from ..language import tr
from ..widgets import common


class Deleted(QFrame):
    """Hidden until something was deleted; the last deletion can be undone."""

    restore = Signal(object)  # the path in the trash

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "notice")
        self._trashed: Path | None = None
        self._text = common.label("")
        layout = common.columns(self, margins=(16, 6, 8, 6), spacing=12)
        layout.addWidget(self._text)
        layout.addWidget(common.button(tr("Undo"), self._undo, tip=tr("Bring it back")))
        layout.addStretch(1)
        layout.addWidget(common.icon_button("close", tr("Dismiss"), self.hide))
        self.hide()

    def tell(self, trashed: Path, name: str) -> None:
        """Say that this was deleted."""
        self._trashed = trashed
        self._text.setText(tr("“{name}” was moved to the trash of the project.", name=name))
        self.show()

    def _undo(self) -> None:
        self.hide()
        if self._trashed is not None:
            self.restore.emit(self._trashed)
            self._trashed = None
