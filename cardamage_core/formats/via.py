"""How are VIA 1.x and 2.x JSON files read and written, so that nothing in them is lost?

An object (or list) of entries `{filename, size, regions, file_attributes, …}`; regions are an object keyed "0", "1", …
in VIA 1 and a list in VIA 2; a VIA 2 project keeps the entries under `_via_img_metadata`. What our values cannot hold,
such as unknown keys and the order of keys, is kept in `extra["via"]`, only where writing would not bring it back.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from ..annotations.labels import DAMAGE, new_labels
from ..annotations.model import AnnotatedPhoto, Dataset, Finding, Origin, Photo, Region
from ..errors import FormatError
from . import label_names
from .source import Format, Reading, Source
from .via_shapes import needs_cutting, shape_from, shapes_to

KEY = "via"
LABEL_IN = "name"  # the attribute VIA users call their label most often
ENTRIES = {
    "via1": {"fileref": "", "size": 0, "filename": "", "base64_img_data": "", "file_attributes": {}, "regions": None},
    "via2": {"filename": "", "size": 0, "regions": None, "file_attributes": {}},
}
_KINDS = {dict: "via1", list: "via2", type(None): "none"}
REGION = {"shape_attributes": None, "region_attributes": None}


def recognises_via1(source: Source) -> bool:
    """Are there entries, and the first with regions has them as an object?"""
    return _style(source) == "via1"


def recognises_via2(source: Source) -> bool:
    """Are there entries, and the first with regions has them as a list?"""
    return _style(source) == "via2"


def read(source: Source) -> Reading:
    """Photos and regions of a VIA 1 or 2 JSON file. FormatError names the entry that cannot be understood."""
    style = _style(source)
    if style is None:
        found = source.description()
        raise FormatError(
            f"{source.path.name} is not VIA JSON.", f"{source.path}: expected entries with filename, found {found}."
        )
    entries = [_Entry(source, key, data).checked() for key, data in _entries(source.json)]
    names = label_names.candidates([attributes for entry in entries for attributes in entry.attributes()])
    photos = tuple(_photo(entry, number, names, style) for number, entry in enumerate(entries, 1))
    labels = new_labels(region.label for one in photos for region in one.regions)
    return Reading(Dataset(photos, labels), tuple(_repeated(source)))


def write_via1(dataset: Dataset) -> tuple[bytes, tuple[Finding, ...]]:
    """A VIA 1 JSON file."""
    return _written(dataset, "via1")


def write_via2(dataset: Dataset) -> tuple[bytes, tuple[Finding, ...]]:
    """A VIA 2 JSON file."""
    return _written(dataset, "via2")


FORMATS = (
    Format("via1", "VIA 1 JSON", ".json", recognises_via1, read, write_via1),
    Format("via2", "VIA 2 JSON", ".json", recognises_via2, read, write_via2),
)


# Reading


class _Entry(NamedTuple):
    """One photo's entry and its place in the file."""

    source: Source
    key: str
    data: dict[str, Any]

    def checked(self) -> _Entry:
        """Itself; FormatError when it is no entry."""
        data = self.data
        if not isinstance(data, dict) or not isinstance(data.get("filename"), str) or not data["filename"].strip():
            raise self.wrong("an object with a filename", data)
        if not isinstance(data.get("file_attributes", {}), dict):
            raise self.wrong("file_attributes as an object", data["file_attributes"])
        return self

    def regions(self) -> list[tuple[str, dict[str, Any]]]:
        """(key, region) in order; FormatError when they are none."""
        found = self.data.get("regions")
        if found is None:
            return []
        if not isinstance(found, dict | list):
            raise self.wrong("regions as an object or a list", found)
        pairs = list(found.items()) if isinstance(found, dict) else [(str(i), one) for i, one in enumerate(found)]
        for key, one in pairs:
            if not isinstance(one, dict) or not isinstance(one.get("region_attributes", {}), dict):
                raise self.wrong(f"region {key} as an object with shape_attributes and region_attributes", one)
        return pairs

    def attributes(self) -> Iterator[dict[str, Any]]:
        """The attributes of each region."""
        return (one.get("region_attributes", {}) for _, one in self.regions())

    def wrong(self, expected: str, found: Any) -> FormatError:
        """What to say when this entry cannot be understood."""
        return FormatError(
            f"The entry “{self.key[:80]}” of {self.source.path.name} cannot be understood.",
            f"{self.source.path}: expected {expected}, found {str(found)[:80]}.",
        )


