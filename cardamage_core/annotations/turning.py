"""Were regions drawn on the photo as stored or as displayed, and how do they lie once turned?

EXIF orientations (EXIF 2.32, tag 0x0112) 2 to 4 mirror a photo or turn it by 180°, 5 to 8 swap its width and height as
well. Some tools draw on the photo as stored. Only where the sides are swapped can it be seen whether regions fit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import msgspec

from .model import Circle, Dot, Ellipse, Photo, Point, Polygon, Polyline, Rectangle, Region, Shape
from .shapes import bounds

TURNED = (2, 3, 4, 5, 6, 7, 8)
SWAPPING = (5, 6, 7, 8)
MIRRORING = (2, 4, 5, 7)
TOLERANCE = 1.0  # pixels
DECIDED = "orientation"  # in `Photo.extra`: it was decided on which photo the regions were drawn

Evidence = Literal["none", "displayed", "stored", "unsure"]


def evidence(regions: Sequence[Region], orientation: int, *, width: int, height: int) -> Evidence:
    """On which photo the regions fit, "none" where there is nothing to ask; width and height are as displayed."""
    if orientation not in TURNED or not regions:
        return "none"
    boxes = [bounds(region.shape) for region in regions]
    if orientation not in SWAPPING:
        return "unsure"
    fits_displayed, fits_stored = _fit(boxes, width, height), _fit(boxes, height, width)
    if fits_displayed == fits_stored:
        return "unsure"
    return "displayed" if fits_displayed else "stored"


def decided(photo: Photo) -> bool:
    """Has the question been answered for this photo?"""
    return DECIDED in photo.extra


def with_decision(photo: Photo) -> Photo:
    """The photo, its question answered."""
    return msgspec.structs.replace(photo, extra=photo.extra | {DECIDED: "decided"})


def turned_regions(regions: Sequence[Region], orientation: int, *, width: int, height: int) -> tuple[Region, ...]:
    """Regions drawn on the stored photo, as they lie on the displayed one of this width and height."""
    size = (height, width) if orientation in SWAPPING else (width, height)
    return tuple(
        msgspec.structs.replace(one, shape=turned(one.shape, orientation, width=size[0], height=size[1]))
        for one in regions
    )


def turned(shape: Shape, orientation: int, *, width: int, height: int) -> Shape:
    """The shape as displayed; `orientation` is one of `TURNED`, width and height are those of the stored photo."""
    place = _places(width, height)[orientation]
    swap = orientation in SWAPPING
    match shape:
        case Polygon(rings=rings):
            return Polygon(tuple(tuple(map(place, ring)) for ring in rings))
        case Polyline(points=points):
            return Polyline(tuple(map(place, points)))
        case Dot(x=x, y=y):
            return Dot(*place((x, y)))
        case Circle(cx=cx, cy=cy, r=r):
            return Circle(*place((cx, cy)), r)
        case Rectangle(x=x, y=y, width=w, height=h):
            (x0, y0), (x1, y1) = place((x, y)), place((x + w, y + h))
            return Rectangle(min(x0, x1), min(y0, y1), *((h, w) if swap else (w, h)))
        case Ellipse(cx=cx, cy=cy, rx=rx, ry=ry, theta=theta):
            axes = (ry, rx) if swap else (rx, ry)
            return Ellipse(*place((cx, cy)), *axes, -theta if orientation in MIRRORING else theta)


def _places(width: int, height: int) -> dict[int, Callable[[Point], Point]]:
    return {
        2: lambda p: (width - p[0], p[1]),
        3: lambda p: (width - p[0], height - p[1]),
        4: lambda p: (p[0], height - p[1]),
        5: lambda p: (p[1], p[0]),
        6: lambda p: (height - p[1], p[0]),
        7: lambda p: (height - p[1], width - p[0]),
        8: lambda p: (p[1], width - p[0]),
    }


def _fit(boxes: Sequence[tuple[float, float, float, float]], width: int, height: int) -> bool:
    return all(
        x0 >= -TOLERANCE and y0 >= -TOLERANCE and x1 <= width + TOLERANCE and y1 <= height + TOLERANCE
        for x0, y0, x1, y1 in boxes
    )
