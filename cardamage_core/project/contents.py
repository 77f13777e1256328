"""What does an open project hold?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from ..annotations.model import AnnotatedPhoto, Dataset, Label, Photo, Region
from ..errors import ProjectError
from .known import Generation, Known, KnownRegions, LabelCounts
from .reading import batches, whole_dataset
from .rows import value_of
from .store import Store
from .summaries import PhotoSummary, summaries


class Contents:
    """Reads the photos, regions and labels of a project; remembers what it read as long as nobody else can write."""

    def __init__(self, folder: Path, store: Store, *, read_only: bool) -> None:
        self.folder = folder
        self.name = folder.name
        self.read_only = read_only
        self._store = store
        self._generation = Generation()
        self._known = KnownRegions(self._generation)
        self._counts = LabelCounts(self._generation)

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

    def extra(self) -> dict[str, Any]:
        """What formats need to write files back as they were, by format (see `Dataset.extra`)."""
        rows = self._store.rows("extra") if self._store.has_extras() else []
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

    def _read(self, photo_id: str) -> Known:
        """What is known of a photo's regions; a reader looks afresh each time, for another process may write."""
        known = None if self.read_only else self._known.get(photo_id)
        return known or self._known.read(photo_id, lambda: self._store.rows("region", photo_id))

    def _counted(self) -> dict[str, int]:
        return dict(self._store.query("SELECT label, count(*) FROM regions GROUP BY label"))
