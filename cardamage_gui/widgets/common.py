"""Small widgets that all pages share, each with a role that look.py styles; the strip that shows long work."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import TypeVar

from qtpy.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QSize, Qt, QTimer, Signal
from qtpy.QtGui import QDropEvent, QKeyEvent, QResizeEvent, QWheelEvent
from qtpy.QtWidgets import (
    QBoxLayout,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSlider,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from .. import look
from ..language import time_left, tr, translated

ModelIndex = QModelIndex | QPersistentModelIndex  # what Qt gives to models and delegates

L = TypeVar("L", bound=QBoxLayout)
Margins = tuple[int, int, int, int]


def label(text: str = "", role: str = "", *, wrap: bool = False, right: bool = False) -> QLabel:
    """Text in a role of the stylesheet: title heading muted small section figure good warn bad accent key."""
    made = _WrappedLabel() if wrap else QLabel()
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("role", role)
    made.setText(text)
    if right:
        made.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return made


class _WrappedLabel(QLabel):
    """Text that breaks into lines, but never between a figure and its percent sign."""

    def __init__(self) -> None:
        super().__init__()
        self._text = ""
        self.setWordWrap(True)

    def setText(self, text: str | None) -> None:
        self._text = text or ""
        super().setText(self._text.replace(" %", "\u00a0%"))

    def text(self) -> str:
        return self._text


def section(text: str) -> QLabel:
    """The small head above a group."""
    return label(text.upper(), "section")


def frame(role: str, parent: QWidget | None = None) -> QFrame:
    """A surface: panel page bar foot left right card float notice rule stroke."""
    made = QFrame(parent)
    made.setProperty("role", role)
    return made


class Scrolled(QScrollArea):
    """A frameless area that scrolls a sheet; `name` is what a screen reader calls it."""

    def __init__(self, sheet: QWidget, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidget(sheet)
        self._part = sheet
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._reveal)

    def unfold(self, part: QWidget, *, on: bool) -> None:
        """Show a part of the sheet, scrolled to where it can be seen, or put it away."""
        part.setVisible(on)
        if on:
            self._part = part
            self._soon.start()  # once it has its size

    def _reveal(self) -> None:
        self.ensureWidgetVisible(self._part)


def line(*widgets: QWidget, spacing: int = look.GRID, room_after: bool = False) -> QHBoxLayout:
    """Widgets beside each other, with room after them on request."""
    made = QHBoxLayout()
    made.setSpacing(spacing)
    for widget in widgets:
        made.addWidget(widget)
    if room_after:
        made.addStretch(1)
    return made


def rows(widget: QWidget, *, margins: Margins = (0, 0, 0, 0), spacing: int = look.GRID) -> QVBoxLayout:
    """Lay the widget out from top to bottom."""
    return _spaced(QVBoxLayout(widget), margins, spacing)


def columns(widget: QWidget, *, margins: Margins = (0, 0, 0, 0), spacing: int = look.GRID) -> QHBoxLayout:
    """Lay the widget out from left to right."""
    return _spaced(QHBoxLayout(widget), margins, spacing)


def clear(layout: QLayout) -> None:
    """Delete the widgets of a layout; they are out of sight at once, though Qt deletes them a moment later."""
    while item := layout.takeAt(0):
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()


def dropped_paths(event: QDropEvent) -> list[Path]:
    """The files and folders of this machine that are dragged or were dropped."""
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]


def head(title: QWidget, about: QWidget, *buttons: QWidget) -> QHBoxLayout:
    """The top of a page: its title, a line about it below, and buttons at the right."""
    line = QHBoxLayout()
    line.setSpacing(12)
    texts = QVBoxLayout()
    texts.setSpacing(2)
    texts.addWidget(title)
    texts.addWidget(about)
    line.addLayout(texts, 1)
    for one in buttons:
        line.addWidget(one, 0, Qt.AlignmentFlag.AlignTop)
    return line


def button(text: str, slot: Callable[[], object], role: str = "", *, tip: str = "") -> QPushButton:
    """A push button: primary, chip, link or plain."""
    made = QPushButton(text)
    made.setProperty("role", role)
    made.setToolTip(tip)
    made.setStatusTip(tip)
    made.setAutoDefault(False)
    made.clicked.connect(lambda _checked=False: slot())
    return made


def icon_button(icon: str, tip: str, slot: Callable[[], object] | None = None, *, text: str = "") -> QToolButton:
    """A flat button with an icon; the tooltip names it and its key."""
    made = QToolButton()
    made.setIconSize(QSize(look.ICON, look.ICON))
    made.setToolTip(tip)
    made.setStatusTip(tip)
    made.setAccessibleName(tip)
    if text:
        made.setText(text)
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    look.set_icon(made, icon, color="muted", active="on_accent")
    if slot is not None:
        made.clicked.connect(lambda _checked=False: slot())
    return made


def set_role(widget: QWidget, role: str) -> None:
    """Change what a widget is, and dress it anew."""
    set_property(widget, "role", role)


def set_property(widget: QWidget, name: str, value: object) -> None:
    """Change a property the stylesheet looks at, and dress the widget anew."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


