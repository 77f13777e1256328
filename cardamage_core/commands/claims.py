"""Assesses photos as claims, without a window: one claim, or one for each sub-folder of a folder.

Can be stopped at any time and called again: claims are found by their number (or name of the sub-folder), photos that
are in the claim are not taken again, and those that a model has looked at are not looked at again.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import hashlib
import io
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from ..assessment.damage import figure
from ..claims import library
from ..claims.archives import READING, Refusal
from ..claims.claim import Claim
from ..claims.intake import CHUNK, incoming_files, natural, safe_name
from ..claims.model import ClaimFields, Finding
from ..claims.outline import open_photos, outline
from ..errors import CarDamageError, ProjectError
from ..files import ARCHIVE_SUFFIXES, PHOTO_SUFFIXES, write_atomic
from ..inference.client import Predictor
from ..models import registry
from ..report import write
from ..text import count, time_left
from . import Output
from .terminal import table

FINDINGS = "findings.csv"
COLUMNS = (
    "claim", "photo", "number", "label", "panel", "severity", "cause", "operation", "decision", "score",
    "percent of the car", "percent of the panel", "percent of the photo", "note",
)  # fmt: skip
TOLD = ("number", "label", "panel", "severity", "cause", "operation", "decision", "score")


class Work(NamedTuple):
    """The photos of one claim, and its number."""

    number: str
    sources: tuple[Path, ...]


def run(args: argparse.Namespace, out: Output) -> int:
    """Assess the claims and tell; 1 where a photo, or a whole claim, failed."""
    works = list(_works(args.things, args.claim))
    if not works:
        raise ProjectError("There are no photos to assess.", f"Looked in {', '.join(map(str, args.things))}.")
    place = args.out.absolute()
    library.clean(place)
    models = registry.completed_by_car(registry.default())
    documents: list[dict[str, Any]] = []
    rows: list[tuple[Any, ...]] = []
    estimate = Estimate([_number_of_photos(work.sources) for work in works])
    with Predictor(*(model.folder for model in models)) as predictor:
        for number, work in enumerate(works, 1):
            said = f"{number}/{len(works)} " if len(works) > 1 else ""
            estimate.begin()
            try:
                with _claim(place, work, out) as claim:
                    claim.project.set_threshold(_threshold(args, models[0], claim))
                    _outline(claim, predictor, models[0].card.id, out, said, estimate)
                    documents.append(_document(claim))
                    rows += _rows(claim)
                    _report(claim, args, place)
            except CarDamageError as error:
                out.progress(f"{said}{work.number or 'claim'}: {error}")
                documents.append({"number": work.number, "error": {"title": error.title, "detail": error.detail}})
            except KeyboardInterrupt:
                out.progress(f"What is done is kept in {place}; call the same command again to go on.")
                raise
    if args.csv:
        write_atomic(place / FINDINGS, _csv(rows))
    failed = sum("error" in one or bool(one["failed"]) for one in documents)
    out.report({"claims": documents}, _text(documents, place))
    return 1 if failed else 0


def _works(things: Sequence[Path], numbers: Sequence[str]) -> Iterator[Work]:
    """One claim of all that was named; of a folder without photos and with sub-folders one for each of these."""
    if len(things) == 1 and (folders := _claim_folders(things[0])):
        if unknown := set(numbers) - {folder.name for folder in folders}:
            raise ProjectError(f"{things[0]} has no sub-folder {', '.join(sorted(unknown))}.", "No claim was assessed.")
        yield from (Work(folder.name, (folder,)) for folder in folders if not numbers or folder.name in numbers)
        return
    if len(numbers) > 1:
        raise ProjectError(f"{len(numbers)} numbers were given for one claim.", "Give one, or a folder of claims.")
    yield Work(numbers[0] if numbers else "", tuple(path.absolute() for path in things))


def _claim_folders(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    inside = [path for path in folder.absolute().iterdir() if not path.name.startswith(".")]
    if any(path.suffix.lower() in (*PHOTO_SUFFIXES, *ARCHIVE_SUFFIXES) for path in inside if path.is_file()):
        return []
    return sorted((path for path in inside if path.is_dir()), key=lambda path: natural(path.name))


def _claim(place: Path, work: Work, out: Output) -> Claim:
    """The claim of this number, with the photos that it does not have yet, or a new one."""
    number = work.number or _named_by(work.sources)
    known = [one for one in library.summaries(place) if one.fields.number == number]
    if not work.number:  # two cars may have an IMG_0001.jpg each
        hashes = set(_hashes(work.sources))
        known = [one for one in known if hashes & {photo.sha256 for photo in one.photos}]
    if not known:
        out.progress(f"Taking in the photos of {number} …")
        return Claim.create(place, work.sources, ClaimFields(number=number))
    claim = Claim.open(library.folder_of(place, known[0].id))
    try:
        claim.add_photos(work.sources, only_new=True)
    except BaseException:
        claim.close()
        raise
    return claim


def _hashes(sources: Sequence[Path]) -> Iterator[str]:
    """The SHA-256 of each photo among the sources, of those in archives as well."""
    for incoming in incoming_files(sources):
        with contextlib.suppress(Refusal, *READING), incoming.open() as file:
            digest = hashlib.sha256()
            while block := file.read(CHUNK):
                digest.update(block)
            yield digest.hexdigest()


def _named_by(sources: Sequence[Path]) -> str:
    """A claim without a number is known by what its first photo, folder or archive is called."""
    return sources[0].name if sources[0].is_dir() else sources[0].stem


def _threshold(args: argparse.Namespace, model: registry.Model, claim: Claim) -> float:
    if args.threshold is not None:
        return float(args.threshold)
    usual = model.card.threshold
    return claim.project.threshold if usual is None or claim.project.has_threshold else usual


class Estimate:
    """How long the claims that are left will take, by the time that the photos so far took."""

    def __init__(self, photos: Sequence[int]) -> None:
        """`photos` is how many each claim probably has."""
        self._later = list(photos)
        self._here = self._done = 0
        self._spent = 0.0

    def begin(self) -> None:
        """The next claim's turn."""
        self._later, self._here = self._later[1:], 0

    def expect(self, photos: int) -> None:
        """It has so many photos to look at."""
        self._here = photos

    def add(self, seconds: float) -> str:
        """One more photo took so long; how long the rest will take, in words, "" where there is none."""
        self._here, self._done, self._spent = self._here - 1, self._done + 1, self._spent + seconds
        left = self._here + sum(self._later)
        return f", {time_left(self._spent / self._done * left)} left" if left > 0 else ""


