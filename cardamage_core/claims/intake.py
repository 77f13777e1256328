"""Takes photos into a claim: from files, folders and zip archives, copied byte by byte and hashed on the way.

Whatever is refused is told by a `PhotoWarning` and never ends the rest. Archives are untrusted: names that lead out of
them, links, archives inside and what would unpack to too much are refused before a byte of them is written.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, NamedTuple

from .. import files, imaging
from ..annotations.model import Photo, new_id
from ..errors import CarDamageError, PhotoError, reason_of
from . import archives
from .archives import Refusal
from .checks import PhotoCheck, look
from .model import PhotoWarning

FOLDER = "photos"
MOST_BYTES = 300_000_000  # of one photo's file
MOST_PHOTOS = 2000  # of one claim
LONGEST_NAME = 120  # bytes
CHUNK = 1 << 20
_JUNK = {"thumbs.db", "desktop.ini", ".ds_store"}  # what systems leave in folders
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')  # in names of files, on any system
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


class Incoming(NamedTuple):
    """A file that may be a photo: what it is called, where it is from, and how its bytes are read."""

    name: str
    source: str
    open: Callable[[], IO[bytes]]


class Taken(NamedTuple):
    """What came in, what was found out about it by the photos' ids, and what was refused and why."""

    photos: tuple[Photo, ...]
    refused: tuple[PhotoWarning, ...]
    checks: dict[str, PhotoCheck]


def take(
    sources: Sequence[Path],
    folder: Path,
    *,
    step: Callable[[int, int], None] = lambda done, of: None,
    known: Container[str] = (),
) -> Taken:
    """Copy the photos of all sources into `folder`/photos. OSError when the disk is full or cannot be written.

    `step` is told how many of how many files are done and may raise to cancel. Files whose SHA-256 is
    among `known` are passed over.
    """
    refused: list[PhotoWarning] = []
    photos: list[Photo] = []
    checks: dict[str, PhotoCheck] = {}
    with archives.Opened() as opened:
        files_found = list(_found(sources, opened, refused))
        for number, incoming in enumerate(files_found):
            step(number, len(files_found))
            if len(photos) >= MOST_PHOTOS:
                told = f"Only the first {MOST_PHOTOS:,} photos were taken; {incoming.name} was not."
                refused.append(warning(told, incoming.name))
                break
            try:
                found_photo = _taken(incoming, folder, known)
            except (CarDamageError, Refusal) as error:
                refused.append(warning(_sentence(incoming, error), incoming.name))
                continue
            if found_photo is not None:
                photo, checks[found_photo[0].id] = found_photo
                photos.append(photo)
        step(len(files_found), len(files_found))
    return Taken(tuple(photos), tuple(refused), checks)


def incoming_files(sources: Sequence[Path]) -> Iterator[Incoming]:
    """The files that would be looked at; of archives one after the other, each to be read before the next is asked."""
    with archives.Opened() as opened:
        yield from _found(sources, opened, [])


def warning(text: str, name: str, *, is_note: bool = False) -> PhotoWarning:
    """A file of this name is no photo of the claim."""
    return PhotoWarning("unreadable", text, "info" if is_note else "error", name=name)


def _sentence(incoming: Incoming, error: Exception) -> str:
    if isinstance(error, PhotoError):
        return error.title if incoming.name in error.title else f"{incoming.name}: {error.title}"
    return f"{incoming.name} was left out: {error}"


def _found(sources: Sequence[Path], opened: archives.Opened, refused: list[PhotoWarning]) -> Iterator[Incoming]:
    for source in sources:
        path = Path(source).absolute()
        if path.is_dir():
            yield from _of_folder(path, opened, refused)
        else:
            yield from _of_file(path, opened, refused)


def _of_file(path: Path, opened: archives.Opened, refused: list[PhotoWarning]) -> Iterator[Incoming]:
    """A file that was named by a person: whatever it is called, it is looked at."""
    if path.suffix.lower() in files.ARCHIVE_SUFFIXES:
        try:
            members = opened.members(path)
        except Refusal as error:
            refused.append(warning(f"{path.name} was left out: {error}", path.name))
            return
        for member in members:
            if isinstance(member, Refusal):
                refused.append(warning(f"{path.name}: {member}", path.name))
            elif _is_wanted(member.name, path.name, refused):
                yield Incoming(_base(member.name), f"{path.name}/{member.name}", member.open)
    else:
        yield Incoming(path.name, str(path), lambda: _regular(path))


