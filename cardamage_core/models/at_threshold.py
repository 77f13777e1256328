"""What a model's card has measured of its scores: what a threshold trades, and how often predictions are right."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from .registry import ModelCard


class AtThreshold(NamedTuple):
    """Shares 0…1 measured on photos that nothing was chosen by, where predictions count from `threshold` on.

    `right`: of the damaged photos, those with a right mask; `alarms`: of the undamaged ones, those with any mask;
    `small`: of the damages below a hundredth of the photo, those found.
    """

    threshold: float
    right: float
    alarms: float
    small: float


def curve(card: ModelCard) -> tuple[AtThreshold, ...]:
    """What was measured, the lowest threshold first; () where the card has nothing, or nothing that can be told."""
    points = [_point(row) for row in _rows(card.metrics.get("curve"))]
    shares = [card.metrics.get(key) for key in ("right_mask", "false_alarms", "recall_of_small")]
    values = [share.get("value") if isinstance(share, dict) else None for share in shares]
    own = None if card.threshold is None else _point((card.threshold, *values))
    known = {point.threshold: point for point in (*points, own) if point is not None}
    return tuple(known[threshold] for threshold in sorted(known)) if len(known) > 1 and None not in points else ()


def at(card: ModelCard, threshold: float) -> AtThreshold | None:
    """What was measured at this threshold, between two measured ones in proportion; None where nothing was."""
    if not (points := curve(card)):
        return None
    known, *shares = (np.array(column) for column in zip(*points, strict=True))
    return AtThreshold(threshold, *(float(np.interp(threshold, known, share)) for share in shares))


def calibration(card: ModelCard) -> tuple[tuple[float, float], ...]:
    """Mean score and share that is right, bin by bin, on photos that nothing was chosen by; () where not measured."""
    rows = [row[:2] for row in _rows(card.metrics.get("calibration")) if isinstance(row, list | tuple)]
    points = [(float(score), float(right)) for score, right in filter(_are_shares, rows)]
    return tuple(points) if len(points) > 1 else ()


def _rows(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()


def _point(row: Any) -> AtThreshold | None:
    """A row of four shares; None for anything else, since cards come from other people, too."""
    fits = isinstance(row, list | tuple) and len(row) == len(AtThreshold._fields) and _are_shares(row)
    return AtThreshold(*map(float, row)) if fits else None


def _are_shares(row: Sequence[Any]) -> bool:
    return all(isinstance(value, int | float) and math.isfinite(value) and 0 <= value <= 1 for value in row)
