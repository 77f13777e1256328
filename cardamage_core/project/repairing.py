"""Which findings can be mended without losing anything, in one step that can be undone?

Regions that are there twice or cover nothing go; outlines that cross themselves are cut at the crossings and cover the
same as before; lost photos are found again by name and size. Regions are turned only when asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec
import shapely

from .. import geometry
from ..annotations.checks import SMALLEST_AREA
from ..annotations.finding_kinds import kind_of as kind_of_finding
from ..annotations.model import AnnotatedPhoto, Dot, Photo, Polygon, Polyline, Region
from ..annotations.shapes import area
from ..errors import PhotoError
from ..words import count
from .history import Edit
from .photo_checks import elsewhere, nothing
from .photo_headers import Turn, headers, kind_of, turned_photo
from .project import Project

Step = Callable[[], None]
Regions = tuple[Region, ...]


class Repair(msgspec.Struct, frozen=True):
    """What was mended: numbers by the findings' codes, and as text."""

    counts: dict[str, int]
    text: str
    edit: Edit | None = None


def repair(project: Project, *, turn: Turn = "", safe: bool = True, step: Step = nothing) -> Repair:
    """Mend what is safe, and turn regions if asked, in one edit; `step` is called often and may raise to cancel."""
    whole = project.dataset().photos
    counts: Counter[str] = Counter()
    turned = _turned(whole, turn, counts, step) if turn else {}
    found = elsewhere(whole, project.folder) if safe else {}
    photos: list[tuple[Photo, Photo]] = []
    regions: dict[str, tuple[Regions, Regions]] = {}
    for one in whole:
        step()
        new = turned.get(one.photo.id, one)
        mended = tuple(_mended(new.regions, counts)) if safe else new.regions
        if mended != one.regions:
            regions[one.photo.id] = (one.regions, mended)
        old = project.photo(one.photo.id)
        photo = msgspec.structs.replace(old, extra=new.photo.extra)
        photo = _found_again(photo, found.get(old.id), project.folder, counts)
        if photo != old:
            photos.append((old, photo))
    edit = project.edit_all(photos, regions, "Repair findings" if safe else "Turn regions")
    return Repair(dict(counts), _text(counts), edit)


def _turned(
    photos: Sequence[AnnotatedPhoto], turn: Turn, counts: Counter[str], step: Step
) -> dict[str, AnnotatedPhoto]:
    result: dict[str, AnnotatedPhoto] = {}
    there = [one for one in photos if one.photo.width and one.regions]
    for one, header in zip(there, headers(there, step=step), strict=True):
        if isinstance(header, PhotoError):
            continue
        kind = kind_of(one, header)
        new = turned_photo(one, header, kind, turn)
        if new is not one:
            counts["stored-orientation" if kind == "stored" else "turn-unsure"] += 1
            result[one.photo.id] = new
    return result


def _mended(regions: Sequence[Region], counts: Counter[str]) -> Iterator[Region]:
    seen: set = set()
    for region in regions:
        key = (region.shape, region.label, msgspec.json.encode(region.attributes))
        if key in seen:
            counts["region-twice"] += 1
        elif _covers_nothing(region):
            counts["no-area"] += 1
        else:
            yield _uncrossed(region, counts)
        seen.add(key)


def _covers_nothing(region: Region) -> bool:
    return not isinstance(region.shape, Polyline | Dot) and area(region.shape).area < SMALLEST_AREA


def _uncrossed(region: Region, counts: Counter[str]) -> Region:
    rings = region.shape.rings if isinstance(region.shape, Polygon) else ()
    if all(len(ring) < 4 or shapely.Polygon(ring).is_valid for ring in rings):
        return region
    counts["self-crossing"] += 1
    return msgspec.structs.replace(region, shape=Polygon(geometry.rings_of_area(geometry.area_of_rings(rings))))


def _found_again(photo: Photo, path: Path | None, folder: Path, counts: Counter[str]) -> Photo:
    """With the path of a file of that name, if it has the size that the annotations name."""
    if path is None or photo.size <= 0 or path.stat().st_size != photo.size:
        return photo
    counts["lost-photo"] += 1
    inside = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)
    (header,) = headers([AnnotatedPhoto(msgspec.structs.replace(photo, path=str(path)))], step=nothing)
    size = (0, 0) if isinstance(header, PhotoError) else header[:2]
    return msgspec.structs.replace(photo, path=inside, width=size[0], height=size[1])


def _text(counts: Counter[str]) -> str:
    if not counts:
        return "Nothing to repair."
    parts = [f"{kind_of_finding(code).title}: {number:,}" for code, number in counts.items()]
    return f"Repaired {count(counts.total(), 'finding')} in one step that can be undone. {'. '.join(parts)}."
