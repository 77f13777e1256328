"""The box of tools at the left edge of the canvas: with names where there is room for them, else icons alone."""

from __future__ import annotations

from collections.abc import Iterable

from qtpy.QtCore import QEvent, QObject, QPoint, QRectF, QSize, Qt, Signal
from qtpy.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen, QPixmap
from qtpy.QtWidgets import QAbstractButton, QButtonGroup, QFrame, QWidget

from .. import look
from ..canvas.tools.base import Tool
from ..commands.editor import keyed
from ..language import tr
from ..widgets import common

SIZE = QSize(118, 31)
MARGIN = 6
ICON = QSize(31, 31)  # of a button that shows its icon alone
KEY = 19  # pixels, the least width of the little key
PLACE = QPoint(12, 10)  # in the canvas
SHARE = 0.22  # of the canvas's width that names may take


class ToolBox(QFrame):
    """One button per tool, with its key."""

    chosen = Signal(str)
    widened = Signal(int)  # how far to the right it reaches now

    def __init__(self, tools: Iterable[Tool], parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "float")
        self._room = parent
        parent.installEventFilter(self)
        self._group = QButtonGroup(self)
        self.buttons: dict[str, ToolButton] = {}
        column = common.rows(self, margins=(MARGIN, MARGIN, MARGIN, MARGIN), spacing=2)
        for tool in (tool for tool in tools if tool.boxed):
            button = ToolButton(tool)
            self.buttons[tool.name] = button
            self._group.addButton(button)
            button.clicked.connect(self._clicked)
            column.addWidget(button)
        self.show_tool("select")

    def show_tool(self, name: str) -> None:
        """Mark the current tool; none when it is not in this box."""
        self._group.setExclusive(False)
        for button_name, button in self.buttons.items():
            button.setChecked(button_name == name)
        self._group.setExclusive(True)

    def settle(self) -> None:
        """Stand in the canvas's corner, with names where they take a small part of it; `widened` tells how far."""
        named = max(button.named_width() for button in self.buttons.values()) + PLACE.x() + 2 * MARGIN
        for button in self.buttons.values():
            button.show_name(named <= SHARE * self._room.width())
        self.adjustSize()
        self.move(PLACE)
        self.widened.emit(self.geometry().right())

    def event(self, event: QEvent) -> bool:
        """As wide as the widest key needs it."""
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest and self.size() != self.sizeHint():
            self.settle()
        return done

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The canvas has another size."""
        if event.type() == QEvent.Type.Resize and watched is self._room:
            self.settle()
        return super().eventFilter(watched, event)

    def _clicked(self) -> None:
        self.chosen.emit(next(name for name, button in self.buttons.items() if button.isChecked()))


class ToolButton(QAbstractButton):
    """The tool's name at the left, its key at the right; or its icon alone."""

    def __init__(self, tool: Tool) -> None:
        super().__init__()
        self._key, self._icon, self._named = tool.key, tool.icon, True
        self._state: tuple[object, ...] = ()
        self._picture = QPixmap()
        self.setText(tr(tool.text))
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setStatusTip(tr(tool.hint))
        keyed(self, f"tool_{tool.name}", tr(tool.text), key=tool.key)

    def set_key(self, key: str) -> None:
        """It is taken by another key now; "" for none."""
        self._key = key
        self.updateGeometry()
        self.update()

    def show_name(self, named: bool) -> None:
        """Show name and key, or the icon alone."""
        if named != self._named:
            self._named = named
            self.updateGeometry()
            self.update()

    def named_width(self) -> int:
        """Pixels that the name and the key take."""
        return max(SIZE.width(), 8 + self.fontMetrics().horizontalAdvance(self.text()) + 6 + self._key_width() + 7)

    def sizeHint(self) -> QSize:
        """Room for the text and the key, or for the icon."""
        if not self._named:
            return ICON
        return QSize(self.named_width(), max(SIZE.height(), self.fontMetrics().height() + 12))

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
            self._named,
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
            self._picture.fill(Qt.GlobalColor.transparent)
            self._paint(QPainter(self._picture))
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        painter.end()

    def _paint(self, painter: QPainter) -> None:
        """Text and key."""
        colors, on = look.of(self), self.isChecked()
        painter.setFont(self.font())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(QColor(colors.accent), 1) if self.hasFocus() else Qt.PenStyle.NoPen)
        if on or self.underMouse():
            painter.setBrush(QColor(colors.fill if on else colors.raised))
        painter.drawRoundedRect(rect, 5, 5)
        text = QColor(colors.on_accent if on else colors.text if self.underMouse() else colors.muted)
        if self._named:
            self._paint_name(painter, rect, text)
        else:
            side = look.ICON + 2
            place = QRectF(rect.center().x() - side / 2, rect.center().y() - side / 2, side, side).toRect()
            look.icon(self._icon, text.name()).paint(painter, place)
        painter.end()

    def _paint_name(self, painter: QPainter, rect: QRectF, text: QColor) -> None:
        painter.setPen(text)
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(rect.adjusted(8, 0, 0, 0), left, self.text())
        if self._key:
            self._paint_key(painter, rect, text)

    def _paint_key(self, painter: QPainter, rect: QRectF, text: QColor) -> None:
        colors, on = look.of(self), self.isChecked()
        width = self._key_width()
        key = QRectF(rect.right() - width - 7, rect.center().y() - 8, width, 16)
        painter.setPen(QPen(QColor(colors.on_accent if on else colors.line), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush if on else QColor(colors.raised))
        painter.drawRoundedRect(key, 4, 4)
        font = QFont(self.font())
        font.setPixelSize(look.SMALL)
        painter.setFont(font)
        painter.setPen(text)
        painter.drawText(key, Qt.AlignmentFlag.AlignCenter, self._key)
