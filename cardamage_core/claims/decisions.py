"""Turns what a project's journal holds into decisions: who outlined, accepted, rejected or changed what.

An outline stands in a decision as a digest of its points; the points themselves are in the project.
"""

from __future__ import annotations

import getpass
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from ..annotations.model import Photo, Region, Review
from ..project.journal import JournalEntry, RowChange
from .model import FINDING_FIELDS, Decision, PhotoWarning

MERGED = "merged"  # key of a region's `extra`: the ids of the regions it was made of
REVIEWS: dict[Review, str] = {
    "accepted": "accepted", "rejected": "rejected", "unreviewed": "reopened", "needs work": "reopened",
}  # fmt: skip


def decisions_of(entry: JournalEntry, who: str) -> Iterator[Decision]:
    """What one edit, undo or redo decided. Predictions of a photo that came in together are one decision."""
    predicted: dict[str, list[Region]] = {}
    for change in entry.changes:
        if change.kind == "region":
            region = _region(change.after)
            if region and entry.step == "done" and not change.before and _is_raw(region):
                predicted.setdefault(change.photo, []).append(region)
            else:
                yield _of_region(change, entry, who)
        elif change.kind in ("photo", "label"):
            yield _of_other(change, entry, who)
    for photo, regions in predicted.items():
        yield Decision(entry.at, who, "outlined", photo, after=_outlined(regions))


def _is_raw(region: Region) -> bool:
    """Whether it is as a model gave it: a person who merges predictions makes one as well."""
    return region.origin.kind == "predicted" and MERGED not in region.extra


def _outlined(regions: Iterable[Region]) -> dict[str, Any]:
    """What models saw on a photo."""
    regions = tuple(regions)
    return {
        "models": sorted({region.origin.model for region in regions}),
        "regions": [{"id": region.id, **told(region)} for region in regions],
    }


def told(region: Region) -> dict[str, Any]:
    """What a decision says of a region: label, review, origin, what people said, and a digest of the outline."""
    said: dict[str, Any] = {"label": region.label, "review": region.review, "origin": region.origin.kind}
    if region.origin.score is not None:
        said["score"] = region.origin.score
    said |= {name: region.attributes[name] for name in FINDING_FIELDS if region.attributes.get(name)}
    if merged := region.extra.get(MERGED):
        said["merged"] = merged
    return said | {"outline": hashlib.sha256(msgspec.json.encode(region.shape)).hexdigest()[:16]}


def _of_region(change: RowChange, entry: JournalEntry, who: str) -> Decision:
    old, new = _region(change.before), _region(change.after)
    before, after = told(old) if old else None, told(new) if new else None
    what = _what(old, new) if entry.step == "done" else entry.step
    if before and after:
        both = dict(before), dict(after)
        before = {key: value for key, value in both[0].items() if both[1].get(key) != value}
        after = {key: value for key, value in both[1].items() if both[0].get(key) != value}
    return Decision(entry.at, who, what, change.photo, change.key, before, after)


def _what(old: Region | None, new: Region | None) -> str:
    if new is None:
        return "removed"
    if new.extra.get(MERGED) != (old.extra.get(MERGED) if old else None):
        return "merged"
    if old is None:
        return "outlined"
    return REVIEWS[new.review] if old.review != new.review else "changed"


def _of_other(change: RowChange, entry: JournalEntry, who: str) -> Decision:
    """Photos and labels. A photo is told with the hash of its file."""
    if change.kind == "label":
        before, after = _value(change.before), _value(change.after)
        return Decision(entry.at, who, "changed" if entry.step == "done" else entry.step, before=before, after=after)
    old, new = _photo(change.before), _photo(change.after)
    what = "photos added" if old is None else "removed" if new is None else "changed"
    what = what if entry.step == "done" else entry.step
    return Decision(entry.at, who, what, change.key, before=old and photo_told(old), after=new and photo_told(new))


def photo_told(photo: Photo) -> dict[str, Any]:
    """What a decision says of a photo."""
    return {"name": photo.name, "sha256": photo.sha256, "size": photo.size, "pixels": [photo.width, photo.height]}


def _value(text: str | None) -> Any:
    return None if text is None else msgspec.json.decode(text)


def _region(text: str | None) -> Region | None:
    return None if text is None else msgspec.json.decode(text, type=Region)


def _photo(text: str | None) -> Photo | None:
    return None if text is None else msgspec.json.decode(text, type=Photo)


def added(photos: Iterable[Photo], refused_files: Sequence[PhotoWarning], who: str) -> Iterator[Decision]:
    """Photos came in when the claim was made, and files did not."""
    for photo in photos:
        yield Decision(now(), who, "photos added", photo.id, after=photo_told(photo))
    if refused_files:
        yield refused(refused_files, who)


def refused(files: Iterable[PhotoWarning], who: str) -> Decision:
    """Files did not come in."""
    return Decision(now(), who, "photos added", after={"refused": [one.text for one in files]})


def now() -> str:
    """The time as decisions have it: UTC in ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def user() -> str:
    """The name of the person at the computer, "" where the system does not tell."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""
