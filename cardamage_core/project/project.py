"""What is an open project?

A folder with `project.cardamage` (see `store`), which refers to the photos where they lie, and folders for jobs, models
and things that can be made again. Nothing is ever unsaved: each edit is one transaction together with its log row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from ..annotations.model import AnnotatedPhoto, Finding, Label, Photo, Region
from ..errors import ProjectError
from . import fingerprints, history
from .changing import Changing
from .contents import Contents
from .history import Edit
from .lock import taken
from .store import Change, Store

if TYPE_CHECKING:
    import filelock

FILE = "project.cardamage"


class Project(Contents):
    """An open project: what it holds (see `Contents`), edits, undo and redo without limit."""

    def __init__(self, folder: Path, store: Store, lock: filelock.BaseFileLock | None) -> None:
        super().__init__(folder, store, read_only=lock is None)
        self._lock = lock
        self._changing = Changing(store, self._known, self.regions)

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

    # Editing

    def edit_regions(
        self,
        photo_id: str,
        before: Sequence[Region],
        after: Sequence[Region],
        text: str,
        *,
        labels: Sequence[Label] = (),
    ) -> Edit | None:
        """Replace the regions of a photo, and add `labels` that are new, in one transaction; None: nothing differs.

        ProjectError, and nothing changed, if `before` is not what is stored, the disk is full or a number not finite.
        """
        with self._store.lock:
            changes = self._changing.regions(photo_id, before, after)
            new = self._changing.new_labels(labels)
            self._must_be_writable()
            if not changes and not new:
                return None
            with self._generation.writing():
                edit = history.record(self._store, [*new, *changes], text)
                self._known.edited(photo_id, tuple(after), changes)
                self._counts.changed(changes)
            return edit

    def edit_photo(self, before: Photo, after: Photo, text: str) -> Edit | None:
        """Change what is known of one photo (split, review, attributes, path)."""
        return self.edit_photos((before,), (after,), text)

    def edit_photos(self, before: Sequence[Photo], after: Sequence[Photo], text: str) -> Edit | None:
        """Change several photos in one edit; ids stay."""
        with self._store.lock:
            return self.apply(self._changing.photos(before, after), text)

    def edit_all(
        self,
        photos: Sequence[tuple[Photo, Photo]],
        regions: Mapping[str, tuple[Sequence[Region], Sequence[Region]]],
        text: str,
    ) -> Edit | None:
        """Change several photos and, by their photos' ids, regions in one edit; each before and after."""
        with self._store.lock:
            changes = self._changing.photos([old for old, _ in photos], [new for _, new in photos])
            for photo_id, (before, after) in regions.items():
                changes += self._changing.regions(photo_id, before, after)
            return self.apply(changes, text)

    def edit_labels(self, before: Sequence[Label], after: Sequence[Label], text: str) -> Edit | None:
        """Replace the list of labels. Regions keep the names they carry: see `rename_label`."""
        with self._store.lock:
            return self.apply(self._changing.labels(before, after), text)

    def rename_label(self, old: str, new: Label, text: str) -> Edit | None:
        """Give a label another name (or colour, role), or merge it into the one of that name; its regions follow."""
        with self._store.lock:
            return self.apply(self._changing.renamed_label(old, new), text)

    def remove_photos(self, ids: Iterable[str], text: str) -> Edit | None:
        """Take photos and their regions out of the project; the files stay where they lie."""
        with self._store.lock:
            return self.apply(self._changing.removed(ids), text)

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
            changes = self._changing.added(photos, labels, changed, extra or {})
            return self.apply(changes, text, step=step)

    def apply(self, changes: Sequence[Change], text: str, *, step: Callable[[], None] = lambda: None) -> Edit | None:
        """Carry out and log changes in one transaction; None when there are none."""
        self._must_be_writable()
        if not changes:
            return None
        with self._store.lock, self._generation.writing():
            edit = history.record(self._store, changes, text, step=step)
            self._known.forget(edit.photo)
            self._counts.changed(changes)
            return edit

    # What its files are like

    def file_findings(self, *, photo: str = "", cancelled: Callable[[], bool] = lambda: False) -> Iterator[Finding]:
        """Photos (or one) whose files vanished or were replaced since the project first saw them; regions stay."""
        keep = not self.read_only
        return fingerprints.findings(self._store, self.folder, photo=photo, keep=keep, cancelled=cancelled)

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
        with self._store.lock, self._generation.writing():
            walked = history.walk_to(self._store, edit_id)
            self._known.forget()
            self._counts.forget()
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
        with self._store.lock, self._generation.writing():
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

    def _must_be_writable(self) -> None:
        if self.read_only:
            raise ProjectError(f"{self.name} was opened for reading only.", str(self.folder))
