"""The line between the bare photo and the one with findings; it is dragged sideways."""

from __future__ import annotations

from qtpy.QtCore import QEvent, QObject, QPointF, QRectF, Qt
from qtpy.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from qtpy.QtWidgets import QWidget

from .. import look
from ..canvas import Canvas
from ..language import tr

WIDTH = 24  # pixels that can be taken hold of


class WipeHandle(QWidget):
    """As high as the canvas; tells the canvas where it stands."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._share = 0.5  # of the canvas's width
        self.setCursor(Qt.CursorShape.SplitHCursor)
        self.setAccessibleName(tr("Wipe between original and findings"))
        canvas.installEventFilter(self)
        self.hide()

    def open(self) -> None:
        """Begin in the middle, or where it stood last."""
        self._place()
        self.show()
        self.raise_()

    def close_wipe(self) -> None:
        """The findings everywhere again."""
        self.hide()
        self._canvas.set_wipe(None)

    def move_to(self, x: float) -> None:
        """Stand at this place of the canvas, in pixels."""
        self._share = min(0.98, max(0.02, x / max(1, self._canvas.width())))
        self._place()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.move_to(self.mapToParent(event.pos()).x())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Taken hold of."""
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The photo has the keys."""
        event.accept()
        self._canvas.setFocus()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """A line with a knob."""
        colors, middle = look.of(self), self.width() / 2
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for color, width in ((colors.halo, 4.0), (colors.vertex, 2.0)):
            painter.setPen(QPen(QColor(color), width))
            painter.drawLine(QPointF(middle, 0), QPointF(middle, self.height()))
        painter.setBrush(QColor(colors.halo))
        knob = QRectF(middle - 10, self.height() / 2 - 14, 20, 28)
        painter.drawRoundedRect(knob, 6, 6)
        for offset in (-3, 3):
            painter.drawLine(QPointF(middle + offset, knob.top() + 9), QPointF(middle + offset, knob.bottom() - 9))
        painter.end()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The canvas changed its size."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        x = round(self._share * self._canvas.width())
        self.setGeometry(x - WIDTH // 2, 0, WIDTH, self._canvas.height())
        self._canvas.set_wipe(float(x))
