"""What does a person see before any project is open?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from . import look, parts

STEPS = (
    ("vector-polygon", "Annotate", "Bring VIA annotations in, outline damage, correct polygons."),
    ("chart-timeline-variant", "Train", "Teach a Mask R-CNN on them; it goes on when the window is closed."),
    ("magnify-scan", "Inspect", "See predicted masks and how much of the car is damaged."),
)
WIDTH = 640


class Welcome(QFrame):
    """Three steps, the buttons that begin, and the recent projects."""

    def __init__(
        self,
        *,
        sample: Callable[[], object],
        new: Callable[[], object],
        open_: Callable[[], object],
        import_: Callable[[], object],
        recent: Callable[[Path], object],
    ) -> None:
        super().__init__()
        self.setProperty("role", "page")
        self._recent_chosen = recent
        self._buttons = [
            parts.button("Open sample project", sample, "primary"),
            parts.button("New project…", new),
            parts.button("Open project…", open_),
            parts.button("Import…", import_, tip="Import VIA annotations or a folder of photos"),
        ]
        self._busy = parts.label("", "muted")
        self._busy.setAlignment(Qt.AlignCenter)
        self._busy.hide()
        self._recent = QVBoxLayout()
        self._recent.setSpacing(2)
        self._arrange()

    def show_recent(self, folders: Sequence[Path]) -> None:
        """List the recent projects."""
        while item := self._recent.takeAt(0):
            if item.widget():
                item.widget().deleteLater()
        if folders:
            self._recent.addWidget(parts.section("Recent projects"))
        for folder in folders[:5]:
            entry = parts.button(
                folder.name, lambda folder=folder: self._recent_chosen(folder), "link", tip=str(folder)
            )
            self._recent.addWidget(entry, 0, Qt.AlignLeft)

    def show_busy(self, text: str) -> None:
        """Say what is being prepared; "" when ready again."""
        self._busy.setText(text)
        self._busy.setVisible(bool(text))
        for button in self._buttons:
            button.setEnabled(not text)

    def _arrange(self) -> None:
        sheet = QWidget()
        sheet.setMaximumWidth(WIDTH)
        column = parts.rows(sheet, spacing=24)
        column.addStretch(2)
        column.addWidget(parts.label("From annotated photo to damage figure", "title"), 0, Qt.AlignHCenter)
        cards = QHBoxLayout()
        cards.setSpacing(12)
        for step in STEPS:
            cards.addWidget(_card(*step), 1)
        column.addLayout(cards)
        line = QHBoxLayout()
        line.setSpacing(look.GRID)
        line.addStretch(1)
        for button in self._buttons:
            line.addWidget(button)
        line.addStretch(1)
        column.addLayout(line)
        column.addWidget(self._busy)
        column.addWidget(
            parts.label("Or drop annotations or a folder of photos on this window.", "small"), 0, Qt.AlignHCenter
        )
        column.addLayout(self._recent)
        column.addStretch(3)
        outer = parts.columns(self, margins=(24, 24, 24, 24))
        outer.addStretch(1)
        outer.addWidget(sheet, 10)
        outer.addStretch(1)


def _card(icon: str, title: str, text: str) -> QFrame:
    card = parts.frame("card")
    layout = parts.rows(card, margins=(16, 14, 16, 16), spacing=6)
    sign = parts.icon_button(icon, title)
    sign.setProperty("role", "sign")
    sign.setAttribute(Qt.WA_TransparentForMouseEvents)
    sign.setFocusPolicy(Qt.NoFocus)
    sign.setIconSize(sign.iconSize() * look.ICON_LARGE / look.ICON)
    layout.addWidget(sign, 0, Qt.AlignLeft)
    layout.addWidget(parts.label(title, "heading"))
    layout.addWidget(parts.label(text, "small", wrap=True))
    layout.addStretch(1)
    return card
