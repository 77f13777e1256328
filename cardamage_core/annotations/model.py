"""The annotation model: photo, region, shape, label and data set as frozen values.

To change a value is to make a new one (`annotations.edits`). Values are msgspec structs, so the same definition
validates and encodes them as JSON in the project, the edit log and a job's frozen data set.

Coordinates are pixels of the photo as displayed (EXIF orientation applied), x right, y down, float.
"""

from __future__ import annotations

import os
from typing import Annotated, Any, Literal

import msgspec

Point = tuple[float, float]
Ring = tuple[Point, ...]

Role = Literal["damage", "car", "part", "private"]  # private: blurred in every output
Review = Literal["unreviewed", "accepted", "rejected", "needs work"]
OriginKind = Literal["drawn", "imported", "predicted"]
MOST_PIXELS = 120_000_000  # of a photo that is opened (see `imaging`)
Side = Annotated[int, msgspec.Meta(ge=0, le=30_000)]  # pixels; no larger photo is opened (see `imaging.TOO_LONG`)
SPLITS = ("", "train", "val", "test")
UNLABELLED = ""


class Polygon(msgspec.Struct, frozen=True, tag="polygon"):
    """Closed rings under the even-odd rule: a ring inside another is a hole, a ring beside it another part.

    Rings do not repeat their first point at the end.
    """

    rings: tuple[Ring, ...]


class Rectangle(msgspec.Struct, frozen=True, tag="rectangle"):
    """An upright rectangle; (x, y) is its top left corner."""

    x: float
    y: float
    width: float
    height: float


class Circle(msgspec.Struct, frozen=True, tag="circle"):
    """A circle around (cx, cy)."""

    cx: float
    cy: float
    r: float


class Ellipse(msgspec.Struct, frozen=True, tag="ellipse"):
    """An ellipse around (cx, cy) with half axes rx, ry, turned by theta radians clockwise as seen (VIA 2)."""

    cx: float
    cy: float
    rx: float
    ry: float
    theta: float = 0.0


class Polyline(msgspec.Struct, frozen=True, tag="polyline"):
    """An open line; it has no area."""

    points: Ring


class Dot(msgspec.Struct, frozen=True, tag="point"):
    """A single point; it has no area."""

    x: float
    y: float


Shape = Polygon | Rectangle | Circle | Ellipse | Polyline | Dot


class Origin(msgspec.Struct, frozen=True, omit_defaults=True):
    """Origin of a region: drawn by a user, imported (`source` names the format), or predicted with a score 0…1."""

    kind: OriginKind = "drawn"
    source: str = ""
    model: str = ""
    score: float | None = None


class Region(msgspec.Struct, frozen=True, omit_defaults=True):
    """One outlined object on a photo: drawn, imported or predicted.

    `attributes` are the user's fields (severity, note …). `extra` is what a format needs to write the region back as
    it was, keyed by format; only that format looks inside. Treat both as immutable.
    """

    id: str
    shape: Shape
    label: str = UNLABELLED
    attributes: dict[str, Any] = msgspec.field(default_factory=dict)
    origin: Origin = Origin()
    review: Review = "unreviewed"
    extra: dict[str, Any] = msgspec.field(default_factory=dict)


class Photo(msgspec.Struct, frozen=True, omit_defaults=True):
    """One photo. `path` is absolute, or relative to the project's folder; width and height are pixels as displayed.

    `name` is what the annotation file calls it. width = height = 0 means: could not be read (missing, damaged).
    """

    id: str
    path: str
    name: str
    width: Side = 0
    height: Side = 0
    size: int = 0
    sha256: str = ""
    split: str = ""
    review: Review = "unreviewed"
    attributes: dict[str, Any] = msgspec.field(default_factory=dict)
    extra: dict[str, Any] = msgspec.field(default_factory=dict)

    def __post_init__(self) -> None:
        """ValueError for a size that no photo of ours has: it may come from a file that was changed."""
        if self.width * self.height > MOST_PIXELS:
            raise ValueError(f"A photo of {self.width} × {self.height} pixels.")


class Label(msgspec.Struct, frozen=True, omit_defaults=True):
    """A name for regions, with its colour (`#rrggbb`), its digit key ("1"…"9" or "") and its role."""

    name: str
    color: str
    key: str = ""
    role: Role = "damage"


class AnnotatedPhoto(msgspec.Struct, frozen=True):
    """A photo with its regions, in drawing order (the last lies on top)."""

    photo: Photo
    regions: tuple[Region, ...] = ()


class Dataset(msgspec.Struct, frozen=True):
    """Photos with regions and the labels they use: what a format reads and writes and a job trains on."""

    photos: tuple[AnnotatedPhoto, ...]
    labels: tuple[Label, ...] = ()
    extra: dict[str, Any] = msgspec.field(default_factory=dict)


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something wrong with the data. `code` names the kind, `text` is one sentence, photo and region are ids or ""."""

    code: str
    text: str
    severity: Literal["error", "warning", "info"] = "warning"
    photo: str = ""
    region: str = ""


def new_id() -> str:
    """A fresh id for a photo or region: 16 hex digits."""
    return os.urandom(8).hex()
