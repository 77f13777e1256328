"""How are regions copied, and put above or below each other? Drawing order: the last lies on top."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import msgspec

from .edits import Regions, move
from .model import Region, new_id
from .shapes import bounds


def copied(regions: Iterable[Region], *, dx: float = 0.0, dy: float = 0.0) -> Regions:
    """Copies with new ids, moved by (dx, dy) pixels. Label, attributes and origin stay; nobody has reviewed them."""
    return tuple(
        msgspec.structs.replace(move(region, dx, dy), id=new_id(), review="unreviewed", extra={}) for region in regions
    )


def fitted(regions: Iterable[Region], *, width: float, height: float) -> Regions:
    """Regions from another photo, moved as one as far as needed to lie on a photo of this size if they can."""
    regions = tuple(regions)
    boxes = [bounds(region.shape) for region in regions]
    if not boxes or width <= 0 or height <= 0:
        return regions
    x0, y0 = min(box[0] for box in boxes), min(box[1] for box in boxes)
    x1, y1 = max(box[2] for box in boxes), max(box[3] for box in boxes)
    dx, dy = _inside(x0, x1, width), _inside(y0, y1, height)
    return tuple(move(region, dx, dy) for region in regions) if dx or dy else regions


def raised(regions: Regions, ids: Collection[str]) -> Regions:
    """These regions one place up, each above the next that is not among them."""
    after = list(regions)
    for place in range(len(after) - 2, -1, -1):
        if after[place].id in ids and after[place + 1].id not in ids:
            after[place], after[place + 1] = after[place + 1], after[place]
    return tuple(after)


def lowered(regions: Regions, ids: Collection[str]) -> Regions:
    """These regions one place down."""
    return raised(regions[::-1], ids)[::-1]


def to_front(regions: Regions, ids: Collection[str]) -> Regions:
    """These regions above all others; among themselves their order stays."""
    rest = tuple(region for region in regions if region.id not in ids)
    return (*rest, *(region for region in regions if region.id in ids))


def to_back(regions: Regions, ids: Collection[str]) -> Regions:
    """These regions below all others."""
    rest = tuple(region for region in regions if region.id not in ids)
    return (*(region for region in regions if region.id in ids), *rest)


def _inside(low: float, high: float, room: float) -> float:
    if low < 0 or high - low > room:
        return -low
    return min(0.0, room - high)
