"""How is the photo list narrowed down by label, split and review? The menu beside the search."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QMenu, QToolButton, QWidget

from cardamage_core.annotations.model import Review

from .. import look
from .photo_model import PhotoFilter

REVIEWS: tuple[Review, ...] = ("unreviewed", "accepted", "needs work", "rejected")
ANY = PhotoFilter()


class FilterButton(QToolButton):
    """A button with the menu; it says what is asked for."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.wanted = ANY
        self._labels: tuple[str, ...] = ()
        self._splits: tuple[str, ...] = ()
        self.setPopupMode(QToolButton.InstantPopup)
        self.setToolButtonStyle(Qt.ToolButtonTextBesideIcon)
        self.setFocusPolicy(Qt.TabFocus)
        self.setStatusTip("Show only photos with a label, of a split, in a review state")
        look.set_icon(self, "filter-variant", color="muted")
        self._menu = QMenu(self)
        self._menu.aboutToShow.connect(self._fill)
        self.setMenu(self._menu)
        self._say()

    def offer(self, labels: Iterable[str], splits: Iterable[str]) -> None:
        """The labels and splits there are."""
        self._labels, self._splits = tuple(labels), tuple(sorted(set(splits)))

    def choose(self, **fields: str | None) -> None:
        """Ask for a label, split or review; "" or None for any."""
        self.wanted = replace(self.wanted, **fields)
        self._say()
        self.changed.emit()

    def clear(self) -> None:
        """Ask for nothing."""
        if self.wanted != ANY:
            self.wanted = ANY
            self._say()
            self.changed.emit()

    def _fill(self) -> None:
        self._menu.clear()
        wanted = self.wanted
        self._add("Label", "label", [("Any", ""), *((name, name) for name in self._labels)], wanted.label)
        splits = [("Any", None), *((name or "no split", name) for name in self._splits)]
        self._add("Split", "split", splits, wanted.split)
        self._add("Review", "review", [("Any", None), *((name.capitalize(), name) for name in REVIEWS)], wanted.review)
        self._menu.addSeparator()
        self._menu.addAction("Show all", self.clear)

    def _add(self, title: str, field: str, offered: Sequence[tuple[str, str | None]], now: str | None) -> None:
        menu = self._menu.addMenu(title)
        for text, value in offered:
            entry = menu.addAction(text, partial(self.choose, **{field: value}))
            entry.setCheckable(True)
            entry.setChecked(value == now)

    def _say(self) -> None:
        asked = [self.wanted.label, self.wanted.review or ""]
        if self.wanted.split is not None:
            asked.append(self.wanted.split or "no split")
        said = " · ".join(filter(None, asked))
        self.setText(said)
        self.setToolTip(f"Only {said}" if said else "Filter by label, split or review")
        self.setAccessibleName(f"Filter: {said}" if said else "Filter")
