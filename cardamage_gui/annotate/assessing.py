"""How much of the car is damaged on the photo shown? Worked out in the background after every change."""

from __future__ import annotations

from functools import partial

from qtpy.QtCore import QObject, Signal

from cardamage_core.annotations.model import Label, Photo, Region
from cardamage_core.assessment.damage import assess

from ..background import Background
from .latest import Latest

THRESHOLD = 0.9


class Assessing(QObject):
    """The latest figure."""

    assessed = Signal(object)  # Damage

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._latest = Latest(background, self)
        self._latest.found.connect(self.assessed)

    @property
    def idle(self) -> bool:
        """Would a figure asked for now be worked out at once?"""
        return self._latest.idle

    def ask(self, photo: Photo, regions: tuple[Region, ...], labels: tuple[Label, ...]) -> None:
        """Work the figure out, soon; `assessed` tells it."""
        self._latest.ask(partial(assess, photo, regions, labels, threshold=THRESHOLD))

    def drop(self) -> None:
        """Nobody waits for a figure any more."""
        self._latest.drop()
