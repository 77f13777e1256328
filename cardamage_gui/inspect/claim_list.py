"""The list of claims: picture, name, state, figure, how much is decided; search and a chip for each state.

Made for a thousand claims: rows are summaries that are read without opening a claim, pictures come in the background
for rows that are looked at.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from qtpy.QtCore import QAbstractListModel, QModelIndex, QObject, QPoint, QRect, QRectF, QSize, Qt, Signal
from qtpy.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter, QPixmap
from qtpy.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QMenu,
    QPushButton,
    QStackedWidget,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from cardamage_core.errors import CarDamageError

from .. import look
from ..background import Background
from ..language import amount, mark, numeral, tr, translated
from ..widgets import common
from ..widgets.photo_list import paint_picture
from .claim_form import title

if TYPE_CHECKING:
    from cardamage_core.claims.summary import ClaimSummary

CLAIM = Qt.ItemDataRole.UserRole
HEIGHT, PICTURE = 60, QSize(62, 44)
STATES = ("", "new", "in review", "done")
TEXTS = {"": mark("All"), "new": mark("New"), "in review": mark("Review"), "done": mark("Done", sense="chip")}
COLORS = {"new": "muted", "in review": "warn", "done": "good"}
KEPT = 400


def title_of(claim: ClaimSummary) -> str:
    """Its number, else the first words of what is written about it, else when it was made."""
    return title(claim.fields, claim.created)


def about(claim: ClaimSummary) -> str:
    """The second line: what was decided, photos, what failed."""
    if claim.trouble:
        return tr("cannot be read")
    told = [amount(len(claim.photos), "photo")]
    if claim.findings:
        told.append(tr("{decided}/{findings} decided", decided=claim.decided, findings=claim.findings))
    if claim.failed:
        told.append(tr("{failed} failed", failed=claim.failed))
    return " · ".join(told)


class ClaimModel(QAbstractListModel):
    """The claims that match."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[ClaimSummary] = []

    def show(self, claims: Sequence[ClaimSummary]) -> None:
        """Show these; rows that stay are kept, so that the list does not jump."""
        if [one.id for one in claims] == [one.id for one in self._rows]:
            self._rows = list(claims)
            if claims:
                self.dataChanged.emit(self.index(0), self.index(len(claims) - 1))
            return
        self.beginResetModel()
        self._rows = list(claims)
        self.endResetModel()

    def rowCount(self, parent: common.ModelIndex | None = None) -> int:
        """One row for each claim."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: common.ModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """A claim in words, or itself."""
        claim = self._rows[index.row()]
        if role == CLAIM:
            return claim
        if role == Qt.ItemDataRole.DisplayRole:
            return title_of(claim)
        if role == Qt.ItemDataRole.ToolTipRole:
            return claim.trouble or f"{title_of(claim)} · {about(claim)}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(filter(None, (title_of(claim), claim.state, about(claim), claim.figure)))
        return None

    def row_of(self, claim_id: str) -> int:
        """Where a claim stands, -1 when it is filtered out."""
        return next((row for row, one in enumerate(self._rows) if one.id == claim_id), -1)


class ClaimPictures(QObject):
    """Small pictures of claims by id, read in the background."""

    made = Signal(str)

    def __init__(self, background: Background, folder_of: Callable[[str], Path], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background, self._folder_of = background, folder_of
        self._kept: OrderedDict[str, QPixmap | None] = OrderedDict()

    def get(self, claim: ClaimSummary) -> QPixmap | None:
        """The picture, or None while there is none (`made` tells)."""
        key = f"{claim.id} {len(claim.photos)}"
        if key in self._kept:
            return self._kept[key]
        self._kept[key] = None
        work = partial(_picture, self._folder_of(claim.id))
        self._background.run(work, partial(self._done, claim.id, key), self._failed)
        return None

    def _done(self, claim_id: str, key: str, pixels: np.ndarray) -> None:
        height, width = pixels.shape[:2]
        image = QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888)
        self._kept[key] = QPixmap.fromImage(image)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        self.made.emit(claim_id)

    def _failed(self, _error: CarDamageError) -> None:
        """A claim without a picture shows none."""


def _picture(folder: Path) -> np.ndarray:
    """(h, w, 3) uint8 RGB of a claim's picture, else of its first photo; called in the background."""
    from cardamage_core import imaging
    from cardamage_core.claims.summary import THUMBNAIL

    kept = folder / THUMBNAIL
    if kept.is_file():
        return np.ascontiguousarray(imaging.load(kept))
    first = min((path for path in (folder / "photos").glob("*")), default=kept)
    return np.ascontiguousarray(imaging.thumbnail(first, 128))


