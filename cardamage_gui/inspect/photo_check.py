"""What an adjuster should know of the photos: warnings that explain themselves, and the checklist of views."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import get_args

from qtpy.QtCore import Qt, Signal
from qtpy.QtGui import QResizeEvent
from qtpy.QtWidgets import QFrame, QLabel, QMenu, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from cardamage_core.claims.model import PhotoWarning, View

from ..language import mark, tr, translated
from ..widgets import common

VIEWS: tuple[View, ...] = get_args(View)
SIGNS = {"error": ("✕", "bad"), "warning": ("!", "warn"), "info": ("i", "muted")}
QUALITY = {
    "blurred", "dark", "bright", "glare", "small", "cut-off", "close-up", "unfamiliar", "no-car", "not-a-car",
    "unreadable",
}  # fmt: skip
GOOD = mark("sharp, well lit")
MOST = 6
BESIDE = 58  # pixels that margins of the sheet and of the button of the views take


class PhotoCheck(QFrame):
    """Warnings of the photo shown and of the whole claim; the views of this photo can be ticked."""

    view_ticked = Signal(str, bool)  # the view, whether the photo shown is it

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self._lines: QVBoxLayout = QVBoxLayout()
        self._lines.setSpacing(3)
        self.views = QToolButton()
        self.views.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.views.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.views.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.views.setProperty("role", "chooser")
        self.views.setMinimumWidth(60)  # it gives way: else its text would widen the sheet beyond the panel
        self._menu = QMenu(self.views)
        self._menu.aboutToShow.connect(self._fill_menu)
        self.views.setMenu(self._menu)
        self._missing = common.label("", "small", wrap=True)
        self._photo = self._views_said = ""
        self._ticked: Mapping[View, str] = {}
        self._proposed: Sequence[View] = ()
        column = common.rows(self, margins=(14, 4, 12, 10), spacing=6)
        column.addWidget(common.section(tr("Photo check")))
        column.addLayout(self._lines)
        column.addWidget(self.views, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._missing)
        column.addStretch(1)

    def show_check(
        self,
        photo: str,
        warnings: Sequence[PhotoWarning],
        ticked: Mapping[View, str],
        *,
        checked: bool = True,
        proposed: Sequence[View] = (),
    ) -> None:
        """Show the warnings of a photo and of the claim, and the checklist.

        `checked`: the photo was looked at; `proposed` are the views that it seems to be.
        """
        self._photo, self._ticked, self._proposed = photo, ticked, proposed
        common.clear(self._lines)
        here = [one for one in warnings if one.photo == photo]
        if photo and checked and not any(one.code in QUALITY for one in here):
            self._lines.addWidget(_line("✓", "good", tr(GOOD)))
        shown = [*here, *(one for one in warnings if not one.photo)]
        for one in shown[:MOST]:
            sign, role = SIGNS[one.severity]
            self._lines.addWidget(_line(sign, role, translated(one.text)))
        if len(shown) > MOST:
            rest = _line("", "muted", tr("and {more} more", more=len(shown) - MOST))
            rest.setToolTip("\n".join(translated(one.text) for one in shown[MOST:]))
            self._lines.addWidget(rest)
        self._show_views()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The button of the views shows what there is room for."""
        super().resizeEvent(event)
        self._fit_views()

    def texts(self) -> list[str]:
        """The lines as shown."""
        return [label.text() for label in self.findChildren(QLabel) if label.property("told")]

    def _show_views(self) -> None:
        mine = [view for view in VIEWS if self._ticked.get(view) == self._photo]
        self._views_said = self._said(mine)
        self._fit_views()
        self.views.setEnabled(bool(self._photo))
        missing = [view for view in VIEWS if not self._ticked.get(view)]
        self._missing.setText(
            tr("Not ticked yet: {views}", views=", ".join(map(translated, missing)))
            if missing
            else tr("All views are there.")
        )

    def _fit_views(self) -> None:
        """Cut in the middle, which leaves the arrow; the tip says all of it."""
        room = self.width() - BESIDE
        shown = self.views.fontMetrics().elidedText(self._views_said, Qt.TextElideMode.ElideMiddle, room)
        self.views.setText(shown)
        self.views.setToolTip(self._views_said if shown != self._views_said else "")

    def _said(self, mine: Sequence[View]) -> str:
        if mine:
            return tr("Shows: {views} ▾", views=", ".join(map(translated, mine)))
        if self._proposed:
            return tr("Seems to show: {views} ▾", views=", ".join(map(translated, self._proposed)))
        return tr("What does this photo show? ▾")

    def _fill_menu(self) -> None:
        self._menu.clear()
        for view in self._proposed:
            seems = self._menu.addAction(tr("Tick {view}, which it seems to be", view=translated(view)))
            seems.triggered.connect(lambda _on, chosen=view: self.view_ticked.emit(chosen, True))
        if self._proposed:
            self._menu.addSeparator()
        for view in VIEWS:
            entry = self._menu.addAction(translated(view)[0].upper() + translated(view)[1:])
            entry.setCheckable(True)
            entry.setChecked(self._ticked.get(view) == self._photo)
            entry.triggered.connect(lambda on, chosen=view: self.view_ticked.emit(chosen, on))


def _line(sign: str, role: str, text: str) -> QWidget:
    made = QWidget()
    row = common.columns(made, spacing=6)
    shown = common.label(sign, role)
    shown.setFixedWidth(10)
    told = common.label(text, "small", wrap=True)
    told.setProperty("told", True)
    row.addWidget(shown, 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(told, 1)
    return made
