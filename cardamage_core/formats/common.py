"""Helpers that readers and writers share: validated values, label attributes, polygons with holes.

Files are untrusted: each validating function returns the value as we keep it, or raises a FormatError that names the
place and says what was expected.

Where a format has no place for holes, they are cut open: the ring runs in along a line and back, which leaves the area
as it is under every fill rule.

Files do not say which attribute of a region is its label. The usual names come first, in any case and spelling; failing
these, the attribute that most regions have with the fewest different values. In some files the *name* of the attribute
is the label: `{"Front": "damage"}`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np
import shapely

from .. import geometry
from ..annotations.labels import DAMAGE, new_labels
from ..annotations.model import AnnotatedPhoto, Dataset, Label, Origin, Photo, Point, Polygon, Region, Ring, Role, Shape
from ..annotations.shapes import outline
from ..imaging import MOST_PIXELS, TOO_LONG
from .source import Source

ROLES: tuple[Role, ...] = ("damage", "car", "part", "private")
_ANY = r"[\x00-\x1f<>:\"/\\|?*]"
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


class Found(NamedTuple):
    """One region as a reader found it; "" is no label."""

    shape: Shape
    label: str
    attributes: dict[str, Any] = {}  # noqa: RUF012
    score: float | None = None


def photo(number: int, name: str, found: Iterable[Found], *, source: str, **more: Any) -> AnnotatedPhoto:
    """A photo with its regions; ids count from 1. `source` names the format, `more` are fields of `Photo`."""
    one = Photo(id=str(number), path=name, name=name, **more)
    origin = Origin("imported", source=source)
    return AnnotatedPhoto(one, tuple(_region(f"{number}.{i}", region, origin) for i, region in enumerate(found, 1)))


def dataset(photos: Iterable[AnnotatedPhoto], names: Iterable[str] = ()) -> Dataset:
    """A data set with a label for each of `names` and each that regions use."""
    photos = tuple(photos)
    return Dataset(photos, new_labels([*names, *(region.label for one in photos for region in one.regions)]))


def with_label_fields(found: Dataset, roles: dict[str, Any], colors: dict[str, Any]) -> Dataset:
    """With the roles and colours (`#rrggbb`) that a file gives to labels, where they make sense."""
    labels = []
    for label in found.labels:
        role, color = roles.get(label.name), colors.get(label.name)
        changes: dict[str, Any] = {"role": role} if role in ROLES else {}
        if isinstance(color, str) and re.fullmatch(r"#[0-9a-fA-F]{6}", color):
            changes["color"] = color.lower()
        labels.append(msgspec.structs.replace(label, **changes))
    return msgspec.structs.replace(found, labels=tuple(labels))


def polygon(rings: Iterable[Ring]) -> Polygon:
    """A region of several parts, which in most formats may overlap: what is covered twice counts as covered."""
    rings = tuple(ring for ring in rings if len(ring) > 2)
    if len(rings) < 2:
        return Polygon(rings)
    areas = [geometry.area_of_rings([ring]) for ring in rings]
    union = geometry.union(areas)
    is_apart = abs(sum(area.area for area in areas) - union.area) <= 1e-6 * union.area
    return Polygon(rings if is_apart else geometry.rings_of_area(union))


def outlines(shape: Shape) -> list[Ring]:
    """A shape in a format without holes: one ring for each part, none for lines and points."""
    rings = single_rings(shape) if isinstance(shape, Polygon) else list(outline(shape))
    return [ring for ring in rings if len(ring) > 2]


def label_names(of: Dataset) -> list[str]:
    """All labels of a data set in order, those of regions that are not listed at the end."""
    used = (region.label or DAMAGE for one in of.photos for region in one.regions)
    return list(dict.fromkeys([*(label.name for label in of.labels), *used]))


def file_names(photos: Sequence[AnnotatedPhoto]) -> list[str]:
    """A name for each photo that is harmless as a file's, everywhere: no folders, no device, none twice."""
    taken: set[str] = set()
    return [_free(_harmless(one.photo.name), taken) for one in photos]


