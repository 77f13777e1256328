"""Imports a plan, or photos without annotations, into a project.

One edit, which can be undone: photos that are new, regions for those that had none, labels, and what formats need to
write files back as they were. A photo that is in the project (the same file) keeps its regions; it gets those of the
plan only if it has none. A lost photo is known by its name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from ..annotations.labels import new_labels
from ..annotations.model import AnnotatedPhoto, Dataset, Label, Photo, Problem
from ..annotations.photo_pack import labelled
from ..errors import ProjectError
from ..files import is_text, printable
from ..text import count
from .history import Edit
from .import_plan import Cancelled, ImportPlan, Progress, plan_photos, stop_if, watch
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
    match = matched(project, plan.dataset.photos, look=lambda: stop_if(cancelled))
    labels = _labels(project, plan.dataset, match.labels)
    extra = _merged(project, plan.dataset.extra)
    total = len(labels) + len(match.changed) + len(extra) + match.number + match.labels.total()
    text = f"Import {printable(plan.source.name)}"
    step = watch(total, progress, cancelled)
    edit = project.add(match.new(plan.dataset.photos), labels, text, changed=match.changed, extra=extra, step=step)
    return _summary(plan, match, edit)


def _labels(project: Project, dataset: Dataset, used: Iterable[str]) -> tuple[Label, ...]:
    """Labels that are new to the project, in the next free colours, with what the file and the user say of them."""
    given = {label.name: label for label in dataset.labels}
    usual = {label.name: label for label in new_labels(given)}
    result = []
    for label in new_labels([*given, *used], project.labels()):
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
    number = match.labels.total()
    parts = [f"{count(match.number, 'photo')} with {count(number, 'region')} came in from {plan.source.name}."]
    if match.labels:
        parts.append("Labels: " + ", ".join(f"{label} ({n})" for label, n in match.labels.most_common()) + ".")
    elif plan.dataset.labels and not plan.dataset.photos:
        parts = [f"{plan.source.name} defines labels: {', '.join(label.name for label in plan.dataset.labels)}."]
    if match.known:
        parts.append(f"{count(len(match.known), 'photo')} already in the project and left alone.")
    if plan.missing:
        parts.append(f"{count(plan.missing, 'photo')} missing or unreadable.")
    return ImportSummary(
        photos=match.number,
        regions=number,
        labels=tuple(match.labels),
        known=len(match.known),
        missing=plan.missing,
        problems=tuple(_problems(plan, match)),
        text=" ".join(parts),
        edit=edit,
    )


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


class Match:
    """What becomes of each photo of a plan. No regions are held: there may be millions.

    `changed` are photos to update, `known` those left alone; `ids` leads from the plan to the project; `number` photos
    come in or get regions, and these carry `labels`.
    """

    def __init__(self) -> None:
        self.changed: list[Photo] = []
        self.known: list[Photo] = []
        self.ids: dict[str, str] = {}
        self.labels: Counter[str] = Counter()
        self._photos: list[Photo | None] = []  # for each of the plan's: the photo that takes its regions

    @property
    def number(self) -> int:
        """How many photos come in or get regions."""
        return sum(photo is not None for photo in self._photos)

    def new(self, planned: Iterable[AnnotatedPhoto]) -> Iterator[AnnotatedPhoto]:
        """The photos that come in or get regions."""
        for photo, one in zip(self._photos, planned, strict=True):
            if photo is not None:
                yield AnnotatedPhoto(photo, one.regions)

    def take(self, photo: Photo | None, labels: Sequence[str]) -> None:
        """The next photo of the plan comes in as `photo`, with regions of these labels, or is left alone."""
        self._photos.append(photo)
        if photo is not None:
            self.labels.update(labels)


def matched(project: Project, planned: Sequence[AnnotatedPhoto], *, look: Callable[[], None] = lambda: None) -> Match:
    """How the photos of a plan meet those of the project; `look` is called for each and may raise to cancel."""
    paths = project.paths()
    summaries = {summary.id: summary for summary in project.photos()}
    lost = {photo.name: photo for key, s in summaries.items() if s.missing and (photo := project.photo(key))}
    match = Match()
    for photo, labels in labelled(planned):
        look()
        old = _old(project, photo, paths, lost)
        match.ids[photo.id] = old.id if old else photo.id
        if old is None:
            match.take(msgspec.structs.replace(photo, path=_stored_path(project, photo)), labels)
        else:
            takes = bool(labels) and summaries[old.id].regions == 0
            updated = _updated(project, old, photo, takes_regions=takes)
            if updated != old:
                match.changed.append(updated)
            match.take(updated if takes else None, labels)
            match.known += [] if takes else [old]
    return match


def _old(project: Project, photo: Photo, paths: dict[Path, str], lost: dict[str, Photo]) -> Photo | None:
    if photo_id := paths.get(Path(photo.path)):
        return project.photo(photo_id)
    return lost.get(photo.name) if photo.width else None


def _updated(project: Project, old: Photo, found: Photo, *, takes_regions: bool) -> Photo:
    """What is known of a photo after it was met again: its file when it was lost, its entry when it had no regions."""
    photo = old
    if old.width == 0 and found.width:
        path = _stored_path(project, found)
        photo = msgspec.structs.replace(photo, path=path, width=found.width, height=found.height)
    if takes_regions:
        photo = msgspec.structs.replace(
            photo, name=found.name, size=found.size, extra=found.extra,
            attributes=photo.attributes | found.attributes, split=photo.split or found.split,
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
