"""The panel at the left: the list of claims, or the open claim with its data, photos and photo check."""

from __future__ import annotations

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QFrame, QStackedWidget, QWidget

from ..language import tr
from ..widgets import common
from .claim_form import ClaimForm
from .claim_list import ClaimList
from .photo_check import PhotoCheck
from .photo_panel import PhotoPanel

CHECK = 96  # pixels that are always kept for the photo check


class ClaimPanel(QFrame):
    """Two sheets on one place."""

    def __init__(self, claims: ClaimList, form: ClaimForm, photos: PhotoPanel, check: PhotoCheck) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.setMinimumWidth(236)
        self._stack = QStackedWidget()
        self._stack.addWidget(claims)
        sheet = QWidget()
        column = common.rows(sheet, spacing=2)
        column.addWidget(form)
        column.addWidget(photos, 3)
        scrolled = common.Scrolled(check, tr("Photo check"))
        scrolled.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scrolled.setMinimumHeight(CHECK)
        column.addWidget(scrolled, 2)
        self._stack.addWidget(sheet)
        common.rows(self).addWidget(self._stack)

    def show_claim(self, *, is_open: bool) -> None:
        """The open claim, or the list."""
        self._stack.setCurrentIndex(1 if is_open else 0)
