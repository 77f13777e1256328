"""The photo panel of the Inspect page: the photo list, with the share of damage of each photo."""

from __future__ import annotations

from functools import partial

from qtpy.QtCore import QObject, Signal
from qtpy.QtWidgets import QFrame, QHBoxLayout, QToolButton

from cardamage_core.errors import CarDamageError
from cardamage_core.project import PhotoSummary, Project
from cardamage_core.project.prediction_log import Look
from cardamage_core.text import amount, percent

from ..background import Background
from ..session import Session
from ..widgets import common
from ..widgets.photo_list import PhotoFilter, PhotoList, PhotoModel, SecondLine
from ..widgets.thumbnails import Thumbnails


class PhotoPanel(QFrame):
    """Heading, button to add photos, and the list of all photos. Selects through the session."""

    def __init__(self, session: Session, thumbnails: Thumbnails, figures: DamageFigures, add: QToolButton) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self._session = session
        self.model = PhotoModel(self)
        self.list = PhotoList(self.model, thumbnails, figure=figures.text, second_line=self.second_line)
        self._arrange(add)
        session.photos_changed.connect(self._photos_changed)
        session.photo_changed.connect(self._photo_changed)
        session.current_changed.connect(self.list.show_current)
        self.list.chosen.connect(session.select)
        figures.changed.connect(self.list.repaint_row)
        figures.all_changed.connect(self.list.viewport().update)

    def second_line(self, photo: PhotoSummary) -> SecondLine:
        """What stands under a photo's name."""
        return second_line(photo, self._session.looks().get(photo.id))

    def _photos_changed(self) -> None:
        self.model.show(self._session.photos(), {}, PhotoFilter())
        self.list.show_current(self._session.current)

    def _photo_changed(self, photo_id: str) -> None:
        photo = self._session.summary(photo_id)
        if photo is not None:
            self.model.change(photo, 0)

    def _arrange(self, add: QToolButton) -> None:
        self.setMinimumWidth(216)
        layout = common.rows(self, margins=(0, 2, 0, 0), spacing=8)
        head = QHBoxLayout()
        head.setContentsMargins(14, 0, 5, 0)
        head.addWidget(common.section("Photos"))
        head.addStretch(1)
        head.addWidget(add)
        layout.addLayout(head)
        layout.addWidget(self.list, 1)


def second_line(photo: PhotoSummary, look: Look | None) -> SecondLine:
    """How a photo stands: failed, outlined, without damage as far as a model saw, or not looked at yet."""
    if photo.missing:
        return SecondLine("not found", bad=True)
    if look is not None and look.problem:
        return SecondLine("could not be outlined", bad=True)
    if photo.regions:
        return SecondLine(amount(photo.regions, "region"))
    return SecondLine("no damage seen" if look is not None and not look.regions else "nothing outlined")


class DamageFigures(QObject):
    """The share of damage per photo, worked out in the background for the photos that are asked for."""

    changed = Signal(str)  # photo id
    all_changed = Signal()

    def __init__(self, session: Session, background: Background, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._background = session, background
        self._percents: dict[str, float | None] = {}  # None: being worked out, or there is none
        session.project_changed.connect(self.forget)
        session.photos_changed.connect(self.forget)
        session.photo_changed.connect(self._photo_changed)

    def text(self, photo: PhotoSummary) -> str:
        """A photo's share of damage such as "12 %"; "" while it is unknown, with `changed` once it is known."""
        project = self._session.project
        if photo.regions and photo.id not in self._percents and project is not None:
            self._percents[photo.id] = None
            work = partial(_percent, project, photo.id, self._session.threshold)
            self._background.run(work, partial(self._worked_out, photo.id), self._lost)
        known = self._percents.get(photo.id)
        return "" if known is None else percent(known)

    def forget(self) -> None:
        """Work the figures out anew as they are asked for: another threshold, other photos."""
        self._percents.clear()
        self.all_changed.emit()

    def _photo_changed(self, photo_id: str) -> None:
        self._percents.pop(photo_id, None)
        self.changed.emit(photo_id)

    def _worked_out(self, photo_id: str, figure: float | None) -> None:
        if photo_id in self._percents:
            self._percents[photo_id] = figure
            self.changed.emit(photo_id)

    def _lost(self, _error: CarDamageError) -> None:
        """The photo left the project meanwhile."""


def _percent(project: Project, photo_id: str, threshold: float) -> float | None:
    """A photo's share of damage in percent; called in the background."""
    return project.damage(photo_id, threshold=threshold).percent
