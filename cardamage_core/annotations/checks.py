"""What looks wrong with a data set?

Codes: missing-photo, photo-twice, region-twice, outside, self-crossing, no-area, tiny, unlabelled, label-alike. Nothing
is changed. What is wrong with the photos' files stands in `project.photo_checks`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import shapely

from .label_alike import alike
from .model import AnnotatedPhoto, Dataset, Dot, Finding, Point, Polygon, Polyline, Region
from .shapes import area, bounds, outline

TOLERANCE = 1.0  # pixels; annotation tools let one click on the rim itself
SMALLEST_AREA = 1e-6  # square pixels
TINY_AREA = 9.0  # square pixels: a slip of the mouse, or more than anybody can see


def findings(dataset: Dataset, *, step: Callable[[], None] = lambda: None) -> list[Finding]:
    """Everything that looks wrong, photo by photo; `step` is called for each and may raise to stop."""
    counts = Counter(region.label for one in dataset.photos for region in one.regions)
    found = [Finding("label-alike", one.text()) for one in alike(counts)]
    found += _photos_twice(dataset)
    for one in dataset.photos:
        step()
        found += photo_findings(one)
    return found


def photo_findings(one: AnnotatedPhoto) -> list[Finding]:
    """What looks wrong with one photo and its regions."""
    found = list(_missing(one))
    found += _regions_twice(one)
    for region in one.regions:
        found += _unlabelled(one, region)
        found += _outside(one, region)
        found += _shape(one, region)
    return found


def _photos_twice(dataset: Dataset) -> Iterator[Finding]:
    seen: set[str] = set()
    for one in dataset.photos:
        if one.photo.path in seen:
            yield Finding("photo-twice", f"{one.photo.name} is there twice.", photo=one.photo.id)
        seen.add(one.photo.path)


def _missing(one: AnnotatedPhoto) -> Iterator[Finding]:
    if one.photo.width == 0:
        text = f"{one.photo.name} is missing or cannot be read: {one.photo.path}."
        yield Finding("missing-photo", text, "error", one.photo.id)


def _regions_twice(one: AnnotatedPhoto) -> Iterator[Finding]:
    seen: set = set()
    for region in one.regions:
        if (region.shape, region.label) in seen:
            text = f"A region “{region.label}” of {one.photo.name} is there twice."
            yield Finding("region-twice", text, photo=one.photo.id, region=region.id)
        seen.add((region.shape, region.label))


def _unlabelled(one: AnnotatedPhoto, region: Region) -> Iterator[Finding]:
    if not region.label:
        yield Finding("unlabelled", f"A region of {one.photo.name} has no label.", photo=one.photo.id, region=region.id)


def _outside(one: AnnotatedPhoto, region: Region) -> Iterator[Finding]:
    width, height = one.photo.width, one.photo.height
    if width == 0:
        return
    x0, y0, x1, y1 = bounds(region.shape)
    if x0 < -TOLERANCE or y0 < -TOLERANCE or x1 > width + TOLERANCE or y1 > height + TOLERANCE:
        text = (
            f"A region “{region.label}” of {one.photo.name} reaches outside the photo:"
            f" {x0:.0f}, {y0:.0f} to {x1:.0f}, {y1:.0f} on {width} × {height} pixels."
        )
        yield Finding("outside", text, photo=one.photo.id, region=region.id)


def _shape(one: AnnotatedPhoto, region: Region) -> Iterator[Finding]:
    if isinstance(region.shape, Polyline | Dot):
        return
    rings = [shapely.polygons(ring) for ring in outline(region.shape) if len(ring) > 2]
    if isinstance(region.shape, Polygon) and _crosses_itself(rings):
        text = f"The outline of a region “{region.label}” of {one.photo.name} crosses itself."
        yield Finding("self-crossing", text, photo=one.photo.id, region=region.id)
    # Exact geometry is only needed where a simple sum could be small.
    found = rings[0].area if len(rings) == 1 else 0.0
    found = found if found > TINY_AREA else area(region.shape).area
    if found < SMALLEST_AREA:
        text = f"A region “{region.label}” of {one.photo.name} covers no area."
        yield Finding("no-area", text, photo=one.photo.id, region=region.id)
    elif found < TINY_AREA:
        text = f"A region “{region.label}” of {one.photo.name} is tiny: {found:.1f} square pixels."
        yield Finding("tiny", text, "info", one.photo.id, region.id)


def crossing(region: Region) -> Point | None:
    """Where the outline crosses itself, the first such place; None when it does not."""
    for ring in outline(region.shape):
        reason = shapely.is_valid_reason(shapely.polygons(ring)) if len(ring) > 3 else ""
        if reason.startswith("Self-intersection["):
            x, y = reason[:-1].split("[")[1].split()
            return (float(x), float(y))
    return None


def _crosses_itself(rings: Sequence[shapely.Polygon]) -> bool:
    """Touching itself is no crossing: only rings that are not simple though repeated points are dropped."""
    return any(shapely.get_num_coordinates(ring) > 4 and not ring.is_valid for ring in rings)
