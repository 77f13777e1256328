"""Agreement between two annotators, or between an annotator and a model, on one photo.

Agreement is the intersection over union (IoU) of all damage that each side outlined, so that what is covered twice
counts once. Two careful annotators reach about 0.5 on photos of damaged cars. Lines and points have no area: they are
left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from .. import geometry
from .confidence import is_above
from .labels import role_of
from .model import Label, Region, Role
from .shapes import area

Regions = tuple[Region, ...]
PARTNERS = 0.25  # IoU from which two regions count as one thing: low, for the border of a dent is a matter of taste


@dataclass(frozen=True)
class Pair:
    """A region of ours and its partner among theirs, by their ids, and the IoU of the two."""

    ours: str
    theirs: str
    iou: float


@dataclass(frozen=True)
class Comparison:
    """IoU of all damage (None where neither side has any), partners, and the ids of those that have none."""

    agreement: float | None
    pairs: tuple[Pair, ...] = ()
    ours_alone: tuple[str, ...] = ()
    theirs_alone: tuple[str, ...] = ()


def compare(ours: Iterable[Region], theirs: Iterable[Region], labels: Sequence[Label] = ()) -> Comparison:
    """Compare two sides. Partners have the same role (their labels may differ) and each has at most one."""
    mine, others = _areas(ours), _areas(theirs)
    role = _role_of(labels)
    found = sorted(_overlaps(mine, others, role), key=lambda pair: -pair.iou)
    pairs: list[Pair] = []
    taken_ours: set[str] = set()
    taken_theirs: set[str] = set()
    for pair in found:
        if pair.ours not in taken_ours and pair.theirs not in taken_theirs:
            pairs.append(pair)
            taken_ours.add(pair.ours)
            taken_theirs.add(pair.theirs)
    return Comparison(
        _iou(*(_damage(side, role) for side in (mine, others))),
        tuple(pairs),
        tuple(region.id for region, _ in mine if region.id not in taken_ours),
        tuple(region.id for region, _ in others if region.id not in taken_theirs),
    )


def opinion(regions: Iterable[Region], threshold: float) -> Regions:
    """What an annotator stands for: neither rejected nor only a model's guess below `threshold`."""
    return tuple(region for region in regions if region.review != "rejected" and is_above(region, threshold))


def models(regions: Iterable[Region]) -> tuple[str, ...]:
    """The models that predicted some of the regions."""
    return tuple(dict.fromkeys(region.origin.model for region in regions if region.origin.kind == "predicted"))


def against_model(regions: Iterable[Region], model: str, threshold: float) -> tuple[Regions, Regions]:
    """The annotator's side and the model's. What a person accepted belongs to both, what was rejected to the model."""
    regions = tuple(regions)
    said = tuple(one for one in regions if _is_by(one, model) and is_above(one, threshold))
    own = tuple(one for one in opinion(regions, threshold) if not _is_by(one, model) or one.review == "accepted")
    return own, said


def _is_by(region: Region, model: str) -> bool:
    return region.origin.kind == "predicted" and region.origin.model == model


def _areas(regions: Iterable[Region]) -> list[tuple[Region, BaseGeometry]]:
    """The regions that cover something, with what they cover."""
    with_areas = [(region, area(region.shape)) for region in regions]
    return [(region, covered) for region, covered in with_areas if covered.area > 0]


def _role_of(labels: Sequence[Label]) -> Callable[[Region], Role]:
    known: Mapping[str, Role] = {label.name: label.role for label in labels}
    return lambda region: known.get(region.label) or role_of(region.label)


def _overlaps(
    ours: Sequence[tuple[Region, BaseGeometry]],
    theirs: Sequence[tuple[Region, BaseGeometry]],
    role: Callable[[Region], Role],
) -> Iterable[Pair]:
    """All pairs of regions that overlap enough to be matched."""
    tree = STRtree([covered for _, covered in theirs])
    for region, covered in ours:
        for place in tree.query(covered, predicate="intersects"):
            other, area_of_other = theirs[place]
            iou = _iou(covered, area_of_other) if role(region) == role(other) else None
            if iou is not None and iou >= PARTNERS:
                yield Pair(region.id, other.id, iou)


def _damage(side: Sequence[tuple[Region, BaseGeometry]], role: Callable[[Region], Role]) -> BaseGeometry:
    return geometry.union(covered for region, covered in side if role(region) == "damage")


def _iou(a: BaseGeometry, b: BaseGeometry) -> float | None:
    """Intersection over union of two areas; None where there is nothing."""
    common = geometry.intersection(a, b).area
    whole = a.area + b.area - common
    return common / whole if whole > 0 else None
