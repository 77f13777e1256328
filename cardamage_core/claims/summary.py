"""Keeps beside each claim what a list of claims shows of it, so that a thousand are listed without being opened.

`summary.json` can be made again from the claim at any time; where it is missing, the list shows the record alone. It
also holds the hashes of the photos, by which photos are found that stand in several claims.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
from PIL import Image

from .. import imaging
from ..assessment.damage import figure
from ..errors import CarDamageError, PhotoError
from ..files import write_atomic
from ..project import Project
from . import records
from .model import ClaimFields, ClaimRecord, ClaimState, Finding

FILE = "summary.json"
THUMBNAIL = "cache/claim.jpg"
SIDE = 240  # pixels of the small picture


class PhotoHash(msgspec.Struct, frozen=True, omit_defaults=True):
    """What tells that two photos are the same: SHA-256 of the file, perceptual hash of what it shows (hex)."""

    id: str
    name: str
    sha256: str = ""
    looks: str = ""


class ClaimSummary(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a list shows of a claim.

    `figure` is the share of the car in words, `percent` as a number to sort by; "" and None where nothing is known.
    `failed` photos could not be looked at by a model. `trouble` says why the claim cannot be read.
    """

    id: str
    created: str = ""
    changed: str = ""
    state: ClaimState = "new"
    fields: ClaimFields = ClaimFields()
    photos: tuple[PhotoHash, ...] = ()
    findings: int = 0
    decided: int = 0
    failed: int = 0
    figure: str = ""
    percent: float | None = None
    trouble: str = ""

    @property
    def words(self) -> str:
        """Everything that can be searched for, in small letters."""
        said = (self.id, self.state, *msgspec.structs.astuple(self.fields), *(photo.name for photo in self.photos))
        return " ".join(said).casefold()


def of_record(record: ClaimRecord) -> ClaimSummary:
    """What the record alone says."""
    return ClaimSummary(record.id, record.created, record.created, record.state, record.fields)


def counted(summary: ClaimSummary, findings: Sequence[Finding]) -> ClaimSummary:
    """With the numbers of findings, and of those that a person has decided on."""
    decided = sum(not one.is_open for one in findings)
    return msgspec.structs.replace(summary, findings=len(findings), decided=decided)


def worst(project: Project, threshold: float) -> tuple[float | None, str]:
    """The largest share of the car on one photo, as a number and in words; shares of photos are never added up."""
    found = [project.damage(one.id, threshold=threshold) for one in project.photos()]
    known = [one for one in found if one.determined and one.percent is not None]
    if not known:
        return None, ""
    most = max(known, key=lambda one: one.percent or 0.0)
    return most.percent, figure(most)


def read(folder: Path) -> ClaimSummary:
    """The summary of a claim; of one that has none, or is damaged, what can be said."""
    try:
        found = msgspec.json.decode((folder / FILE).read_bytes(), type=ClaimSummary)
    except (OSError, msgspec.MsgspecError, RecursionError):
        return _without(folder)
    return msgspec.structs.replace(found, id=folder.name)


def write(folder: Path, summary: ClaimSummary) -> None:
    """Store it, whole or not at all."""
    write_atomic(folder / FILE, msgspec.json.encode(summary))


def draw(folder: Path, photo: Path) -> None:
    """Make the small picture that stands for the claim; a list does without where that fails."""
    with contextlib.suppress(PhotoError, OSError, CarDamageError):
        data = io.BytesIO()
        Image.fromarray(imaging.thumbnail(photo, SIDE)).save(data, "JPEG", quality=85)
        write_atomic(folder / THUMBNAIL, data.getvalue())


def matching(summaries: Iterable[ClaimSummary], text: str) -> tuple[ClaimSummary, ...]:
    """Those in which every word of the text stands."""
    words = text.casefold().split()
    return tuple(one for one in summaries if all(word in one.words for word in words))


def _without(folder: Path) -> ClaimSummary:
    try:
        return of_record(records.read(folder))
    except CarDamageError as error:
        return ClaimSummary(folder.name, trouble=str(error))
