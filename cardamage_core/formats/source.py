"""Opens untrusted annotation files, and defines what a format offers and what reading gives."""

from __future__ import annotations

import contextlib
import functools
import itertools
import json
import math
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO, NamedTuple, NoReturn, TypeVar, cast

import msgspec

from ..annotations.model import AnnotatedPhoto, Dataset, Problem
from ..errors import FormatError

LARGEST_FILE = 1_000_000_000  # bytes
LARGE_FILE = 30_000_000  # bytes above which entries of photos are kept packed, and photos as they are made
LARGEST_INTEGER = 2**63 - 1
ZIP = b"PK\x03\x04"  # how an archive begins
CHUNK = 4_000_000  # bytes read between two looks at whether to go on
READ, PARSED = 0.05, 0.4  # shares of the time a reader takes; the rest is for building photos and regions
# Only text with one of these can hold a number that is not finite or does not fit 64 bits.
_ODD_NUMBERS = re.compile(r"[0-9]{19}|[eE]\+?[0-9]{3}")
_ODD_WORDS = ("NaN", "Infinity")
_SURROGATES = re.compile(r"\\u[dD][89a-fA-F]")  # only text with one of these can hold half a character
PIECE, OVERLAP = 500_000, 40  # characters searched at a time: other threads wait meanwhile


T = TypeVar("T")
Keep = Callable[[Iterator[AnnotatedPhoto]], tuple[AnnotatedPhoto, ...]]


def nothing(_share: float) -> None:
    """Progress callback that does nothing."""


class Reading(NamedTuple):
    """What a file holds, and what looked odd in it."""

    dataset: Dataset
    problems: tuple[Problem, ...] = ()


class Written(NamedTuple):
    """Files to write, as (path below the folder, content), and what to know about them.

    A format of one file gives one, with "" for its path. `files` may be a generator, so that a large set
    is never whole in memory.
    """

    files: Iterable[tuple[str, bytes]]
    problems: tuple[Problem, ...] = ()


class Format(NamedTuple):
    """One annotation format: its name in commands, a text for people, and what it can do.

    `suffix` is that of its file, "" where it is a folder. `loses` names what it has no place for and what is written
    instead (see `losses`). Formats that are only read have no `write`. `photo` is where a photo belongs, below the
    folder (that of the file), of {name}, {stem} (the name without its ending) and {split}.
    """

    name: str
    text: str
    suffix: str
    recognises: Callable[[Source], bool]
    read: Callable[[Source], Reading]
    write: Callable[[Dataset], Written] | None = None
    loses: Mapping[str, str] = MappingProxyType({})
    photo: str = "{name}"

    @property
    def needs_photos(self) -> bool:
        """Whether it expects the photos in folders of its own, so that labels alone are of little use."""
        return "/" in self.photo


class Packed:
    """A JSON object that is kept as compressed text, since a million of its kind would not fit into memory."""

    __slots__ = ("_data",)

    def __init__(self, value: dict[str, Any]) -> None:
        self._data = zlib.compress(msgspec.json.encode(value, enc_hook=opened), 1)

    def open(self) -> dict[str, Any]:
        """The object."""
        return msgspec.json.decode(zlib.decompress(self._data), type=dict[str, Any])


def opened(value: Any) -> Any:
    """The object itself, where it was packed."""
    return value.open() if isinstance(value, Packed) else value


