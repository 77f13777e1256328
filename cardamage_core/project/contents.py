"""Reads photos, regions and labels of an open project, with caches of regions and counts.

The regions of the last photos shown are kept as values with their ranks, so that an edit, an undo or a redo touches
only what it changes, however many regions the photo has. A whole project is read without blocking other readers: rows
are fetched in one query and decoded after the lock was released. Lists of photos are summarised in SQL, without
decoding a polygon.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from ..annotations.confidence import THRESHOLD, is_score
from ..annotations.lookup import exchange
from ..annotations.model import AnnotatedPhoto, Dataset, Label, Photo, Region, Review
from ..errors import ProjectError
from . import prediction_log
from .prediction_log import Look
from .store import Change, Store, Stored, value_of

if TYPE_CHECKING:
    from ..assessment.damage import Damage

THRESHOLD_SETTING = "score_threshold"


class Contents:
    """Reads the photos, regions and labels of a project; caches what it read as long as no other process can write."""

    def __init__(self, folder: Path, store: Store, *, read_only: bool) -> None:
        self.folder = folder
        self.name = folder.name
        self.read_only = read_only
        self._store = store
        self._generation = Generation()
        self._region_cache = RegionCache(self._generation)
        self._counts = LabelCounts(self._generation)
        self._damages: dict[str, tuple[tuple[Region, ...], object, Damage]] = {}

    def photos(self) -> tuple[PhotoSummary, ...]:
        """All photos in order, with what a list shows of them; quick for tens of thousands."""
        return summaries(self._store)

    def summary(self, photo_id: str) -> PhotoSummary | None:
        """What a list shows of one photo; None when it is not in the project."""
        return next(iter(summaries(self._store, photo_id)), None)

    def photo(self, photo_id: str) -> Photo:
        """One photo; ProjectError when it is not in the project."""
        stored = self._store.get("photo", photo_id)
        if stored is None:
            raise ProjectError("The photo is not in the project.", f"No photo {photo_id} in {self.folder}.")
        return value_of(stored, Photo)

    def whole_photos(self) -> tuple[Photo, ...]:
        """All photos in order with everything that is known of them, in one query; for projects of few photos."""
        return tuple(value_of(stored, Photo) for _, _, stored in self._store.rows("photo"))

    def path_of(self, photo: Photo) -> Path:
        """Where the photo's file should be, absolute."""
        return self.folder / photo.path

    def regions(self, photo_id: str) -> tuple[Region, ...]:
        """The regions of one photo, in drawing order."""
        return self._read(photo_id).regions

    def labels(self) -> tuple[Label, ...]:
        """All labels, in order."""
        return tuple(value_of(stored, Label) for _, _, stored in self._store.rows("label"))

    def label_counts(self) -> dict[str, int]:
        """How many regions carry each label; labels without regions count 0."""
        counts = None if self.read_only else self._counts.get()
        counts = self._counts.read(self._counted) if counts is None else counts
        names = {label.name: 0 for label in self.labels()}
        return names | {name: number for name, number in counts.items() if number or name in names}

    def notes(self, photo_id: str = "") -> dict[str, str]:
        """What was noted on photos and their regions, by the photos' ids; of one photo, or of all that have notes."""
        one, values = (" AND {}=?", (photo_id,)) if photo_id else ("", ())
        found: dict[str, list[str]] = {}
        for table, key in (("regions", "photo"), ("photos", "key")):
            noted = self._store.query(
                f"SELECT {key}, json_extract(value, '$.attributes.note') FROM {table} "
                f"WHERE instr(value, '\"note\"') > 0{one.format(key)}", values
            )  # fmt: skip
            for photo, note in noted:
                if note:
                    found.setdefault(photo, []).append(str(note))
        return {photo: " ".join(notes) for photo, notes in found.items()}

    @property
    def threshold(self) -> float:
        """From which score on open predictions are seen and counted, everywhere in this project."""
        stored = self._store.setting(THRESHOLD_SETTING)
        value = msgspec.json.decode(stored) if stored else None
        return float(value) if isinstance(value, int | float) and is_score(value) else THRESHOLD

    @property
    def has_threshold(self) -> bool:
        """Whether a threshold was set in this project; else the usual one holds."""
        return self._store.setting(THRESHOLD_SETTING) is not None

    def looks(self) -> dict[str, Look]:
        """The last look of a model at each photo that one looked at, by the photos' ids."""
        return prediction_log.remembered(self._store)

    def extra(self) -> dict[str, Any]:
        """What formats need to write files back as they were, by format (see `Dataset.extra`)."""
        rows = self._store.rows("extra") if self._store.has_table("extras") else []
        return {key: value_of(stored, dict[str, Any]) for _, key, stored in rows}

    def paths(self) -> dict[Path, str]:
        """The id of each photo by its absolute path."""
        return {self.folder / path: key for key, path in self._store.query("SELECT key, path FROM photos")}

    def dataset(self, splits: Iterable[str] | None = None) -> Dataset:
        """Everything, or the photos of some splits, as one value; photos carry absolute paths."""
        return msgspec.structs.replace(whole_dataset(self._store, self.folder, splits), extra=self.extra())

    def batches(self, size: int = 200) -> Iterator[tuple[AnnotatedPhoto, ...]]:
        """All photos with their regions, some at a time; others may read and write in between."""
        return batches(self._store, self.folder, size)

    def damage(
        self, photo_id: str, *, regions: Iterable[Region] | None = None, threshold: float | None = None
    ) -> Damage:
        """How much of the car is damaged on a photo: the one figure that every page, command and report gives.

        `regions` and `threshold` stand in for the project's, for what a gesture under way would give.
        """
        from ..assessment.damage import assess  # loads shapely, which no project that opens should wait for

        look = self.looks().get(photo_id)
        seen = self.regions(photo_id) if regions is None else tuple(regions)
        score = self.threshold if threshold is None else threshold
        asked = (self.photo(photo_id), self.labels(), score, look.problem if look else "")
        known = self._damages.get(photo_id)
        if known is None or known[0] != seen or known[1] != asked:  # regions that are kept are the same objects
            photo, labels, score, problem = asked
            beside = not self._store.has_journal  # in a claim the predictions are what is decided on
            known = seen, asked, assess(photo, seen, labels, threshold=score, problem=problem, beside=beside)
            while len(self._damages) >= KEPT_PHOTOS:
                self._damages.pop(next(iter(self._damages), ""), None)
            self._damages[photo_id] = known
        return known[2]

    @property
    def jobs_folder(self) -> Path:
        """Where the trainings lie."""
        return self.folder / "jobs"

    @property
    def models_folder(self) -> Path:
        """Where the project's models lie."""
        return self.folder / "models"

    @property
    def cache_folder(self) -> Path:
        """Where things lie that can be made again, such as thumbnails."""
        return self.folder / "cache"

    def _read(self, photo_id: str) -> CachedRegions:
        """What is known of a photo's regions; a reader looks afresh each time, for another process may write."""
        known = None if self.read_only else self._region_cache.get(photo_id)
        return known or self._region_cache.read(photo_id, lambda: self._store.rows("region", photo_id))

    def _counted(self) -> dict[str, int]:
        return dict(self._store.query("SELECT label, count(*) FROM regions GROUP BY label"))


