"""The previews of a training: up to four photos in a row with what the network sees on them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import QSize, Qt
from qtpy.QtGui import QImage, QPainter, QPaintEvent
from qtpy.QtWidgets import QSizePolicy, QWidget

from cardamage_core.errors import CarDamageError

from ..background import Background, Task

if TYPE_CHECKING:
    import numpy as np

TILE_WIDTH, TILE_HEIGHT = 320, 240  # training.previews writes photos of this size, two a row
GAP = 12


class Pictures(QWidget):
    """Up to four photos in a row."""

    def __init__(self, background: Background, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._path = ""
        self._tiles: list[QImage] = []
        self._loading: Task | None = None
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.hide()

    def show_file(self, path: str) -> None:
        """Show another picture; "" shows none."""
        if path == self._path:
            return
        self._path = path
        if self._loading is not None:
            self._loading.cancel()  # another picture is wanted by now
        if path:
            self._loading = self._background.run(lambda: _tiles(Path(path)), self._loaded, self._not_loaded)
        else:
            self._loaded([])

    def hasHeightForWidth(self) -> bool:
        """Photos keep their proportions."""
        return True

    def heightForWidth(self, width: int) -> int:
        """The height of four photos in a row."""
        return round((width - 3 * GAP) / 4 * TILE_HEIGHT / TILE_WIDTH)

    def sizeHint(self) -> QSize:
        """A comfortable size."""
        return QSize(900, self.heightForWidth(900))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the photos."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        width = (self.width() - 3 * GAP) / 4
        height = min(self.height(), width * TILE_HEIGHT / TILE_WIDTH)
        for number, tile in enumerate(self._tiles):
            scaled = tile.scaled(
                int(width * self.devicePixelRatioF()),
                int(height * self.devicePixelRatioF()),
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
            scaled.setDevicePixelRatio(self.devicePixelRatioF())
            painter.drawImage(round(number * (width + GAP)), 0, scaled)

    def _loaded(self, tiles: list[np.ndarray]) -> None:
        self._tiles = [_image(tile) for tile in tiles]
        self.setVisible(bool(tiles))
        self.setFixedHeight(self.heightForWidth(max(self.width(), 600)))
        self.update()

    def resizeEvent(self, _event: object) -> None:
        """Keep the proportions when the window becomes wider."""
        self.setFixedHeight(self.heightForWidth(self.width()))

    def _not_loaded(self, error: CarDamageError) -> None:
        """A preview that is just being replaced, or gone with its job, is no reason to interrupt."""
        self.setToolTip(error.title)
        self._loaded([])


def _tiles(path: Path) -> list[np.ndarray]:
    from cardamage_core import imaging

    picture = imaging.load(path)
    rows, columns = max(1, picture.shape[0] // TILE_HEIGHT), max(1, picture.shape[1] // TILE_WIDTH)
    cut = [
        picture[y * TILE_HEIGHT : (y + 1) * TILE_HEIGHT, x * TILE_WIDTH : (x + 1) * TILE_WIDTH]
        for y in range(rows)
        for x in range(columns)
    ]
    return [tile.copy() for tile in cut[:4] if tile.min() != tile.max()]  # an odd row is filled up with a grey tile


def _image(tile: np.ndarray) -> QImage:
    height, width, _ = tile.shape
    return QImage(tile.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888).copy()
