"""How do annotations and their photos come into a project?

First a plan, which only reads: everything that can go wrong goes wrong there. Then one edit, which can be undone.
A photo that is in the project already (the same file) keeps its regions; it gets those of the plan only if it has none.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from .. import formats
from ..annotations import checks
from ..annotations.labels import new_labels
from ..annotations.model import AnnotatedPhoto, Dataset, Finding, Label, Photo, Region, new_id
from ..errors import FormatError, ProjectError
from ..formats.photo_files import PhotoFiles
from ..imaging import SUFFIXES
from ..words import count
from . import mapping as mappings
from .history import Edit
from .mapping import NameMapping, Proposal
from .photo_headers import Turn, with_headers
from .project import Project

Progress = Callable[[int, int], None]  # done, total
Cancelled = Callable[[], bool]
USUAL_FILE = "via_region_data.json"
PATTERNS = ("*.json", "*.csv", "*.xml")  # what an annotation file in a folder may be called
AS_IT_IS = NameMapping()


class ImportStoppedError(ProjectError):
    """The user stopped an import."""

    def __init__(self) -> None:
        super().__init__("The import was stopped; nothing came in.")


class ImportPlan(msgspec.Struct, frozen=True):
    """What would come in. `found` and `missing` count photos that can and cannot be read.

    `proposed` says what the names in the file may mean; see `plan(…, mapping=…)` and `with_mapping`.
    """

    source: Path
    dataset: Dataset
    findings: tuple[Finding, ...]
    found: int
    missing: int
    proposed: Proposal = Proposal()


class ImportSummary(msgspec.Struct, frozen=True):
    """What came in: numbers of photos and regions, the names of their labels, what looks wrong, and it all as text."""

    photos: int
    regions: int
    labels: tuple[str, ...]
    known: int
    missing: int
    findings: tuple[Finding, ...]
    text: str
    edit: Edit | None = None


def plan(
    path: Path | str,
    *,
    photos: Path | str | None = None,
    split: str = "",
    format: str = "",  # noqa: A002
    mapping: NameMapping = AS_IT_IS,
    turn: Turn = "",
    known: Sequence[Label] = (),
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> ImportPlan:
    """Read an annotation file, or a folder with one or only with photos; no project is touched.

    Photos are looked for in `photos`, by default beside the file; `known` are labels that names are compared with.
    `turn` is the answer for regions that were drawn on photos before these were turned by their EXIF data.
    FormatError when there is nothing to import.
    """
    path = Path(path).absolute()
    if path.is_file() and path.suffix.lower() in SUFFIXES:
        return plan_photos([path], split=split, progress=progress, cancelled=cancelled)
    source = _annotation_file(path, format) if path.is_dir() else path
    folder = Path(photos).absolute() if photos else path if path.is_dir() else path.parent
    _stop(cancelled)
    place = PhotoFiles(folder)
    _stop(cancelled)
    if source is None:
        reading = _only_photos(path, place)
    else:
        stop = partial(_stop, cancelled)
        reading = formats.read_with_findings(
            source, format=format, label_in=mapping.label_in, photos=folder, between=stop
        )
    _stop(cancelled)
    proposed = mappings.proposal(reading.dataset, known)
    dataset = mappings.applied(reading.dataset, mapping)
    is_listed = source is None
    fresh = [_renewed(one, place, source or path, split, is_listed=is_listed) for one in dataset.photos]
    reading = formats.Reading(msgspec.structs.replace(dataset, photos=()), reading.findings)
    found = _looked_at(source or path, fresh, reading, _watch(len(fresh), progress, cancelled), turn=turn)
    return _with_proposal(found, proposed, mapping)


def with_mapping(plan: ImportPlan, mapping: NameMapping) -> ImportPlan:
    """The plan with other names and roles, without reading anything again; `mapping.label_in` is not looked at."""
    return _with_proposal(
        msgspec.structs.replace(plan, dataset=mappings.applied(plan.dataset, mapping)), plan.proposed, mapping
    )


def plan_photos(
    paths: Sequence[Path | str],
    *,
    split: str = "",
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> ImportPlan:
    """Photos without annotations, given by their files."""
    photos = [_photo(Path(path).absolute(), split) for path in paths]
    source = Path(paths[0]).absolute() if len(photos) == 1 else Path(f"{len(photos)} photos")
    return _looked_at(source, photos, formats.Reading(Dataset(())), _watch(len(photos), progress, cancelled))


def apply(
    project: Project, plan: ImportPlan, *, progress: Progress | None = None, cancelled: Cancelled | None = None
) -> ImportSummary:
    """Bring a plan in as one edit. ImportStoppedError, and nothing changed, when `cancelled` says so."""
    match = _matched(project, plan.dataset.photos)
    labels = _labels(project, plan.dataset, match.new)
    extra = _merged(project, plan.dataset.extra)
    total = len(labels) + len(match.changed) + len(extra) + sum(1 + len(one.regions) for one in match.new)
    text = f"Import {plan.source.name}"
    step = _watch(total, progress, cancelled)
    edit = project.add(match.new, labels, text, changed=match.changed, extra=extra, step=step)
    return _summary(plan, match, edit)


class _Match(NamedTuple):
    """Photos to add or give regions, to update, to leave alone; `ids` leads from the plan to the project."""

    new: list[AnnotatedPhoto]
    changed: list[Photo]
    known: list[Photo]
    ids: dict[str, str]


def _annotation_file(folder: Path, name: str) -> Path | None:
    """The one annotation file in a folder, or the folder itself in formats that are one; None when there is none."""
    usual = [path for path in (folder / USUAL_FILE,) if path.is_file()]
    if not usual and (formats.FORMATS[name].suffix == "" if name in formats.FORMATS else _is_annotation(folder)):
        return folder
    paths = (path for pattern in PATTERNS for path in sorted(folder.glob(pattern)))
    found = usual or [path for path in paths if _is_annotation(path)]
    if len(found) > 1 and not usual:
        names = ", ".join(path.name for path in found[:5])
        raise FormatError(f"{folder.name} holds several annotation files.", f"Choose one of {names} in {folder}.")
    return (usual or found or [None])[0]


def _is_annotation(path: Path) -> bool:
    try:
        formats.sniff(path)
    except FormatError:
        return False
    return True


def _only_photos(folder: Path, place: PhotoFiles) -> formats.Reading:
    paths = place.photos()
    if not paths:
        raise FormatError(f"{folder.name} holds no photos and no annotation file.", f"Looked in {folder}.")
    return formats.Reading(Dataset(tuple(_photo(path, "") for path in paths)))


def _photo(path: Path, split: str) -> AnnotatedPhoto:
    size = path.stat().st_size if path.is_file() else 0
    return AnnotatedPhoto(Photo(new_id(), str(path), path.name, size=size, split=split))


def _renewed(one: AnnotatedPhoto, place: PhotoFiles, source: Path, split: str, *, is_listed: bool) -> AnnotatedPhoto:
    """With ids that are new everywhere, and the photo's path (where it should be, when it is missing)."""
    split = split or one.photo.split
    if is_listed:  # we listed the files ourselves
        return AnnotatedPhoto(msgspec.structs.replace(one.photo, split=split))
    # A reader that found the photo itself, in a folder the user named, says where; otherwise a path is only a name.
    is_found = one.photo.path != one.photo.name
    found = Path(one.photo.path) if is_found else place.find(one.photo.name, size=one.photo.size)
    source = source / "photos" if source.is_dir() else source
    name = one.photo.name.replace("\\", "/").replace("\0", "").rstrip("/").rsplit("/", 1)[-1]
    photo = msgspec.structs.replace(
        one.photo, id=new_id(), path=str(found or source.parent / (name if name.strip(".") else "unnamed")), split=split
    )
    return AnnotatedPhoto(photo, tuple(msgspec.structs.replace(region, id=new_id()) for region in one.regions))


