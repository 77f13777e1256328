"""The previews of an epoch: up to four photos in a row with what the network sees on them; a click enlarges one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import QSize, Qt
from qtpy.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent
from qtpy.QtWidgets import QSizePolicy, QWidget

from cardamage_core.errors import CarDamageError

from ..background import Background, Task

if TYPE_CHECKING:
    import numpy as np

TILE_WIDTH, TILE_HEIGHT = 480, 360  # training.validation writes photos of this size, two a row
EARLIER = 320, 240  # and wrote them so
LARGEST = 960  # logical pixels that an enlarged photo is wide
GAP = 12


class Pictures(QWidget):
    """Up to four photos in a row."""

    def __init__(self, background: Background, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._path = ""
        self._tiles: list[QImage] = []
        self._enlarged = -1  # the number of the photo that is shown alone
        self._loading: Task | None = None
        self.setCursor(Qt.CursorShape.PointingHandCursor)
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
        wide = min(width, LARGEST) if self._enlarged >= 0 else (width - 3 * GAP) / 4
        return round(wide * TILE_HEIGHT / TILE_WIDTH)

    def sizeHint(self) -> QSize:
        """A comfortable size."""
        return QSize(900, self.heightForWidth(900))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the photos."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        alone = self._enlarged >= 0
        width = min(self.width(), LARGEST) if alone else (self.width() - 3 * GAP) / 4
        height = min(self.height(), width * TILE_HEIGHT / TILE_WIDTH)
        for number, tile in enumerate(self._tiles[self._enlarged :][:1] if alone else self._tiles):
            scaled = tile.scaled(
                int(width * self.devicePixelRatioF()),
                int(height * self.devicePixelRatioF()),
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
            scaled.setDevicePixelRatio(self.devicePixelRatioF())
            painter.drawImage(round(number * (width + GAP)), 0, scaled)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Enlarge a photo, or show all of them again."""
        number = int(event.position().x() / ((self.width() + GAP) / 4))
        self._enlarged = -1 if self._enlarged >= 0 or number >= len(self._tiles) else number
        self._fit()

    def _fit(self) -> None:
        self.setFixedHeight(self.heightForWidth(max(self.width(), 200)))
        self.update()

    def _loaded(self, tiles: list[np.ndarray]) -> None:
        self._tiles = [_image(tile) for tile in tiles]
        self._enlarged = self._enlarged if self._enlarged < len(tiles) else -1
        self.setVisible(bool(tiles))
        self._fit()

    def resizeEvent(self, _event: object) -> None:
        """Keep the proportions when the window becomes wider."""
        self._fit()

    def _not_loaded(self, error: CarDamageError) -> None:
        """A preview that is just being replaced, or gone with its job, is no reason to interrupt."""
        self.setToolTip(error.title)
        self._loaded([])


def _tiles(path: Path) -> list[np.ndarray]:
    from cardamage_core import imaging

    picture = imaging.load(path)
    wide, high = (TILE_WIDTH, TILE_HEIGHT) if picture.shape[1] % TILE_WIDTH == 0 else EARLIER
    rows, columns = max(1, picture.shape[0] // high), max(1, picture.shape[1] // wide)
    cut = [picture[y * high : (y + 1) * high, x * wide : (x + 1) * wide] for y in range(rows) for x in range(columns)]
    return [tile.copy() for tile in cut[:4] if tile.min() != tile.max()]  # an odd row is filled up with a grey tile


def _image(tile: np.ndarray) -> QImage:
    height, width, _ = tile.shape
    return QImage(tile.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888).copy()
