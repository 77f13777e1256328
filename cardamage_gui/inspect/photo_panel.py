"""The photos of the open claim: list with figures and why there is none, and the share of damage of each photo."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from qtpy.QtCore import QObject, QPoint, Qt, Signal
from qtpy.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from cardamage_core.assessment.damage import SHORT, Damage
from cardamage_core.errors import CarDamageError
from cardamage_core.project import PhotoSummary, Project
from cardamage_core.project.prediction_log import Look

from ..background import Background
from ..language import amount, mark, percent, tr, translated
from ..session import Session
from ..widgets import common
from ..widgets.photo_list import PHOTO, PhotoFilter, PhotoList, PhotoModel, SecondLine
from ..widgets.thumbnails import Thumbnails

NOT_DETERMINED = mark("n/d")  # in place of a figure; the second line says why


class PhotoPanel(QWidget):
    """Heading, button to add photos, and the list. Selects through the session."""

    remove_wanted = Signal(str)  # photo id
    outline_wanted = Signal(str)

    def __init__(
        self,
        session: Session,
        thumbnails: Thumbnails,
        figures: DamageFigures,
        add: QToolButton,
        *,
        second_line: Callable[[PhotoSummary], SecondLine],
    ) -> None:
        super().__init__()
        self._session = session
        self.model = PhotoModel(self)
        self.list = PhotoList(self.model, thumbnails, figure=figures.text, second_line=second_line)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._menu)
        layout = common.rows(self, margins=(0, 2, 0, 0), spacing=4)
        head = QHBoxLayout()
        head.setContentsMargins(14, 0, 5, 0)
        head.addWidget(common.section(tr("Photos")))
        head.addStretch(1)
        head.addWidget(add)
        layout.addLayout(head)
        layout.addWidget(self.list, 1)
        session.photos_changed.connect(self._photos_changed)
        session.photo_changed.connect(self._photo_changed)
        session.current_changed.connect(self.list.show_current)
        self.list.chosen.connect(session.select)
        figures.changed.connect(self.list.repaint_row)
        figures.all_changed.connect(self.list.viewport().update)

    def update_rows(self) -> None:
        """Paint all rows again: what stands in their second lines changed."""
        self.list.viewport().update()

    def _photos_changed(self) -> None:
        self.model.show(self._session.photos(), {}, PhotoFilter())
        self.list.show_current(self._session.current)

    def _photo_changed(self, photo_id: str) -> None:
        photo = self._session.summary(photo_id)
        if photo is not None:
            self.model.change(photo, 0)

    def _menu(self, at: QPoint) -> None:
        index = self.list.indexAt(at)
        if not index.isValid():
            return
        photo = index.data(PHOTO).id
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(tr("Outline damage again"), partial(self.outline_wanted.emit, photo))
        menu.addAction(tr("Remove photo from the claim"), partial(self.remove_wanted.emit, photo))
        menu.popup(self.list.viewport().mapToGlobal(at))


def second_line(
    photo: PhotoSummary, look: Look | None, *, waits: bool, findings: int, views: str, damage: Damage | None
) -> SecondLine:
    """How a photo stands: gone, failed, waiting, or what was found on it, and why there is no figure."""
    if photo.missing:
        return SecondLine(tr("not found"), bad=True)
    if waits:
        return SecondLine(tr("outlining …"))
    if look is not None and look.problem and not photo.regions:
        return SecondLine(tr("failed"), bad=True)
    if look is None and not photo.regions:
        return SecondLine(tr("not outlined yet"))
    told = [translated(views)] if views else []
    if damage is not None and not damage.determined:
        told.append(translated(SHORT.get(damage.reason, damage.reason)))
    else:
        told.append(amount(findings, "finding") if findings else tr("no damage seen"))
    return SecondLine(" · ".join(told))


class DamageFigures(QObject):
    """The damage of each photo, worked out in the background for the photos that are asked for."""

    changed = Signal(str)  # photo id
    all_changed = Signal()

    def __init__(self, session: Session, background: Background, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._background = session, background
        self._known: dict[str, Damage | None] = {}  # None: being worked out
        session.project_changed.connect(self.forget)
        session.photos_changed.connect(self.forget)
        session.threshold_changed.connect(self.forget)
        session.photo_changed.connect(self._photo_changed)

    def text(self, photo: PhotoSummary) -> str:
        """A photo's share of the car such as "12 %"; "" while it is unknown, with `changed` once it is known."""
        damage = self.damage(photo)
        if damage is None or damage.reason in ("failed", "nothing"):
            return ""
        return percent(damage.percent) if damage.determined and damage.percent is not None else tr(NOT_DETERMINED)

    def damage(self, photo: PhotoSummary) -> Damage | None:
        """A photo's damage; None while it is unknown."""
        project = self._session.project
        if photo.id not in self._known and project is not None:
            self._known[photo.id] = None
            work = partial(_damage, project, photo.id, self._session.threshold)
            self._background.run(work, partial(self._worked_out, photo.id), self._lost)
        return self._known.get(photo.id)

    def forget(self, _value: object = None) -> None:
        """Work the figures out anew as they are asked for: another threshold, other photos."""
        self._known.clear()
        self.all_changed.emit()

    def _photo_changed(self, photo_id: str) -> None:
        self._known.pop(photo_id, None)
        self.changed.emit(photo_id)

    def _worked_out(self, photo_id: str, damage: Damage) -> None:
        if photo_id in self._known:
            self._known[photo_id] = damage
            self.changed.emit(photo_id)

    def _lost(self, _error: CarDamageError) -> None:
        """The photo left the claim meanwhile."""


def _damage(project: Project, photo_id: str, threshold: float) -> Damage:
    """A photo's damage; called in the background."""
    return project.damage(photo_id, threshold=threshold)
