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

import msgspec
import numpy as np
import shapely
from shapely import affinity
from shapely.geometry.base import BaseGeometry

from .. import geometry
from ..annotations import shapes
from ..annotations.model import AnnotatedPhoto, Region, Ring
from ..training.job import is_taught

if TYPE_CHECKING:
    from ..models.registry import ModelCard
    from ..mrcnn.detections import Detections
    from ..runtime import Runtime
    from ..runtime.network import Features, Judgement

Twin = Literal["given", "moved", "elsewhere"]
WIDER, WIDE = 1.3, 2.0  # times a region's box: the mask head sees it, and some of what lies around it
LEAST_SCORE, MOST = 0.1, 20  # of the detections of a photo: their score, and how many
SHIFT, GROW = 0.25, 1.4  # of the boxes beside a region's that are tried, as parts of its sides
FINER = 4  # outlines are drawn so much finer than the masks, then averaged
SPOILED = (0.3, 0.6)  # IoU of a moved outline with the given one
TRIES = 60
Box = tuple[float, float, float, float]  # x0, y0, x1, y1 in pixels of the photo


class Judged(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the model makes of one outline.

    `fit` is the overlap (IoU) of the outline with the one that the mask head gives in a box a little wider, `wide_fit`
    the same in one much wider, `box_fit` that of its box with the one the box head moves it to, `found` the largest
    overlap with a detection, `found_score` the largest product of a detection's overlap and score, `beside` the
    probability of an object in the best of the boxes beside, `share` the part of the photo's area that it covers.
    """

    region: str
    label: str
    twin: Twin
    share: float
    probabilities: tuple[float, ...]  # of the classes, the background first
    fit: float
    wide_fit: float
    box_fit: float
    beside: float
    found: float
    found_score: float


class Detected(msgspec.Struct, frozen=True, omit_defaults=True):
    """One detection: how far it overlaps the regions (largest IoU, largest part of the smaller of the two).

    `again` is the probability of an object when its box is judged like a region's.
    """

    label: str
    score: float
    again: float
    share: float
    rings: tuple[Ring, ...]
    overlap: float
    shared: float


class PhotoEvidence(msgspec.Struct, frozen=True, omit_defaults=True):
    """Everything about one photo; `error` says why it could not be looked at.

    `regions`: how many are annotated, of whatever label (None: not counted).
    """

    photo: str
    judged: tuple[Judged, ...] = ()
    detected: tuple[Detected, ...] = ()
    regions: int | None = None
    error: str = ""


class _Outline(NamedTuple):
    region: Region
    twin: Twin
    area: BaseGeometry


class _Seen(NamedTuple):
    label: str
    score: float
    rings: tuple[Ring, ...]
    area: BaseGeometry


def look(
    networks: Sequence[Runtime],
    card: ModelCard,
    pixels: np.ndarray,
    one: AnnotatedPhoto,
    known: Mapping[str, str],
) -> PhotoEvidence:
    """What a model's networks make of a photo (H, W, 3); `known` are its labels, with the class each counts as.

    Regions of other labels are not judged, but what the model sees there is no surprise either.
    """
    views = _Views(networks, pixels)
    seen = _detections(views.detections(), card)
    outlines = _with_twins(one, known, pixels.shape[:2])
    size = pixels.shape[0] * pixels.shape[1]
    annotated = [shapes.area(region.shape) for region in one.regions]
    judged = _judged(views, outlines, seen, size) if outlines else ()
    detected = _detected(views, seen, annotated, size) if seen else ()
    return PhotoEvidence(one.photo.id, judged, detected, len(annotated))


class _Looks(NamedTuple):
    """A network, and its features of the photo and of its mirror image."""

    network: Runtime
    plain: Features
    mirrored: Features


class _Views:
    """A photo and its mirror image, by each network of a model; what their heads make of boxes is the mean of all."""

    def __init__(self, networks: Sequence[Runtime], pixels: np.ndarray) -> None:
        self._width = pixels.shape[1]
        mirrored = np.ascontiguousarray(pixels[:, ::-1])
        self._looks = [_Looks(one, one.features(pixels), one.features(mirrored)) for one in networks]

    def detections(self) -> Detections:
        """What all looks together see."""
        from ..inference.looks import FAINTEST, flipped, fuse

        found = []
        for network, plain, mirrored in self._looks:
            other = flipped(network.detections(mirrored, FAINTEST), self._width)
            found += [network.detections(plain, FAINTEST), other]
        return fuse(found, min_score=LEAST_SCORE)

    def judged(self, drawn: np.ndarray, *, wider: float = 1.0) -> Judgement:
        """As `Runtime.judged`, for boxes (n, 4), n > 0."""
        found = []
        for network, plain, mirrored in self._looks:
            other = network.judged(mirrored, self._flipped(drawn), wider=wider)
            found += [
                network.judged(plain, drawn, wider=wider),
                other._replace(moved=self._flipped(other.moved), masks=other.masks[:, :, ::-1]),
            ]
        return found[0]._replace(
            probabilities=np.mean([one.probabilities for one in found], axis=0),
            moved=np.mean([one.moved for one in found], axis=0),
            masks=np.mean([one.masks for one in found], axis=0),
        )

    def objects(self, drawn: np.ndarray) -> np.ndarray:
        """The probability of an object in each of (n, 4) boxes, on the photo as it is."""
        seen = [network.judged(plain, drawn).probabilities[:, 0] for network, plain, _ in self._looks]
        return np.asarray(1 - np.mean(seen, axis=0))

    def _flipped(self, drawn: np.ndarray) -> np.ndarray:
        from ..mrcnn import boxes

        return boxes.mirrored(drawn, self._width)


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


def _judged(views: _Views, outlines: Sequence[_Outline], seen: Sequence[_Seen], size: int) -> tuple[Judged, ...]:
    from ..mrcnn import boxes

    drawn = np.array([_corners(one.area) for one in outlines], np.float32)
    answer, wide = views.judged(drawn, wider=WIDER), views.judged(drawn, wider=WIDE)
    ious, _ = overlaps([one.area for one in outlines], [one.area for one in seen])
    weighted = ious * np.array([one.score for one in seen])
    box_fit = np.diagonal(boxes.iou(drawn, answer.moved))
    around = _beside(drawn)
    beside = views.objects(around.reshape(-1, 4)).reshape(around.shape[:2]).max(axis=1)
    return tuple(
        Judged(
            one.region.id,
            one.region.label,
            one.twin,
            share=_short(one.area.area / size),
            probabilities=tuple(map(_short, answer.probabilities[i])),
            fit=_short(_fit(one.area, answer.masks[i], answer.around[i])),
            wide_fit=_short(_fit(one.area, wide.masks[i], wide.around[i])),
            box_fit=_short(box_fit[i]),
            beside=_short(beside[i]),
            found=_short(ious[i].max(initial=0.0)),
            found_score=_short(weighted[i].max(initial=0.0)),
        )
        for i, one in enumerate(outlines)
    )


def _beside(drawn: np.ndarray) -> np.ndarray:
    """Boxes (n, 6, 4) beside each of (n, 4): shifted to the four sides, larger and smaller."""
    sides = np.tile(drawn[:, 2:] - drawn[:, :2], 2)
    moves = np.array([(0, SHIFT), (0, -SHIFT), (SHIFT, 0), (-SHIFT, 0)])
    out = (GROW - 1) / 2
    scales = np.array([(-out, -out, out, out), (out / 2, out / 2, -out / 2, -out / 2)])
    moved = drawn[:, None] + sides[:, None] * np.concatenate([np.tile(moves, 2), scales])
    return np.asarray(moved, np.float32)


def _detections(found: Detections, card: ModelCard) -> list[_Seen]:
    """The best detections with their outlines; those whose mask nowhere exceeds one half are left out."""
    from ..inference import polygons  # loads OpenCV, which the window does without until it shows an overlay

    seen = []
    for i in np.argsort(-found.scores, kind="stable")[:MOST]:
        if rings := polygons.outline(polygons.without_chequers(found.masks[i]), found.boxes[i]):
            label, score = card.classes[int(found.class_ids[i]) - 1], float(found.scores[i])
            seen.append(_Seen(label, score, rings, geometry.area_of_rings(rings)))
    return seen


def _detected(
    views: _Views, seen: Sequence[_Seen], annotated: Sequence[BaseGeometry], size: int
) -> tuple[Detected, ...]:
    iou, shared = overlaps([one.area for one in seen], annotated)
    again = views.judged(np.array([_corners(one.area) for one in seen], np.float32)).probabilities
    return tuple(
        Detected(
            one.label,
            _short(one.score),
            _short(1 - again[i, 0]),
            _short(one.area.area / size),
            one.rings,
            overlap=_short(iou[i].max(initial=0.0)),
            shared=_short(shared[i].max(initial=0.0)),
        )
        for i, one in enumerate(seen)
    )


def _fit(area: BaseGeometry, mask: np.ndarray, around: np.ndarray) -> float:
    """IoU of an outline with a mask (h, w) of probabilities that spans the box `around`, both as shares of cells."""
    import cv2

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
