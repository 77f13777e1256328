"""What a model that never learned from a photo makes of the regions on it.

Each region's box is given to the network as a proposal: the box head says how probable an object is there, and of
which class, the mask head outlines it again. The same is asked of twins that are wrong on purpose: outlines moved and
stretched (`moved`), and outlines put where nothing is annotated (`elsewhere`). They tell what an error looks like to
this very model; `suspicion` learns from them.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

import cv2
import msgspec
import numpy as np
import shapely
from shapely import affinity
from shapely.geometry.base import BaseGeometry

from .. import geometry
from ..annotations import shapes
from ..annotations.model import AnnotatedPhoto, Region, Ring
from ..inference import polygons
from ..mrcnn import boxes
from ..training.job import is_taught

if TYPE_CHECKING:
    from ..models.registry import ModelCard
    from ..runtime import Runtime

Twin = Literal["given", "moved", "elsewhere"]
WIDER = 1.3  # the mask head sees a region's box and some of what lies around it
LEAST_SCORE = 0.05  # of detections
FINER = 4  # outlines are drawn so much finer than the masks, then averaged
SPOILED = (0.3, 0.6)  # IoU of a moved outline with the given one
TRIES = 60
Box = tuple[float, float, float, float]  # x0, y0, x1, y1 in pixels of the photo


class Judged(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the model makes of one outline.

    `fit` is the overlap (IoU) of the outline with the one that the mask head gives, `box_fit` that of its box with the
    one the box head moves it to, `found` the largest overlap with a detection, `found_score` the largest product of a
    detection's overlap and score, `share` the part of the photo's area that it covers.
    """

    region: str
    label: str
    twin: Twin
    share: float
    probabilities: tuple[float, ...]  # of the classes, the background first
    fit: float
    box_fit: float
    found: float
    found_score: float


class Detected(msgspec.Struct, frozen=True, omit_defaults=True):
    """One detection: how far it overlaps the regions (largest IoU, largest part of the smaller of the two)."""

    label: str
    score: float
    share: float
    rings: tuple[Ring, ...]
    overlap: float
    shared: float


class PhotoEvidence(msgspec.Struct, frozen=True, omit_defaults=True):
    """Everything about one photo; `error` says why it could not be looked at."""

    photo: str
    judged: tuple[Judged, ...] = ()
    detected: tuple[Detected, ...] = ()
    error: str = ""


class _Outline(NamedTuple):
    region: Region
    twin: Twin
    area: BaseGeometry


def look(
    network: Runtime, card: ModelCard, pixels: np.ndarray, one: AnnotatedPhoto, known: Mapping[str, str]
) -> PhotoEvidence:
    """What the model makes of a photo (H, W, 3); `known` are the labels that it knows, with the class each counts as.

    Regions of other labels are not judged, but what the model sees there is no surprise either.
    """
    outlines = _with_twins(one, known, pixels.shape[:2])
    features = network.features(pixels)
    found = polygons.regions(network.detections(features, LEAST_SCORE), card.classes, model=card.id)
    seen = [shapes.area(region.shape) for region in found]
    scores = np.array([region.origin.score or 0.0 for region in found])
    size = pixels.shape[0] * pixels.shape[1]
    judged = _judged(network, features, outlines, seen, scores, size) if outlines else ()
    annotated = [shapes.area(region.shape) for region in one.regions]
    return PhotoEvidence(one.photo.id, judged, tuple(_detected(found, seen, annotated, size)))


def class_numbers(card: ModelCard, known: Mapping[str, str]) -> dict[str, int]:
    """The number (1…) of the class that each known label counts as."""
    numbers = {name: number for number, name in enumerate(card.classes, start=1)}
    return {label: numbers[name] for label, name in known.items() if name in numbers}


def overlaps(first: Sequence[BaseGeometry], second: Sequence[BaseGeometry]) -> tuple[np.ndarray, np.ndarray]:
    """IoU (n, m) of each with each, and what both share as a part of the smaller one (n, m)."""
    if not first or not second:
        return np.zeros((len(first), len(second))), np.zeros((len(first), len(second)))
    a, b = np.array(first, object)[:, None], np.array(second, object)[None]
    common = shapely.area(shapely.intersection(a, b))
    sizes = shapely.area(a), shapely.area(b)
    return common / np.maximum(sizes[0] + sizes[1] - common, 1e-9), common / np.maximum(np.minimum(*sizes), 1e-9)


