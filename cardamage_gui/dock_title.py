"""How is a panel taken, floated and closed? Its title bar, which keeps out of the way.

Docked, it is a strip as high as the air above the panel's first line: a small grip shows while the pointer is over the
panel, and where it rests on the strip the title opens. A floating panel always has its title.
"""

from __future__ import annotations

from qtpy.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer
from qtpy.QtGui import QColor, QEnterEvent, QPainter, QPaintEvent
from qtpy.QtWidgets import QDockWidget, QFrame, QWidget

from . import look, parts

STRIP, OPEN = 10, 30  # pixels high
GRIP = QSize(32, 3)
REST = 250  # milliseconds the pointer rests on the strip before the title opens


class DockTitle(QFrame):
    """Grip, title, float and close."""

    def __init__(self, dock: QDockWidget) -> None:
        super().__init__(dock)
        self.setProperty("role", "panel")
        self.setCursor(Qt.SizeAllCursor)
        self._dock = dock
        self._bar: QWidget | None = None
        self._near = self._floating = self._open = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REST)
        self._timer.timeout.connect(self._rested)

    def set_near(self, near: bool) -> None:
        """Whether the pointer is over the panel."""
        self._near = near
        self.update()

    def set_floating(self, floating: bool) -> None:
        """Whether the panel is a window of its own."""
        self._floating = floating
        self._show_title(floating or self.underMouse())

    def sizeHint(self) -> QSize:
        """A strip, or room for the title."""
        return QSize(0, OPEN if self._open else STRIP)

    def minimumSizeHint(self) -> QSize:
        """The same."""
        return self.sizeHint()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Open soon, if the pointer stays."""
        super().enterEvent(event)
        self._timer.start()

    def leaveEvent(self, event: QEvent) -> None:
        """Close again."""
        super().leaveEvent(event)
        self._timer.stop()
        self._show_title(self._floating)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The grip, while there is no title."""
        super().paintEvent(event)
        if self._open or not self._near:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.Antialiasing)
        painter.setPen(Qt.NoPen)
        painter.setBrush(QColor(look.of(self).line))
        grip = QRectF(0, 0, GRIP.width(), GRIP.height())
        grip.moveCenter(QPointF(self.width() / 2, STRIP / 2))
        painter.drawRoundedRect(grip, 1.5, 1.5)
        painter.end()

    def _rested(self) -> None:
        self._show_title(True)

    def _show_title(self, shown: bool) -> None:
        if shown == self._open:
            return
        self._open = shown
        if shown and self._bar is None:
            self._make()
        self._bar.setVisible(shown)
        self.updateGeometry()
        self.update()

    def _make(self) -> None:
        """Only when first needed: a start should not wait for it."""
        self._bar = QWidget()
        line = parts.columns(self._bar, margins=(14, 2, 6, 2), spacing=2)
        title = self._dock.windowTitle()
        line.addWidget(parts.section(title))
        line.addStretch(1)
        for icon, tip, slot in (
            ("dock-window", f"{title}: a window of its own, or back in its place", self._turn),
            ("close", f"Close {title}", self._dock.close),
        ):
            button = parts.icon_button(icon, tip, slot)
            button.setCursor(Qt.ArrowCursor)
            line.addWidget(button)
        parts.rows(self).addWidget(self._bar)

    def _turn(self) -> None:
        self._dock.setFloating(not self._dock.isFloating())
