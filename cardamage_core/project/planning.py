"""What would come in from an annotation file or a folder of photos?

A plan only reads: everything that can go wrong goes wrong here, before a project is touched (see `importing`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from .. import formats
from ..annotations import checks
from ..annotations.model import AnnotatedPhoto, Dataset, Finding, Label, Photo, new_id
from ..errors import FormatError
from ..formats.photo_files import PhotoFiles
from ..imaging import SUFFIXES
from . import mapping as mappings
from .mapping import NameMapping, Proposal
from .photo_headers import Turn, with_headers
from .stopping import Cancelled, Progress, after, stop_if, telling, watch

USUAL_FILE = "via_region_data.json"
PATTERNS = ("*.json", "*.csv", "*.xml")  # what an annotation file in a folder may be called
AS_IT_IS = NameMapping()
READ = 0.6  # of the time a plan takes, where photos are looked at as well


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
    stop_if(cancelled)
    place = PhotoFiles(folder)
    stop_if(cancelled)
    if source is None:
        reading = _only_photos(path, place)
    else:
        tell = telling(progress, cancelled, upto=READ)
        reading = formats.read_with_findings(source, format=format, label_in=mapping.label_in, photos=folder, tell=tell)
    stop_if(cancelled)
    proposed = mappings.proposal(reading.dataset, known)
    dataset = mappings.applied(reading.dataset, mapping)
    is_listed = source is None
    fresh = [_renewed(one, place, source or path, split, is_listed=is_listed) for one in dataset.photos]
    ids = {old.photo.id: new.photo.id for old, new in zip(dataset.photos, fresh, strict=True)}
    of_file = tuple(msgspec.structs.replace(one, photo=ids.get(one.photo, "")) for one in reading.findings)
    reading = formats.Reading(msgspec.structs.replace(dataset, photos=()), of_file)
    step = watch(2 * len(fresh), after(progress, READ if source else 0.0), cancelled)
    found = _looked_at(source or path, fresh, reading, step, turn=turn)
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
    return _looked_at(source, photos, formats.Reading(Dataset(())), watch(2 * len(photos), progress, cancelled))


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
    """The plan, with the size of each photo and all findings; `step` is called twice for each photo."""
    with_sizes, header_findings = with_headers(photos, turn=turn, step=step)
    dataset = Dataset(tuple(with_sizes), reading.dataset.labels, reading.dataset.extra)
    missing = sum(one.photo.width == 0 for one in with_sizes)
    findings = (
        *reading.findings,
        *header_findings,
        *checks.findings(dataset, step=step),
        *mappings.ticked_findings(with_sizes),
    )
    return ImportPlan(source, dataset, findings, len(photos) - missing, missing)


def _with_proposal(plan: ImportPlan, proposed: Proposal, mapping: NameMapping) -> ImportPlan:
    """The plan with findings about names that look like one and were not mapped."""
    left = [one for one in proposed.alike if one.old not in mapping.names]
    open_ = msgspec.structs.replace(proposed, alike=tuple(left))
    others = tuple(finding for finding in plan.findings if finding.code != "label-alike")
    return msgspec.structs.replace(plan, proposed=proposed, findings=(*others, *mappings.findings(open_)))
