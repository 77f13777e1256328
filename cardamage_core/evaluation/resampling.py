"""Bootstrapped intervals over photos (Efron 1979): photos are drawn anew with replacement, regions stay with theirs.

Photos are the unit because damages of one photo are alike. Weights say how often each photo was drawn; two models
judged with the same weights are compared photo by photo.
"""

from __future__ import annotations

import numpy as np

ROUNDS = 1000  # for shares, which cost nothing
LOW, HIGH = 0.025, 0.975


def drawn(photos: int, *, rounds: int = ROUNDS, seed: int = 0) -> np.ndarray:
    """(rounds, photos): how often each photo was drawn."""
    if not photos:
        return np.zeros((rounds, 0))
    rng = np.random.default_rng(seed)
    places = rng.integers(0, photos, (rounds, photos))
    flat = places + np.arange(rounds)[:, None] * photos
    return np.bincount(flat.ravel(), minlength=rounds * photos).reshape(rounds, photos).astype(float)


def ratio(numerators: np.ndarray, denominators: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(rounds,): the weighted sum of one over that of the other; NaN where there is nothing to divide by."""
    over, under = weights @ np.asarray(numerators, float), weights @ np.asarray(denominators, float)
    shares: np.ndarray = np.divide(over, under, out=np.full(len(weights), np.nan), where=under > 0)
    return shares


def quantile(values: np.ndarray, share: float, weights: np.ndarray) -> np.ndarray:
    """(rounds,): the smallest value that at least this share of the photos do not exceed; NaN values are left out."""
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.argsort(values[known], kind="stable")]
    if not len(order):
        return np.full(len(weights), np.nan)
    mass = np.cumsum(weights[:, order], axis=1)
    place = (mass < share * mass[:, -1:] - 1e-9).sum(axis=1)
    found = values[order][np.minimum(place, len(order) - 1)]
    return np.where(mass[:, -1] > 0, found, np.nan)


def interval(samples: np.ndarray) -> tuple[float, float]:
    """The middle 95 % of what the rounds gave; NaN where none gave anything."""
    known = samples[~np.isnan(samples)]
    if not len(known):
        return float("nan"), float("nan")
    low, high = np.quantile(known, (LOW, HIGH)).tolist()
    return low, high


def chance(differences: np.ndarray) -> float:
    """How often chance alone would show a difference at least as clear, 0…1: two-sided, of paired differences."""
    known = differences[~np.isnan(differences)]
    if not len(known):
        return float("nan")
    below, above = (known <= 0).sum() + 1, (known >= 0).sum() + 1
    return float(min(1.0, 2 * min(below, above) / (len(known) + 1)))
