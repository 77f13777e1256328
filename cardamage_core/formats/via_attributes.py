"""Which labels and attributes does VIA 2 define, with which options and defaults?

`_via_attributes` of a project, or a file of its own: `{"region": {NAME: definition}, "file": {NAME: definition}}`. A
definition has a type (text, checkbox, radio, dropdown, image), a description, options (value: text) and a default.
We keep definitions as VIA writes them; the options of the attribute that holds the label become labels.
"""

from __future__ import annotations

import json
from typing import Any

from ..annotations.labels import new_labels
from ..annotations.model import Dataset
from . import label_names
from .source import Format, Reading, Source, Written
from .via_writing import KEY, usual_label_in

Definitions = dict[str, dict[str, Any]]
KEYS = {"region", "file"}


def recognises(source: Source) -> bool:
    """An object with nothing but `region` and `file`, whose values are definitions?"""
    data = source.json if source.is_json else None
    if not isinstance(data, dict) or not data or not data.keys() <= KEYS:
        return False
    parts = [part for part in data.values() if isinstance(part, dict)]
    definitions = [one for part in parts for one in part.values()]
    return len(parts) == len(data) and all(isinstance(one, dict) and "type" in one for one in definitions)


def read(source: Source) -> Reading:
    """No photos: labels, and the definitions in `extra["via"]`."""
    if not recognises(source):
        raise source.wrong("attribute definitions of VIA 2: region and file", source.description())
    names = labels(definitions(source.json), wanted=source.label_in)
    return Reading(Dataset((), new_labels(names), {KEY: {"project": {"_via_attributes": source.json}}}))


def write(dataset: Dataset) -> Written:
    """The definitions, with labels that are new among the options of the label's attribute."""
    defined = with_labels(of_dataset(dataset), dataset, usual_label_in(dataset))
    data = {key: defined.get(key, {}) for key in ("region", "file")}
    return Written((("", json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()),))


FORMATS = (Format("via2-attributes", "A VIA 2 attributes file", ".json", recognises, read, write),)


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


def labels(defined: Definitions, where: label_names.Place | None = None, *, wanted: str = "") -> list[str]:
    """The labels that the definitions name: options of the label's attribute, or its default text."""
    if where is None:
        where = label_names.place([dict.fromkeys(defined, "")], wanted)
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
    missing = [name for name in _in_use(dataset) if not isinstance(options, dict) or name not in options]
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
    text = label_names.text_of(definition.get("default_value"))
    return [text] if text else []
