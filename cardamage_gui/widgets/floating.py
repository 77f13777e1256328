"""A panel that floats in a corner of another widget."""

from __future__ import annotations

from qtpy.QtCore import QEvent, QObject
from qtpy.QtGui import QHideEvent, QKeyEvent, QKeySequence
from qtpy.QtWidgets import QFrame, QWidget

EDGE = 12  # pixels from the edges


class Floating(QFrame):
    """A panel in a right corner of another widget; it stays there when that changes its size. Esc puts it away."""

    def __init__(self, parent: QWidget, name: str, *, low: bool = False) -> None:
        super().__init__(parent)
        self.setProperty("role", "float")
        self.setAccessibleName(name)
        self._low = low
        parent.installEventFilter(self)
        self.hide()

    def open(self) -> None:
        """Show it in its corner."""
        self.settle()
        self.show()
        self.raise_()

    def settle(self) -> None:
        """Be as large as what is in it, in the corner."""
        self.adjustSize()
        room = self.parentWidget() or self
        self.move(room.width() - self.width() - EDGE, room.height() - self.height() - EDGE if self._low else EDGE)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The corner moved."""
        if event.type() == QEvent.Type.Resize and watched is self.parentWidget() and self.isVisible():
            self.settle()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc puts it away."""
        if event.matches(QKeySequence.StandardKey.Cancel):
            self.hide()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Esc is for the panel while it has the focus, not for the page."""
        cancel = isinstance(event, QKeyEvent) and event.matches(QKeySequence.StandardKey.Cancel)
        if cancel and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """The photo has the keys again."""
        super().hideEvent(event)
        parent = self.parentWidget()
        if parent is not None:
            parent.setFocus()
