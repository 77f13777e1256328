"""The menu of a right click on the photo: what can be done to the region there, or to the photo.

The right button also deletes vertices, by a click or by a sweep. A click that did neither opens the menu.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from qtpy.QtCore import QEvent, QObject, QPoint, Qt, QTimer
from qtpy.QtGui import QAction, QContextMenuEvent, QMouseEvent
from qtpy.QtWidgets import QApplication, QMenu

from cardamage_core.annotations.lookup import with_ids
from cardamage_core.annotations.model import Region

from ..canvas import Canvas
from ..editing.drawing import Drawing
from ..language import tr
from ..session import Session

REGION = (
    ("smooth", "snap_edges"),
    ("duplicate", "copy"),
    ("front", "forward", "backward", "back"),
    ("hide", "lock"),
    ("delete",),
)
PHOTO = (("paste", "copy_previous"), ("select_all", "show_all", "fit"), ("outline", "accept_photo", "remove_photo"))


class CanvasMenu(QObject):
    """Watches the canvas for right clicks that change nothing, and for the menu key."""

    def __init__(
        self,
        session: Session,
        canvas: Canvas,
        drawing: Drawing,
        actions: Mapping[str, QAction],
        *,
        lost: Callable[[], bool],
    ) -> None:
        """`actions` are those of the page by their ids; `lost` tells whether the photo's file is missing."""
        super().__init__(canvas)
        self._lost = lost
        self._session, self._canvas, self._drawing, self._actions = session, canvas, drawing, actions
        self._pressed: QPoint | None = None  # where a right click began that may open the menu
        self._asked: QPoint | None = None  # where it ended
        self.menu: QMenu | None = None  # the one that was opened last
        canvas.edited.connect(self._edited)
        canvas.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Presses and releases of the right button go on to the canvas as well."""
        if watched is self._canvas:
            if isinstance(event, QContextMenuEvent):
                if event.reason() == QContextMenuEvent.Reason.Keyboard:
                    self._open(self._canvas.rect().center())
                return True  # of the mouse: opened at the release, when it is known what the click did
            if isinstance(event, QMouseEvent) and event.button() == Qt.MouseButton.RightButton:
                self._button(event)
        return super().eventFilter(watched, event)

    def made(self) -> QMenu:
        """The menu for the selected regions, or for the photo where none is selected."""
        menu = QMenu(self._canvas)
        chosen = with_ids(self._canvas.standing, self._canvas.selection)
        if chosen and not self._session.read_only:
            self._add_labels(menu, chosen)
        elif self._lost():
            menu.addAction(self._actions["find_file"])
        for group in REGION if chosen else PHOTO:
            menu.addSeparator()
            for name in group:
                if name in self._actions:
                    menu.addAction(self._actions[name])
        return menu

    def _button(self, event: QMouseEvent) -> None:
        if event.type() == QEvent.Type.MouseButtonPress:
            self._pressed = None if self._canvas.busy else event.pos()
        elif event.type() == QEvent.Type.MouseButtonRelease and self._pressed is not None:
            moved = (event.pos() - self._pressed).manhattanLength() >= QApplication.startDragDistance()
            at, self._pressed = self._pressed, None
            if not moved:
                self._later(at)

    def _later(self, at: QPoint) -> None:
        """Once the canvas has heard of the release, and only if that changed nothing."""
        self._asked = at
        QTimer.singleShot(0, self._open_asked)

    def _open_asked(self) -> None:
        at, self._asked = self._asked, None
        if at is None or self._canvas.busy:
            return
        under = self._canvas.region_at(at.x(), at.y())
        if under not in self._canvas.selection:
            self._canvas.select((under,) if under else ())
        self._open(at)

    def _edited(self, *_: object) -> None:
        self._pressed = self._asked = None

    def _open(self, at: QPoint) -> None:
        self.menu = self.made()
        self.menu.popup(self._canvas.mapToGlobal(at))

    def _add_labels(self, menu: QMenu, chosen: Sequence[Region]) -> None:
        """The labels, the one that all of the selected regions have checked."""
        labels, names = menu.addMenu(tr("Label")), {region.label for region in chosen}
        for label in self._session.labels():
            text = label.name.replace("&", "&&")
            entry = labels.addAction(text, partial(self._drawing.choose_label, label.name))
            entry.setCheckable(True)
            entry.setChecked(names == {label.name})
