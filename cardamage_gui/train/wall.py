"""A wall of photos with what was annotated and what was predicted; a click opens one in Annotate."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from qtpy.QtCore import QAbstractListModel, QRect, QSize, Qt, Signal
from qtpy.QtGui import QColor, QFontMetrics, QImage, QPainter, QPixmap
from qtpy.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from cardamage_core.errors import CarDamageError

from .. import look
from ..background import Background, Task
from ..language import tr
from ..widgets import common
from .jobs import small

if TYPE_CHECKING:
    import numpy as np

    from cardamage_core.annotations.model import AnnotatedPhoto

ITEM = Qt.ItemDataRole.UserRole
LONGEST = 320  # pixels of a thumbnail, twice what is shown
TILE, TEXT, GAP = QSize(168, 126), 38, 8
AT_ONCE, KEPT = 2, 400
TRUTH, MASK = (255, 255, 255), (255, 92, 72)  # RGB, both with a dark halo
HALO = (11, 13, 16)


class Seen(NamedTuple):
    """What a model saw on a photo: an evaluation's folder, the line in its predictions, and from which score on."""

    folder: Path
    line: int
    threshold: float


class Tile(NamedTuple):
    """One photo on the wall: its id, what is written below it, and a picture for each model that saw it."""

    photo: str
    name: str
    text: str
    seen: tuple[Seen, ...]


