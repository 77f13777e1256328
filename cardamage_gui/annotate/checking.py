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

OF_FILES = ("lost-photo", "wrong-size", "same-content", "near-duplicate", "stored-orientation", "turn-unsure")
OF_SEVERAL = ("photo-twice", "label-alike")  # a look at one photo says nothing about these
DELAY = 400  # ms after the last change


class Checking(QObject):
    """The findings of each photo of the open project."""

    changed = Signal()
    photo_checked = Signal(str)  # the findings of this photo alone are different now

    def __init__(self, session: Session, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._background = session, background
        self._of_photo: dict[str, tuple[Finding, ...]] = {}  # what a look at one photo alone finds
        self._of_several: dict[str, tuple[Finding, ...]] = {}  # what only a look at all photos finds
        self._of_files: dict[str, tuple[Finding, ...]] = {}  # from the last look at the files, on request
        self._task: Task | None = None
        self._looks: dict[str, Task] = {}  # at single photos, under way
        self._changes = 0
        self._changed_at: dict[str, int] = {}  # by photo: which of all changes was its last
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
        session.photo_changed.connect(self._photo_changed)
        session.current_changed.connect(self._check_one)  # its file may have come back, or gone

    def of(self, photo_id: str) -> tuple[Finding, ...]:
        """The findings of one photo."""
        return tuple(finding for found in self._kinds() for finding in found.get(photo_id, ()))

    def counts(self) -> Mapping[str, int]:
        """How many findings each photo has."""
        numbers: Counter[str] = Counter()
        for found in self._kinds():
            numbers.update({photo: len(some) for photo, some in found.items()})
        return numbers

    def moment(self) -> int:
        """Now, for `use`: to be asked before a look at all photos begins."""
        return self._changes

    def use(self, found: Iterable[Finding], *, since: int) -> None:
        """What a look at everything, files included, has found; of photos changed `since` then we know more."""
        found = tuple(found)
        self._of_files = _by_photo(finding for finding in found if finding.code in OF_FILES)
        self._take(since, [finding for finding in found if finding.code not in OF_FILES])

    def _kinds(self) -> tuple[Mapping[str, tuple[Finding, ...]], ...]:
        return self._of_photo, self._of_several, self._of_files

    def _start_afresh(self) -> None:
        self._of_photo, self._of_several, self._of_files, self._number, self._waiting = {}, {}, {}, -1, ""
        self._changed_at.clear()
        self._timer.stop()
        self._pause.stop()
        for task in (self._task, *self._looks.values()):
            if task is not None:
                task.cancel()
        self._looks.clear()
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
        self._task = self._background.run_reporting(partial(_all, project), partial(self._take, self.moment()))

    def _photo_changed(self, photo_id: str) -> None:
        self._changes += 1
        self._changed_at[photo_id] = self._changes
        self._check_one(photo_id)

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
        if photo_id in self._looks:
            self._looks[photo_id].cancel()
        self._looks[photo_id] = self._background.run(partial(_one, project, one), partial(self._take_one, photo_id))

    def _take(self, since: int, found: list[Finding]) -> None:
        newer = {photo for photo, change in self._changed_at.items() if change > since}
        kept = {photo: some for photo, some in self._of_photo.items() if photo in newer}
        fresh = _by_photo(f for f in found if f.code not in OF_SEVERAL and f.photo not in newer)
        self._of_photo = fresh | kept
        self._of_several = _by_photo(finding for finding in found if finding.code in OF_SEVERAL)
        self.changed.emit()

    def _take_one(self, photo_id: str, found: list[Finding]) -> None:
        self._looks.pop(photo_id, None)
        if tuple(found) != self._of_photo.get(photo_id, ()):
            self._of_photo = {**self._of_photo, photo_id: tuple(found)}
            self.photo_checked.emit(photo_id)


def _one(project: Project, one: AnnotatedPhoto) -> list[Finding]:
    """The findings of one photo; accepting it accepts its file as it is now."""
    of_file = list(project.file_findings(photo=one.photo.id))
    if one.photo.review == "accepted" and any(finding.code == "replaced-photo" for finding in of_file):
        project.accept_file(one.photo)
        of_file = [finding for finding in of_file if finding.code != "replaced-photo"]
    return [*of_file, *checks.photo_findings(one)]


def _all(project: Project, task: Task) -> list[Finding]:
    """All findings, read some photos at a time so that the memory need not hold a large project."""
    found = []
    photos = []
    for batch in project.batches():
        if task.cancelled():
            return []
        for one in batch:
            photos.append(AnnotatedPhoto(one.photo))
            found += [finding for finding in checks.photo_findings(one) if finding.region]
    return [*found, *checks.findings(Dataset(tuple(photos))), *project.file_findings(cancelled=task.cancelled)]


def _by_photo(found: Iterable[Finding]) -> dict[str, tuple[Finding, ...]]:
    by_photo: dict[str, list[Finding]] = {}
    for finding in found:
        by_photo.setdefault(finding.photo, []).append(finding)
    return {photo: tuple(some) for photo, some in by_photo.items()}
