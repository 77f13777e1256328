"""The tool box, the bar above the canvas and the smoothing sliders: small panels that float over the canvas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from qtpy.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from qtpy.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QHideEvent,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from qtpy.QtWidgets import QAbstractButton, QButtonGroup, QFrame, QSlider, QToolButton, QWidget

from cardamage_core.annotations.model import Region
from cardamage_core.text import amount

from .. import look
from ..canvas import Canvas
from ..canvas.tools.base import Tool
from ..canvas.tools.sweep import Reshape
from ..commands.actions import Action
from ..commands.editor import chip, keyed, retip
from ..widgets import common

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
        column = common.rows(self, margins=(6, 6, 6, 6), spacing=2)
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

    def event(self, event: QEvent) -> bool:
        """As wide as the widest key needs it."""
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest and self.size() != self.sizeHint():
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
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
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
        painter.setPen(text)
        painter.drawText(
            rect.adjusted(8, 0, 0, 0), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self.text()
        )
        if self._key:
            self._paint_key(painter, rect, text)
        painter.end()

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


# icon, text, action; "" parts groups. Tools that stand here rather than in the box of tools are marked while current.
CUTTING = (
    ("vector-union", "Union", "union"),
    ("vector-difference-ba", "Subtract", "subtract"),
    ("vector-intersection", "Intersect", "intersect"),
    ("circle-double", "Hole", "tool_hole"),
    ("box-cutter", "Split", "tool_split"),
    ("", "", ""),
    ("chart-bell-curve", "Smooth", "smooth"),
    ("", "", ""),
    ("check", "Accept photo", "accept_photo"),
)
TEXT, BOTH, ICON = (
    Qt.ToolButtonStyle.ToolButtonTextOnly,
    Qt.ToolButtonStyle.ToolButtonTextBesideIcon,
    Qt.ToolButtonStyle.ToolButtonIconOnly,
)
LEVELS = ((TEXT, BOTH, BOTH), (TEXT, TEXT, ICON), (TEXT, ICON, ICON), (ICON, ICON, ICON))  # cutting, light, the others


class ToolBar(QWidget):
    """Buttons for actions, given by their ids, and the zoom. Where it is narrow only icons are shown."""

    def __init__(self, actions: Mapping[str, Action]) -> None:
        super().__init__()
        self.undo = _button("undo", "Undo", actions["annotate_undo"])
        self.redo = _button("redo", "Redo", actions["annotate_redo"])
        self.upright = _button("rotate-left", "Upright", actions["upright"])
        self.upright.hide()
        keyed(self.undo, "undo", "Undo", key="Ctrl+Z")  # the keys are those of the Edit menu
        keyed(self.redo, "redo", "Redo", key="Ctrl+Shift+Z")
        self.light = _button("brightness-6", "Brightness", actions["light"])
        self.fit = _button("fit-to-page-outline", "Fit", actions["fit"])
        self.zoom = _button("", "100 %", actions["actual_size"])
        self.buttons = {action: _button(icon, text, actions[action]) for icon, text, action in CUTTING if action}
        self.accept = self.buttons["accept_photo"]
        for name in ("tool_hole", "tool_split"):
            self.buttons[name].setCheckable(True)
        self.zoom.setMinimumWidth(self.zoom.fontMetrics().horizontalAdvance("6400 %") + 32)  # so that nothing moves
        self._bar = common.frame("bar")
        row = common.columns(self._bar, margins=(8, 5, 12, 5), spacing=2)
        for button in (self.undo, self.redo):
            row.addWidget(button)
        for action in ("", *(action for _, _, action in CUTTING)):
            row.addWidget(self.buttons[action] if action else _stroke(), 0, Qt.AlignmentFlag.AlignVCenter)
        row.addStretch(1)
        row.addWidget(self.upright)
        row.addWidget(self.light)
        row.addWidget(self.fit)
        row.addWidget(chip("fit", actions["fit"].key_text), 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.zoom)
        common.rows(self).addWidget(self._bar)
        self._show_level(*LEVELS[-1])
        self.setMinimumWidth(self._bar.sizeHint().width())

    def show_zoom(self, scale: float) -> None:
        """Screen pixels per photo pixel."""
        self.zoom.setText(f"{scale * 100:.0f} %")

    def show_rotation(self, rotation: int) -> None:
        """Offer the way back while the view is rotated."""
        self.upright.setVisible(rotation != 0)

    def show_history(self, undo: str, redo: str) -> None:
        """What undo and redo would do; "" when there is nothing."""
        for button, name, text in ((self.undo, "Undo", undo), (self.redo, "Redo", redo)):
            button.setEnabled(bool(text))
            retip(button, f"{name}: {text}" if text else name)

    def show_tool(self, name: str) -> None:
        """Mark the current tool where it is on this bar."""
        for tool in ("hole", "split"):
            self.buttons[f"tool_{tool}"].setChecked(tool == name)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Names where there is room for them, whatever the font."""
        super().resizeEvent(event)
        for level in LEVELS:
            self._show_level(*level)
            if self._bar.sizeHint().width() <= self.width():
                break

    def _show_level(self, *styles: Qt.ToolButtonStyle) -> None:
        others = (self.undo, self.redo, self.accept, self.upright, self.fit)
        cutting = [button for button in self.buttons.values() if button is not self.accept]
        for buttons, style in zip((cutting, (self.light,), others), styles, strict=True):
            for button in buttons:
                if button.toolButtonStyle() != style:
                    button.setToolButtonStyle(style)


