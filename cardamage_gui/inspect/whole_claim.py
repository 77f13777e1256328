"""What is known of the car from all photos of the claim: verdict and schematic, worked out in the background."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, QTimer, Signal

from cardamage_core.errors import CarDamageError

from ..background import Background, Task
from ..language import current
from .car_so_far import Car
from .desk import Desk

if TYPE_CHECKING:
    from cardamage_core.claims.claim import Claim

DELAY = 300  # ms after the last change


class WholeClaim(QObject):
    """Keeps the picture of the car up to date."""

    changed = Signal(object)  # Car

    def __init__(self, desk: Desk, background: Background, parent: QObject) -> None:
        super().__init__(parent)
        self._desk, self._background = desk, background
        self._task: Task | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELAY)
        self._timer.timeout.connect(self._start)
        session = desk.session
        for signal in (session.photo_changed, session.photos_changed, session.threshold_changed, desk.record_changed):
            signal.connect(self._ask)
        session.closing.connect(self._closing)

    def _ask(self, _value: object = None) -> None:
        if self._desk.claim is not None:
            self._timer.start()

    def _closing(self) -> None:
        self._timer.stop()
        if self._task is not None:
            self._task.cancel()
        self._task = None
        self.changed.emit(Car())

    def _start(self) -> None:
        if self._task is not None:
            self._task.cancel()
        claim, threshold = self._desk.claim, self._desk.session.threshold
        if claim is not None:
            self._task = self._background.run(partial(_car, claim, threshold), self.changed.emit, self._lost)

    def _lost(self, _error: CarDamageError) -> None:
        """The claim was closed meanwhile."""


def _car(claim: Claim, threshold: float) -> Car:
    """The car as it is known so far; called in the background."""
    from cardamage_core.assessment import schematic
    from cardamage_core.assessment.claim import claim_figure, verdict
    from cardamage_core.report.build import sides_of
    from cardamage_core.words import words_of

    photos = claim.photos()
    figure = claim_figure([(one, claim.project.damage(one.id, threshold=threshold)) for one in photos], sides_of(claim))
    words = words_of(current())
    shapes = schematic.painted(figure) if figure.panels else ()
    return Car(shapes, schematic.CAPTIONS, verdict(figure, claim.photo_numbers(), words))
