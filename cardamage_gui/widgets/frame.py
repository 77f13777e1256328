"""The frame around every page: the top bar, the rail of pages, the notice for errors and the status bar."""

from __future__ import annotations

from collections.abc import Callable

from qtpy.QtCore import QSize, Qt, QTimer, Signal
from qtpy.QtWidgets import (
    QButtonGroup,
    QFrame,
    QMenuBar,
    QProgressBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from cardamage_core.errors import CarDamageError

from .. import look
from ..commands.editor import chip, keyed
from ..language import tr, translated
from . import common

FACTS = ("damage", "area", "zoom", "place", "pointer", "disk", "device")  # in the status bar, from left to right
LEAST = 58  # pixels across a button of the rail
MESSAGE = 5000  # milliseconds a sentence stays in the status bar


class TopBar(QFrame):
    """Name, menus, what is open, and on every page the running job."""

    job_clicked = Signal()
    commands_clicked = Signal()

    def __init__(self, menus: QMenuBar, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "bar")
        self.setFixedHeight(44)
        self._open = common.ElidedLabel("muted")
        self._job = _JobButton(self.job_clicked.emit)
        layout = common.columns(self, margins=(14, 0, 14, 0), spacing=12)
        name = common.label("CarDamage", "heading")
        layout.addWidget(name)
        layout.addWidget(menus, 0, Qt.AlignmentFlag.AlignVCenter)
        layout.addWidget(_stroke())
        layout.addWidget(self._open, 1)
        self.commands = common.icon_button("magnify", tr("Find a command"), text=tr("Commands"))
        keyed(self.commands, "commands", tr("Find a command"), key="Ctrl+K")
        self.commands.clicked.connect(self.commands_clicked)
        layout.addWidget(self.commands)
        layout.addWidget(chip("commands", "Ctrl+K"), 0, Qt.AlignmentFlag.AlignVCenter)
        layout.addWidget(self._job)

    def show_open(self, text: str, tip: str) -> None:
        """What is open: "Batch 7 · 641 photos"."""
        self._open.setText(text)
        self._open.setStatusTip(tip)

    def show_job(self, text: str, fraction: float) -> None:
        """How far the running job is; "" hides it."""
        self._job.show_job(text, fraction)

    def job_text(self) -> str:
        """What is said about the running job, "" when none runs."""
        return self._job.text()


class _JobButton(QFrame):
    """The running job as text and bar; a click leads to it."""

    def __init__(self, clicked: Callable[[], None]) -> None:
        super().__init__()
        layout = common.columns(self, spacing=12)
        self._text = QToolButton()
        keyed(self._text, "show_train", tr("Show the training"), key="Ctrl+2")
        self._text.clicked.connect(lambda _checked=False: clicked())
        self._bar = QProgressBar()
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(90)
        layout.addWidget(self._text)
        layout.addWidget(self._bar, 0, Qt.AlignmentFlag.AlignVCenter)
        self.hide()

    def show_job(self, text: str, fraction: float) -> None:
        self.setVisible(bool(text))
        self._text.setText(text)
        self._bar.setValue(round(1000 * fraction))

    def text(self) -> str:
        return "" if self.isHidden() else self._text.text()


class Rail(QFrame):
    """The slim column at the left: pages above, settings and help below."""

    page_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "left")
        self._pages = QButtonGroup(self)
        self._buttons: dict[str, QToolButton] = {}
        outer = common.rows(self, margins=(6, 10, 6, 10), spacing=6)
        self._top, self._bottom = QVBoxLayout(), QVBoxLayout()
        for layout in (self._top, self._bottom):
            layout.setSpacing(6)
        outer.addLayout(self._top)
        outer.addStretch(1)
        outer.addLayout(self._bottom)

    def add_page(self, page_id: str, text: str, icon: str, *, key: str) -> None:
        """A page to switch to."""
        button = _rail_button(text, icon)
        keyed(button, f"show_{page_id}", text, key=key)
        button.setCheckable(True)
        button.clicked.connect(lambda _checked=False: self.page_chosen.emit(page_id))
        self._pages.addButton(button)
        self._buttons[page_id] = button
        self._top.addWidget(button)
        self._fit()

    def add_tool(self, text: str, icon: str, slot: Callable[[], object], *, action: str, key: str) -> None:
        """A button at the lower end."""
        button = _rail_button(text, icon)
        keyed(button, action, text, key=key)
        button.clicked.connect(lambda _checked=False: slot())
        self._bottom.addWidget(button)
        self._fit()

    def _fit(self) -> None:
        """As wide as the longest name, in whatever language."""
        buttons = self.findChildren(QToolButton)
        for one in buttons:
            one.ensurePolished()
        width = max(LEAST, *(one.fontMetrics().horizontalAdvance(one.text()) + 8 for one in buttons))
        for one in buttons:
            one.setFixedWidth(width)
        self.setFixedWidth(width + 12)

    def show_page(self, page_id: str) -> None:
        """Mark the page being shown."""
        self._buttons[page_id].setChecked(True)

    def button(self, page_id: str) -> QToolButton:
        """The button of a page."""
        return self._buttons[page_id]


