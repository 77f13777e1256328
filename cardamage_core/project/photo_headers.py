"""How large are the photos, and were their regions drawn on the photo as displayed or as stored?

Some tools draw on the photo before its EXIF orientation is applied. Where the regions fit only one of the two, we know;
otherwise they stay as they are and a finding says so. Nothing is ever turned silently.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from .. import imaging
from ..annotations.model import AnnotatedPhoto, Finding
from ..annotations.shapes import bounds
from ..annotations.turning import SWAPPING, turned
from ..errors import PhotoError
from ..imaging import Header

THREADS = 4
TOLERANCE = 1.0  # pixels


def with_headers(
    photos: Sequence[AnnotatedPhoto], *, step: Callable[[], None]
) -> tuple[list[AnnotatedPhoto], list[Finding]]:
    """The photos with width and height (0 where unreadable) and what was found; `step` may raise to cancel."""
    result: list[AnnotatedPhoto] = []
    findings: list[Finding] = []
    with ThreadPoolExecutor(THREADS) as pool:
        try:
            for one, found in zip(photos, pool.map(_header, (one.photo.path for one in photos)), strict=True):
                step()
                result.append(one if isinstance(found, PhotoError) else _with(one, found, findings))
                if isinstance(found, PhotoError) and Path(one.photo.path).exists():
                    findings.append(Finding("unreadable-photo", str(found), "error", one.photo.id))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return result, findings


def _header(path: str) -> Header | PhotoError:
    try:
        return imaging.header(path)
    except PhotoError as error:
        return error


def _with(one: AnnotatedPhoto, header: Header, findings: list[Finding]) -> AnnotatedPhoto:
    photo = msgspec.structs.replace(one.photo, width=header.width, height=header.height)
    if header.orientation == 1 or not one.regions:
        return AnnotatedPhoto(photo, one.regions)
    boxes = [bounds(region.shape) for region in one.regions]
    fits_displayed = _fit(boxes, header.width, header.height)
    fits_stored = header.orientation in SWAPPING and _fit(boxes, header.height, header.width)
    if fits_displayed and not fits_stored and header.orientation in SWAPPING:
        return AnnotatedPhoto(photo, one.regions)
    if fits_stored and not fits_displayed:
        findings.append(_finding("turned", one, "were drawn on the stored photo and were turned with it"))
        return AnnotatedPhoto(photo, tuple(_turned(one, header)))
    findings.append(
        _finding("turn-unsure", one, "may have been drawn on the photo as stored or as displayed: look at them")
    )
    return AnnotatedPhoto(photo, one.regions)


def _turned(one: AnnotatedPhoto, header: Header) -> Iterable:
    for region in one.regions:
        shape = turned(region.shape, header.orientation, width=header.height, height=header.width)
        yield msgspec.structs.replace(region, shape=shape)


def _fit(boxes: Iterable[tuple[float, float, float, float]], width: int, height: int) -> bool:
    return all(
        x0 >= -TOLERANCE and y0 >= -TOLERANCE and x1 <= width + TOLERANCE and y1 <= height + TOLERANCE
        for x0, y0, x1, y1 in boxes
    )


def _finding(code: str, one: AnnotatedPhoto, words: str) -> Finding:
    return Finding(code, f"{one.photo.name} is turned by its EXIF data; its regions {words}.", photo=one.photo.id)
