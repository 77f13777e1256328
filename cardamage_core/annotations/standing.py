"""Does a region stand at a score threshold?

One answer for the canvas, the findings table and the damage figure: what is seen is what is counted.
"""

from __future__ import annotations

from .model import Region


def stands(region: Region, threshold: float) -> bool:
    """Whether a region is more than a guess: drawn, imported, accepted by a person, or scored at least `threshold`."""
    origin = region.origin
    if origin.kind != "predicted" or origin.score is None or region.review == "accepted":
        return True
    return origin.score >= threshold
