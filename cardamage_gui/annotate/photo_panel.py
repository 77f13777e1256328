"""The photo panel of the Annotate page: search, filter menu, filter chips and the photo list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from cardamage_core.annotations.model import Review
from cardamage_core.project import PhotoSummary

from .. import look
from ..language import mark, tr, translated
from ..session import Session
from ..widgets import common
from ..widgets.photo_list import KINDS, PhotoFilter, PhotoList, PhotoModel, SecondLine, second_line
from ..widgets.thumbnails import Thumbnails
from .problems import Checking

TEXTS = {
    "all": mark("All"),
    "unreviewed": mark("Unreviewed"),
    "problems": mark("Problems"),
    "no region": mark("No region"),
}


class PhotoPanel(QWidget):
    """Search, chips and the photo list. It listens to the session and asks it to select."""

    done = Signal()  # Enter or Esc in the search: the keyboard is free again

    def __init__(self, session: Session, checking: Checking, thumbnails: Thumbnails) -> None:
        super().__init__()
        self._session, self._checking = session, checking
        self.model = PhotoModel(self)
        self.search = common.Field(tr("Search photos, labels, notes"), tr("Search photos, labels, notes"))
        self.filter = FilterButton()
        self.list = PhotoList(self.model, thumbnails, second_line=self._second_line)
        self._why: Mapping[str, str] = {}
        self.chips = QButtonGroup(self)
        self._stack = QStackedWidget()
        self._nothing = common.EmptyState("", common.button(tr("Show all"), self._show_all), role="panel")
        self._arrange()
        self._listen()

    def step(self, by: int) -> None:
        """Show the photo so many rows further in the list, if there is one."""
        wanted = self.model.step(self._session.current, by)
        if wanted:
            self._session.select(wanted)

    def show_next_unreviewed(self) -> None:
        """Show the next unreviewed photo."""
        wanted = self.model.next_unreviewed(self._session.current)
        if wanted:
            self._session.select(wanted)
        else:
            self._session.said.emit(tr("No other photo of this list is unreviewed."))

    @property
    def wanted(self) -> PhotoFilter:
        """Which photos are listed."""
        return replace(self.filter.wanted, kind=KINDS[self.chips.checkedId()], text=self.search.text())

    def show_filter(self, wanted: PhotoFilter) -> None:
        """List these photos."""
        self.search.setText(wanted.text)
        self.show_kind(wanted.kind)
        self.filter.choose(label=wanted.label, split=wanted.split, review=wanted.review)

    def show_kind(self, kind: str) -> None:
        """Press one of the chips."""
        self.chips.button(KINDS.index(kind)).setChecked(True)

    def show_order(self, why: Mapping[str, str]) -> None:
        """List these photos first, each with why it is to be looked at; without any, the project's order."""
        if list(why.items()) != list(self._why.items()):
            self._why = why
            self.model.set_order(tuple(why))
            self._filter()

    def _second_line(self, photo: PhotoSummary) -> SecondLine:
        why = self._why.get(photo.id)
        return SecondLine(why, True) if why else second_line(photo, len(self._checking.of(photo.id)))

    def _refresh(self) -> None:
        self.model.show(self._session.photos(), self._checking.counts(), self.wanted)
        self._say_how_many()

    def _search(self, text: str) -> None:
        project = self._session.project
        if text and project is not None:
            self.model.set_notes(project.notes())
        self._filter()

    def _filter(self) -> None:
        self.model.filter(self.wanted)
        self._say_how_many()
        row = self.model.row_of(self._session.current)
        self.list.scrollToTop() if row < 0 else self.list.scrollTo(self.model.index(row))

    def _photo_changed(self, photo_id: str) -> None:
        photo, project = self._session.summary(photo_id), self._session.project
        if photo is not None and project is not None:
            if self.search.text():
                self.model.set_note(photo_id, project.notes(photo_id).get(photo_id, ""))
            self.model.change(photo, len(self._checking.of(photo_id)))
            self._say_how_many()

    def _offer(self) -> None:
        photos = self._session.photos()
        self.filter.offer([label.name for label in self._session.labels()], {photo.split for photo in photos})

    def _say_how_many(self) -> None:
        for kind, number in self.model.counts.items():
            self.chips.button(KINDS.index(kind)).setText(f"{tr(TEXTS[kind])} {number}")
        photos = self.model.counts["all"]
        self._nothing.set_text(tr("No photo matches.") if photos else tr("No photos yet."))
        self._stack.setCurrentIndex(0 if self.model.rowCount() or not photos else 1)
        self.list.show_current(self._session.current)

    def _show_all(self) -> None:
        self.search.clear()
        self.filter.clear()
        self.show_kind("all")

    def _arrange(self) -> None:
        self.setMinimumWidth(216)
        self.search.setClearButtonEnabled(True)
        head = QWidget()
        column = common.rows(head, margins=(12, 1, 7, 10), spacing=10)
        line = QHBoxLayout()
        line.setSpacing(6)
        line.addWidget(self.search, 1)
        line.addWidget(self.filter)
        column.addLayout(line)
        column.addLayout(self._chips())
        self._stack.addWidget(self.list)
        self._stack.addWidget(self._nothing)
        layout = common.rows(self, spacing=0)
        layout.addWidget(head)
        layout.addWidget(self._stack, 1)

    def _chips(self) -> QVBoxLayout:
        lines = QVBoxLayout()
        lines.setSpacing(6)
        for number, kind in enumerate(KINDS):
            chip = QPushButton(tr(TEXTS[kind]))
            chip.setProperty("role", "chip")
            chip.setCheckable(True)
            chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self.chips.addButton(chip, number)
            if number % 2 == 0:
                line = QHBoxLayout()
                line.setSpacing(6)
                lines.addLayout(line)
            line.addWidget(chip)
            if number % 2 == 1:
                line.addStretch(1)
        self.chips.button(0).setChecked(True)
        return lines

    def _listen(self) -> None:
        self.search.textChanged.connect(self._search)
        self.search.done.connect(self.done)
        self.filter.changed.connect(self._filter)
        self._session.labels_changed.connect(self._offer)
        self._session.photos_changed.connect(self._offer)
        self.chips.idToggled.connect(self._chip_toggled)
        self.list.chosen.connect(self._session.select)
        self._session.project_changed.connect(self._show_all)
        self._session.photos_changed.connect(self._refresh)
        self._session.photo_changed.connect(self._photo_changed)
        self._session.current_changed.connect(self.list.show_current)
        self._checking.changed.connect(self._refresh)
        self._checking.photo_checked.connect(self._photo_changed)

    def _chip_toggled(self, _number: int, on: bool) -> None:
        if on:
            self._filter()


