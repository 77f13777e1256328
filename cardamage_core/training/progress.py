"""Speed and remaining time of a training."""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections import deque
from collections.abc import Callable

import psutil

RECENT = 30  # steps that the speed is averaged over
UNUSUAL = 4.0  # a step that takes this many times the median did something else besides


class Progress:
    """Speed and estimate of a training from the times of its steps; the first, which compiles, is not typical."""

    def __init__(
        self, *, total_steps: int, steps: int, batch: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._total, self._steps, self._batch, self._clock = total_steps, steps, batch, clock
        self._took: deque[float] = deque(maxlen=RECENT)
        self._between = 0.0  # seconds for validation and checkpoint at the end of an epoch
        self._since: float | None = None
        self._compiled = False

    def begin(self) -> None:
        """The first step begins."""
        self._since = self._clock()

    def use_batch(self, batch: int) -> None:
        """From now on a step takes so many photos."""
        self._batch = batch

    def stepped(self) -> None:
        """A step ended."""
        now = self._clock()
        if self._compiled and self._since is not None:
            self._took.append(now - self._since)
        self._compiled, self._since = True, now

    def epoch_ended(self) -> None:
        """What is done between two epochs ended."""
        now = self._clock()
        if self._since is not None:
            self._between = now - self._since
        self._since = now

    def after(self, step: int) -> dict[str, float]:
        """The figures for the event of this step (1…): speed, seconds left (both 0.0: not known yet) and memory."""
        mean = self._typical()
        ends_left = -(-(self._total - step) // self._steps) + (step % self._steps == 0)
        left = (self._total - step) * mean + ends_left * self._between if mean else 0.0
        return {
            "photos_per_second": round(self._batch / mean, 3) if mean else 0.0,
            "seconds_left": round(left, 1),
            "memory_mb": round(psutil.Process().memory_info().rss / 1e6, 1),
        }

    def _typical(self) -> float:
        """Seconds for a step, 0.0 when not known yet; steps that compiled for another shape of photo do not count."""
        if not self._took:
            return 0.0
        limit = UNUSUAL * statistics.median_low(self._took)
        return statistics.fmean(took for took in self._took if took <= limit)


def peak_memory() -> int:
    """Bytes of memory that this process had at most."""
    if os.name == "nt":
        return int(getattr(psutil.Process().memory_info(), "peak_wset", 0))
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else 1024 * most  # Linux counts in kilobytes
