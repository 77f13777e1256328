"""Runs work on background threads and returns results to the main thread.

The only place where threads start in the window's process. `done`, `failed` and `progress` are called on the main
thread, so that they may touch widgets; a cancelled task calls none of them. `Latest` keeps a value up to date that
takes longer to compute than the time between two changes.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from qtpy.QtCore import QObject, QRunnable, QThreadPool, QTimer, Signal

from cardamage_core.errors import CarDamageError, reason_of

from .language import tr

T = TypeVar("T")
Failed = Callable[[CarDamageError], None]
log = logging.getLogger(__name__)


class Task:
    """A piece of work under way. Long work asks `cancelled()` now and then and tells `report(fraction, text)`."""

    def __init__(self, report: Callable[[float, str], None]) -> None:
        self._stop = threading.Event()
        self._report = report

    def cancel(self) -> None:
        """Drop the result; work that has not begun never does."""
        self._stop.set()

    def cancelled(self) -> bool:
        """Whether the result is no longer wanted."""
        return self._stop.is_set()

    def report(self, fraction: float, text: str = "") -> None:
        """Tell how far it is, 0…1; may be called from any thread."""
        self._report(fraction, text)


class Background(QObject):
    """A few threads for reading, decoding and asking; the window never waits for them except in `close()`."""

    _arrived = Signal(object)  # a callable to run on the main thread
    failed = Signal(object)  # CarDamageError of work whose caller gave no `failed`

    def __init__(self, parent: QObject | None = None, *, threads: int = 4) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(threads)
        self._pool.setExpiryTimeout(5000)
        self._open: set[Task] = set()
        self._closed = False
        self._arrived.connect(self._call)

    def run(
        self,
        work: Callable[[], T],
        done: Callable[[T], None] | None = None,
        failed: Failed | None = None,
        *,
        urgent: bool = False,
    ) -> Task:
        """Do `work()` elsewhere, then call `done(result)` or `failed(error)` here; `urgent` overtakes what waits."""
        return self.run_reporting(lambda _task: work(), done, failed, urgent=urgent)

    def run_reporting(
        self,
        work: Callable[[Task], T],
        done: Callable[[T], None] | None = None,
        failed: Failed | None = None,
        *,
        progress: Callable[[float, str], None] | None = None,
        urgent: bool = False,
    ) -> Task:
        """As `run`, for work that takes its task, to report progress and to stop when cancelled."""
        task = Task(lambda fraction, text: self._post(task, progress, fraction, text))
        self._open.add(task)
        if not self._closed:
            self._pool.start(_Work(lambda: self._do(task, work, done, failed)), 1 if urgent else 0)
        return task

    def close(self) -> None:
        """Cancel everything and wait until no thread is left; results that arrive later are dropped."""
        self._closed = True
        for task in tuple(self._open):
            task.cancel()
        self._pool.clear()
        self._pool.waitForDone()
        self._open.clear()

    def _do(
        self, task: Task, work: Callable[[Task], T], done: Callable[[T], None] | None, failed: Failed | None
    ) -> None:
        """In a thread of the pool."""
        if task.cancelled():
            return self._finish(task, None, None)
        try:
            result = work(task)
        except CarDamageError as error:
            return self._finish(task, failed or self.failed.emit, error)
        except Exception as error:
            log.exception("Work in the background failed")
            return self._finish(task, failed or self.failed.emit, _surprise(error))
        return self._finish(task, done, result)

    def _finish(self, task: Task, call: Callable[..., None] | None, value: object) -> None:
        self._arrived.emit(lambda: self._deliver(task, call, value))

    def _deliver(self, task: Task, call: Callable[..., None] | None, value: object) -> None:
        self._open.discard(task)
        if call is not None and not task.cancelled():
            call(value)

    def _post(self, task: Task, progress: Callable[[float, str], None] | None, fraction: float, text: str) -> None:
        if progress is not None and not task.cancelled():
            self._arrived.emit(lambda: None if task.cancelled() else progress(fraction, text))

    def _call(self, what: Callable[[], None]) -> None:
        if not self._closed:
            what()


class _Work(QRunnable):
    def __init__(self, work: Callable[[], None]) -> None:
        super().__init__()
        self._work = work

    def run(self) -> None:
        self._work()


def _surprise(error: Exception) -> CarDamageError:
    return CarDamageError(
        tr("Something went wrong inside CarDamage; nothing was lost."), f"{type(error).__name__}: {reason_of(error)}"
    )


DELAY, MOST_DELAY = 30, 1000  # ms; input comes first, and a drag asks many times
REST = 6  # times as long as an answer takes nothing is worked out after it


class Latest(QObject):
    """Works out in the background what was asked for: one at a time, and of those asked for meanwhile only the last."""

    found = Signal(object)  # what the work gave

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._task: Task | None = None
        self._next: Callable[[], object] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELAY)
        self._timer.timeout.connect(self._start)

    @property
    def idle(self) -> bool:
        """Whether what is asked for now would be worked out at once."""
        return self._task is None and not self._timer.isActive()

    def ask(self, work: Callable[[], object]) -> None:
        """Do this work, soon; `found` tells what came of it."""
        self._next = work
        if self.idle:
            self._timer.start()

    def drop(self) -> None:
        """The result is no longer wanted."""
        self._next = None
        self._timer.stop()
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def _start(self) -> None:
        if self._next is not None:
            work, self._next = partial(_timed, self._next), None
            self._task = self._background.run(work, self._worked_out, self._failed, urgent=True)

    def _worked_out(self, answer: tuple[object, float]) -> None:
        self._task = None
        found, seconds = answer
        self._timer.setInterval(round(min(MOST_DELAY, max(DELAY, 1000 * seconds * REST))))
        self.found.emit(found)
        if self._next is not None:
            self._timer.start()

    def _failed(self, error: CarDamageError) -> None:
        self._task = None
        self._background.failed.emit(error)


def _timed(work: Callable[[], object]) -> tuple[object, float]:
    """What the work gave, and the seconds it took."""
    begun = time.perf_counter()
    return work(), time.perf_counter() - begun
