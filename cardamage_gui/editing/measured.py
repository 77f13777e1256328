"""What a model's threshold means, in words: as its card has it measured on photos that the model never saw."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..language import tr

if TYPE_CHECKING:
    from cardamage_core.models.registry import ModelCard


def at_threshold(card: ModelCard | None, threshold: float) -> str:
    """Three shares, a line each, "" where nothing was measured."""
    if card is None:
        return ""
    from cardamage_core.models import at_threshold as measured  # loads NumPy, which a window that waits never needs

    if (found := measured.at(card, threshold)) is None:
        return ""
    lines = (
        tr("Measured from this score on, on photos it never saw:"),
        tr("a right mask on {n} of 100 damaged photos", n=_of_100(found.right)),
        tr("a false alarm on {n} of 100 undamaged photos", n=_of_100(found.alarms)),
        tr("{n} of 100 small damages found, below 1 % of the photo", n=_of_100(found.small)),
    )
    return "\n• ".join(lines)


def _of_100(share: float) -> str:
    return f"{100 * share:.0f}"
