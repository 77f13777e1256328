"""How does one entry of a VIA 1 or 2 file become an annotated photo?

An entry is `{filename, size, regions, file_attributes, …}`; regions are an object keyed "0", "1", … in VIA 1 and a list
in VIA 2. What our values cannot hold, such as unknown keys and the order of keys, is kept in `extra["via"]`, only where
writing (`via_writing`) would not bring it back.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from ..annotations.labels import DAMAGE
from ..annotations.model import AnnotatedPhoto, Finding, Origin, Photo, Region
from ..errors import FormatError
from ..words import count
from . import label_names
from .source import Source
from .via_shapes import is_as_written, shape_from
from .via_writing import ENTRIES, KEY, KINDS, LABEL_IN, REGION, attributes_to, entry_key


class Entry(NamedTuple):
    """One photo's entry and its place in the file."""

    source: Source
    key: str
    data: dict[str, Any]

    def checked(self) -> Entry:
        """Itself; FormatError when it is no entry."""
        data = self.data
        if not isinstance(data, dict) or not isinstance(data.get("filename"), str) or not data["filename"].strip():
            raise self.wrong("an object with a filename", data)
        if not isinstance(data.get("file_attributes"), dict | None):
            raise self.wrong("file_attributes as an object", data["file_attributes"])
        return self

    def regions(self) -> list[tuple[str, Any]]:
        """(key, region) in order, whatever they are; FormatError when there is no list of any."""
        found = self.data.get("regions")
        if found is None:
            return []
        if not isinstance(found, dict | list):
            raise self.wrong("regions as an object or a list", found)
        return list(found.items()) if isinstance(found, dict) else [(str(i), one) for i, one in enumerate(found)]

    @property
    def kind(self) -> str:
        """How its regions lie in it: as in VIA 1, as in VIA 2, or none."""
        return KINDS[type(self.data.get("regions"))]

    def wrong(self, expected: str, found: Any) -> FormatError:
        """What to say when this entry cannot be understood."""
        return self.source.wrong(expected, found, where=f"The entry “{self.key[:60]}”")


def photos_from(entries: Sequence[Entry], style: str) -> tuple[AnnotatedPhoto, ...]:
    """The photos of a file; `style` is via1 or via2. FormatError names the entry that cannot be understood."""
    where = place_of(entries)
    watched = entries[0].source.each(entries) if entries else ()
    return tuple(_photo(entry, number, where, style) for number, entry in enumerate(watched, 1))


def unlabelled(photos: Sequence[AnnotatedPhoto]) -> Iterator[Finding]:
    """One about all regions that came without a label, with the first of their photos."""
    found = [one.photo for one in photos for region in one.regions if region.extra.get(KEY, {}).get("unlabelled")]
    if found:
        where = f"on {count(len({photo.id for photo in found}), 'photo')}"
        text = f"{count(len(found), 'region')} {where} came without a label; they are called “{DAMAGE}” now."
        yield Finding("unlabelled", text, photo=found[0].id)


def place_of(entries: Sequence[Entry]) -> label_names.Place:
    """Where the labels are, judged from all regions of a file; FormatError where an entry is none."""
    regions = (_attributes(one) for entry in entries for _, one in entry.checked().regions())
    found = [one for one in regions if one is not None]
    return label_names.place(found, entries[0].source.label_in if entries else "")


def _attributes(region: Any) -> dict[str, Any] | None:
    """The attributes of a region; None where it is none."""
    found = region.get("region_attributes", {}) if isinstance(region, dict) else ()
    return {} if found is None else found if isinstance(found, dict) else None


def _photo(entry: Entry, number: int, where: label_names.Place, style: str) -> AnnotatedPhoto:
    data = entry.data
    size = data.get("size", 0)
    photo = Photo(
        id=str(number),
        path=data["filename"],
        name=data["filename"],
        size=size if isinstance(size, int) and not isinstance(size, bool) else 0,
        attributes=data.get("file_attributes") or {},
    )
    unread: dict[str, Any] = {}
    regions = tuple(_regions(entry, photo.id, where, style, unread))
    extra = _photo_extra(entry, photo, style) | ({"unread": unread} if unread else {})
    return AnnotatedPhoto(msgspec.structs.replace(photo, extra={KEY: extra}) if extra else photo, regions)


