"""EXIF orientation of photos and their regions: regions drawn on the photo as stored or as displayed.

Orientations (EXIF 2.32, tag 0x0112) 2 to 4 mirror a photo or turn it by 180°, 5 to 8 swap its width and height as
well. Some tools draw on the photo as stored. Where the sides are swapped and the regions fit only one of the two, the
orientation is known; otherwise the user is asked. Nothing is turned unasked: problems tell what was seen, `turn` is the
answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Literal

import msgspec

from .. import imaging
from ..annotations.model import (
    AnnotatedPhoto,
    Circle,
    Dot,
    Ellipse,
    Photo,
    Point,
    Polygon,
    Polyline,
    Problem,
    Rectangle,
    Region,
    Shape,
)
from ..annotations.shapes import bounds
from ..errors import PhotoError
from ..files import is_there
from ..imaging import Header

THREADS = 4
AHEAD = 400  # photos; keeps the number of waiting results small

Turn = Literal["", "evident", "all"]  # nothing; where regions fit only the stored photo; all photos turned by EXIF


class Headers:
    """Gives photos their width and height (0 where unreadable) as they come by, and keeps what was found.

    `turn` is the answer for regions drawn on photos as stored; `step` is called for each photo and may raise to cancel.
    """

    def __init__(self, *, turn: Turn = "", step: Callable[[], None]) -> None:
        self._turn, self._step = turn, step
        self._unreadable: list[Problem] = []
        self._seen: list[tuple[AnnotatedPhoto, Evidence]] = []
        self._kinds: Counter[Evidence] = Counter()

    def watch(self, photos: Iterable[AnnotatedPhoto]) -> Iterator[AnnotatedPhoto]:
        """The photos with their sizes, turned as asked; files are looked at some hundreds at a time."""
        left = iter(photos)
        with ThreadPoolExecutor(THREADS) as pool:
            while some := list(islice(left, AHEAD)):
                for one, found in zip(some, pool.map(_header, [one.photo.path for one in some]), strict=True):
                    self._step()
                    yield self._with_header(one, found)

    def problems(self) -> list[Problem]:
        """Photos that cannot be read, and those whose regions do not plainly fit."""
        return [*self._unreadable, *_orientation_problems(self._seen, self._kinds)]

    def _with_header(self, one: AnnotatedPhoto, found: Header | PhotoError) -> AnnotatedPhoto:
        if isinstance(found, PhotoError):
            if is_there(one.photo.path):
                self._unreadable.append(Problem("unreadable-photo", str(found), "error", one.photo.id))
            return one
        photo = msgspec.structs.replace(one.photo, width=found.width, height=found.height)
        kind = evidence_of(one, found)
        result = turned_photo(AnnotatedPhoto(photo, one.regions), found, kind, self._turn)
        if not decided(result.photo):
            self._kinds[kind] += 1
            if kind in ASKED:
                self._seen.append((AnnotatedPhoto(result.photo), kind))
        return result


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


def evidence_of(one: AnnotatedPhoto, header: Header) -> Evidence:
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


def orientation_problems(seen: Sequence[tuple[AnnotatedPhoto, Evidence]]) -> list[Problem]:
    """One for each photo whose regions do not plainly fit it as displayed; the others of the set are the evidence."""
    return _orientation_problems(seen, Counter(kind for _, kind in seen))


def _orientation_problems(seen: Sequence[tuple[AnnotatedPhoto, Evidence]], kinds: Counter[Evidence]) -> list[Problem]:
    return [_problem(one, kind, kinds) for one, kind in seen if kind in ASKED]


def _problem(one: AnnotatedPhoto, kind: Evidence, kinds: Counter[Evidence]) -> Problem:
    start = f"{one.photo.name} is turned by its EXIF data; its regions"
    if kind == "stored":
        text = f"{start} fit only the photo as stored and stand wrong. Let them be turned with it."
        return Problem("stored-orientation", text, photo=one.photo.id)
    others = f"of the others {kinds['stored']} fit only as stored, {kinds['displayed']} only as displayed"
    text = f"{start} may have been drawn on it as stored or as displayed ({others}): look at them."
    return Problem("turn-unsure", text, photo=one.photo.id)


def _header(path: str) -> Header | PhotoError:
    try:
        return imaging.header(path)
    except PhotoError as error:
        return error


TURNED = (2, 3, 4, 5, 6, 7, 8)
SWAPPING = (5, 6, 7, 8)
MIRRORING = (2, 4, 5, 7)
TOLERANCE = 1.0  # pixels
DECIDED = "orientation"  # in `Photo.extra`: it was decided on which photo the regions were drawn

Evidence = Literal["none", "displayed", "stored", "unsure"]
ASKED: tuple[Evidence, ...] = ("stored", "unsure")  # what a person is told of


def evidence(regions: Sequence[Region], orientation: int, *, width: int, height: int) -> Evidence:
    """On which photo the regions fit, "none" where there is nothing to ask; width and height are as displayed."""
    if orientation not in TURNED or not regions:
        return "none"
    boxes = [bounds(region.shape) for region in regions]
    if orientation not in SWAPPING:
        return "unsure"
    fits_displayed, fits_stored = _fit(boxes, width, height), _fit(boxes, height, width)
    if fits_displayed == fits_stored:
        return "unsure"
    return "displayed" if fits_displayed else "stored"


def decided(photo: Photo) -> bool:
    """Whether the user has decided about this photo's orientation."""
    return DECIDED in photo.extra


