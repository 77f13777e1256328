"""Reads and writes VIA 1.x and 2.x JSON files and VIA 2 projects without loss.

An object (or list) of entries (see `entries`). A VIA 2 project keeps them under `_via_img_metadata`, beside
`_via_settings` and `_via_attributes`, whose definitions name labels and attributes with their options.

`_via_attributes` also comes as a file of its own: `{"region": {NAME: definition}, "file": {NAME: definition}}`. A
definition has a type (text, checkbox, radio, dropdown, image), a description, options (value: text) and a default.
Definitions are kept as VIA writes them; the options of the attribute that holds the label become labels.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ...annotations.labels import new_labels
from ...annotations.model import Dataset, Problem
from .. import common
from ..source import Format, Reading, Source, Written, opened
from .entries import KEY, LOSES, Entry, Seen, document, entry_key, photos_of, surveyed, usual_label_in

PHOTOS = "_via_img_metadata"
ORDER = "_via_image_id_list"  # VIA 2.0.8 and later


def recognises_via1(source: Source) -> bool:
    """Whether there are entries, and the first with regions has them as an object."""
    return _style(source) == "via1"


def recognises_via2(source: Source) -> bool:
    """Whether there are entries, and the first with regions has them as a list."""
    return _style(source) == "via2"


def recognises_project(source: Source) -> bool:
    """Whether it holds entries under `_via_img_metadata`."""
    return source.is_json and isinstance(source.json, dict) and isinstance(source.json.get(PHOTOS), dict)


def read(source: Source) -> Reading:
    """Photos and regions of a VIA 1 or 2 JSON file. FormatError names the entry that cannot be understood."""
    style = _style(source)
    if style is None:
        raise source.wrong("VIA JSON: entries with a filename", source.description())
    seen, survey = Seen(), surveyed(source, (Entry(source, key, data) for key, data in _entries(source.json)))
    photos = source.keep(seen.watch(photos_of(survey, style)))
    extra = {} if isinstance(source.json, dict) else {KEY: {"list": True}}
    return Reading(Dataset(photos, new_labels(seen.labels), extra), (*_repeated(source), *seen.problems()))


def read_project(source: Source) -> Reading:
    """Photos, regions, settings and attribute definitions of a VIA 2 project."""
    if not recognises_project(source):
        raise source.wrong(f"a VIA 2 project: an object with {PHOTOS}", source.description())
    seen, survey = Seen(), surveyed(source, (Entry(source, *pair) for pair in source.json[PHOTOS].items()))
    photos = source.keep(seen.watch(photos_of(survey, "via2")))
    defined = definitions(source.json.get("_via_attributes"))
    names = defined_labels(defined, survey.where) if survey.entries else defined_labels(defined)
    labels = new_labels([*names, *seen.labels])
    kept = {key: None if key in (PHOTOS, ORDER) else value for key, value in source.json.items()}
    if ORDER in kept and source.json[ORDER] != list(source.json[PHOTOS]):
        kept[ORDER] = source.json[ORDER]
    return Reading(Dataset(photos, labels, {KEY: {"project": kept}}), (*_repeated(source), *seen.problems()))


def write_via1(dataset: Dataset) -> Written:
    """A VIA 1 JSON file."""
    return _written(*document(dataset, "via1"), as_list=_is_list(dataset))


def write_via2(dataset: Dataset) -> Written:
    """A VIA 2 JSON file."""
    return _written(*document(dataset, "via2"), as_list=_is_list(dataset))


def write_project(dataset: Dataset) -> Written:
    """A VIA 2 project: settings and definitions as they came in, or VIA's own with our labels as options."""
    entries, problems = document(dataset, "via2")
    kept = dataset.extra.get(KEY, {}).get("project", {})
    if PHOTOS not in kept:
        kept = {"_via_settings": _SETTINGS, PHOTOS: None, "_via_attributes": {}} | kept
    defined = with_labels(of_dataset(dataset), dataset, usual_label_in(dataset))
    kept = kept | ({"_via_attributes": defined} if defined else {})
    project = kept | {PHOTOS: entries}
    if ORDER in kept:
        project[ORDER] = _order(kept[ORDER], list(entries))
    return _written(project, problems)


FORMATS = (
    Format("via2-project", "A VIA 2 project", ".json", recognises_project, read_project, write_project, LOSES),
    Format("via1", "VIA 1 JSON", ".json", recognises_via1, read, write_via1, LOSES),
    Format("via2", "VIA 2 JSON", ".json", recognises_via2, read, write_via2, LOSES),
)
# What VIA 2.0.11 itself writes into a new project.
_SETTINGS = {
    "ui": {
        "annotation_editor_height": 25,
        "annotation_editor_fontsize": 0.8,
        "leftsidebar_width": 18,
        "image_grid": {
            "img_height": 80,
            "rshape_fill": "none",
            "rshape_fill_opacity": 0.3,
            "rshape_stroke": "yellow",
            "rshape_stroke_width": 2,
            "show_region_shape": True,
            "show_image_policy": "all",
        },
        "image": {
            "region_label": "__via_region_id__",
            "region_color": "__via_default_region_color__",
            "region_label_font": "10px Sans",
            "on_image_annotation_editor_placement": "NEAR_REGION",
        },
    },
    "core": {"buffer_size": 18, "filepath": {}, "default_filepath": ""},
    "project": {"name": "cardamage"},
}


