"""Reads what a photo's file says of itself: time, place, camera, program, signed origin (C2PA).

All of it can be written by anybody: it is a claim and no proof. Sources: EXIF 2.32, C2PA 2.1 (manifests are JUMBF
boxes, in JPEG in APP11 segments), IPTC's digital source types.
"""

from __future__ import annotations

import contextlib
import datetime
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from .. import imaging

EDITORS = (
    "photoshop", "gimp", "lightroom", "snapseed", "picsart", "affinity", "pixelmator", "paint.net", "paint shop",
    "canva", "facetune", "faceapp", "picasa", "luminar", "capture one", "darktable", "rawtherapee", "acdsee",
    "irfanview", "imagemagick", "firefly", "dall", "midjourney", "stable diffusion", "remini", "meitu", "photoscape",
    "krita",
)  # fmt: skip
_PEEK = 4_000_000  # bytes at the beginning of a file that are searched for marks
_MADE = (b"trainedAlgorithmicMedia", b"compositeWithTrainedAlgorithmicMedia")
_CREATOR = re.compile(rb"CreatorTool(?:=\"|>)([^\"<]{1,100})")
_SOFTWARE, _MAKE, _MODEL, _EXIF, _GPS = 0x0131, 0x010F, 0x0110, 0x8769, 0x8825
_TAKEN, _OFFSET = 0x9003, 0x9011


class PhotoFacts(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the file says. `taken` is ISO 8601, local time where the file names no offset; `place` degrees north, east.

    `generated`: the file says that a program made the picture or parts of it; `quality`: that of libjpeg (1…100) whose
    tables the file uses, 0 where it uses others.
    """

    taken: str = ""
    place: tuple[float, float] | None = None
    camera: str = ""
    software: str = ""
    signed: bool = False
    generated: bool = False
    quality: int = 0

    @property
    def editor(self) -> str:
        """The program that changed the picture, as far as the file says so."""
        return self.software if any(name in self.software.casefold() for name in EDITORS) else ""


def read(path: Path) -> PhotoFacts:
    """What the file says; nothing where it cannot be read. PhotoError as in `imaging.load` for what is no photo."""
    with path.open("rb") as file:
        start = file.read(_PEEK)
    with imaging.opened(path) as image:
        tags: Mapping[int, Any] = {}
        exif: Mapping[int, Any] = {}
        gps: Mapping[int, Any] = {}
        with contextlib.suppress(*imaging.UNDECODABLE):  # EXIF data may be damaged in any way
            found = image.getexif()
            tags, exif, gps = dict(found), found.get_ifd(_EXIF), found.get_ifd(_GPS)
        creator = _CREATOR.search(start)
        said = creator.group(1).decode("utf-8", "replace").strip() if creator else ""
        return PhotoFacts(
            taken=_taken(exif),
            place=_place(gps),
            camera=_camera(tags),
            software=_text(tags.get(_SOFTWARE)) or said,
            signed=b"jumb" in start and b"c2pa" in start,
            generated=any(mark in start for mark in _MADE),
            quality=_quality(getattr(image, "quantization", None)),
        )


def _taken(exif: Mapping[int, Any]) -> str:
    said = _text(exif.get(_TAKEN))
    try:
        taken = datetime.datetime.strptime(said, "%Y:%m:%d %H:%M:%S")
    except ValueError:
        return ""
    offset = _text(exif.get(_OFFSET))
    return taken.isoformat() + (offset if re.fullmatch(r"[+-]\d\d:\d\d", offset) else "")


def _place(gps: Mapping[int, Any]) -> tuple[float, float] | None:
    north, east = _degrees(gps.get(2), gps.get(1), "S"), _degrees(gps.get(4), gps.get(3), "W")
    if north is None or east is None or abs(north) > 90 or abs(east) > 180 or (north, east) == (0.0, 0.0):
        return None
    return round(north, 6), round(east, 6)


def _degrees(parts: Any, side: Any, negative: str) -> float | None:
    try:
        degrees, minutes, seconds = (float(one) for one in parts)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    value = degrees + minutes / 60 + seconds / 3600
    return (-value if side == negative else value) if value == value else None


def _camera(tags: Mapping[int, Any]) -> str:
    make, model = _text(tags.get(_MAKE)), _text(tags.get(_MODEL))
    return model if make and model.casefold().startswith(make.casefold()) else f"{make} {model}".strip()


def _text(value: Any) -> str:
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else value if isinstance(value, str) else ""
    return "".join(letter for letter in text if letter.isprintable()).strip()[:100]


_LUMINANCE = (16, 11, 10, 16, 24, 40, 51, 61)  # the first row of libjpeg's table of quality 50 (Annex K.1)


def _quality(tables: Any) -> int:
    """The quality at which libjpeg has these tables (jpeg_quality_scaling), 0 where it has them at none."""
    try:
        start = tuple(tables[0][: len(_LUMINANCE)])
    except (TypeError, KeyError, IndexError):
        return 0
    for quality in range(100, 0, -1):
        scale = 5000 // quality if quality < 50 else 200 - 2 * quality
        if start == tuple(min(255, max(1, (value * scale + 50) // 100)) for value in _LUMINANCE):
            return quality
    return 0
