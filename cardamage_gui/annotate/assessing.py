"""How much of the car is damaged on the photo shown? Worked out in the background after every change."""

from __future__ import annotations

from functools import partial

from qtpy.QtCore import QObject, Signal

from cardamage_core.annotations.model import Label, Photo, Region
from cardamage_core.assessment.damage import assess

from ..background import Background, Task

THRESHOLD = 0.9


class Assessing(QObject):
    """The latest figure; older ones under way are dropped."""

    assessed = Signal(object)  # Damage

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._task: Task | None = None

    def ask(self, photo: Photo, regions: tuple[Region, ...], labels: tuple[Label, ...]) -> None:
        """Work the figure out; `assessed` tells it."""
        self.drop()
        work = partial(assess, photo, regions, labels, threshold=THRESHOLD)
        self._task = self._background.run(work, self.assessed.emit, urgent=True)

    def drop(self) -> None:
        """Nobody waits for a figure any more."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
