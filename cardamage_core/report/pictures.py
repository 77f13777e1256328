"""The pictures of a report: each photo beside its overlay, and a crop of each finding, with private regions blurred.

Photos are decoded at the size they are shown, which for JPEG takes a fraction of the time, and written anew without the
metadata of the original. What is private is made unrecognisable before anything else is done with the pixels.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import msgspec
import numpy as np
from PIL import Image

from .. import imaging
from ..annotations import shapes
from ..annotations.model import Label, Photo, Polygon, Region, Role
from ..assessment import pictures
from ..assessment.areas import area_of
from ..assessment.damage import role_of

SIDE = 1280  # pixels of the longer side of a photo in the report
LEAST = 800  # pixels of the longer side; smaller photos are enlarged
CROP = 300  # pixels of the longer side of a crop
MARGIN = 0.35  # of a finding's size, around it in its crop
BLOCKS = 5  # squares across a private region, too few to read a plate or know a face by
QUALITY = 85
NOT_COUNTED = "#9aa2ad"


class Picture(NamedTuple):
    """A JPEG file in memory and its size."""

    data: bytes
    width: int
    height: int


class PhotoPictures(NamedTuple):
    """The original, the overlay (None where nothing is drawn) and the crops by the regions' ids."""

    original: Picture
    overlay: Picture | None
    crops: dict[str, Picture]


def of_photo(
    photo: Photo, path: Path, regions: Sequence[Region], labels: Sequence[Label], numbers: Mapping[str, str]
) -> PhotoPictures:
    """The pictures of one photo; `numbers` holds the findings to show by their region's id, "-" before not counted.

    Raises PhotoError where the file cannot be read any more.
    """
    image = _at_least(imaging.thumbnail(path, SIDE))
    factor = image.shape[1] / photo.width if photo.width else 1.0
    roles: dict[str, Role] = {label.name: label.role for label in labels}
    scaled = [_scaled(region, factor) for region in regions]
    image = blurred(image, [region for region in scaled if role_of(region, roles) == "private"])
    shown = [region for region in scaled if region.id in numbers or role_of(region, roles) == "car"]
    original = _jpeg(image)
    if not shown:
        return PhotoPictures(original, None, {})
    drawn = _drawn(image, shown, labels, numbers)
    crops = {region.id: _jpeg(_crop(drawn, region)) for region in shown if region.id in numbers}
    return PhotoPictures(original, _jpeg(_numbered(drawn, shown, numbers)), crops)


def _at_least(image: np.ndarray) -> np.ndarray:
    """A very small photo enlarged, so that lines and numbers do not cover it."""
    factor = LEAST / max(image.shape[:2])
    if factor <= 1:
        return image
    return cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)


def blurred(image: np.ndarray, private: Iterable[Region]) -> np.ndarray:
    """A copy of the photo (H, W, 3) uint8 with the boxes around private regions replaced by a few large squares."""
    picture = image.copy()
    height, width = picture.shape[:2]
    for region in private:
        x0, y0, x1, y1 = _box(region)
        margin = 0.05 * max(x1 - x0, y1 - y0) + 1
        left, top = max(0, math.floor(x0 - margin)), max(0, math.floor(y0 - margin))
        right, bottom = min(width, math.ceil(x1 + margin)), min(height, math.ceil(y1 + margin))
        if right <= left or bottom <= top:
            continue
        part = picture[top:bottom, left:right]
        block = max(1, math.ceil(max(part.shape[:2]) / BLOCKS))
        few = (max(1, part.shape[1] // block), max(1, part.shape[0] // block))
        small = cv2.resize(part, few, interpolation=cv2.INTER_AREA)
        picture[top:bottom, left:right] = cv2.resize(small, part.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    return picture


def _scaled(region: Region, factor: float) -> Region:
    """The region in pixels of the smaller picture."""
    rings = shapes.outline(region.shape) or shapes.lines(region.shape)
    smaller = tuple(tuple((x * factor, y * factor) for x, y in ring) for ring in rings)
    return msgspec.structs.replace(region, shape=Polygon(smaller))


def _drawn(
    image: np.ndarray, regions: Sequence[Region], labels: Sequence[Label], numbers: Mapping[str, str]
) -> np.ndarray:
    """Findings that do not count are grey."""
    grey = Label("not counted", NOT_COUNTED)
    named = [
        msgspec.structs.replace(region, label=grey.name) if numbers.get(region.id, "").startswith("-") else region
        for region in sorted(regions, key=lambda region: region.id in numbers)
    ]
    return pictures.draw(image, named, (*labels, grey))


def _numbered(drawn: np.ndarray, regions: Sequence[Region], numbers: Mapping[str, str]) -> np.ndarray:
    """The numbers as plates at the upper edge of each finding, moved down where one is there already."""
    scale = max(drawn.shape[:2]) / 1000
    size, pad = 1.0 * scale, round(8 * scale)
    taken: list[tuple[int, int, int, int]] = []
    for region in sorted((r for r in regions if r.id in numbers), key=lambda r: _box(r)[1]):
        text = numbers[region.id].lstrip("-")
        (width, height), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_DUPLEX, size, 1)
        width, height = width + 2 * pad, height + 2 * pad
        x0, y0, _, _ = _box(region)
        x = int(min(max(0, x0), drawn.shape[1] - width))
        y = int(min(max(0, y0 - height), drawn.shape[0] - height))
        while (hit := next((box for box in taken if _overlap(box, (x, y, width, height))), None)) is not None:
            y = hit[1] + hit[3] + 1
        taken.append((x, y, width, height))
        cv2.rectangle(drawn, (x, y), (x + width, y + height), pictures.HALO, -1)
        at = (x + pad, y + height - pad)
        cv2.putText(
            drawn, text, at, cv2.FONT_HERSHEY_DUPLEX, size, pictures.WHITE, max(1, round(1.6 * scale)), cv2.LINE_AA
        )
    return drawn


def _overlap(a: tuple[int, int, int, int], b: tuple[int, int, int, int]) -> bool:
    return a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]


def _crop(drawn: np.ndarray, region: Region) -> np.ndarray:
    """The finding with some of what is around it, at most CROP pixels long."""
    x0, y0, x1, y1 = _box(region)
    side = max(x1 - x0, y1 - y0, 24.0) * (1 + 2 * MARGIN)
    cx, cy = (x0 + x1) / 2, (y0 + y1) / 2
    height, width = drawn.shape[:2]
    left, right = max(0, round(cx - side / 2)), min(width, round(cx + side / 2))
    top, bottom = max(0, round(cy - side * 0.375)), min(height, round(cy + side * 0.375))
    part = drawn[
        max(0, min(top, height - 2)) : max(bottom, top + 2), max(0, min(left, width - 2)) : max(right, left + 2)
    ]
    factor = CROP / max(part.shape[:2])
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return cv2.resize(part, None, fx=factor, fy=factor, interpolation=way)


def _box(region: Region) -> tuple[float, float, float, float]:
    area = area_of(region.shape)
    if not area.is_empty:
        x0, y0, x1, y1 = area.bounds
        return x0, y0, x1, y1
    points = np.array([point for ring in shapes.lines(region.shape) for point in ring] or [(0.0, 0.0)])
    return (*points.min(0).tolist(), *points.max(0).tolist())


def _jpeg(image: np.ndarray) -> Picture:
    data = io.BytesIO()
    Image.fromarray(image).save(data, "JPEG", quality=QUALITY)
    return Picture(data.getvalue(), image.shape[1], image.shape[0])
