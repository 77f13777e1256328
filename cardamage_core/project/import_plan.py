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
from ..annotations.photo_pack import packed, packed_like
from ..annotations.problems import ProblemSearch
from ..errors import FormatError, ProjectError
from ..files import ANNOTATION_SUFFIXES, PHOTO_SUFFIXES, is_text, is_there, printable
from ..formats.common import IN_NAME, text_of, ticked
from ..formats.export import PhotoFiles
from ..formats.via.entries import KEY, LABEL_IN
from .orientation import Headers, Turn


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


OWN_ATTRIBUTES = ("note", "severity")  # what our own fields write, which is never a label


class NameStats:
    """Counts the names that photos use as they come by: labels, attributes and their values."""

    def __init__(self) -> None:
        self.labels: Counter[str] = Counter()
        self._used: Counter[str] = Counter()
        self._values: dict[str, Counter[str]] = {}

    def watch(self, photos: Iterable[AnnotatedPhoto]) -> Iterator[AnnotatedPhoto]:
        """The same photos."""
        for one in photos:
            for region in one.regions:
                self._count(region)
            yield one

    def proposal(self, labels: Sequence[Label], known: Sequence[Label] = ()) -> Proposal:
        """What the names may mean, beside the labels of the file and those that are known already."""
        roles = {label.name: label.role for label in (*new_labels(self.labels), *labels, *known)}
        return Proposal(self._attributes(), alike(self.labels, [label.name for label in known]), roles)

    def _count(self, region: Region) -> None:
        self.labels[region.label] += 1
        via = region.extra.get(KEY, {})
        if region.origin.source.startswith("via") and not via.get("unlabelled"):
            label_in = IN_NAME if via.get("in_name") else via.get("label_in", LABEL_IN)
            self._used[label_in] += 1
            self._values.setdefault(label_in, Counter())[region.label] += 1
        for name, value in region.attributes.items():
            self._values.setdefault(name, Counter())[text_of(value)] += 1

    def _attributes(self) -> tuple[Attribute, ...]:
        used = self._used
        if not used:  # the format says itself which label a region has
            return ()
        values = {name: counts for name, counts in self._values.items() if used[name] or name not in OWN_ATTRIBUTES}
        order = sorted(values, key=lambda name: (-used[name], -values[name].total()))
        return tuple(
            Attribute(name, values[name].total(), tuple(value for value, _ in values[name].most_common(6) if value))
            for name in order
        )


class Renaming:
    """Names and roles as decided. FormatError when a name is mapped to nothing."""

    def __init__(self, mapping: NameMapping) -> None:
        self._roles = mapping.roles
        self._names = {old: new.strip() for old, new in mapping.names.items() if old != new.strip()}
        if empty := [old for old, new in self._names.items() if not new]:
            raise FormatError(f"“{empty[0]}” cannot become a label without a name.", "Say which label it is.")

    def labels(self, labels: Sequence[Label]) -> tuple[Label, ...]:
        """The labels, each once."""
        renamed = [msgspec.structs.replace(one, name=self._names.get(one.name, one.name)) for one in labels]
        by_name = {label.name: label for label in reversed(renamed)}
        ordered = [by_name[name] for name in dict.fromkeys(label.name for label in renamed)]
        return tuple(msgspec.structs.replace(label, role=self._roles.get(label.name, label.role)) for label in ordered)

    def photo(self, one: AnnotatedPhoto) -> AnnotatedPhoto:
        """The photo, its regions renamed."""
        if not any(region.label in self._names for region in one.regions):
            return one
        regions = (
            msgspec.structs.replace(region, label=self._names.get(region.label, region.label)) for region in one.regions
        )
        return msgspec.structs.replace(one, regions=tuple(regions))


def applied(dataset: Dataset, mapping: NameMapping) -> Dataset:
    """The data set with names and roles as decided."""
    renaming = Renaming(mapping)
    photos = packed_like(dataset.photos, map(renaming.photo, dataset.photos))
    return msgspec.structs.replace(dataset, photos=photos, labels=renaming.labels(dataset.labels))


