"""The panel of a comparison: what to compare with, how alike both sides are, and the regions row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QWidget

from ..language import mark, tr
from ..widgets import common
from ..widgets.floating import Floating

NONE, PROJECT, FILE = "", "project", "file"  # what to compare with; a model is named by MODEL and its id
MODEL = "model:"
EXPLAINED = mark(
    "Of all the damage that you or they outlined, so much was outlined by both "
    "(intersection over union of the areas; what is covered twice counts once). "
    "Two careful annotators reach about 50 % on photos of damaged cars."
)
PARTNERS = mark("Two regions are partners when they share at least a quarter of the area they cover together.")
ROWS = 6  # seen at once


@dataclass(frozen=True)
class ComparedRow:
    """A region that both sides have, or only one of them: ids, "" for the side that has none."""

    text: str
    ours: str = ""
    theirs: str = ""


class ComparePanel(Floating):
    """Chooser, figure, and a list of what the sides have; a row points its regions out."""

    chosen = Signal(str)  # NONE, PROJECT, FILE, a model, or "current" for what is compared with now
    pointed = Signal(object)  # ComparedRow, or None
    wanted = Signal(object)  # ComparedRow: take its region over

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, tr("Compare with"), low=True)
        self.source = common.ComboBox()
        self.source.setAccessibleName(tr("Compare with"))
        self.figure = common.label("", "title")
        self.figure.setToolTip(tr(EXPLAINED))
        self.figure.setStatusTip(tr(EXPLAINED))
        self.said = common.label("", "muted", wrap=True)
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Regions of both sides"))
        self.list.setToolTip(tr(PARTNERS))
        self.take = common.button(
            tr("Take over"), self._take, "primary", tip=tr("Copy the region chosen into your photo (Enter)")
        )
        self._arrange()
        self.source.activated.connect(self._activated)
        self.list.currentRowChanged.connect(self._row_changed)
        self.list.itemActivated.connect(self._take)
        self._rows: tuple[ComparedRow, ...] = ()
        self._may_take = True
        self.show_comparison("", ())

    def offer(self, models: Sequence[str], current: str, text: str) -> None:
        """What can be compared with; `current` and its text are what is compared with now."""
        offered = {NONE: tr("None", sense="to compare with")} | {
            MODEL + model: tr("Model {model}", model=model) for model in models
        }
        if current not in (NONE, *offered):
            offered[current] = text
        offered |= {PROJECT: tr("Another project…"), FILE: tr("An annotation file…")}
        self.source.clear()
        for key, words in offered.items():
            self.source.addItem(words, key)
        self.source.setCurrentIndex(list(offered).index(current))

    def say(self, text: str, *, bad: bool = False) -> None:
        """A sentence in place of figure and list."""
        self.said.setText(text)
        common.set_role(self.said, "bad" if bad else "muted")
        self._show(figure="", rows=())

    def show_comparison(
        self, figure: str, rows: Sequence[ComparedRow], *, said: str = "", may_take: bool = True
    ) -> None:
        """How well both sides agree, and what they have."""
        self.said.setText(said)
        common.set_role(self.said, "muted")
        self._may_take = may_take
        self._show(figure=figure, rows=tuple(rows))

    def row(self) -> ComparedRow | None:
        """The row chosen."""
        index = self.list.currentRow()
        return self._rows[index] if 0 <= index < len(self._rows) else None

    def _show(self, *, figure: str, rows: tuple[ComparedRow, ...]) -> None:
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
        column = common.rows(self, margins=(16, 14, 16, 14), spacing=8)
        self.setFixedWidth(300)
        column.addWidget(common.section(tr("Compare with")))
        for widget in (self.source, self.figure, self.said, self.list):
            column.addWidget(widget)
        foot = QHBoxLayout()
        foot.addWidget(self.take)
        foot.addStretch(1)
        foot.addWidget(common.button(tr("Close"), self.hide, tip=tr("The outlines stay (Esc)")))
        column.addLayout(foot)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
