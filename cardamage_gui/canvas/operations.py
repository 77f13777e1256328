"""What can be done to the selected regions without drawing anything?

Each function takes the photo's regions and the ids of the selected ones and gives an outcome, as a gesture does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cardamage_core.annotations import arranging, cutting, edits
from cardamage_core.annotations.model import Region

from .cutting import tried
from .gestures import Outcome, Regions

Operation = Callable[[Regions, tuple[str, ...]], Outcome]
AWAY = 12.0  # photo pixels between a region and its duplicate


def unite(regions: Regions, ids: tuple[str, ...]) -> Outcome:
    """The one selected first covers what all of them cover."""
    return _first(tried("Union", lambda: cutting.union(regions, ids)), ids)


def subtract(regions: Regions, ids: tuple[str, ...]) -> Outcome:
    """The one selected first loses what the others cover; these stay."""
    return tried("Subtract", lambda: cutting.subtract(regions, ids))


def intersect(regions: Regions, ids: tuple[str, ...]) -> Outcome:
    """The one selected first becomes what all of them cover."""
    return _first(tried("Intersect", lambda: cutting.intersect(regions, ids)), ids)


def duplicate(regions: Regions, ids: tuple[str, ...]) -> Outcome:
    """A copy of each beside it, on top of everything, selected."""
    copies = arranging.copied((region for region in regions if region.id in ids), dx=AWAY, dy=AWAY)
    return _added(regions, copies, "Duplicate")


def pasting(copies: Sequence[Region], *, width: float, height: float, text: str = "Paste") -> Operation:
    """Put copies of these regions on top, moved together if they would lie outside a photo of this size."""

    def paste(regions: Regions, _ids: tuple[str, ...]) -> Outcome:
        return _added(regions, arranging.fitted(arranging.copied(copies), width=width, height=height), text)

    return paste


def bring_forward(regions: Regions, ids: tuple[str, ...]) -> Outcome:
    """One place up."""
    return _ordered(regions, arranging.raised(regions, set(ids)), "Bring forward")


def send_backward(regions: Regions, ids: tuple[str, ...]) -> Outcome:
    """One place down."""
    return _ordered(regions, arranging.lowered(regions, set(ids)), "Send backward")


def bring_to_front(regions: Regions, ids: tuple[str, ...]) -> Outcome:
    """Above all others."""
    return _ordered(regions, arranging.to_front(regions, set(ids)), "Bring to front")


def send_to_back(regions: Regions, ids: tuple[str, ...]) -> Outcome:
    """Below all others."""
    return _ordered(regions, arranging.to_back(regions, set(ids)), "Send to back")


def _first(made: Outcome, ids: tuple[str, ...]) -> Outcome:
    return made if made.said else Outcome(made.text, made.regions, ids[:1])


def _added(regions: Regions, copies: Regions, text: str) -> Outcome:
    if not copies:
        return Outcome(said="Select a region first.")
    what = copies[0].label or "region" if len(copies) == 1 else f"{len(copies)} regions"
    return Outcome(f"{text} {what}", edits.add(regions, *copies), tuple(copy.id for copy in copies))


def _ordered(before: Regions, after: Regions, text: str) -> Outcome:
    return Outcome(text, after) if after != before else Outcome()