def _style(source: Source) -> str | None:
    if not source.is_json:
        return None
    entries = [data for _, data in _entries(source.json)]
    if not entries or not any("filename" in one for one in entries if isinstance(one, dict)):
        return None
    filled = [one["regions"] for one in entries if isinstance(one, dict) and one.get("regions")]
    empty = [one["regions"] for one in entries if isinstance(one, dict) and "regions" in one]
    return "via2" if isinstance((filled or empty or [{}])[0], list) else "via1"


def _entries(data: Any) -> list[tuple[str, Any]]:
    if isinstance(data, dict) and isinstance(data.get("_via_img_metadata"), dict):
        data = data["_via_img_metadata"]
    if isinstance(data, dict):
        return list(data.items())
    return [(_key(one), one) for one in data] if isinstance(data, list) else []


def _key(entry: Any) -> str:
    return f"{entry.get('filename')}{entry.get('size', '')}" if isinstance(entry, dict) else ""


def _photo(entry: _Entry, number: int, names: tuple[str, ...], style: str) -> AnnotatedPhoto:
    data = entry.data
    size = data.get("size", 0)
    photo = Photo(
        id=str(number),
        path=data["filename"],
        name=data["filename"],
        size=size if isinstance(size, int) and not isinstance(size, bool) else 0,
        attributes=data.get("file_attributes", {}),
        extra=_photo_extra(entry, style),
    )
    return AnnotatedPhoto(photo, tuple(_regions(entry, photo.id, names, style)))


def _photo_extra(entry: _Entry, style: str) -> dict[str, Any]:
    extra: dict[str, Any] = {}
    if entry.key != _key(entry.data):
        extra["key"] = entry.key
    skeleton = {key: None if key == "regions" else value for key, value in entry.data.items()}
    usual = ENTRIES[style] | {key: entry.data.get(key) for key in ("size", "filename", "file_attributes")}
    if not _same(skeleton, usual):
        extra["entry"] = skeleton
    if (kind := _KINDS[type(entry.data.get("regions"))]) != style and "regions" in entry.data:
        extra["regions"] = kind
    return {KEY: extra} if extra else {}


def _regions(entry: _Entry, photo: str, names: tuple[str, ...], style: str) -> Iterator[Region]:
    for index, (key, data) in enumerate(entry.regions()):
        where = f"Region {key} of “{entry.key[:80]}” in {entry.source.path}"
        attributes = data.get("region_attributes", {})
        label_in, label = label_names.label_of(attributes, names)
        region = Region(
            id=f"{photo}.{index + 1}",
            shape=shape_from(data.get("shape_attributes"), where),
            label=label or DAMAGE,
            attributes={name: value for name, value in attributes.items() if name != label_in},
            origin=Origin("imported", source=style),
        )
        label_in = label_in or (names[0] if names else LABEL_IN)
        extra = _region_extra(region, data, is_labelled=bool(label), label_in=label_in, style=style)
        if key != str(index):
            extra["key"] = key
        yield Region(
            region.id, region.shape, region.label, region.attributes, region.origin, extra={KEY: extra} if extra else {}
        )


def _region_extra(region: Region, data: dict, *, is_labelled: bool, label_in: str, style: str) -> dict[str, Any]:
    extra: dict[str, Any] = {}
    if not is_labelled:
        extra["unlabelled"] = True
    if label_in != LABEL_IN:
        extra["label_in"] = label_in
    if not _same(data.get("shape_attributes"), shapes_to(region.shape, closed=style == "via1")[0]):
        extra["shape"] = data.get("shape_attributes")
    skeleton = {key: None if key in REGION else value for key, value in data.items()}
    if not _same(skeleton, REGION):
        extra["region"] = skeleton
    labelled = Region("", region.shape, region.label, region.attributes, region.origin, extra={KEY: extra})
    if not _same(data.get("region_attributes", {}), _attributes(labelled, LABEL_IN)):
        extra["attributes"] = data["region_attributes"]
    return extra


def _repeated(source: Source) -> Iterator[Finding]:
    for key in dict.fromkeys(source.repeated):
        text = f"“{key[:80]}” stands twice in one object of {source.path.name}; only the last one counts."
        yield Finding("repeated-key", text)


