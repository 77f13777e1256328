"""Outlines what lies in a box: by the models in the box, kept warm in a process of their own, or else by GrabCut."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Protocol

from cardamage_core.annotations.model import Polygon, Region, Ring
from cardamage_core.errors import ModelError

if TYPE_CHECKING:
    import numpy as np

    from ..canvas.viewport import Box


class BoxModel(Protocol):
    """What a warm worker offers; `inference.client.Predictor` is the one."""

    def start(self) -> None:
        """Begin to load the model."""

    def outline_in_box(self, pixels: np.ndarray, box: Box) -> Region | None:
        """The thing in the box, or None; blocks."""

    def close(self) -> None:
        """End the process."""


class BoxOutliner:
    """Called from background threads. Without a model that works, GrabCut does it."""

    def __init__(self, model: BoxModel | None = None) -> None:
        """None: the models that come with the program, loaded when they are first needed."""
        self._model, self._given = model, model is not None
        self._lock = threading.Lock()
        self._closed = False

    def warm_up(self) -> None:
        """Load the models before they are needed."""
        model = self._ready()
        if model is not None:
            try:
                model.start()
            except ModelError:
                self._give_up()

    def outline(self, pixels: np.ndarray, box: Box) -> tuple[Ring, ...]:
        """The rings of the thing in the box. Raises CarDamageError where nothing stands out."""
        model = self._ready()
        if model is not None:
            try:
                found = model.outline_in_box(pixels, box)
            except ModelError:  # damaged, or its process was ended: the tool goes on without it
                self._give_up()
            else:
                if found is not None and isinstance(found.shape, Polygon):
                    return found.shape.rings
        from cardamage_core.annotations import outline_assist

        return outline_assist.outline_in_box(pixels, box)

    def close(self) -> None:
        """End the process."""
        with self._lock:
            model, self._model, self._closed = self._model, None, True
        if model is not None:
            model.close()

    def _ready(self) -> BoxModel | None:
        with self._lock:
            if self._model is None and not self._given and not self._closed:
                self._model = _bundled()
                self._given = True
            return self._model

    def _give_up(self) -> None:
        with self._lock:
            model, self._model = self._model, None
        if model is not None:
            model.close()


def _bundled() -> BoxModel | None:
    from cardamage_core.inference.client import Predictor
    from cardamage_core.models import registry

    models = registry.bundled()
    return Predictor(*(model.folder for model in models)) if models else None
