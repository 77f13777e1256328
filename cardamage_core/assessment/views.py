"""Tells which views of the checklist a photo seems to be: a front corner of the car, damage near or far. People decide.

A corner is where the car's front and its doors are seen side by side; whether the front lies left or right of the doors
tells which side of the car it is. How often that is right, and why rear corners are not told: docs/photo-check.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from shapely.geometry.base import BaseGeometry

from ..annotations.model import Label, Photo, Region
from .areas import union_of
from .damage import Damage, is_counted, role_of
from .panels import SURE_PANEL, sides_touched

SeenView = Literal["front left", "front right", "damage near", "damage far"]

FRONT = {"front bumper", "hood", "front lamp"}
REAR = {"rear bumper", "tailgate", "rear lamp"}
DOORS = {"front door", "rear door"}
WHEEL = "wheel"
KINDS = 6  # of panels, a wheel among them, without which a photo is too near to be a view of a corner
BORDERS = 2  # of the photo that the car may touch
ENOUGH_FRONT, ENOUGH_DOORS = 0.12, 0.04  # shares of the car that these must cover
REAR_BESIDE = 0.3  # of what the front covers may the rear cover
APART = 0.25  # of the car's width between the middles of front and doors


def views_of(photo: Photo, regions: Sequence[Region], labels: Sequence[Label], damage: Damage) -> Iterator[SeenView]:
    """The views that a photo seems to be, by what is outlined on it."""
    if corner := _corner_of(photo, regions, labels, damage):
        yield corner
    if damage.tally.counted and damage.determined:
        yield "damage far"
    elif damage.tally.counted and damage.reason in ("close-up", "no car"):
        yield "damage near"


def _corner_of(photo: Photo, regions: Sequence[Region], labels: Sequence[Label], damage: Damage) -> SeenView | None:
    roles = {label.name: label.role for label in labels}
    counted = [one for one in regions if is_counted(one, damage.tally.threshold, role=role_of(one, roles))]
    car = _area(one for one in counted if role_of(one, roles) == "car")
    parts = [one for one in counted if role_of(one, roles) == "part"]
    kinds = {one.label for one in parts if one.origin.score is None or one.origin.score >= SURE_PANEL}
    if not damage.determined or len(kinds) < KINDS or WHEEL not in kinds or sides_touched(car, photo) > BORDERS:
        return None
    front, rear, doors = (_area(one for one in parts if one.label in names) for names in (FRONT, REAR, DOORS))
    is_seen = front.area >= ENOUGH_FRONT * car.area and doors.area >= ENOUGH_DOORS * car.area
    if not is_seen or rear.area > REAR_BESIDE * front.area:
        return None
    return _facing(front, doors, car)


def _facing(front: BaseGeometry, doors: BaseGeometry, car: BaseGeometry) -> SeenView | None:
    """A car that drives to the left of the photo shows its left side."""
    left, _, right, _ = car.bounds
    shift = front.centroid.x - doors.centroid.x
    if abs(shift) < APART * (right - left):
        return None
    return "front left" if shift < 0 else "front right"


def _area(regions: Iterable[Region]) -> BaseGeometry:
    return union_of(tuple(one.shape for one in regions))
