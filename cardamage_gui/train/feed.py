"""What is new in the folder of the job being shown?"""

from __future__ import annotations

from pathlib import Path

from qtpy.QtCore import QObject, QTimer, Signal

from cardamage_core.errors import CarDamageError

from ..background import Background, Task
from .history import History

EVERY = 500  # milliseconds
LOG_LINES = 200


class JobFeed(QObject):
    """Follows one job's event file, from its beginning and then only what is new."""

    changed = Signal()  # history has more
    log_changed = Signal(list)  # the last lines of the log, when asked for

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._folder: Path | None = None
        self._offset = 0
        self._reading: Task | None = None
        self._log_wanted = False
        self._log: list[str] = []
        self.history = History()
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY)
        self._timer.timeout.connect(self.look)

    def follow(self, folder: Path | None) -> None:
        """Follow another job; None follows none."""
        if folder == self._folder:
            return
        if self._reading is not None:
            self._reading.cancel()  # what it finds, or fails at, is another job's
        self._folder, self._offset, self._reading, self._log = folder, 0, None, []
        self.history = History()
        self.changed.emit()
        if self._log_wanted:
            self.log_changed.emit([])
        if folder is None:
            self._timer.stop()
        else:
            self.look()

    def keep_looking(self, on: bool) -> None:
        """Whether more is to come."""
        if on and self._folder is not None:
            self._timer.start()
        else:
            self._timer.stop()
            self.look()

    def rest(self) -> None:
        """Look no more until told otherwise."""
        self._timer.stop()

    def want_log(self, on: bool) -> None:
        """Whether the log is read too."""
        self._log_wanted, self._log = on, []
        self.look()

    def look(self) -> None:
        """Read what is new."""
        if self._folder is None or self._reading is not None:
            return
        folder, offset, log = self._folder, self._offset, self._log_wanted
        self._reading = self._background.run(
            lambda: _read(folder, offset, log=log), self._seen, self._not_seen, urgent=True
        )

    def _seen(self, found: tuple[list[dict], int, list[str]]) -> None:
        self._reading = None
        events, self._offset, log = found
        if events:
            self.history.take(events)
            self.changed.emit()
        if self._log_wanted and log != self._log:
            self._log = log
            self.log_changed.emit(log)

    def _not_seen(self, error: CarDamageError) -> None:
        self._reading = None
        self._log = [error.title, error.detail]
        self.log_changed.emit(self._log)


def _read(folder: Path, offset: int, *, log: bool) -> tuple[list[dict], int, list[str]]:
    from cardamage_core.jobs import events, queue

    found, offset = events.read(folder / "events.jsonl", offset)
    return found, offset, queue.log_tail(folder, LOG_LINES) if log else []
