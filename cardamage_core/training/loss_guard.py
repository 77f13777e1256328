"""Tells when a training has diverged, so that it ends by itself instead of running on with a ruined network."""

from __future__ import annotations

import statistics

GROWTH = 1000.0  # times the loss at the beginning
BEGINNING = 10  # steps whose median is where it began
LEAST = 1.0  # a loss below this at the beginning counts as this much: small ones jump without harm


class LossGuard:
    """Compares each loss with those at the beginning, of the training or after a resume."""

    def __init__(self) -> None:
        self._first: list[float] = []

    def diverged(self, loss: float) -> str:
        """What is wrong with this loss in a sentence, "" where nothing is."""
        began = max(LEAST, statistics.median(self._first)) if self._first else LEAST
        if loss > GROWTH * began:
            return f"The loss grew to {loss:.3g}, more than a thousandfold of where it began ({began:.3g})."
        if len(self._first) < BEGINNING:
            self._first.append(loss)
        return ""
