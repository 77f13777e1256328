"""How does a value become a row, and which rows change when a list of values changes?"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from ..annotations.model import AnnotatedPhoto, Label, Photo, Region
from ..errors import ProjectError
from .store import Change, Kind, Stored

Value = TypeVar("Value", Photo, Region, Label, dict[str, Any])


def as_text(value: Photo | Region | Label | dict[str, Any]) -> str:
    """The JSON of a value; ProjectError where it could not be read back (a number not finite, a lone surrogate)."""
    try:
        data = msgspec.json.encode(value)
        if b"null" in data:  # NaN is written as null: better refused than lost
            msgspec.json.decode(data, type=type(value))
    except (msgspec.MsgspecError, UnicodeError, OverflowError, RecursionError, TypeError) as error:
        raise ProjectError("This cannot be saved.", f"A value is not allowed: {error}.") from error
    return data.decode()


def value_of(stored: Stored, kind: type[Value]) -> Value:
    """The value in a row; ProjectError where the row is damaged."""
    try:
        return msgspec.json.decode(stored.value, type=kind)
    except msgspec.MsgspecError as error:
        raise ProjectError("The project file is damaged.", f"A {kind.__name__.lower()} in it: {error}.") from error


def changes_between(
    kind: Kind,
    ranks: Mapping[str, float],
    after: Sequence[tuple[str, Region | Label]],
    *,
    row: Callable[[str], Stored],
    photo: str = "",
    old: Sequence[Region] = (),
) -> list[Change]:
    """What turns the rows with these keys and ranks (in order) into the list `after` of (key, value).

    Only what differs is touched, and only such rows are asked for by `row`. Values that are among `old`, which must be
    the decoded rows, are known to be unchanged without encoding them.
    """
    _must_be_unique([key for key, _ in after])
    unchanged = {region.id: region for region in old}
    positions = _positions(ranks, [key for key, _ in after])
    changes = [Change(kind, key, photo, row(key), None) for key in ranks if key not in positions]
    for key, value in after:
        same = key in unchanged and (unchanged[key] is value or unchanged[key] == value)
        if same and ranks[key] == positions[key]:
            continue
        before = row(key) if key in ranks else None
        stored = Stored(positions[key], before.value if same and before else as_text(value))
        if stored != before:
            changes.append(Change(kind, key, photo, before, stored))
    return changes


def replacements(
    photo: str,
    before: Sequence[Region],
    after: Sequence[Region],
    *,
    ranks: Mapping[str, float],
    row: Callable[[str], Stored],
) -> list[Change] | None:
    """The changes when each region only took the place of itself (a dragged vertex, another label), else None.

    The usual edit by far, and among thousands of regions the one that has to be quick.
    """
    if len(before) != len(after):
        return None
    pairs = [(old, new) for old, new in zip(before, after, strict=True) if old is not new]
    if any(old.id != new.id for old, new in pairs):
        return None
    changes = []
    for old, new in pairs:
        if old != new:
            stored = Stored(ranks[new.id], as_text(new))
            changes.append(Change("region", new.id, photo, row(new.id), stored))
    return changes


def new_regions(one: AnnotatedPhoto) -> list[Change]:
    """Rows for the regions of a photo that is new itself."""
    return [
        Change("region", region.id, one.photo.id, None, Stored(float(rank), as_text(region)))
        for rank, region in enumerate(one.regions, 1)
    ]


def _positions(before: Mapping[str, float], after: Sequence[str]) -> dict[str, float]:
    """Ranks for `after` that keep as many old ranks as possible: new things go between their neighbours."""
    kept = [before[key] for key in after if key in before]
    if any(a >= b for a, b in itertools.pairwise(kept)):
        return _renumbered(after)
    ranks: dict[str, float] = {}
    low = 0.0
    upper = _next_kept(before, after)
    for key, high in zip(after, upper, strict=True):
        rank = before[key] if key in before else (low + 1 if high is None else (low + high) / 2)
        if rank <= low and ranks:
            return _renumbered(after)
        ranks[key] = low = rank
    return ranks


def _next_kept(before: Mapping[str, float], after: Sequence[str]) -> list[float | None]:
    """For each key the rank of the next one that keeps its rank."""
    result: list[float | None] = []
    upper: float | None = None
    for key in reversed(after):
        upper = before.get(key, upper)
        result.append(upper)
    return result[::-1]


def _renumbered(after: Sequence[str]) -> dict[str, float]:
    return {key: float(number) for number, key in enumerate(after, 1)}


def _must_be_unique(keys: Sequence[str]) -> None:
    twice = {key for key in keys if keys.count(key) > 1} if len(set(keys)) < len(keys) else set()
    if twice:
        raise ProjectError("The same thing cannot be there twice.", ", ".join(sorted(twice)))
