"""An open project.

A folder with `project.cardamage` (see `store`), which refers to the photos where they lie, and folders for jobs, models
and things that can be made again. Nothing is ever unsaved: each edit is one transaction together with its log row.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec

from ..annotations.confidence import is_score
from ..annotations.model import AnnotatedPhoto, Label, Photo, Problem, Region
from ..errors import CarDamageError, ProjectError, reason_of
from . import backups, fingerprints, history, journal, prediction_log, store
from .contents import THRESHOLD_SETTING, Contents
from .edit_changes import EditChanges
from .filesystem import ProjectLock, taken
from .history import Edit, HistoryStep
from .journal import JournalEntry
from .prediction_log import Look
from .store import Change, Store

FILE = backups.FILE
_log = logging.getLogger(__name__)


class Project(Contents):
    """An open project: what it holds (see `Contents`), edits, undo and redo without limit."""

    def __init__(
        self, folder: Path, store: Store, lock: ProjectLock | None, *, is_new: bool = False, copied: bool = True
    ) -> None:
        super().__init__(folder, store, read_only=lock is None)
        self.is_new = is_new  # made by this very call, under the lock that is still held
        self.on_edit: Callable[[], None] = _nothing  # called after each edit, undo and redo, on the thread that made it
        self._copied = copied and lock is not None
        self._lock = lock
        self._edit_changes = EditChanges(store, self._region_cache, self.regions)

    @classmethod
    def create(cls, folder: Path | str) -> Project:
        """A new, empty project in `folder`. ProjectError when one is there already or the folder cannot be written."""
        folder = Path(folder).absolute()
        if cls.is_in(folder):
            raise _there_already(folder)
        return cls._locked(folder, may_open=False, may_make=True)

    @classmethod
    def open(cls, folder: Path | str, *, read_only: bool = False, copied: bool = True) -> Project:
        """An existing project. ProjectError when it is not there or damaged.

        ProjectLockedError when it is to be written and is open elsewhere.

        Before anything is written the daily copy of its file is made, where one is due (see `backups`); with
        `copied=False` the caller does that.
        """
        folder = Path(folder).absolute()
        folder = folder.parent if folder.name == FILE else folder
        if not cls.is_in(folder):
            raise _nothing_there(folder)
        if read_only:
            return cls(folder, Store(folder / FILE, read_only=True), None)
        return cls._locked(folder, may_open=True, may_make=False, copied=copied)

    @classmethod
    def open_or_create(cls, folder: Path | str) -> Project:
        """The project in `folder`, made when there is none: `is_new` tells which."""
        return cls._locked(Path(folder).absolute(), may_open=True, may_make=True)

    @staticmethod
    def is_in(folder: Path) -> bool:
        """Whether a project lies in a folder; one whose making was cut short is none.

        ProjectError when the folder may not be read.
        """
        path = folder / FILE
        try:
            return path.is_file() and (not store.is_unfinished(path) or bool(backups.copies(folder)))
        except FileNotFoundError:  # removed at this moment
            return False
        except PermissionError as error:
            raise ProjectError(f"{folder} cannot be read.", f"{reason_of(error)}.") from error

    @classmethod
    def _locked(cls, folder: Path, *, may_open: bool, may_make: bool, copied: bool = True) -> Project:
        """The process that holds the lock decides what is there and what is to be made."""
        lock = taken(folder)
        try:
            is_new = not cls.is_in(folder)
            if is_new and not may_make:
                raise _nothing_there(folder)
            if not is_new and not may_open:
                raise _there_already(folder)
            if is_new:
                _make(folder)
        except BaseException:
            (lock.release if cls.is_in(folder) else lock.discard)()
            raise
        try:
            opened = cls(folder, Store(folder / FILE), lock, is_new=is_new, copied=copied)
        except BaseException:
            lock.release()
            raise
        try:
            backups.clean(folder)
            opened._keep_copy()
        except BaseException:
            opened.close()
            raise
        return opened

    def close(self) -> None:
        """Let go of the files, with a copy where one is due. Closing twice is fine."""
        try:
            self._keep_copy()
            self._copied = False
        finally:
            try:
                self._store.close()
            finally:
                if self._lock:
                    self._lock.release()

    def discard(self) -> None:
        """Close a project that this process made, and remove all that was made for it."""
        assert self.is_new, "only who made a project may remove it"
        assert self._lock, "and only while no other process can write"
        self._copied = False
        self._store.close()
        for path in backups.parts_of(self.folder / FILE):
            path.unlink(missing_ok=True)
        self._lock.discard()

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
            changes = self._edit_changes.regions(photo_id, before, after)
            new = self._edit_changes.new_labels(labels)
            self._must_be_writable()
            if not changes and not new:
                return None
            with self._generation.writing():
                edit = history.record(self._store, [*new, *changes], text)
                self._region_cache.edited(photo_id, tuple(after), changes)
                self._counts.changed(changes)
            self.on_edit()
            return edit

    def edit_photo(self, before: Photo, after: Photo, text: str) -> Edit | None:
        """Change what is known of one photo (split, review, attributes, path)."""
        return self.edit_photos((before,), (after,), text)

    def edit_photos(self, before: Sequence[Photo], after: Sequence[Photo], text: str) -> Edit | None:
        """Change several photos in one edit; ids stay."""
        with self._store.lock:
            return self.apply(self._edit_changes.photos(before, after), text)

    def edit_all(
        self,
        photos: Sequence[tuple[Photo, Photo]],
        regions: Mapping[str, tuple[Sequence[Region], Sequence[Region]]],
        text: str,
    ) -> Edit | None:
        """Change several photos and, by their photos' ids, regions in one edit; each before and after."""
        with self._store.lock:
            changes = self._edit_changes.photos([old for old, _ in photos], [new for _, new in photos])
            for photo_id, (before, after) in regions.items():
                changes += self._edit_changes.regions(photo_id, before, after)
            return self.apply(changes, text)

    def edit_labels(self, before: Sequence[Label], after: Sequence[Label], text: str) -> Edit | None:
        """Replace the list of labels. Regions keep the names they carry: see `rename_label`."""
        with self._store.lock:
            return self.apply(self._edit_changes.labels(before, after), text)

    def rename_label(self, old: str, new: Label, text: str) -> Edit | None:
        """Give a label another name (or colour, role), or merge it into the one of that name; its regions follow."""
        with self._store.lock:
            return self.apply(self._edit_changes.renamed_label(old, new), text)

    def remove_photos(self, ids: Iterable[str], text: str) -> Edit | None:
        """Take photos and their regions out of the project; the files stay where they lie."""
        with self._store.lock:
            return self.apply(self._edit_changes.removed(ids), text)

    def add(
        self,
        photos: Iterable[AnnotatedPhoto],
        labels: Sequence[Label],
        text: str,
        *,
        changed: Sequence[Photo] = (),
        extra: Mapping[str, Any] | None = None,
        step: Callable[[], None] = lambda: None,
    ) -> Edit | None:
        """Add photos with their regions and labels that are new; where `changed` is given, update these photos too.

        A photo whose id is in the project gets the regions added. `extra` replaces what is there under the same keys.
        One edit; `step` is called for each thing written and may raise to cancel. Photos may come from a generator.
        """
        with self._store.lock:
            changes = self._edit_changes.added(photos, labels, changed, extra or {})
            return self.apply(changes, text, step=step)

    def apply(self, changes: Iterable[Change], text: str, *, step: Callable[[], None] = lambda: None) -> Edit | None:
        """Carry out and log changes in one transaction; None when there are none."""
        self._must_be_writable()
        if isinstance(changes, Sequence) and not changes:
            return None
        with self._store.lock, self._generation.writing():
            edit = history.record(self._store, changes, text, step=step)
            if edit is not None:
                self._region_cache.forget(edit.photo)
            if isinstance(changes, Sequence):
                self._counts.changed(changes)
            else:
                self._counts.forget()
        self.on_edit()
        return edit

    # What models said, and settings

    def note_look(self, photo_id: str, look: Look) -> None:
        """A model looked at a photo, or failed to. No edit: there is nothing to undo."""
        self._must_be_writable()
        prediction_log.remember(self._store, photo_id, look)

    def set_threshold(self, value: float) -> None:
        """Say from which score (0…1) on open predictions count. No edit: there is nothing to undo."""
        if not is_score(value):
            raise ProjectError(f"{value} is no threshold for scores.", "It must lie between 0 and 1.")
        self._must_be_writable()
        self._store.set_setting(THRESHOLD_SETTING, msgspec.json.encode(value).decode())

    # What its files are like

    def file_problems(self, *, photo: str = "", cancelled: Callable[[], bool] = lambda: False) -> Iterator[Problem]:
        """Photos (or one) whose files vanished or were replaced since the project first saw them; regions stay."""
        keep = not self.read_only
        return fingerprints.problems(self._store, self.folder, photo=photo, keep=keep, cancelled=cancelled)

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
            self._region_cache.forget()
            self._counts.forget()
        self.on_edit()
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
        return int(self._store.query("SELECT count(*) FROM edits")[0][0])

    def _walk(self, step: Callable[[Store], HistoryStep | None]) -> Edit | None:
        self._must_be_writable()
        with self._store.lock, self._generation.writing():
            walked = step(self._store)
            if walked is None:
                return None
            edit, changes = walked
            if changes is not None and edit.photo and edit.kinds == {"region"}:
                self._region_cache.walked(edit.photo, changes, back=edit.undone)
            else:
                self._region_cache.forget(edit.photo)
            if changes is None:
                self._counts.forget()
            else:
                self._counts.changed(changes, back=edit.undone)
        self.on_edit()
        return edit

    # A log that is kept for good (see `journal`)

    def begin_journal(self) -> None:
        """Write all changes down from now on, until `drop_journal`; what is there now is where undo ends."""
        self._must_be_writable()
        history.forget(self._store)
        journal.begin(self._store)

    def journal(self) -> tuple[JournalEntry, ...]:
        """What was changed, undone and redone and is in no log yet, oldest first; empty where no journal is kept."""
        return tuple(journal.entries(self._store))

    def drop_journal(self, upto: int, *, setting: str, value: str) -> None:
        """The entries up to this one are in the log; `setting` says where that stands."""
        self._must_be_writable()
        journal.drop(self._store, upto, setting=setting, value=value)

    def setting(self, name: str) -> str | None:
        """A value of that name that was kept here; None when it never was."""
        return self._store.setting(name)

    def keep_setting(self, name: str, value: str) -> None:
        """Keep a value under a name. No edit: there is nothing to undo."""
        self._must_be_writable()
        self._store.set_setting(name, value)

    def _keep_copy(self) -> None:
        """ProjectError where the file turns out to be damaged; no room for a copy is no reason not to work."""
        if not self._copied:
            return
        try:
            backups.keep(self.folder)
        except CarDamageError as error:
            if backups.trouble(self.folder / FILE):
                self._copied = False
                raise
            _log.warning("No copy of the project file was made: %s", error)

    def _must_be_writable(self) -> None:
        if self.read_only:
            raise ProjectError(f"{self.name} was opened for reading only.", str(self.folder))


def _nothing() -> None:
    """For callers that do not listen."""


def _there_already(folder: Path) -> ProjectError:
    return ProjectError(f"{folder} holds a project already.", "Open it, or choose another folder.")


def _nothing_there(folder: Path) -> ProjectError:
    if backups.copies(folder):
        return ProjectError(f"The project file of {folder} is gone.", store.REPAIR)
    return ProjectError(
        f"{folder} is not a CarDamage project.",
        f"There is no file {FILE} in it. Open a project's folder, or import what is there into a new one.",
    )


def _make(folder: Path) -> None:
    """A new project file. What SQLite wrote beside an older one must not be taken for part of it."""
    if backups.copies(folder):
        raise _nothing_there(folder)
    backups.put_aside(folder)
    store.make(folder / FILE)
