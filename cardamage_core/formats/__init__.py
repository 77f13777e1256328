"""Which annotation formats are there, and how is a file recognised?

A format is one module that offers `FORMATS`; a line in `_TABLE` adds it. A new one needs nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..annotations.model import Dataset, Finding
from ..errors import FormatError
from . import coco, cvat, labelme, vehide, via, via3, via_attributes, via_csv, voc, yolo
from .losses import losses as _losses
from .output import write_files
from .source import Format, Reading, Source, Written, nothing

__all__ = [
    "FORMATS",
    "WRITABLE",
    "Format",
    "Reading",
    "Source",
    "Written",
    "losses",
    "read",
    "read_with_findings",
    "sniff",
    "write",
]

_TABLE = (
    *via_attributes.FORMATS,
    *via.FORMATS,
    *via_csv.FORMATS,
    *via3.FORMATS,
    *vehide.FORMATS,
    *coco.FORMATS,
    *labelme.FORMATS,
    *cvat.FORMATS,
    *voc.FORMATS,
    *yolo.FORMATS,
)
FORMATS: dict[str, Format] = {one.name: one for one in _TABLE}
USUAL = "via1"
WRITABLE = (USUAL, *(one.name for one in _TABLE if one.write and one.name != USUAL))


def sniff(path: Path | str) -> str:
    """The name of the format, told by the content. FormatError when it is none of ours or cannot be read."""
    return _recognised(Source(Path(path))).name


def read(path: Path | str, *, format: str = "") -> Dataset:  # noqa: A002
    """The photos and regions in a file; ids count from 1 in each file, paths are as written in it."""
    return read_with_findings(path, format=format).dataset


def read_with_findings(
    path: Path | str,
    *,
    format: str = "",  # noqa: A002
    label_in: str = "",
    photos: Path | None = None,
    between: Callable[[], None] = nothing,
) -> Reading:
    """As `read`, with what looked odd in the file itself.

    `label_in` names the attribute that holds the label; `photos` is their folder, for formats that need their sizes.
    `between` is called between the stages of reading and may raise to stop.
    """
    source = Source(Path(path), label_in=label_in, photos=photos, between=between)
    try:
        return (_named(format) if format else _recognised(source)).read(source)
    except RecursionError:
        raise FormatError(
            f"{source.path.name} is nested too deeply.", f"{source.path}: no annotation tool writes this."
        ) from None


def losses(dataset: Dataset, *, format: str) -> tuple[Finding, ...]:  # noqa: A002
    """What the format cannot hold of a data set, and what becomes of it: to be asked before writing."""
    return _losses(dataset, _named(format))


def write(dataset: Dataset, path: Path | str, *, format: str) -> tuple[Finding, ...]:  # noqa: A002
    """Write a data set; old files stay if anything fails. Says what the format could not hold."""
    target = _named(format)
    if target.write is None:
        raise FormatError(f"{target.text} can only be read.", f"Formats to write are: {', '.join(WRITABLE)}.")
    written = target.write(dataset)
    write_files(written.files, Path(path), is_folder=not target.suffix)
    return (*_losses(dataset, target), *written.findings)


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
