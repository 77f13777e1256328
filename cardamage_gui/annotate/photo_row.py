"""How is one photo of the list painted?"""

from __future__ import annotations

from qtpy.QtCore import QModelIndex, QRect, QRectF, QSize, Qt
from qtpy.QtGui import QColor, QFont, QFontMetrics, QPainter, QPainterPath, QPixmap
from qtpy.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from cardamage_core.project import PhotoSummary

from .. import look, words
from ..thumbnails import Thumbnails
from .photo_model import FINDINGS, PHOTO

HEIGHT, PICTURE = 56, QSize(62, 44)
DOTS = {"accepted": "good", "rejected": "bad", "needs work": "warn", "unreviewed": "muted"}


class PhotoRow(QStyledItemDelegate):
    """Thumbnail, name, number of regions, a dot for the review."""

    def __init__(self, thumbnails: Thumbnails, parent: QWidget) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self._widget = parent

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex) -> QSize:
        """All rows are alike."""
        return QSize(200, HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Paint one row."""
        photo: PhotoSummary = index.data(PHOTO)
        findings: int = index.data(FINDINGS)
        colors, rect = look.of(self._widget), option.rect
        painter.save()
        painter.setRenderHints(QPainter.Antialiasing | QPainter.SmoothPixmapTransform)
        if option.state & (QStyle.State_Selected | QStyle.State_MouseOver):
            painter.fillRect(rect, QColor(colors.raised))
        if option.state & QStyle.State_Selected:
            painter.fillRect(QRect(rect.left(), rect.top(), 3, rect.height()), QColor(colors.accent))
        place = QRect(rect.left() + 16, rect.center().y() - PICTURE.height() // 2, PICTURE.width(), PICTURE.height())
        self._paint_picture(painter, place, None if photo.missing else self._thumbnails.get(photo.id), colors)
        self._paint_dot(painter, rect, QColor(getattr(colors, DOTS[photo.review])))
        text = QRect(place.right() + 11, rect.top() + 9, rect.right() - 36 - place.right() - 11, 20)
        _line(painter, text, photo.name, option.font, QColor(colors.text), Qt.ElideMiddle)
        small = QFont(option.font)
        small.setPixelSize(look.SMALL + 1)
        told = QColor(colors.bad if photo.missing else colors.muted)
        _line(painter, text.translated(0, 19), second_line(photo, findings), small, told, Qt.ElideRight)
        painter.restore()

    def _paint_picture(self, painter: QPainter, place: QRect, pixmap: QPixmap | None, colors: look.Palette) -> None:
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(place), 4, 4)
        painter.fillPath(shape, QColor(colors.line))
        if pixmap is None or pixmap.isNull():
            return
        painter.save()
        painter.setClipPath(shape)
        painter.drawPixmap(place, pixmap, cropped(pixmap.size(), place.size()))
        painter.restore()

    def _paint_dot(self, painter: QPainter, rect: QRect, color: QColor) -> None:
        painter.setPen(Qt.NoPen)
        painter.setBrush(color)
        painter.drawEllipse(QRectF(rect.right() - 21, rect.center().y() - 4, 9, 9))


def second_line(photo: PhotoSummary, findings: int) -> str:
    """What stands under a photo's name."""
    said = ["not found"] if photo.missing else []
    said.append(words.count(photo.regions, "region") if photo.regions else "no region")
    if findings and not photo.missing:
        said.append(words.count(findings, "finding"))
    return " · ".join(said)


def cropped(picture: QSize, place: QSize) -> QRect:
    """The middle of the picture that has the shape of the place."""
    kept = place.scaled(picture, Qt.KeepAspectRatio)
    return QRect((picture.width() - kept.width()) // 2, (picture.height() - kept.height()) // 2,
                 kept.width(), kept.height())  # fmt: skip


def _line(painter: QPainter, rect: QRect, text: str, font: QFont, color: QColor, elide: Qt.TextElideMode) -> None:
    painter.setFont(font)
    painter.setPen(color)
    shown = QFontMetrics(font).elidedText(text, elide, rect.width())
    painter.drawText(rect, Qt.AlignLeft | Qt.AlignVCenter, shown)
