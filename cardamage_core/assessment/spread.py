"""The range of a damaged share: uncertain outlines, and detections that may be right or wrong.

An undecided detection counts with its calibrated score: a draw of all of them (independent, a sum of areas
of Bernoulli variables) gives a distribution of the share, each drawn one as large as its outer or inner outline. The
range is its central part, stretched by `STRETCH` about the mean so that the annotated share of a photo that the models
never saw lies inside in four of five cases (`models.recipes.ranges` measures it; docs/report.md has the figures).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from shapely.geometry.base import BaseGeometry

from ..annotations.confidence import band_of
from ..annotations.model import Region
from .areas import area_of, clip, covered_area

TAIL = 0.1  # of the distribution left out at either end
STRETCH = 1.1
MEASURED = (187, 214)  # test photos of bilgi and seed whose annotated share lay inside, of all (models.recipes.ranges)
DRAWS = 512
MOST = 64  # open detections that are drawn, the likeliest ones


class Open(NamedTuple):
    """An undecided detection: what it adds to likelier ones, and how much its outline may vary (ratios)."""

    added: BaseGeometry
    probability: float
    inner: float
    outer: float


def open_detection(region: Region, added: BaseGeometry) -> Open:
    """The detection with the ratios of its inner and outer outline to its area."""
    band, area = band_of(region), area_of(region.shape).area
    score = region.origin.score if region.origin.score is not None else 1.0
    if band is None or area <= 0:
        return Open(added, score, 1.0, 1.0)
    outer, inner = (area_of(shape).area / area for shape in band)
    return Open(added, score, min(inner, 1.0), max(outer, 1.0))


def decided_range(decided: Sequence[Region], whole: BaseGeometry) -> tuple[float, float]:
    """Percent of `whole` with every predicted outline drawn in to probability 0.7, and out to 0.3; drawn ones stay."""
    bands = [band_of(r) for r in decided]
    outer = [area_of(b[0] if b else r.shape) for b, r in zip(bands, decided, strict=True)]
    inner = [area_of(b[1] if b else r.shape) for b, r in zip(bands, decided, strict=True)]
    return _percent(inner, whole), _percent(outer, whole)


def with_open(low: float, high: float, guesses: Sequence[Open], whole: BaseGeometry) -> tuple[float, float]:
    """The range in percent of `whole`, given that of the decided regions, once open detections may be right."""
    guesses = sorted(guesses, key=lambda guess: -guess.probability)[:MOST]
    areas = np.array([area.area for area in clip([guess.added for guess in guesses], whole)]) * (100 / whole.area)
    if not areas.any():
        return low, high
    chances, inner, outer = (np.array(column) for column in list(zip(*guesses, strict=True))[1:])
    drawn = _uniform()[:, : len(areas)] < chances
    mean = float(chances @ areas)
    least = float(np.quantile(drawn @ (areas * inner), TAIL))
    most = float(np.quantile(drawn @ (areas * outer), 1 - TAIL))
    return low + max(0.0, mean - STRETCH * (mean - least)), high + mean + STRETCH * (most - mean)


def _percent(areas: Sequence[BaseGeometry], whole: BaseGeometry) -> float:
    return 100 * covered_area(clip(areas, whole)) / float(whole.area) if areas else 0.0


@lru_cache(maxsize=1)
def _uniform() -> np.ndarray:
    """The same random numbers each time, so that the same photo has the same range: (DRAWS, MOST)."""
    return np.random.default_rng(0).random((DRAWS, MOST))
