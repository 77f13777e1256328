"""Checks whether a photo can be relied on: sharp, lit, without glare, large enough, of a whole car, as it was taken.

Pure functions of pixels, regions and what the file says of itself. Each warning explains itself with the measured value
and none blocks anything. The limits were set on real photos; `docs/photo-check.md` says how often they are wrong.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

import cv2
import msgspec
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from ..annotations.model import Label, Photo, Region, Role
from .areas import area_of, union_of
from .damage import is_counted, role_of
from .panels import EDGE
from .photo_facts import PhotoFacts

Code = Literal[
    "blurred", "dark", "bright", "glare", "small", "cut-off", "close-up", "no-car", "not-a-car", "edited", "resaved",
    "no-time",
]  # fmt: skip

LONGEST = 640  # pixels of the longer side at which photos are measured
TILES = 8  # each way
PLAIN = 4.0  # contrast (grey levels²) below which a tile tells nothing of sharpness
SHARP = 0.45
DARK = 70  # grey level that all but a twentieth of a dark photo's pixels stay below
BRIGHT = 200  # grey level that all but a quarter of an overexposed photo's pixels exceed
BURNT = 250  # in all channels
GLARE = 0.03  # of the car in one burnt spot
SMALL = 480  # pixels of the shorter side
WHOLE = 0.8  # of the photo that a car covers in a close-up
CAR_SCORE, PARTS_NEEDED = 0.5, 1


class Measures(msgspec.Struct, frozen=True):
    """What was measured on the pixels of a photo.

    `sharpness` is the ratio of fine to medium detail where the photo has most of it (about 0.2 blurred, 1 and more
    sharp); `dark` and `bright` are the grey levels (0…255) that 95 % and 25 % of the pixels stay below.
    """

    sharpness: float
    dark: float
    bright: float


class Remark(NamedTuple):
    """One sentence about a photo, its kind, and how much it matters."""

    code: Code
    text: str
    severity: Literal["info", "warning", "error"] = "warning"


def measure(image: np.ndarray) -> Measures:
    """Measure a photo (H, W, 3) uint8 RGB."""
    grey = _grey(_fitted(image)).astype(np.float32)
    dark, bright = np.percentile(grey, [95, 25])
    return Measures(round(_sharpness(grey), 3), round(float(dark), 1), round(float(bright), 1))


def _fitted(image: np.ndarray) -> np.ndarray:
    scale = LONGEST / max(image.shape[:2])
    if scale >= 1:
        return image
    return np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))


def _grey(image: np.ndarray) -> np.ndarray:
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))


def _sharpness(grey: np.ndarray) -> float:
    """Energy of detail finer than 1 pixel over that of 2 to 4 pixels, in the tile at the 90th percentile.

    So a photo with a blurred background is sharp, and a plain one is as sharp as its edges.
    """
    fine = (grey - _smooth(grey, 1.0)) ** 2
    medium = (_smooth(grey, 2.0) - _smooth(grey, 4.0)) ** 2
    size = (TILES, TILES)
    fine_tiles, medium_tiles = (cv2.resize(one, size, interpolation=cv2.INTER_AREA) for one in (fine, medium))
    told = medium_tiles > PLAIN
    if not told.any():
        return 0.0
    return float(np.percentile(np.sqrt(fine_tiles[told] / medium_tiles[told]), 90))


def _smooth(grey: np.ndarray, sigma: float) -> np.ndarray:
    return np.asarray(cv2.GaussianBlur(grey, (0, 0), sigma))


def glare(image: np.ndarray, car: Region) -> float:
    """The share (0…1) of the car that its largest burnt spot covers; a spot that reaches the outline is background."""
    small = _fitted(image)
    scale = small.shape[1] / image.shape[1]
    inside = np.zeros(small.shape[:2], np.uint8)
    for part in shapely.get_parts(area_of(car.shape)):
        cv2.fillPoly(inside, [np.rint(np.asarray(part.exterior.coords) * scale).astype(np.int32)], 1)
    whole = int(inside.sum())
    if not whole:
        return 0.0
    burnt = (small.min(axis=2) >= BURNT).astype(np.uint8)
    count, spots = cv2.connectedComponents(burnt)
    if count < 2:
        return 0.0
    within = np.bincount(spots[inside == 1], minlength=count)
    outside = np.bincount(spots[inside == 0], minlength=count)
    within[0] = 0
    within[outside > 0.05 * within] = 0
    return float(within.max()) / whole


# What is said of a photo


def of_pixels(photo: Photo, measured: Measures) -> Iterator[Remark]:
    """What can be said before any model has looked."""
    shorter = min(photo.width, photo.height)
    if shorter < SMALL:
        size = f"{photo.width} × {photo.height} pixels"
        yield Remark("small", f"Small: {size}; fine damage may not be seen below {SMALL} on the shorter side.")
    if measured.sharpness < SHARP:
        yield Remark("blurred", f"Blurred: sharpness {measured.sharpness:.2f}, at least {SHARP:.2f} is usual.")
    if measured.dark < DARK:
        yield Remark("dark", f"Dark: nearly all of it is darker than {measured.dark / 2.55:.0f} % of white.")
    if measured.bright > BRIGHT:
        yield Remark(
            "bright", f"Overexposed: three quarters are brighter than {measured.bright / 2.55:.0f} % of white."
        )


def of_file(facts: PhotoFacts, now: datetime.datetime) -> Iterator[Remark]:
    """What the file says of itself, which anybody can write."""
    if facts.generated:
        yield Remark("edited", "Its file says that a program made the picture or parts of it.")
    elif facts.editor:
        yield Remark("edited", f"Saved by {facts.editor}: it may have been changed.")
    elif facts.signed:
        yield Remark("edited", "Carries a signed history (C2PA), which was not checked.", "info")
    if facts.quality and not facts.camera:
        text = f"Saved anew (JPEG quality {facts.quality}) without the camera's data, as messengers do."
        yield Remark("resaved", text, "info")
    if not facts.taken:
        yield Remark("no-time", "Does not say when it was taken.", "info")
    elif _is_later(facts.taken, now):
        yield Remark("no-time", f"Says that it was taken on {facts.taken[:10]}, which is still to come.")


def _is_later(taken: str, now: datetime.datetime) -> bool:
    """By more than a day, which no time zone explains."""
    when = datetime.datetime.fromisoformat(taken)
    when = when if when.tzinfo else when.replace(tzinfo=datetime.UTC)
    return when > now + datetime.timedelta(days=1)


class Sight(NamedTuple):
    """What models see on a photo: the car's area and its score, how many parts, how many damages."""

    photo: Photo
    car: BaseGeometry
    score: float
    parts: int
    damages: int


