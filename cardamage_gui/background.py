"""How does work leave the main thread, and how does its result come back?

The only place where threads start in the window's process. `done`, `failed` and `progress` are called on the main
thread, so that they may touch widgets; a cancelled task calls none of them.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TypeVar

from qtpy.QtCore import QObject, QRunnable, QThreadPool, Signal

from cardamage_core.errors import CarDamageError

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
        """Whether nobody waits for the result any more."""
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
        "Something went wrong inside CarDamage; nothing was lost.", f"{type(error).__name__}: {error}"
    )
