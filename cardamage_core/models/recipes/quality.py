"""Measures of a damage or car model on photos that it never saw, as a person who relies on it would ask.

Predictions are regions with scores by photo id. Shares come with a bootstrapped 95 % interval over photos.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
from shapely.geometry.base import BaseGeometry

from ...annotations import shapes
from ...annotations.model import AnnotatedPhoto, Region
from ...evaluation import evaluate

RIGHT = 0.3  # IoU from which a mask is right: two annotators agree with 0.46 on average
SMALL = 0.01  # share of the photo below which a damage is small
ROUNDS = 1000  # of the bootstrap
Predictions = Mapping[str, Sequence[Region]]


class Share(NamedTuple):
    """A mean over photos with its 95 % interval, and how many photos it is of."""

    value: float
    low: float
    high: float
    photos: int


class Sight(NamedTuple):
    """One photo: its true regions, their areas, and the overlap (IoU) of each with each predicted one."""

    size: int  # pixels of the photo
    areas: np.ndarray  # (t,) pixels
    scores: np.ndarray  # (p,)
    overlaps: np.ndarray  # (t, p)


def sights(photos: Sequence[AnnotatedPhoto], predictions: Predictions, *, ignored: str = "ignored") -> list[Sight]:
    """Compare truth and predictions of each photo, whatever their labels."""
    return [_sight(one, predictions.get(one.photo.id, ()), ignored) for one in photos]


def any_damage(photos: Sequence[AnnotatedPhoto], predictions: Predictions) -> tuple[float | None, float | None]:
    """AP50 of boxes and masks with all labels taken for one."""
    truth = [msgspec.structs.replace(one, regions=tuple(_as_damage(r) for r in one.regions)) for one in photos]
    measured = evaluate(truth, {name: [_as_damage(r) for r in found] for name, found in predictions.items()})
    return measured.box_ap50, measured.mask_ap50


def right_share(seen: Sequence[Sight], threshold: float) -> Share:
    """Of the photos with damage, those with at least one right mask at or above the threshold."""
    return share_of([bool((one.overlaps[:, one.scores >= threshold] >= RIGHT).any()) for one in seen if len(one.areas)])


def alarm_share(seen: Sequence[Sight], threshold: float) -> Share:
    """Of the photos without damage, those with any mask at or above the threshold."""
    return share_of([bool((one.scores >= threshold).any()) for one in seen if not len(one.areas)])


def recall(seen: Sequence[Sight], threshold: float, *, smaller: float = 1.0) -> Share:
    """Of the damages below a share of the photo, those with a right mask at or above the threshold."""
    found = [
        bool((one.overlaps[i, one.scores >= threshold] >= RIGHT).any())
        for one in seen
        for i in range(len(one.areas))
        if one.areas[i] / one.size < smaller
    ]
    return share_of(found)


def calibration(seen: Sequence[Sight], *, bins: int = 10) -> list[tuple[float, float, int]]:
    """(mean score, share that is right, count) of the predictions, in bins of equal count by score."""
    pairs = [
        (float(score), bool((one.overlaps[:, i] >= RIGHT).any())) for one in seen for i, score in enumerate(one.scores)
    ]
    pieces = np.array_split(np.array(sorted(pairs), float).reshape(-1, 2), bins)
    return [(float(p[:, 0].mean()), float(p[:, 1].mean()), len(p)) for p in pieces if len(p)]


def curve(seen: Sequence[Sight], *, steps: Sequence[float]) -> list[tuple[float, float, float, float]]:
    """(threshold, right share, alarm share, recall of small damage) along thresholds."""
    return [
        (
            t,
            right_share(seen, t).value,
            alarm_share(seen, t).value,
            recall(seen, t, smaller=SMALL).value,
        )
        for t in steps
    ]


def share_of(values: Sequence[float | bool], *, seed: int = 0) -> Share:
    """The mean with the interval of resampled photos; nan where there is none."""
    if not values:
        return Share(float("nan"), float("nan"), float("nan"), 0)
    array, rng = np.asarray(values, float), np.random.default_rng(seed)
    means = array[rng.integers(0, len(array), (ROUNDS, len(array)))].mean(axis=1)
    low, high = np.quantile(means, (0.025, 0.975)).tolist()
    return Share(float(array.mean()), low, high, len(array))


def best_overlap(
    photos: Sequence[AnnotatedPhoto], predictions: Predictions, *, wanted: Callable[[Region], bool]
) -> Share:
    """Mean IoU of each photo's largest wanted true region with the best scored wanted prediction (0 without one)."""
    values = []
    for one in photos:
        truth = max((shapes.area(r.shape) for r in one.regions if wanted(r)), key=lambda a: a.area, default=None)
        if truth is None:
            continue
        found = [r for r in predictions.get(one.photo.id, ()) if wanted(r)]
        best = max(found, key=lambda r: r.origin.score or 0.0, default=None)
        values.append(_overlap(truth, shapes.area(best.shape)) if best else 0.0)
    return share_of(values)


def by_label(
    photos: Sequence[AnnotatedPhoto], predictions: Predictions, *, labels: Sequence[str]
) -> dict[str, float | dict[str, float] | None]:
    """AP50 of boxes and masks over some labels, and of the masks of each."""
    measured = evaluate(photos, predictions, classes={label: label for label in labels})
    return {
        "box_ap50": measured.box_ap50,
        "mask_ap50": measured.mask_ap50,
        "mask_ap50_by_class": measured.mask_ap50_by_class,
    }


def _sight(one: AnnotatedPhoto, found: Sequence[Region], ignored: str) -> Sight:
    ignore = [shapes.area(r.shape) for r in one.regions if r.label == ignored]
    truth = [shapes.area(r.shape) for r in one.regions if r.label != ignored]
    kept = [(r, area) for r in found if not _inside(area := shapes.area(r.shape), ignore)]
    overlaps = np.array([[_overlap(t, area) for _, area in kept] for t in truth]).reshape(len(truth), len(kept))
    return Sight(
        one.photo.width * one.photo.height,
        np.array([t.area for t in truth]),
        np.array([r.origin.score or 0.0 for r, _ in kept]),
        overlaps,
    )


def _inside(area: BaseGeometry, ignore: Sequence[BaseGeometry]) -> bool:
    """Whether most of a prediction lies in regions that say nothing."""
    return any(area.intersection(one).area > 0.5 * area.area for one in ignore)


def _overlap(one: BaseGeometry, other: BaseGeometry) -> float:
    union = one.union(other).area
    return one.intersection(other).area / union if union else 0.0


def _as_damage(region: Region) -> Region:
    return msgspec.structs.replace(region, label="damage")
