"""Where photos can be dropped while something is dragged over the page: onto a new claim, or the open one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QEvent, QObject, Qt, Signal
from qtpy.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from qtpy.QtWidgets import QFrame, QLabel

from ..language import tr
from ..widgets import common

if TYPE_CHECKING:
    from .page import InspectPage

PROJECT_FILE = "project.cardamage"


class DropSheet(QFrame):
    """Lies over the page during a drag; its halves say what a drop would do."""

    dropped = Signal(object, bool)  # paths, whether they become a claim of their own

    def __init__(self, page: InspectPage) -> None:
        super().__init__(page)
        self._page = page
        self.setProperty("role", "drops")
        self._zones = [_zone() for _ in range(2)]
        row = common.columns(self, margins=(24, 24, 24, 24), spacing=16)
        for zone in self._zones:
            row.addWidget(zone, 1)
        page.setAcceptDrops(True)
        page.installEventFilter(self)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow what is dragged over the page."""
        if event.type() == QEvent.Type.DragEnter and isinstance(event, QDragEnterEvent):
            return self._enter(event)
        if event.type() == QEvent.Type.DragMove and isinstance(event, QDragMoveEvent):
            self._mark(self._zone_at(event))
            event.acceptProposedAction()
            return True
        if event.type() == QEvent.Type.DragLeave:
            self.hide()
        if event.type() == QEvent.Type.Drop and isinstance(event, QDropEvent):
            self.hide()
            event.acceptProposedAction()
            self.dropped.emit(common.dropped_paths(event), self._zone_at(event) == 0)
            return True
        return super().eventFilter(watched, event)

    def _enter(self, event: QDragEnterEvent) -> bool:
        """Take files and folders; a project's folder is the window's."""
        paths = common.dropped_paths(event)
        if not paths or any(path.name == PROJECT_FILE or (path / PROJECT_FILE).is_file() for path in paths):
            event.ignore()
            return True
        event.acceptProposedAction()
        claim, (name, _) = self._page.desk.claim, self._page.open_text()
        self._zones[0].setText(tr("New claim\nThe damage is outlined at once"))
        self._zones[1].setText(tr("Add to this claim\n{name}", name=name))
        self._zones[1].setVisible(claim is not None and not claim.read_only)
        self.setGeometry(self._page.rect())
        self.show()
        self.raise_()
        self._mark(self._zone_at(event))
        return True

    def _zone_at(self, event: QDragMoveEvent | QDropEvent) -> int:
        """0: a new claim, 1: the open one."""
        x = event.pos().x() if hasattr(event, "pos") else event.position().x()
        return int(self._zones[1].isVisibleTo(self) and x > self.width() / 2)

    def _mark(self, number: int) -> None:
        for place, zone in enumerate(self._zones):
            common.set_property(zone, "chosen", "true" if place == number else "false")


def _zone() -> QLabel:
    made = common.label("", "zone", wrap=True)
    made.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return made
