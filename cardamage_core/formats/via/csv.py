"""Reads and writes the CSV files of VIA 1 and 2.

One row for each region: `filename,file_size,file_attributes,region_count,region_id,region_shape_attributes,
region_attributes`, the header of VIA 1 beginning with `#`; a photo without regions has one row. Cells of JSON may hold
the bare word `undefined`, a known fault of VIA 2; such cells are kept as they are for as long as the region is.
Spreadsheets save with other separators, and more columns or in another order; files put together repeat the first line.
A file name that a spreadsheet would run as a formula gets an apostrophe in front, which goes away in reading.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from ...annotations.labels import new_labels
from ...annotations.model import AnnotatedPhoto, Dataset, Problem, Region
from ...errors import FormatError
from ..source import Format, Reading, Source, Written, parsed
from .entries import KEY, LOSES, Entry, Seen, entry_to, photos_of, surveyed, usual_label_in

COLUMNS = (
    "filename", "file_size", "file_attributes", "region_count", "region_id", "region_shape_attributes",
    "region_attributes",
)  # fmt: skip
LONGEST_CELL = 50_000_000  # characters
_CELLS = {"shape": "region_shape_attributes", "attributes": "region_attributes"}
_OF_PHOTO = ("file_attributes", "region_counts")  # cells kept with the photo; the others belong to its regions
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_UNDEFINED = re.compile(r'("(?:[^"\\]|\\.)*")|\bundefined\b', re.DOTALL)


def recognises_via1(source: Source) -> bool:
    """Whether the first line names VIA's columns, after a `#`."""
    header = _header(source)
    return header is not None and header.style == "via1"


def recognises_via2(source: Source) -> bool:
    """Whether the first line names VIA's columns."""
    header = _header(source)
    return header is not None and header.style == "via2"


def read(source: Source) -> Reading:
    """Photos and regions; FormatError names the line that cannot be understood."""
    header = _header(source)
    if header is None:
        raise source.wrong(f"a first line {','.join(COLUMNS)}", source.description())
    style = header.style
    found = _collected(source, header)
    seen, survey = Seen(), surveyed(source, (Entry(source, key, data) for key, (data, _) in found.items()))
    cells = [found[entry.key][1] for entry in survey.entries]
    read = zip(seen.watch(photos_of(survey, style)), cells, strict=True)
    photos = source.keep(_with_cells(one, kept) for one, kept in read)
    return Reading(Dataset(photos, new_labels(seen.labels)), (*_undefined(source, cells), *seen.problems()))


def write_via1(dataset: Dataset) -> Written:
    """A CSV file of VIA 1."""
    return _written(dataset, "via1")


def write_via2(dataset: Dataset) -> Written:
    """A CSV file of VIA 2."""
    return _written(dataset, "via2")


FORMATS = (
    Format("via1-csv", "VIA 1 CSV", ".csv", recognises_via1, read, write_via1, LOSES),
    Format("via2-csv", "VIA 2 CSV", ".csv", recognises_via2, read, write_via2, LOSES),
)


# Reading


class _Header(NamedTuple):
    columns: tuple[str, ...]
    separator: str
    style: str


def _header(source: Source) -> _Header | None:
    if source.is_folder or source.is_json:
        return None
    first = source.text[:1000].split("\n", 1)[0].strip()
    for separator in ",;\t":
        names = tuple(cell.strip().strip('"').strip() for cell in first.split(separator))
        if {*COLUMNS} <= {name.removeprefix("#") for name in names}:
            style = "via1" if names[0].startswith("#") else "via2"
            return _Header(tuple(name.removeprefix("#") for name in names), separator, style)
    return None


def _collected(source: Source, header: _Header) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """(entry, cells that JSON cannot hold) of each photo by its key."""
    result: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {}
    counts: dict[str, list[str]] = {}
    for number, row in _rows(source, header):
        with source.leaving_out():
            _add_row(source, number, row, header.style, result, counts)
    for key, texts in counts.items():
        entry, cells = result[key]
        if any(text != str(len(entry["regions"])) for text in texts):
            cells["region_counts"] = texts
    return result