KEPT_PHOTOS = 64


class CachedRegions(NamedTuple):
    """The regions of one photo in drawing order, and the rank of each by id, in the same order."""

    regions: tuple[Region, ...]
    ranks: dict[str, float]


class Generation:
    """Tells whether something read may be kept: not while rows are written, and not when they were since."""

    def __init__(self) -> None:
        self.lock = threading.RLock()  # of what is kept; never held while the file is read or written
        self._number = 0
        self._writing = False

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Around a transaction and the changes it means for what is kept; one at a time, under the store's lock."""
        with self.lock:
            self._writing = True
        try:
            yield
        finally:
            with self.lock:
                self._writing = False
                self._number += 1

    def begin(self) -> int | None:
        """Before reading: what to ask `lasts` for afterwards."""
        with self.lock:
            return None if self._writing else self._number

    def lasts(self, begun: int | None) -> bool:
        """Whether nothing was written since `begin`; ask under the lock."""
        return begun == self._number and not self._writing


class RegionCache:
    """The regions of the last photos looked at. Only the writer, inside `Generation.writing`, changes them."""

    def __init__(self, generation: Generation) -> None:
        self._generation = generation
        self._photos: dict[str, CachedRegions] = {}

    def get(self, photo: str) -> CachedRegions | None:
        """What is known of a photo."""
        with self._generation.lock:
            return self._photos.get(photo)

    def read(self, photo: str, rows: Callable[[], Iterable[tuple[str, str, Stored]]]) -> CachedRegions:
        """Decode the rows (photo, key, row) that `rows` reads, and keep them unless a write happens meanwhile."""
        begun = self._generation.begin()
        found = list(rows())
        regions = tuple(value_of(stored, Region) for _, _, stored in found)
        known = CachedRegions(regions, {key: stored.position for _, key, stored in found})
        with self._generation.lock:
            return self._keep(photo, known) if self._generation.lasts(begun) else known

    def forget(self, photo: str = "") -> None:
        """A photo, or "" for all, was changed by something that told no details."""
        with self._generation.lock:
            if photo:
                self._photos.pop(photo, None)
            else:
                self._photos.clear()

    def edited(self, photo: str, after: tuple[Region, ...], changes: Sequence[Change]) -> None:
        """`after` is what the photo holds once `changes` are carried out."""
        old = self.get(photo)
        if old is None:
            return
        if _all_stay(changes):
            self._keep(photo, CachedRegions(after, old.ranks))
            return
        ranks = dict(old.ranks)
        for change in changes:
            if change.after is not None:
                ranks[change.key] = change.after.position
        self._keep(photo, CachedRegions(after, {region.id: ranks[region.id] for region in after}))

    def walked(self, photo: str, changes: Sequence[Change], *, back: bool) -> None:
        """Carry changes of one photo's regions out, or take them back, decoding nothing else."""
        old = self.get(photo)
        if old is None:
            return
        if _all_stay(changes):
            new = {
                one.key: value_of(stored, Region) for one in changes if (stored := one.before if back else one.after)
            }
            self._keep(photo, CachedRegions(exchange(old.regions, new), old.ranks))
            return
        values = dict(zip(old.ranks, old.regions, strict=True))
        ranks = dict(old.ranks)
        for change in changes:
            stored = change.before if back else change.after
            if stored is None:
                del values[change.key], ranks[change.key]
            else:
                values[change.key], ranks[change.key] = value_of(stored, Region), stored.position
        if ranks != old.ranks:
            ranks = dict(sorted(ranks.items(), key=lambda item: (item[1], item[0])))
        self._keep(photo, CachedRegions(tuple(values[key] for key in ranks), ranks))

    def _keep(self, photo: str, known: CachedRegions) -> CachedRegions:
        with self._generation.lock:
            self._photos.pop(photo, None)
            while len(self._photos) >= KEPT_PHOTOS:
                del self._photos[next(iter(self._photos))]
            self._photos[photo] = known
        return known


