"""What can a format not hold, and what becomes of it?

A format declares in `Format.loses` what it has no place for and what is written instead; here it is counted before
anything is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import shapely

from ..annotations.model import Circle, Dataset, Dot, Ellipse, Finding, Photo, Polygon, Polyline, Rectangle, Region
from ..annotations.shapes import bounds
from .source import Format


def losses(dataset: Dataset, target: Format) -> tuple[Finding, ...]:
    """One finding for each kind of thing in the data set that the format cannot hold, with the first place of it."""
    found = [*_of_regions(dataset, target), *_of_photos(dataset, target)]
    order = list(target.loses)
    return tuple(sorted(found, key=lambda finding: order.index(finding.code.removeprefix("lost-"))))


def has_hole(region: Region) -> bool:
    """Does a ring of the region lie inside another?"""
    if not isinstance(region.shape, Polygon) or len(region.shape.rings) < 2:
        return False
    areas = [shapely.Polygon(ring).buffer(0) for ring in region.shape.rings if len(ring) > 2]
    return any(a is not b and a.contains(b) for a in areas for b in areas)


def has_parts(region: Region) -> bool:
    """Does the region lie in several pieces?"""
    if not isinstance(region.shape, Polygon) or len(region.shape.rings) < 2:
        return False
    areas = [shapely.Polygon(ring).buffer(0) for ring in region.shape.rings if len(ring) > 2]
    outer = [a for a in areas if not any(a is not b and b.contains(a) for b in areas)]
    return len(outer) > 1


def reaches_outside(region: Region, photo: Photo) -> bool:
    """Does a region with an area reach over the rim of its photo?"""
    if not photo.width or isinstance(region.shape, Polyline | Dot):
        return False
    x0, y0, x1, y1 = bounds(region.shape)
    return min(x0, y0) < 0 or x1 > photo.width or y1 > photo.height


_REGIONS: dict[str, tuple[Callable[[Region, Photo], bool], str, str]] = {
    "holes": (lambda r, _: has_hole(r), "region with holes", "regions with holes"),
    "parts": (lambda r, _: has_parts(r), "region of several parts", "regions of several parts"),
    "rectangles": (lambda r, _: isinstance(r.shape, Rectangle), "rectangle", "rectangles"),
    "circles": (lambda r, _: isinstance(r.shape, Circle), "circle", "circles"),
    "ellipses": (lambda r, _: isinstance(r.shape, Ellipse), "ellipse", "ellipses"),
    "lines": (lambda r, _: isinstance(r.shape, Polyline), "line", "lines"),
    "points": (lambda r, _: isinstance(r.shape, Dot), "point", "points"),
    "outside": (reaches_outside, "region that reaches outside its photo", "regions that reach outside their photos"),
    "attributes": (lambda r, _: bool(r.attributes), "region with attributes", "regions with attributes"),
    "scores": (lambda r, _: r.origin.score is not None, "predicted score", "predicted scores"),
}
_PHOTOS: dict[str, tuple[Callable[[Photo], bool], str, str]] = {
    "photo attributes": (lambda p: bool(p.attributes), "photo with attributes", "photos with attributes"),
    "unknown sizes": (lambda p: p.width == 0, "photo of unknown size", "photos of unknown size"),
}


def _of_regions(dataset: Dataset, target: Format) -> Iterator[Finding]:
    for kind in target.loses.keys() & _REGIONS.keys():
        is_lost, one, many = _REGIONS[kind]
        found = [(p.photo.id, r.id) for p in dataset.photos for r in p.regions if is_lost(r, p.photo)]
        if found:
            yield _finding(kind, target, len(found), one, many, *found[0])


def _of_photos(dataset: Dataset, target: Format) -> Iterator[Finding]:
    for kind in target.loses.keys() & _PHOTOS.keys():
        is_lost, one, many = _PHOTOS[kind]
        found = [p.photo.id for p in dataset.photos if is_lost(p.photo)]
        if found:
            yield _finding(kind, target, len(found), one, many, found[0])


def _finding(kind: str, target: Format, number: int, one: str, many: str, photo: str, region: str = "") -> Finding:
    what = f"1 {one}" if number == 1 else f"{number:,} {many}"
    text = f"{what}: {target.text} has no place for this; {target.loses[kind]}."
    return Finding(f"lost-{kind}", text, "info", photo, region)
