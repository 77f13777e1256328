"""Reads and writes COCO instance segmentation JSON.

`images`, `annotations`, `categories` (cocodataset.org, data format). An annotation's `segmentation` is a list of
polygons (parts, which may overlap), or a run-length encoding, as lengths or compressed. VIA writes the image's number
as text and one flat polygon; both are understood.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from ..annotations.labels import DAMAGE
from ..annotations.model import AnnotatedPhoto, Dataset, Photo, Polygon, Rectangle, Region, Ring, Shape
from ..annotations.shapes import area, bounds, outline
from ..imaging import MOST_PIXELS
from ..version import __version__
from . import common, masks
from .common import Found, dataset, label_names, label_of, outlines, photo, polygon, rounded, with_label_fields
from .export import has_hole
from .source import Format, Reading, Source, Written

OWN = "cardamage_rings"  # beside the mask of a region with holes: its outlines, more exact than whole pixels


def recognises(source: Source) -> bool:
    """Whether it holds lists of images and annotations."""
    data = source.json if source.is_json else None
    return isinstance(data, dict) and isinstance(data.get("images"), list) and isinstance(data.get("annotations"), list)


def read(source: Source) -> Reading:
    """Photos and regions. FormatError names the image or annotation that cannot be understood."""
    if not recognises(source):
        raise source.wrong("COCO JSON: images and annotations", source.description())
    categories = _by_id(source, "categories")
    images = _by_id(source, "images")
    names = {key: str(one.get("name", key)).strip() for key, one in categories.items()}
    found: dict[str, list[Found]] = {key: [] for key in images}
    numbers = {key: str(number) for number, key in enumerate(images, 1)}
    for one in source.each(source.json["annotations"]):
        image = str(one.get("image_id")) if isinstance(one, dict) else ""
        with source.leaving_out(numbers.get(image, "")):
            data = common.mapping(one, source, where="An annotation")
            where = f"Annotation {data.get('id')}"
            if image not in images:
                raise source.wrong("the id of an image as image_id", data.get("image_id"), where=where)
            found[image].append(_found(data, names, images[image], source, where))
    photos: list[AnnotatedPhoto] = []
    for number, (key, one) in enumerate(images.items(), 1):
        with source.leaving_out():
            photos.append(_photo(number, one, found[key], source))
    whole = dataset(photos, _labels(categories, names, photos))
    roles = {names[key]: one.get("role") for key, one in categories.items()}
    colors = {names[key]: one.get("color") for key, one in categories.items()}
    return Reading(with_label_fields(whole, roles, colors))


def write(of: Dataset) -> Written:
    """One COCO file: a part of a region is a polygon of its annotation; a region with holes is a mask (RLE)."""
    names = label_names(of)
    numbers = {name: number for number, name in enumerate(names, 1)}
    data = {
        "info": {"description": f"Exported by CarDamage {__version__}", "version": "1.0"},
        "licenses": [],
        "categories": [_category(of, name, number) for name, number in numbers.items()],
        "images": [_image(one, number) for number, one in enumerate(of.photos, 1)],
        "annotations": list(_annotations(of, numbers)),
    }
    return Written((("", json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()),))


FORMATS = (
    Format(
        "coco", "COCO JSON", ".json", recognises, read, write,
        {
            "holes": "other programs read whole pixels (RLE), or a cut along a line where the size is unknown",
            "rectangles": "they become polygons",
            "circles": "they become polygons",
            "ellipses": "they become polygons",
            "lines": "they are left out",
            "points": "they are left out",
            "unknown sizes": "width and height are written as 0",
        },
    ),
)  # fmt: skip


def _by_id(source: Source, key: str) -> dict[str, dict[str, Any]]:
    result: dict[str, dict[str, Any]] = {}
    for one in common.sequence(source.json.get(key, []), source, where=f"“{key}”"):
        data = dict(common.mapping(one, source, where=f"An entry of “{key}”"))
        number = str(data.get("id"))
        if number in result and (key == "images" or result[number].get("name") != data.get("name")):
            raise source.wrong("ids that differ", number, where=f"“{key}”")
        result.setdefault(number, data)
    return result


def _photo(number: int, image: dict[str, Any], found: list[Found], source: Source) -> AnnotatedPhoto:
    where = f"Image {image.get('id')}"
    name = common.text(image.get("file_name"), source, where=where, what="a file_name")
    attributes = image.get("attributes")
    return photo(number, name, found, source="coco", attributes=attributes if isinstance(attributes, dict) else {})


def _found(data: Any, names: dict[str, str], image: dict[str, Any], source: Source, where: str) -> Found:
    label = names.get(str(data.get("category_id")), "")
    given = data.get("attributes")
    attributes = dict(given) if isinstance(given, dict) else {}
    if data.get("iscrowd") not in (None, 0, False):
        attributes["iscrowd"] = 1
    score = data.get("score")
    score = float(score) if isinstance(score, int | float) and 0 <= score <= 1 else None
    return Found(_shape(data, image, source, where), label, attributes, score)


def _shape(data: dict[str, Any], image: dict[str, Any], source: Source, where: str) -> Shape:
    parts = data.get("segmentation")
    if isinstance(parts, dict):
        shape = _of_runs(parts, source, where)
        return _exact(data.get(OWN), parts) or shape
    if not parts:
        return _box(data.get("bbox"), source, where)
    parts = common.sequence(parts, source, where=where, what="a list of polygons as segmentation")
    if not isinstance(parts[0], list):
        parts = [parts]
    rings = [common.ring(common.sequence(one, source, where=where), source, where=where) for one in parts]
    return polygon(rings)


def _box(data: Any, source: Source, where: str) -> Rectangle:
    values = common.sequence(data, source, where=where, what="a segmentation or a bbox")
    if len(values) != 4:
        raise source.wrong("a bbox of four numbers", values, where=where)
    x, y, width, height = (common.number(value, source, where=where) for value in values)
    return Rectangle(min(x, x + width), min(y, y + height), abs(width), abs(height))


def _of_runs(data: dict[str, Any], source: Source, where: str) -> Shape:
    found = common.sequence(data.get("size"), source, where=where, what="the size of a run-length encoding")
    if len(found) != 2:
        raise source.wrong("a size of height and width", found, where=where)
    width, height = common.size(found[1], found[0], source, where=where)
    counts = data.get("counts")
    try:
        lengths = masks.runs_of(counts) if isinstance(counts, str) else _lengths(counts)
        outline = masks.polygon_of(masks.mask_of_runs(lengths, width=width, height=height))
    except (ValueError, OverflowError) as error:
        raise source.wrong(f"a run-length encoding ({error})", counts, where=where) from None
    return outline or polygon(())


def _exact(rings: Any, runs: dict[str, Any]) -> Polygon | None:
    """The outlines that we wrote beside a mask, as long as the mask is still the one that they give."""
    if not isinstance(rings, list) or not all(_is_flat(ring) for ring in rings):
        return None
    found = tuple(tuple(zip(map(float, ring[::2]), map(float, ring[1::2]), strict=True)) for ring in rings)
    height, width = runs["size"]
    mask = masks.mask_of(found, width=width, height=height)
    return Polygon(found) if masks.runs_of_mask(mask) == runs.get("counts") else None


def _is_flat(ring: Any) -> bool:
    is_list = isinstance(ring, list) and len(ring) > 5 and len(ring) % 2 == 0
    return is_list and all(type(one) in (int, float) and abs(one) < common.LARGEST for one in ring)


def _lengths(counts: Any) -> list[int]:
    if not isinstance(counts, list) or not all(type(one) is int for one in counts):
        raise ValueError("lengths are whole numbers")
    return counts


def _labels(categories: dict[str, Any], names: dict[str, str], photos: list[AnnotatedPhoto]) -> list[str]:
    """All categories, but not the background, nor the one that only stands for all others (Roboflow)."""
    used = {region.label for one in photos for region in one.regions}
    above = {one.get("supercategory") for one in categories.values() if isinstance(one.get("supercategory"), str)}
    return [n for n in names.values() if n in used or (n not in above and n.casefold() not in _BACKGROUND)]


_BACKGROUND = ("_background_", "background", "__background__")


def _category(of: Dataset, name: str, number: int) -> dict[str, Any]:
    label = label_of(of, name)
    more = {"role": label.role, "color": label.color} if label else {}
    return {"id": number, "name": name, "supercategory": ""} | more


def _image(one: AnnotatedPhoto, number: int) -> dict[str, Any]:
    image = {"id": number, "file_name": one.photo.name, "width": one.photo.width, "height": one.photo.height}
    return image | ({"attributes": one.photo.attributes} if one.photo.attributes else {})


def _annotations(of: Dataset, numbers: dict[str, int]) -> Iterator[dict[str, Any]]:
    count = 0
    for image, one in enumerate(of.photos, 1):
        for region in one.regions:
            if rings := outlines(region.shape):
                count += 1
                runs = _runs(region, one.photo)
                made = _annotation(region, runs or _flat(rings), count, image, numbers[region.label or DAMAGE])
                yield made | ({OWN: _flat(outline(region.shape))} if runs else {})


def _flat(rings: Iterable[Ring]) -> list[list[float]]:
    return [[rounded(value) for point in ring for value in point] for ring in rings]


def _runs(region: Region, photo: Photo) -> dict[str, Any] | None:
    """The mask of a region with holes as lengths of runs; None without holes, or where the photo's size is unknown."""
    if not has_hole(region) or not 0 < photo.width * photo.height <= MOST_PIXELS:
        return None
    mask = masks.mask_of(outline(region.shape), width=photo.width, height=photo.height)
    return {"size": [photo.height, photo.width], "counts": masks.runs_of_mask(mask)} if mask.any() else None


def _annotation(region: Region, parts: Any, number: int, image: int, category: int) -> dict[str, Any]:
    x0, y0, x1, y1 = bounds(region.shape)
    attributes = {key: value for key, value in region.attributes.items() if key != "iscrowd"}
    data = {
        "id": number,
        "image_id": image,
        "category_id": category,
        "segmentation": parts,
        "area": round(area(region.shape).area, 3),
        "bbox": [rounded(value) for value in (x0, y0, x1 - x0, y1 - y0)],
        "iscrowd": int(region.attributes.get("iscrowd") == 1),
    }
    if region.origin.score is not None:
        data["score"] = region.origin.score
    return data | ({"attributes": attributes} if attributes else {})
