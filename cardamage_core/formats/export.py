"""Writes the files of an export as a whole, copies photos beside them, and lists what a format cannot hold.

A failure leaves the old files in place. A photo is copied byte by byte; one with an EXIF orientation is written as
displayed, since many readers ignore EXIF and regions lie on the photo as displayed; so is one of another kind where a
format expects JPEG. A format declares in `Format.loses` what it has no place for and what is written instead; this is
counted before anything is written.

File names in annotations are untrusted: only their last part is used, to look a file up among those found in the
folders that the user named. Nothing outside these folders is touched.
"""

from __future__ import annotations

import filecmp
import io
import os
import re
import shutil
import tempfile
import unicodedata
import urllib.parse
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
import shapely
from PIL import Image

from .. import files, geometry, imaging
from ..annotations.model import (
    AnnotatedPhoto,
    Circle,
    Dataset,
    Dot,
    Ellipse,
    Photo,
    Polygon,
    Polyline,
    Problem,
    Rectangle,
    Region,
)
from ..annotations.shapes import area, bounds
from ..errors import FormatError, PhotoError
from ..files import PHOTO_SUFFIXES, is_text, printable
from .common import file_names, stem_of
from .source import Format
from .via.entries import KEY

Check = Callable[[Sequence[Path]], None]


def unchecked(_paths: Sequence[Path]) -> None:
    """For writers to places where everything may be replaced."""


def write_files(
    contents: Iterable[tuple[str, bytes]],
    path: Path,
    *,
    is_folder: bool,
    unique: Collection[str] = (),
    check: Check = unchecked,
) -> None:
    """Write (path, content) pairs: the single one to `path`, or all of them into the folder `path`.

    A folder is made whole beside its place first; files of the same names in an old one are replaced, others stay.
    Those in `unique`, looked at when all are made, never replace one: FormatError, and nothing written, where another
    file lies in their place. `check` is told the paths before anything is in its place, and may raise.
    """
    must_be_fitting(path, is_folder=is_folder)
    if not is_folder:
        check([path])
        ((_, data),) = contents
        files.write_atomic(path, data)
        return
    try:
        _fill(contents, path, unique, check)
    except OSError as error:
        raise FormatError(f"Could not write {path}.", f"{error.strerror or error}.") from error


def must_be_fitting(path: Path, *, is_folder: bool) -> None:
    """FormatError where a file is to be written and a folder lies, or the other way round."""
    if is_folder:
        _must_be_no(path, path.is_file(), "a file; this format is a folder of files")
    else:
        _must_be_no(path, path.is_dir(), "a folder; name a file to write")


def _must_be_no(path: Path, is_wrong: bool, what: str) -> None:
    if is_wrong:
        raise FormatError(f"Could not write {path.name}.", f"{path} is {what}.")


def _fill(contents: Iterable[tuple[str, bytes]], path: Path, unique: Collection[str], check: Check) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path if path.exists() else path.parent  # on the same disk, so that moving is quick
    with tempfile.TemporaryDirectory(prefix=f".{path.name[:40]}.", dir=beside) as name:
        whole = Path(name) / "whole"
        whole.mkdir()
        for inside, data in contents:
            target = whole / inside
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        if path.exists():
            _must_be_free(whole, path, unique)
        check([path / new.relative_to(whole) for new in sorted(whole.rglob("*")) if new.is_file()])
        if path.exists():
            _move_into(whole, path)
        else:
            whole.replace(path)


def _must_be_free(whole: Path, path: Path, unique: Collection[str]) -> None:
    """Where the very same file lies already it stays; where another one does, nothing is written."""
    for inside in sorted(unique):
        old, new = path / inside, whole / inside
        if not old.exists():
            continue
        if not old.is_file() or not filecmp.cmp(old, new, shallow=False):
            raise FormatError(
                f"{old.name} is there already.",
                f"{old} is another file, and photos are never overwritten. Choose an empty folder.",
            )
        new.unlink()


def _move_into(whole: Path, path: Path) -> None:
    for new in sorted(whole.rglob("*")):
        if new.is_file():
            target = path / new.relative_to(whole)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(new, target)


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

    def problems(self) -> Iterator[Problem]:
        """What became of the photos, where they are not the same files as before."""
        for code, found, text in (
            ("photo-turned", self._turned, "{} turned by EXIF: written as displayed, so that every reader agrees."),
            ("photo-converted", self._converted, "{} of another kind: written as JPEG, which the format expects."),
            ("photo-not-copied", self._lost, "{} missing or unreadable: not copied."),
        ):
            if found:
                number = f"{len(found):,} photos are" if len(found) > 1 else f"{found[0].name} is"
                yield Problem(code, text.format(number), "info" if found is not self._lost else "error", found[0].id)

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
    return next(ending for ending in endings if ending.lower() in PHOTO_SUFFIXES)


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


MANY_RINGS = 50  # above that each is not compared with each


def losses(dataset: Dataset, target: Format) -> tuple[Problem, ...]:
    """One problem for each kind of thing in the data set that the format cannot hold, with the first place of it."""
    found = [*_of_regions(dataset, target), *_of_photos(dataset, target)]
    order = list(target.loses)
    return tuple(sorted(found, key=lambda problem: order.index(problem.code.removeprefix("lost-"))))


def has_hole(region: Region) -> bool:
    """Whether a ring of the region lies inside another."""
    if not isinstance(region.shape, Polygon) or len(region.shape.rings) < 2:
        return False
    if len(region.shape.rings) > MANY_RINGS:
        return bool(shapely.get_num_interior_rings(shapely.get_parts(area(region.shape))).any())
    areas = [geometry.area_of_rings([ring]) for ring in region.shape.rings if len(ring) > 2]
    return any(a is not b and a.contains(b) for a in areas for b in areas)


