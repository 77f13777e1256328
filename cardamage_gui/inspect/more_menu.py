"""The menu beside the report: model, outlining again, sending findings to the annotators, deleting the claim."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Signal
from qtpy.QtWidgets import QMenu, QToolButton, QWidget

from ..language import tr
from ..session import Session

if TYPE_CHECKING:
    from .desk import Desk
    from .queue import ClaimQueue


class MoreMenu(QObject):
    """Filled whenever it opens."""

    send_wanted = Signal()
    delete_wanted = Signal(str)  # claim id

    def __init__(self, desk: Desk, queue: ClaimQueue, main: Session, button: QToolButton, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk, self._queue, self._main = desk, queue, main
        self.menu = QMenu(button)
        self.menu.aboutToShow.connect(self.fill)
        button.setMenu(self.menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)

    def fill(self) -> None:
        """Offer what can be done now."""
        self.menu.clear()
        claim = self._desk.claim
        models = self.menu.addMenu(tr("Model"))
        for model in self._queue.models:
            entry = models.addAction(model.card.name, partial(self._queue.want, model.card.id))
            entry.setCheckable(True)
            entry.setChecked(model == self._queue.model)
        models.setEnabled(bool(self._queue.models))
        again = self.menu.addAction(tr("Outline all photos again"), self._outline_all)
        again.setEnabled(self._desk.may_change and self._queue.model is not None)
        self.menu.addSeparator()
        send = self.menu.addAction(tr("Send to annotators"), self.send_wanted.emit)
        send.setToolTip(tr("Copy photos and decided findings into the open project"))
        send.setEnabled(claim is not None and self._main.project is not None and not self._main.read_only)
        self.menu.addSeparator()
        delete = self.menu.addAction(tr("Delete claim…"), partial(self.delete_wanted.emit, claim.id if claim else ""))
        delete.setEnabled(claim is not None)

    def _outline_all(self) -> None:
        self._queue.outline([photo.id for photo in self._desk.session.photos() if not photo.missing])
