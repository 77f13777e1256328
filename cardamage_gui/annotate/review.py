"""The review queue on the Annotate page: which place to look at next, why, and what was looked at."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, QTimer, Signal
from qtpy.QtWidgets import QFrame, QHBoxLayout, QWidget

from cardamage_core.annotations.labels import new_labels
from cardamage_core.annotations.model import AnnotatedPhoto
from cardamage_core.errors import CarDamageError, JobError
from cardamage_core.review import FOLDER

from ..background import Background
from ..canvas import Canvas
from ..canvas.viewport import Box
from ..commands.actions import Action
from ..editing import changes
from ..language import amount, mark, tr, translated
from ..session import Session
from ..widgets import common
from ..widgets.common import ProgressStrip
from .photo_panel import PhotoPanel
from .review_dialog import ReviewDialog

if TYPE_CHECKING:
    from cardamage_core.jobs.reviews import Request, ReviewStatus
    from cardamage_core.models.registry import Model
    from cardamage_core.project import Project
    from cardamage_core.review.queue import Entry, Review

AROUND = 0.15  # of the place's longer side: what is seen of its surroundings
EVERY = 700  # ms between two looks at a review that runs


class Reviewing(QObject):
    """Walks through the queue; what is edited, looked at or undone changes it at once."""

    def __init__(
        self, session: Session, background: Background, canvas: Canvas, photos: PhotoPanel, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._session, self._background, self._canvas, self._photos = session, background, canvas, photos
        self._page = parent
        self.bar, self.strip = ReviewBar(), ProgressStrip()
        self.dialog: ReviewDialog | None = None
        self._review: Review | None = None
        self._entries: dict[str, list[Entry]] | None = None  # by photo; None: not read yet
        self._now: Entry | None = None
        self._awaited: Entry | None = None  # its photo is not there yet
        self._shows_outline = False
        self._running: Path | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY)
        self._timer.timeout.connect(self._ask_status)
        self._listen()

    def actions(self) -> list[Action]:
        """What can be done."""
        return [
            Action("review_queue", tr("Review queue…"), (), tr("Let a model look for what is wrong"), self.open),
            Action("review_next", tr("Next suspicious place"), ("Shift+N",), tr("The worst first"), self.next),
            Action("review_fine", tr("Looks right"), ("Shift+L",), tr("Out of the review queue"), self.accept),
            Action("review_take", tr("Outline what was overlooked"), ("Shift+T",), tr("As the model"), self.take),
        ]

    def entries(self) -> list[Entry]:
        """The queue, the most suspicious first."""
        found = [one for some in (self._entries or {}).values() for one in some]
        return sorted(found, key=_order)

    def open(self) -> None:
        """Ask who is to judge, or offer the queue that there is."""
        if self._session.project is not None:
            self._read(self._ask)

    def next(self) -> None:
        """Show the next place of the queue, from the one shown now on and round."""
        if self._session.project is None:
            return
        if self._entries is None:
            self._read(self.next)
            return
        queue = self.entries()
        if not queue:
            self.close()
            self._session.said.emit(tr("The review queue is empty."))
            self._ask()
            return
        after = [one for one in queue if self._now is not None and _order(one) > _order(self._now)]
        self._show(next(iter([*after, *queue])))

    def accept(self) -> None:
        """Take the place out of the queue as it is, a proposal among what people drew; and go on."""
        now = self._now
        if now is None or self._session.read_only or not self.bar.isVisible():
            return
        if now.suspicion is None:
            changes.review(self._session, now.photo, (now.region,), "accepted")
        else:
            from cardamage_core.review.queue import looked_at

            before = self._session.photo(now.photo)
            self._session.edit_photo(before, looked_at(before, now.suspicion), mark("Review: looks right"))
        self.next()

    def take(self) -> None:
        """Outline overlooked damage as the model sees it."""
        now = self._now
        if now is None or now.suspicion is None or now.kind != "overlooked" or self._session.read_only:
            return
        from cardamage_core.review.queue import outlined

        region = outlined(now.suspicion, now.suspicion.other)
        labels = tuple(new_labels([region.label], self._session.labels()))
        if self._session.add_regions(now.photo, (region,), labels, mark("Outline overlooked damage")):
            self._clear_outline()
            self._canvas.select((region.id,))

    def close(self) -> None:
        """Put the queue away; it is kept."""
        self._now = self._awaited = None
        self._clear_outline()
        self.bar.hide()
        self._photos.show_order({})
        self._canvas.setFocus()

    def arrive(self) -> None:
        """The photo is there, whose place was to be shown."""
        entry, self._awaited = self._awaited, None
        if entry is not None and entry.photo == self._session.current:
            self._frame(entry)

    # What is in the queue

    def _read(self, then: object) -> None:
        project = self._session.project
        if project is not None:
            self._background.run(lambda: _queue_of(project), lambda found: self._have(project, found, then))

    def _have(self, project: Project, found: tuple[Review | None, list[Entry]], then: object) -> None:
        if project is not self._session.project:
            return
        self._review, entries = found
        self._entries = {}
        for one in entries:
            self._entries.setdefault(one.photo, []).append(one)
        if callable(then):
            then()

    def _photo_changed(self, photo: str) -> None:
        if self._entries is None or self._session.place(photo) < 0:
            return
        from cardamage_core.review import queue

        here = AnnotatedPhoto(self._session.photo(photo), self._session.regions(photo))
        self._entries[photo] = queue.entries(self._review, [here])
        if self.bar.isVisible():
            self._tell()

    def _photos_changed(self) -> None:
        if self._entries is not None:
            self._read(self._tell if self.bar.isVisible() else None)

    # Showing

    def _show(self, entry: Entry) -> None:
        self._now = entry
        self.bar.show()
        self._tell()
        if entry.photo == self._session.current:
            self._frame(entry)
        else:
            self._awaited = entry
            self._session.select(entry.photo)

    def _frame(self, entry: Entry) -> None:
        self._clear_outline()
        self._canvas.select((entry.region,) if entry.region else ())
        if entry.suspicion is not None and entry.kind == "overlooked":
            from cardamage_core.review.queue import outlined

            self._canvas.show_theirs((outlined(entry.suspicion, entry.suspicion.other),), self._session.labels())
            self._shows_outline = True
        self._canvas.show_area(_around(entry.box))
        self._canvas.setFocus()

    def _tell(self) -> None:
        queue = self.entries()
        why: dict[str, str] = {}
        for one in queue:
            why.setdefault(one.photo, translated(one.title))
        self._photos.show_order(why)
        if self._now is None or self._now not in queue:
            self.bar.say(
                tr("{places} left to look at.", places=amount(len(queue), "place")), can_take=False, fine=False
            )
            return
        place = tr("{place} of {number}", place=queue.index(self._now) + 1, number=len(queue))
        can_edit = not self._session.read_only
        self.bar.say(
            place,
            f"{translated(self._now.title)}. {translated(self._now.reason)}",
            can_take=can_edit and self._now.kind == "overlooked",
            fine=can_edit,
        )

    def _current_changed(self, photo: str) -> None:
        """Where a photo of the queue was chosen in another way, its worst place is shown."""
        if self._shows_outline:
            self._clear_outline()
        if not self.bar.isVisible() or (self._awaited is not None and self._awaited.photo == photo):
            return
        here = (self._entries or {}).get(photo, [])
        self._now = self._awaited = min(here, key=_order) if here else None
        self._tell()

    def _clear_outline(self) -> None:
        if self._shows_outline:
            self._shows_outline = False
            self._canvas.show_theirs(())

    # A review that runs

    def _ask(self) -> None:
        project = self._session.project
        if project is not None:
            folder = project.models_folder
            self._background.run(lambda: _models(folder), self._open_dialog, urgent=True)

    def _open_dialog(self, models: Sequence[Model]) -> None:
        if self.dialog is not None or self._session.project is None:
            return
        self.dialog = ReviewDialog(models, len(self.entries()), parent=self._page)
        self.dialog.setEnabled(True)
        self.dialog.start.setEnabled(self.dialog.start.isEnabled() and not self._session.read_only)
        self.dialog.wanted.connect(self._begin)
        self.dialog.queue_wanted.connect(self.next)
        self.dialog.finished.connect(self._dialog_closed)
        self.dialog.open()

    def _dialog_closed(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
        self.dialog = None
        self._canvas.setFocus()

    def _begin(self, request: Request) -> None:
        project = self._session.project
        if project is None:
            return
        self.strip.begin(tr("Getting ready to review…"))
        self._background.run(lambda: _started(project, request), self._follow, self._refused)

    def _refused(self, error: CarDamageError) -> None:
        self.strip.hide()
        self._session.failed.emit(error)

    def _follow(self, folder: Path) -> None:
        self._running = folder
        self._timer.start()

    def _ask_status(self) -> None:
        folder = self._running
        if folder is not None:
            self._background.run(lambda: _status(folder), self._have_status)

    def _have_status(self, status: ReviewStatus) -> None:
        if status.folder != self._running:
            return
        if status.state in ("running", "waiting"):
            self.strip.show_progress(status.fraction, translated(status.message))
            return
        self._running = None
        self._timer.stop()
        self.strip.hide()
        if status.state == "failed":
            self._session.failed.emit(JobError(mark("The review ended early."), status.message))
        elif status.state == "finished":
            self._now = None
            self._read(self.next)
        else:
            self._session.said.emit(tr("The review was stopped."))

    def _stop(self) -> None:
        folder = self._running
        if folder is not None:
            self._background.run(lambda: _stopped(folder))

    def _project_changed(self) -> None:
        self._timer.stop()
        self.strip.hide()
        self._running = self._review = self._entries = self._now = self._awaited = None
        self._clear_outline()
        self.bar.hide()
        self._photos.show_order({})
        project = self._session.project
        if project is not None:
            self._background.run(lambda: _unfinished(project.folder), self._take_up)

    def _take_up(self, status: ReviewStatus | None) -> None:
        """A review that was begun before the window was closed goes on."""
        project = self._session.project
        if status is None or status.state != "running" or project is None:
            return
        if project.folder in status.folder.parents:
            self.strip.begin(translated(status.message))
            self._follow(status.folder)

    def _listen(self) -> None:
        self.strip.stopped.connect(self._stop)
        self.bar.next.clicked.connect(self.next)
        self.bar.fine.clicked.connect(self.accept)
        self.bar.take.clicked.connect(self.take)
        self.bar.closed.connect(self.close)
        self._photos.filter.queue_wanted.connect(self.next)
        self._session.project_changed.connect(self._project_changed)
        self._session.photos_changed.connect(self._photos_changed)
        self._session.photo_changed.connect(self._photo_changed)
        self._session.current_changed.connect(self._current_changed)


class ReviewBar(QFrame):
    """Two lines above the photo: which place of the queue this is, and why."""

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "notice")
        self.setAccessibleName(tr("Review queue"))
        self.place = common.ElidedLabel()
        self.why = common.label("", "muted", wrap=True)
        self.take = common.button(tr("Outline it"), _nothing, tip=tr("Take the model's outline (Shift+T)"))
        self.fine = common.button(tr("Looks right"), _nothing, tip=tr("Out of the queue (Shift+L)"))
        self.next = common.button(tr("Next"), _nothing, "primary", tip=tr("The next place (Shift+N)"))
        column = common.rows(self, margins=(14, 8, 10, 8), spacing=4)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.place, 1)
        for button in (self.take, self.fine, self.next):
            row.addWidget(button)
        row.addWidget(common.icon_button("close", tr("Put the review queue away"), self.closed.emit))
        column.addLayout(row)
        column.addWidget(self.why)
        self.hide()

    def say(self, place: str, why: str = "", *, can_take: bool = False, fine: bool = False) -> None:
        """Tell of a place, and offer what can be done about it."""
        self.place.setText(place)
        self.why.setText(why)
        self.why.setVisible(bool(why))
        self.take.setVisible(can_take)
        self.fine.setVisible(fine)


def _nothing() -> None:
    pass


def _order(one: Entry) -> tuple[float, str, str, Box]:
    return (-one.score, one.photo, one.kind, one.box)


def _around(box: Box) -> Box:
    x0, y0, x1, y1 = box
    room = AROUND * max(x1 - x0, y1 - y0, 8.0)
    return (x0 - room, y0 - room, x1 + room, y1 + room)


def _queue_of(project: Project) -> tuple[Review | None, list[Entry]]:
    from cardamage_core.jobs import reviews
    from cardamage_core.review import queue

    review = reviews.newest(project.folder)
    return review, queue.entries(review, (one for batch in project.batches() for one in batch))


def _models(folder: Path) -> list[Model]:
    from cardamage_core.models import registry

    return registry.damage_models(folder)


def _started(project: Project, request: Request) -> Path:
    from cardamage_core.jobs import reviews

    folder = reviews.create(project.folder, project.dataset(), request)
    reviews.start(folder)
    return folder


def _status(folder: Path) -> ReviewStatus:
    from cardamage_core.jobs import reviews

    return reviews.status(folder)


def _unfinished(folder: Path) -> ReviewStatus | None:
    if not (folder / FOLDER).is_dir():  # most projects: nothing is loaded when they open
        return None
    from cardamage_core.jobs import reviews

    return reviews.unfinished(folder)


def _stopped(folder: Path) -> None:
    from cardamage_core.jobs import queue

    queue.request_stop(folder)