def _same(first: Any, second: Any) -> bool:
    """Equal to the byte when written, order and kinds of numbers included."""
    return json.dumps(first) == json.dumps(second)


# Writing


def _written(dataset: Dataset, style: str) -> tuple[bytes, tuple[Finding, ...]]:
    label_in = _usual_label_in(dataset)
    document: dict[str, Any] = {}
    findings: list[Finding] = []
    for one in dataset.photos:
        entry = _entry_to(one, style, label_in)
        key = _via(one.photo).get("key") or _key(entry)
        if key in document:
            text = f"Two photos would be called {key}; VIA would show only one, so this one got another key."
            findings.append(Finding("key-twice", text, photo=one.photo.id))
        document[_free(key, document)] = entry
        findings += _cut(one)
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode(), tuple(findings)


def _entry_to(one: AnnotatedPhoto, style: str, label_in: str) -> dict[str, Any]:
    skeleton = _via(one.photo).get("entry")
    ours = {"size": one.photo.size, "filename": one.photo.name, "file_attributes": one.photo.attributes}
    if skeleton is None:
        entry = ENTRIES[style] | ours
    else:
        entry = skeleton | {
            key: value for key, value in ours.items() if key == "filename" or (value and key in skeleton)
        }
        if one.photo.attributes or "file_attributes" in skeleton:
            entry["file_attributes"] = one.photo.attributes
    kind = _via(one.photo).get("regions", style)
    if one.regions or ("regions" in entry and kind != "none"):
        entry["regions"] = _regions_to(one.regions, style if kind == "none" else kind, label_in)
    return entry


def _regions_to(regions: tuple[Region, ...], style: str, label_in: str) -> dict[str, Any] | list[Any]:
    result: dict[str, Any] = {}
    for region in regions:
        for shape in _shapes(region, style):
            data = dict(_via(region).get("region", REGION))
            data["shape_attributes"] = shape
            attributes = _attributes(region, label_in)
            if attributes or "region_attributes" in data:
                data["region_attributes"] = attributes
            result[_free(_via(region).get("key", str(len(result))), result)] = data
    return result if style == "via1" else list(result.values())


def _shapes(region: Region, style: str) -> list[dict[str, Any]]:
    raw = _via(region).get("shape")
    if raw is not None and shape_from(raw, region.id) == region.shape:
        return [raw]
    return shapes_to(region.shape, closed=style == "via1")


def _attributes(region: Region, label_in: str) -> dict[str, Any]:
    """`region_attributes`: those of the file where they still hold, with the changes, in the file's order."""
    via = _via(region)
    raw = via.get("attributes", {})
    name = via.get("label_in", LABEL_IN if _is_from_via(region) else label_in)
    wanted = dict(region.attributes)
    if region.label and not (via.get("unlabelled") and region.label == DAMAGE):
        is_as_before = label_names.text_of(raw.get(name)) == region.label
        wanted = {name: raw[name] if is_as_before else region.label} | {k: v for k, v in wanted.items() if k != name}
    return {key: wanted[key] for key in (*raw, *wanted) if key in wanted}


def _usual_label_in(dataset: Dataset) -> str:
    """The attribute that holds the label in most regions: new ones use it as well."""
    regions = (region for one in dataset.photos for region in one.regions if _is_from_via(region))
    names = Counter(_via(region).get("label_in", LABEL_IN) for region in regions)
    return names.most_common(1)[0][0] if names else LABEL_IN


def _cut(one: AnnotatedPhoto) -> Iterator[Finding]:
    for region in one.regions:
        if needs_cutting(region.shape):
            text = f"A region of {one.photo.name} has holes or parts. VIA cannot hold these: holes were cut open."
            yield Finding("holes-cut", text, "info", one.photo.id, region.id)


def _free(key: str, taken: dict[str, Any]) -> str:
    number = len(taken)
    free = key
    while free in taken:
        free = str(number) if key.isdigit() else f"{key}#{number}"
        number += 1
    return free


def _is_from_via(region: Region) -> bool:
    return region.origin.kind == "imported" and region.origin.source in ENTRIES


def _via(value: Photo | Region) -> dict[str, Any]:
    return value.extra.get(KEY, {})
