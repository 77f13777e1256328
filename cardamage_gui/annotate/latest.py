"""How is something kept up to date that takes longer to work out than the hand takes to change it?"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from qtpy.QtCore import QObject, QTimer, Signal

from cardamage_core.errors import CarDamageError

from ..background import Background, Task

DELAY, MOST_DELAY = 30, 1000  # ms; the hand comes first, and a drag asks many times
REST = 6  # times as long as an answer takes nothing is worked out after it


class Latest(QObject):
    """Works out in the background what was asked for: one at a time, and of those asked for meanwhile only the last."""

    found = Signal(object)  # what the work gave

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._task: Task | None = None
        self._next: Callable[[], object] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELAY)
        self._timer.timeout.connect(self._start)

    @property
    def idle(self) -> bool:
        """Would what is asked for now be worked out at once?"""
        return self._task is None and not self._timer.isActive()

    def ask(self, work: Callable[[], object]) -> None:
        """Do this work, soon; `found` tells what came of it."""
        self._next = work
        if self.idle:
            self._timer.start()

    def drop(self) -> None:
        """Nobody waits any more."""
        self._next = None
        self._timer.stop()
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def _start(self) -> None:
        if self._next is not None:
            work, self._next = partial(_timed, self._next), None
            self._task = self._background.run(work, self._worked_out, self._failed, urgent=True)

    def _worked_out(self, answer: tuple[object, float]) -> None:
        self._task = None
        found, seconds = answer
        self._timer.setInterval(round(min(MOST_DELAY, max(DELAY, 1000 * seconds * REST))))
        self.found.emit(found)
        if self._next is not None:
            self._timer.start()

    def _failed(self, error: CarDamageError) -> None:
        self._task = None
        self._background.failed.emit(error)


def _timed(work: Callable[[], object]) -> tuple[object, float]:
    """What the work gave, and the seconds it took."""
    begun = time.perf_counter()
    return work(), time.perf_counter() - begun
