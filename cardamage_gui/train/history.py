"""What has a training told so far? Events in, numbers to draw out; no Qt."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

PARTS = {
    "rpn_class": "proposal class",
    "rpn_box": "proposal box",
    "class": "class",
    "box": "box",
    "mask": "mask",
}
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


class History:
    """The curves, notes and pictures of one training."""

    def __init__(self) -> None:
        self.loss = Series()
        self.parts = {name: Series() for name in PARTS}
        self.validation = Series()
        self.validation_parts = {name: Series() for name in PARTS}
        self.metrics: dict[str, Series] = {}
        self.notes: list[str] = []
        self.skipped: dict[str, str] = {}
        self.picture = ""
        self.picture_epoch = 0
        self.photos = 0
        self.validation_photos = 0
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
        self.notes.clear()
        for series in self._all():
            series.forget_after(step)

    def _compiling(self, _event: dict[str, Any]) -> None:
        self.compiling = True

    def _step(self, event: dict[str, Any]) -> None:
        self.compiling = False
        self.loss.add(event["step"], event.get("loss"))
        for name, series in self.parts.items():
            series.add(event["step"], event.get(name))

    def _validation(self, event: dict[str, Any]) -> None:
        step = event.get("step", self.loss.x[-1] if self.loss.x else 0)
        self.validation.add(step, event.get("loss"))
        for name, series in self.validation_parts.items():
            series.add(step, event.get(name))
        for name, value in (event.get("metrics") or {}).items():
            if isinstance(value, int | float):
                self.metrics.setdefault(name, Series()).add(step, value)

    def _preview(self, event: dict[str, Any]) -> None:
        self.picture, self.picture_epoch = str(event.get("picture", "")), int(event.get("epoch", 0))

    def _checkpoint(self, event: dict[str, Any]) -> None:
        self.checkpoint = (int(event.get("step", 0)), float(event.get("at", 0.0)))

    def _note(self, event: dict[str, Any]) -> None:
        self.notes.append(str(event.get("text", "")))

    def _skipped(self, event: dict[str, Any]) -> None:
        self.skipped[str(event.get("photo", ""))] = str(event.get("reason", ""))

    def _other(self, _event: dict[str, Any]) -> None:
        """Kinds that change no curve."""

    def _all(self) -> list[Series]:
        pairs = (self.parts, self.validation_parts, self.metrics)
        return [self.loss, self.validation, *(series for each in pairs for series in each.values())]