def _judged(
    network: Runtime,
    features: object,
    outlines: Sequence[_Outline],
    seen: Sequence[BaseGeometry],
    scores: np.ndarray,
    size: int,
) -> tuple[Judged, ...]:
    drawn = np.array([_corners(one.area) for one in outlines], np.float32)
    answer = network.judged(features, drawn, wider=WIDER)  # type: ignore[arg-type]
    iou, _ = overlaps([one.area for one in outlines], seen)
    ious = iou if iou.shape[1] else np.zeros((len(outlines), 1))
    weighted = ious * scores if len(scores) else ious
    box_fit = np.diagonal(boxes.iou(drawn, answer.moved))
    return tuple(
        Judged(
            one.region.id,
            one.region.label,
            one.twin,
            share=_short(one.area.area / size),
            probabilities=tuple(map(_short, answer.probabilities[i])),
            fit=_short(_fit(one.area, answer.masks[i], answer.around[i])),
            box_fit=_short(box_fit[i]),
            found=_short(ious[i].max()),
            found_score=_short(weighted[i].max()),
        )
        for i, one in enumerate(outlines)
    )


def _detected(
    found: Sequence[Region], seen: Sequence[BaseGeometry], annotated: Sequence[BaseGeometry], size: int
) -> list[Detected]:
    iou, shared = overlaps(seen, annotated)
    return [
        Detected(
            region.label,
            _short(region.origin.score or 0.0),
            _short(seen[i].area / size),
            shapes.outline(region.shape),
            overlap=_short(iou[i].max(initial=0.0)),
            shared=_short(shared[i].max(initial=0.0)),
        )
        for i, region in enumerate(found)
    ]


def _fit(area: BaseGeometry, mask: np.ndarray, around: np.ndarray) -> float:
    """IoU of an outline with a mask (h, w) of probabilities that spans the box `around`, both as shares of cells."""
    y1, x1, y2, x2 = map(float, around)
    height, width = mask.shape[0] * FINER, mask.shape[1] * FINER
    scale = np.array([width / max(x2 - x1, 1e-6), height / max(y2 - y1, 1e-6)])
    rings = [np.round((np.array(ring) - (x1, y1)) * scale).astype(np.int32) for ring in geometry.rings_of_area(area)]
    drawn = np.zeros((height, width), np.uint8)
    cv2.fillPoly(drawn, rings, 1)
    cells = drawn.reshape(mask.shape[0], FINER, mask.shape[1], FINER).mean(axis=(1, 3))
    return float(np.minimum(cells, mask).sum() / max(np.maximum(cells, mask).sum(), 1e-6))


def _with_twins(one: AnnotatedPhoto, known: Mapping[str, str], shape: tuple[int, int]) -> list[_Outline]:
    """The regions that people stand for, with known labels, and where there is room a twin of either kind of each.

    The twins of a photo are the same at every call.
    """
    rng = np.random.default_rng(zlib.crc32(one.photo.id.encode()))
    frame = geometry.rectangle_area(0, 0, shape[1], shape[0])
    inside = [(r, geometry.intersection(shapes.area(r.shape), frame)) for r in one.regions]
    taken = geometry.union(area for _, area in inside)
    found = []
    for region, area in inside:
        if region.label in known and is_taught(region) and area.area >= 1:
            twins = {"given": area, "moved": _moved(area, frame, rng), "elsewhere": _elsewhere(area, frame, taken, rng)}
            found += [_Outline(region, name, twin) for name, twin in twins.items() if twin is not None]  # type: ignore[arg-type]
    return found


def _moved(area: BaseGeometry, frame: BaseGeometry, rng: np.random.Generator) -> BaseGeometry | None:
    x0, y0, x1, y1 = area.bounds
    for _ in range(TRIES):
        wide, high = np.exp(rng.normal(0, 0.35, 2))
        across, down = rng.normal(0, 0.25, 2) * (x1 - x0, y1 - y0)
        spoiled = affinity.translate(affinity.scale(area, wide, high), across, down)
        spoiled = geometry.intersection(spoiled, frame)
        common = geometry.intersection(spoiled, area).area
        if SPOILED[0] <= common / max(spoiled.area + area.area - common, 1e-9) <= SPOILED[1]:
            return spoiled
    return None


def _elsewhere(
    area: BaseGeometry, frame: BaseGeometry, taken: BaseGeometry, rng: np.random.Generator
) -> BaseGeometry | None:
    x0, y0, x1, y1 = area.bounds
    width, height = frame.bounds[2] - (x1 - x0), frame.bounds[3] - (y1 - y0)
    for _ in range(TRIES):
        moved = affinity.translate(area, rng.uniform(0, 1) * width - x0, rng.uniform(0, 1) * height - y0)
        if not moved.intersects(taken):
            return moved
    return None


def _corners(area: BaseGeometry) -> Box:
    """y1, x1, y2, x2 of an area, at least a pixel each way."""
    x0, y0, x1, y1 = area.bounds
    return (y0, x0, max(y1, y0 + 1), max(x1, x0 + 1))


def _short(value: float) -> float:
    return round(float(value), 4)
