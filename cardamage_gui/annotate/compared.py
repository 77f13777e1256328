"""What came of a look at both sides of a photo, and in which words is it told?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from cardamage_core.annotations import comparing
from cardamage_core.annotations.comparing import Comparison, Regions
from cardamage_core.annotations.model import Label
from cardamage_core.errors import CarDamageError

from .. import words
from .assessing import THRESHOLD


class Compared(NamedTuple):
    """What came of a look at one photo; `theirs` is None where the other side does not know the photo."""

    photo: str
    theirs: Regions | None
    comparison: Comparison | None
    ours: Regions = ()


@dataclass(frozen=True)
class Row:
    """A region that both sides have, or only one of them: ids, "" for the side that has none."""

    text: str
    ours: str = ""
    theirs: str = ""


def with_model(photo_id: str, regions: Regions, model: str, labels: tuple[Label, ...]) -> Compared:
    """Our side against what a model says on the same photo."""
    ours, theirs = comparing.against_model(regions, model, THRESHOLD)
    return Compared(photo_id, theirs, comparing.compare(ours, theirs, labels), ours)


def with_others(
    photo_id: str, regions: Regions, find: Callable[[], Regions | None], labels: tuple[Label, ...]
) -> Compared | CarDamageError:
    """Our side against what `find` gives; the error where that cannot be read."""
    ours = comparing.opinion(regions, THRESHOLD)
    try:
        found = find()
    except CarDamageError as error:
        return error
    if found is None:
        return Compared(photo_id, None, None)
    theirs = comparing.opinion(found, THRESHOLD)
    return Compared(photo_id, theirs, comparing.compare(ours, theirs, labels), ours)


def rows_of(found: Compared, comparison: Comparison) -> list[Row]:
    """What only one side has comes first; then partners, the least alike first."""
    ours = {region.id: region.label or "region" for region in found.ours}
    theirs = {region.id: region.label or "region" for region in found.theirs or ()}
    return [
        *(Row(f"{theirs[one]} · only theirs", theirs=one) for one in comparison.theirs_alone),
        *(Row(f"{ours[one]} · only yours", ours=one) for one in comparison.ours_alone),
        *(
            Row(_both(ours[pair.ours], theirs[pair.theirs], pair.iou), pair.ours, pair.theirs)
            for pair in sorted(comparison.pairs, key=lambda pair: pair.iou)
        ),
    ]


def _both(ours: str, theirs: str, iou: float) -> str:
    name = ours if ours == theirs else f"{ours}, for them {theirs}"
    return f"{name} · {100 * iou:.0f} % alike"


def counts(comparison: Comparison) -> str:
    """How many have a partner and how many have none."""
    alone = ((len(comparison.ours_alone), "only yours"), (len(comparison.theirs_alone), "only theirs"))
    partners = f"{words.count(len(comparison.pairs), 'region')} with a partner"
    return ", ".join([partners, *(f"{number} {whose}" for number, whose in alone if number)])
