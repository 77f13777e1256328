"""Which photos of an import are in the project already, and what becomes of these?

A photo that is in the project (the same file) keeps its regions; it gets those of the plan only if it has none. A lost
photo is known by its name.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from ..annotations.model import AnnotatedPhoto, Photo
from .project import Project


class Match(NamedTuple):
    """Photos to add or give regions, to update, to leave alone; `ids` leads from the plan to the project."""

    new: list[AnnotatedPhoto]
    changed: list[Photo]
    known: list[Photo]
    ids: dict[str, str]


def matched(project: Project, planned: Sequence[AnnotatedPhoto]) -> Match:
    """How the photos of a plan meet those of the project."""
    paths = project.paths()
    summaries = {summary.id: summary for summary in project.photos()}
    lost = {photo.name: photo for key, s in summaries.items() if s.missing and (photo := project.photo(key))}
    match = Match([], [], [], {})
    for one in planned:
        old = _old(project, one.photo, paths, lost)
        match.ids[one.photo.id] = old.id if old else one.photo.id
        if old is None:
            photo = msgspec.structs.replace(one.photo, path=_stored_path(project, one.photo))
            match.new.append(AnnotatedPhoto(photo, one.regions))
        else:
            _meet_again(project, match, old, one, is_empty=summaries[old.id].regions == 0)
    return match


def _meet_again(project: Project, match: Match, old: Photo, one: AnnotatedPhoto, *, is_empty: bool) -> None:
    updated = _updated(project, old, one, takes_regions=is_empty)
    if updated != old:
        match.changed.append(updated)
    if is_empty and one.regions:
        match.new.append(AnnotatedPhoto(updated, one.regions))
    else:
        match.known.append(old)


def _old(project: Project, photo: Photo, paths: dict[Path, str], lost: dict[str, Photo]) -> Photo | None:
    if photo_id := paths.get(Path(photo.path)):
        return project.photo(photo_id)
    return lost.get(photo.name) if photo.width else None


def _updated(project: Project, old: Photo, one: AnnotatedPhoto, *, takes_regions: bool) -> Photo:
    """What is known of a photo after it was met again: its file when it was lost, its entry when it had no regions."""
    photo = old
    if old.width == 0 and one.photo.width:
        path = _stored_path(project, one.photo)
        photo = msgspec.structs.replace(photo, path=path, width=one.photo.width, height=one.photo.height)
    if takes_regions and one.regions:
        photo = msgspec.structs.replace(
            photo, name=one.photo.name, size=one.photo.size, extra=one.photo.extra,
            attributes=photo.attributes | one.photo.attributes, split=photo.split or one.photo.split,
        )  # fmt: skip
    return photo


def _stored_path(project: Project, photo: Photo) -> str:
    """Relative where the photo lies in the project's own folder, so that the folder can be moved."""
    path = Path(photo.path)
    return path.relative_to(project.folder).as_posix() if path.is_relative_to(project.folder) else photo.path
