"""Loads photos for a canvas: decoded in the background, the next one ahead; the last few are kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from qtpy.QtCore import QObject, Signal

from cardamage_core.errors import CarDamageError

from ..background import Background, Task
from ..canvas import Canvas
from ..language import tr
from ..session import Session


class PhotoLoader(QObject):
    """Decodes the photos that are asked for."""

    loaded = Signal(str, object)  # photo id, (H, W, 3) uint8 RGB
    failed = Signal(str, object)  # photo id, CarDamageError

    def __init__(self, session: Session, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._background = session, background
        self.most = 160_000_000  # bytes of photos that are kept
        self._kept: OrderedDict[str, np.ndarray] = OrderedDict()
        self._running: dict[str, Task] = {}
        session.project_changed.connect(self.forget)

    def load(self, photo_id: str, *, ahead: str = "") -> None:
        """Load a photo (`loaded` or `failed` tells) and then, unless "", the one that will probably be next."""
        for other in [i for i in self._running if i not in (photo_id, ahead)]:
            self._running.pop(other).cancel()
        if photo_id in self._kept:
            self._kept.move_to_end(photo_id)
            self.loaded.emit(photo_id, self._kept[photo_id])
        else:
            self._start(photo_id, urgent=True)
        if ahead and ahead not in self._kept:
            self._start(ahead, urgent=False)

    def forget_one(self, photo_id: str) -> None:
        """The photo is another file now."""
        if photo_id in self._running:
            self._running.pop(photo_id).cancel()
        self._kept.pop(photo_id, None)

    def forget(self) -> None:
        """Another project."""
        for task in self._running.values():
            task.cancel()
        self._running.clear()
        self._kept.clear()

    def _start(self, photo_id: str, *, urgent: bool) -> None:
        if photo_id in self._running:
            return
        path = self._session.path_of(self._session.photo(photo_id))
        done, failed = partial(self._done, photo_id), partial(self._failed, photo_id)
        self._running[photo_id] = self._background.run(partial(_pixels, path), done, failed, urgent=urgent)

    def _done(self, photo_id: str, pixels: np.ndarray) -> None:
        self._running.pop(photo_id, None)
        self._kept[photo_id] = pixels
        while len(self._kept) > 1 and sum(kept.nbytes for kept in self._kept.values()) > self.most:
            self._kept.popitem(last=False)
        self.loaded.emit(photo_id, pixels)

    def _failed(self, photo_id: str, error: CarDamageError) -> None:
        self._running.pop(photo_id, None)
        self.failed.emit(photo_id, error)


def _pixels(path: Path) -> np.ndarray:
    from cardamage_core import imaging  # in the background: a start need not wait for the decoder

    return imaging.load(path)


class Showing(QObject):
    """Brings the current photo onto the canvas; until it is there, or when it cannot be, a sentence in its place."""

    shown = Signal(object)  # its pixels, (H, W, 3) uint8 RGB

    def __init__(self, session: Session, loader: PhotoLoader, canvas: Canvas, following: Callable[[str], str]) -> None:
        """`following` gives the id of the photo after one, "" when there is none."""
        super().__init__(canvas)
        self._session, self._loader, self._canvas, self._following = session, loader, canvas, following
        self._path: Path | None = None  # of the photo shown
        session.current_changed.connect(self._current_changed)
        session.photo_changed.connect(self._photo_changed)
        loader.loaded.connect(self._loaded)
        loader.failed.connect(self._failed)

    def _current_changed(self, photo_id: str) -> None:
        if not photo_id:
            self._canvas.show_image(None)
            return
        self._path = self._session.path_of(self._session.photo(photo_id))
        self._say(photo_id, "" if self._session.photo(photo_id).width else tr("Loading…"))
        self._loader.load(photo_id, ahead=self._following(photo_id))

    def _photo_changed(self, photo_id: str) -> None:
        """Its file may have been found elsewhere."""
        if not photo_id or photo_id != self._session.current:
            return
        if self._session.path_of(self._session.photo(photo_id)) != self._path:
            self._loader.forget_one(photo_id)
            self._current_changed(photo_id)

    def _loaded(self, photo_id: str, pixels: np.ndarray) -> None:
        if photo_id == self._session.current:
            self._canvas.show_image(pixels)
            self.shown.emit(pixels)

    def _failed(self, photo_id: str, error: CarDamageError) -> None:
        if photo_id == self._session.current:
            self._say(photo_id, f"{error.title}\n{error.detail}")

    def _say(self, photo_id: str, text: str) -> None:
        photo = self._session.photo(photo_id)
        self._canvas.show_image(None, size=(photo.width or 640.0, photo.height or 480.0), message=text)