def _all_stay(changes: Sequence[Change]) -> bool:
    """Whether rows only got other values: none comes, goes or moves."""
    return all(one.before and one.after and one.before.position == one.after.position for one in changes)


class LabelCounts:
    """How many regions carry each label: counted once, then kept up to date by the changes."""

    MOST = 200  # changes above which counting afresh is cheaper

    def __init__(self, generation: Generation) -> None:
        self._generation = generation
        self._counts: dict[str, int] | None = None

    def get(self) -> dict[str, int] | None:
        """The counts, or None when they have to be counted."""
        with self._generation.lock:
            return self._counts

    def read(self, count: Callable[[], dict[str, int]]) -> dict[str, int]:
        """Count, and keep the counts unless a write happens meanwhile."""
        begun = self._generation.begin()
        counts = count()
        with self._generation.lock:
            if self._generation.lasts(begun):
                self._counts = counts
        return counts

    def forget(self) -> None:
        """Something was changed that told no details."""
        with self._generation.lock:
            self._counts = None

    def changed(self, changes: Sequence[Change], *, back: bool = False) -> None:
        """These changes were carried out, or taken back."""
        counts = self.get()
        if counts is None or len(changes) > self.MOST:
            self.forget()
            return
        after = dict(counts)
        for change in changes:
            if change.kind == "region":
                _add(after, change.before, 1 if back else -1)
                _add(after, change.after, -1 if back else 1)
        with self._generation.lock:
            self._counts = after


