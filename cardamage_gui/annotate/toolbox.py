"""How does a person take a tool? The small panel that floats at the left edge of the canvas."""

from __future__ import annotations

from collections.abc import Iterable

from qtpy.QtCore import QEvent, QRectF, QSize, Qt, Signal
from qtpy.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen, QPixmap
from qtpy.QtWidgets import QAbstractButton, QButtonGroup, QFrame, QWidget

from .. import look, parts
from ..canvas.tools.base import Tool
from ..keys_shown import keyed

SIZE = QSize(118, 31)
KEY = 19  # pixels, the least width of the little key


class ToolBox(QFrame):
    """One button per tool, with its key."""

    chosen = Signal(str)
    widened = Signal(int)  # how far to the right it reaches now

    def __init__(self, tools: Iterable[Tool], parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "float")
        self._group = QButtonGroup(self)
        self.buttons: dict[str, ToolButton] = {}
        column = parts.rows(self, margins=(6, 6, 6, 6), spacing=2)
        for tool in (tool for tool in tools if tool.boxed):
            button = ToolButton(tool)
            self.buttons[tool.name] = button
            self._group.addButton(button)
            button.clicked.connect(self._clicked)
            column.addWidget(button)
        self.show_tool("select")

    def show_tool(self, name: str) -> None:
        """Mark the tool in hand; none when it stands elsewhere."""
        self._group.setExclusive(False)
        for button_name, button in self.buttons.items():
            button.setChecked(button_name == name)
        self._group.setExclusive(True)

    def event(self, event: QEvent) -> bool:
        """As wide as the widest key needs it."""
        done = super().event(event)
        if event.type() == QEvent.LayoutRequest and self.size() != self.sizeHint():
            self.adjustSize()
            self.widened.emit(self.geometry().right())
        return done

    def _clicked(self) -> None:
        self.chosen.emit(next(name for name, button in self.buttons.items() if button.isChecked()))


class ToolButton(QAbstractButton):
    """The tool's name at the left, its key at the right."""

    def __init__(self, tool: Tool) -> None:
        super().__init__()
        self._key = tool.key
        self._state: tuple[object, ...] = ()
        self._picture = QPixmap()
        self.setText(tool.text)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.TabFocus)
        self.setAttribute(Qt.WA_Hover)
        self.setStatusTip(tool.hint)
        keyed(self, f"tool_{tool.name}", tool.text, key=tool.key)

    def set_key(self, key: str) -> None:
        """It is taken by another key now; "" for none."""
        self._key = key
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Room for the text and the key."""
        metrics = self.fontMetrics()
        wanted = 8 + metrics.horizontalAdvance(self.text()) + 6 + self._key_width() + 7
        return QSize(max(SIZE.width(), wanted), max(SIZE.height(), metrics.height() + 12))

    def minimumSizeHint(self) -> QSize:
        """The same."""
        return self.sizeHint()

    def _key_width(self) -> int:
        font = QFont(self.font())
        font.setPixelSize(look.SMALL)
        return max(KEY, QFontMetrics(font).horizontalAdvance(self._key) + 10) if self._key else 0

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Blit what was painted for this state: the box lies over the canvas, which is painted all the time."""
        ratio = self.devicePixelRatioF()
        state = (
            self._key,
            self.isChecked(),
            self.underMouse(),
            self.hasFocus(),
            self.size(),
            ratio,
            look.of(self).name,
        )
        if state != self._state:
            self._state = state
            self._picture = QPixmap(self.size() * ratio)
            self._picture.setDevicePixelRatio(ratio)
            self._picture.fill(Qt.transparent)
            self._paint(QPainter(self._picture))
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        painter.end()

    def _paint(self, painter: QPainter) -> None:
        """Text and key."""
        colors, on = look.of(self), self.isChecked()
        painter.setFont(self.font())
        painter.setRenderHint(QPainter.Antialiasing)
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(QColor(colors.accent), 1) if self.hasFocus() else Qt.NoPen)
        if on or self.underMouse():
            painter.setBrush(QColor(colors.fill if on else colors.raised))
        painter.drawRoundedRect(rect, 5, 5)
        text = QColor(colors.on_accent if on else colors.text if self.underMouse() else colors.muted)
        painter.setPen(text)
        painter.drawText(rect.adjusted(8, 0, 0, 0), Qt.AlignLeft | Qt.AlignVCenter, self.text())
        if self._key:
            self._paint_key(painter, rect, text)
        painter.end()

    def _paint_key(self, painter: QPainter, rect: QRectF, text: QColor) -> None:
        colors, on = look.of(self), self.isChecked()
        width = self._key_width()
        key = QRectF(rect.right() - width - 7, rect.center().y() - 8, width, 16)
        painter.setPen(QPen(QColor(colors.on_accent if on else colors.line), 1))
        painter.setBrush(Qt.NoBrush if on else QColor(colors.raised))
        painter.drawRoundedRect(key, 4, 4)
        font = QFont(self.font())
        font.setPixelSize(look.SMALL)
        painter.setFont(font)
        painter.setPen(text)
        painter.drawText(key, Qt.AlignCenter, self._key)