def has_parts(region: Region) -> bool:
    """Whether the region has several pieces."""
    if not isinstance(region.shape, Polygon) or len(region.shape.rings) < 2:
        return False
    if len(region.shape.rings) > MANY_RINGS:
        return bool(shapely.get_num_geometries(area(region.shape)) > 1)
    areas = [geometry.area_of_rings([ring]) for ring in region.shape.rings if len(ring) > 2]
    outer = [a for a in areas if not any(a is not b and b.contains(a) for b in areas)]
    return len(outer) > 1


def reaches_outside(region: Region, photo: Photo) -> bool:
    """Whether a region with an area reaches over the rim of its photo."""
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
    "unknown sizes": (lambda p: 0 in (p.width, p.height), "photo of unknown size", "photos of unknown size"),
}


def _of_regions(dataset: Dataset, target: Format) -> Iterator[Problem]:
    for kind in target.loses.keys() & _REGIONS.keys():
        is_lost, one, many = _REGIONS[kind]
        found = [(p.photo.id, r.id) for p in dataset.photos for r in p.regions if is_lost(r, p.photo)]
        if found:
            yield _problem(kind, target, len(found), one, many, *found[0])


def _of_photos(dataset: Dataset, target: Format) -> Iterator[Problem]:
    for kind in target.loses.keys() & _PHOTOS.keys():
        is_lost, one, many = _PHOTOS[kind]
        found = [p.photo.id for p in dataset.photos if is_lost(p.photo)]
        if found:
            yield _problem(kind, target, len(found), one, many, found[0])


def _problem(kind: str, target: Format, number: int, one: str, many: str, photo: str, region: str = "") -> Problem:
    what = f"1 {one}" if number == 1 else f"{number:,} {many}"
    text = f"{what}: {target.text} has no place for this; {target.loses[kind]}."
    return Problem(f"lost-{kind}", text, "info", photo, region)


DEEPEST = 4  # folders below the named one
MOST_FILES = 500_000


class PhotoFiles:
    """The files of one folder: looked for in the folder itself first, below it only when asked for more."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.unnameable: list[str] = []  # photos whose names are not UTF-8: nothing could refer to them
        self._near = _index(_files(folder, 0, self.unnameable))
        self._all: dict[str, list[Path]] | None = None

    @classmethod
    def none(cls) -> PhotoFiles:
        """No folder, where nothing is to be found."""
        nothing = cls.__new__(cls)
        nothing.unnameable, nothing._near, nothing._all = [], {}, {}
        return nothing

    def find(self, name: str, *, size: int = 0) -> Path | None:
        """The file an annotation calls `name`; among several of that name the one with `size` bytes wins."""
        for base in _bases(name):
            if found := self._near.get(_folded(base)):
                return _best(found, name, size)
        for base in _bases(name):
            if found := self._everything().get(_folded(base)):
                return _best(found, name, size)
        return None

    def photos(self) -> list[Path]:
        """All files that look like photos, by name: in the folder itself, or below it when there are none."""
        for index in (self._near, self._everything()):
            photos = [path for paths in index.values() for path in paths if path.suffix.lower() in PHOTO_SUFFIXES]
            if photos:
                return sorted(photos)
        return []

    def _everything(self) -> dict[str, list[Path]]:
        if self._all is None:
            self.unnameable.clear()
            self._all = _index(_files(self._folder, DEEPEST, self.unnameable))
        return self._all


def _files(folder: Path, depth: int, unnameable: list[str]) -> Iterator[Path]:
    """Files in a folder and `depth` folders below; hidden folders and links to folders are left out.

    So are names that are not UTF-8; those of photos go to `unnameable`.
    """
    waiting = [(folder, 0)]
    count = 0
    while waiting and count < MOST_FILES:
        here, level = waiting.pop()
        for entry in _entries(here):
            kind = _kind_of(entry)
            if kind == "folder":
                if level < depth and not entry.name.startswith("."):
                    waiting.append((Path(entry.path), level + 1))
            elif kind == "file":
                count += 1
                if is_text(entry.path[len(str(folder)) :]):
                    yield Path(entry.path)
                elif Path(entry.name).suffix.lower() in PHOTO_SUFFIXES:
                    unnameable.append(printable(entry.path))


def _kind_of(entry: os.DirEntry[str]) -> str:
    try:
        return "folder" if entry.is_dir(follow_symlinks=False) else "file" if entry.is_file() else ""
    except OSError:  # links in a circle, a disk that fails
        return ""


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:  # a folder we may not read holds no photos for us
        return []


def _index(paths: Iterator[Path]) -> dict[str, list[Path]]:
    index: dict[str, list[Path]] = {}
    for path in paths:
        index.setdefault(_folded(path.name), []).append(path)
    return index


def _bases(name: str) -> Sequence[str]:
    """The last part of a path or URL, as it stands and with its %20 undone."""
    plain = re.split(r"[\\/]", name)[-1]
    url = urllib.parse.unquote(re.split(r"[?#]", re.split(r"[\\/]", name.split("?")[0])[-1])[0])
    return (plain, url) if "://" in name or "%" in name else (plain,)


def _best(found: list[Path], name: str, size: int) -> Path:
    ending = tuple(part for part in re.split(r"[\\/]", name) if part not in ("", ".", ".."))

    def rank(path: Path) -> tuple[bool, bool, bool, int, str]:
        is_same_end = path.parts[-len(ending) :] == ending
        is_same_size = size > 0 and path.stat().st_size == size
        return (not is_same_size, not is_same_end, path.name != ending[-1], len(path.parts), str(path))

    return found[0] if len(found) == 1 else min(found, key=rank)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
