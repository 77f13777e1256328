"""Reference annotations to compare with: the same photos in another project or annotation file.

The same photo is the one whose file is the same, byte for byte, whatever it is called; failing that the one of the same
name, unless its size in pixels is known to be another. The reference is only read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from .. import formats, imaging
from ..annotations.model import AnnotatedPhoto, Label, Photo, Region
from ..errors import PhotoError
from ..formats.export import PhotoFiles
from . import fingerprints
from .orientation import decided, evidence, turned_regions
from .project import FILE, Project

Regions = tuple[Region, ...]


class ReferencePhoto(NamedTuple):
    """A photo of the reference: its name, its file (None where that is not to be found), its size and its key."""

    name: str
    path: Path | None
    key: str
    pixels: tuple[int, int] = (0, 0)


class Reference:
    """The reference's annotations, photo by photo; `text` is its name for users. Close it after use."""

    def __init__(
        self,
        text: str,
        labels: Sequence[Label],
        entries: Iterable[ReferencePhoto],
        regions: Callable[[str], Regions],
        close: Callable[[], None] = lambda: None,
    ) -> None:
        self.text, self.labels, self.close = text, tuple(labels), close
        self._regions = regions
        self._by_name: defaultdict[str, list[ReferencePhoto]] = defaultdict(list)
        self._by_size: defaultdict[int, list[ReferencePhoto]] = defaultdict(list)
        for entry in entries:
            self._by_name[_folded(entry.name)].append(entry)
            if (size := _size(entry.path)) is not None:
                self._by_size[size].append(entry)

    def on(self, photo: Photo, path: Path) -> Regions | None:
        """The regions on this photo, whose file lies at `path`; None where the photo is not known."""
        found = self._same_file(path) or self._same_name(photo)
        return None if found is None else self._regions(found.key)

    def _same_file(self, path: Path) -> ReferencePhoto | None:
        size = _size(path)
        alike = self._by_size.get(size, []) if size is not None else []
        ours = fingerprints.of(path) if alike else None
        return next((one for one in alike if ours is not None and _is_same(one.path, path, ours.digest)), None)

    def _same_name(self, photo: Photo) -> ReferencePhoto | None:
        ours = (photo.width, photo.height)
        found = [
            one
            for one in self._by_name.get(_folded(photo.name), [])
            if one.pixels == ours or 0 in one.pixels or 0 in ours
        ]
        return found[0] if len(found) == 1 else None


def read(path: Path | str) -> Reference:
    """A project's folder, an annotation file, or the folder of a format that is one. CarDamageError otherwise."""
    path = Path(path).absolute()
    is_project = path.name == FILE or (path / FILE).is_file()
    return _project(path) if is_project else _file(path)


def _project(path: Path) -> Reference:
    project = Project.open(path, read_only=True)
    try:
        names = {summary.id: summary.name for summary in project.photos()}
        entries = [ReferencePhoto(names[key], place, key) for place, key in project.paths().items() if key in names]
        return Reference(project.name, project.labels(), entries, project.regions, project.close)
    except BaseException:
        project.close()
        raise


def _file(path: Path) -> Reference:
    dataset = formats.read(path)
    place = PhotoFiles(path if path.is_dir() else path.parent)
    photos = {str(number): one for number, one in enumerate(dataset.photos)}
    files = {key: place.find(one.photo.name, size=one.photo.size) for key, one in photos.items()}
    entries = [
        ReferencePhoto(one.photo.name, files[key], key, (one.photo.width, one.photo.height))
        for key, one in photos.items()
    ]
    return Reference(path.name, dataset.labels, entries, lambda key: _upright(photos[key], files[key]))


def _upright(one: AnnotatedPhoto, path: Path | None) -> Regions:
    """The regions as they lie on the photo as displayed, where they plainly fit only the photo as stored."""
    if path is None or decided(one.photo):
        return one.regions
    try:
        head = imaging.header(path)
    except PhotoError:
        return one.regions
    if evidence(one.regions, head.orientation, width=head.width, height=head.height) != "stored":
        return one.regions
    return turned_regions(one.regions, head.orientation, width=head.width, height=head.height)


def _is_same(other: Path | None, path: Path, digest: str) -> bool:
    if other is None:
        return False
    seen = fingerprints.of(other)
    return other == path or (seen is not None and seen.digest == digest)


def _size(path: Path | None) -> int | None:
    try:
        return None if path is None else path.stat().st_size
    except OSError:
        return None


def _folded(name: str) -> str:
    return name.replace("\\", "/").rsplit("/", 1)[-1].casefold()
