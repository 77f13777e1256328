"""How does what a reader found become photos and regions, and what do writers need of shapes and names?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec

from .. import geometry
from ..annotations.labels import DAMAGE, new_labels
from ..annotations.model import (
    AnnotatedPhoto,
    Dataset,
    Label,
    Origin,
    Photo,
    Polygon,
    Region,
    Ring,
    Role,
    Shape,
)  # fmt: skip
from ..annotations.shapes import outline
from .cutting import single_rings

ROLES: tuple[Role, ...] = ("damage", "car", "part")
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
    return Region(key, found.shape, found.label.strip() or DAMAGE, dict(found.attributes), origin)


def _harmless(name: str) -> str:
    last = re.split(r"[\\/]", name.split("?")[0].rstrip("/\\"))[-1]
    plain = re.sub(_ANY, "_", last).strip(". ")[:150] or "photo"
    return f"_{plain}" if _DEVICES.match(plain) else plain


def _free(name: str, taken: set[str]) -> str:
    stem, dot, ending = name.rpartition(".")
    stem, ending = (stem, dot + ending) if dot else (ending, "")
    free, number = stem, 2
    while free.casefold() in taken:
        free, number = f"{stem}-{number}", number + 1
    taken.add(free.casefold())
    return free + ending
