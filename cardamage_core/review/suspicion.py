"""Suspicions of annotation errors, from what held-out models make of the regions (`evidence`).

Four kinds, after the ways in which detection labels go wrong (ObjectLab, Tkachenko et al. 2023): overlooked damage,
a phantom region, a sloppy outline, a swapped label. For each kind a logistic regression learns to tell the regions as
they are from twins that are wrong on purpose; a score is the probability of an error where `RATE` of all regions are
wrong in this way. So scores of different kinds can be compared, and a weak model gives low ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec
import numpy as np

from ..annotations.model import Ring
from .evidence import Box, Detected, Judged, PhotoEvidence

Kind = Literal["overlooked", "phantom", "sloppy", "swapped"]
KINDS: dict[Kind, str] = {
    "overlooked": "Overlooked damage",
    "phantom": "Phantom region",
    "sloppy": "Sloppy outline",
    "swapped": "Swapped label",
}
FOLDS = 10  # of the regions, which judge each other
RATE = 0.03  # of the regions are taken to be wrong in each way
RIGHT, APART = 0.3, 0.1  # IoU from which a detection is a region's, and below which it is none's
LARGELY = 0.5  # of the smaller of detection and region: such a detection is a part of what is annotated
PENALTY = 3.0  # of the squared weights of standardised features
ROUNDS = 30


class Suspicion(msgspec.Struct, frozen=True, omit_defaults=True):
    """One place that looks wrong.

    `score` is 0…1. `region` is the region's id, "" for overlooked damage, whose outline is `rings`. `label` is the
    region's, `other` what the model says instead; `value` is the number that the reason names: the model's score of the
    damage, or the overlap with its outline.
    """

    kind: Kind
    photo: str
    score: float
    box: Box
    region: str = ""
    label: str = ""
    other: str = ""
    value: float = 0.0
    rings: tuple[Ring, ...] = ()

    @property
    def key(self) -> str:
        """What this suspicion is remembered by once it was looked at."""
        at = ",".join(f"{v:.0f}" for v in self.box)
        return f"{self.kind}:{self.region or at}"


def reason(one: Suspicion) -> str:
    """Why it looks wrong, in a sentence."""
    percent = f"{100 * one.value:.0f} %"
    match one.kind:
        case "overlooked":
            return f"Nothing is outlined here, but the model sees {one.other} ({percent} sure)."
        case "phantom":
            return f"The model sees no damage in this outline (only {percent} sure)."
        case "sloppy":
            return f"The model would outline this differently: the outlines overlap by {percent}."
        case _:
            return f"The model takes this for {one.other} ({percent} sure), not {one.label}."


def suspicions(
    photos: Sequence[PhotoEvidence], boxes: Mapping[str, Box], classes: Mapping[str, int], names: Sequence[str]
) -> list[Suspicion]:
    """What looks wrong on the photos, the most suspicious first.

    boxes: where each region lies, by its id. classes: the number (1…) of the class that each label counts as. names:
    how class 1, 2, … is called.
    """
    found = [*_wrong_regions(photos, boxes, classes, names), *_overlooked(photos)]
    return sorted(found, key=lambda one: -one.score)


# ---- Regions that are there ----------------------------------------------------------------------------------------


def _wrong_regions(
    photos: Sequence[PhotoEvidence], boxes: Mapping[str, Box], classes: Mapping[str, int], names: Sequence[str]
) -> Iterable[Suspicion]:
    judged = [(photo.photo, one) for photo in photos for one in photo.judged if one.label in classes]
    given = [(photo, one) for photo, one in judged if one.twin == "given" and one.region in boxes]
    if not given:
        return
    twins = {name: [one for _, one in judged if one.twin == name] for name in ("moved", "elsewhere")}
    own = [one for _, one in given]
    elsewhere, moved = _odds(*(_of_place(some, classes) for some in (own, twins["elsewhere"], twins["moved"])))
    odds = {"phantom": elsewhere, "sloppy": moved, "swapped": _swap_odds(own, classes)}
    total = 1 + np.sum(list(odds.values()), axis=0)
    for i, (photo, one) in enumerate(given):
        kind: Kind = max(("phantom", "sloppy", "swapped"), key=lambda name: odds[name][i])
        other, sure = _likeliest(one, classes[one.label], names)
        value = {"phantom": 1 - one.probabilities[0], "sloppy": one.fit, "swapped": sure}[kind]
        yield Suspicion(
            kind,
            photo,
            score=round(float(odds[kind][i] / total[i]), 4),
            box=boxes[one.region],
            region=one.region,
            label=one.label,
            other=other if kind == "swapped" else "",
            value=round(value, 4),
        )


def _of_place(judged: Sequence[Judged], classes: Mapping[str, int]) -> np.ndarray:
    """Features (n, f) of whether an outline fits what is there; how well it can depends on its label."""
    rows = []
    for one in judged:
        sure, size = _logit(1 - one.probabilities[0]), float(np.log(max(one.share, 1e-4)))
        fits = _logit(one.fit), _logit(one.wide_fit), _logit(one.box_fit)
        rows.append((sure, size, *fits, _logit(one.beside) - sure, one.found, one.found_score))
    labels = np.eye(1 + max(classes.values()))[[classes[one.label] for one in judged]]
    return np.column_stack([_quadratic(rows), labels])


def _swap_odds(given: Sequence[Judged], classes: Mapping[str, int]) -> np.ndarray:
    """Odds (n,) that a label is not the right one, where any other could stand in its place.

    How probable each label is comes from what the model says and from the labels of the other regions.
    """
    numbers, truth = np.unique([classes[one.label] for one in given], return_inverse=True)
    if len(numbers) < 2:
        return np.zeros(len(given))
    features = _scaled(np.log([[*np.maximum(one.probabilities, 1e-3), max(one.share, 1e-4)] for one in given]))
    logits = np.column_stack([np.zeros(len(given)), _logits(features, truth, kinds=len(numbers) - 1)])
    own = np.exp(logits)[np.arange(len(given)), truth] / np.exp(logits).sum(axis=1)
    return np.asarray(RATE / (1 - RATE) * (1 - own) / (len(numbers) - 1) / np.maximum(own, 1e-4))


def _likeliest(one: Judged, number: int, names: Sequence[str]) -> tuple[str, float]:
    """The likeliest other class than `number`, and how sure the model is of it where there is an object."""
    p = np.array(one.probabilities[1:]) / max(sum(one.probabilities[1:]), 1e-6)
    p[number - 1] = -1
    best = int(np.argmax(p))
    return names[best], float(max(p[best], 0.0))


# ---- What is missing -----------------------------------------------------------------------------------------------


def _overlooked(photos: Sequence[PhotoEvidence]) -> Iterable[Suspicion]:
    """Detections where nothing is annotated, judged by how those look that lie on a region.

    Whether anything else is annotated there tells, too: where photos without a region are rare, one is suspicious.
    """
    alone, matched = [], []
    for photo in photos:
        for one in photo.detected:
            if one.overlap < APART and one.shared < LARGELY:
                alone.append((photo.photo, one, photo.regions == 0))
            elif one.overlap >= RIGHT:
                matched.append((photo.photo, one, photo.regions == 1))  # without the region that it lies on
    if not alone or not matched:
        return
    (odds,) = _odds(*(_of_detection([seen[1:] for seen in some]) for some in (alone, matched)))
    odds = odds * len(matched) / len(alone)  # a share of the regions is missing, however many detections stand alone
    for (name, one, _), odd in zip(alone, odds, strict=True):
        xs, ys = zip(*(point for ring in one.rings for point in ring), strict=True)
        box = (min(xs), min(ys), max(xs), max(ys))
        score = round(float(odd / (1 + odd)), 4)
        yield Suspicion("overlooked", name, score, box, other=one.label, value=one.score, rings=one.rings)


def _of_detection(found: Sequence[tuple[Detected, bool]]) -> np.ndarray:
    """Features (n, f) of whether a detection is real, from it and from whether the photo has no other region."""
    seen = [(_logit(one.score), _logit(one.again), float(np.log(max(one.share, 1e-4)))) for one, _ in found]
    return np.column_stack([_quadratic(seen), [empty for _, empty in found]])


# ---- Logistic regression -------------------------------------------------------------------------------------------


def _odds(normal: np.ndarray, *wrong: np.ndarray) -> list[np.ndarray]:
    """How probable it is that each of `normal` (n, f) is of each kind of `wrong` (m, f), as odds (n,).

    `RATE` of the normal ones are taken to be of each kind.
    """
    if not len(normal) or not all(map(len, wrong)):
        return [np.zeros(len(normal)) for _ in wrong]
    features = _scaled(np.concatenate([normal, *wrong]))
    truth = np.repeat(np.arange(1 + len(wrong)), [len(normal), *map(len, wrong)])
    logits = _logits(features, truth, kinds=len(wrong))[: len(normal)]
    return [RATE / (1 - RATE) * np.exp(logits[:, kind]) * len(normal) / len(some) for kind, some in enumerate(wrong)]


def _quadratic(rows: Sequence[Sequence[float]]) -> np.ndarray:
    """Features (n, f) with the products of each two of them."""
    features = np.array(rows, float) if rows else np.zeros((0, 1))
    first, second = np.triu_indices(features.shape[1])
    return np.column_stack([features, features[:, first] * features[:, second]])


def _scaled(features: np.ndarray) -> np.ndarray:
    """A constant, and features (n, f) with mean 0 and spread 1."""
    middle, spread = features.mean(axis=0), np.maximum(features.std(axis=0), 1e-6)
    return np.column_stack([np.ones(len(features)), (features - middle) / spread])


def _logits(features: np.ndarray, truth: np.ndarray, *, kinds: int) -> np.ndarray:
    """Logits (n, kinds) of the kinds 1 … against 0 by a multinomial logistic regression on features (n, f).

    Cross-fitted: none of the n answers for itself.
    """
    logits = np.zeros((len(features), kinds))
    folds = np.random.default_rng(0).integers(0, FOLDS, len(features))
    for fold in range(FOLDS):
        held, taught = folds == fold, folds != fold
        logits[held] = features[held] @ _weights(features[taught], truth[taught], kinds=kinds)
    return np.clip(logits, -30, 30)


def _weights(features: np.ndarray, truth: np.ndarray, *, kinds: int) -> np.ndarray:
    """Weights (f, kinds) of a multinomial logistic regression of the kinds 1 … against 0, with a ridge penalty.

    Found by Newton's method; the first feature is the constant.
    """
    number = features.shape[1]
    penalty = np.tile(np.r_[1e-6, np.full(number - 1, PENALTY)], kinds)
    wanted = truth[:, None] == np.arange(1, kinds + 1)

    def probabilities(weights: np.ndarray) -> np.ndarray:
        grown = np.exp(np.clip(features @ weights.reshape(kinds, number).T, -30, 30))
        return np.asarray(grown / (1 + grown.sum(axis=1, keepdims=True)))

    def loss(weights: np.ndarray) -> float:
        p = probabilities(weights)
        right = np.where(wanted.any(axis=1), (p * wanted).sum(axis=1), 1 - p.sum(axis=1))
        return float(0.5 * penalty @ weights**2 - np.log(np.maximum(right, 1e-12)).sum())

    weights = np.zeros(number * kinds)
    for _ in range(ROUNDS):
        p = probabilities(weights)
        slope = (features.T @ (p - wanted)).T.ravel() + penalty * weights
        spread = np.einsum("na,ab->nab", p, np.eye(kinds)) - p[:, :, None] * p[:, None, :]
        curve = np.einsum("nab,ni,nj->aibj", spread, features, features, optimize=True)
        step = np.linalg.solve(curve.reshape(len(weights), -1) + np.diag(penalty), slope)
        now, share = loss(weights), 1.0
        while share > 1e-4 and loss(weights - share * step) > now:
            share /= 2
        weights = weights - share * step
        if np.abs(share * step).max() < 1e-5:
            break
    return weights.reshape(kinds, number).T


def _logit(value: float) -> float:
    bounded = min(max(value, 0.002), 0.998)
    return float(np.log(bounded / (1 - bounded)))