def _photo_extra(entry: Entry, photo: Photo, style: str) -> dict[str, Any]:
    extra: dict[str, Any] = {}
    if entry.key != entry_key(entry.data):
        extra["key"] = entry.key
    skeleton = {key: None if key == "regions" else value for key, value in entry.data.items()}
    usual = ENTRIES[style] | {"size": photo.size, "filename": photo.name, "file_attributes": photo.attributes}
    if not _same(skeleton, usual):
        extra["entry"] = skeleton
    if entry.kind != style and "regions" in entry.data:
        extra["regions"] = entry.kind
    return extra


def _regions(
    entry: Entry, photo: str, where: label_names.Place, style: str, unread: dict[str, Any]
) -> Iterator[Region]:
    """The regions that can be understood; the others go into `unread`, by their places, to be written back."""
    origin = Origin("imported", source=style)
    for index, (key, data) in enumerate(entry.regions()):
        raw = _attributes(data)
        try:
            if raw is None:
                raise entry.wrong("an object with shape_attributes and region_attributes", data)
            shape = shape_from(data.get("shape_attributes"), f"Region {key}")
        except FormatError as error:
            place = f"Region {key} of “{entry.key[:80]}” in {entry.source.path}"
            entry.source.unread.append((FormatError(f"{place} cannot be understood.", error.detail), photo))
            unread[str(index)] = [key, data]
            continue
        label_in, label = label_names.label_of(raw, where)
        attributes = _others(raw, label_in) if label_in else dict(raw)
        region = Region(f"{photo}.{index + 1}", shape, label or DAMAGE, attributes, origin)
        extra = _label_extra(label, label_in, where) | _region_extra(region, data, entry.kind)
        if key != str(index):
            extra["key"] = key
        if data.get("region_attributes", raw) is None:
            extra["no_attributes"] = True
        if not _is_written_back(region, extra, raw):
            extra["attributes"] = raw
        yield Region(region.id, shape, region.label, attributes, origin, extra={KEY: extra}) if extra else region


def _others(raw: dict[str, Any], label_in: str) -> dict[str, Any]:
    """The attributes beside the label; where several boxes of the label's attribute are ticked, that one as well."""
    is_plain = isinstance(raw.get(label_in), str)
    if len(raw) == 1 and is_plain:
        return {}
    is_label = is_plain or len(label_names.ticked(raw.get(label_in))) < 2
    return {name: value for name, value in raw.items() if name != label_in or not is_label}


def _label_extra(label: str, label_in: str, where: label_names.Place) -> dict[str, Any]:
    extra: dict[str, Any] = {}
    if not label:
        extra["unlabelled"] = True
    label_in = label_in or (where.names[0] if where.names else LABEL_IN)
    if label_in != LABEL_IN:
        extra["label_in"] = label_in
    if where.in_name and label:
        extra["in_name"] = True
    return extra


def _region_extra(region: Region, data: dict, style: str) -> dict[str, Any]:
    extra: dict[str, Any] = {}
    if not is_as_written(data.get("shape_attributes"), region.shape, closed=style == "via1"):
        extra["shape"] = data.get("shape_attributes")
    if tuple(data) != tuple(REGION):
        extra["region"] = {key: None if key in REGION else value for key, value in data.items()}
    return extra


def _is_written_back(region: Region, extra: dict[str, Any], raw: dict[str, Any]) -> bool:
    """Would the region's attributes be written as they were read, without being kept?"""
    if len(raw) == 1 and raw == {extra.get("label_in", LABEL_IN): region.label} and "in_name" not in extra:
        return True
    labelled = Region("", region.shape, region.label, region.attributes, region.origin, extra={KEY: extra})
    return _same(raw, attributes_to(labelled, LABEL_IN))


def _same(first: Any, second: Any) -> bool:
    """Equal to the byte when written, order and kinds of numbers included."""
    return json.dumps(first) == json.dumps(second)
