"""Sends the corrected findings of a claim to an annotation project, where they are reviewed candidates for training.

One edit there, which can be undone: photos that are not there yet (by their hash) are copied into the project's folder,
and their accepted, drawn or corrected regions come in, marked as accepted and with the origin they have. What was sent
before is not sent again.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import msgspec

from ..annotations.model import AnnotatedPhoto, Photo, Region
from ..errors import ProjectError, reason_of
from ..files import sync_folder
from ..project import Edit, Project
from .claim import Claim
from .intake import safe_name

FOLDER = "photos from claims"
SENT = "claim"  # key of a region's and a photo's `extra`: the claim it is from


class Sent(NamedTuple):
    """What came in: numbers of photos and regions, and the edit; None where everything was there already."""

    photos: int
    regions: int
    edit: Edit | None


def send_to_project(claim: Claim, project: Project) -> Sent:
    """Copy the photos of a claim with accepted regions into `project`. ProjectError, and nothing sent, on failure."""
    if project.read_only:
        raise ProjectError(f"{project.name} was opened for reading only.", str(project.folder))
    known = {photo.sha256: photo for photo in _photos(project) if photo.sha256}
    copied: list[Path] = []
    try:
        sent = [one for photo in claim.photos() if (one := _sent(claim, photo, project, known, copied)).regions]
        used = {region.label for one in sent for region in one.regions}
        there = {label.name for label in project.labels()}
        labels = [label for label in claim.labels() if label.name in used - there]
        edit = (
            project.add(sent, labels, f"Findings of claim {claim.record.fields.number or claim.id}") if sent else None
        )
    except BaseException as error:
        for path in copied:
            path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise ProjectError("The findings could not be sent.", f"{reason_of(error)}. Nothing was sent.") from error
        raise
    if edit is not None and not claim.read_only:
        claim.note("sent", {"project": project.name, "photos": len(sent), "regions": _count(sent)})
    return Sent(len(copied), _count(sent), edit)


def _count(sent: Iterable[AnnotatedPhoto]) -> int:
    return sum(len(one.regions) for one in sent)


def _photos(project: Project) -> Iterable[Photo]:
    return (project.photo(summary.id) for summary in project.photos())


def _sent(claim: Claim, photo: Photo, project: Project, known: dict[str, Photo], copied: list[Path]) -> AnnotatedPhoto:
    """The photo as it stands in the project, with the regions that are new there."""
    roles = {label.name: label.role for label in claim.labels()}
    old = known.get(photo.sha256)
    there = {region.id for region in project.regions(old.id)} if old else set()
    regions = tuple(
        _accepted(one, claim.id)
        for one in claim.regions(photo.id)
        if _is_sure(one) and roles.get(one.label) != "private" and one.id not in there
    )
    if old or not regions:
        return AnnotatedPhoto(old or photo, regions)
    path = _copied(claim.path_of(photo), project.folder / FOLDER, f"{claim.id} {photo.name}")
    copied.append(path)
    stored = path.relative_to(project.folder).as_posix()
    fresh = msgspec.structs.replace(photo, path=stored, review="accepted", extra={SENT: claim.id})
    return AnnotatedPhoto(fresh, regions)


def _is_sure(region: Region) -> bool:
    """Whether a person stands for it, as drawn or accepted damage, car or part: dirt is not to be learned."""
    if region.attributes.get("cause") == "dirt, reflection":
        return False
    return region.review == "accepted" or (region.review == "unreviewed" and region.origin.kind == "drawn")


def _accepted(region: Region, claim_id: str) -> Region:
    return msgspec.structs.replace(region, review="accepted", extra=region.extra | {SENT: claim_id})


def _copied(source: Path, folder: Path, name: str) -> Path:
    """A copy of the file under a name that is free."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = Path(safe_name(name))
    number, path = 1, folder / wanted
    while path.exists():
        number += 1
        path = folder / f"{wanted.stem}-{number}{wanted.suffix}"
    try:
        shutil.copyfile(source, path)
        sync_folder(folder)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path