class ElidedLabel(QLabel):
    """One line that gives way: what does not fit is cut, in the middle or at the end, and told by the tooltip."""

    def __init__(
        self, role: str = "", parent: QWidget | None = None, *, cut: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle
    ) -> None:
        super().__init__(parent)
        self._mode = cut
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        self._full = ""

    def setText(self, text: str) -> None:
        """Show another text."""
        self._full = text
        self.updateGeometry()
        self._cut()

    def full_text(self) -> str:
        """The text before it was cut."""
        return self._full

    def sizeHint(self) -> QSize:
        """Room for all of it."""
        return QSize(self.fontMetrics().horizontalAdvance(self._full) + 4, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Room for a word."""
        return QSize(min(60, self.sizeHint().width()), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cut anew."""
        super().resizeEvent(event)
        self._cut()

    def _cut(self) -> None:
        shown = self.fontMetrics().elidedText(self._full, self._mode, max(0, self.width()))
        super().setText(shown if self.width() else self._full)
        self.setToolTip(self._full if shown != self._full else "")


class Links(QLabel):
    """Sentences, some of which can be clicked; `linkActivated` says the number of the sentence as text."""

    def show_lines(self, lines: Sequence[tuple[str, bool]], more: str = "") -> None:
        """Show sentences, each with whether it can be clicked, and one that cannot."""
        look_of_it = f"color:{look.of(self).warn}"
        told = [
            f'<a href="{i}" style="{look_of_it}">{escape(text)}</a>' if clicks else escape(text)
            for i, (text, clicks) in enumerate(lines)
        ]
        said = "<br>".join([*told, *([escape(more)] if more else [])])
        self.setText(f'<p style="line-height:140%">{said}</p>')  # links need room between them


def links(name: str, role: str) -> Links:
    """An empty one, for mouse and keyboard."""
    made = Links()
    made.setTextFormat(Qt.TextFormat.RichText)
    made.setProperty("role", role)
    made.setWordWrap(True)
    made.setTextInteractionFlags(
        Qt.TextInteractionFlag.LinksAccessibleByMouse | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
    )
    made.setAccessibleName(name)
    return made


class Field(QLineEdit):
    """A line of text. Enter and Esc say `done`; Esc is for what was typed here first, only then for the page."""

    done = Signal()  # the keyboard is free again
    escaped = Signal()

    def __init__(self, name: str, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kept = ""
        self.setAccessibleName(name)
        self.setPlaceholderText(hint)

    def put(self, text: str) -> None:
        """Show a text; Esc comes back to it."""
        self._kept = text
        self.setText(text)
        self.setModified(False)

    def event(self, event: QEvent) -> bool:
        """Keep Esc from the page's key while there is something to take back."""
        escape = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
        if escape and event.type() == QEvent.Type.ShortcutOverride and self.isModified():
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter takes what was typed, Esc takes it back."""
        if event.key() == Qt.Key.Key_Escape:
            self.put(self._kept)
            self.escaped.emit()
        else:
            super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.done.emit()


class ComboBox(QComboBox):
    """A choice that the mouse wheel scrolls past; the open list scrolls as usual."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to what scrolls around it: a choice must not change unseen."""
        event.ignore()


class SpinBox(QSpinBox):
    """A number that the mouse wheel scrolls past."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """As ComboBox."""
        event.ignore()


class Slider(QSlider):
    """A slider that the mouse wheel scrolls past."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """As ComboBox."""
        event.ignore()


class EmptyState(QFrame):
    """One sentence where a list or page has nothing to show yet, and the buttons that fill it."""

    def __init__(
        self, text: str, *buttons: QPushButton, title: str = "", role: str = "page", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", role)
        layout = rows(self, margins=(24, 24, 24, 24), spacing=12)
        layout.addStretch(2)
        if title:
            layout.addWidget(_centred(label(title, "title", wrap=True)))
        self._text = _centred(label(text, "muted", wrap=True))
        layout.addWidget(self._text)
        line = QHBoxLayout()
        line.setSpacing(look.GRID)
        line.addStretch(1)
        for one in buttons:
            line.addWidget(one)
        line.addStretch(1)
        layout.addLayout(line)
        layout.addStretch(3)

    def set_text(self, text: str) -> None:
        """Say another sentence."""
        self._text.setText(text)


def _centred(made: QLabel) -> QLabel:
    made.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return made


def _spaced(layout: L, margins: Margins, spacing: int) -> L:
    layout.setContentsMargins(*margins)
    layout.setSpacing(spacing)
    return layout


ESTIMATE_AFTER = 2.0  # seconds: before that an estimate is a guess


class ProgressStrip(QFrame):
    """Hidden until something runs."""

    stopped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "notice")
        self._text = ElidedLabel()
        self._left = ElidedLabel("muted")
        self._bar = QProgressBar()
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._begun = 0.0
        row = columns(self, margins=(14, 8, 10, 8), spacing=12)
        self._bar.setMinimumWidth(40)  # words go before the bar where there is little room
        row.addWidget(self._text, 3)
        row.addWidget(self._bar, 1)
        row.addWidget(self._left)
        row.addWidget(button(tr("Stop"), self.stopped.emit, tip=tr("Stop; nothing is changed")))
        self.hide()

    def begin(self, text: str) -> None:
        """Something runs now."""
        self._begun = time.monotonic()
        self._text.setText(translated(text))
        self._left.setText("")
        self._bar.setRange(0, 0)  # busy, until it is known how far it is
        self.show()

    def show_progress(self, fraction: float, text: str = "") -> None:
        """How far it is, 0…1."""
        if text:
            self._text.setText(translated(text))
        self._bar.setRange(0, 1000)
        self._bar.setValue(int(1000 * fraction))
        gone = time.monotonic() - self._begun
        if fraction > 0 and gone > ESTIMATE_AFTER:
            self._left.setText(tr("{time} left", time=time_left(gone * (1 - fraction) / fraction)))
