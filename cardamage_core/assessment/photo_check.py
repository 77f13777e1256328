"""Checks whether a photo can be relied on: sharp, lit, without glare, large enough, of a whole car, as it was taken.

Pure functions of pixels, regions and what the file says of itself. Each warning explains itself with the measured value
and none blocks anything. The limits were set on real photos; `docs/photo-check.md` says how often they are wrong.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

import cv2
import msgspec
import numpy as np
from shapely.geometry.base import BaseGeometry

from ..annotations.model import Label, Photo, Region
from .areas import holds
from .damage import Damage, role_of
from .photo_facts import PhotoFacts

Code = Literal[
    "blurred", "dark", "bright", "glare", "small", "cut-off", "close-up", "unfamiliar", "no-car", "not-a-car", "edited",
    "resaved", "no-time",
]  # fmt: skip

LONGEST = 640  # pixels of the longer side at which photos are measured
TILES = 6  # each way
DIRECTIONS = 6  # in which sharpness is measured: a camera that moved blurs in one of them
SHARP = 1.47
DARK = 80  # grey level that all but a twentieth of a dark photo's pixels stay below
BRIGHT = 200  # grey level that all but a quarter of an overexposed photo's pixels exceed
BURNT = 250  # in all channels
GRID = 64  # cells of the longer side of the map of burnt spots
GLARE = 0.05  # of the car in one burnt spot
SMALL = 480  # pixels of the shorter side
SEEN = {"damage": 0.4, "part": 0.4}  # scores from which a region speaks for a car


class Measures(msgspec.Struct, frozen=True):
    """What was measured on the pixels of a photo.

    `sharpness` compares edges as they are with edges blurred by 2.5 pixels, where the photo has edges, in the direction
    in which it is least sharp (1 blurred, 2 sharp). `dark` and `bright` are the grey levels (0…255) that 95 % and 25 %
    of the pixels stay below. `burnt` is a map of `burnt_size` (columns, rows) cells, row by row: how much of each is
    burnt out (0…255).
    """

    sharpness: float
    dark: float
    bright: float
    burnt: bytes = b""
    burnt_size: tuple[int, int] = (0, 0)


class Remark(NamedTuple):
    """One sentence about a photo, its kind, and how much it matters."""

    code: Code
    text: str
    severity: Literal["info", "warning", "error"] = "warning"


def measure(image: np.ndarray) -> Measures:
    """Measure a photo (H, W, 3) uint8 RGB."""
    small = _fitted(image)
    grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)).astype(np.float32)
    dark, bright = np.percentile(grey, [95, 25])
    burnt = _burnt(small)
    return Measures(
        sharpness=round(_sharpness(grey), 3),
        dark=round(float(dark), 1),
        bright=round(float(bright), 1),
        burnt=burnt.tobytes(),
        burnt_size=(burnt.shape[1], burnt.shape[0]),
    )


def _fitted(image: np.ndarray) -> np.ndarray:
    scale = LONGEST / max(image.shape[:2])
    if scale >= 1:
        return image
    return np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))


def _sharpness(grey: np.ndarray) -> float:
    """Slopes of the photo over slopes of the blurred photo, in the tiles with most slope; the least sharp direction.

    So a photo with a blurred background is sharp, and a plain one is as sharp as its edges.
    """
    own, blurred = _slopes(grey, 0.6), _slopes(grey, 2.5)
    found = []
    for angle in np.arange(DIRECTIONS) * np.pi / DIRECTIONS:
        fine, coarse = (_tiles((np.cos(angle) * x + np.sin(angle) * y) ** 2) for x, y in (own, blurred))
        told = coarse >= np.median(coarse)
        found.append(float(np.percentile(np.sqrt(fine[told] / (coarse[told] + 0.05)), 75)))
    return min(found)


def _slopes(grey: np.ndarray, sigma: float) -> tuple[np.ndarray, np.ndarray]:
    """Grey levels per pixel to the right and down, of the photo smoothed a little."""
    smooth = cv2.GaussianBlur(grey, (0, 0), sigma)
    return cv2.Sobel(smooth, cv2.CV_32F, 1, 0, ksize=3) / 8, cv2.Sobel(smooth, cv2.CV_32F, 0, 1, ksize=3) / 8


def _tiles(values: np.ndarray) -> np.ndarray:
    return np.asarray(cv2.resize(values, (TILES, TILES), interpolation=cv2.INTER_AREA))


def _burnt(small: np.ndarray) -> np.ndarray:
    """(rows, columns) uint8: how much of each cell is burnt out."""
    height, width = small.shape[:2]
    scale = min(1.0, GRID / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    burnt = np.where(small.min(axis=2) >= BURNT, 255, 0).astype(np.uint8)
    return np.asarray(cv2.resize(burnt, size, interpolation=cv2.INTER_AREA))


def glare(measured: Measures, photo: Photo, car: BaseGeometry) -> float:
    """The share (0…1) of the car that its largest burnt spot covers; a spot that goes on outside is background."""
    columns, rows = measured.burnt_size
    is_map = columns > 0 and rows > 0 and len(measured.burnt) == columns * rows  # OpenCV crashes on an empty one
    if not is_map or car.is_empty or not photo.width:
        return 0.0
    burnt = np.frombuffer(measured.burnt, np.uint8).reshape(rows, columns) / 255.0
    x, y = np.meshgrid(
        (np.arange(columns) + 0.5) * photo.width / columns, (np.arange(rows) + 0.5) * photo.height / rows
    )
    inside = holds(car, x, y)
    count, spots = cv2.connectedComponents((burnt > 0.5).astype(np.uint8))
    within = np.bincount(spots[inside], burnt[inside], minlength=count)
    outside = np.bincount(spots[~inside], burnt[~inside], minlength=count)
    within[outside > 0.1 * within] = 0
    within[0] = 0
    return float(within.max()) / max(1, int(inside.sum()))


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


def of_regions(damage: Damage, regions: Sequence[Region], labels: Sequence[Label]) -> Iterator[Remark]:
    """What can be said once models or people have looked: whether it shows a car, and how much of it.

    `damage` is the figure of these regions: a warning and a refused figure never disagree.
    """
    match damage.reason:
        case "nothing":
            yield Remark("no-car", "No car is seen on it.")
        case "no car" if damage.tally.counted or damage.panels:
            yield Remark("close-up", "A close-up: no whole car is in view, so no share of the car can be given.")
        case "no car":
            yield Remark("no-car", "No car is seen on it.")
        case "close-up":
            yield Remark("close-up", damage.why)
        case "unfamiliar" if _speaks_for_a_car(regions, labels):
            yield Remark("unfamiliar", damage.why, "info")
        case "unfamiliar":
            yield Remark("not-a-car", f"Perhaps no photo of a car. {damage.why}")
        case "cut off":
            yield Remark("cut-off", "The car is cut off by the photo's border: shares are of its visible part.")


def _speaks_for_a_car(regions: Sequence[Region], labels: Sequence[Label]) -> bool:
    """Whether a panel or a damage is seen: of photos of anything else, half show neither."""
    roles = {label.name: label.role for label in labels}
    told = ((one, SEEN.get(role_of(one, roles), 2.0)) for one in regions if one.review != "rejected")
    return any((1.0 if one.origin.score is None else one.origin.score) >= least for one, least in told)


def of_light(photo: Photo, measured: Measures, car: BaseGeometry) -> Iterator[Remark]:
    """Whether a reflection hides a part of the car."""
    share = glare(measured, photo, car)
    if share > GLARE:
        yield Remark("glare", f"Glare: one white spot hides {100 * share:.0f} % of the car.")
