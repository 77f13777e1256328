"""Does the slow work that canvas tools request, in the background."""

from __future__ import annotations

from functools import partial
from typing import Any

from qtpy.QtCore import QObject

from cardamage_core.errors import CarDamageError

from ..background import Background, Task
from ..canvas import Canvas
from ..canvas.tools.base import Answer, Request
from ..canvas.tools.lasso import OUTLINE
from ..session import Session
from .box_outliner import BoxOutliner


class AssistService(QObject):
    """Works on the photo shown; stops waiting when the canvas drops a request or another photo comes."""

    def __init__(
        self, session: Session, background: Background, canvas: Canvas, boxes: BoxOutliner | None = None
    ) -> None:
        """With `boxes` the outline in a box is a model's; without, the tool's own."""
        super().__init__(canvas)
        self._background, self._canvas, self._boxes = background, canvas, boxes
        self._tasks: dict[Request[Any, Any], Task] = {}
        canvas.requested.connect(self._work)
        canvas.request_dropped.connect(self._drop)
        canvas.tool_changed.connect(self._tool_changed)
        session.current_changed.connect(self._drop_all)

    def _work(self, request: Request[Any, Any]) -> None:
        pixels = self._canvas.pixels
        if pixels is None:
            self._canvas.answer(Answer(request))
            return
        does = self._boxes.outline if self._boxes is not None and request.kind is OUTLINE else request.kind.work
        work = partial(does, pixels, request.payload)
        done, refused = partial(self._done, request), partial(self._refused, request)
        self._tasks[request] = self._background.run(work, done, refused, urgent=True)

    def _tool_changed(self, name: str) -> None:
        if name == "box" and self._boxes is not None:
            self._background.run(self._boxes.warm_up)

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
