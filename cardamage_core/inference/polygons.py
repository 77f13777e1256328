"""Converts predicted masks to polygons at sub-pixel accuracy.

The network gives probabilities on a small grid inside each box. The outline is where they cross one half, interpolated
between the grid's cells and scaled to the photo: no full-size mask is made, and nothing is rounded to pixels. First the
chequered pattern of the mask head is taken out of a detection's grid (see `CHEQUERS`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import cast

import contourpy
import cv2
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from .. import geometry
from ..annotations import confidence
from ..annotations.model import Origin, Polygon, Region, Ring, new_id
from ..mrcnn.detections import Detections

CRUMB = 4.0  # px²: parts and holes smaller than this are noise
TOLERANCE = 0.5  # px: how far simplifying may move the outline (less where the region is small)
# A transposed convolution of stride 2 paints four cells for one, each with weights of its own, so that masks near one
# half alternate from cell to cell (Odena et al. 2016, Deconvolution and checkerboard artifacts). This kernel has its
# zero at that frequency: outlines lose their teeth and many vertices, and no accuracy (docs/decisions/0010).
CHEQUERS = np.array((0.25, 0.5, 0.25), np.float32)
FRAME = 1.5  # cells from the middle of a frame's corner to the grid's corner: two cells wide, and values are of middles
ZOOM = 4  # the grid is interpolated this much finer at most, so that the outline curves as the resized mask would


def regions(found: Detections, classes: Sequence[str], *, model: str, min_score: float = 0.0) -> tuple[Region, ...]:
    """The detections scored `min_score` or more as polygon regions, best first; `classes` names class 1, 2, …

    Each carries its band (`annotations.confidence`). A detection whose mask nowhere exceeds one half is left out.
    """
    order = [int(i) for i in np.argsort(-found.scores, kind="stable") if found.scores[i] >= min_score]
    made = (
        _region(found.masks[i], found.boxes[i], classes[int(found.class_ids[i]) - 1], model, float(found.scores[i]))
        for i in order
    )
    return tuple(region for region in made if region is not None)


def outline(mask: np.ndarray, box: Sequence[float] | np.ndarray, *, level: float = 0.5) -> tuple[Ring, ...]:
    """The closed rings (even-odd, photo pixels) around the part of `box` where `mask` exceeds `level`.

    `mask` is (h, w) probabilities whose cells tile the box (y1, x1, y2, x2); outside the box there is nothing.
    """
    return next(_outlines(mask, box, [level]), ())


def without_chequers(mask: np.ndarray) -> np.ndarray:
    """A detection's mask (h, w) without the pattern of the mask head, float32."""
    grid = np.asarray(mask, np.float32)
    return cv2.sepFilter2D(grid, -1, CHEQUERS, CHEQUERS, borderType=cv2.BORDER_REPLICATE)


def _region(mask: np.ndarray, box: np.ndarray, label: str, model: str, score: float) -> Region | None:
    mask = without_chequers(mask)
    levels = _outlines(mask, box, [0.5, confidence.OUTER, confidence.INNER])
    rings = next(levels, ())
    if not rings:
        return None
    shape = Polygon(rings)
    outer, inner = levels
    return Region(
        id=new_id(),
        shape=shape,
        label=label,
        origin=Origin("predicted", model=model, score=round(score, 4)),
        extra={confidence.KEY: confidence.band(shape, outer, inner)},
    )


def _interpolate(mask: np.ndarray, height: float, width: float) -> np.ndarray:
    """The mask on a finer grid, (h, w) float32: as fine as the box's pixels, but at most `ZOOM` times the mask."""
    rows = int(np.clip(round(height), mask.shape[0], ZOOM * mask.shape[0]))
    columns = int(np.clip(round(width), mask.shape[1], ZOOM * mask.shape[1]))
    return cv2.resize(np.asarray(mask, np.float32), (columns, rows), interpolation=cv2.INTER_LINEAR)


def _outlines(
    mask: np.ndarray, box: Sequence[float] | np.ndarray, levels: Iterable[float]
) -> Iterator[tuple[Ring, ...]]:
    """The rings of `outline` for each of the levels; none at all for an empty box."""
    y1, x1, y2, x2 = (float(v) for v in box)
    height, width = y2 - y1, x2 - x1
    if height <= 0 or width <= 0:
        return
    cell = max(height / mask.shape[0], width / mask.shape[1])
    fine = _interpolate(mask, height, width)
    scale = np.array([width / fine.shape[1], height / fine.shape[0]])
    contours = _contours(fine)
    for level in levels:
        lines = cast(list[np.ndarray], contours.lines(level))
        rings = (np.clip(line[:-1] - FRAME, 0, fine.shape[::-1]) for line in lines)
        yield _tidy([ring * scale + (x1, y1) for ring in rings], max(TOLERANCE, 0.05 * cell))


def _contours(grid: np.ndarray) -> contourpy.ContourGenerator:
    """Gives the closed lines (n, 2) x y around what exceeds a level, in cells of a grid with a frame.

    The border's cells go on for one cell and then all is zero, so that every line closes outside the grid, where the
    caller clips it back to the border.
    """
    framed = _framed(_framed(grid, cv2.BORDER_REPLICATE), cv2.BORDER_CONSTANT)
    return contourpy.contour_generator(z=framed, name="serial", line_type=contourpy.LineType.Separate)


def _framed(grid: np.ndarray, kind: int) -> np.ndarray:
    """The grid with one more cell on each side: its border's values (BORDER_REPLICATE) or zeros (BORDER_CONSTANT)."""
    return cv2.copyMakeBorder(grid, 1, 1, 1, 1, kind)


def _tidy(rings: Iterable[np.ndarray], tolerance: float) -> tuple[Ring, ...]:
    whole = _area([ring for ring in rings if _size(ring) >= CRUMB])
    simple = shapely.simplify(whole, min(tolerance, 0.01 * float(np.sqrt(whole.area))), preserve_topology=True)
    kept = (ring for ring in geometry.rings_of_area(simple) if _size(np.array(ring)) >= CRUMB)
    return tuple(tuple((round(x, 2), round(y, 2)) for x, y in ring) for ring in kept)


def _area(contours: Sequence[np.ndarray]) -> BaseGeometry:
    """What contours cover under the even-odd rule; they lie beside or inside each other, and never cross."""
    if len(contours) < 2:
        simple = shapely.Polygon(*contours)
        return simple if simple.is_valid else geometry.area_of_rings([ring.tolist() for ring in contours])
    return shapely.build_area(shapely.GeometryCollection([shapely.LinearRing(ring) for ring in contours]))


def _size(ring: np.ndarray) -> float:
    x, y = ring[:, 0], ring[:, 1]
    twice = np.dot(x[:-1], y[1:]) - np.dot(y[:-1], x[1:]) + x[-1] * y[0] - y[-1] * x[0]  # `np.roll` takes longer
    return abs(float(twice)) / 2
