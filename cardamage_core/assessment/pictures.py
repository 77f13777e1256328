"""Draws regions on a photo for a file, as the window draws them on its canvas.

Filled 22 %, a line in the label's colour with a dark halo; the car's outline is a line only, panels are a faint one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import cv2
import numpy as np

from .. import files
from ..annotations import shapes
from ..annotations.model import Label, Region

Colour = tuple[int, int, int]  # RGB

FILL = 0.22
FAINT = 0.5
HALO: Colour = (11, 13, 16)
WHITE: Colour = (255, 255, 255)
OTHERWISE = "#E69F00"  # the colour of a label that is not in the data set's list
_SHIFT = 4  # OpenCV draws in 1/16 pixels
_FONT = cv2.FONT_HERSHEY_DUPLEX


def draw(
    image: np.ndarray, regions: Iterable[Region], labels: Iterable[Label], *, numbered: bool = False
) -> np.ndarray:
    """A copy of the photo (H, W, 3) uint8 RGB with its regions drawn, panels below all others, the last on top.

    Numbers count from 1; panels and cars have none.
    """
    picture = np.ascontiguousarray(image).copy()
    by_name = {label.name: label for label in labels}
    labelled = [(region, by_name.get(region.label, Label(region.label, OTHERWISE))) for region in regions]
    _draw_faint(picture, [region for region, label in labelled if label.role == "part"])
    for region, label in labelled:
        if label.role != "part":
            _draw_region(picture, region, colour_of(label), filled=label.role != "car")
    counted = [pair for pair in labelled if pair[1].role not in ("part", "car")]
    for number, (region, label) in enumerate(counted if numbered else (), start=1):
        _draw_number(picture, region, number, colour_of(label))
    return picture


def caption(picture: np.ndarray, text: str) -> np.ndarray:
    """The picture with a dark bar below it that holds `text` (plain ASCII: OpenCV draws nothing else)."""
    plain = text.replace("–", "-").encode("ascii", "replace").decode()
    (width, _), _ = cv2.getTextSize(plain, _FONT, 1.0, 1)
    size = min(max(0.5, _unit(picture) * 0.25), 0.94 * picture.shape[1] / max(1, width))  # readable, and it fits
    bar = np.full((round(54 * size) + 6, picture.shape[1], 3), HALO, np.uint8)
    at = (round(16 * size), bar.shape[0] - round(16 * size) - 3)
    cv2.putText(bar, plain, at, _FONT, size, WHITE, max(1, round(1.8 * size)), cv2.LINE_AA)
    return np.vstack([picture, bar])


def write_png(path: Path, picture: np.ndarray) -> None:
    """Write (H, W, 3) uint8 RGB as a PNG file, whole or not at all."""
    _, data = cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    files.write_atomic(path, data.tobytes())


def colour_of(label: Label) -> Colour:
    """A label's `#rrggbb` as numbers."""
    try:
        red, green, blue = bytes.fromhex(label.color.removeprefix("#"))
    except ValueError:
        return colour_of(Label(label.name, OTHERWISE))
    return red, green, blue


def _draw_region(picture: np.ndarray, region: Region, colour: Colour, *, filled: bool) -> None:
    lines, closed = _lines(region)
    if closed and filled:
        _fill(picture, lines, colour)
    width = _unit(picture)
    for line_colour, thickness in ((HALO, round(width * 1.5) + 1), (colour, max(1, round(width)))):
        cv2.polylines(picture, lines, closed, line_colour, thickness, cv2.LINE_AA, _SHIFT)


def _draw_faint(picture: np.ndarray, regions: Sequence[Region]) -> None:
    """Thin lines halfway between the photo and white, blended once for all: a photo may have many million pixels."""
    if not regions:
        return
    over, width = picture.copy(), max(1, round(_unit(picture) * 0.6))
    for lines, closed in map(_lines, regions):
        cv2.polylines(over, lines, closed, WHITE, width, cv2.LINE_AA, _SHIFT)
    cv2.addWeighted(picture, 1 - FAINT, over, FAINT, 0.0, dst=picture)


def _lines(region: Region) -> tuple[list[np.ndarray], bool]:
    """The lines of a region's shape, and whether they are closed."""
    rings = [_points(ring) for ring in shapes.outline(region.shape)]
    return rings or [_points(line) for line in shapes.lines(region.shape)], bool(rings)


def _fill(picture: np.ndarray, rings: Sequence[np.ndarray], colour: Colour) -> None:
    """Tint the area of the rings (even-odd) in place, working on their bounding box only."""
    points = np.concatenate(rings) / (1 << _SHIFT)
    x0, y0 = np.clip(np.floor(points.min(0)).astype(int), 0, picture.shape[1::-1])
    x1, y1 = np.clip(np.ceil(points.max(0)).astype(int) + 2, 0, picture.shape[1::-1])
    if x1 <= x0 or y1 <= y0:
        return
    mask = np.zeros((y1 - y0, x1 - x0), np.uint8)
    cv2.fillPoly(mask, [ring - (np.array((x0, y0)) << _SHIFT) for ring in rings], 255, cv2.LINE_AA, _SHIFT)
    part = picture[y0:y1, x0:x1]
    share = mask[..., None] * np.float32(FILL / 255)
    part[:] = np.round(part * (1 - share) + np.array(colour, np.float32) * share)


def _draw_number(picture: np.ndarray, region: Region, number: int, colour: Colour) -> None:
    point = shapes.area(region.shape).representative_point()
    if point.is_empty:
        return
    scale = _unit(picture)
    centre, radius = (round(point.x), round(point.y)), round(7 * scale)
    cv2.circle(picture, centre, radius + max(1, round(scale)), HALO, -1, cv2.LINE_AA)
    cv2.circle(picture, centre, radius, colour, -1, cv2.LINE_AA)
    text, size, width = str(number), 0.35 * scale, max(1, round(0.6 * scale))
    (w, h), _ = cv2.getTextSize(text, _FONT, size, width)
    cv2.putText(picture, text, (centre[0] - w // 2, centre[1] + h // 2), _FONT, size, HALO, width, cv2.LINE_AA)


def _points(ring: Iterable[tuple[float, float]]) -> np.ndarray:
    """(n, 2) int32 in OpenCV's 1/16 pixels; our (0.5, 0.5) is the middle of OpenCV's pixel (0, 0)."""
    return np.round((np.array(list(ring), np.float64) - 0.5) * (1 << _SHIFT)).astype(np.int32)


def _unit(picture: np.ndarray) -> float:
    """How thick a line must be to look 1.8 pixels wide when the picture is shown 1000 pixels wide."""
    return max(1.0, 1.8 * float(max(picture.shape[:2])) / 1000)
