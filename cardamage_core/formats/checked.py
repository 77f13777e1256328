"""Is a value from an untrusted file what it should be?

Each function gives the value as we keep it, or raises a FormatError that names the place and says what was expected.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..annotations.model import Ring
from ..imaging import MOST_PIXELS, TOO_LONG
from .source import Source

LARGEST = 1e9  # pixels; further out nobody has clicked


def number(value: Any, source: Source, *, where: str, what: str = "a number of pixels") -> float:
    """A finite number of ordinary size; JSON's true and false are none, digits in quotation marks are."""
    try:
        found = float("nan" if isinstance(value, bool) else value)
    except (TypeError, ValueError, OverflowError):
        found = math.nan
    if not abs(found) <= LARGEST:
        raise source.wrong(what, value, where=where)
    return found


def ring(values: Sequence[Any], source: Source, *, where: str) -> Ring:
    """x, y, x, y, … as points; a repeated first point at the end goes away."""
    if len(values) % 2:
        raise source.wrong("pairs of x and y", list(values), where=where)
    numbers = [number(value, source, where=where) for value in values]
    return opened(zip(numbers[::2], numbers[1::2], strict=True))


def opened(points: Iterable[tuple[float, float]]) -> Ring:
    """The ring without a repeated first point at the end."""
    found = tuple(points)
    return found[:-1] if len(found) > 1 and found[0] == found[-1] else found


def text(value: Any, source: Source, *, where: str, what: str) -> str:
    """A text that is not empty."""
    if not isinstance(value, str) or not value.strip():
        raise source.wrong(what, value, where=where)
    return value


def mapping(value: Any, source: Source, *, where: str, what: str = "an object") -> Mapping[str, Any]:
    """A JSON object."""
    if not isinstance(value, dict):
        raise source.wrong(what, value, where=where)
    return value


def sequence(value: Any, source: Source, *, where: str, what: str = "a list") -> list[Any]:
    """A JSON list."""
    if not isinstance(value, list):
        raise source.wrong(what, value, where=where)
    return value


def size(width: Any, height: Any, source: Source, *, where: str) -> tuple[int, int]:
    """Width and height in whole pixels, of a photo that we would open."""
    found = [number(value, source, where=where, what="a size in pixels") for value in (width, height)]
    w, h = (int(value) for value in found)
    if [w, h] != found or min(w, h) < 1 or max(w, h) >= TOO_LONG or w * h > MOST_PIXELS:
        raise source.wrong("a size in pixels", [width, height], where=where)
    return w, h


def whole(value: Any) -> int:
    """A positive whole number, 0 for anything else: for sizes that are only hints."""
    is_whole = isinstance(value, int) and not isinstance(value, bool) and 0 < value < TOO_LONG
    return value if is_whole else 0