class Wall(QListView):
    """Thumbnails in rows, made while they are looked at."""

    chosen = Signal(str, object)  # the id of a photo that was clicked, and the evaluation's folder

    def __init__(self, background: Background, name: str, *, rows: int = 2, pictures: int = 1) -> None:
        """`pictures` stand side by side in each tile."""
        super().__init__()
        self._size = QSize(TILE.width() * pictures + GAP // 2 * (pictures - 1), TILE.height())
        self.setAccessibleName(name)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setSpacing(GAP // 2)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._rows = rows
        self._pictures = _Pictures(background, self)
        self._tiles = _Tiles(self)
        self.setModel(self._tiles)
        self.setItemDelegate(_TileDelegate(self._pictures, self._size, self))
        self.clicked.connect(self._clicked)
        self.activated.connect(self._clicked)

    def show_tiles(self, tiles: Sequence[Tile], truth: Mapping[str, AnnotatedPhoto]) -> None:
        """Show these photos; `truth` holds their annotations."""
        self._pictures.use(truth)
        self._tiles.set_tiles(tiles)
        height = (TILE.height() + TEXT + GAP) * min(self._rows, max(1, -(-len(tiles) // 4))) + GAP
        self.setFixedHeight(height)
        self.setVisible(bool(tiles))

    def _clicked(self, index: common.ModelIndex) -> None:
        tile = index.data(ITEM)
        if tile is not None:
            self.chosen.emit(tile.photo, tile.seen[-1].folder)


class _Tiles(QAbstractListModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._tiles: list[Tile] = []

    def rowCount(self, parent: common.ModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._tiles)

    def data(self, index: common.ModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        tile = self._tiles[index.row()]
        if role == ITEM:
            return tile
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{tile.name}: {tile.text}"
        return (
            tr("{tile}\n{text}\nClick to see it in Annotate", tile=tile.name, text=tile.text)
            if role == Qt.ItemDataRole.ToolTipRole
            else None
        )

    def set_tiles(self, tiles: Sequence[Tile]) -> None:
        self.beginResetModel()
        self._tiles = list(tiles)
        self.endResetModel()

    def touch(self) -> None:
        """A picture came."""
        if self._tiles:
            self.dataChanged.emit(self.index(0), self.index(len(self._tiles) - 1), [Qt.ItemDataRole.DecorationRole])


class _TileDelegate(QStyledItemDelegate):
    def __init__(self, pictures: _Pictures, size: QSize, parent: QWidget) -> None:
        super().__init__(parent)
        self._pictures, self._size = pictures, size

    def sizeHint(self, _option: QStyleOptionViewItem, _index: common.ModelIndex) -> QSize:
        return QSize(self._size.width(), self._size.height() + TEXT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: common.ModelIndex) -> None:
        tile: Tile = index.data(ITEM)
        colors = look.of(option.widget)
        box = QRect(option.rect.topLeft(), self._size)
        painter.fillRect(box, QColor(colors.canvas))
        pixmap = self._pictures.get(tile)
        if pixmap is not None and not pixmap.isNull():
            size = pixmap.size().scaled(self._size, Qt.AspectRatioMode.KeepAspectRatio)
            place = QRect(0, 0, size.width(), size.height())
            place.moveCenter(box.center())
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawPixmap(place, pixmap)
        elif pixmap is not None:
            painter.setPen(QColor(colors.muted))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, tr("no picture"))
        if option.state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_HasFocus):
            painter.setPen(QColor(colors.accent))
            painter.drawRect(box.adjusted(0, 0, -1, -1))
        painter.setFont(small(option))
        metrics = QFontMetrics(painter.font())
        for line, (text, color) in enumerate(((tile.name, colors.text), (tile.text, colors.muted))):
            painter.setPen(QColor(color))
            cut = metrics.elidedText(text, Qt.TextElideMode.ElideRight, self._size.width())
            painter.drawText(box.left(), box.bottom() + 15 + 16 * line, cut)


class _Pictures:
    """The pictures of tiles, made in the background, those asked for last first."""

    def __init__(self, background: Background, wall: Wall) -> None:
        self._background, self._wall = background, wall
        self._made: OrderedDict[Tile, QPixmap] = OrderedDict()
        self._wanted: list[Tile] = []
        self._running: dict[Tile, Task] = {}
        self._truth: Mapping[str, AnnotatedPhoto] = {}

    def use(self, truth: Mapping[str, AnnotatedPhoto]) -> None:
        """Other photos: what was asked for is no longer wanted."""
        for task in self._running.values():
            task.cancel()
        self._running.clear()
        self._wanted.clear()
        if truth is not self._truth:
            self._made.clear()
        self._truth = truth

    def get(self, tile: Tile) -> QPixmap | None:
        """The picture, or None while it is made; a null pixmap where there can be none."""
        if tile in self._made:
            self._made.move_to_end(tile)
            return self._made[tile]
        if tile not in self._running:
            self._wanted = [tile, *(one for one in self._wanted if one != tile)][:48]
            self._start()
        return None

    def _start(self) -> None:
        while self._wanted and len(self._running) < AT_ONCE:
            tile = self._wanted.pop(0)
            annotated = self._truth.get(tile.photo)
            if annotated is None:
                self._made[tile] = QPixmap()
                continue
            work = partial(_picture, annotated, tile)
            self._running[tile] = self._background.run(work, partial(self._done, tile), partial(self._failed, tile))

    def _done(self, tile: Tile, pixels: np.ndarray) -> None:
        height, width = pixels.shape[:2]
        image = QImage(pixels.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
        self._keep(tile, QPixmap.fromImage(image))

    def _failed(self, tile: Tile, _error: CarDamageError) -> None:
        self._keep(tile, QPixmap())  # the tile says so

    def _keep(self, tile: Tile, pixmap: QPixmap) -> None:
        self._running.pop(tile, None)
        self._made[tile] = pixmap
        if len(self._made) > KEPT:
            self._made.popitem(last=False)
        self._wall.viewport().update()
        self._start()


def _picture(annotated: AnnotatedPhoto, tile: Tile) -> np.ndarray:
    """(h, w, 3) uint8 RGB: the photo, small, once for each model that saw it, side by side."""
    import numpy as np

    from cardamage_core import imaging

    pixels = imaging.thumbnail(Path(annotated.photo.path), LONGEST)
    gap = np.full((pixels.shape[0], GAP, 3), HALO, np.uint8)
    parts = [part for seen in tile.seen for part in (gap, _outlined(pixels.copy(), annotated, seen))]
    return np.ascontiguousarray(np.hstack(parts[1:]))


def _outlined(pixels: np.ndarray, annotated: AnnotatedPhoto, seen: Seen) -> np.ndarray:
    """The picture with annotated outlines white and predicted ones in colour."""
    import cv2
    import numpy as np

    from cardamage_core.annotations import shapes
    from cardamage_core.jobs import evaluations

    scale = pixels.shape[1] / max(1, annotated.photo.width)
    found = evaluations.predictions_at(seen.folder, seen.line)
    above = tuple(r for r in found if (r.origin.score or 0.0) >= seen.threshold)
    for regions, color in ((annotated.regions, TRUTH), (above, MASK)):
        rings = [
            np.round(np.asarray(ring) * scale * 16).astype(np.int32)
            for region in regions
            for ring in shapes.outline(region.shape)
        ]
        for drawn, width in ((HALO, 4), (color, 2)):
            cv2.polylines(pixels, rings, True, drawn, width, cv2.LINE_AA, 4)
    return pixels
