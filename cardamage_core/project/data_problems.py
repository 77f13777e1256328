"""Problems of photo files, repairs of the data, and the HTML report of all problems.

Codes: lost-photo (with where a file of that name lies), wrong-size, same-content, near-duplicate, stored-orientation,
turn-unsure.

Repairs lose nothing and are one edit that can be undone: regions that are there twice or cover nothing go; outlines
that cross themselves are cut at the crossings and cover the same as before; lost photos are found again by name and
size. Regions are turned only when asked.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import jinja2
import msgspec
import numpy as np
import shapely

from .. import files, geometry
from ..annotations.model import AnnotatedPhoto, Dataset, Dot, Photo, Polygon, Polyline, Problem, Region, Shape
from ..annotations.problems import SMALLEST_AREA, find_problems, grouped, kind_of
from ..annotations.shapes import area, outline
from ..errors import PhotoError
from ..formats.export import PhotoFiles
from ..text import count
from ..version import __version__
from . import near_duplicates
from .history import Edit
from .orientation import Turn, evidence_of, headers, orientation_problems, turned_photo
from .project import Project

Step = Callable[[], None]
Pair = tuple[Photo, Photo]


def nothing() -> None:
    """For callers who show no progress."""


def all_problems(project: Project, dataset: Dataset, *, step: Step = nothing) -> list[Problem]:
    """Everything that looks wrong with a project: its regions, and its photos' files, noted ones and as they are."""
    of_files = photo_file_problems(dataset.photos, folder=project.folder, step=step)
    lost = {problem.photo for problem in of_files if problem.code == "lost-photo"}
    noted = [problem for problem in project.file_problems() if problem.photo not in lost]
    return [*find_problems(dataset, step=step), *noted, *of_files]


def photo_file_problems(photos: Sequence[AnnotatedPhoto], *, folder: Path, step: Step = nothing) -> list[Problem]:
    """Everything about the files; `folder` is the project's. `step` is called often and may raise to cancel."""
    present = [one for one in photos if files.is_there(one.photo.path)]
    found = [*_lost(photos, folder), *_sizes(present)]
    seen = [
        (one, evidence_of(one, header))
        for one, header in zip(present, headers(present, step=step), strict=True)
        if not isinstance(header, PhotoError)
    ]
    found += orientation_problems(seen)
    same = list(_same(present, step))
    near = list(_near(present, step)) if len({one.photo.split for one in present}) > 1 else []
    found += [_twice("same-content", "has the same content as", *pair) for pair in same]
    return found + [_twice("near-duplicate", "looks like", *pair) for pair in near if pair not in same]


def elsewhere(photos: Sequence[AnnotatedPhoto], folder: Path) -> dict[str, Path]:
    """Where files lie that are called as photos that are missing, by the photos' ids.

    Looked for in the project's folder, where the other photos lie, and around the place where each should be.
    """
    missing = [one.photo for one in photos if not files.is_there(one.photo.path)]
    if not missing:
        return {}
    others = {Path(one.photo.path).parent for one in photos} - {folder}
    around = {parent for one in missing for parent in Path(one.path).parent.parents[:1] if len(parent.parts) > 3}
    places = [PhotoFiles(place) for place in (folder, *sorted(others), *sorted(around)) if place.is_dir()]
    found = {photo.id: _found(photo, places) for photo in missing}
    return {key: path for key, path in found.items() if path}


def _found(photo: Photo, places: Sequence[PhotoFiles]) -> Path | None:
    return next((path for place in places if (path := place.find(photo.name, size=photo.size))), None)


def _lost(photos: Sequence[AnnotatedPhoto], folder: Path) -> Iterator[Problem]:
    found = elsewhere(photos, folder)
    for one in photos:
        if path := found.get(one.photo.id):
            text = f"{one.photo.name} is not at {one.photo.path}; a file of that name lies at {path}."
            yield Problem("lost-photo", text, "error", one.photo.id)


def _sizes(photos: Sequence[AnnotatedPhoto]) -> Iterator[Problem]:
    for one in photos:
        size = Path(one.photo.path).stat().st_size
        if one.photo.size > 0 and one.photo.size != size:
            text = f"{one.photo.name} has {size:,} bytes; its annotations name {one.photo.size:,}: another copy?"
            yield Problem("wrong-size", text, "info", one.photo.id)