def _looked_at(
    source: Path,
    photos: Sequence[AnnotatedPhoto],
    reading: formats.Reading,
    step: Callable[[], None],
    *,
    turn: Turn = "",
) -> ImportPlan:
    """The plan, with the size of each photo and all findings."""
    with_sizes, header_findings = with_headers(photos, turn=turn, step=step)
    dataset = Dataset(tuple(with_sizes), reading.dataset.labels, reading.dataset.extra)
    missing = sum(one.photo.width == 0 for one in with_sizes)
    findings = (*reading.findings, *header_findings, *checks.findings(dataset), *mappings.ticked_findings(with_sizes))
    return ImportPlan(source, dataset, findings, len(photos) - missing, missing)


def _with_proposal(plan: ImportPlan, proposed: Proposal, mapping: NameMapping) -> ImportPlan:
    """The plan with findings about names that look like one and were not mapped."""
    left = [one for one in proposed.alike if one.old not in mapping.names]
    open_ = msgspec.structs.replace(proposed, alike=tuple(left))
    others = tuple(finding for finding in plan.findings if finding.code != "label-alike")
    return msgspec.structs.replace(plan, proposed=proposed, findings=(*others, *mappings.findings(open_)))


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


def _matched(project: Project, planned: Sequence[AnnotatedPhoto]) -> _Match:
    paths = project.paths()
    summaries = {summary.id: summary for summary in project.photos()}
    lost = {photo.name: photo for key, s in summaries.items() if s.missing and (photo := project.photo(key))}
    match = _Match([], [], [], {})
    for one in planned:
        old = _old(project, one.photo, paths, lost)
        match.ids[one.photo.id] = old.id if old else one.photo.id
        if old is None:
            photo = msgspec.structs.replace(one.photo, path=_stored_path(project, one.photo))
            match.new.append(AnnotatedPhoto(photo, one.regions))
        else:
            _meet_again(project, match, old, one, is_empty=summaries[old.id].regions == 0)
    return match