def of_regions(photo: Photo, regions: Sequence[Region], labels: Iterable[Label], threshold: float) -> Iterator[Remark]:
    """What can be said once the models in the box have looked: whether it shows a car, and how much of it."""
    roles = {label.name: label.role for label in labels}
    seen = _sight(photo, regions, roles, threshold)
    if seen.car.is_empty:
        yield _without_car(seen)
    elif seen.score < CAR_SCORE and seen.parts < PARTS_NEEDED:
        yield Remark("not-a-car", "Probably no photo of a car: neither its outline nor its parts are clear.")
    else:
        yield from _of_frame(seen)


def _without_car(seen: Sight) -> Remark:
    if seen.parts or seen.damages:
        return Remark("close-up", "A close-up: no whole car is in view, so no share of the car can be given.")
    return Remark("no-car", "No car is seen on it.")


def _of_frame(seen: Sight) -> Iterator[Remark]:
    photo = seen.photo
    covered = seen.car.area / max(1, photo.width * photo.height)
    sides = _sides(seen.car, photo)
    if covered > WHOLE or (len(sides) >= 3 and covered > 0.5):
        text = f"A close-up: the car fills {100 * covered:.0f} % of it, so its share of the whole car is not known."
        yield Remark("close-up", text)
    elif sides:
        yield Remark("cut-off", f"The car is cut off {' and '.join(sides)}: shares are of its visible part.")


def _sides(car: BaseGeometry, photo: Photo) -> list[str]:
    near = max(1.0, EDGE * max(photo.width, photo.height))
    x0, y0, x1, y1 = car.bounds
    found = {"left": x0 < near, "at the top": y0 < near, "right": x1 > photo.width - near}
    found["at the bottom"] = y1 > photo.height - near
    return [name for name, is_cut in found.items() if is_cut]


def _sight(photo: Photo, regions: Sequence[Region], roles: dict[str, Role], threshold: float) -> Sight:
    def of(role: Role) -> list[Region]:
        return [r for r in regions if role_of(r, roles) == role and is_counted(r, threshold, role=role)]

    cars = of("car")
    scores = [1.0 if r.origin.score is None or r.review == "accepted" else r.origin.score for r in cars]
    car = union_of(tuple(r.shape for r in cars))
    return Sight(photo, car, max(scores, default=0.0), len(of("part")), len(of("damage")))
