"""The damaged share of a car on one photo, with its denominator, range and explanation.

A pure function of the photo's regions, quick enough to run at every step of a drag. The figure is never a bare number:
it names what it is a share of, gives a range where the model told one, and says what was counted. Areas are exact
geometry (shapely), not counted pixels: filling a scratch with `cv2.fillPoly` inflates it by a third.

Shapes that touch nothing need no overlay, and those that do are overlaid group by group. Results are cached by content:
during a drag only the dragged shape and its neighbours are computed again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import msgspec
import shapely
from shapely.geometry.base import BaseGeometry

from .. import geometry
from ..annotations import shapes
from ..annotations.confidence import THRESHOLD, band_of, is_above, without_proposals
from ..annotations.model import Label, Photo, Region, Role, Shape
from ..text import plural

OUTLINE_THRESHOLD = 0.5
EDGE = 0.003  # of the photo's longer side: a car outline that comes this near the border is taken as cut off


class Damage(msgspec.Struct, frozen=True):
    """The damaged share of one photo in percent (0…100), with its denominator in words.

    `percent`, `low` and `high` are None where nothing can be said. `by_region` and `by_label` hold counted damage only;
    overlaps count in each of them, so they need not add up to `percent`. `proposed` holds the shares of proposals that
    stand beside what a person outlined and do not count.
    """

    percent: float | None
    low: float | None
    high: float | None
    denominator: Literal["car", "photo"]
    words: str
    explanation: str
    by_region: dict[str, float] = {}
    by_label: dict[str, float] = {}
    proposed: dict[str, float] = {}


def assess(photo: Photo, regions: Iterable[Region], labels: Iterable[Label], *, threshold: float = THRESHOLD) -> Damage:
    """The damage on `photo`; rejected regions and open predictions below `threshold` do not count.

    With a region whose label has the role `car` it is a share of the car (the union of all such regions), and damage
    outside that outline does not count; without one it is a share of the photo. Where a person outlined damages, or the
    car, predictions of the same that are not accepted do not count.
    """
    regions = tuple(regions)
    roles = {label.name: label.role for label in labels}
    frame = _frame(photo)
    seen = [r for r in regions if is_counted(r, threshold) and role_of(r, roles) == "damage"]
    outlines = [r for r in regions if is_counted(r, threshold, role="car") and role_of(r, roles) == "car"]
    damage = without_proposals(seen)
    beside = [r for r in seen if r not in damage]
    cars = without_proposals(outlines)
    car = _within(union_of(tuple(r.shape for r in cars)), frame)
    whole = frame if car.area == 0 else car
    told = Counted(
        photo=photo,
        damage=damage,
        cars=cars if car.area > 0 else [],
        left_out=[r for r in regions if role_of(r, roles) == "damage" and r not in seen],
        beside=beside,
        cut_off=car.area > 0 and _touches_border(car, photo),
        threshold=threshold,
    )
    if not regions or whole is None:
        return Damage(None, None, None, told.denominator, told.words, explain(told))
    measured = _measure(damage, whole, told)
    shares = clip([area_of(r.shape) for r in beside], whole)
    proposed = {r.id: 100 * area.area / whole.area for r, area in zip(beside, shares, strict=True)}
    return msgspec.structs.replace(measured, proposed=proposed)


def is_counted(region: Region, threshold: float, *, role: Role = "damage") -> bool:
    """Whether a region is part of the figure: not rejected, and not an open prediction scored below `threshold`.

    The threshold is about damage; outlines of cars and parts count from OUTLINE_THRESHOLD on where that is lower.
    """
    threshold = threshold if role == "damage" else min(threshold, OUTLINE_THRESHOLD)
    return region.review != "rejected" and is_above(region, threshold)


def role_of(region: Region, roles: dict[str, Role]) -> Role:
    """The role of a region's label; a label that is not in the list is damage."""
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
    return 100 * covered_area(areas) / float(whole.area)


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
    return bool(x0 < near or y0 < near or x1 > photo.width - near or y1 > photo.height - near)


@lru_cache(maxsize=8192)
def area_of(shape: Shape) -> BaseGeometry:
    """The area one shape covers."""
    return shapes.area(shape)


@lru_cache(maxsize=64)
def union_of(covered: tuple[Shape, ...]) -> BaseGeometry:
    """What a few shapes cover together (the car outlines of a photo)."""
    return geometry.union(map(area_of, covered))


def clip(areas: Sequence[BaseGeometry], whole: BaseGeometry) -> list[BaseGeometry]:
    """Each area's part inside `whole`; an area that lies inside comes back as the same object."""
    shapely.prepare(whole)
    inside = shapely.contains(whole, list(areas))
    return [area if fits else _intersection(area, whole) for area, fits in zip(areas, inside, strict=True)]


