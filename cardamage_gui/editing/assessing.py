"""The damage figure of the photo shown, worked out in the background after every change and during a drag."""

from __future__ import annotations

from functools import partial

from qtpy.QtCore import QObject, Signal

from cardamage_core.annotations.model import Region

from ..background import Background, Latest
from ..canvas import Canvas
from ..session import Session


class Assessing(QObject):
    """The latest figure; during a drag, the one that ending it now would give."""

    assessed = Signal(object)  # Damage

    def __init__(self, session: Session, background: Background, canvas: Canvas, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._canvas = session, canvas
        self._latest = Latest(background, self)
        self._latest.found.connect(self.assessed)
        session.current_changed.connect(self._current_changed)
        session.photo_changed.connect(self._photo_changed)
        session.labels_changed.connect(self._ask)
        session.threshold_changed.connect(self._threshold_changed)
        canvas.pointer_moved.connect(self._pointer_moved)
        canvas.busy_changed.connect(self._busy_changed)

    def _current_changed(self, _photo: str) -> None:
        self._latest.drop()
        self._ask()

    def _photo_changed(self, photo_id: str) -> None:
        if photo_id == self._session.current:
            self._ask()

    def _threshold_changed(self, _value: float) -> None:
        self._ask()

    def _pointer_moved(self, _x: float, _y: float) -> None:
        """The figure follows during a drag."""
        if self._canvas.busy and self._latest.idle:
            self._ask(self._canvas.would_be)

    def _busy_changed(self, busy: bool) -> None:
        if not busy:  # also when a gesture was given up: the figure goes back
            self._ask()

    def _ask(self, regions: tuple[Region, ...] | None = None) -> None:
        """Work the figure out for these regions, by default those that are stored."""
        project, current = self._session.project, self._session.current
        if current and project is not None:
            regions = self._session.regions(current) if regions is None else regions
            self._latest.ask(partial(project.damage, current, regions=regions, threshold=self._session.threshold))