def _add_row(
    source: Source,
    number: int,
    row: dict[str, str],
    style: str,
    result: dict[str, tuple[dict[str, Any], dict[str, Any]]],
    counts: dict[str, list[str]],
) -> None:
    name, size = _plain_name(row["filename"]), _size(row["file_size"])
    key = f"{name}{size}"
    attributes, raw = _cell(source, number, row, "file_attributes")
    if key not in result:
        regions: dict[str, Any] | list[Any] = {} if style == "via1" else []
        entry = {"filename": name, "size": size, "file_attributes": attributes, "regions": regions}
        result[key] = (entry, {"file_attributes": raw} if raw else {})
    before = len(result[key][0]["regions"])
    _add_region(source, number, row, *result[key])
    if len(result[key][0]["regions"]) > before or not before:
        counts.setdefault(key, []).append(row["region_count"])


def _add_region(source: Source, number: int, row: dict[str, str], entry: dict[str, Any], cells: dict[str, Any]) -> None:
    shape, shape_raw = _cell(source, number, row, "region_shape_attributes")
    attributes, raw = _cell(source, number, row, "region_attributes")
    if not shape and not attributes and row["region_count"].strip() in ("", "0"):
        return
    index = len(entry["regions"])
    region = {"shape_attributes": shape, "region_attributes": attributes}
    if isinstance(entry["regions"], dict):
        entry["regions"][str(index)] = region
    else:
        entry["regions"].append(region)
    kept = {key: value for key, value in (("shape", shape_raw), ("attributes", raw)) if value}
    if row["region_id"].strip() != str(index):
        kept["id"] = row["region_id"]
    if kept:
        cells[str(index)] = kept


def _rows(source: Source, header: _Header) -> Iterator[tuple[int, dict[str, str]]]:
    csv.field_size_limit(LONGEST_CELL)
    lines = csv.reader(io.StringIO(source.text.replace("\0", ""), newline=""), delimiter=header.separator, strict=False)
    try:
        first = next(lines)
        total = source.text.count("\n") + 1
        for cells in lines:
            if lines.line_num % 500 == 0:
                source.parsing(lines.line_num / total)
            if not any(cells) or cells == first:
                continue
            if len(cells) < len(header.columns) or any(cells[len(header.columns) :]):
                with source.leaving_out():
                    raise source.wrong(f"{len(header.columns)} cells", cells, where=f"Line {lines.line_num}")
                continue
            yield lines.line_num, dict(zip(header.columns, cells, strict=False))
    except csv.Error as error:
        raise FormatError(
            f"{source.path.name} is not CSV.", f"{source.path}, line {lines.line_num}: {error}."
        ) from None


def _cell(source: Source, number: int, row: dict[str, str], column: str) -> tuple[dict[str, Any], str]:
    """(object, the text where the object would be written otherwise, else "")."""
    text = row[column].strip() or "{}"
    sound = _UNDEFINED.sub(lambda found: found[1] or "null", text) if "undefined" in text else text
    try:
        data = parsed(sound, source, strict=False)
    except FormatError as error:
        raise source.wrong(f"JSON in {column}", text, where=f"Line {number}") from error
    if not isinstance(data, dict):
        raise source.wrong(f"a JSON object in {column}", text, where=f"Line {number}")
    return data, "" if _json(data) == row[column] else row[column]


def _with_cells(one: AnnotatedPhoto, cells: dict[str, Any]) -> AnnotatedPhoto:
    photo = one.photo
    if kept := {name: cells[name] for name in _OF_PHOTO if name in cells}:
        photo = msgspec.structs.replace(photo, extra=_more(photo.extra, kept))
    regions = list(one.regions)
    places = {int(region.id.rpartition(".")[2]) - 1: i for i, region in enumerate(regions)}  # without the unread ones
    for index, kept in cells.items():
        if index not in _OF_PHOTO and (i := places.get(int(index))) is not None:
            regions[i] = msgspec.structs.replace(regions[i], extra=_more(regions[i].extra, kept))
    return AnnotatedPhoto(photo, tuple(regions))


