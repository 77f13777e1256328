"""How do lasso and box get their outlines without the pointer waiting? The pixels are looked at in the background."""

from __future__ import annotations

from functools import partial

import numpy as np
from qtpy.QtCore import QObject

from cardamage_core.annotations import edits
from cardamage_core.annotations.model import Point, Polygon, Ring
from cardamage_core.errors import CarDamageError

from ..background import Background, Task
from ..canvas.gestures import Box
from ..canvas.lasso import Tracer
from ..canvas.view import Canvas
from ..session import Session
from . import labelling


class Tracing(QObject):
    """Answers what the canvas asks for; what nobody waits for any more is dropped."""

    def __init__(self, session: Session, background: Background, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._session, self._background, self._canvas = session, background, canvas
        self._tasks: list[Task] = []
        canvas.tracer_wanted.connect(self._prepare)
        canvas.box_drawn.connect(self._outline)
        session.current_changed.connect(self.drop)

    def drop(self) -> None:
        """Another photo: nobody waits."""
        for task in self._tasks:
            task.cancel()
        self._tasks.clear()

    def _prepare(self, seed: Point, radius: float) -> None:
        pixels = self._canvas.pixels
        if pixels is not None:
            work = partial(_scissors, pixels, seed, radius)
            self._tasks.append(self._background.run(work, self._canvas.take_tracer, self._refused, urgent=True))

    def _outline(self, box: Box) -> None:
        pixels = self._canvas.pixels
        if pixels is None:
            self._session.said.emit("The photo is not there yet.")
            return
        self._session.said.emit("Looking for the outline…")
        done = partial(self._found, self._session.current, self._canvas.new_label)
        self._tasks.append(self._background.run(partial(_rings, pixels, box), done, self._refused, urgent=True))

    def _found(self, photo_id: str, label: str, rings: tuple[Ring, ...]) -> None:
        before = self._session.regions(photo_id)
        region = edits.draw(Polygon(rings), label)
        if labelling.store(self._session, photo_id, before, edits.add(before, region), "Outline in box"):
            self._canvas.select((region.id,))
            self._session.said.emit("Found an outline. Ctrl+Z takes it back.")

    def _refused(self, error: CarDamageError) -> None:
        self._session.said.emit(f"{error.title} {error.detail}")


def _scissors(pixels: np.ndarray, seed: Point, radius: float) -> Tracer:
    from cardamage_core.annotations import tracing  # loads OpenCV, which most windows never need

    return tracing.Scissors(pixels, seed, radius=radius)


def _rings(pixels: np.ndarray, box: Box) -> tuple[Ring, ...]:
    from cardamage_core.annotations import tracing

    return tracing.outline_in_box(pixels, box)