def _number_of_photos(sources: Sequence[Path]) -> int:
    """How many photos there may be; an archive counts as one."""
    inside = (path for source in sources for path in (source.rglob("*") if source.is_dir() else (source,)))
    return sum(path.suffix.lower() in (*PHOTO_SUFFIXES, *ARCHIVE_SUFFIXES) for path in inside)


def _outline(claim: Claim, predictor: Predictor, model: str, out: Output, said: str, estimate: Estimate) -> None:
    left = len(open_photos(claim))
    estimate.expect(left)
    started = time.monotonic()
    for done, (photo, look) in enumerate(outline(claim, predictor, model=model), 1):
        rest = estimate.add(time.monotonic() - started)
        found = look.problem or count(len(claim.findings(photo=photo.id)), "finding")
        out.progress(f"{said}{done}/{left} {photo.name}: {found}{rest}")
        started = time.monotonic()


def _report(claim: Claim, args: argparse.Namespace, place: Path) -> None:
    """The reports that were asked for, in place of those of an earlier call."""
    name = safe_name(claim.record.fields.number or claim.id)
    paths = [place / f"{name}{suffix}" for suffix in (".pdf", ".html") if getattr(args, suffix[1:])]
    if paths:
        write.write(claim, paths, language=args.lang, replace=True)


def _document(claim: Claim) -> dict[str, Any]:
    threshold, looks = claim.project.threshold, claim.project.looks()
    found = claim.findings()
    failed = [{"photo": "", "problem": one.text} for one in claim.refused if one.severity == "error"]
    photos: list[dict[str, Any]] = []
    for photo in claim.photos():
        look = looks.get(photo.id)
        if look is not None and look.problem:
            failed.append({"photo": photo.name, "problem": look.problem})
            continue
        damage = claim.project.damage(photo.id)
        photos.append(
            {
                "photo": photo.name,
                "id": photo.id,
                "sha256": photo.sha256,
                "damage": msgspec.to_builtins(damage),
                "figure": figure(damage),
                "findings": [_finding(one) for one in found if one.photo == photo.id],
                "warnings": [one.text for one in claim.warnings(photo=photo.id)],
            }
        )
    return {
        "number": claim.record.fields.number,
        "id": claim.id,
        "folder": str(claim.folder),
        "threshold": threshold,
        "photos": photos,
        "failed": failed,
    }


def _finding(one: Finding) -> dict[str, Any]:
    return {
        "number": one.number,
        "region": one.region.id,
        "label": one.region.label,
        "score": one.region.origin.score,
        "decision": one.decision,
        "panel": one.panel,
        "severity": one.severity,
        "cause": one.cause,
        "operation": one.operation,
        "note": one.note,
        "of_car": one.of_car,
        "of_panel": one.of_panel,
        "of_photo": one.of_photo,
    }


def _rows(claim: Claim) -> Iterator[tuple[Any, ...]]:
    names = {photo.id: photo.name for photo in claim.photos()}
    for one in claim.findings():
        told = _finding(one)
        shares = (told["of_car"], told["of_panel"], told["of_photo"])
        yield (
            claim.record.fields.number,
            names[one.photo],
            *(
                told[name]
                for name in ("number", "label", "panel", "severity", "cause", "operation", "decision", "score")
            ),
            *("" if share is None else f"{share:.2f}" for share in shares),
            one.note,
        )


def _csv(rows: Sequence[tuple[Any, ...]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([[_cell(value) for value in row] for row in rows])
    return text.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula gets an apostrophe in front."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def _text(documents: Sequence[dict[str, Any]], place: Path) -> str:
    rows = [
        (one["number"], photo["photo"], len(photo["findings"]), photo["figure"])
        for one in documents
        for photo in one.get("photos", ())
    ]
    lines = [table(("claim", "photo", "findings", "damage"), rows, right=("findings",))] if rows else []
    lines += [
        f"{one['number']}: {one['error']['title']} {one['error']['detail']}" for one in documents if "error" in one
    ]
    lines += [f"{one['number']}: {bad['problem']}" for one in documents for bad in one.get("failed", ())]
    return "\n".join([*lines, f"The claims are in {place / library.FOLDER}."])