def alike_problems(proposed: Proposal) -> Iterator[Problem]:
    """One for each pair of names that look like one."""
    for one in proposed.alike:
        yield Problem("label-alike", one.text())


def ticked_problems(one: AnnotatedPhoto) -> Iterator[Problem]:
    """One for each region whose label was the first of several ticked boxes."""
    for region in one.regions:
        value = region.attributes.get(region.extra.get(KEY, {}).get("label_in", LABEL_IN))
        if isinstance(value, dict) and len(boxes := ticked(value)) > 1 and region.label == boxes[0].strip():
            text = f"A region of {one.photo.name} has {', '.join(boxes)} ticked; “{region.label}” was taken."
            yield Problem("several-ticked", text, photo=one.photo.id, region=region.id)


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
    if is_there(path) and path.suffix.lower() in PHOTO_SUFFIXES:
        return plan_photos([path], split=split, progress=progress, cancelled=cancelled)
    source = _annotation_file(path, format) if path.is_dir() else path
    folder = Path(photos).absolute() if photos else path if path.is_dir() else path.parent
    stop_if(cancelled)
    place = PhotoFiles(folder)
    stop_if(cancelled)
    looking = _Looking(source or path, place, split, Renaming(mapping), turn, is_listed=source is None)
    if source is None:
        reading = _only_photos(path, place)
    else:
        tell = telling(progress, cancelled, upto=READ)
        keep = looking.packed(lambda: stop_if(cancelled)) if formats.Source(source).is_large else tuple
        reading = formats.read_with_problems(
            source, format=format, label_in=mapping.label_in, photos=folder, tell=tell, keep=keep
        )
    stop_if(cancelled)
    if not looking.is_done:
        step = watch(2 * len(reading.dataset.photos), after(progress, READ if source else 0.0), cancelled)
        looked_at = tuple(looking.watch(reading.dataset.photos, step))
        reading = formats.Reading(msgspec.structs.replace(reading.dataset, photos=looked_at), reading.problems)
    elif progress:
        progress(1.0)
    return looking.plan(reading, mapping, known)


class _Looking:
    """Looks at photos one by one, as a reader gives them or afterwards, and makes a plan of them.

    They get ids that are new everywhere, their paths and sizes, and the names that were decided.
    """

    def __init__(
        self, source: Path, place: PhotoFiles, split: str, renaming: Renaming, turn: Turn, *, is_listed: bool
    ) -> None:
        self.is_done = False
        self._source, self._place, self._split = source, place, split
        self._renaming, self._turn, self._is_listed = renaming, turn, is_listed
        self._beside = source / "photos" if source.is_dir() else source
        self._names = NameStats()
        self._ids: dict[str, str] = {}
        self._unnameable: dict[str, None] = {}
        self._ticked: list[Problem] = []
        self._missing = 0

    def packed(self, step: Callable[[], None]) -> formats.Keep:
        """For readers of large files: the photos are looked at as they come, and kept in little memory."""
        return lambda photos: packed(self.watch(photos, step))

    def watch(self, photos: Iterable[AnnotatedPhoto], step: Callable[[], None]) -> Iterator[AnnotatedPhoto]:
        """The photos as they are to come in; `step` is called twice for each and may raise to cancel."""
        self.is_done = True
        self._headers = Headers(turn=self._turn, step=step)
        self._problems = ProblemSearch(step=step)
        renewed = map(self._renewed, self._names.watch(self._nameable(photos)))
        for one in self._problems.watch(self._headers.watch(renewed)):
            self._ticked += ticked_problems(one)
            self._missing += one.photo.width == 0
            yield one

    def plan(self, reading: formats.Reading, mapping: NameMapping, known: Sequence[Label]) -> ImportPlan:
        """The plan of what a reader gave, whose photos have been looked at."""
        dataset = reading.dataset
        proposed = self._names.proposal(dataset.labels, known)
        of_file = (msgspec.structs.replace(one, photo=self._ids.get(one.photo, "")) for one in reading.problems)
        found = (
            *of_file,
            *_unnameable([*self._place.unnameable, *self._unnameable]),
            *self._headers.problems(),
            *self._problems.problems(),
            *self._ticked,
        )
        dataset = msgspec.structs.replace(dataset, labels=self._renaming.labels(dataset.labels))
        number = len(dataset.photos)
        plan = ImportPlan(self._source, dataset, found, number - self._missing, self._missing)
        return _with_proposal(plan, proposed, mapping)

    def _nameable(self, photos: Iterable[AnnotatedPhoto]) -> Iterator[AnnotatedPhoto]:
        """Without the photos whose names could not be kept."""
        for one in photos:
            if is_text(one.photo.name):
                yield one
            else:
                self._unnameable[printable(one.photo.name)] = None

    def _renewed(self, one: AnnotatedPhoto) -> AnnotatedPhoto:
        """With ids that are new everywhere, and the photo's path (where it should be, when it is missing)."""
        split = self._split or one.photo.split
        if self._is_listed:  # we listed the files ourselves
            return AnnotatedPhoto(msgspec.structs.replace(one.photo, split=split))
        # A reader that found the photo itself, in a folder the user named, says where; otherwise a path is only a name.
        is_found = one.photo.path != one.photo.name
        found = Path(one.photo.path) if is_found else self._place.find(one.photo.name, size=one.photo.size)
        name = one.photo.name.replace("\\", "/").replace("\0", "").rstrip("/").rsplit("/", 1)[-1]
        path = str(found or self._beside.parent / (name if name.strip(".") else "unnamed"))
        photo = msgspec.structs.replace(one.photo, id=new_id(), path=path, split=split)
        self._ids[one.photo.id] = photo.id
        regions = self._renaming.photo(one).regions
        return AnnotatedPhoto(photo, tuple(msgspec.structs.replace(region, id=new_id()) for region in regions))


