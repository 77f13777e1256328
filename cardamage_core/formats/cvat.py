"""Reads and writes CVAT's XML files of images (version 1.1).

`annotations/image` with name, width and height holds polygon, box, polyline, points, ellipse and mask elements, each
with a label and `attribute` elements. Shapes with one group_id and one label are the parts of one region.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any
from xml.etree.ElementTree import Element, ParseError, SubElement, tostring

import defusedxml.ElementTree
import numpy as np
from defusedxml.common import DefusedXmlException

from ..annotations.labels import DAMAGE
from ..annotations.model import (
    AnnotatedPhoto,
    Circle,
    Dataset,
    Dot,
    Ellipse,
    Polygon,
    Polyline,
    Problem,
    Rectangle,
    Region,
    Ring,
    Shape,
)
from ..errors import FormatError
from . import common, masks
from .common import Found, dataset, label_names, label_of, outlines, photo, polygon, rounded, with_label_fields
from .source import Format, Reading, Source, Written

CHUNK = 50_000  # bytes parsed between two looks at whether to go on
SHAPES = ("polygon", "box", "polyline", "points", "ellipse", "mask")
LOSES = {
    "holes": "other programs see holes cut open along a line, which keeps the area",
    "parts": "parts become shapes with one group_id",
    "circles": "they become ellipses",
    "scores": "they are left out",
    "photo attributes": "they are left out",
    "unknown sizes": "width and height are written as 0",
}
_BAD = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 65534, 65535), "�")


def recognises(source: Source) -> bool:
    """Whether it is XML whose root is `annotations`, with CVAT's `image` or `version` in it."""
    if not source.is_xml:
        return False
    start = source.text[:20_000]
    return "<annotations" in start and ("<image" in start or "<version" in start)


def read(source: Source) -> Reading:
    """Photos and regions. FormatError names the element that cannot be understood; entities are refused."""
    root = _root(source)
    if root.tag != "annotations":
        raise source.wrong("an element annotations", root.tag)
    names = [one.findtext("name", "").strip() for one in root.iter("label")]
    colors = {one.findtext("name", "").strip(): one.findtext("color", "") for one in root.iter("label")}
    images = root.findall("image")
    found: list[AnnotatedPhoto] = []
    for number, image in enumerate(source.each(images), 1):
        with source.leaving_out():
            found.append(_photo(number, image, source))
    return Reading(with_label_fields(dataset(found, names), {}, colors), tuple(_left_out(root, source)))


