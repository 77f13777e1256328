"""Which photos are there to inspect, and how damaged is each? The list at the left."""

from __future__ import annotations

from functools import partial
from typing import Any

from qtpy.QtCore import QAbstractListModel, QModelIndex, QRect, QRectF, QSize, Qt, Signal
from qtpy.QtGui import QColor, QFont, QFontMetrics, QPainter, QPainterPath, QPixmap
from qtpy.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from cardamage_core import text as words
from cardamage_core.errors import CarDamageError
from cardamage_core.project import PhotoSummary, Project

from .. import look
from ..background import Background
from ..session import Session
from ..widgets.thumbnails import Thumbnails

PHOTO = Qt.UserRole
FIGURE = Qt.UserRole + 1
ROW_HEIGHT = 56
PICTURE = QSize(62, 44)


class PhotosModel(QAbstractListModel):
    """The session's photos. Figures are worked out in the background, for rows that are painted."""

    def __init__(self, session: Session, background: Background) -> None:
        super().__init__()
        self._session, self._background = session, background
        self._photos: tuple[PhotoSummary, ...] = ()
        self._rows: dict[str, int] = {}
        self._figures: dict[str, float | None] = {}  # percent; None: being worked out, or there is none
        session.photos_changed.connect(self._photos_changed)
        session.photo_changed.connect(self._photo_changed)
        session.project_changed.connect(self._figures.clear)

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        """All photos of the project."""
        return 0 if parent is not None and parent.isValid() else len(self._photos)

    def data(self, index: QModelIndex, role: int = Qt.DisplayRole) -> Any:
        """A photo's name, its summary, or its damage in percent as far as known."""
        if not index.isValid():
            return None
        photo = self._photos[index.row()]
        if role in (Qt.DisplayRole, Qt.AccessibleTextRole, Qt.ToolTipRole):
            return photo.name
        if role == PHOTO:
            return photo
        return self._figure(photo) if role == FIGURE else None

    def index_of(self, photo_id: str) -> QModelIndex:
        """Where a photo stands; invalid when it is not there."""
        return self.index(self._rows[photo_id]) if photo_id in self._rows else QModelIndex()

    def forget_figures(self) -> None:
        """Another threshold: work the figures out anew as rows are painted."""
        self._figures.clear()
        if self._photos:
            self.dataChanged.emit(self.index(0), self.index(len(self._photos) - 1))

    def row_changed(self, photo_id: str) -> None:
        """Paint a photo's row again."""
        index = self.index_of(photo_id)
        if index.isValid():
            self.dataChanged.emit(index, index)

    def _photos_changed(self) -> None:
        photos = self._session.photos()
        same = [photo.id for photo in photos] == [photo.id for photo in self._photos]
        if not same:
            self.beginResetModel()
        self._photos = photos
        self._rows = {photo.id: row for row, photo in enumerate(photos)}
        self._figures.clear()
        if not same:
            self.endResetModel()

    def _photo_changed(self, photo_id: str) -> None:
        self._photos = self._session.photos()
        self._figures.pop(photo_id, None)
        self.row_changed(photo_id)

    def _figure(self, photo: PhotoSummary) -> float | None:
        project = self._session.project
        if photo.regions and photo.id not in self._figures and project is not None:
            self._figures[photo.id] = None
            work = partial(_percent, project, photo.id, self._session.threshold)
            self._background.run(work, partial(self._worked_out, photo.id), self._lost)
        return self._figures.get(photo.id)

    def _worked_out(self, photo_id: str, percent: float | None) -> None:
        if photo_id in self._figures:
            self._figures[photo_id] = percent
            self.row_changed(photo_id)

    def _lost(self, _error: CarDamageError) -> None:
        """The photo left the project meanwhile."""


