"""How much of the car is damaged on the photo shown? Worked out in the background after every change."""

from __future__ import annotations

import time
from functools import partial

from qtpy.QtCore import QObject, QTimer, Signal

from cardamage_core.annotations.model import Label, Photo, Region
from cardamage_core.assessment.damage import Damage, assess
from cardamage_core.errors import CarDamageError

from ..background import Background, Task

THRESHOLD = 0.9
DELAY, MOST_DELAY = 30, 1000  # ms; the hand comes first, and a drag asks many times
REST = 6  # times as long as a figure takes nothing is worked out after it


class Assessing(QObject):
    """The latest figure: one is worked out at a time, and of those asked for meanwhile only the last."""

    assessed = Signal(object)  # Damage

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._task: Task | None = None
        self._next: tuple[Photo, tuple[Region, ...], tuple[Label, ...]] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELAY)
        self._timer.timeout.connect(self._start)

    @property
    def idle(self) -> bool:
        """Would a figure asked for now be worked out at once?"""
        return self._task is None and not self._timer.isActive()

    def ask(self, photo: Photo, regions: tuple[Region, ...], labels: tuple[Label, ...]) -> None:
        """Work the figure out, soon; `assessed` tells it."""
        self._next = (photo, regions, labels)
        if self._task is None and not self._timer.isActive():
            self._timer.start()

    def drop(self) -> None:
        """Nobody waits for a figure any more."""
        self._next = None
        self._timer.stop()
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def _start(self) -> None:
        if self._next is not None:
            work = partial(_timed, *self._next)
            self._next = None
            self._task = self._background.run(work, self._worked_out, self._failed, urgent=True)

    def _worked_out(self, found: tuple[Damage, float]) -> None:
        self._task = None
        damage, seconds = found
        self._timer.setInterval(round(min(MOST_DELAY, max(DELAY, 1000 * seconds * REST))))
        self.assessed.emit(damage)
        if self._next is not None:
            self._timer.start()

    def _failed(self, error: CarDamageError) -> None:
        self._task = None
        self._background.failed.emit(error)


def _timed(photo: Photo, regions: tuple[Region, ...], labels: tuple[Label, ...]) -> tuple[Damage, float]:
    """The figure, and the seconds it took."""
    begun = time.perf_counter()
    return assess(photo, regions, labels, threshold=THRESHOLD), time.perf_counter() - begun