def _style(source: Source) -> str | None:
    if not source.is_json:
        return None
    is_named, filled, empty = False, None, None
    for _, data in _entries(source.json):
        one = opened(data)
        if not isinstance(one, dict):
            continue
        is_named = is_named or "filename" in one
        filled = filled or one.get("regions")
        empty = one.get("regions") if empty is None else empty
        if is_named and filled:
            break
    return ("via2" if isinstance(filled or empty, list) else "via1") if is_named else None


def _entries(data: Any) -> list[tuple[str, Any]]:
    if isinstance(data, dict) and isinstance(data.get(PHOTOS), dict):
        data = data[PHOTOS]
    if isinstance(data, dict):
        return list(data.items())
    return [(entry_key(opened(one)), one) for one in data] if isinstance(data, list) else []


def _repeated(source: Source) -> Iterator[Problem]:
    for key in dict.fromkeys(source.repeated):
        text = f"“{key[:80]}” stands twice in one object of {source.path.name}; only the last one counts."
        yield Problem("repeated-key", text)


def _order(old: Any, keys: list[str]) -> list[str]:
    """The photos in the order the user gave them, new ones at the end."""
    known = set(keys)
    named = [key for key in old if isinstance(key, str) and key in known] if isinstance(old, list) else []
    return list(dict.fromkeys([*named, *keys]))


def _is_list(dataset: Dataset) -> bool:
    return bool(dataset.extra.get(KEY, {}).get("list"))


def _written(data: dict[str, Any], problems: tuple[Problem, ...], *, as_list: bool = False) -> Written:
    whole = list(data.values()) if as_list else data
    return Written((("", json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()),), problems)


Definitions = dict[str, dict[str, Any]]
KEYS = {"region", "file"}


def recognises(source: Source) -> bool:
    """Whether it is an object with nothing but `region` and `file`, whose values are definitions."""
    data = source.json if source.is_json else None
    if not isinstance(data, dict) or not data or not data.keys() <= KEYS:
        return False
    parts = [part for part in data.values() if isinstance(part, dict)]
    definitions = [one for part in parts for one in part.values()]
    return len(parts) == len(data) and all(isinstance(one, dict) and "type" in one for one in definitions)


def read_attributes(source: Source) -> Reading:
    """No photos: labels, and the definitions in `extra["via"]`."""
    if not recognises(source):
        raise source.wrong("attribute definitions of VIA 2: region and file", source.description())
    names = defined_labels(definitions(source.json), wanted=source.label_in)
    return Reading(Dataset((), new_labels(names), {KEY: {"project": {"_via_attributes": source.json}}}))


def write(dataset: Dataset) -> Written:
    """The definitions, with labels that are new among the options of the label's attribute."""
    defined = with_labels(of_dataset(dataset), dataset, usual_label_in(dataset))
    data = {key: defined.get(key, {}) for key in ("region", "file")}
    return Written((("", json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()),))


ATTRIBUTE_FORMATS = (Format("via2-attributes", "A VIA 2 attributes file", ".json", recognises, read_attributes, write),)


def definitions(data: Any) -> Definitions:
    """The sound part of `_via_attributes`: attributes of regions by name."""
    region = data.get("region") if isinstance(data, dict) else None
    if not isinstance(region, dict):
        return {}
    return {name: one for name, one in region.items() if isinstance(one, dict)}


def of_dataset(dataset: Dataset) -> dict[str, Any]:
    """The definitions a data set came with."""
    project = dataset.extra.get(KEY, {}).get("project", {})
    found = project.get("_via_attributes")
    return found if isinstance(found, dict) else {}


def defined_labels(defined: Definitions, where: common.LabelPlace | None = None, *, wanted: str = "") -> list[str]:
    """The labels that the definitions name: options of the label's attribute, or its default text."""
    if where is None:
        where = common.place([dict.fromkeys(defined, "")], wanted)
    if where.in_name:
        return list(defined)
    for name in where.names:
        if name in defined:
            return _options(defined[name])
    return []


def with_labels(defined: dict[str, Any], dataset: Dataset, label_in: str) -> dict[str, Any]:
    """The definitions with the labels in use that are not among the options of the label's attribute yet."""
    region = definitions(defined)
    options = region.get(label_in, {}).get("options", {})
    known = {name.strip() for name in options} if isinstance(options, dict) else set()  # as labels are read
    missing = [name for name in _in_use(dataset) if name.strip() not in known]
    if not missing or not isinstance(options, dict) or (label_in in region and "options" not in region[label_in]):
        return defined
    one = region.get(label_in, {"type": "dropdown", "description": "", "options": {}, "default_options": {}})
    changed = one | {"options": one["options"] | dict.fromkeys(missing, "")}
    return {"region": {}, "file": {}} | defined | {"region": defined.get("region", {}) | {label_in: changed}}


def _in_use(dataset: Dataset) -> list[str]:
    """The labels of regions, but not the one we gave to those that came without any."""
    regions = (region for one in dataset.photos for region in one.regions)
    return list(dict.fromkeys(r.label for r in regions if r.label and not r.extra.get(KEY, {}).get("unlabelled")))


def _options(definition: dict[str, Any]) -> list[str]:
    options = definition.get("options")
    if isinstance(options, dict):
        return [name.strip() for name in options if name.strip()]
    text = common.text_of(definition.get("default_value"))
    return [text] if text else []
