"""The check sums of a report: a seal over the whole file, and the hashes of the photos that it speaks of.

A report holds `cardamage-sha256:` and 64 digits near its end: the SHA-256 of the file with these digits all zero. The
photos stand in one line `cardamage-manifest:{…}` of ASCII JSON (in a JSON report in the fields of its photos). This
finds changes, not their author: who changes a report can compute the seal anew.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from .. import files
from ..errors import CarDamageError
from .data import BLANK, SEAL, ReportData

MANIFEST = "cardamage-manifest:"
TAIL = 400  # bytes at the end of a report in which its seal stands
_SEAL = re.compile(re.escape(SEAL.encode()) + rb"([0-9a-f]{64})")
_MANIFEST = re.compile(re.escape(MANIFEST.encode()) + rb"(\{[\x20-\x7e]*\})")


class Verdict(NamedTuple):
    """What a check of a report and photos found: sentences about what is wrong, and about what was not checked."""

    wrong: tuple[str, ...]
    unchecked: tuple[str, ...]
    photos: int


def sealed(data: bytes) -> bytes:
    """The file with its seal, which must stand blank near the end."""
    at = data.rfind(BLANK.encode())
    assert at >= len(data) - TAIL, "a writer puts the blank seal at the end"
    return data[:at] + (SEAL + hashlib.sha256(data).hexdigest()).encode() + data[at + len(BLANK) :]


def manifest(data: ReportData) -> str:
    """The line with the hashes of the photos, in ASCII and without two dashes (an HTML comment would end there)."""
    told = {
        "claim": data.claim,
        "created": data.created,
        "log": data.log_head,
        "photos": [{"name": one.name, "sha256": one.sha256} for one in data.photos],
    }
    return MANIFEST + json.dumps(told).replace("-", "\\u002d")


def check(report: Path, photos: Iterable[Path]) -> Verdict:
    """Compare a report with its seal and photos with the hashes in it.

    CarDamageError where a file cannot be read or the report has no seal.
    """
    data = _read(report)
    found = _SEAL.search(data, max(0, len(data) - TAIL))
    if found is None:
        raise CarDamageError(
            f"{report.name} has no seal.",
            f"{report}: expected “{SEAL}…” at its end. It is no report of this program, or was cut off.",
        )
    blank = data[: found.start()] + BLANK.encode() + data[found.end() :]
    wrong = []
    if hashlib.sha256(blank).hexdigest().encode() != found[1]:
        wrong.append(f"{report.name} was changed after it was written.")
    known = _photos(data)
    given = list(photos)
    digests = {path: files.sha256(path) for path in given if path.is_file()}
    wrong += [text for path in given if (text := _wrong_photo(path, digests.get(path, ""), known))]
    names, hashes = {path.name for path in digests}, set(digests.values())
    missed = (one["name"] for one in known if one["sha256"] not in hashes and one["name"] not in names)
    unchecked = tuple(f"{name} was not checked." for name in missed)
    return Verdict(tuple(wrong), unchecked, len(given))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CarDamageError(f"{path} cannot be read.", f"{error.strerror}.") from error


def _photos(data: bytes) -> Sequence[dict[str, str]]:
    """Name and hash of each photo; () where they cannot be read."""
    try:
        if data.lstrip()[:1] == b"{":
            told: Any = json.loads(data)
        else:
            told = json.loads(found[1]) if (found := _MANIFEST.search(data)) else {}
        return [{"name": str(one["name"]), "sha256": str(one["sha256"])} for one in told["photos"]]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ()


def _wrong_photo(path: Path, digest: str, known: Sequence[dict[str, str]]) -> str:
    """What is wrong with a photo of this hash ("": it is not there), or ""."""
    if not digest:
        return f"{path} is not there."
    if any(one["sha256"] == digest for one in known):
        return ""
    if any(one["name"] == path.name for one in known):
        return f"{path.name} is not the photo that the report speaks of: it was changed."
    return f"{path.name} is none of the photos of the report."