class Notice(QFrame):
    """What went wrong, in one sentence with the next step, until it is dismissed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "notice")
        self._title = common.label("", "bad", wrap=True)
        self._detail = common.label("", "muted", wrap=True)
        for label in (self._title, self._detail):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(self._title)
        texts.addWidget(self._detail)
        layout = common.columns(self, margins=(16, 8, 8, 8), spacing=16)
        layout.addLayout(texts, 1)
        self.close_button = common.icon_button("close", tr("Dismiss"), self.hide)
        layout.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def tell(self, error: CarDamageError) -> None:
        """Show an error."""
        self._title.setText(translated(error.title))
        self._detail.setText(translated(error.detail))
        self._detail.setVisible(bool(error.detail))
        self.show()

    def text(self) -> str:
        """What is being shown, "" when hidden."""
        return "" if self.isHidden() else self._title.text()


class Foot(QFrame):
    """The status bar: the hint at the left; place, pointer, disk and device at the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "foot")
        self.setFixedHeight(28)
        self._hint = common.ElidedLabel(cut=Qt.TextElideMode.ElideRight)
        layout = common.columns(self, margins=(14, 0, 14, 0), spacing=24)
        layout.addWidget(self._hint, 1)
        self._texts = {name: common.label("", "small", right=True) for name in FACTS}
        for label in self._texts.values():
            label.hide()
            layout.addWidget(label)
        keeps = self._texts["pointer"].sizePolicy()
        keeps.setRetainSizeWhenHidden(True)  # it comes and goes with every move of the pointer
        self._texts["pointer"].setSizePolicy(keeps)
        self._standing = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._stand)

    def hint(self, text: str) -> None:
        """What the thing under the pointer does; stays until the next hint."""
        self._standing = translated(text)
        if not self._timer.isActive():
            self._stand()

    def say(self, text: str) -> None:
        """One sentence for a few seconds."""
        self._hint.setText(translated(text))
        self._timer.start(MESSAGE)

    def settle(self) -> None:
        """Something else was done: what was said before is no longer of interest."""
        self._timer.stop()
        self._stand()

    def show_text(self, name: str, text: str) -> None:
        """Fill one of `FACTS`; "" hides it."""
        label = self._texts[name]
        label.setText(text)
        label.setVisible(bool(text))
        if name == "pointer":
            label.setMinimumWidth(max(label.minimumWidth(), label.sizeHint().width()))

    def text(self, name: str = "hint") -> str:
        """What stands there now."""
        return self._hint.full_text() if name == "hint" else self._texts[name].text()

    def _stand(self) -> None:
        self._hint.setText(self._standing)


def _rail_button(text: str, icon: str) -> QToolButton:
    button = QToolButton()
    button.setProperty("role", "rail")
    button.setText(text)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
    button.setIconSize(QSize(look.ICON_LARGE, look.ICON_LARGE))
    button.setFixedSize(LEAST, 50)
    look.set_icon(button, icon, color="muted", active="text")
    return button


def _stroke() -> QFrame:
    made = common.frame("stroke")
    made.setFixedHeight(20)
    return made
