"""How are outlines simplified and smoothed while one sees what comes of it?"""

from __future__ import annotations

from dataclasses import dataclass

from cardamage_core.annotations import smoothing
from cardamage_core.annotations.model import Point

from .gestures import Gesture, Outcome, Preview, Regions, Start, exchanged


@dataclass
class Reshape(Gesture):
    """Runs while the sliders are moved; Enter carries it out, Esc drops it. The mouse does nothing."""

    start: Start
    tolerance: float = 0.0  # photo pixels
    rounds: int = 0
    made: Regions = ()

    def set(self, *, tolerance: float, rounds: int) -> None:
        """Other amounts."""
        self.tolerance, self.rounds = tolerance, rounds
        self.made = tuple(
            smoothing.reshaped(region, tolerance=tolerance, rounds=rounds) for region in self.start.chosen()
        )

    def saved(self) -> tuple[int, int]:
        """How many vertices there are, and would be."""
        return smoothing.saved(self.start.chosen(), self.made or self.start.chosen())

    def release(self, at: Point, reach: float) -> bool:
        """Letting go ends nothing."""
        return False

    def back(self) -> bool:
        """There is no last step."""
        return True

    def close(self) -> bool:
        """Enter carries it out."""
        return True

    def hint(self) -> str:
        """How it ends."""
        return "Move the sliders · Enter applies · Esc cancels"

    def preview(self) -> Preview:
        """The regions as they would be."""
        return Preview(frozenset(region.id for region in self.made), self.made)

    def outcome(self) -> Outcome:
        """One edit for all of them."""
        return exchanged(self.start.regions, self.made, "Smooth" if self.rounds else "Simplify")
