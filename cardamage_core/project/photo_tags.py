"""Tables of tags: a CSV with a column `filename` and columns that say something of whole photos, such as severity.

The other columns become attributes of the photos, `split` their split where they have none. Rows are matched by name,
and by split where a name occurs in several.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from ..annotations.model import SPLITS, Photo
from ..errors import FormatError
from ..text import count
from .history import Edit
from .project import Project

NAME = "filename"
REGION_COLUMNS = frozenset(("region_shape_attributes", "region_attributes", "file_attributes"))  # of VIA's own CSV
MOST_ROWS = 1_000_000
SHOWN = 5


class Tagged(NamedTuple):
    """What came in: the edit, if anything changed, photos that got tags, names that no photo has, and the columns."""

    edit: Edit | None
    photos: int
    unknown: tuple[str, ...]
    columns: tuple[str, ...]

    @property
    def text(self) -> str:
        """For people."""
        said = f"{count(self.photos, 'photo')} got {', '.join(self.columns)}."
        if self.unknown:
            some = ", ".join(self.unknown[:SHOWN]) + (" …" if len(self.unknown) > SHOWN else "")
            said += f" {count(len(self.unknown), 'row')} belong to no photo of the project: {some}."
        return said


def is_table(path: Path) -> bool:
    """Whether a file is a table of tags: CSV with a column `filename` beside others, and none of VIA's."""
    if path.suffix.lower() != ".csv" or not path.is_file():
        return False
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            head = next(csv.reader(file), [])
    except (OSError, UnicodeDecodeError, csv.Error):
        return False
    names = {name.strip().lower() for name in head}
    return NAME in names and len(names) > 1 and not names & REGION_COLUMNS


def apply(project: Project, path: Path) -> Tagged:
    """Give the project's photos the tags of a table, in one edit. Raises FormatError where it is none."""
    rows = list(_rows(path))
    by_name: dict[str, list[Photo]] = defaultdict(list)
    for one in project.photos():
        photo = project.photo(one.id)
        by_name[photo.name.replace("\\", "/").rsplit("/", 1)[-1]].append(photo)
    changed: dict[str, tuple[Photo, Photo]] = {}
    tagged: set[str] = set()
    unknown = []
    for row in rows:
        photos = _meant(by_name.get(row[NAME], ()), row.get("split", ""))
        if not photos:
            unknown.append(row[NAME])
        for photo in photos:
            tagged.add(photo.id)
            new = _with_tags(photo, row)
            if new != photo:
                changed[photo.id] = (photo, new)
    columns = tuple(name for name in (rows[0] if rows else {}) if name != NAME)
    before, after = ([pair[i] for pair in changed.values()] for i in (0, 1))
    edit = project.edit_photos(before, after, f"Tags of {path.name}")
    return Tagged(edit, len(tagged), tuple(unknown), columns)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            names = [name.strip() for name in reader.fieldnames or ()]
            lower = [name.lower() if name.lower() in (NAME, "split") else name for name in names]
            reader.fieldnames = lower
            if NAME not in lower:
                raise FormatError(f"{path.name} is no table of tags.", f"Expected a column {NAME}, found {names}.")
            for number, row in enumerate(reader):
                if number >= MOST_ROWS:
                    raise FormatError(f"{path.name} has too many rows.", f"At most {MOST_ROWS:,} are read.")
                yield {str(key): (value or "").strip() for key, value in row.items() if key is not None}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FormatError(f"{path} could not be read.", str(error)) from error


def _meant(photos: Sequence[Photo], split: str) -> Sequence[Photo]:
    """Of the photos with a name those of the split, where one is said and any has it; else all without a split."""
    if not split:
        return photos
    return [one for one in photos if one.split == split] or [one for one in photos if not one.split]


def _with_tags(photo: Photo, row: Mapping[str, str]) -> Photo:
    tags = {name: value for name, value in row.items() if name not in (NAME, "split") and value}
    split = row.get("split", "") if not photo.split and row.get("split") in SPLITS else photo.split
    return msgspec.structs.replace(photo, attributes=photo.attributes | tags, split=split)