class PhotosView(QListView):
    """The list; the current row is the session's photo."""

    chosen = Signal(str)

    def __init__(self, model: PhotosModel, thumbnails: Thumbnails) -> None:
        super().__init__()
        self.setObjectName("Photos")
        self.setAccessibleName("Photos to inspect")
        self.setModel(model)
        self.setItemDelegate(_Row(thumbnails, self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListView.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarAlwaysOff)
        self.selectionModel().currentChanged.connect(self._changed)
        thumbnails.made.connect(model.row_changed)

    def show_current(self, photo_id: str) -> None:
        """Make a photo current."""
        index = self.model().index_of(photo_id)
        if index != self.currentIndex():
            self.setCurrentIndex(index)
            self.scrollTo(index)

    def _changed(self, index: QModelIndex, _before: QModelIndex) -> None:
        if index.isValid():
            self.chosen.emit(index.data(PHOTO).id)


class _Row(QStyledItemDelegate):
    """Thumbnail, name, number of regions, figure."""

    def __init__(self, thumbnails: Thumbnails, parent: QListView) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex) -> QSize:
        return QSize(120, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        photo: PhotoSummary = index.data(PHOTO)
        colors, rect = look.of(option.widget), option.rect
        painter.save()
        painter.setRenderHints(QPainter.Antialiasing | QPainter.SmoothPixmapTransform)
        _ground(painter, option, colors)
        place = QRect(rect.left() + 15, rect.center().y() - PICTURE.height() // 2, PICTURE.width(), PICTURE.height())
        _picture(painter, place, None if photo.missing else self._thumbnails.get(photo.id), colors)
        text = QRect(place.right() + 11, rect.top() + 9, rect.right() - place.right() - 23, rect.height() - 18)
        percent = index.data(FIGURE)
        self._words(painter, option, text, photo, "" if percent is None else words.percent(percent))
        painter.restore()

    def _words(
        self, painter: QPainter, option: QStyleOptionViewItem, box: QRect, photo: PhotoSummary, figure: str
    ) -> None:
        colors, metrics = look.of(option.widget), QFontMetrics(option.font)
        painter.setFont(option.font)
        painter.setPen(QColor(colors.text))
        painter.drawText(box, Qt.AlignRight | Qt.AlignVCenter, figure)
        box.setRight(box.right() - metrics.horizontalAdvance(figure) - 8)
        name = metrics.elidedText(photo.name, Qt.ElideMiddle, box.width())
        painter.drawText(box, Qt.AlignLeft | Qt.AlignTop, name)
        small = QFont(option.font)
        small.setPixelSize(look.SMALL + 1)
        painter.setFont(small)
        painter.setPen(QColor(colors.bad if photo.missing else colors.muted))
        said = "cannot be read" if photo.missing else words.amount(photo.regions, "region")
        painter.drawText(box, Qt.AlignLeft | Qt.AlignBottom, said)


def _ground(painter: QPainter, option: QStyleOptionViewItem, colors: look.Palette) -> None:
    chosen = bool(option.state & QStyle.State_Selected)
    if chosen or option.state & QStyle.State_MouseOver:
        painter.fillRect(option.rect, QColor(colors.raised))
    if chosen:
        painter.fillRect(QRect(option.rect.topLeft(), QSize(3, option.rect.height())), QColor(colors.accent))


def _picture(painter: QPainter, place: QRect, pixmap: QPixmap | None, colors: look.Palette) -> None:
    shape = QPainterPath()
    shape.addRoundedRect(QRectF(place), 4, 4)
    painter.fillPath(shape, QColor(colors.line))
    if pixmap is None or pixmap.isNull():
        return
    size = QSize(place.size()).scaled(pixmap.size(), Qt.KeepAspectRatio)
    source = QRect((pixmap.width() - size.width()) // 2, (pixmap.height() - size.height()) // 2, *_pair(size))
    painter.save()
    painter.setClipPath(shape)
    painter.drawPixmap(place, pixmap, source)
    painter.restore()


def _pair(size: QSize) -> tuple[int, int]:
    return size.width(), size.height()


def _percent(project: Project, photo_id: str, threshold: float) -> float | None:
    """A photo's figure; in the background."""
    from cardamage_core.assessment.damage import assess

    regions, labels = project.regions(photo_id), project.labels()
    return assess(project.photo(photo_id), regions, labels, threshold=threshold).percent
