"""What do the small panels share that float above the canvas?"""

from __future__ import annotations

from qtpy.QtCore import QEvent, QObject
from qtpy.QtGui import QHideEvent, QKeyEvent, QKeySequence
from qtpy.QtWidgets import QFrame, QWidget

EDGE = 12  # pixels from the right edge, and from the upper or lower one


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
        room = self.parentWidget()
        self.move(room.width() - self.width() - EDGE, room.height() - self.height() - EDGE if self._low else EDGE)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The corner moved."""
        if event.type() == QEvent.Resize and watched is self.parentWidget() and self.isVisible():
            self.settle()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc puts it away."""
        if event.matches(QKeySequence.Cancel):
            self.hide()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Esc is for the panel while it has the focus, not for the page."""
        if event.type() == QEvent.ShortcutOverride and event.matches(QKeySequence.Cancel):
            event.accept()
            return True
        return super().event(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """The photo has the keys again."""
        super().hideEvent(event)
        if self.parentWidget() is not None:
            self.parentWidget().setFocus()
