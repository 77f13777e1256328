"""Finds regions among thousands: those with certain ids, and those that differ between two states of a photo.

An edit of one region among thousands asks this several times before the next picture. So each function passes over the
regions once, by iterators of the standard library rather than by a loop.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import compress, count
from operator import attrgetter, is_not

from .model import Region

_ID, _LABEL = attrgetter("id"), attrgetter("label")


def with_ids(regions: Sequence[Region], ids: Iterable[str]) -> list[Region]:
    """The regions that have one of these ids, in the order of `regions`."""
    wanted = frozenset(ids)
    return list(compress(regions, map(wanted.__contains__, map(_ID, regions)))) if wanted else []


def exchanged(before: Sequence[Region], after: Sequence[Region]) -> list[int] | None:
    """The places at which another value of the same region stands; None where regions came, went or moved."""
    if len(before) != len(after):
        return None
    places = list(compress(count(), map(is_not, before, after)))
    return places if all(before[place].id == after[place].id for place in places) else None


def exchange(regions: Sequence[Region], new: Mapping[str, Region]) -> tuple[Region, ...]:
    """The regions with those in the place of others that have their ids."""
    after = list(regions)
    for place in compress(count(), map(new.__contains__, map(_ID, regions))):
        after[place] = new[after[place].id]
    return tuple(after)


def labels_of(regions: Iterable[Region]) -> set[str]:
    """The labels that regions carry."""
    return set(map(_LABEL, regions))
