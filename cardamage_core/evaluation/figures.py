"""The figures of an evaluation: the one table that pages, reports and comparisons read.

A measure is a function of the tallies and of weights (rounds, photos), so the same code gives the figure, its
bootstrapped interval, and the difference of two models on photos drawn alike.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import msgspec
import numpy as np

from . import coco, resampling, sights
from .coco import Matches
from .sights import RIGHT, Sight
from .tallies import Tallies

AP_ROUNDS = 200  # of the bootstrap, for average precision: each round sorts all detections
RECALL_SIZES = (0.0, 0.0025, 0.01, 0.05)  # shares of the photo at which a range of sizes begins
SHARE_SIZES = (0.0, 1.0, 5.0, 20.0)  # true damaged shares in percent at which a range begins


class Scale(enum.Enum):
    """What kind of number a figure is."""

    PRECISION = "precision"  # 0…1, three digits
    SHARE = "share"  # 0…1, said in percent
    POINTS = "points"  # of a percentage, 0…100

    def text(self, value: float | None) -> str:
        """The number as people read it."""
        if value is None:
            return "–"
        match self:
            case Scale.PRECISION:
                return f"{value:.3f}"
            case Scale.SHARE:
                return f"{100 * value:.0f}{self.unit}"
        return f"{value:.1f}{self.unit}"

    @property
    def unit(self) -> str:
        """What stands behind the number."""
        return {Scale.PRECISION: "", Scale.SHARE: " %"}.get(self, " points")


class Measure(NamedTuple):
    """One measure: title, scale, whether more is better, and what it says, for people."""

    title: str
    scale: Scale
    more_is_better: bool
    about: str


_AP = "Precision averaged over recall, as COCO defines it; 1 is perfect."
MEASURES = {
    "right_share": Measure(
        "Damaged photos with a right mask",
        Scale.SHARE,
        True,
        f"Photos with annotated damage on which at least one mask above the threshold overlaps a damage (IoU {RIGHT}"
        " or more).",
    ),
    "found_share": Measure(
        "Damaged photos with any mask",
        Scale.SHARE,
        True,
        "Photos with annotated damage on which any mask above the threshold appears, wherever it lies.",
    ),
    "alarm_share": Measure(
        "Undamaged photos with a mask",
        Scale.SHARE,
        False,
        "False alarms: photos without annotated damage on which any mask above the threshold appears.",
    ),
    "recall": Measure(
        "Damages found",
        Scale.SHARE,
        True,
        f"Annotated damages that a mask above the threshold overlaps (IoU {RIGHT} or more); by size, which is the"
        " share of the photo.",
    ),
    "any_mask_ap50": Measure("Mask AP50, any damage", Scale.PRECISION, True, f"{_AP} At IoU 0.50, labels ignored."),
    "any_box_ap50": Measure("Box AP50, any damage", Scale.PRECISION, True, f"{_AP} At IoU 0.50, labels ignored."),
    "mask_ap": Measure("Mask AP", Scale.PRECISION, True, f"{_AP} Averaged over IoU 0.50 … 0.95 and labels."),
    "mask_ap50": Measure("Mask AP50", Scale.PRECISION, True, f"{_AP} At IoU 0.50."),
    "mask_ap75": Measure("Mask AP75", Scale.PRECISION, True, f"{_AP} At IoU 0.75: outlines must fit well."),
    "mask_ap_size": Measure(
        "Mask AP by size",
        Scale.PRECISION,
        True,
        f"{_AP} For true masks below 32², up to 96², and above 96² pixels, as COCO divides them.",
    ),
    "box_ap": Measure("Box AP", Scale.PRECISION, True, f"{_AP} Averaged over IoU 0.50 … 0.95 and labels."),
    "box_ap50": Measure("Box AP50", Scale.PRECISION, True, f"{_AP} At IoU 0.50."),
    "box_ap75": Measure("Box AP75", Scale.PRECISION, True, f"{_AP} At IoU 0.75: boxes must fit well."),
    "box_ap_size": Measure(
        "Box AP by size",
        Scale.PRECISION,
        True,
        f"{_AP} For true masks below 32², up to 96², and above 96² pixels, as COCO divides them.",
    ),
    "share_error": Measure(
        "Error of the damaged share, median",
        Scale.POINTS,
        False,
        "How far the damaged share with the predicted outlines is from the one with the annotated outlines, in"
        " percentage points; half of the photos are nearer. Both are shares of the annotated car, where there is one,"
        " else of the photo; by the true share.",
    ),
    "share_error_p90": Measure(
        "Error of the damaged share, 90th percentile",
        Scale.POINTS,
        False,
        "Nine of ten photos have a smaller error of the damaged share.",
    ),
    "calibration_error": Measure(
        "Calibration error",
        Scale.SHARE,
        False,
        "How far scores are from the share of such predictions that are right, on average (expected calibration"
        " error, ten ranges of score).",
    ),
}


class Figure(msgspec.Struct, frozen=True, omit_defaults=True):
    """One figure with its 95 % interval; `key` is in MEASURES, `of` names a label or size, `count` of how many.

    value, low and high are None where there was nothing to measure on.
    """

    key: str
    of: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    count: int = 0

    @property
    def measure(self) -> Measure:
        """What is measured."""
        return MEASURES[self.key]

    @property
    def title(self) -> str:
        """The measure with the label or size it is of."""
        return f"{self.measure.title}, {self.of}" if self.of else self.measure.title

    @property
    def text(self) -> str:
        """The value as people read it."""
        return self.measure.scale.text(self.value)

    @property
    def interval(self) -> str:
        """The interval as people read it, "" where there is none."""
        if self.low is None or self.high is None:
            return ""
        scale = self.measure.scale
        return f"{scale.text(self.low).removesuffix(scale.unit)} … {scale.text(self.high)}"


class Sampler(NamedTuple):
    """One figure to compute: its name, of how many photos or regions, values (rounds,) by weights (rounds, photos)."""

    key: str
    of: str
    number: int
    values: Callable[[np.ndarray], np.ndarray]
    rounds: int = resampling.ROUNDS


def samplers(tallies: Tallies, *, threshold: float) -> Iterator[Sampler]:
    """All figures of an evaluation, in the order they are shown."""
    yield from _of_photos(tallies.seen, threshold)
    for key, found in (("any_mask_ap50", tallies.any_masks), ("any_box_ap50", tallies.any_boxes)):
        yield Sampler(key, "", int(found.truth[..., 0].sum()), partial(_ap, found, 0, slice(0, 1)), AP_ROUNDS)
    yield from _precisions("mask", tallies.masks)
    yield from _precisions("box", tallies.boxes)
    yield from _share_errors(tallies.shares)
    yield _calibration(tallies.seen)


def figures(tallies: Tallies, *, threshold: float, progress: Callable[[float], None] = lambda _: None) -> list[Figure]:
    """Every figure with its interval over photos drawn anew."""
    everything = list(samplers(tallies, threshold=threshold))
    return _measured(everything, len(tallies.seen), progress)


def figures_of_damage(seen: list[Sight], any_masks: Matches, *, threshold: float) -> dict[str, Figure]:
    """By key, those that take all labels for one: right_share, found_share, alarm_share, recall and any_mask_ap50."""
    number = int(any_masks.truth[..., 0].sum())
    precision = Sampler("any_mask_ap50", "", number, partial(_ap, any_masks, 0, slice(0, 1)), AP_ROUNDS)
    return {one.key: one for one in _measured([*_of_photos(seen, threshold), precision], len(seen)) if not one.of}


def _measured(
    everything: Sequence[Sampler], photos: int, progress: Callable[[float], None] = lambda _: None
) -> list[Figure]:
    once, drawn = np.ones((1, photos)), resampling.drawn(photos)
    found = []
    for number, one in enumerate(everything, start=1):
        value = float(one.values(once)[0])
        low, high = resampling.interval(one.values(drawn[: one.rounds]))
        found.append(Figure(one.key, one.of, known(value), known(low), known(high), one.number))
        progress(number / len(everything))
    return found


def known(value: float) -> float | None:
    """NaN as None."""
    return None if math.isnan(value) else value


def _of_photos(seen: list[Sight], threshold: float) -> Iterator[Sampler]:
    counted = {
        "right_share": sights.right_counts(seen, threshold),
        "found_share": sights.mask_counts(seen, threshold, damaged=True),
        "alarm_share": sights.mask_counts(seen, threshold, damaged=False),
        "recall": sights.recall_counts(seen, threshold),
    }
    for key, counts in counted.items():
        yield Sampler(key, "", int(counts[1].sum()), partial(resampling.ratio, *counts))
    for name, least, smaller in recall_sizes():
        counts = sights.recall_counts(seen, threshold, least=least, smaller=smaller)
        yield Sampler("recall", name, int(counts[1].sum()), partial(resampling.ratio, *counts))


def recall_sizes() -> Iterator[tuple[str, float, float]]:
    """The ranges of sizes that recall is told of: name, least share of the photo, and the share that is too large."""
    for least, smaller in zip(RECALL_SIZES, (*RECALL_SIZES[1:], np.inf), strict=True):
        yield range_text(100 * least, 100 * smaller, "of the photo"), least, smaller


def _precisions(kind: str, found: Matches) -> Iterator[Sampler]:
    total = found.truth.sum(axis=0)  # (classes, sizes)
    count = int(total[:, 0].sum())
    for name, ious in (("ap", slice(None)), ("ap50", slice(0, 1)), ("ap75", slice(5, 6))):
        yield Sampler(f"{kind}_{name}", "", count, partial(_ap, found, 0, ious), AP_ROUNDS)
    for size, name in enumerate(coco.SIZES):
        if size:
            number = int(total[:, size].sum())
            yield Sampler(f"{kind}_ap_size", name, number, partial(_ap, found, size, slice(None)), AP_ROUNDS)
    for place, label in enumerate(found.classes):
        one = _one_class(found, place)
        for name, ious in (("ap", slice(None)), ("ap50", slice(0, 1))):
            yield Sampler(f"{kind}_{name}", label, int(total[place, 0]), partial(_ap, one, 0, ious), AP_ROUNDS)


def _one_class(found: Matches, place: int) -> Matches:
    own = found.label == place
    return Matches(
        found.classes[place : place + 1],
        found.truth[:, place : place + 1],
        found.photo[own],
        np.zeros(int(own.sum()), np.int64),
        found.score[own],
        found.outcome[own],
    )


def _ap(found: Matches, size: int, ious: slice, weights: np.ndarray) -> np.ndarray:
    """(rounds,): the mean over classes that have truth in the round."""
    some = found._replace(truth=found.truth[:, :, size : size + 1], outcome=found.outcome[:, size : size + 1, ious])
    each = coco.average_precision(some, weights).mean(axis=(2, 3)) if found.classes else np.zeros((len(weights), 0))
    counted = ~np.isnan(each)
    mean: np.ndarray = np.divide(
        np.where(counted, each, 0.0).sum(axis=1),
        counted.sum(axis=1),
        out=np.full(len(weights), np.nan),
        where=counted.any(axis=1),
    )
    return mean


def _share_errors(shares: np.ndarray) -> Iterator[Sampler]:
    errors = np.abs(shares[:, 1] - shares[:, 0])
    ranges: list[tuple[str, np.ndarray]] = [("", ~np.isnan(errors)), ("undamaged", shares[:, 0] == 0)]
    for least, smaller in zip(SHARE_SIZES, (*SHARE_SIZES[1:], np.inf), strict=True):
        inside = (shares[:, 0] > 0) & (shares[:, 0] >= least) & (shares[:, 0] < smaller)
        ranges.append((range_text(least, smaller, "damaged"), inside))
    for name, inside in ranges:
        some = np.where(inside, errors, np.nan)
        number = int((~np.isnan(some)).sum())
        yield Sampler("share_error", name, number, partial(resampling.quantile, some, 0.5))
        yield Sampler("share_error_p90", name, number, partial(resampling.quantile, some, 0.9))


def _calibration(seen: list[Sight]) -> Sampler:
    photo = np.concatenate([np.full(len(one.scores), i) for i, one in enumerate(seen)] or [np.zeros(0)]).astype(int)
    score = np.concatenate([one.scores for one in seen] or [np.zeros(0)])
    right = np.concatenate([(one.overlaps >= RIGHT).any(axis=0).astype(float) for one in seen] or [np.zeros(0)])
    gaps, every = np.zeros((len(seen), 10)), np.zeros(len(seen))
    np.add.at(gaps, (photo, np.minimum((10 * score).astype(int), 9)), score - right)
    np.add.at(every, photo, 1.0)

    def values(weights: np.ndarray) -> np.ndarray:
        total = weights @ every
        off = np.abs(weights @ gaps).sum(axis=1)
        error: np.ndarray = np.divide(off, total, out=np.full(len(weights), np.nan), where=total > 0)
        return error

    return Sampler("calibration_error", "", len(score), values)


def range_text(least: float, smaller: float, of: str) -> str:
    """ "1–5 % of the photo", "below 1 % …", "5 % … or more"."""
    if least <= 0:
        return f"below {smaller:g} % {of}"
    if math.isinf(smaller):
        return f"{least:g} % {of} or more"
    return f"{least:g}–{smaller:g} % {of}"