def stem_of(name: str) -> str:
    """A file's name without its ending."""
    return name.rsplit(".", 1)[0] or name


def rounded(value: float) -> float | int:
    """A coordinate as short as can be: 1/1000 pixel, whole numbers without a point."""
    short = round(value, 3)
    return int(short) if short.is_integer() else short


def label_of(of: Dataset, name: str) -> Label | None:
    """The label of that name."""
    return next((label for label in of.labels if label.name == name), None)


def _region(key: str, found: Found, origin: Origin) -> Region:
    if found.score is not None:
        origin = msgspec.structs.replace(origin, score=found.score)
    return Region(key, with_holes(found.shape), found.label.strip() or DAMAGE, dict(found.attributes), origin)


def _harmless(name: str) -> str:
    last = re.split(r"[\\/]", name.split("?")[0].rstrip("/\\"))[-1]
    plain = re.sub(_ANY, "_", last).strip(". ")[:150].encode()[:200].decode(errors="ignore") or "photo"
    return f"_{plain}" if _DEVICES.match(plain) else plain


def _free(name: str, taken: set[str]) -> str:
    stem, dot, ending = name.rpartition(".")
    stem, ending = (stem, dot + ending) if dot else (ending, "")
    free, number = stem, 2
    while free.casefold() in taken:
        free, number = f"{stem}-{number}", number + 1
    taken.add(free.casefold())
    return free + ending


def with_holes(shape: Shape) -> Shape:
    """The shape with holes where its rings run in along a line and back, as `single_rings` writes them."""
    if not isinstance(shape, Polygon) or all(len(set(ring)) == len(ring) for ring in shape.rings):
        return shape
    return Polygon(tuple(part for ring in shape.rings for part in _unbridged(ring)))


def _unbridged(ring: Ring) -> list[Ring]:
    """The ring and the holes that are joined to it by a line that is gone both ways."""
    places: dict[tuple[Point, Point], int] = {}
    for m in range(len(ring) - 1):
        k = places.get((ring[m + 1], ring[m]), -1)  # the line was gone the other way there
        hole, rest = ring[k + 1 : m], (*ring[: k + 1], *ring[m + 2 :])
        if k >= 0 and len(hole) > 2 and len(rest) > 2 and _turning(hole) * _turning(rest) < 0:
            return [*_unbridged(rest), hole]
        places[ring[m], ring[m + 1]] = m
    return [ring]


def _turning(ring: Ring) -> float:
    """Twice the area within a ring, negative where it runs the other way round."""
    xs, ys = np.asarray(ring).T
    return float(xs @ np.roll(ys, -1) - ys @ np.roll(xs, -1))


MANY_PAIRS = 1_000_000  # of vertices that are compared each with each


def single_rings(shape: Polygon) -> list[Ring]:
    """One ring for each part of a polygon."""
    if len(shape.rings) < 2:
        return list(shape.rings) or [()]
    area = geometry.area_of_rings(shape.rings)
    rings = []
    for part in getattr(area, "geoms", [area]):
        ring = _open(part.exterior.coords)
        for hole in part.interiors:
            ring = _bridged(ring, _open(hole.coords))
        rings.append(ring)
    return rings


def _open(coords: Any) -> Ring:
    return tuple((float(x), float(y)) for x, y in coords[:-1])


def _bridged(outer: Ring, hole: Ring) -> Ring:
    """One ring: along `outer`, over the shortest way between two vertices, around `hole`, and back."""
    i, j = _nearest(np.asarray(outer), np.asarray(hole))
    return (*outer[: i + 1], *hole[j:], *hole[: j + 1], *outer[i:])