def _same(photos: Sequence[AnnotatedPhoto], step: Step) -> Iterator[Pair]:
    """Photos with the same content; only files of one size are read."""
    sizes: dict[int, list[Photo]] = {}
    for one in photos:
        sizes.setdefault(Path(one.photo.path).stat().st_size, []).append(one.photo)
    first: dict[str, Photo] = {}
    for photo in (photo for group in sizes.values() if len(group) > 1 for photo in group):
        step()
        before = first.setdefault(_hash(photo), photo)
        if before is not photo and before.path != photo.path:
            yield before, photo


def _hash(photo: Photo) -> str:
    try:
        return files.sha256(Path(photo.path))
    except OSError:
        return photo.id


def _near(photos: Sequence[AnnotatedPhoto], step: Step) -> Iterator[Pair]:
    """Photos that look the same and are in different splits: what is trained on would be judged by."""
    hashes = near_duplicates.hashes([one.photo.path for one in photos], step=step)
    splits = np.unique([one.photo.split for one in photos], return_inverse=True)[1]
    for i, j in near_duplicates.pairs(hashes, apart=splits):
        yield photos[i].photo, photos[j].photo


def _twice(code: str, words: str, first: Photo, second: Photo) -> Problem:
    text = f"{second.name}{_in(second)} {words} {first.name}{_in(first)}."
    return Problem(code, text, "warning" if first.split != second.split else "info", second.id)


def _in(photo: Photo) -> str:
    return f" ({photo.split})" if photo.split else ""


_TEMPLATE = "check/report.html"
MOST = 2000  # problems of one kind that are listed


def write_report(path: Path, dataset: Dataset, problems: Sequence[Problem], *, title: str) -> None:
    """Write the page; everything that came from files is escaped."""
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    template = environment.from_string(files.resource(_TEMPLATE).read_text("utf-8"))
    names = {one.photo.id: one.photo.name for one in dataset.photos}
    page = template.render(
        title=title,
        version=__version__,
        date=datetime.datetime.now().astimezone().strftime("%Y-%m-%d %H:%M"),
        photos=count(len(dataset.photos), "photo"),
        regions=count(sum(len(one.regions) for one in dataset.photos), "region"),
        number=count(len(problems), "problem"),
        kinds=[_kind(code, found, names) for code, found in grouped(problems).items()],
    )
    files.write_atomic(path, page.encode())


def _kind(code: str, found: Sequence[Problem], names: dict[str, str]) -> dict[str, object]:
    kind = kind_of(code)
    return {
        "code": code,
        "title": kind.title,
        "advice": kind.advice,
        "severity": found[0].severity,
        "number": len(found),
        "rows": [(names.get(one.photo, ""), one.text) for one in found[:MOST]],
        "more": max(0, len(found) - MOST),
    }


Regions = tuple[Region, ...]


class Repair(msgspec.Struct, frozen=True):
    """What was mended: numbers by the problems' codes, and as text."""

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
    edit = project.edit_all(photos, regions, "Repair problems" if safe else "Turn regions")
    return Repair(dict(counts), _text(counts), edit)


def _turned(
    photos: Sequence[AnnotatedPhoto], turn: Turn, counts: Counter[str], step: Step
) -> dict[str, AnnotatedPhoto]:
    result: dict[str, AnnotatedPhoto] = {}
    there = [one for one in photos if one.photo.width and one.regions]
    for one, header in zip(there, headers(there, step=step), strict=True):
        if isinstance(header, PhotoError):
            continue
        kind = evidence_of(one, header)
        new = turned_photo(one, header, kind, turn)
        if new is not one:
            counts["stored-orientation" if kind == "stored" else "turn-unsure"] += 1
            result[one.photo.id] = new
    return result


def _mended(regions: Sequence[Region], counts: Counter[str]) -> Iterator[Region]:
    seen: set[tuple[Shape, str, bytes]] = set()
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
    if isinstance(region.shape, Polyline | Dot) or geometry.is_tangled(outline(region.shape)):
        return False
    return area(region.shape).area < SMALLEST_AREA


def _uncrossed(region: Region, counts: Counter[str]) -> Region:
    rings = region.shape.rings if isinstance(region.shape, Polygon) else ()
    if geometry.is_tangled(rings) or all(len(ring) < 4 or shapely.Polygon(ring).is_valid for ring in rings):
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
    parts = [f"{kind_of(code).title}: {number:,}" for code, number in counts.items()]
    return f"Repaired {count(counts.total(), 'problem')} in one step that can be undone. {'. '.join(parts)}."
