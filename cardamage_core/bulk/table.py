"""The table that a bulk assessment writes: one row for each photo, as Parquet, in parts that are whole or not there.

The schema is documented in docs/ray.md.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec

from .. import files
from ..annotations.confidence import is_above
from ..annotations.model import Label, Polygon, Region
from ..assessment.damage import Damage
from ..errors import FormatError, ProjectError, reason_of
from . import manifest
from .manifest import Item

FOLDER = "photos.parquet"
CONDITIONS = "conditions.json"
ROWS = 256  # of a part, at most
SECONDS = 30.0  # after which a part is written even with fewer rows


class Outline(msgspec.Struct, frozen=True):
    """One region at or above the threshold; `rings` are x0, y0, x1, y1, … in pixels of the photo as displayed."""

    label: str
    role: str
    score: float
    of_car: float | None
    rings: tuple[tuple[float, ...], ...]


class Row(msgspec.Struct, frozen=True):
    """What is known of one photo. A photo that failed has a `problem`, and neither figure nor regions."""

    photo: str
    claim: str
    status: Literal["assessed", "failed"]
    problem: str = ""
    sha256: str = ""
    width: int = 0
    height: int = 0
    determined: bool = False
    percent: float | None = None
    low: float | None = None
    high: float | None = None
    denominator: str = ""
    reason: str = ""
    damage: str = ""
    regions: tuple[Outline, ...] = ()
    seconds: float = 0.0


class Conditions(msgspec.Struct, frozen=True):
    """Under what all rows of one table were made; `models` are ids with the digests of their weights."""

    models: dict[str, str]
    threshold: float
    schema: int = 1


def row_of(item: Item, *, problem: str) -> Row:
    """The row of a photo that failed."""
    return Row(item.photo, item.claim, "failed", problem=" ".join(problem.split())[:600])


def outlines(regions: Iterable[Region], labels: Sequence[Label], damage: Damage, threshold: float) -> Iterator[Outline]:
    """The regions at or above the threshold, as a row keeps them."""
    roles = {label.name: label.role for label in labels}
    for region in regions:
        if is_above(region, threshold) and isinstance(region.shape, Polygon):
            rings = tuple(tuple(round(v, 2) for point in ring for v in point) for ring in region.shape.rings)
            share = damage.findings.get(region.id)
            role = roles.get(region.label, "damage")
            yield Outline(region.label, role, region.origin.score or 0.0, share.of_car if share else None, rings)


def schema() -> Any:
    """The columns of a part."""
    arrow, _ = manifest.pyarrow()
    outline = arrow.struct(
        [
            ("label", arrow.string()),
            ("role", arrow.string()),
            ("score", arrow.float32()),
            ("of_car", arrow.float32()),
            ("rings", arrow.list_(arrow.list_(arrow.float32()))),
        ]
    )
    kinds = {
        "photo": arrow.string(), "claim": arrow.string(), "status": arrow.string(), "problem": arrow.string(),
        "sha256": arrow.string(), "width": arrow.int32(), "height": arrow.int32(), "determined": arrow.bool_(),
        "percent": arrow.float32(), "low": arrow.float32(), "high": arrow.float32(), "denominator": arrow.string(),
        "reason": arrow.string(), "damage": arrow.string(), "regions": arrow.list_(outline), "seconds": arrow.float32(),
    }  # fmt: skip
    assert tuple(kinds) == Row.__struct_fields__
    return arrow.schema(list(kinds.items()))


def write_part(rows: Sequence[Row], path: Path) -> None:
    """Write rows as one Parquet file, whole or not at all."""
    arrow, parquet = manifest.pyarrow()
    made = arrow.Table.from_pylist([msgspec.to_builtins(row) for row in rows], schema=schema())
    with files.atomic_path(path) as temporary:
        parquet.write_table(made, temporary, compression="zstd")


class Table:
    """The table in a folder: what is there is not done again, whoever adds to it."""

    def __init__(self, folder: Path, conditions: Conditions) -> None:
        """Open it, or make it. Raises ProjectError where it was made under other conditions."""
        self.folder = Path(folder) / FOLDER
        self.folder.mkdir(parents=True, exist_ok=True)
        _agree(Path(folder) / CONDITIONS, conditions)
        self._done: dict[Item, bool] = {}
        for path in self._parts():
            self._note(path)

    @property
    def done(self) -> frozenset[Item]:
        """The photos that have a row."""
        return frozenset(self._done)

    @property
    def failed(self) -> int:
        """How many of them failed."""
        return sum(not good for good in self._done.values())

    def add(self, rows: Iterable[Row]) -> None:
        """Store rows as a part; photos that have a row already are left out."""
        new = {Item(row.photo, row.claim): row for row in rows if Item(row.photo, row.claim) not in self._done}
        if new:
            name = hashlib.sha256(msgspec.json.encode(list(new))).hexdigest()[:16]
            write_part(list(new.values()), self.folder / f"part-{len(self._done):09d}-{name}.parquet")
            self._done |= {item: row.status == "assessed" for item, row in new.items()}

    def forget_failed(self) -> int:
        """Remove the rows of photos that failed, so that they are tried again; their number."""
        before = self.failed
        for path in self._parts() if before else ():
            rows = list(read_part(path))
            good = [row for row in rows if row.status == "assessed"]
            if not good:
                path.unlink()
            elif len(good) < len(rows):
                write_part(good, path)
        self._done = {item: good for item, good in self._done.items() if good}
        return before

    def rows(self, claims: frozenset[str] | None = None) -> Iterator[Row]:
        """All rows, or those of these claims."""
        for path in self._parts():
            yield from (row for row in read_part(path) if claims is None or row.claim in claims)

    def _parts(self) -> list[Path]:
        return sorted(self.folder.glob("part-*.parquet"))

    def _note(self, path: Path) -> None:
        try:
            _, parquet = manifest.pyarrow()
            found = parquet.read_table(path, columns=["photo", "claim", "status"], partitioning=None).to_pydict()
        except (OSError, ValueError, KeyError):  # ArrowException is a ValueError or an OSError
            path.rename(path.with_suffix(".damaged"))  # its photos are assessed again
            return
        for photo, claim, status in zip(found["photo"], found["claim"], found["status"], strict=True):
            self._done[Item(photo, claim)] = status == "assessed"


def read_part(path: Path) -> list[Row]:
    """The rows of a part. Raises FormatError where it is none."""
    arrow, parquet = manifest.pyarrow()
    try:
        found = parquet.read_table(path, schema=schema(), partitioning=None).to_pylist()
        return msgspec.convert(found, list[Row], strict=False)
    except (OSError, arrow.ArrowException, msgspec.ValidationError) as error:
        raise FormatError(f"{path} is no part of an assessment.", reason_of(error)[:300]) from error


class Collector:
    """Gathers rows and hands them on in parts: as soon as there are ROWS, and at least every SECONDS."""

    def __init__(self, store: Any) -> None:
        """`store` takes the rows of a part."""
        self._store = store
        self._rows: list[Row] = []
        self._since = time.monotonic()

    def take(self, rows: Iterable[Row] = ()) -> None:
        """Gather; call it now and then also without rows."""
        self._rows += rows
        if len(self._rows) >= ROWS or time.monotonic() - self._since > SECONDS:
            self.flush()

    def flush(self) -> None:
        """Hand on what is there."""
        rows, self._rows, self._since = self._rows, [], time.monotonic()
        if rows:
            self._store(rows)


def _agree(path: Path, conditions: Conditions) -> None:
    try:
        known = msgspec.json.decode(path.read_bytes(), type=Conditions)
    except FileNotFoundError:
        files.write_atomic(path, msgspec.json.format(msgspec.json.encode(conditions)))
        return
    except (OSError, msgspec.DecodeError) as error:
        raise ProjectError(f"{path} is damaged.", "Choose another --out.") from error
    if known != conditions:
        raise ProjectError(
            f"The table in {path.parent} was made by other models or with another threshold.",
            f"There: {', '.join(known.models)} from {known.threshold}; now: {', '.join(conditions.models)} from"
            f" {conditions.threshold}. Rows of both must not mix: choose another --out.",
        )
