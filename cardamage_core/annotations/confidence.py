"""Score threshold and uncertainty band of predicted regions.

The same rule decides what the canvas draws, what the findings table lists and what the damage figure counts. A band is
two more outlines around a predicted one: `outer`, where the mask's probability exceeds 0.3, and `inner`, where it
exceeds 0.7. It is kept in `Region.extra["band"]` with a digest of the shape it belongs to; once the outline is
corrected, the band no longer counts.
"""

from __future__ import annotations

import hashlib
import math
from array import array
from collections.abc import Iterable, Sequence
from typing import Any

from . import shapes
from .model import Polygon, Region, Ring, Shape

THRESHOLD = 0.9  # of a project that says nothing else


def is_score(value: float) -> bool:
    """Whether a number can be a score or a threshold for scores: finite, 0…1."""
    return math.isfinite(value) and 0.0 <= value <= 1.0


def is_above(region: Region, threshold: float) -> bool:
    """Whether a region is more than a guess: drawn, imported, accepted by a person, or scored at least `threshold`."""
    origin = region.origin
    if origin.kind != "predicted" or origin.score is None or region.review == "accepted":
        return True
    return origin.score >= threshold


def is_proposal(region: Region) -> bool:
    """Whether a model said so and no person has taken it yet."""
    return region.origin.kind == "predicted" and region.review != "accepted"


def is_open_proposal(region: Region) -> bool:
    """Whether a model said so and no person has decided on it."""
    return region.origin.kind == "predicted" and region.review == "unreviewed"


def without_proposals(regions: Sequence[Region]) -> list[Region]:
    """The regions that count together: where a person outlined any of them, proposals only stand beside."""
    by_hand = any(region.origin.kind != "predicted" for region in regions)
    return [region for region in regions if not (by_hand and is_proposal(region))]


KEY = "band"
OUTER = 0.3
INNER = 0.7


def band(shape: Shape, outer: Iterable[Ring], inner: Iterable[Ring]) -> dict[str, Any]:
    """The value for `Region.extra["band"]`: closed rings under the even-odd rule, pixels of the photo."""
    return {"of": _digest(shape), "outer": _plain(outer), "inner": _plain(inner)}


def band_of(region: Region) -> tuple[Polygon, Polygon] | None:
    """The outer and the inner outline, or None where there is no band or the outline has been corrected since."""
    found = region.extra.get(KEY)
    if not isinstance(found, dict) or found.get("of") != _digest(region.shape):
        return None
    try:
        return _polygon(found["outer"]), _polygon(found["inner"])
    except (KeyError, TypeError, ValueError):
        return None


def _digest(shape: Shape) -> str:
    """The same for equal coordinates, whether they are written as 10 or as 10.0."""
    digest = hashlib.blake2b(type(shape).__name__.encode(), digest_size=8)
    for ring in shapes.lines(shape):
        digest.update(array("d", (number for point in ring for number in point)).tobytes() + b"/")
    return digest.hexdigest()


def _plain(rings: Iterable[Ring]) -> list[list[list[float]]]:
    return [[[float(x), float(y)] for x, y in ring] for ring in rings]


def _polygon(rings: Any) -> Polygon:
    return Polygon(tuple(tuple((float(x), float(y)) for x, y in ring) for ring in rings))