class Source:
    """A file or folder that may hold annotations; read and parsed once, when first asked.

    `label_in` names the attribute that holds the label ("": found out); `photos` is where the photos lie, for formats
    whose coordinates are shares of the photo; `tell` is called often with how far it is, 0…1, and may raise to stop;
    `keep` gets the photos of a large file one by one, where a reader can give them so, and says what becomes of them.
    """

    def __init__(
        self,
        path: Path,
        *,
        label_in: str = "",
        photos: Path | None = None,
        tell: Callable[[float], None] = nothing,
        keep: Keep = tuple,
    ) -> None:
        self.path = path
        self.label_in = label_in
        self.keep = keep
        self._tell = tell
        self.photos = photos or (path if path.is_dir() else path.parent)
        self.repeated: list[str] = []  # keys that stand twice in one object
        self.unread: list[tuple[FormatError, str]] = []  # regions left out, with the ids of their photos

    @functools.cached_property
    def is_folder(self) -> bool:
        """Whether it is a folder."""
        return self.path.is_dir()

    @functools.cached_property
    def is_large(self) -> bool:
        """Is it a file that should never be in memory as a whole?"""
        try:
            return self.path.is_file() and self.path.stat().st_size > LARGE_FILE
        except OSError:
            return False

    @functools.cached_property
    def text(self) -> str:
        """The content; FormatError when it cannot be read or is not UTF text."""
        data = _bytes(self.path, lambda share: self._tell(READ * share))
        self._tell(READ)
        if bytes(data[:4]) == ZIP:
            raise FormatError(
                f"{self.path.name} is an archive.", f"{self.path}: unpack it, then import the annotation file in it."
            )
        try:
            return data.decode("utf-16" if bytes(data[:2]) in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
        except UnicodeDecodeError as error:
            raise FormatError(
                f"{self.path.name} is not a text file.", f"{self.path}: expected UTF-8, found {error.reason}."
            ) from None

    @functools.cached_property
    def json(self) -> Any:
        """The content as JSON with finite numbers of ordinary size; FormatError otherwise.

        Of a large file the objects that look like entries of VIA are `Packed`.
        """
        data = parsed(self.text, self, tell=self.parsing, packs=self.is_large)
        if self.is_large:
            del self.__dict__["text"]  # read again, should anybody still ask for it
        self._tell(PARSED)
        return data

    @functools.cached_property
    def is_json(self) -> bool:
        """Whether it is a file that begins like a JSON object or list."""
        return not self.is_folder and self.text[:1000].lstrip()[:1] in ("{", "[")

    @functools.cached_property
    def is_xml(self) -> bool:
        """Whether it is a file that begins like XML."""
        return not self.is_folder and self.text[:1000].lstrip()[:1] == "<"

    def parsing(self, share: float) -> None:
        """Tell how much of the text is parsed, 0…1; may raise to stop."""
        self._tell(READ + (PARSED - READ) * min(1.0, share))

    def each(self, things: Sequence[T]) -> Iterator[T]:
        """Each of the things that photos and regions are built from, telling how far it is; may raise to stop."""
        begun = 0.0 if self.is_folder else PARSED
        for number, one in enumerate(things):
            if number % 50 == 0:
                self._tell(begun + (1 - begun) * number / len(things))
            yield one

    @contextlib.contextmanager
    def leaving_out(self, photo: str = "") -> Iterator[None]:
        """What cannot be understood in here is a single region, which is left out; see `read_with_problems`."""
        try:
            yield
        except FormatError as error:
            self.unread.append((error, photo))

    def wrong(self, expected: str, found: Any, *, where: str = "") -> FormatError:
        """What to say when a part of the file cannot be understood."""
        place = f"{where[:80]} in {self.path.name}" if where else self.path.name
        detail = f"{self.path}: expected {expected}, found {_shortened(found)}."
        return FormatError(f"{place} cannot be understood.", detail)

    def description(self) -> str:
        """What was found, in a few words."""
        if self.is_folder:
            return "a folder without annotations"
        if not self.text.strip():
            return "an empty file"
        if not self.is_json:
            return f"text that begins with “{self.text.strip()[:40]}”"
        return _described(self.json)


def parsed(
    text: str,
    source: Source,
    *,
    tell: Callable[[float], None] | None = None,
    strict: bool = True,
    packs: bool = False,
) -> Any:
    """JSON with finite numbers of ordinary size; FormatError otherwise. Keys that stand twice go to `repeated`.

    `tell` is called often with the share that is parsed and may raise to stop. `strict`: texts hold no line breaks.
    `packs`: objects with a file name and regions become `Packed`.
    """
    name, path = source.path.name, source.path
    made: Callable[[Any], Any] = functools.partial(_packed_object if packs else _object, source.repeated)
    made = _watched(made, text, tell) if tell else made
    try:
        data = json.loads(text, strict=strict, object_pairs_hook=made, **_hooks(text, source, tell))
        if _occurs(
            _SURROGATES, text, tell and functools.partial(tell, 1.0)
        ):  # half a surrogate pair cannot be stored anywhere
            json.dumps(data, ensure_ascii=False, default=lambda _packed: None).encode()
    except json.JSONDecodeError as error:
        found = f"{path}, line {error.lineno}, column {error.colno}: {error.msg}. Is the file complete?"
        raise FormatError(f"{name} is not JSON.", found) from None
    except RecursionError:
        raise FormatError(f"{name} is nested too deeply.", f"{path}: no annotation tool writes this.") from None
    except UnicodeEncodeError:
        raise FormatError(f"{name} holds broken text.", f"{path}: half a character (\\ud8…).") from None
    return data


def _watched(made: Callable[[Any], Any], text: str, tell: Callable[[float], None]) -> Callable[[Any], Any]:
    """The parser cannot be asked how far it is; but it makes one object for each brace."""
    total = text.count("{")
    count = itertools.count(1)

    def one(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if (number := next(count)) % 500 == 0:
            tell(number / total)
        return cast(dict[str, Any], made(pairs))

    return one


def _object(repeated: list[str], pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            (repeated.append if key in seen else seen.add)(key)
    return data


def _packed_object(repeated: list[str], pairs: list[tuple[str, Any]]) -> dict[str, Any] | Packed:
    data = _object(repeated, pairs)
    return Packed(data) if "filename" in data and "regions" in data else data


def _occurs(pattern: re.Pattern[str], text: str, between: Callable[[], None] | None) -> bool:
    """Searched piece by piece, so that a window goes on and Stop is heard."""
    for start in range(0, len(text), PIECE):
        if between and start:
            between()
        if pattern.search(text, start, start + PIECE + OVERLAP):
            return True
    return False


def _hooks(text: str, source: Source, tell: Callable[[float], None] | None) -> dict[str, Any]:
    """What refuses numbers that cannot be used; slow, so only where there may be some."""
    is_odd = any(word in text for word in _ODD_WORDS)
    if not is_odd and not _occurs(_ODD_NUMBERS, text, tell and functools.partial(tell, 0.0)):
        return {}

    def refuse(number: str) -> NoReturn:
        raise FormatError(
            f"{source.path.name} holds a number that cannot be used.",
            f"{source.path}: expected a finite one, found {number[:40]}.",
        )

    def integer(number: str) -> int:
        if len(number) > 20 or abs(value := int(number)) > LARGEST_INTEGER:
            refuse(number)
        return value

    def real(number: str) -> float:
        value = float(number)
        if not math.isfinite(value):
            refuse(number)
        return value

    return {"parse_int": integer, "parse_float": real, "parse_constant": refuse}


def _bytes(path: Path, tell: Callable[[float], None]) -> bytearray:
    try:
        if path.exists() and not path.is_file():
            raise FormatError(f"{path.name} is not a file.", f"{path}: expected an annotation file.")
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise FormatError(
                f"{path.name} is too large.", f"{path}: {size:,} bytes, at most {LARGEST_FILE:,} are read."
            )
        with path.open("rb") as file:
            return _content(file, size, tell)
    except FileNotFoundError:
        raise FormatError(f"{path.name} is missing.", f"Expected it at {path}.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise FormatError(f"{path.name} cannot be read.", f"{path}: {reason}.") from None


def _content(file: BinaryIO, size: int, tell: Callable[[float], None]) -> bytearray:
    """Read into one place: pieces that are put together afterwards would be in memory twice."""
    data = bytearray(size)
    view, done = memoryview(data), 0
    tell(0.0)
    while number := file.readinto(view[done : done + CHUNK]):  # type: ignore[attr-defined]
        done += number
        tell(min(1.0, done / max(1, size)))
    view.release()
    del data[done:]
    return data


def _shortened(value: Any) -> str:
    """The beginning of a value as text; long lists are not written out first."""
    return str(value[:8] if isinstance(value, list) else value)[:80]


def _described(data: Any) -> str:
    if isinstance(data, list):
        return f"a JSON list of {len(data)}" + (f", beginning with {_described(data[0])}" if data else "")
    if not isinstance(data, dict):
        return "a bare JSON value"
    if {"images", "annotations"} <= data.keys():
        return "COCO JSON"
    if {"project", "attribute", "view"} <= data.keys():
        return "a VIA 3 project"
    keys = ", ".join(f"“{key[:30]}”" for key in list(data)[:4])
    return f"a JSON object with {keys}{' …' if len(data) > 4 else ''}" if data else "an empty JSON object"
