"""Thumbnails of the photo lists.

They are made in the background for rows that are looked at, the latest asked for first, and kept as small JPEG files
in the project's cache folder.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from functools import partial
from pathlib import Path

import numpy as np
from qtpy.QtCore import QObject, Signal
from qtpy.QtGui import QImage, QPixmap

from cardamage_core import files
from cardamage_core.errors import CarDamageError

from ..background import Background, Task
from ..session import Session

LONGEST = 128  # pixels; rows show half of it, so that it stays sharp on dense screens
AT_ONCE, WAITING, KEPT = 2, 48, 1500


class Thumbnails(QObject):
    """Small pictures by photo id."""

    made = Signal(str)  # photo id

    def __init__(self, session: Session, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._background = session, background
        self._pixmaps: OrderedDict[str, QPixmap] = OrderedDict()
        self._wanted: list[str] = []
        self._running: dict[str, Task] = {}
        session.project_changed.connect(self.forget)

    def get(self, photo_id: str) -> QPixmap | None:
        """The picture, or None (`made` tells when it is there). A null pixmap: there can be none."""
        if photo_id in self._pixmaps:
            self._pixmaps.move_to_end(photo_id)
            return self._pixmaps[photo_id]
        if photo_id not in self._running:
            self._wanted = [photo_id, *(i for i in self._wanted if i != photo_id)][:WAITING]
            self._start()
        return None

    def forget(self) -> None:
        """Another project: nothing of the old one is wanted any more."""
        for task in self._running.values():
            task.cancel()
        self._running.clear()
        self._wanted.clear()
        self._pixmaps.clear()

    def _start(self) -> None:
        while self._wanted and len(self._running) < AT_ONCE and self._session.project is not None:
            photo_id = self._wanted.pop(0)
            path = self._session.path_of(self._session.photo(photo_id))
            folder = None if self._session.read_only else self._session.project.cache_folder
            work = partial(small_picture, path, folder)
            done, failed = partial(self._done, photo_id), partial(self._failed, photo_id)
            self._running[photo_id] = self._background.run(work, done, failed)

    def _done(self, photo_id: str, pixels: np.ndarray) -> None:
        height, width = pixels.shape[:2]
        image = QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888)
        self._keep(photo_id, QPixmap.fromImage(image))

    def _failed(self, photo_id: str, _error: CarDamageError) -> None:
        self._keep(photo_id, QPixmap())  # the row says that the photo is missing; once is enough

    def _keep(self, photo_id: str, pixmap: QPixmap) -> None:
        self._running.pop(photo_id, None)
        self._pixmaps[photo_id] = pixmap
        if len(self._pixmaps) > KEPT:
            self._pixmaps.popitem(last=False)
        self.made.emit(photo_id)
        self._start()


def small_picture(photo: Path, cache: Path | None) -> np.ndarray:
    """(h, w, 3) uint8 RGB, from the cache folder if the photo has not changed since. PhotoError as `imaging.load`."""
    from cardamage_core import imaging  # in the background: a start need not wait for the decoder

    kept = None if cache is None else cache / "thumbnails" / f"{_fingerprint(photo)}.jpg"
    if kept is not None and kept.exists():
        try:
            return np.ascontiguousarray(imaging.load(kept))
        except CarDamageError:
            kept.unlink(missing_ok=True)
    pixels = np.ascontiguousarray(imaging.thumbnail(photo, LONGEST))
    if kept is not None:
        _write(kept, pixels)
    return pixels


def _fingerprint(photo: Path) -> str:
    try:
        stat = photo.stat()
    except OSError:
        return "missing"
    return hashlib.sha256(f"{photo}|{stat.st_size}|{stat.st_mtime_ns}".encode()).hexdigest()[:24]


def _write(path: Path, pixels: np.ndarray) -> None:
    import io

    from PIL import Image

    data = io.BytesIO()
    Image.fromarray(pixels).save(data, "JPEG", quality=85)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        files.write_atomic(path, data.getvalue())
    except OSError:
        return  # a cache that cannot be written costs time, nothing else