def covered_area(areas: Iterable[BaseGeometry]) -> float:
    """Square pixels covered by at least one of the areas."""
    return sum(_covered(group) for group in _touching([area for area in areas if not area.is_empty]))


def _touching(areas: Sequence[BaseGeometry]) -> list[tuple[BaseGeometry, ...]]:
    """The areas in groups, such that areas of different groups have no point in common."""
    if len(areas) < 2:
        return [tuple(areas)] if areas else []
    pairs = shapely.STRtree(areas).query(areas, predicate="intersects").T
    return [tuple(areas[i] for i in group) for group in geometry.connected_components(len(areas), pairs)]


def _covered(areas: tuple[BaseGeometry, ...]) -> float:
    return areas[0].area if len(areas) == 1 else _union_area(areas)


@lru_cache(maxsize=8192)
def _union_area(areas: tuple[BaseGeometry, ...]) -> float:
    return float(geometry.union(areas).area)


@lru_cache(maxsize=8192)
def _intersection(area: BaseGeometry, whole: BaseGeometry) -> BaseGeometry:
    return geometry.intersection(area, whole)


NOT_AN_ESTIMATE = "Visible damage only, not a repair estimate."


@dataclass(frozen=True)
class Counted:
    """What went into the figure and what did not."""

    photo: Photo
    damage: Sequence[Region]
    cars: Sequence[Region]
    left_out: Sequence[Region]  # rejected, or scored too low
    beside: Sequence[Region]  # proposals beside what a person outlined
    cut_off: bool
    threshold: float

    @property
    def denominator(self) -> Literal["car", "photo"]:
        """What the figure is a share of."""
        return "car" if self.cars else "photo"

    @property
    def words(self) -> str:
        """The denominator in words, to stand behind the number."""
        if not self.cars:
            return "of the photo"
        return "of the visible car" if self.cut_off else "of the car"


def explain(counted: Counted, *, outside: float = 0.0, overlap: bool = False) -> str:
    """What was counted, against what, what was left out and why; always ends with `NOT_AN_ESTIMATE`.

    `outside` is the share (0…1) of the outlined damage that lies outside the denominator.
    """
    parts = [_what(counted), _left_out(counted), _against(counted), _outside_text(counted, outside)]
    if overlap:
        parts.append("The figures per label overlap and need not add up.")
    return " ".join([part for part in parts if part] + [NOT_AN_ESTIMATE])


def _what(counted: Counted) -> str:
    if not counted.damage:
        nothing = not (counted.left_out or counted.beside or counted.cars)
        return "Nothing is outlined yet." if nothing else "No damage counted."
    predicted = sum(r.origin.kind == "predicted" and r.review != "accepted" for r in counted.damage)
    what = plural(len(counted.damage), "damage region")
    if predicted == len(counted.damage):
        what += f" predicted at {counted.threshold:.2f} or above"
    elif predicted:
        what += f", {predicted} of them predicted at {counted.threshold:.2f} or above"
    return what + ("; overlaps count once." if len(counted.damage) > 1 else ".")


def _left_out(counted: Counted) -> str:
    rejected = sum(r.review == "rejected" for r in counted.left_out)
    below = len(counted.left_out) - rejected
    parts = [f"{rejected} rejected"] if rejected else []
    parts += [f"{below} below {counted.threshold:.2f}"] if below else []
    parts += [f"{plural(len(counted.beside), 'proposal')} not accepted yet"] if counted.beside else []
    return f"Not counted: {', '.join(parts)}." if parts else ""


def _against(counted: Counted) -> str:
    if not counted.cars:
        if counted.photo.width <= 0:
            return "No car outline yet, and the size of the photo is unknown: no share can be given."
        return "No car outline yet, so this is a share of the photo and changes with its crop."
    which = "the car outline" if len(counted.cars) == 1 else f"{len(counted.cars)} car outlines together"
    by = sorted({r.origin.model for r in counted.cars if r.origin.kind == "predicted" and r.origin.model})
    text = f"Measured against {which}" + (f" by {', '.join(by)}" if by else "") + "."
    return text + (" The car is cut off by the photo's border." if counted.cut_off else "")


def _outside_text(counted: Counted, outside: float) -> str:
    if outside < 0.005:
        return ""
    of_what = "car outline" if counted.cars else "photo"
    return f"{100 * outside:.0f} % of the outlined damage lies outside the {of_what} and is not counted."


def figure(percent: float | None, low: float | None, high: float | None, words: str) -> str:
    """The figure with its range, where it has one, and its denominator: `18.5 % of the car (16.9–20.3)`."""
    if percent is None or low is None or high is None:
        return f"no share {words} known"
    spread = f" ({low:.1f}–{high:.1f})" if high - low >= 0.05 else ""
    return f"{percent:.1f} % {words}{spread}"
