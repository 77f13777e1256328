"""Reads and writes Pascal VOC segmentation folders.

`SegmentationClass` and `SegmentationObject` hold one PNG for each photo, whose values are the number of a class and of
an object (0 background, 255 border, left out). `labelmap.txt` names the classes and their colours, as CVAT writes it;
without it they are the twenty of VOC 2012. `ImageSets/Segmentation/SPLIT.txt` lists the photos of a split.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from .. import imaging
from ..annotations.labels import DAMAGE
from ..annotations.model import AnnotatedPhoto, Dataset, Polygon, Problem
from ..annotations.shapes import outline
from ..errors import FormatError, reason_of
from ..files import PHOTO_SUFFIXES
from . import common, masks
from .common import Found, dataset, file_names, label_names, photo, stem_of
from .export import PhotoFiles
from .source import Format, Reading, Source, Written

CLASSES, OBJECTS, SETS = "SegmentationClass", "SegmentationObject", "ImageSets/Segmentation"
BORDER = 255
MOST = 254  # objects of one photo, and classes
VOC = (
    "background", "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow", "diningtable",
    "dog", "horse", "motorbike", "person", "pottedplant", "sheep", "sofa", "train", "tvmonitor",
)  # fmt: skip
LOSES = {
    "parts": "parts stay one object, drawn in whole pixels",
    "rectangles": "they become masks of whole pixels",
    "circles": "they become masks of whole pixels",
    "ellipses": "they become masks of whole pixels",
    "outside": "it is cut off at the rim",
    "lines": "they are left out",
    "points": "they are left out",
    "attributes": "they are left out",
    "scores": "they are left out",
    "photo attributes": "they are left out",
    "unknown sizes": "such photos are left out",
}

Colour = tuple[int, int, int]


def recognises(source: Source) -> bool:
    """Whether it is a folder with a folder SegmentationClass."""
    return source.is_folder and (source.path / CLASSES).is_dir()


def read(source: Source) -> Reading:
    """Photos and the outlines of their objects; where there are no objects, each class of a photo is one region."""
    if not recognises(source):
        raise source.wrong(f"a folder with {CLASSES}", source.description())
    classes = _labelmap(source)
    place = PhotoFiles(source.photos)
    splits = _splits(source.path)
    paths = sorted((source.path / CLASSES).glob("*.png"))
    photos: list[AnnotatedPhoto] = []
    for number, path in enumerate(source.each(paths), 1):
        with source.leaving_out():
            photos.append(_photo(number, path, classes, place, splits, source))
    background = {"background", "_background_"}
    return Reading(dataset(photos, [name for name in classes.values() if name.casefold() not in background]))


def write(of: Dataset) -> Written:
    """A folder with class and object PNGs, labelmap.txt and the lists of splits."""
    names = label_names(of)
    if len(names) > MOST:
        raise FormatError("Pascal VOC holds 254 labels.", f"The data set has {len(names)}. Choose another format.")
    return Written(_contents(of, names), tuple(_covered(of)))


FORMATS = (Format("voc", "Pascal VOC segmentation", "", recognises, read, write, LOSES, "JPEGImages/{stem}.jpg"),)


def colour(number: int) -> Colour:
    """The colour of a value in VOC's palette (its development kit, `VOClabelcolormap`)."""
    r = g = b = 0
    for shift in range(7, -1, -1):
        r |= (number & 1) << shift
        g |= (number >> 1 & 1) << shift
        b |= (number >> 2 & 1) << shift
        number >>= 3
    return r, g, b


# Reading


def _labelmap(source: Source) -> dict[Colour, str]:
    """Class names by colour."""
    path = source.path / "labelmap.txt"
    if not path.is_file():
        return {colour(number): name for number, name in enumerate(VOC)}
    result: dict[Colour, str] = {}
    for line in Source(path).text.splitlines():
        found = re.match(r"\s*([^#].*?):\s*(\d{1,3}),(\d{1,3}),(\d{1,3})\s*(?::.*)?$", line)
        if found:
            result[(int(found[2]), int(found[3]), int(found[4]))] = found[1].strip()
    if not result:
        raise Source(path).wrong("lines like dent:128,0,0::", Source(path).description())
    return result


def _splits(folder: Path) -> dict[str, str]:
    result: dict[str, str] = {}
    for split in ("train", "val", "test"):
        path = folder / SETS / f"{split}.txt"
        if path.is_file():
            result |= {line.strip(): split for line in Source(path).text.splitlines() if line.strip()}
    return result


def _photo(
    number: int, path: Path, classes: dict[Colour, str], place: PhotoFiles, splits: dict[str, str], whole: Source
) -> AnnotatedPhoto:
    source = Source(path)
    kinds = _values(source)
    objects_path = path.parent.parent / OBJECTS / path.name
    objects = _values(Source(objects_path)) if objects_path.is_file() else kinds
    if objects.shape != kinds.shape:
        raise Source(objects_path).wrong(f"the size of {CLASSES}/{path.name}", objects.shape[::-1])
    found = list(_found(kinds, objects, classes, source, whole, str(number)))
    photos = (file for suffix in sorted(PHOTO_SUFFIXES) if (file := place.find(path.stem + suffix)) and file != path)
    name = next((one.name for one in photos if one.parent.name not in (CLASSES, OBJECTS)), f"{path.stem}.jpg")
    return photo(number, name, found, source="voc", split=splits.get(path.stem, ""))


