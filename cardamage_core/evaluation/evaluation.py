"""An evaluation: everything measured about a model on annotated photos, as one frozen value.

Pages, the command line and reports show this value and compute nothing themselves.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime

import msgspec
import numpy as np

from ..annotations.model import AnnotatedPhoto, Label
from . import coco, mistakes, sights
from .figures import Figure, figures
from .measure import true_regions
from .mistakes import Confusion, PhotoResult
from .sights import Predictions
from .tallies import Tallies, tallied

THRESHOLDS = tuple(round(0.02 * i, 2) for i in range(51))
MOST_ALARMS = 0.10  # of the undamaged photos, at the suggested threshold
ENOUGH = 20  # undamaged photos that a share of alarms can be told from
MOST_POINTS = 400  # of a curve
ANY = "any damage"


class Curve(msgspec.Struct, frozen=True):
    """Points of one line in a chart, x ascending."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]


class Bin(msgspec.Struct, frozen=True):
    """Predictions of similar score: their mean score, the share of them that is right, and how many they are."""

    score: float
    right: float
    count: int


class Evaluation(msgspec.Struct, frozen=True):
    """What a model does on annotated photos.

    `split` names the photos, `threshold` is the score from which masks count; `notes` are sentences to be read beside
    the figures. `photos` come worst first. `mapping` says which class each label of the annotations counts as.
    """

    model: str
    model_name: str
    weights_sha256: str
    project: str
    split: str
    created: str
    machine: str
    seconds: float
    threshold: float
    truth: int
    predicted: int
    figures: tuple[Figure, ...]
    precision_recall: tuple[Curve, ...]
    over_thresholds: tuple[Curve, ...]
    confusion: Confusion
    calibration: tuple[Bin, ...]
    suggested_threshold: float | None
    suggestion: str
    photos: tuple[PhotoResult, ...]
    mapping: dict[str, str] = {}
    notes: tuple[str, ...] = ()

    def figure(self, key: str, of: str = "") -> Figure | None:
        """The figure with this name, or None."""
        return next((one for one in self.figures if (one.key, one.of) == (key, of)), None)


class About(msgspec.Struct, frozen=True):
    """What is told of an evaluation beside its figures."""

    model: str = ""
    model_name: str = ""
    weights_sha256: str = ""
    project: str = ""
    split: str = ""
    seconds: float = 0.0
    mapping: dict[str, str] = {}
    notes: tuple[str, ...] = ()


NOTHING_TOLD = About()


def evaluated(
    photos: Sequence[AnnotatedPhoto],
    predictions: Predictions,
    labels: Sequence[Label],
    *,
    threshold: float,
    about: About = NOTHING_TOLD,
    classes: Collection[str] | None = None,
    lines: Mapping[str, int] | None = None,
    progress: Callable[[float], None] = lambda _: None,
) -> tuple[Evaluation, Tallies]:
    """Judge predictions (by photo id, every score that the model gave) of photos whose regions are the truth.

    Labels of truth and predictions must be the same words where they mean the same (see `with_classes`). Figures by
    label are of `classes`, those that the model knows; all others look at every region of damage.
    """
    tallies = tallied(
        photos,
        predictions,
        labels,
        classes=classes,
        threshold=threshold,
        progress=lambda share: progress(0.4 * share),
    )
    measured = figures(tallies, threshold=threshold, progress=lambda share: progress(0.4 + 0.6 * share))
    suggested, why = suggestion(tallies.seen)
    seen = [one.above(threshold) for one in tallies.seen]
    known = frozenset(tallies.masks.classes)
    results = [
        mistakes.result_of(one, sight, shares, line=(lines or {}).get(one.photo.id, -1), known=known)
        for one, sight, shares in zip(photos, seen, tallies.shares, strict=True)
    ]
    value = Evaluation(
        **{name: getattr(about, name) for name in About.__struct_fields__},
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        machine=f"{platform.system()} {platform.machine()}",
        threshold=threshold,
        truth=sum(len(one.areas) for one in tallies.seen),
        predicted=sum(len(one.scores) for one in tallies.seen),
        figures=tuple(measured),
        precision_recall=_precision_recall(tallies),
        over_thresholds=_over_thresholds(tallies),
        confusion=mistakes.confusion(tallies.seen, threshold),
        calibration=tuple(Bin(*one) for one in sights.calibration(tallies.seen)),
        suggested_threshold=suggested,
        suggestion=why,
        photos=tuple(sorted(results, key=lambda one: (-one.badness, one.name))),
    )
    return value, tallies


