"""How is an untrusted annotation file opened, and what does a format offer?"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from ..annotations.model import Dataset, Finding
from ..errors import FormatError

LARGEST_FILE = 1_000_000_000  # bytes
LARGEST_INTEGER = 2**63 - 1


class Reading(NamedTuple):
    """What a file holds, and what looked odd in it."""

    dataset: Dataset
    findings: tuple[Finding, ...] = ()


class Format(NamedTuple):
    """One annotation format: its name in commands, a text for people, and what it can do."""

    name: str
    text: str
    suffix: str
    recognises: Callable[[Source], bool]
    read: Callable[[Source], Reading]
    write: Callable[[Dataset], tuple[bytes, tuple[Finding, ...]]]


class Source:
    """A file that may be an annotation file; read and parsed once, when first asked."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.repeated: list[str] = []  # keys that stand twice in one object

    @functools.cached_property
    def text(self) -> str:
        """The content; FormatError when it cannot be read or is not UTF text."""
        data = _bytes(self.path)
        try:
            return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
        except UnicodeDecodeError as error:
            raise FormatError(
                f"{self.path.name} is not a text file.", f"{self.path}: expected UTF-8, found {error.reason}."
            ) from None

    @functools.cached_property
    def json(self) -> Any:
        """The content as JSON with finite numbers of ordinary size; FormatError otherwise."""
        try:
            data = json.loads(
                self.text,
                parse_int=self._integer,
                parse_float=self._float,
                parse_constant=self._refuse_number,
                object_pairs_hook=self._object,
            )
            if "\\u" in self.text:  # half a surrogate pair cannot be stored anywhere
                json.dumps(data, ensure_ascii=False).encode()
        except json.JSONDecodeError as error:
            raise FormatError(
                f"{self.path.name} is not JSON.",
                f"{self.path}, line {error.lineno}, column {error.colno}: {error.msg}. Is the file complete?",
            ) from None
        except RecursionError:
            raise FormatError(
                f"{self.path.name} is nested too deeply.", f"{self.path}: no annotation tool writes this."
            ) from None
        except UnicodeEncodeError:
            raise FormatError(
                f"{self.path.name} holds broken text.", f"{self.path}: half a character (\\ud8…)."
            ) from None
        return data

    @property
    def is_json(self) -> bool:
        """Does it begin like a JSON object or list?"""
        return self.text.lstrip()[:1] in ("{", "[")

    def description(self) -> str:
        """What was found, in a few words."""
        if not self.text.strip():
            return "an empty file"
        if not self.is_json:
            return f"text that begins with “{self.text.strip()[:40]}”"
        return _described(self.json)

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        data = dict(pairs)
        if len(data) < len(pairs):
            seen: set[str] = set()
            self.repeated += [key for key, _ in pairs if key in seen or seen.add(key)]
        return data

    def _integer(self, text: str) -> int:
        if len(text) > 20 or abs(value := int(text)) > LARGEST_INTEGER:
            self._refuse_number(text)
        return value

    def _float(self, text: str) -> float:
        value = float(text)
        if not math.isfinite(value):
            self._refuse_number(text)
        return value

    def _refuse_number(self, text: str) -> NoReturn:
        raise FormatError(
            f"{self.path.name} holds a number that cannot be used.",
            f"{self.path}: expected a finite one, found {text[:40]}.",
        )


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
