"""Converts entries of VIA 1 and 2 files to annotated photos and back.

An entry is `{filename, size, regions, file_attributes, …}`; regions are an object keyed "0", "1", … in VIA 1 and a list
in VIA 2. What our values cannot hold, such as unknown keys and the order of keys, is kept in `extra["via"]`, only where
writing would not bring it back.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import msgspec

from ...annotations.labels import DAMAGE
from ...annotations.model import AnnotatedPhoto, Dataset, Origin, Photo, Problem, Region
from ...errors import FormatError
from ...text import count
from .. import common
from ..source import Source, opened
from .shapes import is_as_written, shape_from, shapes_to


class Entry(NamedTuple):
    """One photo's entry and its place in the file."""

    source: Source
    key: str
    data: Any  # a JSON object, perhaps packed

    def opened(self) -> Entry:
        """With its data as an object that can be looked into."""
        return self._replace(data=opened(self.data))

    def check(self) -> None:
        """FormatError when it is no entry."""
        data = self.data
        if not isinstance(data, dict) or not isinstance(data.get("filename"), str) or not data["filename"].strip():
            raise self.wrong("an object with a filename", data)
        if not isinstance(data.get("file_attributes"), dict | None):
            raise self.wrong("file_attributes as an object", data["file_attributes"])
        self.regions()

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


class Survey(NamedTuple):
    """The entries of a file that are sound, and where their labels are."""

    entries: list[Entry]
    where: common.LabelPlace


def surveyed(source: Source, entries: Iterable[Entry]) -> Survey:
    """Look through all entries; what is none is left out, and told."""
    sound: list[Entry] = []
    attributes: list[dict[str, Any]] = []
    same: dict[Any, dict[str, Any]] = {}  # a million regions have a few different attributes
    for entry in entries:
        with source.leaving_out():
            whole = entry.opened()
            whole.check()
            sound.append(entry)
            found = (_attributes(one) for _, one in whole.regions())
            attributes += [same.setdefault(_content(one), one) for one in found if one is not None]
    return Survey(sound, common.place(attributes, source.label_in))


def photos_of(survey: Survey, style: str) -> Iterator[AnnotatedPhoto]:
    """The photos of a file, as they are asked for; `style` is via1 or via2."""
    watched = survey.entries[0].source.each(survey.entries) if survey.entries else ()
    for number, entry in enumerate(watched, 1):
        yield _photo(entry.opened(), number, survey.where, style)


class Seen:
    """Looks at photos as they come by: which labels they use, and which regions came without one."""

    def __init__(self) -> None:
        self.labels: dict[str, None] = {}
        self._unlabelled = 0
        self._photos: list[str] = []

    def watch(self, photos: Iterable[AnnotatedPhoto]) -> Iterator[AnnotatedPhoto]:
        """The same photos."""
        for one in photos:
            self.labels.update(dict.fromkeys(region.label for region in one.regions))
            if number := sum(bool(region.extra.get(KEY, {}).get("unlabelled")) for region in one.regions):
                self._unlabelled += number
                self._photos.append(one.photo.id)
            yield one

    def problems(self) -> Iterator[Problem]:
        """One about all regions that came without a label, with the first of their photos."""
        if self._unlabelled:
            where = f"on {count(len(self._photos), 'photo')}"
            text = f"{count(self._unlabelled, 'region')} {where} came without a label; they are called “{DAMAGE}” now."
            yield Problem("unlabelled", text, photo=self._photos[0])


def _content(attributes: dict[str, Any]) -> Any:
    """What tells attributes apart, to the order and kind of their values."""
    try:
        key = tuple((name, type(value), value) for name, value in attributes.items())
        hash(key)
    except TypeError:
        return json.dumps(attributes)
    return key


def _attributes(region: Any) -> dict[str, Any] | None:
    """The attributes of a region; None where it is none."""
    found = region.get("region_attributes", {}) if isinstance(region, dict) else ()
    return {} if found is None else found if isinstance(found, dict) else None


def _photo(entry: Entry, number: int, where: common.LabelPlace, style: str) -> AnnotatedPhoto:
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
    entry: Entry, photo: str, where: common.LabelPlace, style: str, unread: dict[str, Any]
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
        label_in, label = common.label_name_of(raw, where)
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
    is_label = is_plain or len(common.ticked(raw.get(label_in))) < 2
    return {name: value for name, value in raw.items() if name != label_in or not is_label}


def _label_extra(label: str, label_in: str, where: common.LabelPlace) -> dict[str, Any]:
    extra: dict[str, Any] = {}
    if not label:
        extra["unlabelled"] = True
    label_in = label_in or (where.names[0] if where.names else LABEL_IN)
    if label_in != LABEL_IN:
        extra["label_in"] = label_in
    if where.in_name and label:
        extra["in_name"] = True
    return extra


def _region_extra(region: Region, data: dict[str, Any], style: str) -> dict[str, Any]:
    extra: dict[str, Any] = {}
    if not is_as_written(data.get("shape_attributes"), region.shape, closed=style == "via1"):
        extra["shape"] = data.get("shape_attributes")
    if tuple(data) != tuple(REGION):
        extra["region"] = {key: None if key in REGION else value for key, value in data.items()}
    return extra


def _is_written_back(region: Region, extra: dict[str, Any], raw: dict[str, Any]) -> bool:
    """Whether the region's attributes would be written as they were read, without being kept."""
    if len(raw) == 1 and raw == {extra.get("label_in", LABEL_IN): region.label} and "in_name" not in extra:
        return True
    labelled = Region("", region.shape, region.label, region.attributes, region.origin, extra={KEY: extra})
    return _same(raw, attributes_to(labelled, LABEL_IN))


def _same(first: Any, second: Any) -> bool:
    """Equal to the byte when written, order and kinds of numbers included."""
    return json.dumps(first) == json.dumps(second)


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


def document(dataset: Dataset, style: str) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    """All entries by key, and a problem for each photo that needed another key than VIA would give it."""
    label_in = usual_label_in(dataset)
    entries: dict[str, Any] = {}
    problems: list[Problem] = []
    for one in dataset.photos:
        entry = entry_to(one, style, label_in)
        key = _via(one.photo).get("key") or entry_key(entry)
        if key in entries:
            text = f"Two photos would be called {key}; VIA would show only one, so this one got another key."
            problems.append(Problem("key-twice", text, photo=one.photo.id))
        entries[_free(key, entries)] = entry
    return entries, tuple(problems)


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
        is_as_before = common.text_of(raw.get(name)) == region.label
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
    return dict(value.extra.get(KEY, {}))
