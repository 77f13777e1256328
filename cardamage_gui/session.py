"""The open project and the current photo, with signals that report what happened.

Everything that changes data goes through `edit…`, `undo` and `redo`, one transaction each, so nothing is ever unsaved.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from qtpy.QtCore import QObject, Signal

from cardamage_core.annotations.confidence import THRESHOLD
from cardamage_core.annotations.model import AnnotatedPhoto, Label, Photo, Region
from cardamage_core.errors import CarDamageError
from cardamage_core.project import Edit, PhotoSummary, Project
from cardamage_core.project.prediction_log import Look

from .language import amount, tr, translated


class Session(QObject):
    """The open project as an object that tells what happens to it; without a project everything is empty."""

    closing = Signal()  # the project is about to be closed
    project_changed = Signal()  # another project, or none
    photos_changed = Signal()  # photos came or went, or their splits and names changed
    photo_changed = Signal(str)  # this photo or its regions
    leaving = Signal()  # another photo is about to be shown: what was begun on this one can still be stored
    current_changed = Signal(str)  # another photo is shown; "" for none
    labels_changed = Signal()
    history_changed = Signal()
    threshold_changed = Signal(float)  # from another score on predictions count
    failed = Signal(object)  # CarDamageError
    said = Signal(str)  # one sentence for the status bar

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._project: Project | None = None
        self._photos: tuple[PhotoSummary, ...] | None = None
        self._places: dict[str, int] | None = None  # of the photos, by id
        self._labels: tuple[Label, ...] | None = None
        self._current = ""
        self._threshold = THRESHOLD
        self._looks: Mapping[str, Look] | None = None

    @property
    def project(self) -> Project | None:
        """The open project, or None."""
        return self._project

    @property
    def read_only(self) -> bool:
        """Whether the open project may not be changed."""
        return self._project is not None and self._project.read_only

    @property
    def current(self) -> str:
        """The id of the photo being shown, or ""."""
        return self._current

    def open(self, folder: Path, *, read_only: bool = False) -> None:
        """Open another project; ProjectError (the old one stays open) when that cannot be done."""
        self._use(Project.open(Path(folder), read_only=read_only, copied=False))  # copied in the background: `nightly`

    def create(self, folder: Path) -> None:
        """Make a new project in `folder` and open it; ProjectError when that cannot be done."""
        self._use(Project.create(Path(folder)))

    def close(self) -> None:
        """Close the project, if any."""
        if self._project is not None:
            self._use(None)

    def refresh(self) -> None:
        """Make all views read again, after something else (an import) changed the project."""
        self._photos = self._places = self._labels = None
        gone = self.place(self._current) < 0
        if gone:
            self._current = ""  # before anything is told: views ask for the current photo
        self.labels_changed.emit()
        self.photos_changed.emit()
        self.history_changed.emit()
        if gone:
            self._current = self._first()
            self.current_changed.emit(self._current)
        else:
            self.photo_changed.emit(self._current)

    def select(self, photo_id: str) -> None:
        """Show another photo; "" for none."""
        if photo_id != self._current:
            self.leaving.emit()
            self._current = photo_id
            self.current_changed.emit(photo_id)

    def photos(self) -> tuple[PhotoSummary, ...]:
        """All photos, in the project's order."""
        if self._photos is None:
            self._photos = self._project.photos() if self._project else ()
        return self._photos

    def place(self, photo_id: str) -> int:
        """Where a photo stands among all, from 0; -1 when it is not there."""
        if self._places is None:
            self._places = {photo.id: place for place, photo in enumerate(self.photos())}
        return self._places.get(photo_id, -1)

    def summary(self, photo_id: str) -> PhotoSummary | None:
        """What a list shows of one photo; None when it is not there."""
        place = self.place(photo_id)
        return self.photos()[place] if place >= 0 else None

    def photo(self, photo_id: str) -> Photo:
        """One photo of the open project."""
        return self._opened().photo(photo_id)

    def path_of(self, photo: Photo) -> Path:
        """Where a photo lies."""
        return self._opened().path_of(photo)

    def regions(self, photo_id: str) -> tuple[Region, ...]:
        """The regions of one photo in drawing order; empty without a project or photo."""
        return self._project.regions(photo_id) if self._project and photo_id else ()

    def labels(self) -> tuple[Label, ...]:
        """The project's labels."""
        if self._labels is None or self.read_only:  # another process may change what we only read
            self._labels = self._project.labels() if self._project else ()
        return self._labels

    @property
    def threshold(self) -> float:
        """From which score on predictions are seen and counted, on every page."""
        return self._threshold

    def propose_threshold(self, value: float | None) -> None:
        """Take a model's own threshold where none was set in this project."""
        if value is not None and self._project is not None and not self.read_only and not self._project.has_threshold:
            self.set_threshold(value)

    def looks(self) -> Mapping[str, Look]:
        """The last look of a model at each photo that one looked at."""
        if self._looks is None:
            self._looks = self._project.looks() if self._project else {}
        return self._looks

    def note_look(self, photo_id: str, look: Look) -> None:
        """A model looked at a photo, or failed to; `photo_changed` tells."""
        try:
            self._opened().note_look(photo_id, look)
        except CarDamageError as error:
            self.failed.emit(error)
            return
        self._looks = {**self.looks(), photo_id: look}
        self.photo_changed.emit(photo_id)

    def set_threshold(self, value: float) -> None:
        """Let predictions count from another score on; kept in the project unless that is open for reading only."""
        if value == self._threshold:
            return
        if self._project is not None and not self.read_only:
            try:
                self._project.set_threshold(value)
            except CarDamageError as error:
                self.failed.emit(error)
                return
        self._threshold = value
        self.threshold_changed.emit(value)

    def edit(
        self,
        photo_id: str,
        before: tuple[Region, ...],
        after: tuple[Region, ...],
        text: str,
        *,
        labels: tuple[Label, ...] = (),
    ) -> bool:
        """Store a photo's changed regions, with labels that are new, as one undoable edit.

        False (nothing changed, `failed` told) if refused. Regions must be the values that `regions` gave or
        `annotations.edits` made of them.
        """
        if before == after and not labels:
            return True
        return self._change(lambda p: p.edit_regions(photo_id, before, after, text, labels=labels))

    def take_look(
        self,
        photo_id: str,
        after: tuple[Region, ...],
        look: Look,
        text: str,
        *,
        labels: tuple[Label, ...] = (),
    ) -> bool:
        """Store what a model saw on a photo together with its look, told once; as `edit`."""
        before = self.regions(photo_id)

        def change(project: Project) -> Edit | None:
            edit = project.edit_regions(photo_id, before, after, text, labels=labels)
            project.note_look(photo_id, look)
            self._looks = {**self.looks(), photo_id: look}
            if edit is None:
                self.photo_changed.emit(photo_id)
            return edit

        return self._change(change)

    def add_regions(self, photo_id: str, new: tuple[Region, ...], labels: tuple[Label, ...], text: str) -> bool:
        """Put regions on top of a photo's, with labels that are new, all as one edit; as `edit`."""
        return self._change(lambda p: p.add([AnnotatedPhoto(p.photo(photo_id), new)], labels, text))

    def edit_photo(self, before: Photo, after: Photo, text: str) -> bool:
        """Store what changed about a photo itself (split, review, attributes); as `edit`."""
        return before == after or self._change(lambda p: p.edit_photo(before, after, text))

    def remove_photos(self, ids: Sequence[str], text: str) -> bool:
        """Take photos and their regions out; their files stay; as `edit`."""
        return self._change(lambda p: p.remove_photos(ids, text))

    def edit_photos(self, before: Sequence[Photo], after: Sequence[Photo], text: str) -> bool:
        """Store what changed about several photos as one edit; as `edit`."""
        return self._change(lambda p: p.edit_photos(before, after, text))

    def edit_labels(self, before: tuple[Label, ...], after: tuple[Label, ...], text: str) -> bool:
        """Store changed labels; as `edit`."""
        return before == after or self._change(lambda p: p.edit_labels(before, after, text))

    def rename_label(self, old: str, new: Label, text: str) -> bool:
        """Give a label another name, or merge it into the one that has this name; its regions follow; as `edit`."""
        return self._change(lambda p: p.rename_label(old, new, text))

    def undo(self) -> None:
        """Take the last edit back and show the photo it was on."""
        self._walk(lambda p: p.undo(), tr("Undid: {}"), tr("Nothing to undo"))

    def redo(self) -> None:
        """Do again what was undone last, and show the photo it was on."""
        self._walk(lambda p: p.redo(), tr("Did again: {}"), tr("Nothing to redo"))

    def walk_to(self, edit_id: int) -> None:
        """Undo or redo until this edit is the last one done, and show the photo that was changed last on the way."""
        if self._project is None:
            return
        try:
            walked = self._project.walk_to(edit_id)
        except CarDamageError as error:
            self.failed.emit(error)
            return
        if not walked:
            return
        self.refresh()
        if self.place(walked[-1].photo) >= 0:
            self.select(walked[-1].photo)
        done = [edit for edit in walked if not edit.undone]
        self.said.emit(
            tr("Did again {edits}", edits=amount(len(done), "edit"))
            if done
            else tr("Undid {edits}", edits=amount(len(walked), "edit"))
        )

    def _use(self, project: Project | None) -> None:
        if self._project is not None:
            self.closing.emit()
        old, self._project, self._current = self._project, project, ""
        self._photos = self._places = self._labels = None
        if old is not None:
            old.close()
        self._threshold = project.threshold if project else THRESHOLD
        self._looks = None
        self.project_changed.emit()
        self.threshold_changed.emit(self._threshold)
        self.labels_changed.emit()
        self.photos_changed.emit()
        self.history_changed.emit()
        self._current = self._first()
        self.current_changed.emit(self._current)

    def _first(self) -> str:
        photos = self.photos()
        return photos[0].id if photos else ""

    def _opened(self) -> Project:
        assert self._project is not None, "ask for photos only while a project is open"
        return self._project

    def _change(self, change: Callable[[Project], Edit | None]) -> bool:
        try:
            edit = change(self._opened())
        except CarDamageError as error:
            self.failed.emit(error)
            return False
        if edit is not None:
            self._tell(edit)
        return True

    def _walk(self, step: Callable[[Project], Edit | None], text: str, nothing: str) -> None:
        if self._project is None:
            return
        try:
            edit = step(self._project)
        except CarDamageError as error:
            self.failed.emit(error)
            return
        if edit is None:
            self.said.emit(nothing)
            return
        self._tell(edit)
        if self.place(edit.photo) >= 0:
            self.select(edit.photo)
        self.said.emit(text.format(translated(edit.text)))

    def _tell(self, edit: Edit) -> None:
        """Say what an edit touched: one photo, or (an import, labels, a photo that came or went) everything."""
        old = self.summary(edit.photo) if edit.photo else None
        new = self._opened().summary(edit.photo) if edit.photo else None
        if old is None or new is None or "label" in edit.kinds:
            self.refresh()
            return
        place, photos = self.place(edit.photo), self.photos()
        self._photos = (*photos[:place], new, *photos[place + 1 :])
        if (old.name, old.split, old.missing) != (new.name, new.split, new.missing):
            self.photos_changed.emit()
        self.photo_changed.emit(edit.photo)
        self.history_changed.emit()
