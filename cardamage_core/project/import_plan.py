"""Plans an import: reads an annotation file or a folder of photos and maps names to labels.

A plan only reads: everything that can go wrong goes wrong here, before a project is touched (see `import_apply`). A
label mapping is proposed from the file and the project's labels, and decided by the user; nothing is mapped unasked.
Progress is reported and an import can be cancelled.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from .. import formats
from ..annotations.labels import LabelTwin, alike, new_labels
from ..annotations.model import AnnotatedPhoto, Dataset, Label, Photo, Problem, Region, Role, new_id
from ..annotations.problems import find_problems
from ..errors import FormatError, ProjectError
from ..files import ANNOTATION_SUFFIXES, PHOTO_SUFFIXES
from ..formats.common import IN_NAME, text_of, ticked
from ..formats.export import PhotoFiles
from ..formats.via.entries import KEY, LABEL_IN
from .orientation import Turn, with_headers


class NameMapping(msgspec.Struct, frozen=True):
    """What the user decided.

    `label_in` is the attribute that holds the label ("": found out, `IN_NAME`: its name is the label), `names` leads
    from old labels to new ones, `roles` from (new) labels to what they stand for.
    """

    label_in: str = ""
    names: Mapping[str, str] = {}
    roles: Mapping[str, Role] = {}


class Attribute(msgspec.Struct, frozen=True):
    """An attribute that could hold the label: how many regions have it, and its most frequent values."""

    name: str
    regions: int
    values: tuple[str, ...]


class Proposal(msgspec.Struct, frozen=True):
    """What to ask the user: the attributes (the one in use first), names that look like one, and a role for each."""

    attributes: tuple[Attribute, ...] = ()
    alike: tuple[LabelTwin, ...] = ()
    roles: Mapping[str, Role] = {}


def proposal(dataset: Dataset, known: Sequence[Label] = ()) -> Proposal:
    """What the names in a file may mean, beside the labels that are known already."""
    counts = Counter(region.label for region in _regions(dataset))
    roles = {label.name: label.role for label in (*new_labels(counts), *dataset.labels, *known)}
    return Proposal(_attributes(dataset), alike(counts, [label.name for label in known]), roles)


def applied(dataset: Dataset, mapping: NameMapping) -> Dataset:
    """The data set with names and roles as decided. FormatError when a name is mapped to nothing."""
    names = {old: new.strip() for old, new in mapping.names.items() if old != new.strip()}
    if empty := [old for old, new in names.items() if not new]:
        raise FormatError(f"“{empty[0]}” cannot become a label without a name.", "Say which label it is.")
    labels = [msgspec.structs.replace(label, name=names.get(label.name, label.name)) for label in dataset.labels]
    by_name = {label.name: label for label in reversed(labels)}
    ordered = [by_name[name] for name in dict.fromkeys(label.name for label in labels)]
    with_roles = tuple(
        msgspec.structs.replace(label, role=mapping.roles.get(label.name, label.role)) for label in ordered
    )
    photos = tuple(
        msgspec.structs.replace(one, regions=tuple(_renamed(region, names) for region in one.regions))
        for one in (dataset.photos if names else ())
    )
    return msgspec.structs.replace(dataset, photos=photos or dataset.photos, labels=with_roles)


def alike_problems(proposed: Proposal) -> Iterator[Problem]:
    """One for each pair of names that look like one."""
    for one in proposed.alike:
        yield Problem("label-alike", one.text())


def ticked_problems(photos: Sequence[AnnotatedPhoto]) -> Iterator[Problem]:
    """One for each region whose label was the first of several ticked boxes."""
    for one in photos:
        for region in one.regions:
            value = region.attributes.get(region.extra.get(KEY, {}).get("label_in", LABEL_IN))
            if value is not None and len(boxes := ticked(value)) > 1 and region.label == boxes[0].strip():
                text = f"A region of {one.photo.name} has {', '.join(boxes)} ticked; “{region.label}” was taken."
                yield Problem("several-ticked", text, photo=one.photo.id, region=region.id)


def _renamed(region: Region, names: Mapping[str, str]) -> Region:
    new = names.get(region.label)
    return msgspec.structs.replace(region, label=new) if new else region


def _regions(dataset: Dataset) -> Iterable[Region]:
    return (region for one in dataset.photos for region in one.regions)


def _attributes(dataset: Dataset) -> tuple[Attribute, ...]:
    used: Counter[str] = Counter()
    values: dict[str, Counter[str]] = {}
    for region in _regions(dataset):
        via = region.extra.get(KEY, {})
        if region.origin.source.startswith("via") and not via.get("unlabelled"):
            label_in = IN_NAME if via.get("in_name") else via.get("label_in", LABEL_IN)
            used[label_in] += 1
            values.setdefault(label_in, Counter())[region.label] += 1
        for name, value in region.attributes.items():
            values.setdefault(name, Counter())[text_of(value)] += 1
    order = sorted(values, key=lambda name: (-used[name], -values[name].total()))
    return tuple(
        Attribute(name, values[name].total(), tuple(value for value, _ in values[name].most_common(6) if value))
        for name in order
    )


USUAL_FILE = "via_region_data.json"
AS_IT_IS = NameMapping()
READ = 0.6  # of the time a plan takes, where photos are looked at as well


class ImportPlan(msgspec.Struct, frozen=True):
    """What would come in. `found` and `missing` count photos that can and cannot be read.

    `proposed` says what the names in the file may mean; see `plan(…, mapping=…)` and `with_mapping`.
    """

    source: Path
    dataset: Dataset
    problems: tuple[Problem, ...]
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
    if path.is_file() and path.suffix.lower() in PHOTO_SUFFIXES:
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
        reading = formats.read_with_problems(source, format=format, label_in=mapping.label_in, photos=folder, tell=tell)
    stop_if(cancelled)
    proposed = proposal(reading.dataset, known)
    dataset = applied(reading.dataset, mapping)
    is_listed = source is None
    fresh = [_renewed(one, place, source or path, split, is_listed=is_listed) for one in dataset.photos]
    ids = {old.photo.id: new.photo.id for old, new in zip(dataset.photos, fresh, strict=True)}
    of_file = tuple(msgspec.structs.replace(one, photo=ids.get(one.photo, "")) for one in reading.problems)
    reading = formats.Reading(msgspec.structs.replace(dataset, photos=()), of_file)
    step = watch(2 * len(fresh), after(progress, READ if source else 0.0), cancelled)
    found = _looked_at(source or path, fresh, reading, step, turn=turn)
    return _with_proposal(found, proposed, mapping)


def with_mapping(plan: ImportPlan, mapping: NameMapping) -> ImportPlan:
    """The plan with other names and roles, without reading anything again; `mapping.label_in` is not looked at."""
    return _with_proposal(msgspec.structs.replace(plan, dataset=applied(plan.dataset, mapping)), plan.proposed, mapping)


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
    paths = [path for path in sorted(folder.iterdir()) if path.suffix.lower() in ANNOTATION_SUFFIXES and path.is_file()]
    found = usual or [path for path in paths if _is_annotation(path)]
    if len(found) > 1 and not usual:
        names = ", ".join(path.name for path in found[:5])
        raise FormatError(f"{folder.name} holds several annotation files.", f"Choose one of {names} in {folder}.")
    return next(iter(usual or found), None)


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
    """The plan, with the size of each photo and all problems; `step` is called twice for each photo."""
    with_sizes, header_problems = with_headers(photos, turn=turn, step=step)
    dataset = Dataset(tuple(with_sizes), reading.dataset.labels, reading.dataset.extra)
    missing = sum(one.photo.width == 0 for one in with_sizes)
    problems = (
        *reading.problems,
        *header_problems,
        *find_problems(dataset, step=step),
        *ticked_problems(with_sizes),
    )
    return ImportPlan(source, dataset, problems, len(photos) - missing, missing)


def _with_proposal(plan: ImportPlan, proposed: Proposal, mapping: NameMapping) -> ImportPlan:
    """The plan with problems about names that look like one and were not mapped."""
    left = [one for one in proposed.alike if one.old not in mapping.names]
    open_ = msgspec.structs.replace(proposed, alike=tuple(left))
    others = tuple(problem for problem in plan.problems if problem.code != "label-alike")
    return msgspec.structs.replace(plan, proposed=proposed, problems=(*others, *alike_problems(open_)))


Progress = Callable[[float], None]  # 0…1
Cancelled = Callable[[], bool]


class ImportStoppedError(ProjectError):
    """The user stopped an import."""

    def __init__(self) -> None:
        super().__init__("The import was stopped; nothing came in.")


def stop_if(cancelled: Cancelled | None) -> None:
    """ImportStoppedError when `cancelled` says so."""
    if cancelled and cancelled():
        raise ImportStoppedError


def watch(total: int, progress: Progress | None, cancelled: Cancelled | None) -> Callable[[], None]:
    """To be called for each of `total` things: tells `progress` now and then, and stops when `cancelled` says so."""
    counter = itertools.count(1)

    def step() -> None:
        stop_if(cancelled)
        done = next(counter)
        if progress and (done % 50 == 0 or done == total):
            progress(done / total)

    return step


def telling(progress: Progress | None, cancelled: Cancelled | None, *, upto: float) -> Callable[[float], None]:
    """To be called with the share done of a part that ends at `upto` of the whole; stops when `cancelled` says so."""

    def tell(share: float) -> None:
        stop_if(cancelled)
        if progress:
            progress(upto * share)

    return tell


def after(progress: Progress | None, begun: float) -> Progress | None:
    """The progress of what is left once `begun` of the whole is done."""
    return progress and (lambda share: progress(begun + (1 - begun) * share))
