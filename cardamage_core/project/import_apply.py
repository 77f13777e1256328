"""Imports a plan, or photos without annotations, into a project.

One edit, which can be undone: photos that are new, regions for those that had none, labels, and what formats need to
write files back as they were. A photo that is in the project (the same file) keeps its regions; it gets those of the
plan only if it has none. A lost photo is known by its name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from ..annotations.labels import new_labels
from ..annotations.model import AnnotatedPhoto, Dataset, Label, Photo, Problem, Region
from ..errors import ProjectError
from ..files import is_text, printable
from ..text import count
from .history import Edit
from .import_plan import Cancelled, ImportPlan, Progress, plan_photos, watch
from .project import Project


class ImportSummary(msgspec.Struct, frozen=True):
    """What came in: numbers of photos and regions, the names of their labels, what looks wrong, and it all as text."""

    photos: int
    regions: int
    labels: tuple[str, ...]
    known: int
    missing: int
    problems: tuple[Problem, ...]
    text: str
    edit: Edit | None = None


def apply(
    project: Project, plan: ImportPlan, *, progress: Progress | None = None, cancelled: Cancelled | None = None
) -> ImportSummary:
    """Bring a plan in as one edit. ImportStoppedError, and nothing changed, when `cancelled` says so."""
    match = matched(project, plan.dataset.photos)
    labels = _labels(project, plan.dataset, match.new)
    extra = _merged(project, plan.dataset.extra)
    total = len(labels) + len(match.changed) + len(extra) + sum(1 + len(one.regions) for one in match.new)
    text = f"Import {printable(plan.source.name)}"
    step = watch(total, progress, cancelled)
    edit = project.add(match.new, labels, text, changed=match.changed, extra=extra, step=step)
    return _summary(plan, match, edit)


def _labels(project: Project, dataset: Dataset, new: Sequence[AnnotatedPhoto]) -> tuple[Label, ...]:
    """Labels that are new to the project, in the next free colours, with what the file and the user say of them."""
    given = {label.name: label for label in dataset.labels}
    usual = {label.name: label for label in new_labels(given)}
    names = [*given, *(region.label for one in new for region in one.regions)]
    result = []
    for label in new_labels(names, project.labels()):
        found = given.get(label.name, label)
        color = found.color if found.color != usual.get(label.name, found).color else label.color
        result.append(msgspec.structs.replace(label, role=found.role, color=color))
    return tuple(result)


def _merged(project: Project, extra: dict[str, Any]) -> dict[str, Any]:
    """What to keep for formats; what is there already stays, as do settings of the first of several projects."""
    before = project.extra()
    is_empty = not project.photos()
    result: dict[str, Any] = {}
    for key, value in extra.items():
        fresh = {name: one for name, one in value.items() if name != "list" or is_empty}
        result[key] = _deeply(before.get(key, {}), fresh, levels=4)
    return {key: value for key, value in result.items() if value and value != before.get(key)}


def _deeply(old: dict[str, Any], new: dict[str, Any], *, levels: int) -> dict[str, Any]:
    """`old` with what only `new` has; objects below are put together in the same way."""
    result = dict(old)
    for key, value in new.items():
        if key not in result:
            result[key] = value
        elif levels and isinstance(value, dict) and isinstance(result[key], dict):
            result[key] = _deeply(result[key], value, levels=levels - 1)
    return result


def _summary(plan: ImportPlan, match: Match, edit: Edit | None) -> ImportSummary:
    regions = [region for one in match.new for region in one.regions]
    labels = tuple(dict.fromkeys(region.label for region in regions))
    parts = [f"{count(len(match.new), 'photo')} with {count(len(regions), 'region')} came in from {plan.source.name}."]
    if labels:
        parts.append("Labels: " + ", ".join(_counted(regions)) + ".")
    elif plan.dataset.labels and not plan.dataset.photos:
        parts = [f"{plan.source.name} defines labels: {', '.join(label.name for label in plan.dataset.labels)}."]
    if match.known:
        parts.append(f"{count(len(match.known), 'photo')} already in the project and left alone.")
    if plan.missing:
        parts.append(f"{count(plan.missing, 'photo')} missing or unreadable.")
    return ImportSummary(
        photos=len(match.new),
        regions=len(regions),
        labels=labels,
        known=len(match.known),
        missing=plan.missing,
        problems=tuple(_problems(plan, match)),
        text=" ".join(parts),
        edit=edit,
    )


def _counted(regions: Sequence[Region]) -> list[str]:
    return [f"{label} ({number})" for label, number in Counter(region.label for region in regions).most_common()]


def _problems(plan: ImportPlan, match: Match) -> Iterator[Problem]:
    """First what was left alone, then the plan's problems on the rest, with the ids of the project."""
    for photo in match.known:
        text = f"{photo.name} is in the project already; it stayed as it was."
        yield Problem("known-photo", text, "info", photo.id)
    known = {photo.id for photo in match.known}
    for problem in plan.problems:
        photo_id = match.ids.get(problem.photo, "")
        if photo_id not in known:
            yield msgspec.structs.replace(problem, photo=photo_id)


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
    if not is_text(path.relative_to(project.folder) if path.is_relative_to(project.folder) else path):
        raise ProjectError(
            f"The photos in {printable(path.parent)} cannot be kept.",
            "The name of a folder above them is not UTF-8. Rename it, then import again.",
        )
    return path.relative_to(project.folder).as_posix() if path.is_relative_to(project.folder) else photo.path


def add_photos(project: Project, paths: Sequence[Path]) -> str:
    """Add the photos as one undoable edit; the id of the first of them, also where it was known before."""
    apply(project, plan_photos(paths))
    return project.paths().get(paths[0].absolute(), "")
