"""Reports uncaught exceptions.

An uncaught exception is written to the log file and told in one sentence; the program goes on. Every edit is on disk
already, so nothing is lost.
"""

from __future__ import annotations

import logging
import logging.handlers
import sys
import threading
from pathlib import Path
from types import TracebackType

from qtpy.QtCore import QObject, Signal

from cardamage_core.errors import CarDamageError, reason_of

from .language import tr

log = logging.getLogger("cardamage")
SIZE = 1_000_000  # bytes of log kept, twice


class CrashReporter(QObject):
    """Catches uncaught exceptions of any thread and reports them on the main thread."""

    told = Signal(object)  # CarDamageError

    def __init__(self, log_path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = log_path
        self._handler: logging.Handler | None = None
        self._hooks = (sys.excepthook, threading.excepthook)

    def install(self) -> None:
        """From now on log and tell; `remove` undoes it."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._handler = logging.handlers.RotatingFileHandler(
            self._path, maxBytes=SIZE, backupCount=1, encoding="utf-8", delay=True
        )
        self._handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        logging.getLogger().addHandler(self._handler)
        self._hooks = (sys.excepthook, threading.excepthook)
        sys.excepthook = self.caught
        threading.excepthook = lambda args: self.caught(args.exc_type, args.exc_value, args.exc_traceback)

    def remove(self) -> None:
        """Put back what was there before `install`."""
        if self._handler is None:
            return
        sys.excepthook, threading.excepthook = self._hooks
        logging.getLogger().removeHandler(self._handler)
        self._handler.close()
        self._handler = None

    def caught(self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        """Print, log and tell one exception; Ctrl-C in the terminal still ends the program."""
        sys.__excepthook__(kind, error or kind(), trace)  # before the window is up, the terminal is all there is
        if issubclass(kind, KeyboardInterrupt):
            return
        log.error("Uncaught exception", exc_info=(kind, error or kind(), trace))
        self.told.emit(error if isinstance(error, CarDamageError) else _sentence(kind, error, self._path))


def default_log() -> Path:
    """Where the log lies for this user."""
    import platformdirs

    return platformdirs.user_log_path("cardamage", appauthor=False) / "cardamage.log"


def _sentence(kind: type[BaseException], error: BaseException | None, path: Path) -> CarDamageError:
    return CarDamageError(
        tr("Something went wrong inside CarDamage; your work is safe on disk."),
        tr(
            "{name}: {value}. Details are in {path}.",
            name=kind.__name__,
            value=reason_of(error) if error else "",
            path=path,
        ),
    )