REVIEWS: tuple[Review, ...] = ("unreviewed", "accepted", "needs work", "rejected")
ANY = PhotoFilter()


class FilterButton(QToolButton):
    """A button with the menu; it says what is asked for."""

    changed = Signal()
    queue_wanted = Signal()  # the most suspicious photos first

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.wanted = ANY
        self._labels: tuple[str, ...] = ()
        self._splits: tuple[str, ...] = ()
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setStatusTip(tr("Show only photos with a label, of a split, in a review state"))
        look.set_icon(self, "filter-variant", color="muted")
        self._menu = QMenu(self)
        self._menu.aboutToShow.connect(self._fill)
        self.setMenu(self._menu)
        self._say()

    def offer(self, labels: Iterable[str], splits: Iterable[str]) -> None:
        """The labels and splits there are."""
        self._labels, self._splits = tuple(labels), tuple(sorted(set(splits)))

    def choose(self, **fields: Any) -> None:
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
        self._add(tr("Label"), "label", [(tr("Any"), ""), *((name, name) for name in self._labels)], wanted.label)
        splits = [(tr("Any"), None), *((name or tr("no split"), name) for name in self._splits)]
        self._add(tr("Split", sense="of the data"), "split", splits, wanted.split)
        self._add(
            tr("Review"),
            "review",
            [(tr("Any"), None), *((translated(name.capitalize()), name) for name in REVIEWS)],
            wanted.review,
        )
        self._menu.addSeparator()
        self._menu.addAction(tr("Most suspicious first"), self.queue_wanted.emit)
        self._menu.addAction(tr("Show all"), self.clear)

    def _add(self, title: str, field: str, offered: Sequence[tuple[str, str | None]], now: str | None) -> None:
        menu = self._menu.addMenu(title)
        for text, value in offered:
            entry = menu.addAction(text, partial(self.choose, **{field: value}))
            entry.setCheckable(True)
            entry.setChecked(value == now)

    def _say(self) -> None:
        asked = [self.wanted.label, translated(self.wanted.review or "")]
        if self.wanted.split is not None:
            asked.append(self.wanted.split or tr("no split"))
        said = " · ".join(filter(None, asked))
        self.setText(said)
        self.setToolTip(tr("Only {said}", said=said) if said else tr("Filter by label, split or review"))
        self.setAccessibleName(tr("Filter: {said}", said=said) if said else tr("Filter"))