def _meet_again(project: Project, match: _Match, old: Photo, one: AnnotatedPhoto, *, is_empty: bool) -> None:
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


def _stop(cancelled: Cancelled | None) -> None:
    if cancelled and cancelled():
        raise ImportStoppedError


def _watch(total: int, progress: Progress | None, cancelled: Cancelled | None) -> Callable[[], None]:
    counter = itertools.count(1)

    def step() -> None:
        _stop(cancelled)
        done = next(counter)
        if progress and (done % 50 == 0 or done == total):
            progress(done, total)

    return step


def _summary(plan: ImportPlan, match: _Match, edit: Edit | None) -> ImportSummary:
    regions = [region for one in match.new for region in one.regions]
    labels = tuple(dict.fromkeys(region.label for region in regions))
    parts = [f"{count(len(match.new), 'photo')} with {count(len(regions), 'region')} came in from {plan.source.name}."]
    if labels:
        parts.append("Labels: " + ", ".join(_counted(regions)) + ".")
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
        findings=tuple(_findings(plan, match)),
        text=" ".join(parts),
        edit=edit,
    )


def _counted(regions: Sequence[Region]) -> list[str]:
    return [f"{label} ({number})" for label, number in Counter(region.label for region in regions).most_common()]


def _findings(plan: ImportPlan, match: _Match) -> Iterator[Finding]:
    """First what was left alone, then the plan's findings on the rest, with the ids of the project."""
    for photo in match.known:
        text = f"{photo.name} is in the project already; it stayed as it was."
        yield Finding("known-photo", text, "info", photo.id)
    known = {photo.id for photo in match.known}
    for finding in plan.findings:
        photo_id = match.ids.get(finding.photo, "")
        if photo_id not in known:
            yield msgspec.structs.replace(finding, photo=photo_id)
