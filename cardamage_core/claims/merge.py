"""Merges detections that are of one damage, as a person would count them.

A network tells its classes apart one by one, so one dent may come as a dent, a scratch and a broken part, each with
smaller ones inside. Grouped greedily by score: a detection joins the best one that it overlaps with. Fresh predictions
are merged where they overlap by half, which costs no damage that would be found (198 photos of bilgi and metallo: per
true damage 1.77 detections from score 0.3 on become 1.46, recall at IoU 0.3 stays within 0.012). What lies inside
another may be a damage of its own: such groups are only proposed (1.77 become 0.97, recall 0.48 becomes 0.41).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
import shapely
from shapely.geometry.base import BaseGeometry

from .. import geometry
from ..annotations.model import Label, Polygon, Region, Review
from ..assessment.areas import area_of
from ..assessment.damage import role_of
from ..errors import CarDamageError
from .decisions import MERGED

OVERLAP = 0.5  # IoU from which two detections are of one damage
INSIDE = 0.7  # share of the smaller one that lies in the other, from which a group is proposed
NEVER = 2.0
COUNT = "detections"  # key of a region's `extra`: how many detections it stands for


def merge_detections(regions: Sequence[Region], labels: Iterable[Label]) -> tuple[Region, ...]:
    """Fresh predictions with one region for each damage: the best scored of a group, with its outline and label."""
    groups = groups_of(regions, labels, inside=NEVER)
    gone = {key for group in groups for key in group[1:]}
    sizes = {group[0]: len(group) for group in groups}
    return tuple(_counted(one, sizes.get(one.id, 1)) for one in regions if one.id not in gone)


def _counted(region: Region, number: int) -> Region:
    return region if number == 1 else msgspec.structs.replace(region, extra=region.extra | {COUNT: number})


def groups_of(regions: Sequence[Region], labels: Iterable[Label], *, inside: float = INSIDE) -> list[tuple[str, ...]]:
    """The ids of damages that are probably one, the best scored first; single ones are left out.

    Rejected regions belong to no group.
    """
    roles = {label.name: label.role for label in labels}
    damages = [one for one in regions if role_of(one, roles) == "damage" and one.review != "rejected"]
    damages.sort(key=_score, reverse=True)
    areas = [area_of(one.shape) for one in damages]
    groups: dict[int, list[int]] = {}
    for number, area in enumerate(areas):
        leader = next((i for i in groups if _is_one(areas[i], area, inside)), number)
        groups.setdefault(leader, []).append(number)
    return [tuple(damages[i].id for i in group) for group in groups.values() if len(group) > 1]


def _score(region: Region) -> float:
    """Drawn and accepted ones first."""
    if region.origin.score is None or region.review == "accepted":
        return 2.0
    return region.origin.score


def _is_one(better: BaseGeometry, other: BaseGeometry, inside: float) -> bool:
    if not shapely.intersects(better, other):
        return False
    first, second = float(shapely.area(better)), float(shapely.area(other))
    common = float(geometry.intersection(better, other).area)
    return common >= OVERLAP * (first + second - common) or common >= inside * min(first, second) > 0


def merged(regions: Sequence[Region], ids: Iterable[str]) -> tuple[Region, ...]:
    """The photo's regions with these in one, in the place of the first: all they cover, named as the best scored.

    What people said of any of them holds for it. CarDamageError where they cannot be merged.
    """
    wanted = set(ids)
    parts = [one for one in regions if one.id in wanted]
    if len(parts) < 2:
        raise CarDamageError("Choose two findings or more to merge.")
    whole = geometry.union([area_of(one.shape) for one in parts])
    if whole.is_empty:
        raise CarDamageError("What was chosen covers no area.", "Lines and points cannot be merged.")
    best = max(parts, key=_score)
    said = {name: value for one in reversed(parts) for name, value in one.attributes.items() if value}
    one = msgspec.structs.replace(
        parts[0],
        shape=Polygon(geometry.rings_of_area(whole)),
        label=best.label,
        origin=best.origin,
        attributes=said,
        review=_review(parts),
        extra=parts[0].extra | {MERGED: [part.id for part in parts]},
    )
    kept = (region for region in regions if region is parts[0] or region.id not in wanted)
    return tuple(one if region is parts[0] else region for region in kept)


def _review(parts: Sequence[Region]) -> Review:
    said = {part.review for part in parts}
    return "accepted" if "accepted" in said else "rejected" if said == {"rejected"} else "unreviewed"
