"""Reads the annotation files of the VehiDE data set.

A dialect of VIA: `{filename: {"name": filename, "regions": [{"all_x": [...], "all_y": [...], "class": label}]}}`.
"""

from __future__ import annotations

from typing import Any

from ..annotations.model import AnnotatedPhoto, Polygon
from . import common
from .common import Found, dataset, photo
from .source import Format, Reading, Source


def recognises(source: Source) -> bool:
    """Whether the first entry with regions has them with `all_x` and `all_y`."""
    data = source.json if source.is_json else None
    for one in data.values() if isinstance(data, dict) else ():
        regions = one.get("regions") if isinstance(one, dict) else None
        if isinstance(regions, list) and regions:
            return isinstance(regions[0], dict) and regions[0].keys() >= {"all_x", "all_y"}
    return False


def read(source: Source) -> Reading:
    """Photos and their polygons. FormatError names the entry that cannot be understood."""
    entries = common.mapping(source.json, source, where="The file")
    photos: list[AnnotatedPhoto] = []
    for number, (key, data) in enumerate(source.each(list(entries.items())), 1):
        with source.leaving_out():
            photos.append(_photo(number, key, data, source))
    return Reading(dataset(photos))


FORMATS = (Format("vehide", "VehiDE JSON", ".json", recognises, read),)


def _photo(number: int, key: str, data: Any, source: Source) -> AnnotatedPhoto:
    entry = common.mapping(data, source, where=f"“{key}”")
    name = common.text(entry.get("name", key), source, where=f"“{key}”", what="a file name")
    regions = common.sequence(entry.get("regions", []), source, where=f"The regions of “{key}”")
    found: list[Found] = []
    for one in regions:
        with source.leaving_out(str(number)):
            found.append(_found(one, source, f"A region of “{key}”"))
    return photo(number, name, found, source="vehide")


def _found(data: Any, source: Source, where: str) -> Found:
    one = common.mapping(data, source, where=where)
    xs, ys = (common.sequence(one.get(key), source, where=where, what=f"{key} as a list") for key in ("all_x", "all_y"))
    if len(xs) != len(ys):
        raise source.wrong("all_x and all_y of the same length", [len(xs), len(ys)], where=where)
    flat = [value for pair in zip(xs, ys, strict=True) for value in pair]
    label = one.get("class", "")
    more = {key: value for key, value in one.items() if key not in ("all_x", "all_y", "class")}
    return Found(Polygon((common.ring(flat, source, where=where),)), str(label if label is not None else ""), more)
