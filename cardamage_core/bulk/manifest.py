"""Reads the list of photos of a bulk assessment: a CSV, a Parquet file, or a text with a path a line.

CSV and Parquet have a column `photo` (or `path`) and may have a column `claim`. Relative paths start at the list's own
folder.
"""

from __future__ import annotations

import csv
import importlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import FormatError, reason_of

SUFFIXES = (".csv", ".tsv", ".txt", ".parquet")
PHOTO, CLAIM = ("photo", "path"), "claim"
COMMAND = 'pip install "cardamage-workbench[ray]"'
LONGEST = 4096  # characters of a path


class Item(NamedTuple):
    """A photo to assess: its absolute path, and the number of the claim that it belongs to, "" for none."""

    photo: str
    claim: str = ""


def is_manifest(path: Path) -> bool:
    """Whether a path names a list of photos."""
    return path.suffix.lower() in SUFFIXES and not path.is_dir()


def read(path: Path) -> tuple[list[Item], int]:
    """The photos of a list in its order, each once, and how many lines repeated one. Raises FormatError."""
    rows = _parquet(path) if path.suffix.lower() == ".parquet" else _text(path)
    folder = Path(path).absolute().parent
    items: dict[Item, None] = {}
    count = 0
    for line, photo, claim in rows:
        if "\0" in photo or len(photo) > LONGEST:
            raise FormatError(f"{path}, line {line}: this is no path.", f"Found {photo[:60]!r}.")
        if photo:
            count += 1
            items[Item(os.path.normpath(folder / photo), claim)] = None
    if not items:
        raise FormatError(f"{path} lists no photos.", f"Expected a path a line, or a column “{PHOTO[0]}”.")
    return list(items), count - len(items)


def pyarrow() -> tuple[Any, Any]:
    """The packages pyarrow and pyarrow.parquet, which only this needs. Raises FormatError where they are missing."""
    try:
        return importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    except ImportError as error:
        raise FormatError(
            "Parquet files need the package pyarrow, which is not installed.", f"Run: {COMMAND}"
        ) from error


def _text(path: Path) -> Iterator[tuple[int, str, str]]:
    """Line, photo and claim of each row of a text file."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            if path.suffix.lower() == ".txt":
                yield from ((number, line.strip(), "") for number, line in enumerate(file, 1))
            else:
                yield from _table(path, file)
    except OSError as error:
        raise FormatError(f"{path} cannot be read.", f"{error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise FormatError(f"{path} is no text in UTF-8.", f"Byte {error.start}: {error.reason}.") from error
    except csv.Error as error:
        raise FormatError(f"{path} is no CSV file.", f"{error}.") from error


def _table(path: Path, file: Iterable[str]) -> Iterator[tuple[int, str, str]]:
    rows = csv.reader(file, delimiter="\t" if path.suffix.lower() == ".tsv" else ",")
    header = [name.strip().casefold() for name in next(rows, [])]
    photo, claim = _columns(path, header)
    for row in rows:
        cells = dict(enumerate(row))
        yield rows.line_num, cells.get(photo, "").strip(), cells.get(claim, "").strip()


def _columns(path: Path, header: list[str]) -> tuple[int, int]:
    photo = next((header.index(name) for name in PHOTO if name in header), -1)
    if photo < 0:
        found = ", ".join(header)[:200] or "nothing"
        raise FormatError(f"{path} has no column “{PHOTO[0]}”.", f"Its first line names the columns; found: {found}.")
    return photo, header.index(CLAIM) if CLAIM in header else -1


def _parquet(path: Path) -> Iterator[tuple[int, str, str]]:
    arrow, parquet = pyarrow()
    try:
        with parquet.ParquetFile(path) as file:
            header = [name.casefold() for name in file.schema_arrow.names]
            photo, claim = _columns(path, header)
            wanted = [file.schema_arrow.names[at] for at in (photo, claim) if at >= 0]
            number = 0
            for batch in file.iter_batches(columns=wanted):
                photos, *claims = (batch.column(at).to_pylist() for at in range(len(wanted)))
                for one, of in zip(photos, claims[0] if claims else [""] * len(photos), strict=True):
                    number += 1
                    yield number, str(one or "").strip(), "" if of is None else str(of).strip()
    except (OSError, arrow.ArrowException) as error:
        raise FormatError(f"{path} cannot be read as Parquet.", reason_of(error)[:300]) from error
