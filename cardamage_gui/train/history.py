"""The history of a training: reads events from the job's folder and gives numbers to draw; no Qt in the values."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qtpy.QtCore import QObject, QTimer, Signal

from cardamage_core.errors import CarDamageError
from cardamage_core.training.metrics import COURSE, Chart, in_chart

from ..background import Background, Task

SMOOTH = 0.9  # weight of what came before in the smoothed loss


@dataclass
class Series:
    """Points of one curve, x ascending."""

    x: list[float] = field(default_factory=list)
    y: list[float] = field(default_factory=list)

    def add(self, x: float, y: float | None) -> None:
        """Append a point; None (a loss that became NaN) is left out."""
        if y is not None:
            self.x.append(x)
            self.y.append(float(y))

    def forget_after(self, x: float) -> None:
        """Drop the points beyond `x`."""
        keep = bisect_right(self.x, x)
        del self.x[keep:], self.y[keep:]

    @property
    def last(self) -> float | None:
        """The newest value."""
        return self.y[-1] if self.y else None

    def smoothed(self) -> list[float]:
        """The values with the jitter of single steps taken out (exponential mean, unbiased at its beginning)."""
        mean, weight, out = 0.0, 0.0, []
        for value in self.y:
            mean = SMOOTH * mean + (1 - SMOOTH) * value
            weight = SMOOTH * weight + (1 - SMOOTH)
            out.append(mean / weight)
        return out


def _parts() -> list[str]:
    return [metric.key for metric in in_chart(Chart.PARTS)]


class History:
    """The curves, notes and pictures of one training."""

    def __init__(self) -> None:
        self.loss = Series()
        self.parts = {name: Series() for name in _parts()}
        self.validation = Series()
        self.validation_parts = {name: Series() for name in _parts()}
        self.metrics: dict[str, Series] = {}
        self.course = {name: Series() for name in COURSE}
        self.validated = (0, 0)  # photos that the metrics are of, of how many there are
        self.notes: list[str] = []
        self.skipped: dict[str, str] = {}
        self.pictures: dict[int, str] = {}  # previews by epoch
        self.photos = 0
        self.validation_photos = 0
        self.begun_from = ""  # the weights that were really loaded; "" until it is told
        self.compiling = False
        self.checkpoint: tuple[int, float] | None = None  # step and when, seconds since 1970

    def take(self, events: Iterable[dict[str, Any]]) -> None:
        """Learn of new events, in their order."""
        for event in events:
            getattr(self, f"_{event.get('kind')}", self._other)(event)

    def _started(self, event: dict[str, Any]) -> None:
        """A resumed training goes on from its checkpoint: what came after it is trained again."""
        step = event.get("step", 0)
        self.photos = event.get("photos", 0)
        self.validation_photos = event.get("validation", 0)
        self.begun_from = str(event.get("begun_from", "")) or self.begun_from
        self.notes.clear()
        for series in self._all():
            series.forget_after(step)

    def _compiling(self, _event: dict[str, Any]) -> None:
        self.compiling = True

    def _step(self, event: dict[str, Any]) -> None:
        self.compiling = False
        self.loss.add(event["step"], event.get("loss"))
        for name, series in (*self.parts.items(), *self.course.items()):
            series.add(event["step"], event.get(name))

    def _validation(self, event: dict[str, Any]) -> None:
        step = event.get("step", self.loss.x[-1] if self.loss.x else 0)
        photos = int(event.get("photos", 0))
        self.validated = (photos, int(event.get("of", photos)))
        self.validation.add(step, event.get("loss"))
        for name, series in self.validation_parts.items():
            series.add(step, event.get(name))
        for name, value in (event.get("metrics") or {}).items():
            if isinstance(value, int | float):
                self.metrics.setdefault(name, Series()).add(step, value)

    def _preview(self, event: dict[str, Any]) -> None:
        self.pictures[int(event.get("epoch", 0))] = str(event.get("picture", ""))

    def _checkpoint(self, event: dict[str, Any]) -> None:
        self.checkpoint = (int(event.get("step", 0)), float(event.get("at", 0.0)))

    def _note(self, event: dict[str, Any]) -> None:
        self.notes.append(str(event.get("text", "")))

    def _skipped(self, event: dict[str, Any]) -> None:
        self.skipped[str(event.get("photo", ""))] = str(event.get("reason", ""))

    def _other(self, _event: dict[str, Any]) -> None:
        """Kinds that change no curve."""

    def _all(self) -> list[Series]:
        pairs = (self.parts, self.validation_parts, self.metrics, self.course)
        return [self.loss, self.validation, *(series for each in pairs for series in each.values())]


EVERY = 500  # milliseconds
LOG_LINES = 2000


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
        self._again = False  # something was asked for while it was read
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
        self.log_changed.emit([])  # never another job's lines
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
        self.log_changed.emit([])
        self.look()

    def look(self) -> None:
        """Read what is new."""
        if self._folder is None:
            return
        if self._reading is not None:
            self._again = True
            return
        folder, offset, log = self._folder, self._offset, self._log_wanted
        self._reading = self._background.run(
            lambda: _read(folder, offset, log=log), self._seen, self._not_seen, urgent=True
        )

    def _seen(self, found: tuple[list[dict[str, Any]], int, list[str]]) -> None:
        self._reading = None
        events, self._offset, log = found
        again, self._again = self._again, False
        if events:
            self.history.take(events)
            self.changed.emit()
        if self._log_wanted and log != self._log:
            self._log = log
            self.log_changed.emit(log)
        if again:
            self.look()

    def _not_seen(self, error: CarDamageError) -> None:
        self._reading = None
        self._log = [error.title, error.detail]
        self.log_changed.emit(self._log)


def _read(folder: Path, offset: int, *, log: bool) -> tuple[list[dict[str, Any]], int, list[str]]:
    from cardamage_core.jobs import events, queue

    found, offset = events.read(folder / "events.jsonl", offset)
    return found, offset, queue.log_tail(folder, LOG_LINES) if log else []


def read_history(folder: Path) -> History:
    """The whole history of a training, as it stands now."""
    from cardamage_core.jobs import events

    history = History()
    history.take(events.read(folder / "events.jsonl", 0)[0])
    return history


CHATTER = re.compile(
    r"^(WARNING: All log|[IWEF]\d{4} |\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+: [IWEF] |To enable the following instr)"
)


def wanted_lines(lines: Sequence[str], text: str, *, framework: bool = False) -> list[str]:
    """The lines of a log with all the words of `text`, without the framework's chatter unless that is asked for."""
    words = text.casefold().split()
    own = lines if framework else [line for line in lines if not CHATTER.match(line)]
    return [line for line in own if all(word in line.casefold() for word in words)]
