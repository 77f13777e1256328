"""Areas that several threads measure at once."""

from __future__ import annotations

import threading

import numpy as np
import shapely

from cardamage_core.annotations.model import Polygon
from cardamage_core.assessment import areas
from cardamage_core.geometry import rectangle_area


def test_what_is_shared_between_threads_is_never_prepared() -> None:
    """GEOS crashes where two threads use one prepared geometry, and cached areas are shared."""
    ring = [(float(x), 5 + float(y)) for x, y in zip(range(20), np.sin(range(20)), strict=True)]
    whole = areas.area_of(Polygon(((*ring, (19.0, 30.0), (0.0, 30.0)),)))
    parts = [rectangle_area(i, 2 * i, 3, 3) for i in range(8)]
    found: list[float] = []

    def measure() -> None:
        inside = areas.clip(parts, whole)
        found.append(areas.covered_area(inside))
        areas.holds(whole, np.array([1.0, 50.0]), np.array([10.0, 50.0]))

    threads = [threading.Thread(target=measure) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not shapely.is_prepared([whole, *parts]).any()
    assert len(set(found)) == 1
