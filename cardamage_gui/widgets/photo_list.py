"""The photo list of the Annotate and Inspect pages: filter, model, row delegate and view.

Made for a hundred thousand photos: names are folded once, rows are found by an index, and a change of one photo leaves
the others alone. The ids are kept in Qt's own string list, so that Qt lays out its rows without asking Python for each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from qtpy.QtCore import QModelIndex, QObject, QRect, QRectF, QSize, QStringListModel, Qt, Signal
from qtpy.QtGui import QColor, QFont, QFontMetrics, QPainter, QPainterPath, QPixmap
from qtpy.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from cardamage_core.annotations.model import Review
from cardamage_core.project import PhotoSummary

from .. import look
from ..language import amount, tr, translated
from . import common
from .thumbnails import Thumbnails

PHOTO = Qt.ItemDataRole.UserRole
PROBLEMS = Qt.ItemDataRole.UserRole + 1

KINDS = ("all", "unreviewed", "problems", "no region")


@dataclass(frozen=True)
class PhotoFilter:
    """Which photos are wanted: a kind of `KINDS`, words that must all stand in what the photo says, and more.

    `label`, `split` and `review` narrow it down further where they are given; a split of None means any, "" none.
    """

    kind: str = "all"
    text: str = ""
    label: str = ""
    split: str | None = None
    review: Review | None = None

    @property
    def narrowed(self) -> bool:
        """Whether more is asked for than kind and text."""
        return bool(self.label) or self.split is not None or self.review is not None

    def accepts(self, photo: PhotoSummary, problems: int, said: str) -> bool:
        """Is this photo wanted? `said` is what `told` says of it."""
        return (
            is_kind(photo, self.kind, problems)
            and (not self.text or all(word in said for word in self.text.casefold().split()))
            and (not self.label or self.label in photo.labels)
            and (self.split is None or self.split == photo.split)
            and (self.review is None or self.review == photo.review)
        )


def told(photo: PhotoSummary) -> str:
    """What can be searched for: name, split, review and labels."""
    return " ".join((photo.name, photo.split, photo.review, *photo.labels)).casefold()


def is_kind(photo: PhotoSummary, kind: str, problems: int) -> bool:
    """Whether the photo belongs under this chip."""
    match kind:
        case "unreviewed":
            return photo.review == "unreviewed"
        case "problems":
            return problems > 0
        case "no region":
            return photo.regions == 0
        case _:
            return True


def count_kinds(photos: Sequence[PhotoSummary], problems: Mapping[str, int]) -> dict[str, int]:
    """How many photos each kind has."""
    return {
        "all": len(photos),
        "unreviewed": sum(photo.review == "unreviewed" for photo in photos),
        "problems": sum(1 for photo in photos if problems.get(photo.id)) if problems else 0,
        "no region": sum(photo.regions == 0 for photo in photos),
    }


class PhotoModel(QStringListModel):
    """The photos that pass the filter, in the project's order."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: tuple[PhotoSummary, ...] = ()
        self._places: dict[str, int] = {}  # among all
        self._said: list[str] = []  # beside all
        self._rows: list[PhotoSummary] = []
        self._row_of: dict[str, int] = {}
        self._problems: Mapping[str, int] = {}
        self._filter = PhotoFilter()
        self._ranks: Mapping[str, int] = {}  # of photos that stand before all others
        self._notes: Mapping[str, str] = {}
        self.counts: Counter[str] = Counter()

    def set_notes(self, notes: Mapping[str, str]) -> None:
        """What was noted on photos, to be searched too; takes effect with the next `filter`."""
        if notes != self._notes:
            self._notes, self._said = notes, []

    def set_note(self, photo_id: str, note: str) -> None:
        """What was noted on one photo now."""
        if note != self._notes.get(photo_id, ""):
            self._notes = {**self._notes, photo_id: note}

    def set_order(self, first: Sequence[str]) -> None:
        """Which photos stand before all others, in this order; takes effect with the next `filter`."""
        self._ranks = {photo_id: rank for rank, photo_id in enumerate(first)}

    def _told(self, photo: PhotoSummary) -> str:
        return f"{told(photo)} {self._notes.get(photo.id, '').casefold()}"

    def show(self, photos: Sequence[PhotoSummary], problems: Mapping[str, int], wanted: PhotoFilter) -> None:
        """Show these photos, filtered. Rows that stay are kept, so that the list does not jump."""
        if photos is not self._all:
            self._all = tuple(photos)
            self._places = {photo.id: place for place, photo in enumerate(self._all)}
            self._said = []
        self._problems = problems
        self.counts = Counter(count_kinds(self._all, problems))
        self.filter(wanted)

    def filter(self, wanted: PhotoFilter) -> None:
        """Show the photos that pass another filter."""
        self._filter = wanted
        rows = self._passing()
        if self._ranks:
            rows.sort(key=lambda photo: self._ranks.get(photo.id, len(self._ranks)))
        if len(rows) == len(self._rows) and all(a.id == b.id for a, b in zip(rows, self._rows, strict=True)):
            self._rows = rows
            if rows:
                self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self._rows = rows
        self._row_of = {photo.id: row for row, photo in enumerate(rows)}
        self.setStringList(list(self._row_of))

    def change(self, photo: PhotoSummary, problems: int) -> None:
        """One photo is different now; the list is filtered anew only where that matters."""
        place = self._places[photo.id]
        old, old_problems = self._all[place], self._problems.get(photo.id, 0)
        for kind in KINDS:
            self.counts[kind] += is_kind(photo, kind, problems) - is_kind(old, kind, old_problems)
        self._all = (*self._all[:place], photo, *self._all[place + 1 :])
        self._problems = {**self._problems, photo.id: problems}
        if self._said:
            self._said[place] = self._told(photo)
        row = self._row_of.get(photo.id, -1)
        wanted = self._filter.accepts(photo, problems, self._told(photo))
        if wanted != (row >= 0):
            self.filter(self._filter)
        elif wanted:
            self._rows[row] = photo
            self.dataChanged.emit(self.index(row), self.index(row))

    def data(self, index: common.ModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The photo's name; under `PHOTO` its summary, under `PROBLEMS` the number of its problems."""
        if not index.isValid():
            return None
        photo = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.ToolTipRole:
                return photo.name
            case Qt.ItemDataRole.AccessibleTextRole:
                return tr(
                    "{photo}, {regions}, {review}",
                    photo=photo.name,
                    regions=amount(photo.regions, "region"),
                    review=translated(photo.review),
                )
            case _ if role == PHOTO:
                return photo
            case _ if role == PROBLEMS:
                return self._problems.get(photo.id, 0)
        return None

    def flags(self, index: common.ModelIndex) -> Qt.ItemFlag:
        """Rows are chosen, not edited."""
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable if index.isValid() else Qt.ItemFlag.NoItemFlags

    def row_of(self, photo_id: str) -> int:
        """Where a photo stands, -1 when it is filtered out."""
        return self._row_of.get(photo_id, -1)

    def step(self, photo_id: str, by: int) -> str:
        """The photo `by` rows further, "" at the ends. From a photo that is filtered out: the nearest that way."""
        row = self.row_of(photo_id)
        if row < 0:
            return self._from_hidden(photo_id, by)
        row += by
        return self._rows[row].id if 0 <= row < len(self._rows) else ""

    def next_unreviewed(self, photo_id: str) -> str:
        """The next photo, from here and round, that is unreviewed; "" when there is none."""
        start = self.row_of(photo_id) + 1
        ahead = (*range(start, len(self._rows)), *range(start))
        found = (self._rows[row] for row in ahead)
        return next((p.id for p in found if p.review == "unreviewed" and p.id != photo_id), "")

    def _passing(self) -> list[PhotoSummary]:
        wanted = self._filter
        if wanted == PhotoFilter():
            return list(self._all)
        photos: Sequence[PhotoSummary] = self._all
        if wanted.text:
            words = wanted.text.casefold().split()
            self._said = self._said or [self._told(photo) for photo in self._all]
            photos = [p for p, said in zip(self._all, self._said, strict=True) if all(word in said for word in words)]
            if wanted.kind == "all" and not wanted.narrowed:
                return list(photos)
        rest = PhotoFilter(wanted.kind, "", wanted.label, wanted.split, wanted.review)
        return [photo for photo in photos if rest.accepts(photo, self._problems.get(photo.id, 0), "")]

    def _from_hidden(self, photo_id: str, by: int) -> str:
        here = self._places.get(photo_id, -1)
        if by > 0:
            return next((photo.id for photo in self._rows if self._places[photo.id] > here), "")
        return next((photo.id for photo in reversed(self._rows) if self._places[photo.id] < here), "")


class SecondLine(NamedTuple):
    """The text under a photo's name, and whether it tells of something bad."""

    text: str
    bad: bool = False


HEIGHT, PICTURE = 56, QSize(62, 44)
DOTS = {"accepted": "good", "rejected": "bad", "needs work": "warn", "unreviewed": "muted"}


class PhotoList(QListView):
    """The list of photos; the current row is the photo being shown.

    With `figure`, a row ends with its text (such as the share of damage) instead of the dot for the review;
    `second_line` says what stands under the name instead of the number of regions and problems.
    """

    chosen = Signal(str)  # photo id

    def __init__(
        self,
        model: PhotoModel,
        thumbnails: Thumbnails,
        *,
        figure: Callable[[PhotoSummary], str] | None = None,
        second_line: Callable[[PhotoSummary], SecondLine] | None = None,
    ) -> None:
        super().__init__()
        self._photos = model
        self.setObjectName("Photos")
        self.setAccessibleName(tr("Photos"))
        self.setModel(model)
        self.setItemDelegate(PhotoRow(thumbnails, self, figure=figure, second_line=second_line))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.selectionModel().currentChanged.connect(self._current_changed)
        thumbnails.made.connect(self.repaint_row)

    def show_current(self, photo_id: str) -> None:
        """Make a photo current and scroll to it; without a selection when it is filtered out."""
        row = self._photos.row_of(photo_id)
        if row < 0:
            self.clearSelection()
            return
        index = self._photos.index(row)
        if self.currentIndex() != index:
            self.setCurrentIndex(index)
            self.scrollTo(index)

    def repaint_row(self, photo_id: str) -> None:
        """Paint one photo's row again."""
        row = self._photos.row_of(photo_id)
        if row >= 0:
            self.update(self._photos.index(row))

    def _current_changed(self, index: QModelIndex, _before: QModelIndex) -> None:
        if index.isValid():
            self.chosen.emit(index.data(PHOTO).id)


class PhotoRow(QStyledItemDelegate):
    """Paints a row: thumbnail, name, number of regions, and the figure or a dot for the review."""

    def __init__(
        self,
        thumbnails: Thumbnails,
        parent: QWidget,
        *,
        figure: Callable[[PhotoSummary], str] | None = None,
        second_line: Callable[[PhotoSummary], SecondLine] | None = None,
    ) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self._widget = parent
        self._figure = figure
        self._second_line = second_line

    def sizeHint(self, _option: QStyleOptionViewItem, _index: common.ModelIndex) -> QSize:
        """All rows are alike."""
        return QSize(200, HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: common.ModelIndex) -> None:
        """Paint one row."""
        photo: PhotoSummary = index.data(PHOTO)
        problems: int = index.data(PROBLEMS)
        colors, rect = look.of(self._widget), option.rect
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        if option.state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            painter.fillRect(rect, QColor(colors.raised))
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(QRect(rect.left(), rect.top(), 3, rect.height()), QColor(colors.accent))
        place = QRect(rect.left() + 16, rect.center().y() - PICTURE.height() // 2, PICTURE.width(), PICTURE.height())
        paint_picture(painter, place, None if photo.missing else self._thumbnails.get(photo.id), colors)
        right = rect.right() - self._paint_end(painter, option, photo, colors)
        text = QRect(place.right() + 11, rect.top() + 9, right - place.right() - 11, 20)
        _line(painter, text, photo.name, option.font, QColor(colors.text), Qt.TextElideMode.ElideMiddle)
        small = QFont(option.font)
        small.setPixelSize(look.SMALL + 1)
        told = self._second_line(photo) if self._second_line else second_line(photo, problems)
        color = QColor(colors.bad if told.bad else colors.muted)
        _line(painter, text.translated(0, 19), told.text, small, color, Qt.TextElideMode.ElideRight)
        painter.restore()

    def _paint_end(
        self, painter: QPainter, option: QStyleOptionViewItem, photo: PhotoSummary, colors: look.Palette
    ) -> int:
        """Paint the figure or the dot; the width that it takes of the row, in pixels."""
        if self._figure is None:
            self._paint_dot(painter, option.rect, QColor(getattr(colors, DOTS[photo.review])))
            return 36
        figure = self._figure(photo)
        painter.setFont(option.font)
        painter.setPen(QColor(colors.text))
        painter.drawText(
            option.rect.adjusted(0, 0, -12, 0), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, figure
        )
        return QFontMetrics(option.font).horizontalAdvance(figure) + 20

    def _paint_dot(self, painter: QPainter, rect: QRect, color: QColor) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawEllipse(QRectF(rect.right() - 21, rect.center().y() - 4, 9, 9))


def second_line(photo: PhotoSummary, problems: int) -> SecondLine:
    """What stands under a photo's name."""
    said = [tr("not found")] if photo.missing else []
    said.append(amount(photo.regions, "region") if photo.regions else tr("no region"))
    if problems and not photo.missing:
        said.append(amount(problems, "problem"))
    return SecondLine(" · ".join(said), bad=photo.missing)


def paint_picture(painter: QPainter, place: QRect, pixmap: QPixmap | None, colors: look.Palette) -> None:
    """Paint the thumbnail of a row with round corners, or the place where it will be."""
    shape = QPainterPath()
    shape.addRoundedRect(QRectF(place), 4, 4)
    painter.fillPath(shape, QColor(colors.line))
    if pixmap is None or pixmap.isNull():
        return
    painter.save()
    painter.setClipPath(shape)
    painter.drawPixmap(place, pixmap, cropped(pixmap.size(), place.size()))
    painter.restore()


def cropped(picture: QSize, place: QSize) -> QRect:
    """The middle of the picture that has the shape of the place."""
    kept = place.scaled(picture, Qt.AspectRatioMode.KeepAspectRatio)
    return QRect((picture.width() - kept.width()) // 2, (picture.height() - kept.height()) // 2,
                 kept.width(), kept.height())  # fmt: skip


def _line(painter: QPainter, rect: QRect, text: str, font: QFont, color: QColor, elide: Qt.TextElideMode) -> None:
    painter.setFont(font)
    painter.setPen(color)
    shown = QFontMetrics(font).elidedText(text, elide, rect.width())
    painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
