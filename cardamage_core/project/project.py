"""What is an open project?

A folder with `project.cardamage` (see `store`), which refers to the photos where they lie, and folders for jobs, models
and things that can be made again. Nothing is ever unsaved: each edit is one transaction together with its log row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import filelock
import msgspec

from ..annotations.model import AnnotatedPhoto, Dataset, Finding, Label, Photo, Region
from ..errors import ProjectError
from . import fingerprints, history
from .history import Edit
from .known import Known, KnownRegions, LabelCounts
from .lock import taken
from .reading import batches, whole_dataset
from .rows import as_text, changes_between, new_regions, replacements, value_of
from .store import Change, Store, Stored
from .summaries import PhotoSummary, summaries

FILE = "project.cardamage"


class Project:
    """An open project: reads photos, regions and labels; edits them; undoes and redoes without limit."""

    def __init__(self, folder: Path, store: Store, lock: filelock.BaseFileLock | None) -> None:
        self.folder = folder
        self.name = folder.name
        self.read_only = lock is None
        self._store = store
        self._lock = lock
        self._known = KnownRegions()
        self._counts = LabelCounts()

    @classmethod
    def create(cls, folder: Path | str) -> Project:
        """A new, empty project in `folder`. ProjectError when one is there already or the folder cannot be written."""
        folder = Path(folder).absolute()
        if (folder / FILE).exists():
            raise ProjectError(f"{folder} holds a project already.", "Open it, or choose another folder.")
        return cls._open_locked(folder)

    @classmethod
    def open(cls, folder: Path | str, *, read_only: bool = False) -> Project:
        """An existing project. ProjectError when it is not there, damaged, or (for writing) open elsewhere."""
        folder = Path(folder).absolute()
        folder = folder.parent if folder.name == FILE else folder
        if not (folder / FILE).is_file():
            raise ProjectError(f"{folder} is not a CarDamage project.", f"There is no file {FILE} in it.")
        if read_only:
            return cls(folder, Store(folder / FILE, read_only=True), None)
        return cls._open_locked(folder)

    @classmethod
    def open_or_create(cls, folder: Path | str) -> Project:
        """The project in `folder`, made when there is none."""
        return cls.open(folder) if (Path(folder) / FILE).exists() else cls.create(folder)

    @classmethod
    def _open_locked(cls, folder: Path) -> Project:
        lock = taken(folder)
        try:
            return cls(folder, Store(folder / FILE), lock)
        except BaseException:
            lock.release()
            raise

    def close(self) -> None:
        """Let go of the files. Closing twice is fine."""
        try:
            self._store.close()
        finally:
            if self._lock:
                self._lock.release()

    def __enter__(self) -> Project:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Reading

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
        with self._store.lock:
            counts = self._counts.get()
            if counts is None or self.read_only:
                counts = dict(self._store.query("SELECT label, count(*) FROM regions GROUP BY label"))
                self._counts.set(counts)
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

    # Editing

    def edit_regions(self, photo_id: str, before: Sequence[Region], after: Sequence[Region], text: str) -> Edit | None:
        """Replace the regions of a photo in one transaction; None when nothing differs.

        ProjectError, and nothing changed, if `before` is not what is stored, the disk is full or a number not finite.
        """
        with self._store.lock:
            if self.regions(photo_id) != tuple(before):
                raise ProjectError("The regions were changed by something else in the meantime.", "Try again.")
            self._must_be_writable()
            changes = self._region_changes(photo_id, after, before)
            if not changes:
                return None
            edit = history.record(self._store, changes, text)
            self._known.edited(photo_id, tuple(after), changes)
            self._counts.changed(changes)
            return edit

    def edit_photo(self, before: Photo, after: Photo, text: str) -> Edit | None:
        """Change what is known of one photo (split, review, attributes, path)."""
        return self.edit_photos((before,), (after,), text)

    def edit_photos(self, before: Sequence[Photo], after: Sequence[Photo], text: str) -> Edit | None:
        """Change several photos in one edit; ids stay."""
        with self._store.lock:
            return self.apply(self._photo_changes(before, after), text)

    def edit_all(
        self,
        photos: Sequence[tuple[Photo, Photo]],
        regions: Mapping[str, tuple[Sequence[Region], Sequence[Region]]],
        text: str,
    ) -> Edit | None:
        """Change several photos and, by their photos' ids, regions in one edit; each before and after."""
        with self._store.lock:
            changes = self._photo_changes([old for old, _ in photos], [new for _, new in photos])
            for photo_id, (before, after) in regions.items():
                if self.regions(photo_id) != tuple(before):
                    raise ProjectError("The regions were changed by something else in the meantime.", "Try again.")
                changes += self._region_changes(photo_id, after, before)
            return self.apply(changes, text)

    def edit_labels(self, before: Sequence[Label], after: Sequence[Label], text: str) -> Edit | None:
        """Replace the list of labels. Regions keep the names they carry: see `rename_label`."""
        with self._store.lock:
            if self.labels() != tuple(before):
                raise ProjectError("The labels were changed by something else in the meantime.", "Try again.")
            return self.apply(self._label_changes([(label.name, label) for label in after]), text)

    def rename_label(self, old: str, new: Label, text: str) -> Edit | None:
        """Give a label another name (or colour, role), or merge it into the one of that name; its regions follow."""
        with self._store.lock:
            labels = {key: stored for _, key, stored in self._store.rows("label")}
            place = new.name if new.name in labels else old
            after = [
                (new.name, new) if key == place else (key, value_of(stored, Label))
                for key, stored in labels.items()
                if key == place or key != old
            ]
            changes = self._label_changes(after)
            for photo, key, stored in self._store.rows("region") if new.name != old else ():
                region = value_of(stored, Region)
                if region.label == old:
                    renamed = msgspec.structs.replace(region, label=new.name)
                    changes.append(Change("region", key, photo, stored, Stored(stored.position, as_text(renamed))))
            return self.apply(changes, text)

    def remove_photos(self, ids: Iterable[str], text: str) -> Edit | None:
        """Take photos and their regions out of the project; the files stay where they lie."""
        changes = []
        with self._store.lock:
            for photo_id in ids:
                rows = self._store.rows("region", photo_id)
                changes += [Change("region", key, photo_id, stored, None) for _, key, stored in rows]
                changes.append(Change("photo", photo_id, "", self._store.get("photo", photo_id), None))
            return self.apply(changes, text)

    def add(
        self,
        photos: Sequence[AnnotatedPhoto],
        labels: Sequence[Label],
        text: str,
        *,
        changed: Sequence[Photo] = (),
        extra: Mapping[str, Any] | None = None,
        step: Callable[[], None] = lambda: None,
    ) -> Edit | None:
        """Add photos with their regions and labels that are new; where `changed` is given, update these photos too.

        A photo whose id is in the project gets the regions added. `extra` replaces what is there under the same keys.
        One edit; `step` is called for each thing written and may raise to cancel.
        """
        with self._store.lock:
            known = {key: stored for _, key, stored in self._store.rows("photo")}
            changes = [*self._new_labels(labels), *self._new_extra(extra or {})]
            for photo in changed:
                stored = known[photo.id]
                changes.append(Change("photo", photo.id, "", stored, Stored(stored.position, as_text(photo))))
            last = self._store.last_position("photo")
            for number, one in enumerate(photos, 1):
                if one.photo.id not in known:
                    stored = Stored(last + number, as_text(one.photo))
                    changes.append(Change("photo", one.photo.id, "", None, stored))
                    changes += new_regions(one)
                else:
                    kept = self.regions(one.photo.id)
                    changes += self._region_changes(one.photo.id, (*kept, *one.regions), kept)
            return self.apply(changes, text, step=step)

    def apply(self, changes: Sequence[Change], text: str, *, step: Callable[[], None] = lambda: None) -> Edit | None:
        """Carry out and log changes in one transaction; None when there are none."""
        self._must_be_writable()
        if not changes:
            return None
        with self._store.lock:
            edit = history.record(self._store, changes, text, step=step)
            self._known.forget(edit.photo)
            self._counts.changed(changes)
            return edit

    # What its files are like

    def file_findings(self, *, cancelled: Callable[[], bool] = lambda: False) -> Iterator[Finding]:
        """Photos whose files vanished or were replaced since the project first saw them; their regions stay."""
        if not self.read_only:
            yield from fingerprints.findings(self._store, self.folder, cancelled=cancelled)

    def accept_file(self, photo: Photo) -> None:
        """A person says that the regions belong to the file as it is now. No edit: there is nothing to undo."""
        seen = fingerprints.of(self.path_of(photo))
        if seen is not None and not self.read_only:
            fingerprints.remember(self._store, {photo.id: seen})

    # Undo and redo

    def undo(self) -> Edit | None:
        """Take the last edit back; None when there is none."""
        return self._walk(history.undo)

    def redo(self) -> Edit | None:
        """Carry out again what was undone last; None when there is nothing."""
        return self._walk(history.redo)

    def walk_to(self, edit_id: int) -> tuple[Edit, ...]:
        """Undo or redo in one transaction until this edit is the last one done (0: none is); the edits walked over."""
        self._must_be_writable()
        with self._store.lock:
            walked = history.walk_to(self._store, edit_id)
            self._known.forget()
            self._counts = LabelCounts()
            return tuple(walked)

    @property
    def undo_text(self) -> str:
        """What undo would take back, "" when nothing."""
        edit = history.next_undo(self._store)
        return edit.text if edit else ""

    @property
    def redo_text(self) -> str:
        """What redo would carry out, "" when nothing."""
        edit = history.next_redo(self._store)
        return edit.text if edit else ""

    def history(self, limit: int = 100) -> tuple[Edit, ...]:
        """The newest edits, newest first."""
        return history.latest(self._store, limit)

    def edits(self) -> int:
        """How many edits the history holds, undone ones included."""
        return self._store.query("SELECT count(*) FROM edits")[0][0]

    def _walk(self, step: Callable[[Store], history.Walked | None]) -> Edit | None:
        self._must_be_writable()
        with self._store.lock:
            walked = step(self._store)
            if walked is None:
                return None
            edit, changes = walked
            if edit.photo and edit.kinds == {"region"}:
                self._known.walked(edit.photo, changes, back=edit.undone)
            else:
                self._known.forget(edit.photo)
            self._counts.changed(changes, back=edit.undone)
            return edit

    def _read(self, photo_id: str) -> Known:
        """What is known of a photo's regions; a reader looks afresh each time, for another process may write."""
        with self._store.lock:
            known = None if self.read_only else self._known.get(photo_id)
            return known or self._known.read(photo_id, self._store.rows("region", photo_id))

    def _photo_changes(self, before: Sequence[Photo], after: Sequence[Photo]) -> list[Change]:
        changes = []
        for old, new in zip(before, after, strict=True):
            stored = self._store.get("photo", old.id)
            if stored is None or value_of(stored, Photo) != old or new.id != old.id:
                raise ProjectError("The photo was changed by something else in the meantime.", old.name)
            changes.append(Change("photo", old.id, "", stored, Stored(stored.position, as_text(new))))
        return changes

    def _region_changes(self, photo_id: str, after: Sequence[Region], before: Sequence[Region]) -> list[Change]:
        known = self._known.get(photo_id)
        ranks = known.ranks if known else self._store.ranks("region", photo_id)

        def row(key: str) -> Stored:
            return self._store.row("region", key, photo_id)

        changes = replacements(photo_id, before, after, ranks=ranks, row=row)
        if changes is None:
            rows = [(region.id, region) for region in after]
            changes = changes_between("region", ranks, rows, row=row, photo=photo_id, old=before)
        return changes

    def _label_changes(self, after: Sequence[tuple[str, Label]]) -> list[Change]:
        ranks = self._store.ranks("label")
        return changes_between("label", ranks, after, row=lambda key: self._store.row("label", key))

    def _new_labels(self, labels: Sequence[Label]) -> list[Change]:
        known = {key for _, key, _ in self._store.rows("label")}
        last = self._store.last_position("label")
        return [
            Change("label", label.name, "", None, Stored(last + number, as_text(label)))
            for number, label in enumerate(labels, 1)
            if label.name not in known
        ]

    def _new_extra(self, extra: Mapping[str, Any]) -> list[Change]:
        before = {key: stored for _, key, stored in self._store.rows("extra")} if extra else {}
        after = {key: Stored(1.0, as_text(value)) for key, value in extra.items()}
        return [Change("extra", key, "", before.get(key), new) for key, new in after.items() if before.get(key) != new]

    def _must_be_writable(self) -> None:
        if self.read_only:
            raise ProjectError(f"{self.name} was opened for reading only.", str(self.folder))
