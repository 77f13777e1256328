"""How large are the photos, and were their regions drawn on the photo as displayed or as stored?

Some tools draw on the photo before its EXIF orientation is applied. Where the regions fit only one of the two, we know;
otherwise the user is asked. Nothing is ever turned unasked: findings say what was seen, `turn` is the answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Literal

import msgspec

from .. import imaging
from ..annotations.model import AnnotatedPhoto, Finding
from ..annotations.turning import Evidence, decided, evidence, turned_regions, with_decision
from ..errors import PhotoError
from ..imaging import Header

THREADS = 4
AHEAD = 400  # photos; keeps the number of waiting results small

Turn = Literal["", "evident", "all"]  # nothing; where regions fit only the stored photo; all photos turned by EXIF


def with_headers(
    photos: Sequence[AnnotatedPhoto], *, turn: Turn = "", step: Callable[[], None]
) -> tuple[list[AnnotatedPhoto], list[Finding]]:
    """The photos with width and height (0 where unreadable) and what was found; `step` may raise to cancel."""
    result: list[AnnotatedPhoto] = []
    findings: list[Finding] = []
    seen: list[tuple[AnnotatedPhoto, Evidence]] = []
    for one, found in zip(photos, headers(photos, step=step), strict=True):
        if isinstance(found, PhotoError):
            result.append(one)
            if Path(one.photo.path).exists():
                findings.append(Finding("unreadable-photo", str(found), "error", one.photo.id))
            continue
        photo = msgspec.structs.replace(one.photo, width=found.width, height=found.height)
        kind = kind_of(one, found)
        result.append(turned_photo(AnnotatedPhoto(photo, one.regions), found, kind, turn))
        seen.append((result[-1], kind))
    return result, [*findings, *orientation_findings([one for one in seen if not decided(one[0].photo)])]


def headers(photos: Sequence[AnnotatedPhoto], *, step: Callable[[], None]) -> list[Header | PhotoError]:
    """The header of each photo, or why it cannot be read; `step` is called for each and may raise to cancel."""
    result: list[Header | PhotoError] = []
    paths = iter([one.photo.path for one in photos])
    with ThreadPoolExecutor(THREADS) as pool:
        while some := list(islice(paths, AHEAD)):
            for found in pool.map(_header, some):
                result.append(found)
                step()
    return result


def kind_of(one: AnnotatedPhoto, header: Header) -> Evidence:
    """What the regions say about the photo they were drawn on; "none" where it has been decided."""
    if decided(one.photo):
        return "none"
    return evidence(one.regions, header.orientation, width=header.width, height=header.height)


def turned_photo(one: AnnotatedPhoto, header: Header, kind: Evidence, turn: Turn) -> AnnotatedPhoto:
    """The photo with its regions turned, if that is the answer; the decision is remembered."""
    if not (turn and kind == "stored") and not (turn == "all" and kind == "unsure"):
        return one
    regions = turned_regions(one.regions, header.orientation, width=header.width, height=header.height)
    return AnnotatedPhoto(with_decision(one.photo), regions)


def orientation_findings(seen: Sequence[tuple[AnnotatedPhoto, Evidence]]) -> list[Finding]:
    """One for each photo whose regions do not plainly fit it as displayed; the others of the set are the evidence."""
    kinds = Counter(kind for _, kind in seen)
    return [_finding(one, kind, kinds) for one, kind in seen if kind in ("stored", "unsure")]


def _finding(one: AnnotatedPhoto, kind: Evidence, kinds: Counter[Evidence]) -> Finding:
    start = f"{one.photo.name} is turned by its EXIF data; its regions"
    if kind == "stored":
        text = f"{start} fit only the photo as stored and stand wrong. Let them be turned with it."
        return Finding("stored-orientation", text, photo=one.photo.id)
    others = f"of the others {kinds['stored']} fit only as stored, {kinds['displayed']} only as displayed"
    text = f"{start} may have been drawn on it as stored or as displayed ({others}): look at them."
    return Finding("turn-unsure", text, photo=one.photo.id)


def _header(path: str) -> Header | PhotoError:
    try:
        return imaging.header(path)
    except PhotoError as error:
        return error
