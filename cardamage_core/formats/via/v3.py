"""Reads VIA 3 projects.

`project, config, attribute, file, view, metadata`: a region is an entry of `metadata` whose `xy` begins with the number
of its shape; `av` holds the values of attributes by their number, for choices the key of an option. Sounds and films
(`z`, times) have no place here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...annotations.model import AnnotatedPhoto, Circle, Dot, Ellipse, Polygon, Polyline, Problem, Rectangle, Shape
from .. import common
from ..common import Found, dataset, photo
from ..source import Format, Reading, Source

KEYS = {"project", "attribute", "file", "view", "metadata"}
POINT, RECTANGLE, CIRCLE, ELLIPSE, LINE, POLYLINE, POLYGON, EXTREME_RECTANGLE, EXTREME_CIRCLE = range(1, 10)
_NUMBERS = {POINT: 2, RECTANGLE: 4, CIRCLE: 3, ELLIPSE: 4, EXTREME_RECTANGLE: 8, EXTREME_CIRCLE: 6}
IMAGE = 2  # type of a file
CHECKBOX, RADIO, SELECT, PICTURE = 2, 3, 4, 5  # types of an attribute; 1 is text


def recognises(source: Source) -> bool:
    """Whether it holds `project`, `attribute`, `file`, `view` and `metadata`."""
    return source.is_json and isinstance(source.json, dict) and source.json.keys() >= KEYS


def read(source: Source) -> Reading:
    """Photos and their regions. FormatError names the part that cannot be understood."""
    whole = common.mapping(source.json, source, where="The project")
    parts = {key: common.mapping(whole.get(key), source, where=f"“{key}”") for key in sorted(KEYS)}
    regions: dict[str, list[tuple[str, Any]]] = {}
    for key, one in parts["metadata"].items():
        data = common.mapping(one, source, where=f"Entry {key} of “metadata”")
        regions.setdefault(str(data.get("vid")), []).append((key, data))
    values = {key: _values(one, parts["attribute"], source, key) for found in regions.values() for key, one in found}
    where = common.place(list(values.values()), source.label_in)
    photos = list(_photos(parts, regions, values, where, source))
    return Reading(dataset(photos, _options(parts["attribute"], where)), tuple(_left_out(parts, source)))


FORMATS = (Format("via3", "A VIA 3 project", ".json", recognises, read),)


def _photos(
    parts: dict[str, Any], regions: dict[str, Any], values: dict[str, Any], where: common.LabelPlace, source: Source
) -> Iterator[AnnotatedPhoto]:
    number = 0
    for view_id, view in source.each(list(parts["view"].items())):
        ids = common.mapping(view, source, where=f"View {view_id}").get("fid_list")
        for file_id in common.sequence(ids, source, where=f"“fid_list” of view {view_id}"):
            name = ""
            with source.leaving_out():
                name = _file_name(parts, file_id, source)
            if not name:
                continue
            number += 1
            found = []
            for key, one in regions.get(view_id, ()):
                with source.leaving_out(str(number)):
                    found.append(_found(one, values[key], where, source, key))
            of_photo = [values[key] for key, one in regions.get(view_id, ()) if not one.get("xy")]
            attributes = {name: value for one in of_photo for name, value in one.items()}
            yield photo(number, name, [one for one in found if one], source="via3", attributes=attributes)


def _file_name(parts: dict[str, Any], file_id: Any, source: Source) -> str:
    """The name of a photo, "" for a film or sound."""
    file = common.mapping(parts["file"].get(str(file_id)), source, where=f"File {file_id}")
    is_photo = file.get("type", IMAGE) == IMAGE
    name = common.text(file.get("fname"), source, where=f"File {file_id}", what="a file name (fname)")
    return name if is_photo else ""


def _found(
    data: dict[str, Any], values: dict[str, Any], where: common.LabelPlace, source: Source, key: str
) -> Found | None:
    xy = common.sequence(data.get("xy", []), source, where=f"“xy” of {key}")
    if not xy:
        return None
    label_in, label = common.label_name_of(values, where)
    return Found(_shape(xy, source, key), label, {name: value for name, value in values.items() if name != label_in})


def _shape(xy: list[Any], source: Source, key: str) -> Shape:
    kind, *values = xy
    if type(kind) is not int or not POINT <= kind <= EXTREME_CIRCLE:
        raise source.wrong("a shape of VIA 3, 1 to 9", kind, where=f"“xy” of {key}")
    numbers = [common.number(value, source, where=f"“xy” of {key}") for value in values]
    points = tuple(zip(numbers[::2], numbers[1::2], strict=False))
    if not numbers or len(numbers) != _NUMBERS.get(kind, len(numbers) // 2 * 2):
        raise source.wrong("a shape of VIA 3 with its numbers", xy, where=f"“xy” of {key}")
    match kind:
        case 1:
            return Dot(*numbers)
        case 2:
            x, y, w, h = numbers
            return Rectangle(min(x, x + w), min(y, y + h), abs(w), abs(h))
        case 3:
            return Circle(numbers[0], numbers[1], abs(numbers[2]))
        case 4:
            return Ellipse(numbers[0], numbers[1], abs(numbers[2]), abs(numbers[3]))
        case 5 | 6:
            return Polyline(points)
        case 7:
            return Polygon((common.opened(points),))
        case 8:
            xs, ys = zip(*points, strict=True)
            return Rectangle(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))
        case _:
            return _circle_through(points, source, key)


def _circle_through(points: tuple[tuple[float, float], ...], source: Source, key: str) -> Circle:
    (ax, ay), (bx, by), (cx, cy) = points
    d = 2 * (ax * (by - cy) + bx * (cy - ay) + cx * (ay - by))
    if d == 0:
        raise source.wrong("three points on a circle", list(points), where=f"“xy” of {key}")
    a, b, c = ax * ax + ay * ay, bx * bx + by * by, cx * cx + cy * cy
    x = (a * (by - cy) + b * (cy - ay) + c * (ay - by)) / d
    y = (a * (cx - bx) + b * (ax - cx) + c * (bx - ax)) / d
    return Circle(x, y, ((ax - x) ** 2 + (ay - y) ** 2) ** 0.5)


def _values(data: dict[str, Any], attributes: Mapping[str, Any], source: Source, key: str) -> dict[str, Any]:
    """Attribute values by the attributes' names, choices as their texts."""
    values = common.mapping(data.get("av", {}), source, where=f"“av” of {key}")
    result: dict[str, Any] = {}
    for number, value in values.items():
        one = attributes.get(number)
        one = one if isinstance(one, dict) else {}
        result[str(one.get("aname", number))] = _choice(value, one)
    return result


