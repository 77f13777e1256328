"""With whom is the photo compared, and how well do the two sides agree? The panel in the lower corner of the canvas."""

from __future__ import annotations

from collections.abc import Sequence

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QListWidget, QListWidgetItem, QWidget

from .. import parts
from .compared import Row
from .floating import Floating

NOBODY, PROJECT, FILE = "", "project", "file"  # what to compare with; a model is named by MODEL and its id
MODEL = "model:"
EXPLAINED = (
    "Of all the damage that you or they outlined, so much was outlined by both "
    "(intersection over union of the areas; what is covered twice counts once). "
    "Two careful annotators reach about 50 % on photos of damaged cars."
)
PARTNERS = "Two regions are partners when they share at least a quarter of the area they cover together."
ROWS = 6  # seen at once


class ComparePanel(Floating):
    """Chooser, figure, and a list of what the sides have; a row points its regions out."""

    chosen = Signal(str)  # NOBODY, PROJECT, FILE, a model, or "current" for what is compared with now
    pointed = Signal(object)  # Row, or None
    wanted = Signal(object)  # Row: take its region over

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, "Compare with", low=True)
        self.source = parts.ComboBox()
        self.source.setAccessibleName("Compare with")
        self.figure = parts.label("", "title")
        self.figure.setToolTip(EXPLAINED)
        self.figure.setStatusTip(EXPLAINED)
        self.said = parts.label("", "muted", wrap=True)
        self.list = QListWidget()
        self.list.setAccessibleName("Regions of both sides")
        self.list.setToolTip(PARTNERS)
        self.take = parts.button(
            "Take over", self._take, "primary", tip="Copy the region chosen into your photo (Enter)"
        )
        self._arrange()
        self.source.activated.connect(self._activated)
        self.list.currentRowChanged.connect(self._row_changed)
        self.list.itemActivated.connect(self._take)
        self._rows: tuple[Row, ...] = ()
        self._may_take = True
        self.show_comparison("", ())

    def offer(self, models: Sequence[str], current: str, text: str) -> None:
        """What can be compared with; `current` and its text are what is compared with now."""
        offered = {NOBODY: "Nobody"} | {MODEL + model: f"Model {model}" for model in models}
        if current not in (NOBODY, *offered):
            offered[current] = text
        offered |= {PROJECT: "Another project…", FILE: "An annotation file…"}
        self.source.clear()
        for key, words in offered.items():
            self.source.addItem(words, key)
        self.source.setCurrentIndex(list(offered).index(current))

    def say(self, text: str, *, bad: bool = False) -> None:
        """A sentence in place of figure and list."""
        self.said.setText(text)
        parts.set_role(self.said, "bad" if bad else "muted")
        self._show(figure="", rows=())

    def show_comparison(self, figure: str, rows: Sequence[Row], *, said: str = "", may_take: bool = True) -> None:
        """How well both sides agree, and what they have."""
        self.said.setText(said)
        parts.set_role(self.said, "muted")
        self._may_take = may_take
        self._show(figure=figure, rows=tuple(rows))

    def row(self) -> Row | None:
        """The row chosen."""
        index = self.list.currentRow()
        return self._rows[index] if 0 <= index < len(self._rows) else None

    def _show(self, *, figure: str, rows: tuple[Row, ...]) -> None:
        self.figure.setText(figure)
        if rows != self._rows:
            self._rows = rows
            self.list.clear()
            for row in rows:
                self.list.addItem(QListWidgetItem(row.text))
            self._row_changed(-1)
        height = self.list.sizeHintForRow(0) if rows else 0
        self.list.setFixedHeight(height * min(ROWS, len(rows)) + 4)
        for widget, shown in (
            (self.figure, figure),
            (self.said, self.said.text()),
            (self.list, rows),
            (self.take, rows),
        ):
            widget.setVisible(bool(shown))
        if self.isVisible():
            self.settle()

    def _activated(self, index: int) -> None:
        self.chosen.emit(self.source.itemData(index))

    def _row_changed(self, _index: int) -> None:
        row = self.row()
        self.take.setEnabled(self._may_take and row is not None and bool(row.theirs))
        self.pointed.emit(row)

    def _take(self, _item: object = None) -> None:
        if self.take.isEnabled():
            self.wanted.emit(self.row())

    def _arrange(self) -> None:
        column = parts.rows(self, margins=(16, 14, 16, 14), spacing=8)
        self.setFixedWidth(300)
        column.addWidget(parts.section("Compare with"))
        for widget in (self.source, self.figure, self.said, self.list):
            column.addWidget(widget)
        foot = parts.QHBoxLayout()
        foot.addWidget(self.take)
        foot.addStretch(1)
        foot.addWidget(parts.button("Close", self.hide, tip="The outlines stay (Esc)"))
        column.addLayout(foot)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarAlwaysOff)
