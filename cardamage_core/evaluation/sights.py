"""Measures of what a model sees on photos, whatever the labels: right masks, false alarms, recall, calibration.

Predictions are regions with scores by photo id. Shares come with a bootstrapped 95 % interval over photos.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from ..annotations import shapes
from ..annotations.model import AnnotatedPhoto, Region
from . import resampling

RIGHT = 0.3  # IoU from which a mask is right: two annotators agree with 0.46 on average
SMALL = 0.01  # share of the photo below which a damage is small
NONE: tuple[str, ...] = ()
Predictions = Mapping[str, Sequence[Region]]
Counts = tuple[np.ndarray, np.ndarray]  # (photos,) each: what was reached, of how many


class Share(NamedTuple):
    """A mean over photos with its 95 % interval, and how many photos (or regions of them) it is of."""

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
    truth: tuple[str, ...] = NONE  # labels of the true regions
    predicted: tuple[str, ...] = NONE  # labels of the predicted ones

    def above(self, threshold: float) -> Sight:
        """The same photo with the predictions scored at least `threshold`."""
        kept = self.scores >= threshold
        names = tuple(name for name, keep in zip(self.predicted, kept, strict=True) if keep)
        return self._replace(scores=self.scores[kept], overlaps=self.overlaps[:, kept], predicted=names)


def sights(photos: Sequence[AnnotatedPhoto], predictions: Predictions, *, ignored: str = "ignored") -> list[Sight]:
    """Compare truth and predictions of each photo, whatever their labels."""
    return [_sight(one, predictions.get(one.photo.id, ()), ignored) for one in photos]


def right_counts(seen: Sequence[Sight], threshold: float) -> Counts:
    """Photos with damage that get at least one right mask at or above the threshold, of those with damage."""
    reached = [bool((one.overlaps[:, one.scores >= threshold] >= RIGHT).any()) for one in seen]
    return np.array(reached, float), np.array([len(one.areas) > 0 for one in seen], float)


def mask_counts(seen: Sequence[Sight], threshold: float, *, damaged: bool) -> Counts:
    """Photos with (or without) damage that get any mask at or above the threshold, of all such photos."""
    wanted = np.array([(len(one.areas) > 0) == damaged for one in seen], float)
    return wanted * np.array([bool((one.scores >= threshold).any()) for one in seen], float), wanted


def recall_counts(
    seen: Sequence[Sight], threshold: float, *, least: float = 0.0, smaller: float = np.inf, label: str = ""
) -> Counts:
    """Damages of `least` up to `smaller` of the photo, with this label, that get a right mask, of all such damages."""
    found, every = np.zeros(len(seen)), np.zeros(len(seen))
    for number, one in enumerate(seen):
        shares = one.areas / one.size
        wanted = (shares >= least) & (shares < smaller)
        if label:
            wanted &= np.array(one.truth, object) == label
        right = (one.overlaps[:, one.scores >= threshold] >= RIGHT).any(axis=1)
        found[number], every[number] = (wanted & right).sum(), wanted.sum()
    return found, every


def right_share(seen: Sequence[Sight], threshold: float) -> Share:
    """Of the photos with damage, those with at least one right mask at or above the threshold."""
    return _share(right_counts(seen, threshold))


def alarm_share(seen: Sequence[Sight], threshold: float) -> Share:
    """Of the photos without damage, those with any mask at or above the threshold."""
    return _share(mask_counts(seen, threshold, damaged=False))


def recall(
    seen: Sequence[Sight], threshold: float, *, least: float = 0.0, smaller: float = np.inf, label: str = ""
) -> Share:
    """Of the damages of such a share of the photo and label, those with a right mask at or above the threshold."""
    return _share(recall_counts(seen, threshold, least=least, smaller=smaller, label=label))


def calibration(seen: Sequence[Sight], *, bins: int = 10) -> list[tuple[float, float, int]]:
    """(mean score, share that is right, count) of the predictions, in bins of about equal count by score.

    Predictions scored alike stand in one bin.
    """
    pairs = [
        (float(score), bool((one.overlaps[:, i] >= RIGHT).any())) for one in seen for i, score in enumerate(one.scores)
    ]
    ranked = np.array(sorted(pairs), float).reshape(-1, 2)
    firsts = np.arange(1, bins if len(ranked) else 1) * len(ranked) // bins  # of each bin but the first
    cuts = np.searchsorted(ranked[:, 0], ranked[firsts, 0])
    pieces = np.split(ranked, cuts)
    return [(float(p[:, 0].mean()), float(p[:, 1].mean()), len(p)) for p in pieces if len(p)]


def curve(seen: Sequence[Sight], *, steps: Sequence[float]) -> list[tuple[float, float, float, float]]:
    """(threshold, right share, alarm share, recall of small damage) along thresholds."""
    return [
        (
            t,
            _value(right_counts(seen, t)),
            _value(mask_counts(seen, t, damaged=False)),
            _value(recall_counts(seen, t, smaller=SMALL)),
        )
        for t in steps
    ]


def share_of(values: Sequence[float | bool]) -> Share:
    """The mean of one value a photo; nan where there is none."""
    return _share((np.asarray(values, float), np.ones(len(values))))


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
        values.append(float(_overlaps([truth], [shapes.area(best.shape)])[0, 0]) if best else 0.0)
    return share_of(values)


def _value(counts: Counts) -> float:
    return float(counts[0].sum() / counts[1].sum()) if counts[1].sum() else float("nan")


def _share(counts: Counts) -> Share:
    reached, every = counts
    number = int(every.sum())
    if not number:
        return Share(float("nan"), float("nan"), float("nan"), 0)
    kept = every > 0
    rounds = resampling.ratio(reached[kept], every[kept], resampling.drawn(int(kept.sum())))
    return Share(_value(counts), *resampling.interval(rounds), number)


def _sight(one: AnnotatedPhoto, found: Sequence[Region], ignored: str) -> Sight:
    ignore = [shapes.area(r.shape) for r in one.regions if r.label == ignored]
    true = [r for r in one.regions if r.label != ignored]
    areas = [(r, shapes.area(r.shape)) for r in found]
    kept = [(r, area) for r, area in areas if not _inside(area, ignore)]
    truth = [shapes.area(r.shape) for r in true]
    return Sight(
        one.photo.width * one.photo.height,
        np.array([t.area for t in truth], float),
        np.array([r.origin.score or 0.0 for r, _ in kept], float),
        _overlaps(truth, [area for _, area in kept]),
        tuple(r.label for r in true),
        tuple(r.label for r, _ in kept),
    )


def _inside(area: BaseGeometry, ignore: Sequence[BaseGeometry]) -> bool:
    """Whether most of a prediction lies in regions that say nothing."""
    return any(area.intersection(one).area > 0.5 * area.area for one in ignore)


def _overlaps(truth: Sequence[BaseGeometry], found: Sequence[BaseGeometry]) -> np.ndarray:
    """IoU (t, p) of exact areas; only those whose bounds touch are overlaid."""
    overlaps = np.zeros((len(truth), len(found)))
    if not truth or not found:
        return overlaps
    one, other = np.array(truth, object), np.array(found, object)
    a, b = shapely.bounds(one)[:, None], shapely.bounds(other)[None]
    i, j = np.nonzero(
        (a[..., 0] < b[..., 2]) & (b[..., 0] < a[..., 2]) & (a[..., 1] < b[..., 3]) & (b[..., 1] < a[..., 3])
    )
    common = shapely.area(shapely.intersection(one[i], other[j]))
    union = shapely.area(one)[i] + shapely.area(other)[j] - common
    overlaps[i, j] = np.divide(common, union, out=np.zeros(len(common)), where=union > 0)
    return overlaps
