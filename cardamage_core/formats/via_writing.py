"""How does an annotated photo become an entry of a VIA 1 or 2 file?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from ..annotations.labels import DAMAGE
from ..annotations.model import AnnotatedPhoto, Dataset, Finding, Photo, Region
from . import label_names
from .via_shapes import shape_from, shapes_to

KEY = "via"
LABEL_IN = "name"  # the attribute VIA users call their label most often
ENTRIES = {
    "via1": {"fileref": "", "size": 0, "filename": "", "base64_img_data": "", "file_attributes": {}, "regions": None},
    "via2": {"filename": "", "size": 0, "regions": None, "file_attributes": {}},
}
KINDS = {dict: "via1", list: "via2", type(None): "none"}
REGION = {"shape_attributes": None, "region_attributes": None}
LOSES = {
    "holes": "holes are cut open along a line, which keeps the area",
    "parts": "each part becomes a region of its own",
    "scores": "they are left out",
}


def entry_key(entry: Any) -> str:
    """The key under which VIA keeps an entry: name and size run together."""
    return f"{entry.get('filename')}{entry.get('size', '')}" if isinstance(entry, dict) else ""


def document(dataset: Dataset, style: str) -> tuple[dict[str, Any], tuple[Finding, ...]]:
    """All entries by key, and a finding for each photo that needed another key than VIA would give it."""
    label_in = usual_label_in(dataset)
    entries: dict[str, Any] = {}
    findings: list[Finding] = []
    for one in dataset.photos:
        entry = entry_to(one, style, label_in)
        key = _via(one.photo).get("key") or entry_key(entry)
        if key in entries:
            text = f"Two photos would be called {key}; VIA would show only one, so this one got another key."
            findings.append(Finding("key-twice", text, photo=one.photo.id))
        entries[_free(key, entries)] = entry
    return entries, tuple(findings)


def entry_to(one: AnnotatedPhoto, style: str, label_in: str) -> dict[str, Any]:
    """One entry, as it was read as far as it still holds."""
    skeleton = _via(one.photo).get("entry")
    ours = {"size": one.photo.size, "filename": one.photo.name, "file_attributes": one.photo.attributes}
    if skeleton is None:
        entry = ENTRIES[style] | ours
    else:
        entry = skeleton | {
            key: value for key, value in ours.items() if key == "filename" or (value and key in skeleton)
        }
        if one.photo.attributes or skeleton.get("file_attributes") is not None:
            entry["file_attributes"] = one.photo.attributes
    kind = _via(one.photo).get("regions", style)
    if one.regions or _via(one.photo).get("unread") or ("regions" in entry and kind != "none"):
        entry["regions"] = _regions_to(one, style if kind == "none" else kind, label_in)
    return entry


def attributes_to(region: Region, label_in: str) -> dict[str, Any]:
    """`region_attributes`: those of the file where they still hold, with the changes, in the file's order."""
    via = _via(region)
    raw = via.get("attributes", {})
    name = via.get("label_in", LABEL_IN if _is_from_via(region) else label_in)
    if via.get("in_name"):
        return _in_name(region, raw, name)
    wanted = dict(region.attributes)
    if region.label and not (via.get("unlabelled") and region.label == DAMAGE):
        is_as_before = label_names.text_of(raw.get(name)) == region.label
        wanted = {name: raw[name] if is_as_before else region.label} | {k: v for k, v in wanted.items() if k != name}
    return {key: wanted[key] for key in (*raw, *wanted) if key in wanted}


def usual_label_in(dataset: Dataset) -> str:
    """The attribute that holds the label in most regions: new ones use it as well."""
    regions = (region for one in dataset.photos for region in one.regions if _is_from_via(region))
    names = Counter(via.get("label_in", LABEL_IN) for region in regions if not (via := _via(region)).get("in_name"))
    return names.most_common(1)[0][0] if names else LABEL_IN


def _in_name(region: Region, raw: dict[str, Any], old: str) -> dict[str, Any]:
    """Where the attribute's name is the label, a new label is a new name for the same value."""
    new = old if region.label == old.strip() else region.label
    renamed = {new if key == old else key: value for key, value in raw.items()}
    return {
        key: value for key, value in (renamed | region.attributes).items() if key == new or key in region.attributes
    }


def _regions_to(one: AnnotatedPhoto, style: str, label_in: str) -> dict[str, Any] | list[Any]:
    """The regions; those that were not understood stand where they stood."""
    result: dict[str, Any] = {}
    unread = dict(_via(one.photo).get("unread", {}))
    for region in one.regions:
        while place := unread.pop(str(len(result)), None):
            result[_free(place[0], result)] = place[1]
        for shape in _shapes(region, style):
            data = dict(_via(region).get("region", REGION))
            data["shape_attributes"] = shape
            attributes = attributes_to(region, label_in)
            if attributes or "region_attributes" in data:
                data["region_attributes"] = attributes or (None if _via(region).get("no_attributes") else attributes)
            result[_free(_via(region).get("key", str(len(result))), result)] = data
    for key, data in unread.values():
        result[_free(key, result)] = data
    return result if style == "via1" else list(result.values())


def _shapes(region: Region, style: str) -> Iterator[dict[str, Any]]:
    raw = _via(region).get("shape")
    if raw is not None and shape_from(raw, region.id) == region.shape:
        return iter([raw])
    return iter(shapes_to(region.shape, closed=style == "via1"))


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