def suggestion(seen: Sequence[sights.Sight]) -> tuple[float | None, str]:
    """A threshold, and why this one: few false alarms where undamaged photos tell of them, else the best balance."""
    undamaged = sum(not len(one.areas) for one in seen)
    steps = [t / 100 for t in range(5, 100)]
    if undamaged >= ENOUGH:
        for t in steps:
            alarms, every = sights.mask_counts(seen, t, damaged=False)
            if alarms.sum() <= MOST_ALARMS * every.sum():
                return t, f"The lowest with a mask on at most {MOST_ALARMS:.0%} of the {undamaged} undamaged photos."
    balance = [_balance(seen, t) for t in steps]
    if not any(balance):
        return None, "No prediction is right: there is no threshold to suggest."
    return steps[int(np.argmax(balance))], "The best balance of damages found and masks that are right (F1)."


def _balance(seen: Sequence[sights.Sight], threshold: float) -> float:
    """F1 of damages found and masks that are right."""
    found, every = sights.recall_counts(seen, threshold)
    above = [one.above(threshold) for one in seen]
    right = sum(int((one.overlaps >= sights.RIGHT).any(axis=0).sum()) for one in above if len(one.areas))
    masks = sum(len(one.scores) for one in above)
    recall, precision = found.sum() / max(every.sum(), 1), right / max(masks, 1)
    return float(2 * recall * precision / (recall + precision)) if right else 0.0


def _precision_recall(tallies: Tallies) -> tuple[Curve, ...]:
    named = [(ANY, tallies.any_masks, name) for name in tallies.any_masks.classes]
    if len(tallies.masks.classes) > 1 or tallies.masks.classes != tallies.any_masks.classes:
        named += [(name, tallies.masks, name) for name in tallies.masks.classes]
    found = []
    for title, matches, name in named:
        recall, precision, _ = coco.precision_recall(matches, name)
        envelope = np.maximum.accumulate(precision[::-1])[::-1]  # as COCO reads it: the best at this recall or beyond
        found.append(_thinned(title, np.append(0.0, recall), np.append(envelope[:1] if len(recall) else 0.0, envelope)))
    return tuple(found)


def _over_thresholds(tallies: Tallies) -> tuple[Curve, ...]:
    seen = tallies.seen
    lines: tuple[tuple[str, Callable[[float], sights.Counts]], ...] = (
        ("damaged photos with a mask", lambda t: sights.mask_counts(seen, t, damaged=True)),
        ("damaged photos with a right mask", lambda t: sights.right_counts(seen, t)),
        ("damages found", lambda t: sights.recall_counts(seen, t)),
        ("undamaged photos with a mask", lambda t: sights.mask_counts(seen, t, damaged=False)),
    )
    found = []
    for name, counts in lines:
        points = [counts(t) for t in THRESHOLDS]
        if points[0][1].sum():
            found.append(Curve(name, THRESHOLDS, tuple(round(float(n.sum() / of.sum()), 4) for n, of in points)))
    return tuple(found)


def _thinned(name: str, x: np.ndarray, y: np.ndarray) -> Curve:
    kept = np.unique(np.linspace(0, max(0, len(x) - 1), min(len(x), MOST_POINTS)).astype(int))
    return Curve(name, *(tuple(round(float(v), 4) for v in values[kept]) for values in (x, y)))


def with_classes(
    photos: Sequence[AnnotatedPhoto], labels: Sequence[Label], classes: Mapping[str, str]
) -> list[AnnotatedPhoto]:
    """The photos with what a person stands for, damage labelled by the class it counts as.

    Labels of damage that `classes` leaves out stay under their own name, and so do cars and parts.
    """
    names = {label.name for label in labels} | {r.label for one in photos for r in one.regions}
    table = {name: classes.get(name, name) for name in names}
    return [AnnotatedPhoto(one.photo, tuple(true_regions(one.regions, table))) for one in photos]
