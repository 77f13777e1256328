"""How is an untrusted annotation file opened, and what does a format offer?"""

from __future__ import annotations

import functools
import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, NoReturn

from ..annotations.model import Dataset, Finding
from ..errors import FormatError

LARGEST_FILE = 1_000_000_000  # bytes
LARGEST_INTEGER = 2**63 - 1
# Only text with one of these can hold a number that is not finite or does not fit 64 bits.
_ODD_NUMBERS = re.compile(r"NaN|Infinity|\d{19}|[eE]\+?\d{3}")


def nothing() -> None:
    """For readers whom nobody may stop."""


class Reading(NamedTuple):
    """What a file holds, and what looked odd in it."""

    dataset: Dataset
    findings: tuple[Finding, ...] = ()


class Written(NamedTuple):
    """Files to write, as (path below the folder, content), and what to know about them.

    A format of one file gives one, with "" for its path. `files` may be a generator, so that a large set
    is never whole in memory.
    """

    files: Iterable[tuple[str, bytes]]
    findings: tuple[Finding, ...] = ()


class Format(NamedTuple):
    """One annotation format: its name in commands, a text for people, and what it can do.

    `suffix` is that of its file, "" where it is a folder. `loses` names what it has no place for and what is written
    instead (see `losses`). Formats that are only read have no `write`.
    """

    name: str
    text: str
    suffix: str
    recognises: Callable[[Source], bool]
    read: Callable[[Source], Reading]
    write: Callable[[Dataset], Written] | None = None
    loses: Mapping[str, str] = MappingProxyType({})


class Source:
    """A file or folder that may hold annotations; read and parsed once, when first asked.

    `label_in` names the attribute that holds the label ("": found out); `photos` is where the photos lie, for formats
    whose coordinates are shares of the photo; `between` is called between the stages of reading and may raise to stop.
    """

    def __init__(
        self,
        path: Path,
        *,
        label_in: str = "",
        photos: Path | None = None,
        between: Callable[[], None] = nothing,
    ) -> None:
        self.path = path
        self.label_in = label_in
        self._between = between
        self.photos = photos or (path if path.is_dir() else path.parent)
        self.repeated: list[str] = []  # keys that stand twice in one object

    @functools.cached_property
    def is_folder(self) -> bool:
        """Is it a folder?"""
        return self.path.is_dir()

    @functools.cached_property
    def text(self) -> str:
        """The content; FormatError when it cannot be read or is not UTF text."""
        self._between()
        data = _bytes(self.path)
        self._between()
        try:
            return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
        except UnicodeDecodeError as error:
            raise FormatError(
                f"{self.path.name} is not a text file.", f"{self.path}: expected UTF-8, found {error.reason}."
            ) from None

    @functools.cached_property
    def json(self) -> Any:
        """The content as JSON with finite numbers of ordinary size; FormatError otherwise."""
        data = parsed(self.text, self)
        self._between()
        return data

    @functools.cached_property
    def is_json(self) -> bool:
        """Is it a file that begins like a JSON object or list?"""
        return not self.is_folder and self.text[:1000].lstrip()[:1] in ("{", "[")

    @functools.cached_property
    def is_xml(self) -> bool:
        """Is it a file that begins like XML?"""
        return not self.is_folder and self.text[:1000].lstrip()[:1] == "<"

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


def parsed(text: str, source: Source) -> Any:
    """JSON with finite numbers of ordinary size; FormatError otherwise. Keys that stand twice go to `repeated`."""
    name, path = source.path.name, source.path
    try:
        data = json.loads(text, object_pairs_hook=functools.partial(_object, source.repeated), **_hooks(text, source))
        if "\\u" in text:  # half a surrogate pair cannot be stored anywhere
            json.dumps(data, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        found = f"{path}, line {error.lineno}, column {error.colno}: {error.msg}. Is the file complete?"
        raise FormatError(f"{name} is not JSON.", found) from None
    except RecursionError:
        raise FormatError(f"{name} is nested too deeply.", f"{path}: no annotation tool writes this.") from None
    except UnicodeEncodeError:
        raise FormatError(f"{name} holds broken text.", f"{path}: half a character (\\ud8…).") from None
    return data


def _object(repeated: list[str], pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) < len(pairs):
        seen: set[str] = set()
        repeated += [key for key, _ in pairs if key in seen or seen.add(key)]
    return data


def _hooks(text: str, source: Source) -> dict[str, Any]:
    """What refuses numbers that cannot be used; slow, so only where there may be some."""
    if not _ODD_NUMBERS.search(text):
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


def _bytes(path: Path) -> bytes:
    try:
        if path.exists() and not path.is_file():
            raise FormatError(f"{path.name} is not a file.", f"{path}: expected an annotation file.")
        if path.is_file() and (size := path.stat().st_size) > LARGEST_FILE:
            raise FormatError(
                f"{path.name} is too large.", f"{path}: {size:,} bytes, at most {LARGEST_FILE:,} are read."
            )
        return path.read_bytes()
    except FileNotFoundError:
        raise FormatError(f"{path.name} is missing.", f"Expected it at {path}.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise FormatError(f"{path.name} cannot be read.", f"{path}: {reason}.") from None


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
