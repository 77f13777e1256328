"""Reads and writes labelme's JSON files.

One file for each photo: `shapes` with label, points, shape_type, flags and group_id, and `imagePath`. Polygons with one
label and one group_id are the parts of one region. `imageData`, the photo itself, is neither read nor written.
"""

from __future__ import annotations

import base64
import binascii
import io
import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from .. import imaging
from ..annotations.model import AnnotatedPhoto, Circle, Dataset, Dot, Polygon, Polyline, Rectangle, Region, Ring, Shape
from ..errors import FormatError, reason_of
from . import common, masks
from .common import Found, dataset, file_names, outlines, photo, polygon, rounded, stem_of
from .source import Format, Reading, Source, Written

KNOWN = ("label", "points", "group_id", "description", "shape_type", "flags", "mask", "attributes")
LOSES = {
    "holes": "other programs see holes cut open along a line, which keeps the area",
    "parts": "parts become shapes with one group_id",
    "ellipses": "they become polygons",
    "scores": "they are left out",
}


def recognises(source: Source) -> bool:
    """Whether it is a file with `shapes` and `imagePath`, or a folder of such."""
    if source.is_folder:
        return _holds_one(source)
    return source.is_json and _is_labelme(source.json)


def read(source: Source) -> Reading:
    """The photo of one file, or those of all files in a folder."""
    files = list(_files(source)) if source.is_folder else [source]
    photos: list[AnnotatedPhoto] = []
    for number, one in enumerate(source.each(files), 1):
        with source.leaving_out():
            if one is source or _is_labelme(one.json):  # other JSON may lie beside them
                photos.append(_photo(number, one, source))
    return Reading(dataset(photos))


def write(of: Dataset) -> Written:
    """A folder with one file for each photo, called as the photo is."""
    return Written(_contents(of))


FORMATS = (Format("labelme", "labelme JSON", "", recognises, read, write, LOSES),)


# Reading


def _files(folder: Source) -> Iterator[Source]:
    """The files in a folder that seem to be labelme's."""
    for path in sorted(folder.path.glob("*.json")):
        if path.is_file() and "imagePath" in _beginning_and_end(path):
            yield Source(path)


def _holds_one(folder: Source) -> bool:
    """Whether one of the files is whole; FormatError where there are some, and all are broken."""
    broken: FormatError | None = None
    for one in _files(folder):
        try:
            if _is_labelme(one.json):
                return True
        except FormatError as error:
            broken = broken or error
    if broken:
        raise broken
    return False


def _beginning_and_end(path: Path) -> str:
    """Enough of a file to see whether it may be labelme's, however large the photo in it."""
    with path.open("rb") as file:
        start = file.read(1_000_000)
        file.seek(max(len(start), path.stat().st_size - 10_000))
        return (start + file.read()).decode("utf-8", "ignore")


def _is_labelme(data: Any) -> bool:
    return isinstance(data, dict) and isinstance(data.get("shapes"), list) and "imagePath" in data


def _photo(number: int, source: Source, whole: Source) -> AnnotatedPhoto:
    if not _is_labelme(source.json):
        raise source.wrong("labelme JSON: shapes and imagePath", source.description())
    name = common.text(source.json["imagePath"], source, where="The file", what="a file name as imagePath")
    given = source.json.get("attributes")
    attributes = given if isinstance(given, dict) else {}
    return photo(number, name, _grouped(source, whole, str(number)), source="labelme", attributes=attributes)


def _grouped(source: Source, whole: Source, photo: str) -> list[Found]:
    """The shapes, with parts of one group put together where the first of them stands."""
    result: dict[Any, list[Found]] = {}
    for index, one in enumerate(source.json["shapes"]):
        with whole.leaving_out(photo):
            data = common.mapping(one, source, where=f"Shape {index}")
            found = _found(data, source, f"Shape {index}")
            group = data.get("group_id")
            is_part = isinstance(group, int | str) and isinstance(found.shape, Polygon)
            result.setdefault((found.label, group) if is_part else index, []).append(found)
    return [_together(found) for found in result.values()]


def _together(found: list[Found]) -> Found:
    if len(found) == 1:
        return found[0]
    parts = (one.shape for one in found if isinstance(one.shape, Polygon))
    return found[0]._replace(shape=polygon(ring for part in parts for ring in part.rings))