def _stroke() -> QFrame:
    stroke = common.frame("stroke")
    stroke.setFixedHeight(18)
    return stroke


def _button(icon: str, text: str, action: Action) -> QToolButton:
    if icon:
        button = common.icon_button(icon, action.text, action.slot, text=text)
    else:
        button = QToolButton()
        button.setText(text)
        button.clicked.connect(lambda _checked=False: action.slot())
    button.setStatusTip(action.hint)
    keyed(button, action.id, action.text, key=action.key_text)
    return button


STEPS = 60
FIRST = 20  # a tolerance of 2.7 screen pixels: one sees that something happens
LARGEST = 24.0  # screen pixels of tolerance at the slider's end
ROUNDS = 3
SNAPS = 10
FIRST_SNAP = 5
LARGEST_SNAP = 0.12  # of an outline's size, at the slider's end
EDGE = 12  # pixels from the canvas's lower edge


class SmoothBar(QFrame):
    """Opens for the selected regions, and closes when the gesture that it drives ends."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self.setProperty("role", "float")
        self._canvas = canvas
        self._gesture: Reshape | None = None
        self.simplify, self.round = _slider(STEPS, "Simplify"), _slider(ROUNDS, "Round corners")
        self.snap = _slider(SNAPS, "Snap to edges")
        self._snapped: dict[tuple[str, int], Region] = {}
        self.text = common.label("", "muted")
        self.text.setMinimumWidth(130)
        self.apply = common.button("Apply", canvas.close_drawing, "primary", tip="Change the regions (Enter)")
        self.cancel = common.button("Cancel", self._cancel, tip="Leave them as they are (Esc)")
        row = common.columns(self, margins=(12, 8, 12, 8), spacing=8)
        for name, slider in (("Snap", self.snap), ("Simplify", self.simplify), ("Round", self.round)):
            row.addWidget(common.label(name))
            row.addWidget(slider)
            slider.valueChanged.connect(self._changed)
        for widget in (self.text, self.apply, self.cancel):
            row.addWidget(widget)
        canvas.busy_changed.connect(self._busy_changed)
        self.hide()

    def open(self, *, snap: bool = False) -> None:
        """Begin with a little simplifying, or with snapping to edges."""
        self._gesture = None  # until all sliders stand
        self._snapped.clear()
        self.snap.setEnabled(self._canvas.pixels is not None)
        self.snap.setValue(FIRST_SNAP if snap else 0)
        self.simplify.setValue(0 if snap else FIRST)
        self.round.setValue(0)
        self._gesture = Reshape(self._canvas.start)
        self._canvas.begin(self._gesture)
        self._changed()
        self.adjustSize()
        self.move((self._canvas.width() - self.width()) // 2, self._canvas.height() - self.height() - EDGE)
        self.show()
        self.raise_()
        (self.snap if snap else self.simplify).setFocus()  # arrows change it; Enter and Esc go on to the canvas

    def _changed(self) -> None:
        if self._gesture is None:
            return
        share = self.simplify.value() / STEPS
        tolerance = LARGEST * share * share / self._canvas.viewport.scale
        snap = self._snap if self.snap.value() and self._canvas.pixels is not None else None
        self._gesture.set(tolerance=tolerance, rounds=self.round.value(), snap=snap)
        self._canvas.refresh()
        before, after = self._gesture.saved()
        self.text.setText(f"{before} → {amount(after, 'vertex', 'vertices')}")

    def _snap(self, region: Region) -> Region:
        """A region pulled to edges, worked out once for each place of the slider."""
        known = (region.id, self.snap.value())
        pixels = self._canvas.pixels
        if known not in self._snapped and pixels is not None:
            from cardamage_core.annotations import edge_snap  # loads OpenCV, which most windows never need

            reach = LARGEST_SNAP * self.snap.value() / SNAPS
            self._snapped[known] = edge_snap.snapped(pixels, region, reach=reach)
        return self._snapped.get(known, region)

    def _cancel(self) -> None:
        self._canvas.cancel()

    def _busy_changed(self, busy: bool) -> None:
        if not busy and self._gesture is not None:
            self._gesture = None
            self._canvas.setFocus()
            self.hide()


def _slider(most: int, name: str) -> QSlider:
    slider = common.Slider(Qt.Orientation.Horizontal)
    slider.setRange(0, most)
    slider.setFixedWidth(96)
    slider.setAccessibleName(name)
    slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return slider


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