def with_decision(photo: Photo) -> Photo:
    """The photo, its question answered."""
    return msgspec.structs.replace(photo, extra=photo.extra | {DECIDED: "decided"})


def turned_regions(regions: Sequence[Region], orientation: int, *, width: int, height: int) -> tuple[Region, ...]:
    """Regions drawn on the stored photo, as they lie on the displayed one of this width and height."""
    size = (height, width) if orientation in SWAPPING else (width, height)
    return tuple(
        msgspec.structs.replace(one, shape=turned(one.shape, orientation, width=size[0], height=size[1]))
        for one in regions
    )


def turned(shape: Shape, orientation: int, *, width: int, height: int) -> Shape:
    """The shape as displayed; `orientation` is one of `TURNED`, width and height are those of the stored photo."""
    place = _places(width, height)[orientation]
    swap = orientation in SWAPPING
    match shape:
        case Polygon(rings=rings):
            return Polygon(tuple(tuple(map(place, ring)) for ring in rings))
        case Polyline(points=points):
            return Polyline(tuple(map(place, points)))
        case Dot(x=x, y=y):
            return Dot(*place((x, y)))
        case Circle(cx=cx, cy=cy, r=r):
            return Circle(*place((cx, cy)), r)
        case Rectangle(x=x, y=y, width=w, height=h):
            (x0, y0), (x1, y1) = place((x, y)), place((x + w, y + h))
            return Rectangle(min(x0, x1), min(y0, y1), *((h, w) if swap else (w, h)))
        case Ellipse(cx=cx, cy=cy, rx=rx, ry=ry, theta=theta):
            axes = (ry, rx) if swap else (rx, ry)
            return Ellipse(*place((cx, cy)), *axes, -theta if orientation in MIRRORING else theta)


def _places(width: int, height: int) -> dict[int, Callable[[Point], Point]]:
    return {
        2: lambda p: (width - p[0], p[1]),
        3: lambda p: (width - p[0], height - p[1]),
        4: lambda p: (p[0], height - p[1]),
        5: lambda p: (p[1], p[0]),
        6: lambda p: (height - p[1], p[0]),
        7: lambda p: (height - p[1], width - p[0]),
        8: lambda p: (p[1], width - p[0]),
    }


def _fit(boxes: Sequence[tuple[float, float, float, float]], width: int, height: int) -> bool:
    return all(
        x0 >= -TOLERANCE and y0 >= -TOLERANCE and x1 <= width + TOLERANCE and y1 <= height + TOLERANCE
        for x0, y0, x1, y1 in boxes
    )
