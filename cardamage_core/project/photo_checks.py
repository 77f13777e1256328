"""What looks wrong with the photos' files: lost, of another size than noted, there twice, in two splits?

Codes: lost-photo (with where a file of that name lies), wrong-size, same-content, near-duplicate, stored-orientation,
turn-unsure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .. import files
from ..annotations import checks
from ..annotations.model import AnnotatedPhoto, Dataset, Finding, Photo
from ..errors import PhotoError
from ..formats.photo_files import PhotoFiles
from . import likeness
from .photo_headers import headers, kind_of, orientation_findings

if TYPE_CHECKING:
    from .project import Project

Step = Callable[[], None]
Pair = tuple[Photo, Photo]


def nothing() -> None:
    """For callers who show no progress."""


def all_findings(project: Project, dataset: Dataset, *, step: Step = nothing) -> list[Finding]:
    """Everything that looks wrong with a project: its regions, and its photos' files, noted ones and as they are."""
    of_files = photo_findings(dataset.photos, folder=project.folder, step=step)
    lost = {finding.photo for finding in of_files if finding.code == "lost-photo"}
    noted = [finding for finding in project.file_findings() if finding.photo not in lost]
    return [*checks.findings(dataset, step=step), *noted, *of_files]


def photo_findings(photos: Sequence[AnnotatedPhoto], *, folder: Path, step: Step = nothing) -> list[Finding]:
    """Everything about the files; `folder` is the project's. `step` is called often and may raise to cancel."""
    present = [one for one in photos if Path(one.photo.path).is_file()]
    found = [*_lost(photos, folder), *_sizes(present)]
    seen = [
        (one, kind_of(one, header))
        for one, header in zip(present, headers(present, step=step), strict=True)
        if not isinstance(header, PhotoError)
    ]
    found += orientation_findings(seen)
    same = list(_same(present, step))
    near = list(_near(present, step)) if len({one.photo.split for one in present}) > 1 else []
    found += [_twice("same-content", "has the same content as", *pair) for pair in same]
    return found + [_twice("near-duplicate", "looks like", *pair) for pair in near if pair not in same]


def elsewhere(photos: Sequence[AnnotatedPhoto], folder: Path) -> dict[str, Path]:
    """Where files lie that are called as photos that are missing, by the photos' ids.

    Looked for in the project's folder, where the other photos lie, and around the place where each should be.
    """
    missing = [one.photo for one in photos if not Path(one.photo.path).is_file()]
    if not missing:
        return {}
    others = {Path(one.photo.path).parent for one in photos} - {folder}
    around = {parent for one in missing for parent in Path(one.path).parent.parents[:1] if len(parent.parts) > 3}
    places = [PhotoFiles(place) for place in (folder, *sorted(others), *sorted(around)) if place.is_dir()]
    found = {photo.id: _found(photo, places) for photo in missing}
    return {key: path for key, path in found.items() if path}


def _found(photo: Photo, places: Sequence[PhotoFiles]) -> Path | None:
    return next((path for place in places if (path := place.find(photo.name, size=photo.size))), None)


def _lost(photos: Sequence[AnnotatedPhoto], folder: Path) -> Iterator[Finding]:
    found = elsewhere(photos, folder)
    for one in photos:
        if path := found.get(one.photo.id):
            text = f"{one.photo.name} is not at {one.photo.path}; a file of that name lies at {path}."
            yield Finding("lost-photo", text, "error", one.photo.id)


def _sizes(photos: Sequence[AnnotatedPhoto]) -> Iterator[Finding]:
    for one in photos:
        size = Path(one.photo.path).stat().st_size
        if one.photo.size > 0 and one.photo.size != size:
            text = f"{one.photo.name} has {size:,} bytes; its annotations name {one.photo.size:,}: another copy?"
            yield Finding("wrong-size", text, "info", one.photo.id)


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
    looks = likeness.looks([one.photo.path for one in photos], step=step)
    splits = np.unique([one.photo.split for one in photos], return_inverse=True)[1]
    for i, j in likeness.alike(looks, apart=splits):
        yield photos[i].photo, photos[j].photo


def _twice(code: str, words: str, first: Photo, second: Photo) -> Finding:
    text = f"{second.name}{_in(second)} {words} {first.name}{_in(first)}."
    return Finding(code, text, "warning" if first.split != second.split else "info", second.id)


def _in(photo: Photo) -> str:
    return f" ({photo.split})" if photo.split else ""
