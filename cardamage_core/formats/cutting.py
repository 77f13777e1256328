"""How is a polygon with holes written where there is no place for holes?

Holes are cut open: the ring runs in along a line and back, which leaves the area as it is under every rule of filling.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import geometry
from ..annotations.model import Polygon, Ring


def single_rings(shape: Polygon) -> list[Ring]:
    """One ring for each part of a polygon."""
    if len(shape.rings) < 2:
        return list(shape.rings) or [()]
    area = geometry.area_of_rings(shape.rings)
    rings = []
    for part in getattr(area, "geoms", [area]):
        ring = _open(part.exterior.coords)
        for hole in part.interiors:
            ring = _bridged(ring, _open(hole.coords))
        rings.append(ring)
    return rings


def _open(coords: Any) -> Ring:
    return tuple((float(x), float(y)) for x, y in coords[:-1])


def _bridged(outer: Ring, hole: Ring) -> Ring:
    """One ring: along `outer`, over the shortest way between two vertices, around `hole`, and back."""
    squares = ((np.asarray(outer)[:, None] - np.asarray(hole)[None]) ** 2).sum(-1)
    i, j = (int(index) for index in np.unravel_index(squares.argmin(), squares.shape))
    return (*outer[: i + 1], *hole[j:], *hole[: j + 1], *outer[i:])