def _nearest(outer: np.ndarray, hole: np.ndarray) -> tuple[int, int]:
    """The two vertices that are nearest to each other."""
    if len(outer) * len(hole) > MANY_PAIRS:
        tree = shapely.STRtree(np.asarray(shapely.points(outer)))
        found, near = tree.query_nearest(shapely.points(hole), return_distance=True)
        best = int(near.argmin())
        return int(found[1, best]), int(found[0, best])
    squares = ((outer[:, None] - hole[None]) ** 2).sum(-1)
    i, j = np.unravel_index(squares.argmin(), squares.shape)
    return int(i), int(j)


LARGEST = 1e9  # pixels; no photo is as large


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


USUAL = ("label", "name", "class", "classname", "cls", "category", "type", "damage", "damagetype", "object", "part")
MOST_LABELS = 40  # more different values than that, mostly seen once, are notes and not labels
IN_NAME = "*"  # given as the label's attribute: its name is the label


class LabelPlace(NamedTuple):
    """Where labels are: in the first of these attributes that a region has, or in the name of its one attribute."""

    names: tuple[str, ...] = ()
    in_name: bool = False


def place(regions: Sequence[Mapping[str, Any]], wanted: str = "") -> LabelPlace:
    """Where the labels of these regions are. `wanted` is an attribute's name (in any case), `IN_NAME`, or "": guess."""
    if wanted == IN_NAME or (not wanted and _is_in_name(regions)):
        return LabelPlace(in_name=True)
    if not wanted:
        return LabelPlace(candidates(regions))
    names = dict.fromkeys(name for attributes in regions for name in attributes)
    alike = [name for name in names if name != wanted and _plain(name) == _plain(wanted)]
    return LabelPlace((wanted, *alike))


def candidates(regions: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """The attribute names that may hold the label, the best first, judged from all regions of a file."""
    names = {name: None for attributes in regions for name in attributes}
    usual = [name for name in names if _plain(name) in USUAL]
    if usual:
        return tuple(sorted(usual, key=lambda name: USUAL.index(_plain(name))))
    values = {name: [v for a in regions if (v := text_of(a.get(name)))] for name in names}
    proposed = [name for name, found in values.items() if found and not _are_notes(found)]
    return tuple(sorted(proposed, key=lambda name: (-len(values[name]), len(set(values[name])))))


def text_of(value: Any) -> str:
    """The label a value stands for: text, a number, or the first checkbox that is ticked; "" when none."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, dict):
        return next(iter(ticked(value)), "").strip()
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    return str(value)


def ticked(value: Any) -> list[str]:
    """The checkboxes that are ticked, in the file's order."""
    return [key for key, is_on in value.items() if is_on is True] if isinstance(value, dict) else []


def label_name_of(attributes: Mapping[str, Any], where: LabelPlace) -> tuple[str, str]:
    """(attribute name, label) of one region, ("", "") when it has none."""
    if where.in_name:
        on = [name for name, value in attributes.items() if value not in _OFF]
        return (on[0], on[0].strip()) if len(on) == 1 else ("", "")
    for name in where.names:
        if label := text_of(attributes.get(name)):
            return name, label
    return "", ""


_OFF = (False, None, "", 0, "0", "false", "no")  # values that say an attribute does not apply


def _is_in_name(regions: Sequence[Mapping[str, Any]]) -> bool:
    """Whether each region has one attribute, of varying name, and all have the same value in it."""
    filled = [attributes for attributes in regions if attributes]
    if not filled or any(len(attributes) != 1 for attributes in filled):
        return False
    names = {name for attributes in filled for name in attributes}
    values = {str(value) for attributes in filled for value in attributes.values()}
    return 1 < len({_plain(name) for name in names}) <= MOST_LABELS and len(values) == 1 and not _usual(names)


def _usual(names: Iterable[str]) -> bool:
    return any(_plain(name) in USUAL for name in names)


def _are_notes(values: Sequence[str]) -> bool:
    different = len(set(values))
    return different > MOST_LABELS and different > len(values) / 2


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())
