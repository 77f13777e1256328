"""Which annotation formats are there, and how is a file recognised?

A format is one module that offers `FORMATS`; a line in `_TABLE` adds it. A new one needs nothing else.
"""

from __future__ import annotations

from pathlib import Path

from .. import files
from ..annotations.model import Dataset, Finding
from ..errors import FormatError
from . import via
from .source import Format, Reading, Source

__all__ = ["FORMATS", "Format", "Reading", "Source", "read", "read_with_findings", "sniff", "write"]

_TABLE = (*via.FORMATS,)
FORMATS: dict[str, Format] = {one.name: one for one in _TABLE}


def sniff(path: Path | str) -> str:
    """The name of the format, told by the content. FormatError when it is none of ours or cannot be read."""
    return _recognised(Source(Path(path))).name


def read(path: Path | str, *, format: str = "") -> Dataset:  # noqa: A002
    """The photos and regions in a file; ids count from 1 in each file, paths are as written in it."""
    return read_with_findings(path, format=format).dataset


def read_with_findings(path: Path | str, *, format: str = "") -> Reading:  # noqa: A002
    """As `read`, with what looked odd in the file itself."""
    source = Source(Path(path))
    found = _named(format) if format else _recognised(source)
    try:
        return found.read(source)
    except RecursionError:
        raise FormatError(f"{source.path.name} is nested too deeply.", f"{source.path}: no {found.text}.") from None


def write(dataset: Dataset, path: Path | str, *, format: str) -> tuple[Finding, ...]:  # noqa: A002
    """Write a data set; the old file stays if anything fails. Says what the format could not hold."""
    data, findings = _named(format).write(dataset)
    files.write_atomic(Path(path), data)
    return findings


def _named(name: str) -> Format:
    if name not in FORMATS:
        raise FormatError(f"There is no format “{name}”.", f"Known are: {', '.join(FORMATS)}.")
    return FORMATS[name]


def _recognised(source: Source) -> Format:
    for one in _TABLE:
        if one.recognises(source):
            return one
    known = ", ".join(f"{one.name} ({one.text})" for one in _TABLE)
    raise FormatError(
        f"{source.path.name} is not an annotation file that can be read.",
        f"{source.path}: expected one of {known}; found {source.description()}. Export it again as VIA JSON.",
    )
