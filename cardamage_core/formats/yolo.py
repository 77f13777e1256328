"""Reads and writes YOLO segmentation data sets.

A folder with `data.yaml` (names of the classes) and, beside `images`, a folder `labels` with one text file for each
photo: a line is the number of a class and x y x y … as shares of the photo's width and height; four numbers are a box
(centre, width, height). So the photos are needed to read it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import yaml

from .. import geometry, imaging
from ..annotations.labels import DAMAGE
from ..annotations.model import AnnotatedPhoto, Dataset, Photo, Polygon, Problem, Rectangle, Region, Shape
from ..annotations.shapes import area
from ..errors import FormatError, PhotoError
from ..files import PHOTO_SUFFIXES
from . import common
from .common import Found, dataset, file_names, label_names, outlines, photo, stem_of
from .export import PhotoFiles, reaches_outside
from .source import Format, Reading, Source, Written

DEEPEST = 4  # folders between the data set's and a label file
MOST_YAML = 200_000  # bytes
MOST_SIGNS = 200  # brackets, anchors and references: more are an attack, not a list of names
SPLITS = {"train": "train", "val": "val", "valid": "val", "validation": "val", "test": "test"}
_HALF_A_CHARACTER = re.compile(r"[\ud800-\udfff]")  # of a surrogate pair: YAML lets it pass, nothing can store it
LOSES = {
    "holes": "holes are cut open along a line, which keeps the area",
    "parts": "each part becomes a region of its own",
    "rectangles": "they become polygons",
    "circles": "they become polygons",
    "ellipses": "they become polygons",
    "outside": "it is cut off at the rim",
    "lines": "they are left out",
    "points": "they are left out",
    "attributes": "they are left out",
    "scores": "they are left out",
    "photo attributes": "they are left out",
    "unknown sizes": "such photos are left out, as coordinates are shares of the photo",
}


def recognises(source: Source) -> bool:
    """Whether it is a data.yaml with names, or a folder with one or with label files."""
    if source.is_folder:
        return _yaml_in(source.path) is not None or next(_label_files(source.path), None) is not None
    return not source.is_json and not source.is_xml and _is_yaml(source)


def read(source: Source) -> Reading:
    """Photos that have a label file, and those without where photos lie in the folder. FormatError without photos."""
    root = source.path if source.is_folder else source.path.parent
    about = Source(found) if source.is_folder and (found := _yaml_in(root)) else source
    names = _names(about) if not about.is_folder else {}
    files = list(_label_files(root))
    place, also = PhotoFiles(source.photos), PhotoFiles(root)
    problems: list[Problem] = []
    photos: list[AnnotatedPhoto] = []
    for number, path in enumerate(source.each(files), 1):
        found = _photo_of(path, place) or _photo_of(path, also)
        with source.leaving_out():
            photos.append(_photo(number, path, found, names, problems, source))
    photos += _without_labels(len(files), {one.photo.path for one in photos}, also, root)
    _must_have_photos(source, photos, problems)
    return Reading(dataset(photos, names.values()), tuple(problems))


def write(of: Dataset) -> Written:
    """data.yaml and a text file for each photo; the photos themselves belong into images/SPLIT (see `copying`)."""
    return Written(_contents(of), tuple(_stand_ins(of)))


FORMATS = (Format("yolo", "YOLO segmentation", "", recognises, read, write, LOSES, "images/{split}/{name}"),)


# Reading


def _yaml_in(folder: Path) -> Path | None:
    found = [path for pattern in ("*.yaml", "*.yml") for path in sorted(folder.glob(pattern)) if path.is_file()]
    return next((path for path in found if _is_yaml(Source(path))), None)


def _is_yaml(source: Source) -> bool:
    try:
        return source.path.stat().st_size <= MOST_YAML and "names" in source.text and bool(_names(source))
    except (FormatError, OSError):
        return False


def _names(source: Source) -> dict[int, str]:
    """Class names by number; FormatError when the file has none."""
    is_small = len(source.text) <= MOST_YAML and max(source.text.count(sign) for sign in "[{&*") <= MOST_SIGNS
    try:
        data = yaml.safe_load(source.text) if is_small else None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise source.wrong(f"YAML ({str(error)[:100]})", source.description()) from None
    names = data.get("names") if isinstance(data, dict) else None
    pairs = (
        list(enumerate(names)) if isinstance(names, list) else list(names.items()) if isinstance(names, dict) else []
    )
    result = {int(key): str(name) for key, name in pairs if str(key).isdecimal() and len(str(key)) < 9}
    if not result or len(result) != len(pairs) or any(map(_HALF_A_CHARACTER.search, result.values())):
        raise source.wrong("names of classes, as a list or by number", names)
    return result


def _label_files(root: Path) -> Iterator[Path]:
    """Text files in folders called labels; failing these, text files in the folder itself that hold numbers."""
    found = False
    for depth in range(DEEPEST):
        for folder in sorted(root.glob("*/" * depth + "labels")):
            for path in sorted(folder.rglob("*.txt")):
                found = True
                yield path
    if not found:
        yield from (path for path in sorted(root.glob("*.txt")) if path.is_file() and _has_numbers(path))


def _has_numbers(path: Path) -> bool:
    with path.open("rb") as file:
        words = file.readline(10_000).split()
    return len(words) > 4 and all(_is_number(word) for word in words)


def _is_number(word: bytes) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _photo_of(path: Path, place: PhotoFiles) -> Path | None:
    """The photo of a label file: the same name with the ending of a photo, best from the same split."""
    for suffix in sorted(PHOTO_SUFFIXES):
        folders = ["images" if part == "labels" else part for part in path.parent.parts[-3:]]
        if found := place.find("/".join([*folders, path.stem + suffix])):
            return found
    return None


def _photo(
    number: int, path: Path, found: Path | None, names: dict[int, str], problems: list[Problem], whole: Source
) -> AnnotatedPhoto:
    source, regions = Source(path), []
    root = whole.path if whole.is_folder else whole.path.parent
    name = found.name if found else f"{path.stem}.jpg"
    lines = [line.split() for line in source.text.splitlines() if line.strip()]
    try:
        width, height = imaging.size(found) if found else (0, 0)
    except PhotoError:
        width = height = 0
    if width:
        for i, line in enumerate(lines, 1):
            with whole.leaving_out(str(number)):
                regions.append(_found(line, i, names, source, width, height))
    elif lines:
        text = f"{name} is missing or unreadable: {len(lines):,} regions could not be placed without it."
        problems.append(Problem("photo-needed", text, "error", str(number)))
    one = photo(number, name, regions, source="yolo", split=_split(path.relative_to(root)))
    return _at(one, found)


def _at(one: AnnotatedPhoto, path: Path | None) -> AnnotatedPhoto:
    return msgspec.structs.replace(one, photo=msgspec.structs.replace(one.photo, path=str(path))) if path else one


def _found(words: Sequence[str], line: int, names: dict[int, str], source: Source, width: int, height: int) -> Found:
    where = f"Line {line}"
    if not words[0].isdecimal() or len(words[0]) > 8 or len(words) < 5:
        raise source.wrong("the number of a class and its coordinates", " ".join(words), where=where)
    values = [common.number(word, source, where=where, what="shares of the photo") for word in words[1:]]
    if any(abs(value) > 10 for value in values):
        raise source.wrong("shares of the photo, 0 to 1", " ".join(words), where=where)
    score = values.pop() if len(values) % 2 else None
    label = names.get(int(words[0]), words[0])
    return Found(_shape(values, width, height), label, {}, score if score is None or 0 <= score <= 1 else None)


def _shape(values: list[float], width: int, height: int) -> Shape:
    if len(values) == 4:
        x, y, w, h = values
        return Rectangle((x - w / 2) * width, (y - h / 2) * height, w * width, h * height)
    return Polygon((common.opened((x * width, y * height) for x, y in zip(values[::2], values[1::2], strict=True)),))


def _split(path: Path) -> str:
    return next((SPLITS[part.lower()] for part in path.parts[:-1] if part.lower() in SPLITS), "")


def _without_labels(count: int, known: set[str], place: PhotoFiles, root: Path) -> list[AnnotatedPhoto]:
    paths = [path for path in place.photos() if str(path) not in known]
    return [
        _at(photo(number, path.name, (), source="yolo", split=_split(path.relative_to(root))), path)
        for number, path in enumerate(paths, count + 1)
    ]


def _must_have_photos(source: Source, photos: Sequence[AnnotatedPhoto], problems: Sequence[Problem]) -> None:
    if problems and len(problems) == sum(not one.regions for one in photos) and len(problems) == len(photos):
        raise FormatError(
            f"None of the photos of {source.path.name} was found.",
            f"YOLO's coordinates are shares of the photo; looked in {source.photos}. Name the photos' folder.",
        )


# Writing


def _contents(of: Dataset) -> Iterator[tuple[str, bytes]]:
    names = label_names(of)
    numbers = {name: number for number, name in enumerate(names)}
    splits = [one.photo.split or "train" for one in of.photos]
    yield "data.yaml", _yaml(names, splits).encode()
    for one, name, split in zip(of.photos, file_names(of.photos), splits, strict=True):
        if one.photo.width and one.photo.height:
            yield f"labels/{split}/{stem_of(name)}.txt", "".join(_lines(one, numbers)).encode()


def _yaml(names: list[str], splits: list[str]) -> str:
    """Without `path`, folders are looked for beside the file; trainers want both train and val to be there."""
    there = [split for split in ("train", "val", "test") if split in splits] or ["train"]
    folders = [f"{split}: images/{split if split in there else there[0]}" for split in dict.fromkeys((*_BOTH, *there))]
    listed = [f"  {number}: {json.dumps(name, ensure_ascii=False)}" for number, name in enumerate(names)]
    return "\n".join([*folders, f"nc: {len(names)}", "names:" if listed else "names: {}", *listed, ""])


_BOTH = ("train", "val")


def _stand_ins(of: Dataset) -> Iterator[Problem]:
    there = {one.photo.split or "train" for one in of.photos}
    for split in _BOTH if there else ():
        if split not in there:
            text = f"No photo is in {split}; data.yaml names others there, as trainers want both."
            yield Problem("no-split", text, "info")


def _inside(region: Region, photo: Photo) -> Shape:
    """What of a region lies on the photo; trainers drop photos with shares beyond 0 to 1."""
    if not reaches_outside(region, photo):
        return region.shape
    frame = geometry.rectangle_area(0, 0, photo.width, photo.height)
    return Polygon(geometry.rings_of_area(geometry.intersection(area(region.shape), frame)))


def _lines(one: AnnotatedPhoto, numbers: dict[str, int]) -> Iterator[str]:
    width, height = one.photo.width, one.photo.height
    for region in one.regions:
        for ring in outlines(_inside(region, one.photo)):
            shares = (f"{x / width:.9g} {y / height:.9g}" for x, y in ring)
            yield f"{numbers[region.label or DAMAGE]} {' '.join(shares)}\n"
