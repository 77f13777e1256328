"""Which photos does the list show, under which filter?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qtpy.QtCore import QAbstractListModel, QModelIndex, QObject, Qt

from cardamage_core.project import PhotoSummary

PHOTO = Qt.UserRole
FINDINGS = Qt.UserRole + 1

KINDS = ("all", "unreviewed", "findings", "no region")


@dataclass(frozen=True)
class PhotoFilter:
    """Which photos are wanted: a kind of `KINDS`, and words that must all stand in the name or a label."""

    kind: str = "all"
    text: str = ""

    def accepts(self, photo: PhotoSummary, findings: int) -> bool:
        """Is this photo wanted?"""
        return is_kind(photo, self.kind, findings) and self._says(photo)

    def _says(self, photo: PhotoSummary) -> bool:
        words = self.text.casefold().split()
        if not words:
            return True
        told = " ".join((photo.name, photo.split, photo.review, *photo.labels)).casefold()
        return all(word in told for word in words)


def is_kind(photo: PhotoSummary, kind: str, findings: int) -> bool:
    """Does the photo belong under this chip?"""
    match kind:
        case "unreviewed":
            return photo.review == "unreviewed"
        case "findings":
            return findings > 0
        case "no region":
            return photo.regions == 0
        case _:
            return True


def counts(photos: Sequence[PhotoSummary], findings: Mapping[str, int]) -> dict[str, int]:
    """How many photos each kind has."""
    return {kind: sum(is_kind(photo, kind, findings.get(photo.id, 0)) for photo in photos) for kind in KINDS}


class PhotoModel(QAbstractListModel):
    """The photos that pass the filter, in the project's order."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: tuple[PhotoSummary, ...] = ()
        self._rows: list[PhotoSummary] = []
        self._findings: Mapping[str, int] = {}
        self._filter = PhotoFilter()

    def show(self, photos: Sequence[PhotoSummary], findings: Mapping[str, int], wanted: PhotoFilter) -> None:
        """Show these photos, filtered. Rows that stay are kept, so that the list does not jump."""
        self._all, self._findings, self._filter = tuple(photos), findings, wanted
        rows = [photo for photo in photos if wanted.accepts(photo, findings.get(photo.id, 0))]
        if [photo.id for photo in rows] == [photo.id for photo in self._rows]:
            self._rows = rows
            if rows:
                self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        """How many photos pass the filter."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: QModelIndex, role: int = Qt.DisplayRole) -> object:
        """The photo's name; under `PHOTO` its summary, under `FINDINGS` the number of its findings."""
        if not index.isValid():
            return None
        photo = self._rows[index.row()]
        match role:
            case Qt.DisplayRole | Qt.ToolTipRole:
                return photo.name
            case Qt.AccessibleTextRole:
                return f"{photo.name}, {photo.regions} regions, {photo.review}"
            case _ if role == PHOTO:
                return photo
            case _ if role == FINDINGS:
                return self._findings.get(photo.id, 0)
        return None

    def row_of(self, photo_id: str) -> int:
        """Where a photo stands, -1 when it is filtered out."""
        return next((row for row, photo in enumerate(self._rows) if photo.id == photo_id), -1)

    def step(self, photo_id: str, by: int) -> str:
        """The photo `by` rows further, "" at the ends. From a photo that is filtered out: the nearest that way."""
        row = self.row_of(photo_id)
        if row < 0:
            return self._from_hidden(photo_id, by)
        row += by
        return self._rows[row].id if 0 <= row < len(self._rows) else ""

    def next_unreviewed(self, photo_id: str) -> str:
        """The next photo, from here and round, that nobody has reviewed; "" when there is none."""
        start = self.row_of(photo_id) + 1
        ahead = [*self._rows[start:], *self._rows[:start]]
        return next((p.id for p in ahead if p.review == "unreviewed" and p.id != photo_id), "")

    def _from_hidden(self, photo_id: str, by: int) -> str:
        order = {photo.id: i for i, photo in enumerate(self._all)}
        here = order.get(photo_id, -1)
        if by > 0:
            return next((photo.id for photo in self._rows if order[photo.id] > here), "")
        return next((photo.id for photo in reversed(self._rows) if order[photo.id] < here), "")
