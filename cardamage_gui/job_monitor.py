"""Watches the project's trainings.

The workers are processes of their own and write into their job folders; this looks at the folders twice a second while
a job is live, and now and then otherwise, so that a job started on the command line appears too.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, QTimer, Signal

from cardamage_core.errors import CarDamageError

from .background import Background, Task
from .session import Session

if TYPE_CHECKING:
    from cardamage_core.jobs.queue import JobStatus

LIVE, IDLE = 500, 4000  # milliseconds between two looks


class JobsWatch(QObject):
    """The project's jobs, newest first, as they were at the last look."""

    changed = Signal()  # the list or the state of a job
    finished = Signal(object)  # JobStatus of a job that ended while we watched

    def __init__(self, session: Session, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._background = background
        self._jobs: tuple[JobStatus, ...] = ()
        self._folder: Path | None = None
        self._looking: Task | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.look)
        session.project_changed.connect(self._project_changed)

    def jobs(self) -> tuple[JobStatus, ...]:
        """All jobs of the open project, newest first."""
        return self._jobs

    def running(self) -> JobStatus | None:
        """The job that runs now, else the next one that waits."""
        live = [job for job in self._jobs if job.live]
        return next((job for job in live if job.state == "running"), live[-1] if live else None)

    def look(self) -> None:
        """Look at the folders now; `changed` follows when something did."""
        if self._looking is not None or self._folder is None:
            return
        folder = self._folder
        self._looking = self._background.run(lambda: _jobs(folder), self._seen, self._not_seen, urgent=True)

    def close(self) -> None:
        """Look no more."""
        self._timer.stop()
        self._folder = None
        if self._looking is not None:
            self._looking.cancel()

    def _project_changed(self) -> None:
        project = self._session.project
        self._folder = project.folder if project else None
        if self._looking is not None:
            self._looking.cancel()  # what it finds, or fails at, is another project's
        self._looking = None
        self._take(())
        self.look()

    def _seen(self, jobs: tuple[JobStatus, ...]) -> None:
        self._looking = None
        self._take(jobs)
        self._timer.start(LIVE if any(job.live for job in jobs) else IDLE)

    def _not_seen(self, error: CarDamageError) -> None:
        self._looking = None
        self._timer.start(IDLE)
        self._session.failed.emit(error)

    def _take(self, jobs: tuple[JobStatus, ...]) -> None:
        if jobs == self._jobs:
            return
        was_live = {job.id for job in self._jobs if job.live}
        self._jobs = jobs
        self.changed.emit()
        for job in jobs:
            if job.id in was_live and not job.live:
                self.finished.emit(job)


def _jobs(folder: Path) -> tuple[JobStatus, ...]:
    from cardamage_core.jobs import queue  # not needed for the first paint

    return tuple(queue.jobs(folder))
