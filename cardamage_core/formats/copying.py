"""How do photos travel with an export, so that pixels and regions agree for every reader?

A photo is copied byte by byte. One that EXIF turns is written as displayed, as many readers ignore EXIF and regions lie
on the photo as displayed; so is one of another kind where a format expects JPEG.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
from PIL import Image

from .. import imaging
from ..annotations.model import AnnotatedPhoto, Dataset, Finding, Photo
from ..errors import PhotoError
from ..imaging import SUFFIXES
from .building import file_names, stem_of
from .source import Format
from .via_writing import KEY

JPEG = b"\xff\xd8\xff"  # how such a file begins
QUALITY = 95


class Copy(NamedTuple):
    """What is written for a photo, the ending of its name, and whether its pixels were written anew, and turned."""

    data: bytes
    suffix: str
    is_new: bool = False
    is_turned: bool = False


class PhotoCopies:
    """The photos of one export.

    Only when all of `files()` are taken is it known how the photos are called there (`dataset`), and what to say.
    """

    def __init__(self, of: Dataset, target: Format) -> None:
        self._of = of
        self._target = target
        self._photos: list[AnnotatedPhoto] = []
        self._turned: list[Photo] = []
        self._converted: list[Photo] = []
        self._lost: list[Photo] = []
        self.places: set[str] = set()

    def files(self) -> Iterator[tuple[str, bytes]]:
        """(path below the export's folder, content) of each photo that can be read."""
        for one, name in zip(self._of.photos, file_names(self._of.photos), strict=True):
            copy = self._copied(one.photo)
            if copy is None:
                self._photos.append(one)
                continue
            called = stem_of(name) + copy.suffix
            place = place_of(one.photo, called, self._target)
            self._photos.append(AnnotatedPhoto(_renamed(one.photo, called, copy), one.regions))
            self.places.add(place)
            yield place, copy.data

    def dataset(self) -> Dataset:
        """The data set as it is to be written beside the photos: these are called as their copies are."""
        return msgspec.structs.replace(self._of, photos=tuple(self._photos))

    def findings(self) -> Iterator[Finding]:
        """What became of the photos, where they are not the same files as before."""
        for code, found, text in (
            ("photo-turned", self._turned, "{} turned by EXIF: written as displayed, so that every reader agrees."),
            ("photo-converted", self._converted, "{} of another kind: written as JPEG, which the format expects."),
            ("photo-not-copied", self._lost, "{} missing or unreadable: not copied."),
        ):
            if found:
                number = f"{len(found):,} photos are" if len(found) > 1 else f"{found[0].name} is"
                yield Finding(code, text.format(number), "info" if found is not self._lost else "error", found[0].id)

    def _copied(self, photo: Photo) -> Copy | None:
        try:
            copy = _copy(Path(photo.path), _suffix(photo), as_jpeg=self._target.photo.endswith(".jpg"))
        except (PhotoError, OSError):
            self._lost.append(photo)
            return None
        if copy.is_new:
            (self._turned if copy.is_turned else self._converted).append(photo)
        return copy


def note(target: Format, *, copy_photos: bool) -> str:
    """What becomes of the photos in an export, "" when that goes without saying."""
    place = target.photo.format(name="NAME", stem="NAME", split="SPLIT")
    if copy_photos:
        where = f"to {place}" if target.needs_photos else "beside the file"
        return f"Photos are copied {where}; those that EXIF turns are written as displayed."
    return f"Photos are not copied; {target.text} looks for them as {place}." if target.needs_photos else ""


def place_of(photo: Photo, name: str, target: Format) -> str:
    """Where the format expects a photo of this name, below the export's folder."""
    return target.photo.format(name=name, stem=stem_of(name), split=photo.split or "train")


def _suffix(photo: Photo) -> str:
    """The ending of its name where that is one of a photo, otherwise that of its file."""
    endings = (Path(photo.name).suffix, Path(photo.path).suffix, ".jpg")
    return next(ending for ending in endings if ending.lower() in SUFFIXES)


def _copy(path: Path, suffix: str, *, as_jpeg: bool) -> Copy:
    orientation = imaging.header(path).orientation
    data = path.read_bytes()
    is_jpeg = data.startswith(JPEG)
    if orientation == 1 and (is_jpeg or not as_jpeg):
        return Copy(data, ".jpg" if as_jpeg else suffix)
    pixels, file = Image.fromarray(imaging.load(path)), io.BytesIO()
    if is_jpeg or as_jpeg:
        pixels.save(file, "JPEG", quality=QUALITY, subsampling=0)
    else:
        pixels.save(file, "PNG")
    ending = ".jpg" if as_jpeg else suffix if is_jpeg else ".png"
    return Copy(file.getvalue(), ending, is_new=True, is_turned=orientation != 1)


def _renamed(photo: Photo, name: str, copy: Copy) -> Photo:
    """As its copy is called, with the size of a file that is new; VIA finds photos by both."""
    size = len(copy.data) if copy.is_new else photo.size
    if (name, size) == (photo.name, photo.size):
        return photo
    via = {key: value for key, value in photo.extra.get(KEY, {}).items() if key != "key"}
    return msgspec.structs.replace(photo, name=name, size=size, extra=photo.extra | ({KEY: via} if via else {}))
