"""The table of annotation formats: recognising, reading and writing files.

A format is one module that offers `FORMATS`; a line in `_TABLE` adds it. A new one needs nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec

from ..annotations.model import Dataset, Problem
from ..errors import FormatError
from ..text import count
from . import coco, cvat, labelme, vehide, voc, yolo
from .common import file_names
from .export import Check, PhotoCopies, must_be_fitting, note, place_of, unchecked, write_files
from .export import losses as _losses
from .source import Format, Keep, Reading, Source, Written, nothing
from .via import csv as via_csv
from .via import json as via_json
from .via import v3 as via_v3

__all__ = [
    "FORMATS",
    "WRITABLE",
    "Format",
    "Keep",
    "Reading",
    "Source",
    "Written",
    "losses",
    "photo_note",
    "preview",
    "read",
    "read_with_problems",
    "sniff",
    "write",
]

_TABLE = (
    *via_json.ATTRIBUTE_FORMATS,
    *via_json.FORMATS,
    *via_csv.FORMATS,
    *via_v3.FORMATS,
    *vehide.FORMATS,
    *coco.FORMATS,
    *labelme.FORMATS,
    *cvat.FORMATS,
    *voc.FORMATS,
    *yolo.FORMATS,
)
FORMATS: dict[str, Format] = {one.name: one for one in _TABLE}
USUAL = "via1"
PREVIEWED = 2  # photos of each split in a preview
WRITABLE = (USUAL, *(one.name for one in _TABLE if one.write and one.name != USUAL))


def sniff(path: Path | str) -> str:
    """The name of the format, told by the content. FormatError when it is none of ours or cannot be read."""
    return _recognised(Source(Path(path))).name


def read(path: Path | str, *, format: str = "") -> Dataset:  # noqa: A002
    """The photos and regions in a file; ids count from 1 in each file, paths are as written in it."""
    return read_with_problems(path, format=format).dataset


def read_with_problems(
    path: Path | str,
    *,
    format: str = "",  # noqa: A002
    label_in: str = "",
    photos: Path | None = None,
    tell: Callable[[float], None] = nothing,
    keep: Keep = tuple,
) -> Reading:
    """As `read`, with what looked odd in the file itself.

    `label_in` names the attribute that holds the label; `photos` is their folder, for formats that need their sizes.
    `tell` is called often with how far reading is, 0…1, and may raise to stop. A region that cannot be understood is
    left out with a problem; FormatError where there is nothing else. `keep` may be given the photos one by one, before
    anything else of the file is known, and says what becomes of them: so a large file need not be in memory as a whole.
    """
    source = Source(Path(path), label_in=label_in, photos=photos, tell=tell, keep=keep)
    try:
        reading = (_named(format) if format else _recognised(source)).read(source)
    except RecursionError:
        raise FormatError(
            f"{source.path.name} is nested too deeply.", f"{source.path}: no annotation tool writes this."
        ) from None
    return _with_unread(reading, source)


def _with_unread(reading: Reading, source: Source) -> Reading:
    """What was left out is a problem; where nothing could be understood it is an error."""
    if not source.unread:
        return reading
    bad = {photo for _, photo in source.unread}
    photos = reading.dataset.photos
    if not any(one.regions for one in photos) and sum(o.photo.id not in bad for o in photos) <= len(source.unread):
        raise source.unread[0][0]
    found = (
        Problem("unreadable-region", f"{error.title} It was left out. {error.detail}", "error", photo)
        for error, photo in source.unread
    )
    return Reading(reading.dataset, (*reading.problems, *found))


def losses(dataset: Dataset, *, format: str) -> tuple[Problem, ...]:  # noqa: A002
    """What the format cannot hold of a data set, and what becomes of it: to be asked before writing."""
    return _losses(dataset, _named(format))


def photo_note(*, format: str, copy_photos: bool) -> str:  # noqa: A002
    """What becomes of the photos in an export, "" when that goes without saying."""
    return note(_named(format), copy_photos=copy_photos)


def preview(dataset: Dataset, path: Path, *, format: str, copy_photos: bool) -> tuple[str, ...]:  # noqa: A002
    """The paths of files that `write` would make, below the folder of the export, without reading a photo.

    Where each of many photos has files of its own, of the first of each split, and the last line says how many more
    photos there are.
    """
    target = _named(format)
    some, fewer = _first_of_each_split(dataset, PREVIEWED), _first_of_each_split(dataset, PREVIEWED - 1)
    made = _made(some, path, target, copy_photos=copy_photos)
    own = made > _made(fewer, path, target, copy_photos=copy_photos)  # else all photos share these files
    more = len(dataset.photos) - len(some.photos) if own else 0
    return (*sorted(made), *([f"… the same for {count(more, 'more photo')}"] if more else []))


def _made(dataset: Dataset, path: Path, target: Format, *, copy_photos: bool) -> set[str]:
    made = {inside or path.name for inside, _ in _writer(target)(dataset).files}
    if copy_photos:
        names = zip(dataset.photos, file_names(dataset.photos), strict=True)
        made |= {place_of(one.photo, name, target) for one, name in names}
    return made


def _first_of_each_split(dataset: Dataset, most: int) -> Dataset:
    seen: Counter[str] = Counter()
    kept = []
    for one in dataset.photos:
        seen[one.photo.split] += 1
        if seen[one.photo.split] <= most:
            kept.append(one)
    return msgspec.structs.replace(dataset, photos=tuple(kept))


def write(
    dataset: Dataset,
    path: Path | str,
    *,
    format: str,  # noqa: A002
    copy_photos: bool = False,
    check: Check = unchecked,
    tell: Callable[[float], None] = nothing,
) -> tuple[Problem, ...]:
    """Write a data set; old files stay if anything fails. Says what the format could not hold.

    With `copy_photos` the photos are put where the format expects them. `check` is told the paths before anything is
    put there, and may raise (see `project.outputs`). `tell` is called for each file with how far writing is, 0…1, and
    may raise to stop.
    """
    target = _named(format)
    write = _writer(target)
    if copy_photos:
        found = _written_with_photos(dataset, Path(path), target, check, tell)
    else:
        written = write(dataset)
        files = _watched(written.files, len(dataset.photos), tell)
        write_files(files, Path(path), is_folder=not target.suffix, check=check)
        found = written.problems
    return (*_losses(dataset, target), *found)


def _writer(target: Format) -> Callable[[Dataset], Written]:
    if target.write is None:
        raise FormatError(f"{target.text} can only be read.", f"Formats to write are: {', '.join(WRITABLE)}.")
    return target.write


def _written_with_photos(
    dataset: Dataset, path: Path, target: Format, check: Check, tell: Callable[[float], None]
) -> tuple[Problem, ...]:
    copies = PhotoCopies(dataset, target)
    write = _writer(target)
    found: list[Problem] = []

    def contents() -> Iterator[tuple[str, bytes]]:
        yield from copies.files()
        written = write(copies.dataset())
        yield from ((inside or path.name, data) for inside, data in written.files)
        found.extend((*written.problems, *copies.problems()))

    must_be_fitting(path, is_folder=not target.suffix)
    files = _watched(contents(), 2 * len(dataset.photos), tell)
    write_files(files, path.parent if target.suffix else path, is_folder=True, unique=copies.places, check=check)
    return tuple(found)


def _watched(
    files: Iterable[tuple[str, bytes]], number: int, tell: Callable[[float], None]
) -> Iterator[tuple[str, bytes]]:
    """The files, about `number` of them, telling how far it is."""
    for done, file in enumerate(files):
        tell(min(1.0, done / max(1, number)))
        yield file


def _named(name: str) -> Format:
    if name not in FORMATS:
        raise FormatError(f"There is no format “{name}”.", f"Known are: {', '.join(FORMATS)}.")
    return FORMATS[name]


def _recognised(source: Source) -> Format:
    for one in _TABLE:
        if one.recognises(source):
            return one
    known = ", ".join(f"{one.name} ({one.text})" for one in _TABLE)
    raise FormatError(
        f"{source.path.name} is not an annotation file that can be read.",
        f"{source.path}: expected one of {known}; found {source.description()}. Export it again as VIA JSON.",
    )
