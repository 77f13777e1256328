"""The review queue of a project: which photos to look at next, and why.

It holds the suspicions of the newest review (`jobs.reviews`) that still stand, and the open proposals of models, the
most uncertain first. What a person looked at, changed or undid since is worked out from the project as it is now, so
undo brings it back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from ..annotations import shapes
from ..annotations.confidence import is_open_proposal
from ..annotations.model import AnnotatedPhoto, Photo, Polygon, Region, Shape, new_id
from .evidence import Box
from .suspicion import KINDS, Suspicion, reason

LOOKED = "review"  # in `Photo.extra`: keys of the suspicions that were looked at
FEW = 3  # suspicions of one photo that are kept
LEAST = 0.05  # score of those that are kept
COVERED = 0.3  # of overlooked damage: such a part inside a region means that it is outlined by now
MOST_UNSURE = 0.5  # score of a proposal that is as likely right as wrong


class Review(msgspec.Struct, frozen=True):
    """What a review found: the models that looked, when, on how many photos, and what looks wrong, worst first.

    `judged` are the shapes of the suspected regions as the models saw them, by id.
    """

    models: tuple[str, ...]
    made: str
    photos: int
    suspicions: tuple[Suspicion, ...]
    judged: dict[str, Shape]
    notes: tuple[str, ...] = ()


class Entry(msgspec.Struct, frozen=True):
    """One place to look at: a suspicion, or (kind "proposal") an open proposal of a model."""

    kind: str
    photo: str
    score: float
    box: Box
    region: str = ""
    suspicion: Suspicion | None = None
    sure: float = 0.0  # of a proposal

    @property
    def title(self) -> str:
        """What it is, as people read it."""
        return "Proposal" if self.suspicion is None else KINDS[self.suspicion.kind]

    @property
    def reason(self) -> str:
        """Why it is to be looked at, in a sentence."""
        if self.suspicion is None:
            return f"The model is {round(100 * self.sure)} % sure of it, and no person has decided on it yet."
        return reason(self.suspicion)


def kept(found: Sequence[Suspicion]) -> tuple[Suspicion, ...]:
    """Of all suspicions, worst first, those worth telling: a few of each photo."""
    number: dict[str, int] = {}
    chosen = []
    for one in found:
        if one.score >= LEAST and number.get(one.photo, 0) < FEW:
            number[one.photo] = number.get(one.photo, 0) + 1
            chosen.append(one)
    return tuple(chosen)


def entries(review: Review | None, photos: Iterable[AnnotatedPhoto]) -> list[Entry]:
    """Every place of these photos that still is to be looked at, the most suspicious first."""
    suspected: dict[str, list[Suspicion]] = {}
    for one in review.suspicions if review else ():
        suspected.setdefault(one.photo, []).append(one)
    found = []
    for photo in photos:
        found += _entries(photo, suspected.get(photo.photo.id, ()), review)
    return sorted(found, key=lambda one: -one.score)


def looked_at(photo: Photo, suspicion: Suspicion) -> Photo:
    """The photo with a note that this suspicion was looked at; stored by an ordinary edit, so undo takes it back."""
    keys = [*photo.extra.get(LOOKED, ()), suspicion.key]
    return msgspec.structs.replace(photo, extra=photo.extra | {LOOKED: keys})


def outlined(suspicion: Suspicion, label: str) -> Region:
    """Overlooked damage as a region."""
    return Region(new_id(), Polygon(suspicion.rings), label)


def _entries(one: AnnotatedPhoto, suspected: Sequence[Suspicion], review: Review | None) -> list[Entry]:
    seen = one.photo.extra.get(LOOKED, ())
    seen = seen if isinstance(seen, list | tuple) else ()
    found = [
        Entry(each.kind, each.photo, each.score, each.box, each.region, each)
        for each in suspected
        if review is not None and each.key not in seen and _stands(each, one, review)
    ]
    return found + [_proposal(one.photo.id, region) for region in one.regions if is_open_proposal(region)]


def _proposal(photo: str, region: Region) -> Entry:
    sure = region.origin.score or 0.0
    unsure = 1 - abs(sure - MOST_UNSURE) / MOST_UNSURE
    return Entry("proposal", photo, round(unsure, 4), shapes.bounds(region.shape), region.id, sure=sure)


def _stands(suspicion: Suspicion, one: AnnotatedPhoto, review: Review) -> bool:
    """Whether nothing was changed about what was suspected."""
    if suspicion.region:
        judged = review.judged.get(suspicion.region)
        return any(
            region.id == suspicion.region and region.shape == judged and region.label == suspicion.label
            for region in one.regions
        )
    missing = shapes.area(Polygon(suspicion.rings))
    return not any(
        shapes.area(region.shape).intersection(missing).area > COVERED * missing.area for region in one.regions
    )