def _found(data: Mapping[str, Any], source: Source, where: str) -> Found:
    label = data.get("label")
    attributes = {key: value for key, value in data.items() if key not in KNOWN}
    for more in (data.get("flags"), data.get("attributes")):
        attributes |= more if isinstance(more, dict) else {}
    if isinstance(data.get("description"), str) and data["description"]:
        attributes["description"] = data["description"]
    return Found(_shape(data, source, where), label if isinstance(label, str) else "", attributes)


def _shape(data: Mapping[str, Any], source: Source, where: str) -> Shape:
    pairs = common.sequence(data.get("points"), source, where=where, what="points")
    flat = [value for pair in pairs for value in _pair(pair, source, where)]
    points = tuple(zip(flat[::2], flat[1::2], strict=True))
    kind = data.get("shape_type") or "polygon"
    if (kind in ("rectangle", "circle", "mask") and len(points) < 2) or not points:
        raise source.wrong(f"enough points for a {kind}", pairs, where=where)
    match kind:
        case "polygon":
            return Polygon((common.opened(points),))
        case "rectangle":
            return _rectangle(points)
        case "circle":
            return Circle(*points[0], math.dist(points[0], points[1]))
        case "line" | "linestrip":
            return Polyline(points)
        case "point":
            return Dot(*points[0])
        case "points":
            return Dot(*points[0]) if len(points) == 1 else Polyline(points)
        case "mask":
            return _of_mask(data.get("mask"), points, source, where)
    raise source.wrong("a shape_type of labelme", kind, where=where)


def _pair(value: Any, source: Source, where: str) -> tuple[float, float]:
    found = common.sequence(value, source, where=where, what="points as pairs of numbers")
    if len(found) != 2:
        raise source.wrong("points as pairs of numbers", found, where=where)
    return common.number(found[0], source, where=where), common.number(found[1], source, where=where)


def _rectangle(points: Ring) -> Rectangle:
    xs, ys = zip(*points, strict=True)
    return Rectangle(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))


def _of_mask(data: Any, points: Ring, source: Source, where: str) -> Shape:
    """A PNG in base64 whose top left corner lies at the first point."""
    try:
        with Image.open(io.BytesIO(base64.b64decode(data, validate=True)), formats=["PNG"]) as image:
            common.size(*image.size, source, where=where)
            mask = np.array(image.convert("L")) > 0
        found = masks.polygon_of(mask, x=round(points[0][0]), y=round(points[0][1]))
    except FormatError:
        raise
    except (binascii.Error, *imaging.UNDECODABLE) as error:
        raise source.wrong(f"a mask as PNG ({reason_of(error)})", data, where=where) from None
    return found or Polygon(())


# Writing


def _contents(of: Dataset) -> Iterator[tuple[str, bytes]]:
    for one, name in zip(of.photos, file_names(of.photos), strict=True):
        data: dict[str, Any] = {
            "version": "5.5.0",
            "flags": {},
            "shapes": list(_shapes(one)),
            "imagePath": one.photo.name,
            "imageData": None,
            "imageHeight": one.photo.height or None,
            "imageWidth": one.photo.width or None,
        }
        data |= {"attributes": one.photo.attributes} if one.photo.attributes else {}  # labelme keeps what it knows not
        yield f"{stem_of(name)}.json", json.dumps(data, ensure_ascii=False, indent=1).encode()


def _shapes(one: AnnotatedPhoto) -> Iterator[dict[str, Any]]:
    for number, region in enumerate(one.regions, 1):
        kind, pieces = _pieces(region.shape)
        for points in pieces:
            yield _shape_to(region, kind, points, number if len(pieces) > 1 else None)


def _shape_to(region: Region, kind: str, points: Ring, group: int | None) -> dict[str, Any]:
    attributes = {key: value for key, value in region.attributes.items() if key != "description"}
    data: dict[str, Any] = {
        "label": region.label,
        "points": [[rounded(x), rounded(y)] for x, y in points],
        "group_id": group,
        "description": str(region.attributes.get("description", "")),
        "shape_type": kind,
        "flags": {},
        "mask": None,
    }
    return data | ({"attributes": attributes} if attributes else {})


def _pieces(shape: Shape) -> tuple[str, list[Ring]]:
    match shape:
        case Rectangle(x=x, y=y, width=w, height=h):
            return "rectangle", [((x, y), (x + w, y + h))]
        case Circle(cx=cx, cy=cy, r=r):
            return "circle", [((cx, cy), (cx + r, cy))]
        case Polyline(points=points):
            return "linestrip", [points]
        case Dot(x=x, y=y):
            return "point", [((x, y),)]
        case _:
            return "polygon", outlines(shape)
