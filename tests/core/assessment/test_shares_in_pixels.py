"""Shares of car, panel and photo are those that counting pixels gives at 16 times the size."""

from __future__ import annotations

import cv2
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cardamage_core.annotations.model import Label, Photo, Polygon, Region
from cardamage_core.assessment.damage import assess

SIDE, FINE = 40, 16
LABELS = (Label("dent", "#56B4E9"), Label("car", "#FFFFFF", role="car"), Label("hood", "#9D7BFF", role="part"))
PHOTO = Photo("p", "p", "p", SIDE, SIDE)
TOLERANCE = 0.6  # percent points: pixels along an outline, at 16 times the size


@st.composite
def outlines(draw: st.DrawFn, least: float = 6) -> tuple[tuple[float, float], ...]:
    """A polygon that does not cross itself: points around a centre, at rising angles."""
    x, y = draw(st.floats(10, 30)), draw(st.floats(10, 30))
    radii = draw(st.lists(st.floats(least, 9), min_size=3, max_size=7))
    angles = np.linspace(0, 2 * np.pi, len(radii), endpoint=False)
    return tuple((x + r * float(np.cos(a)), y + r * float(np.sin(a))) for r, a in zip(radii, angles, strict=True))


def painted(ring: tuple[tuple[float, float], ...]) -> np.ndarray:
    """Whether the centre of each fine pixel lies inside the ring."""
    mask = np.zeros((SIDE * FINE, SIDE * FINE), np.uint8)
    shift = 6
    points = np.round((np.array(ring) * FINE - 0.5) * (1 << shift)).astype(np.int32)
    cv2.fillPoly(mask, [points], 1, cv2.LINE_8, shift)
    edge = np.zeros_like(mask)  # fillPoly paints its border pixels too; half of them lie inside
    cv2.polylines(edge, [points], True, 1, 1, cv2.LINE_8, shift)
    return mask - 0.5 * (mask & edge)


@settings(max_examples=20)
@given(car=outlines(8.0), panel=outlines(), dents=st.lists(outlines(3.0), min_size=1, max_size=3))
def test_shares_are_those_of_counted_pixels(car, panel, dents):
    regions = [Region("car", Polygon((car,)), "car"), Region("hood", Polygon((panel,)), "hood")]
    regions += [Region(str(i), Polygon((ring,)), "dent") for i, ring in enumerate(dents)]
    found = assess(PHOTO, regions, LABELS)
    hurt = np.max([painted(ring) for ring in dents], axis=0)
    for share, whole in (
        (found.percent, painted(car)),
        (found.panels[0].percent, painted(panel)),
        (found.of_photo, np.ones_like(hurt)),
    ):
        if share is not None:  # most of the damage, or the panel, may lie outside the car
            assert abs(share - 100 * (np.minimum(hurt, whole)).sum() / whole.sum()) < TOLERANCE
    low_high = [(found.low, found.high)] if found.percent is not None else []
    assert all(low == found.percent == high for low, high in low_high)