class ClaimRow(QStyledItemDelegate):
    """Paints a row: picture, title and state, second line, figure."""

    def __init__(self, pictures: ClaimPictures, parent: QWidget) -> None:
        super().__init__(parent)
        self._pictures, self._widget = pictures, parent

    def sizeHint(self, _option: QStyleOptionViewItem, _index: common.ModelIndex) -> QSize:
        """All rows are alike."""
        return QSize(200, HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: common.ModelIndex) -> None:
        """Paint one row."""
        claim: ClaimSummary = index.data(CLAIM)
        colors, rect = look.of(self._widget), option.rect
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        if option.state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            painter.fillRect(rect, QColor(colors.raised))
        place = QRect(rect.left() + 14, rect.center().y() - PICTURE.height() // 2, PICTURE.width(), PICTURE.height())
        paint_picture(painter, place, self._pictures.get(claim), colors)
        right = rect.right() - 12
        upper = QRect(place.right() + 11, rect.top() + 11, right - place.right() - 11, 20)
        figure = numeral(translated(claim.figure.split(" of ")[0]))
        width = QFontMetrics(option.font).horizontalAdvance(figure) + 8 if figure else 0
        _line(painter, upper.adjusted(0, 0, -width, 0), title_of(claim), option.font, QColor(colors.text))
        if figure:
            painter.setPen(QColor(colors.text))
            painter.drawText(upper, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, figure)
        small = QFont(option.font)
        small.setPixelSize(look.SMALL + 1)
        lower = upper.translated(0, 19)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(getattr(colors, "bad" if claim.trouble else COLORS[claim.state])))
        painter.drawEllipse(QRectF(lower.left(), lower.center().y() - 3, 7, 7))
        color = QColor(colors.bad if claim.trouble or claim.failed else colors.muted)
        _line(painter, lower.adjusted(13, 0, 0, 0), about(claim), small, color)
        painter.restore()


class ClaimList(QWidget):
    """Search, chips and the list; tells which claim is to be opened or deleted."""

    opened = Signal(str)  # claim id
    delete_wanted = Signal(str)

    def __init__(self, background: Background, folder_of: Callable[[str], Path], *buttons: QPushButton) -> None:
        """`folder_of` tells where the claim of an id lies."""
        super().__init__()
        self._all: tuple[ClaimSummary, ...] = ()
        self.model = ClaimModel(self)
        self.pictures = ClaimPictures(background, folder_of, self)
        self.search = QLineEdit()
        self.chips = QButtonGroup(self)
        self.list = QListView()
        self._stack = QStackedWidget()
        self._none = common.EmptyState(
            tr("No claim matches."), common.button(tr("Show all"), self._show_all), role="panel"
        )
        self._arrange(buttons)
        self.search.textChanged.connect(self._filter)
        self.chips.idToggled.connect(self._filter)
        self.list.clicked.connect(self._chosen)
        self.list.activated.connect(self._chosen)
        self.list.customContextMenuRequested.connect(self._menu)
        self.pictures.made.connect(self._repaint)

    def show_claims(self, claims: Sequence[ClaimSummary]) -> None:
        """Show these."""
        self._all = tuple(claims)
        for number, state in enumerate(STATES):
            count = sum(one.state == state for one in claims) if state else len(claims)
            self.chips.button(number).setToolTip(amount(count, "claim"))
        self._filter()

    def _filter(self, *_: object) -> None:
        state, found = STATES[max(0, self.chips.checkedId())], self._all
        if self.search.text():
            from cardamage_core.claims.summary import matching

            found = matching(self._all, self.search.text())
        self.model.show([one for one in found if not state or one.state == state])
        self._stack.setCurrentIndex(1 if self._all and not self.model.rowCount() else 0)

    def _show_all(self) -> None:
        self.search.clear()
        self.chips.button(0).setChecked(True)

    def _chosen(self, index: QModelIndex) -> None:
        claim: ClaimSummary = index.data(CLAIM)
        self.opened.emit(claim.id)

    def _menu(self, at: QPoint) -> None:
        index = self.list.indexAt(at)
        if not index.isValid():
            return
        claim: ClaimSummary = index.data(CLAIM)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(tr("Open"), partial(self.opened.emit, claim.id))
        menu.addAction(tr("Delete claim…"), partial(self.delete_wanted.emit, claim.id))
        menu.popup(self.list.viewport().mapToGlobal(at))

    def _repaint(self, claim_id: str) -> None:
        row = self.model.row_of(claim_id)
        if row >= 0:
            self.list.update(self.model.index(row))

    def _arrange(self, buttons: Sequence[QPushButton]) -> None:
        self.search.setPlaceholderText(tr("Search claims"))
        self.search.setAccessibleName(tr("Search claims"))
        self.search.setClearButtonEnabled(True)
        self.list.setObjectName("Claims")
        self.list.setAccessibleName(tr("Claims"))
        self.list.setModel(self.model)
        self.list.setItemDelegate(ClaimRow(self.pictures, self.list))
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        head = QWidget()
        column = common.rows(head, margins=(12, 1, 10, 8), spacing=8)
        column.addWidget(self.search)
        line = QHBoxLayout()
        line.setSpacing(4)
        for number, state in enumerate(STATES):
            chip = QPushButton(tr(TEXTS[state], sense="chip" if state == "done" else ""))
            chip.setProperty("role", "chip")
            chip.setCheckable(True)
            chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self.chips.addButton(chip, number)
            line.addWidget(chip)
        line.addStretch(1)
        self.chips.button(0).setChecked(True)
        column.addLayout(line)
        self._stack.addWidget(self.list)
        self._stack.addWidget(self._none)
        foot = QWidget()
        end = common.rows(foot, margins=(12, 8, 12, 12), spacing=6)
        end.addWidget(common.section(tr("New claim from")))
        pair = QHBoxLayout()
        pair.setSpacing(8)
        for button in buttons:
            pair.addWidget(button, 1)
        end.addLayout(pair)
        layout = common.rows(self, spacing=0)
        layout.addWidget(head)
        layout.addWidget(self._stack, 1)
        layout.addWidget(foot)


def _line(painter: QPainter, rect: QRect, text: str, font: QFont, color: QColor) -> None:
    painter.setFont(font)
    painter.setPen(color)
    shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
    painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