def write(of: Dataset) -> Written:
    """One XML file; what the same region's parts are shares a group_id."""
    root = Element("annotations")
    SubElement(root, "version").text = "1.1"
    _labels(of, root)
    for number, one in enumerate(of.photos):
        _image(one, number, root)
    return Written(
        (("", b'<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, "utf-8", xml_declaration=False)),)
    )


FORMATS = (Format("cvat", "CVAT for images 1.1", ".xml", recognises, read, write, LOSES),)


# Reading


def _root(source: Source) -> Element:
    try:
        text = source.text.encode("utf-8", "replace")
        parser = defusedxml.ElementTree.XMLParser(forbid_dtd=True)
        for start in range(0, len(text), CHUNK):
            parser.feed(text[start : start + CHUNK])
            source.parsing(start / len(text))
        return parser.close()
    except DefusedXmlException:
        raise FormatError(
            f"{source.path.name} holds entities or a document type.",
            f"{source.path}: CVAT writes none, and they can be used for attacks. Export it again.",
        ) from None
    except (ParseError, ValueError, LookupError) as error:
        raise FormatError(f"{source.path.name} is not XML.", f"{source.path}: {error}.") from None


def _photo(number: int, image: Element, source: Source) -> AnnotatedPhoto:
    name = common.text(image.get("name"), source, where=f"Image {image.get('id')}", what="a name")
    grouped: dict[Any, list[Found]] = {}
    shapes = (element for element in image if element.tag in SHAPES)
    for index, element in enumerate(shapes):
        group = element.get("group_id") or "0"
        pieces: list[Found] = []
        with source.leaving_out(str(number)):
            pieces += _found(element, source, f"A {element.tag} of “{name}”")
        for found in pieces:
            is_part = group != "0" and isinstance(found.shape, Polygon)
            key = (found.label, group) if is_part else (index, found.shape)
            grouped.setdefault(key, []).append(found)
    return photo(number, name, [_together(found) for found in grouped.values()], source="cvat")


def _together(found: list[Found]) -> Found:
    if len(found) == 1 or not isinstance(found[0].shape, Polygon):
        return found[0]
    parts = (one.shape for one in found if isinstance(one.shape, Polygon))
    return found[0]._replace(shape=polygon(ring for part in parts for ring in part.rings))


def _found(element: Element, source: Source, where: str) -> Iterator[Found]:
    attributes = {one.get("name", ""): (one.text or "") for one in element.findall("attribute")}
    if element.get("occluded") == "1":
        attributes["occluded"] = "1"
    for shape in _shapes(element, source, where):
        yield Found(shape, element.get("label", ""), attributes)


def _shapes(element: Element, source: Source, where: str) -> list[Shape]:
    def number(key: str, default: str | None = None) -> float:
        return common.number(element.get(key, default), source, where=where, what=f"a number as {key}")

    match element.tag:
        case "polygon":
            return [Polygon((common.opened(_points(element, source, where)),))]
        case "polyline":
            return [Polyline(_points(element, source, where))]
        case "points":
            return [Dot(x, y) for x, y in _points(element, source, where)]
        case "box":
            x0, y0, x1, y1 = (number(key) for key in ("xtl", "ytl", "xbr", "ybr"))
            return [_box(x0, y0, x1, y1, number("rotation", "0"))]
        case "ellipse":
            cx, cy, rx, ry = (number(key) for key in ("cx", "cy", "rx", "ry"))
            return [Ellipse(cx, cy, abs(rx), abs(ry), math.radians(number("rotation", "0")))]
        case _:
            return [_mask(element, source, where)]


def _points(element: Element, source: Source, where: str) -> Ring:
    pairs = [pair.split(",") for pair in element.get("points", "").split(";") if pair.strip()]
    if not pairs or any(len(pair) != 2 for pair in pairs):
        raise source.wrong("points as x,y;x,y", element.get("points"), where=where)
    return tuple((common.number(x, source, where=where), common.number(y, source, where=where)) for x, y in pairs)


def _box(x0: float, y0: float, x1: float, y1: float, degrees: float) -> Shape:
    if degrees % 360 == 0:
        return Rectangle(min(x0, x1), min(y0, y1), abs(x1 - x0), abs(y1 - y0))
    cx, cy = (x0 + x1) / 2, (y0 + y1) / 2
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    corners = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
    turned = ((cx + (x - cx) * cos - (y - cy) * sin, cy + (x - cx) * sin + (y - cy) * cos) for x, y in corners)
    return Polygon((tuple(turned),))


def _mask(element: Element, source: Source, where: str) -> Shape:
    """Runs of 0 and 1 in turns along the rows of a box."""
    width, height = common.size(element.get("width"), element.get("height"), source, where=where)
    left, top = (int(common.number(element.get(key), source, where=where)) for key in ("left", "top"))
    try:
        runs = [int(run) for run in element.get("rle", "").split(",")]
        mask = masks.mask_of_runs(runs, width=height, height=width).T
        return masks.polygon_of(np.ascontiguousarray(mask), x=left, y=top) or Polygon(())
    except (ValueError, OverflowError) as error:
        raise source.wrong(f"a mask as rle ({error})", element.get("rle"), where=where) from None


def _left_out(root: Element, source: Source) -> Iterator[Problem]:
    tracks = len(root.findall("track"))
    if tracks:
        text = f"{tracks:,} tracks of a film in {source.path.name} were left out: only images are read."
        yield Problem("not-a-photo", text)
    others = sorted({one.tag for image in root.findall("image") for one in image} - {*SHAPES, "tag"})
    if others:
        yield Problem("unknown-shape", f"Left out in {source.path.name}: {', '.join(others)[:200]}.")


# Writing


def _labels(of: Dataset, root: Element) -> None:
    labels = SubElement(SubElement(SubElement(root, "meta"), "task"), "labels")
    for name in label_names(of):
        label = SubElement(labels, "label")
        SubElement(label, "name").text = _sound(name)
        if known := label_of(of, name):
            SubElement(label, "color").text = known.color
        SubElement(label, "attributes")


def _image(one: AnnotatedPhoto, number: int, root: Element) -> None:
    size = {"width": str(one.photo.width), "height": str(one.photo.height)}
    image = SubElement(root, "image", {"id": str(number), "name": _sound(one.photo.name)} | size)
    for group, region in enumerate(one.regions, 1):
        pieces = list(_pieces(region.shape))
        for tag, fields in pieces:
            common = {"label": _sound(region.label or DAMAGE), "source": "manual", "occluded": _occluded(region)}
            more = {"z_order": "0"} | ({"group_id": str(group)} if len(pieces) > 1 else {})
            element = SubElement(image, tag, common | fields | more)
            _attributes(region, element)


def _attributes(region: Region, element: Element) -> None:
    for key, value in region.attributes.items():
        if key != "occluded":
            SubElement(element, "attribute", {"name": _sound(key)}).text = _sound(_as_text(value))


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _occluded(region: Region) -> str:
    return "1" if str(region.attributes.get("occluded")) in ("1", "True", "true") else "0"


def _pieces(shape: Shape) -> Iterator[tuple[str, dict[str, str]]]:
    match shape:
        case Rectangle(x=x, y=y, width=w, height=h):
            yield "box", {"xtl": _n(x), "ytl": _n(y), "xbr": _n(x + w), "ybr": _n(y + h)}
        case Circle(cx=cx, cy=cy, r=r):
            yield "ellipse", {"cx": _n(cx), "cy": _n(cy), "rx": _n(r), "ry": _n(r)}
        case Ellipse(cx=cx, cy=cy, rx=rx, ry=ry, theta=theta):
            turn = {"rotation": f"{math.degrees(theta) % 360:.6g}"} if theta else {}
            yield "ellipse", {"cx": _n(cx), "cy": _n(cy), "rx": _n(rx), "ry": _n(ry)} | turn
        case Polyline(points=points):
            yield "polyline", {"points": _text(points)}
        case Dot(x=x, y=y):
            yield "points", {"points": _text(((x, y),))}
        case _:
            yield from (("polygon", {"points": _text(ring)}) for ring in outlines(shape))


def _text(points: Sequence[tuple[float, float]]) -> str:
    return ";".join(f"{_n(x)},{_n(y)}" for x, y in points)


def _n(value: float) -> str:
    return str(rounded(value))


def _sound(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return text.translate(_BAD)
