"""Which photos are there to inspect, and how damaged is each? The list at the left.

Thumbnails and figures are made in the background, only for rows that come into view.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QAbstractListModel, QModelIndex, QRect, QSize, Qt, Signal
from qtpy.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter
from qtpy.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from cardamage_core.errors import CarDamageError
from cardamage_core.project import PhotoSummary

from .. import look, words
from ..background import Background
from ..session import Session

if TYPE_CHECKING:
    import numpy as np

PHOTO = Qt.UserRole
KNOWN = Qt.UserRole + 1
ROW_HEIGHT = 56
THUMB = QSize(60, 42)
KEPT = 400  # thumbnails in memory


@dataclass(frozen=True)
class Known:
    """What was found out about a photo: its thumbnail (None: unreadable), its damage in percent (None: no figure)."""

    thumbnail: QImage | None
    percent: float | None


class PhotosModel(QAbstractListModel):
    """The session's photos; asks for what is not known yet when a row is painted."""

    def __init__(self, session: Session, background: Background, threshold: Callable[[], float]) -> None:
        super().__init__()
        self._session, self._background, self._threshold = session, background, threshold
        self._photos: tuple[PhotoSummary, ...] = ()
        self._rows: dict[str, int] = {}
        self._known: OrderedDict[str, Known] = OrderedDict()
        self._asked: set[str] = set()
        session.photos_changed.connect(self._photos_changed)
        session.photo_changed.connect(self._photo_changed)

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        """All photos of the project."""
        return 0 if parent is not None and parent.isValid() else len(self._photos)

    def data(self, index: QModelIndex, role: int = Qt.DisplayRole) -> Any:
        """A photo's name, the summary, or what is known of it by now."""
        photo = self._photos[index.row()]
        if role in (Qt.DisplayRole, Qt.AccessibleTextRole, Qt.ToolTipRole):
            return photo.name
        if role == PHOTO:
            return photo
        return self._known_or_ask(photo) if role == KNOWN else None

    def index_of(self, photo_id: str) -> QModelIndex:
        """Where a photo stands; invalid when it is not there."""
        return self.index(self._rows[photo_id]) if photo_id in self._rows else QModelIndex()

    def forget_figures(self) -> None:
        """Another threshold: ask for the figures anew as rows are painted."""
        self._asked -= set(self._known)
        self._known.clear()
        if self._photos:
            self.dataChanged.emit(self.index(0), self.index(len(self._photos) - 1))

    def _photos_changed(self) -> None:
        photos = self._session.photos()
        same = [photo.id for photo in photos] == [photo.id for photo in self._photos]
        if not same:
            self.beginResetModel()
        self._photos = photos
        self._rows = {photo.id: row for row, photo in enumerate(photos)}
        if not same:
            self._known.clear()
            self._asked.clear()
            self.endResetModel()

    def _photo_changed(self, photo_id: str) -> None:
        self._photos_changed()
        self._known.pop(photo_id, None)
        self._asked.discard(photo_id)
        index = self.index_of(photo_id)
        if index.isValid():
            self.dataChanged.emit(index, index)

    def _known_or_ask(self, photo: PhotoSummary) -> Known | None:
        known = self._known.get(photo.id)
        if known is None and photo.id not in self._asked:
            self._asked.add(photo.id)
            session, threshold = self._session, self._threshold()
            self._background.run(
                lambda: _find_out(session, photo.id, threshold), lambda found: self._found(photo.id, *found), self._lost
            )
        return known

    def _found(self, photo_id: str, pixels: np.ndarray | None, percent: float | None) -> None:
        self._known[photo_id] = Known(None if pixels is None else _image(pixels), percent)
        while len(self._known) > KEPT:
            self._asked.discard(self._known.popitem(last=False)[0])
        index = self.index_of(photo_id)
        if index.isValid():
            self.dataChanged.emit(index, index)

    def _lost(self, _error: CarDamageError) -> None:
        """The project was closed meanwhile."""


