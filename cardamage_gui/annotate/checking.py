"""What looks wrong with which photo? Looked at in the background, again for a photo that changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import partial

from qtpy.QtCore import QObject, QTimer, Signal

from cardamage_core.annotations import checks
from cardamage_core.annotations.model import AnnotatedPhoto, Dataset, Finding
from cardamage_core.project import Project

from ..background import Background, Task
from ..session import Session

STAYING = ("vanished-photo", "replaced-photo", "photo-twice")  # an edit of its regions changes nothing about these
OF_FILES = ("lost-photo", "wrong-size", "same-content", "near-duplicate", "stored-orientation", "turn-unsure")
DELAY = 400  # ms after the last change


class Checking(QObject):
    """The findings of each photo of the open project."""

    changed = Signal()
    photo_checked = Signal(str)  # the findings of this photo alone are different now

    def __init__(self, session: Session, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._background = session, background
        self._found: dict[str, tuple[Finding, ...]] = {}
        self._of_files: dict[str, tuple[Finding, ...]] = {}  # from the last look at the files, on request
        self._task: Task | None = None
        self._number = -1
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELAY)
        self._timer.timeout.connect(self._check_all)
        self._waiting = ""  # the photo that is looked at when its edits pause
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(DELAY)
        self._pause.timeout.connect(self._check_waiting)
        session.project_changed.connect(self._start_afresh)
        session.photos_changed.connect(self._photos_changed)
        session.photo_changed.connect(self._check_one)

    def of(self, photo_id: str) -> tuple[Finding, ...]:
        """The findings of one photo."""
        return (*self._found.get(photo_id, ()), *self._of_files.get(photo_id, ()))

    def counts(self) -> Mapping[str, int]:
        """How many findings each photo has."""
        numbers = Counter({photo: len(found) for photo, found in self._found.items()})
        numbers.update({photo: len(found) for photo, found in self._of_files.items()})
        return numbers

    def use_file_findings(self, found: Iterable[Finding]) -> None:
        """What a look at all files has found; they stay until the next look."""
        by_photo: dict[str, list[Finding]] = {}
        for finding in found:
            if finding.code in OF_FILES:
                by_photo.setdefault(finding.photo, []).append(finding)
        self._of_files = {photo: tuple(some) for photo, some in by_photo.items()}
        self.changed.emit()

    def _start_afresh(self) -> None:
        self._found, self._of_files, self._number, self._waiting = {}, {}, -1, ""
        self._timer.stop()
        self._pause.stop()
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
        if self._waiting not in ("", photo_id):
            self._check_waiting()
        self._waiting = photo_id
        self._pause.start()

    def _check_waiting(self) -> None:
        photo_id, self._waiting = self._waiting, ""
        if self._session.project is None or self._session.summary(photo_id) is None:
            return
        photo, project = self._session.photo(photo_id), self._session.project
        one = AnnotatedPhoto(photo, self._session.regions(photo_id))
        kept = [finding for finding in self.of(photo_id) if finding.code in STAYING]
        work = partial(_one, project, one, kept)
        self._background.run(work, partial(self._take_one, photo_id, project))

    def _take(self, found: dict[str, tuple[Finding, ...]]) -> None:
        self._found = found
        self.changed.emit()

    def _take_one(self, photo_id: str, project: Project, found: list[Finding]) -> None:
        if project is self._session.project and tuple(found) != self._found.get(photo_id, ()):
            self._found = {**self._found, photo_id: tuple(found)}
            self.photo_checked.emit(photo_id)


def _one(project: Project, one: AnnotatedPhoto, kept: list[Finding]) -> list[Finding]:
    """The findings of one photo; accepting it accepts its file as it is now."""
    if one.photo.review == "accepted" and any(finding.code == "replaced-photo" for finding in kept):
        project.accept_file(one.photo)
        kept = [finding for finding in kept if finding.code != "replaced-photo"]
    return [*kept, *checks.photo_findings(one)]


def _all(project: Project, task: Task) -> dict[str, tuple[Finding, ...]]:
    """All findings by photo, read some photos at a time so that whoever edits meanwhile does not wait."""
    by_photo: dict[str, list[Finding]] = {}
    photos = []
    for batch in project.batches():
        if task.cancelled():
            return {}
        for one in batch:
            photos.append(AnnotatedPhoto(one.photo))
            if one.regions:
                new = [finding for finding in checks.photo_findings(one) if finding.region]
                by_photo.setdefault(one.photo.id, []).extend(new)
    for finding in (*checks.findings(Dataset(tuple(photos))), *project.file_findings(cancelled=task.cancelled)):
        by_photo.setdefault(finding.photo, []).append(finding)
    return {photo: tuple(found) for photo, found in by_photo.items() if found}
