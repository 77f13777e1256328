"""What was found out about a claim's photos when they came in, and the warnings that follow from it.

`checks.json` holds, for each photo, what was measured on its pixels, what its file says and its perceptual hash; and
the files that were refused. What depends on regions is derived afresh, so that it follows a corrected outline.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from .. import imaging
from ..annotations.model import Label, Photo, Region
from ..assessment import photo_check, photo_facts
from ..assessment.areas import union_of
from ..assessment.damage import Damage, is_counted, role_of
from ..assessment.photo_check import Measures, Remark
from ..assessment.photo_facts import PhotoFacts
from ..files import write_atomic
from ..project import near_duplicates
from . import library
from .model import PhotoWarning
from .summary import PhotoHash

FILE = "checks.json"


class PhotoCheck(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was found out about one photo; `looks` is its perceptual hash (hex, "" where it shows a single grey)."""

    measures: Measures
    facts: PhotoFacts = PhotoFacts()
    looks: str = ""


class Checks(msgspec.Struct, frozen=True, omit_defaults=True):
    """The photos by their ids, and the files that were refused."""

    photos: dict[str, PhotoCheck] = {}
    refused: tuple[PhotoWarning, ...] = ()

    def with_more(self, photos: dict[str, PhotoCheck], refused: Sequence[PhotoWarning]) -> Checks:
        """With photos and refused files that came later."""
        return Checks({**self.photos, **photos}, (*self.refused, *refused))


def look(path: Path) -> PhotoCheck:
    """Read the whole photo and find out what there is to know. PhotoError when it cannot be decoded."""
    measures = photo_check.measure(imaging.load(path))
    (looks,) = near_duplicates.hashes([str(path)], step=_nothing)
    return PhotoCheck(measures, photo_facts.read(path), "" if looks is None else near_duplicates.as_text(looks))


def read(folder: Path) -> Checks:
    """What is kept; nothing where the file is missing or damaged."""
    try:
        return msgspec.json.decode((folder / FILE).read_bytes(), type=Checks)
    except (OSError, msgspec.MsgspecError, RecursionError):
        return Checks()


def write(folder: Path, checks: Checks) -> None:
    """Store it, whole or not at all."""
    write_atomic(folder / FILE, msgspec.json.format(msgspec.json.encode(checks)))


def hashes(photos: Sequence[Photo], checks: Checks) -> tuple[PhotoHash, ...]:
    """By what the photos are told from others."""
    return tuple(
        PhotoHash(one.id, one.name, one.sha256, checks.photos[one.id].looks if one.id in checks.photos else "")
        for one in photos
    )


def of_photo(photo: Photo, checks: Checks, now: datetime.datetime) -> Iterator[PhotoWarning]:
    """What can be said of one photo without knowing what is on it."""
    known = checks.photos.get(photo.id)
    if known is not None:
        yield from _warnings(photo, photo_check.of_pixels(photo, known.measures))
        yield from _warnings(photo, photo_check.of_file(known.facts, now))


def of_regions(
    photo: Photo, regions: Sequence[Region], labels: Sequence[Label], checks: Checks, damage: Damage
) -> Iterator[PhotoWarning]:
    """What follows from the regions on a photo that was looked at."""
    yield from _warnings(photo, photo_check.of_regions(damage, regions, labels))
    known = checks.photos.get(photo.id)
    if known is not None:
        roles = {label.name: label.role for label in labels}
        cars = [
            one
            for one in regions
            if role_of(one, roles) == "car" and is_counted(one, damage.tally.threshold, role="car")
        ]
        car = union_of(tuple(one.shape for one in cars))
        yield from _warnings(photo, photo_check.of_light(photo, known.measures, car))


def duplicates(photos: Sequence[Photo], checks: Checks) -> Iterator[PhotoWarning]:
    """A warning for each photo that stands in the claim before."""
    told = set()
    for i, j in library.near_pairs(hashes(photos, checks)):
        if j not in told:
            told.add(j)
            words = "is the same file as" if photos[i].sha256 == photos[j].sha256 else "looks the same as"
            text = f"{photos[j].name} {words} {photos[i].name}."
            yield PhotoWarning("duplicate", text, photo=photos[j].id, related=(photos[i].id,))


def _warnings(photo: Photo, remarks: Iterable[Remark]) -> Iterator[PhotoWarning]:
    for remark in remarks:
        yield PhotoWarning(remark.code, remark.text, remark.severity, photo.id)


def _nothing() -> None:
    """For a single photo, which is not worth a report of progress."""