def _more(extra: dict[str, Any], cells: dict[str, Any]) -> dict[str, Any]:
    return extra | {KEY: extra.get(KEY, {}) | {"cells": cells}}


def _undefined(source: Source, cells: list[dict[str, Any]]) -> Iterator[Problem]:
    number = sum(_holds_undefined(text) for kept in cells for text in _texts(kept))
    if number:
        text = f"{number:,} cells of {source.path.name} hold the word undefined, a fault of VIA; read as empty."
        yield Problem("undefined-value", text, "info")


def _texts(kept: dict[str, Any]) -> Iterator[str]:
    for value in kept.values():
        yield from value.values() if isinstance(value, dict) else (value,)


def _holds_undefined(text: str) -> bool:
    return "undefined" in text and any(found[1] is None for found in _UNDEFINED.finditer(text))


def _size(text: str) -> int | str:
    return int(text) if re.fullmatch(r"-?\d{1,15}", text.strip()) else text


def _plain_name(text: str) -> str:
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


# Writing


def _written(dataset: Dataset, style: str) -> Written:
    return Written((("", "".join(_lines(dataset, style)).encode()),))


def _lines(dataset: Dataset, style: str) -> Iterator[str]:
    yield ("#" if style == "via1" else "") + ",".join(COLUMNS) + "\n"
    label_in = usual_label_in(dataset)
    for one in dataset.photos:
        yield from _lines_of(one, style, label_in)


def _lines_of(one: AnnotatedPhoto, style: str, label_in: str) -> Iterator[str]:
    entry = entry_to(one, style, label_in)
    found = entry.get("regions") or {}
    unread = one.photo.extra.get(KEY, {}).get("unread", {})
    whole = list(found.values() if isinstance(found, dict) else found)
    is_one_to_one = len(whole) == len(one.regions) + len(unread)
    # What is no object, as JSON may hold in the place of a region, has no row.
    regions = [(str(index) in unread, data) for index, data in enumerate(whole) if isinstance(data, dict)]
    kept = one.photo.extra.get(KEY, {}).get("cells", {})
    file_cell = _kept(kept.get("file_attributes"), entry.get("file_attributes", {}))
    start = f"{_name_cell(one.photo.name)},{entry.get('size', one.photo.size)},{_quoted(file_cell)}"
    counts = kept.get("region_counts", ())
    if len(counts) != max(1, len(regions)):  # regions came or went: what the file said of their number is over
        counts = [str(len(regions))] * max(1, len(regions))
    if not regions:
        yield f'{start},{_bare(counts[0])},0,"{{}}","{{}}"\n'
    ours = iter(one.regions)
    for index, (is_unread, data) in enumerate(regions):
        cells = _cells(next(ours)) if is_one_to_one and not is_unread else {}
        shape = _kept(cells.get("shape"), data.get("shape_attributes") or {})
        attributes = _kept(cells.get("attributes"), data.get("region_attributes") or {})
        number = _bare(cells.get("id", str(index)))
        yield f"{start},{_bare(counts[index])},{number},{_quoted(shape)},{_quoted(attributes)}\n"


def _cells(region: Region) -> dict[str, str]:
    return dict(region.extra.get(KEY, {}).get("cells", {}))


def _kept(raw: str | None, data: Any) -> str:
    """The cell as it was, where it still says the same."""
    if raw is None:
        return _json(data)
    sound = _UNDEFINED.sub(lambda found: found[1] or "null", raw.strip() or "{}")
    return raw if json.loads(sound, strict=False) == data else _json(data)


def _name_cell(name: str) -> str:
    return _bare(f"'{name}" if _FORMULA.match(name) else name)


def _bare(text: str) -> str:
    """VIA puts no quotation marks around names; they are needed where a name holds a comma or the like."""
    return _quoted(text) if re.search(r'[",\r\n]', text) else text


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