def with_mapping(plan: ImportPlan, mapping: NameMapping) -> ImportPlan:
    """The plan with other names and roles, without reading anything again; `mapping.label_in` is not looked at."""
    return _with_proposal(msgspec.structs.replace(plan, dataset=applied(plan.dataset, mapping)), plan.proposed, mapping)


SPLIT_NAMES = {
    "train": "train", "training": "train", "val": "val", "valid": "val", "validation": "val", "test": "test",
    "testing": "test",
}  # fmt: skip


def proposed_split(path: Path) -> str:
    """The split that the name of a folder or file says: "val" for val/, val.json, val/via_region_data.json; else ""."""
    names = (path.stem if path.suffix else path.name, path.parent.name)
    return next((SPLIT_NAMES[name.casefold()] for name in names if name.casefold() in SPLIT_NAMES), "")


def plan_photos(
    paths: Sequence[Path | str],
    *,
    split: str = "",
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> ImportPlan:
    """Photos without annotations, given by their files."""
    photos = [_photo(Path(path).absolute(), split) for path in paths if is_text(Path(path).name)]
    source = Path(paths[0]).absolute() if len(paths) == 1 else Path(f"{len(photos)} photos")
    found = tuple(_unnameable(printable(path) for path in paths if not is_text(Path(path).name)))
    if not photos and found:
        raise FormatError("No photo has a name that can be used.", found[0].text)
    looking = _Looking(source, PhotoFiles.none(), split, Renaming(AS_IT_IS), "", is_listed=True)
    looked_at = tuple(looking.watch(photos, watch(2 * len(photos), progress, cancelled)))
    return looking.plan(formats.Reading(Dataset(looked_at), found), AS_IT_IS, ())


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
        detail = f" Photos without usable names: {', '.join(place.unnameable[:5])}." if place.unnameable else ""
        raise FormatError(f"{folder.name} holds no photos and no annotation file.", f"Looked in {folder}.{detail}")
    return formats.Reading(Dataset(tuple(_photo(path, "") for path in paths)))


def _unnameable(names: Iterable[str]) -> Iterator[Problem]:
    for name in names:
        text = f"{name} has a name that is not UTF-8 and was left out. Rename it, then import it again."
        yield Problem("unusable-name", text, "error")


def _photo(path: Path, split: str) -> AnnotatedPhoto:
    size = path.stat().st_size if path.is_file() else 0
    return AnnotatedPhoto(Photo(new_id(), str(path), path.name, size=size, split=split))


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