def _choice(value: Any, attribute: dict[str, Any]) -> Any:
    options = attribute.get("options")
    if not isinstance(options, dict) or not isinstance(value, str):
        return value
    if attribute.get("type") == CHECKBOX:
        ticked = {key.strip() for key in value.split(",")}
        return {str(text): key in ticked for key, text in options.items()}
    return str(options.get(value, value)).strip() if attribute.get("type") in (RADIO, SELECT, PICTURE) else value


def _options(attributes: Mapping[str, Any], where: common.LabelPlace) -> list[str]:
    """The options of the attribute that holds the label, or of the only one there is."""
    known = [one for one in attributes.values() if isinstance(one, dict) and isinstance(one.get("options"), dict)]
    chosen = [one for one in known if one.get("aname") in where.names] or (known if len(known) == 1 else [])
    is_choice = bool(chosen) and chosen[0].get("type") in (CHECKBOX, RADIO, SELECT, PICTURE)
    return [str(text).strip() for text in chosen[0]["options"].values() if str(text).strip()] if is_choice else []


def _left_out(parts: dict[str, Any], source: Source) -> Iterator[Problem]:
    others = [one for one in parts["file"].values() if isinstance(one, dict) and one.get("type", IMAGE) != IMAGE]
    if others:
        yield Problem("not-a-photo", f"{len(others):,} films or sounds of {source.path.name} were left out.", "info")
    times = sum(bool(isinstance(one, dict) and one.get("z")) for one in parts["metadata"].values())
    if times:
        yield Problem("times", f"{times:,} entries of {source.path.name} name times; these were left out.", "info")