def _of_folder(folder: Path, opened: archives.Opened, refused: list[PhotoWarning]) -> Iterator[Incoming]:
    """All photos and archives below a folder, by name; links to elsewhere are not followed."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names, key=natural):
            path = Path(place, name)
            if path.suffix.lower() in files.ARCHIVE_SUFFIXES or _is_wanted(name, folder.name, refused):
                yield from _of_file(path, opened, refused)


def _is_wanted(name: str, source: str, refused: list[PhotoWarning]) -> bool:
    """Whether a file's name is that of a photo; others are told, but for what systems leave lying about."""
    parts = name.replace("\\", "/").split("/")
    base = parts[-1]
    if base.startswith(".") or base.lower() in _JUNK or "__MACOSX" in parts:
        return False
    if Path(base).suffix.lower() in files.PHOTO_SUFFIXES:
        return True
    if Path(base).suffix.lower() in archives.SUFFIXES:
        refused.append(warning(f"{base} in {source} is an archive inside another and was not opened.", base))
    else:
        refused.append(warning(f"{base} in {source} is no photo and was left out.", base, is_note=True))
    return False


def _regular(path: Path) -> IO[bytes]:
    """OSError for what is no file, such as a pipe that never ends."""
    if path.exists() and not path.is_file():
        raise OSError("it is no file")
    return path.open("rb")


def natural(name: str) -> list[tuple[int, str | int]]:
    """For sorting: IMG_2 before IMG_10."""
    parts = re.findall(r"\d+|\D+", name.casefold())
    return [(0, int(part)) if part.isdecimal() and len(part) < 20 else (1, part) for part in parts]


def _taken(incoming: Incoming, folder: Path, known: Container[str]) -> tuple[Photo, PhotoCheck] | None:
    """Copy one file and look at it; None for one that is known. Refusal or PhotoError when it is no photo."""
    path = _free_path(folder / FOLDER, safe_name(incoming.name))
    try:
        size, digest = _copy(incoming, path)
        if digest in known:
            path.unlink()
            return None
        width, height = imaging.size(path)
        check = look(path)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    stored = path.relative_to(folder).as_posix()
    return Photo(new_id(), stored, path.name, width, height, size=size, sha256=digest), check


def _copy(incoming: Incoming, path: Path) -> tuple[int, str]:
    """Bytes and SHA-256 of what was copied. OSError only where writing failed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with _reading(incoming) as source, path.open("xb") as target:
        while block := _read(incoming, source):
            size += len(block)
            if size > MOST_BYTES:
                raise Refusal(f"the file is larger than {MOST_BYTES // 1_000_000:,} MB.")
            digest.update(block)
            target.write(block)
        target.flush()
        os.fsync(target.fileno())
    return size, digest.hexdigest()


def _reading(incoming: Incoming) -> IO[bytes]:
    try:
        return incoming.open()
    except archives.READING as error:
        raise Refusal(f"it cannot be read ({reason_of(error)}).") from error


def _read(incoming: Incoming, source: IO[bytes]) -> bytes:
    try:
        return source.read(CHUNK)
    except archives.READING as error:
        raise Refusal(f"it cannot be read ({reason_of(error)}).") from error


def safe_name(name: str) -> str:
    """A name that every file system takes, as like the one given as may be."""
    base = _FORBIDDEN.sub("_", files.printable(name)).strip(" .") or "photo"
    base = f"_{base}" if _RESERVED.fullmatch(base) else base
    stem, suffix = Path(base).stem, Path(base).suffix[:10]
    return stem.encode()[: LONGEST_NAME - len(suffix.encode())].decode("utf-8", "ignore") + suffix


def _free_path(folder: Path, name: str) -> Path:
    stem, suffix = Path(name).stem, Path(name).suffix
    names: Iterable[str] = (name, *(f"{stem}-{n}{suffix}" for n in range(2, MOST_PHOTOS + 3)))
    taken = {one.name.casefold() for one in folder.iterdir()} if folder.is_dir() else set()
    return folder / next(one for one in names if one.casefold() not in taken)


def _base(name: str) -> str:
    return name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
