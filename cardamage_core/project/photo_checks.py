"""What looks wrong with the photos' files: lost, of another size than noted, there twice, in two splits?

Codes: lost-photo (with where a file of that name lies), wrong-size, same-content, near-duplicate, stored-orientation,
turn-unsure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from .. import files, imaging
from ..annotations.model import AnnotatedPhoto, Finding, Photo
from ..errors import PhotoError
from ..formats.photo_files import PhotoFiles
from .photo_headers import headers, kind_of, orientation_findings

THREADS = 4
AHEAD = 400
SIDE = 64  # pixels of the small copies that are compared
MOST_BITS = 6  # of 64 that may differ
LEAST_LIKENESS = 0.97  # correlation of 16 × 16 grey values
LEAST_STEP = 2.0  # grey values; less is noise of compression
BLOCK = 2000  # photos compared with all others at a time

Step = Callable[[], None]
Pair = tuple[Photo, Photo]


class _Look(NamedTuple):
    """How a photo looks: for each of 8 × 8 fields whether it is brighter than its left neighbour; 16 × 16 grey values.

    The grey values are less their mean and of length 1, so that the product of two is their correlation.
    """

    bits: int
    greys: np.ndarray


def nothing() -> None:
    """For callers who show no progress."""


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
    """Photos that look the same and are in different splits: what is trained on would be judged by.

    Nearly all bits of their difference hashes agree, and their grey values go together.
    """
    looks = [(one.photo, look) for one, look in zip(photos, _looks(photos, step), strict=True) if look]
    bits = np.array([look.bits for _, look in looks], np.uint64)
    greys = np.array([look.greys for _, look in looks])
    splits = np.unique([photo.split for photo, _ in looks], return_inverse=True)[1]
    for start in range(0, len(looks), BLOCK):
        some = slice(start, start + BLOCK)
        near = np.bitwise_count(bits[some, None] ^ bits[None]) <= MOST_BITS
        near &= splits[some, None] != splits[None]
        for row, j in np.argwhere(near).tolist():
            i = start + row
            if i < j and greys[i] @ greys[j] >= LEAST_LIKENESS:
                yield looks[i][0], looks[j][0]


def _looks(photos: Sequence[AnnotatedPhoto], step: Step) -> Iterator[_Look | None]:
    paths = iter([one.photo.path for one in photos])
    with ThreadPoolExecutor(THREADS) as pool:
        while some := list(islice(paths, AHEAD)):
            for look in pool.map(_look, some):
                step()
                yield look


def _look(path: str) -> _Look | None:
    try:
        grey = Image.fromarray(imaging.thumbnail(path, SIDE).mean(2).astype(np.float32))
    except PhotoError:
        return None
    steps = np.diff(np.asarray(grey.resize((9, 8), Image.Resampling.BOX)), axis=1) > LEAST_STEP
    values = np.asarray(grey.resize((16, 16), Image.Resampling.BOX)).ravel().astype(float)
    values -= values.mean()
    return _Look(int(np.packbits(steps).view(np.uint64)[0]), values / (np.linalg.norm(values) or 1.0))


def _twice(code: str, words: str, first: Photo, second: Photo) -> Finding:
    text = f"{second.name}{_in(second)} {words} {first.name}{_in(first)}."
    return Finding(code, text, "warning" if first.split != second.split else "info", second.id)


def _in(photo: Photo) -> str:
    return f" ({photo.split})" if photo.split else ""
