"""How much of the car is damaged on one photo?

A pure function of the photo's regions, whoever made them, quick enough to run at every step of a drag. The figure is
never a bare number: it names what it is a share of, gives a range where the model told one, and says what was counted.
Areas are exact geometry (shapely), not counted pixels: filling a scratch with `cv2.fillPoly` inflates it by a third.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec
from shapely.geometry.base import BaseGeometry

from .. import geometry
from ..annotations.bands import band_of
from ..annotations.model import Label, Photo, Region, Role
from ..annotations.standing import stands
from .areas import area_of, clip, covered_area, union_of
from .wording import Counted, explain

EDGE = 0.003  # of the photo's longer side: a car outline that comes this near the border is taken as cut off


class Damage(msgspec.Struct, frozen=True):
    """The damaged share of one photo in percent (0…100), with its denominator in words.

    `percent`, `low` and `high` are None where nothing can be said. `by_region` and `by_label` hold counted damage only;
    overlaps count in each of them, so they need not add up to `percent`.
    """

    percent: float | None
    low: float | None
    high: float | None
    denominator: Literal["car", "photo"]
    words: str
    explanation: str
    by_region: dict[str, float] = {}
    by_label: dict[str, float] = {}


def assess(photo: Photo, regions: Iterable[Region], labels: Iterable[Label], *, threshold: float = 0.9) -> Damage:
    """The damage on `photo`; rejected regions and open predictions below `threshold` do not count.

    With a region whose label has the role `car` it is a share of the car (the union of all such regions), and damage
    outside that outline does not count; without one it is a share of the photo.
    """
    regions = tuple(regions)
    roles = {label.name: label.role for label in labels}
    frame = _frame(photo)
    damage = [r for r in regions if counts(r, threshold) and role_of(r, roles) == "damage"]
    cars = [r for r in regions if counts(r, threshold) and role_of(r, roles) == "car"]
    car = _within(union_of(tuple(r.shape for r in cars)), frame)
    whole = frame if car.area == 0 else car
    told = Counted(
        photo=photo,
        damage=damage,
        cars=cars if car.area > 0 else [],
        left_out=[r for r in regions if role_of(r, roles) == "damage" and r not in damage],
        cut_off=car.area > 0 and _touches_border(car, photo),
        threshold=threshold,
    )
    if not regions or whole is None:
        return Damage(None, None, None, told.denominator, told.words, explain(told))
    return _measure(damage, whole, told)


def counts(region: Region, threshold: float) -> bool:
    """Whether a region is part of the figure: not rejected, and not an open prediction scored below `threshold`."""
    return region.review != "rejected" and stands(region, threshold)


def role_of(region: Region, roles: dict[str, Role]) -> Role:
    """The role of a region's label; a label that nobody described is damage."""
    return roles.get(region.label, "damage")


def _measure(damage: Sequence[Region], whole: BaseGeometry, told: Counted) -> Damage:
    areas = [area_of(r.shape) for r in damage]
    inside = clip(areas, whole)
    percent = _share(inside, whole)
    low, high = _range(damage, whole, percent)
    by_label = {
        name: _share([area for area, r in zip(inside, damage, strict=True) if r.label == name], whole)
        for name in dict.fromkeys(r.label for r in damage)
    }
    return Damage(
        percent=percent,
        low=low,
        high=high,
        denominator=told.denominator,
        words=told.words,
        explanation=explain(told, outside=_outside(areas, inside), overlap=sum(by_label.values()) > percent + 0.05),
        by_region={r.id: 100 * area.area / whole.area for r, area in zip(damage, inside, strict=True)},
        by_label=by_label,
    )


def _range(damage: Sequence[Region], whole: BaseGeometry, percent: float) -> tuple[float, float]:
    """The share with every predicted outline drawn in to probability 0.7, and out to 0.3; drawn ones stay."""
    bands = [band_of(r) for r in damage]
    if not any(bands):
        return percent, percent
    outer = [area_of(b[0] if b else r.shape) for b, r in zip(bands, damage, strict=True)]
    inner = [area_of(b[1] if b else r.shape) for b, r in zip(bands, damage, strict=True)]
    return min(_share(clip(inner, whole), whole), percent), max(_share(clip(outer, whole), whole), percent)


def _share(areas: Iterable[BaseGeometry], whole: BaseGeometry) -> float:
    return 100 * covered_area(areas) / whole.area


def _outside(areas: Sequence[BaseGeometry], inside: Sequence[BaseGeometry]) -> float:
    """The share (0…1) of the outlined damage that was cut away."""
    if all(a is b for a, b in zip(areas, inside, strict=True)):
        return 0.0
    outlined = covered_area(areas)
    return 1 - covered_area(inside) / outlined if outlined else 0.0


def _frame(photo: Photo) -> BaseGeometry | None:
    if photo.width <= 0 or photo.height <= 0:
        return None
    return geometry.rectangle_area(0, 0, photo.width, photo.height)


def _within(area: BaseGeometry, frame: BaseGeometry | None) -> BaseGeometry:
    return area if frame is None else geometry.intersection(area, frame)


def _touches_border(car: BaseGeometry, photo: Photo) -> bool:
    if photo.width <= 0 or photo.height <= 0:
        return False
    near = max(1.0, EDGE * max(photo.width, photo.height))
    x0, y0, x1, y1 = car.bounds
    return x0 < near or y0 < near or x1 > photo.width - near or y1 > photo.height - near