class PhotosView(QListView):
    """The list; the current row is the session's photo."""

    chosen = Signal(str)

    def __init__(self, model: PhotosModel) -> None:
        super().__init__()
        self.setObjectName("Photos")
        self.setAccessibleName("Photos to inspect")
        self.setModel(model)
        self.setItemDelegate(_Delegate(self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListView.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarAlwaysOff)
        self.selectionModel().currentChanged.connect(self._changed)

    def show_current(self, photo_id: str) -> None:
        """Make a photo current without telling anybody."""
        index = self.model().index_of(photo_id)
        if index != self.currentIndex():
            self.setCurrentIndex(index)
            self.scrollTo(index)

    def _changed(self, index: QModelIndex, _before: QModelIndex) -> None:
        if index.isValid():
            self.chosen.emit(index.data(PHOTO).id)


class _Delegate(QStyledItemDelegate):
    """Thumbnail, name, number of regions, figure."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex) -> QSize:
        return QSize(120, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        photo: PhotoSummary = index.data(PHOTO)
        known: Known | None = index.data(KNOWN)
        colors = look.of(option.widget)
        _ground(painter, option, colors)
        box = option.rect.adjusted(15, 7, -12, -7)
        _thumbnail(painter, QRect(box.topLeft(), THUMB), known, colors)
        text = box.adjusted(THUMB.width() + 10, 2, 0, -2)
        figure = words.percent(known.percent) if known and known.percent is not None and photo.regions else ""
        painter.setFont(option.font)
        painter.setPen(QColor(colors.text))
        painter.drawText(text, Qt.AlignRight | Qt.AlignVCenter, figure)
        metrics = QFontMetrics(option.font)
        text.setRight(text.right() - metrics.horizontalAdvance(figure) - 8)
        name = metrics.elidedText(photo.name, Qt.ElideMiddle, text.width())
        painter.drawText(text, Qt.AlignLeft | Qt.AlignTop, name)
        font = QFont(option.font)
        font.setPixelSize(12)
        painter.setFont(font)
        painter.setPen(QColor(colors.bad if photo.missing else colors.muted))
        said = "cannot be read" if photo.missing else words.count(photo.regions, "region")
        painter.drawText(text, Qt.AlignLeft | Qt.AlignBottom, said)


def _ground(painter: QPainter, option: QStyleOptionViewItem, colors: look.Palette) -> None:
    chosen = bool(option.state & QStyle.State_Selected)
    if chosen or option.state & QStyle.State_MouseOver:
        painter.fillRect(option.rect, QColor(colors.raised))
    if chosen:
        painter.fillRect(QRect(option.rect.topLeft(), QSize(3, option.rect.height())), QColor(colors.accent))


def _thumbnail(painter: QPainter, box: QRect, known: Known | None, colors: look.Palette) -> None:
    painter.fillRect(box, QColor(colors.canvas))
    if known is None or known.thumbnail is None:
        return
    image = known.thumbnail
    scale = max(box.width() / image.width(), box.height() / image.height())
    width, height = round(box.width() / scale), round(box.height() / scale)
    source = QRect((image.width() - width) // 2, (image.height() - height) // 2, width, height)
    painter.setRenderHint(QPainter.SmoothPixmapTransform)
    painter.drawImage(box, image, source)


def _find_out(session: Session, photo_id: str, threshold: float) -> tuple[np.ndarray | None, float | None]:
    """Thumbnail and figure; in the background."""
    from cardamage_core import imaging
    from cardamage_core.assessment.damage import assess

    photo = session.photo(photo_id)
    percent = assess(photo, session.regions(photo_id), session.labels(), threshold=threshold).percent
    try:
        return imaging.thumbnail(session.path_of(photo)), percent
    except CarDamageError:
        return None, percent


def _image(pixels: np.ndarray) -> QImage:
    height, width, _ = pixels.shape
    return QImage(pixels.tobytes(), width, height, 3 * width, QImage.Format_RGB888).copy()
