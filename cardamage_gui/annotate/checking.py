"""What looks wrong with which photo? Looked at in the background, again for a photo that changed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from qtpy.QtCore import QObject, QTimer, Signal

from cardamage_core.annotations import checks
from cardamage_core.annotations.model import AnnotatedPhoto, Dataset, Finding
from cardamage_core.project import Project

from ..background import Background, Task
from ..session import Session

DELAY = 400  # ms after the last change


class Checking(QObject):
    """The findings of each photo of the open project."""

    changed = Signal()

    def __init__(self, session: Session, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._background = session, background
        self._found: dict[str, tuple[Finding, ...]] = {}
        self._task: Task | None = None
        self._number = -1
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELAY)
        self._timer.timeout.connect(self._check_all)
        session.project_changed.connect(self._start_afresh)
        session.photos_changed.connect(self._photos_changed)
        session.photo_changed.connect(self._check_one)

    def of(self, photo_id: str) -> tuple[Finding, ...]:
        """The findings of one photo."""
        return self._found.get(photo_id, ())

    def counts(self) -> Mapping[str, int]:
        """How many findings each photo has."""
        return {photo: len(found) for photo, found in self._found.items()}

    def _start_afresh(self) -> None:
        self._found, self._number = {}, -1
        self._timer.stop()
        if self._task is not None:
            self._task.cancel()
        self.changed.emit()

    def _photos_changed(self) -> None:
        number = len(self._session.photos())
        if number != self._number:  # photos came or went, e.g. by an import
            self._number = number
            self._timer.start()

    def _check_all(self) -> None:
        project = self._session.project
        if project is None:
            return
        if self._task is not None:
            self._task.cancel()
        self._task = self._background.run_reporting(partial(_all, project), self._take)

    def _check_one(self, photo_id: str) -> None:
        if not photo_id or self._session.project is None or self._timer.isActive():
            return
        one = AnnotatedPhoto(self._session.photo(photo_id), self._session.regions(photo_id))
        self._background.run(
            partial(checks.photo_findings, one), partial(self._take_one, photo_id, self._session.project)
        )

    def _take(self, found: dict[str, tuple[Finding, ...]]) -> None:
        self._found = found
        self.changed.emit()

    def _take_one(self, photo_id: str, project: Project, found: list[Finding]) -> None:
        if project is self._session.project and tuple(found) != self.of(photo_id):
            self._found = {**self._found, photo_id: tuple(found)}
            self.changed.emit()


def _all(project: Project, task: Task) -> dict[str, tuple[Finding, ...]]:
    by_photo: dict[str, list[Finding]] = {}
    photos = project.dataset().photos
    twice = checks.findings(Dataset(tuple(AnnotatedPhoto(one.photo) for one in photos)))
    for finding in twice:
        by_photo.setdefault(finding.photo, []).append(finding)
    for one in photos:
        if task.cancelled():
            break
        new = [f for f in checks.photo_findings(one) if f.region]
        by_photo.setdefault(one.photo.id, []).extend(new)
    return {photo: tuple(found) for photo, found in by_photo.items() if found}