def _values(source: Source) -> np.ndarray:
    """The colours of a PNG as numbers, (h, w) int32: r << 16 | g << 8 | b."""
    try:
        with Image.open(source.path, formats=["PNG"]) as image:
            common.size(*image.size, source, where="The image")
            rgb = np.asarray(_in_colour(image), np.int32)
    except FormatError:
        raise
    except imaging.UNDECODABLE as error:
        raise FormatError(
            f"{source.path.name} is not a PNG that can be read.", f"{source.path}: {reason_of(error)}."
        ) from None
    return rgb[..., 0] << 16 | rgb[..., 1] << 8 | rgb[..., 2]


def _in_colour(image: Image.Image) -> Image.Image:
    """Plain numbers, as some programs write them, become the colours of VOC's palette."""
    if image.mode in ("L", "1", "I", "I;16"):
        plain = Image.fromarray(np.asarray(image.convert("L")))
        plain.putpalette(_palette())
        return plain.convert("RGB")
    return image.convert("RGB")


def _palette() -> list[int]:
    return [value for number in range(256) for value in colour(number)]


def _found(
    kinds: np.ndarray, objects: np.ndarray, classes: dict[Colour, str], source: Source, whole: Source, photo: str
) -> Iterator[Found]:
    skipped = {0, _code(colour(BORDER))}
    numbers = {_code(colour(number)): number for number in range(256)}
    values = sorted(np.unique(objects).tolist(), key=lambda value: numbers.get(value, value + 256))
    for value in values:
        if value in skipped:
            continue
        mask = objects == value
        inside, sizes = np.unique(kinds[mask], return_counts=True)
        code = int(inside[sizes.argmax()])
        if code in skipped:
            continue
        name = classes.get((code >> 16, code >> 8 & 255, code & 255))
        with whole.leaving_out(photo):
            yield Found(_outline(mask, source, value), name or f"class {numbers.get(code, code)}")


def _outline(mask: np.ndarray, source: Source, value: int) -> Polygon:
    try:
        return masks.polygon_of(mask) or Polygon(())
    except ValueError as error:
        raise source.wrong(f"outlines of objects ({error})", f"object {value}") from None


def _code(of: Colour) -> int:
    return of[0] << 16 | of[1] << 8 | of[2]


# Writing


def _contents(of: Dataset, names: list[str]) -> Iterator[tuple[str, bytes]]:
    lines = [
        f"{_line(name)}:{','.join(map(str, colour(number)))}::" for number, name in enumerate(["background", *names])
    ]
    yield "labelmap.txt", "\n".join(["# label:color_rgb:parts:actions", *lines, ""]).encode()
    numbers = {name: number for number, name in enumerate(names, 1)}
    splits: dict[str, list[str]] = {}
    for one, name in zip(of.photos, file_names(of.photos), strict=True):
        if one.photo.width and one.photo.height:
            stem = stem_of(name)
            kinds, objects = _drawn(one, numbers)
            yield f"{CLASSES}/{stem}.png", _png(kinds)
            yield f"{OBJECTS}/{stem}.png", _png(objects)
            splits.setdefault(one.photo.split or "train", []).append(stem)
    for split, stems in splits.items():
        yield f"{SETS}/{split}.txt", "\n".join([*stems, ""]).encode()


def _line(name: str) -> str:
    return re.sub(r"[\r\n:]", " ", name).strip()


def _drawn(one: AnnotatedPhoto, numbers: dict[str, int]) -> tuple[np.ndarray, np.ndarray]:
    """(h, w) uint8 numbers of classes and of objects; what is drawn later covers what lies below."""
    size = (one.photo.height, one.photo.width)
    kinds, objects = np.zeros(size, np.uint8), np.zeros(size, np.uint8)
    areas = [region for region in one.regions if outline(region.shape)]
    for number, region in enumerate(areas[:MOST], 1):
        mask = masks.mask_of(outline(region.shape), width=one.photo.width, height=one.photo.height)
        kinds[mask], objects[mask] = numbers[region.label or DAMAGE], number
    return kinds, objects


def _png(values: np.ndarray) -> bytes:
    image = Image.fromarray(values)
    image.putpalette(_palette())
    file = io.BytesIO()
    image.save(file, "PNG", optimize=False)
    return file.getvalue()


def _covered(of: Dataset) -> Iterator[Problem]:
    many = [one for one in of.photos if len(one.regions) > 1]
    if many:
        text = f"{len(many):,} photos hold several regions: where they overlap, VOC shows only the one on top."
        yield Problem("lost-overlaps", text, "info", many[0].photo.id)
    for one in of.photos:
        if len(one.regions) > MOST:
            text = f"{one.photo.name} has {len(one.regions)} regions; VOC holds {MOST}: the others were left out."
            yield Problem("lost-regions", text, "warning", one.photo.id)