def _add(counts: dict[str, int], stored: Stored | None, by: int) -> None:
    if stored is not None:
        label = msgspec.json.decode(stored.value, type=_Labelled).label
        counts[label] = counts.get(label, 0) + by


class _Labelled(msgspec.Struct):
    label: str = ""


def whole_dataset(store: Store, folder: Path, splits: Iterable[str] | None) -> Dataset:
    """Everything, or the photos of some splits, as one value; photos carry absolute paths."""
    wanted = None if splits is None else set(splits)
    with store.snapshot():
        photos, regions, labels = store.rows("photo"), store.rows("region"), store.rows("label")
    by_photo: dict[str, list[Stored]] = {}
    for photo_id, _, stored in regions:
        by_photo.setdefault(photo_id, []).append(stored)
    del regions
    found = (_photo(stored, folder) for _, _, stored in photos)
    return Dataset(
        tuple(
            AnnotatedPhoto(photo, tuple(value_of(stored, Region) for stored in by_photo.get(photo.id, ())))
            for photo in found
            if wanted is None or photo.split in wanted
        ),
        tuple(value_of(stored, Label) for _, _, stored in labels),
    )


def batches(store: Store, folder: Path, size: int) -> Iterator[tuple[AnnotatedPhoto, ...]]:
    """All photos with their regions, `size` at a time, each batch one look at the file."""
    keys = [key for (key,) in store.query("SELECT key FROM photos ORDER BY position")]
    for start in range(0, len(keys), size):
        some = keys[start : start + size]
        with store.snapshot():
            rows = [(store.get("photo", key), store.rows("region", key)) for key in some]
        yield tuple(
            AnnotatedPhoto(_photo(photo, folder), tuple(value_of(stored, Region) for _, _, stored in regions))
            for photo, regions in rows
            if photo is not None
        )


def _photo(stored: Stored, folder: Path) -> Photo:
    photo = value_of(stored, Photo)
    return msgspec.structs.replace(photo, path=str(folder / photo.path))


NO_LABEL: frozenset[str] = frozenset()


class PhotoSummary(msgspec.Struct, frozen=True, gc=False):
    """What a list shows of a photo. `labels` are the names its regions use; `missing`: it could not be read."""

    id: str
    name: str
    split: str
    review: Review
    regions: int
    labels: frozenset[str]
    missing: bool


def summaries(store: Store, photo_id: str = "") -> tuple[PhotoSummary, ...]:
    """All photos in order, or one."""
    one, values = (" WHERE {}=?", (photo_id,)) if photo_id else ("", ())
    with contextlib.nullcontext() if photo_id else store.snapshot():
        rows = store.query(
            f"SELECT key, name, split, review, missing FROM photos{one.format('key')} ORDER BY position", values
        )
        counts = store.query(
            "SELECT photo, sum(n), json_group_array(label) FROM (SELECT photo, label, count(*) AS n "
            f"FROM regions{one.format('photo')} GROUP BY photo, label) GROUP BY photo", values
        )  # fmt: skip
    counted = {photo: (count, labels) for photo, count, labels in counts}
    sets = {labels: frozenset(msgspec.json.decode(labels)) for labels in {labels for _, labels in counted.values()}}
    sets[""] = NO_LABEL  # a hundred thousand photos use a few sets of labels
    return tuple(
        PhotoSummary(key, name, split, review, count, sets[labels], bool(missing))
        for key, name, split, review, missing in rows
        for count, labels in (counted.get(key, (0, "")),)
    )
