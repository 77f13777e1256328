"""Does the slow work that canvas tools request, in the background."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from qtpy.QtCore import QObject

from cardamage_core.errors import CarDamageError

from ..background import Background, Task
from ..canvas import Canvas
from ..canvas.tools.base import Answer, Request
from ..canvas.tools.clicks import CLICKS
from ..canvas.tools.lasso import OUTLINE
from ..session import Session
from .outliners import Outliners


class AssistService(QObject):
    """Works on the photo shown; stops waiting when the canvas drops a request or another photo comes."""

    def __init__(
        self, session: Session, background: Background, canvas: Canvas, outliners: Outliners | None = None
    ) -> None:
        """With `outliners` what is boxed or clicked is outlined by models; without, by the tools themselves."""
        super().__init__(canvas)
        self._background, self._canvas, self._outliners = background, canvas, outliners
        self._tasks: dict[Request[Any, Any], Task] = {}
        canvas.requested.connect(self._work)
        canvas.request_dropped.connect(self._drop)
        canvas.tool_changed.connect(self._warm_up)
        canvas.image_shown.connect(self._warm_up)
        session.current_changed.connect(self._drop_all)

    def _work(self, request: Request[Any, Any]) -> None:
        pixels = self._canvas.pixels
        if pixels is None:
            self._canvas.answer(Answer(request))
            return
        work = partial(self._does(request), pixels, request.payload)
        done, refused = partial(self._done, request), partial(self._refused, request)
        self._tasks[request] = self._background.run(work, done, refused, urgent=True)

    def _does(self, request: Request[Any, Any]) -> Callable[[np.ndarray, Any], object]:
        """The work: a model's where there is one for this kind."""
        if self._outliners is None:
            return request.kind.work
        if request.kind is OUTLINE:
            return self._outliners.boxes.outline
        return self._outliners.clicks.outline if request.kind is CLICKS else request.kind.work

    def _warm_up(self) -> None:
        """Load the models of the tool taken, and have the photo looked at, before they are needed."""
        tool, pixels = self._canvas.tool, self._canvas.pixels
        if self._outliners is None:
            return
        if tool == "box":
            self._background.run(self._outliners.boxes.warm_up)
        elif tool == "clicks" and pixels is not None:
            self._background.run(partial(self._outliners.clicks.warm_up, pixels))

    def _done(self, request: Request[Any, Any], result: object) -> None:
        self._tasks.pop(request, None)
        self._canvas.answer(Answer(request, result))

    def _refused(self, request: Request[Any, Any], error: CarDamageError) -> None:
        self._tasks.pop(request, None)
        self._canvas.answer(Answer(request, error=f"{error.title} {error.detail}"))

    def _drop(self, request: Request[Any, Any]) -> None:
        task = self._tasks.pop(request, None)
        if task is not None:
            task.cancel()

    def _drop_all(self) -> None:
        for request in tuple(self._tasks):
            self._drop(request)
