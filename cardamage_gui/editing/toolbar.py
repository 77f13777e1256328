"""The bar above the canvas: buttons for actions, and the zoom; all with words or all with icons, by the room."""

from __future__ import annotations

from collections.abc import Mapping

from qtpy.QtCore import Qt
from qtpy.QtGui import QResizeEvent
from qtpy.QtWidgets import QFrame, QToolButton, QWidget

from ..commands.actions import Action
from ..commands.editor import keyed, retip
from ..language import mark, tr, translated
from ..widgets import common

# icon, text, action; "" parts groups. Tools that stand here rather than in the box of tools are marked while current.
CUTTING = (
    ("vector-union", mark("Union"), "union"),
    ("vector-difference-ba", mark("Subtract"), "subtract"),
    ("vector-intersection", mark("Intersect"), "intersect"),
    ("circle-double", mark("Hole"), "tool_hole"),
    ("box-cutter", mark("Split"), "tool_split"),
    ("", "", ""),
    ("chart-bell-curve", mark("Smooth"), "smooth"),
    ("", "", ""),
    ("check", mark("Accept"), "accept_photo"),
)
TEXT, BOTH, ICON = (
    Qt.ToolButtonStyle.ToolButtonTextOnly,
    Qt.ToolButtonStyle.ToolButtonTextBesideIcon,
    Qt.ToolButtonStyle.ToolButtonIconOnly,
)
LEVELS = (BOTH, TEXT, ICON)  # the first for which there is room; never mixed


class ToolBar(QWidget):
    """Buttons for actions, given by their ids, and the zoom."""

    def __init__(self, actions: Mapping[str, Action]) -> None:
        super().__init__()
        self.undo = _button("undo", tr("Undo"), actions["annotate_undo"])
        self.redo = _button("redo", tr("Redo"), actions["annotate_redo"])
        self.upright = _button("rotate-left", tr("Upright"), actions["upright"])
        self.upright.hide()
        keyed(self.undo, "undo", tr("Undo"), key="Ctrl+Z")  # the keys are those of the Edit menu
        keyed(self.redo, "redo", tr("Redo"), key="Ctrl+Shift+Z")
        self.light = _button("brightness-6", tr("Light", sense="of the view"), actions["light"])
        self.fit = _button("fit-to-page-outline", tr("Fit"), actions["fit"])
        self.zoom = _button("", "100 %", actions["actual_size"])
        self.buttons = {action: _button(icon, tr(text), actions[action]) for icon, text, action in CUTTING if action}
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
        row.addWidget(self.zoom)
        common.rows(self).addWidget(self._bar)
        self._show_level(LEVELS[-1])
        self.setMinimumWidth(self._bar.sizeHint().width())

    def show_zoom(self, scale: float) -> None:
        """Screen pixels per photo pixel."""
        self.zoom.setText(f"{scale * 100:.0f} %")

    def show_rotation(self, rotation: int) -> None:
        """Offer the way back while the view is rotated."""
        self.upright.setVisible(rotation != 0)

    def show_history(self, undo: str, redo: str) -> None:
        """What undo and redo would do; "" when there is nothing."""
        for button, name, text in ((self.undo, tr("Undo"), undo), (self.redo, tr("Redo"), redo)):
            button.setEnabled(bool(text))
            retip(button, f"{name}: {translated(text)}" if text else name)

    def show_tool(self, name: str) -> None:
        """Mark the current tool where it is on this bar."""
        for tool in ("hole", "split"):
            self.buttons[f"tool_{tool}"].setChecked(tool == name)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Names where there is room for them, whatever the font."""
        super().resizeEvent(event)
        for level in LEVELS:
            self._show_level(level)
            if self._bar.sizeHint().width() <= self.width():
                break

    def _show_level(self, style: Qt.ToolButtonStyle) -> None:
        for button in (*self.buttons.values(), self.undo, self.redo, self.upright, self.light, self.fit):
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
    button.setProperty("role", "tool")
    button.setStatusTip(action.hint)
    keyed(button, action.id, action.text, key=action.key_text)
    return button
