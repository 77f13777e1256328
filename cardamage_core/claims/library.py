"""The claims of a project folder: listing, searching, deleting, and photos that stand in several claims."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import platformdirs

from ..errors import ProjectError, ProjectLockedError, reason_of
from ..project.filesystem import taken
from ..project.near_duplicates import HASH_SIDE, MOST_BITS
from . import summary
from .model import PhotoWarning
from .records import RECORD
from .summary import ClaimSummary, PhotoHash

FOLDER = "claims"
_PART, _GONE = ".part", ".deleted"
_IS_HASH = re.compile(f"[0-9a-f]{{{HASH_SIDE**2 // 4}}}")


def default_place() -> Path:
    """The folder whose claims are those of a person who has opened no project."""
    return platformdirs.user_data_path("cardamage", appauthor=False) / "inspections"


def is_claim(folder: Path) -> bool:
    """Whether a folder holds a claim."""
    return (folder / RECORD).is_file()


def folders(place: Path) -> list[Path]:
    """The claims in a project's folder, newest first."""
    try:
        with os.scandir(Path(place) / FOLDER) as entries:
            names = [entry.name for entry in entries if not entry.name.startswith(".") and entry.is_dir()]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ProjectError(f"The claims in {place} cannot be listed.", f"{reason_of(error)}.") from error
    found = (Path(place) / FOLDER / name for name in sorted(names, reverse=True))
    return [folder for folder in found if is_claim(folder)]


def summaries(place: Path) -> tuple[ClaimSummary, ...]:
    """What a list shows of each claim, newest first; a claim that cannot be read says so in `trouble`."""
    return tuple(map(summary.read, folders(place)))


def folder_of(place: Path, claim_id: str) -> Path:
    """Where a claim lies. ProjectError when there is none of that id."""
    folder = Path(place) / FOLDER / claim_id
    if folder.parent != Path(place) / FOLDER or not is_claim(folder):
        raise ProjectError(f"There is no claim “{claim_id}”.", f"Looked in {Path(place) / FOLDER}.")
    return folder


def delete(folder: Path) -> None:
    """Remove a claim with everything known of it. ProjectLockedError, and nothing removed, while it is open elsewhere.

    The folder is renamed first: a process that is killed leaves no half claim in the list (see `clean`).
    """
    if not is_claim(folder):
        raise ProjectError(f"{folder} is not a claim.", f"There is no file {RECORD} in it; nothing was removed.")
    lock = taken(folder)
    gone = folder.with_name(f".{folder.name}{_GONE}")
    try:
        if os.name == "nt":  # a folder with an open file in it cannot be renamed there
            lock.release()
        folder.rename(gone)
    except OSError as error:
        raise ProjectError(f"The claim {folder.name} cannot be removed.", f"{reason_of(error)}.") from error
    finally:
        lock.release()
    _remove(gone)


def clean(place: Path) -> None:
    """Remove what killed processes left of claims that they were making or removing."""
    for ending in (_PART, _GONE):
        for left in (Path(place) / FOLDER).glob(f".*{ending}"):
            try:
                taken(left).release()
            except ProjectLockedError:
                continue  # being made at this moment
            _remove(left)


def _remove(folder: Path) -> None:
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise ProjectError(
            f"Not all of the claim could be removed: {folder} is still there.",
            f"{reason_of(error)}. Remove it by hand.",
        ) from error


def duplicates(place: Path, claim_id: str, photos: Sequence[PhotoHash]) -> tuple[PhotoWarning, ...]:
    """A warning for each of a claim's photos that stands in other claims as well, by its bytes or by its looks."""
    others = [(one, photo) for one in summaries(place) if one.id != claim_id for photo in one.photos]
    return tuple(_warnings(photos, others))


def _warnings(photos: Sequence[PhotoHash], others: Sequence[tuple[ClaimSummary, PhotoHash]]) -> Iterator[PhotoWarning]:
    near = _near([photo.looks for photo in photos], [photo.looks for _, photo in others])
    for number, photo in enumerate(photos):
        same = [one for one in others if photo.sha256 and one[1].sha256 == photo.sha256]
        alike = [others[j] for j in np.flatnonzero(near[number]).tolist()]
        for found, words in ((same, "is the same file as"), (alike, "looks the same as")):
            if found:
                yield PhotoWarning(
                    "duplicate-elsewhere",
                    f"{photo.name} {words} {_places(found)}.",
                    photo=photo.id,
                    related=tuple(f"{claim.id}/{one.id}" for claim, one in found),
                )
                break


def _places(found: Iterable[tuple[ClaimSummary, PhotoHash]]) -> str:
    found = list(found)
    told = [f"{photo.name} in claim {claim.fields.number or claim.id}" for claim, photo in found[:3]]
    more = f" and {len(found) - 3} more" if len(found) > 3 else ""
    return ", ".join(told) + more


def near_pairs(photos: Sequence[PhotoHash]) -> list[tuple[int, int]]:
    """Pairs (i < j) of photos that look the same or are the same file."""
    looks = [photo.looks for photo in photos]
    near = _near(looks, looks)
    same = np.array([[a.sha256 != "" and a.sha256 == b.sha256 for b in photos] for a in photos], bool)
    return [(int(i), int(j)) for i, j in np.argwhere(near | same.reshape(near.shape)) if i < j]


def _near(some: Sequence[str], others: Sequence[str]) -> np.ndarray:
    """(n, m) whether perceptual hashes (hex, "" for none) are those of the same picture."""
    first, second = _signs(some), _signs(others)
    return np.asarray(first @ second.T >= HASH_SIDE**2 - 2 * MOST_BITS)  # equal bits less different ones


def _signs(hashes: Sequence[str]) -> np.ndarray:
    """(n, bits) of -1 and 1, zeros where there is no hash."""
    known = [bool(_IS_HASH.fullmatch(one)) for one in hashes]
    packed = bytes.fromhex("".join(one for one, is_hash in zip(hashes, known, strict=True) if is_hash))
    signs = np.zeros((len(hashes), HASH_SIDE**2), np.float32)
    signs[known] = 2.0 * np.unpackbits(np.frombuffer(packed, np.uint8)).reshape(-1, HASH_SIDE**2) - 1
    return signs
