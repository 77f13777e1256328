"""The claims of a library and the one that is open, as an object that tells what happens to them.

The open claim is a project of its own: a second session holds it, and whatever edits it goes through that session, so
that undo, history and the claim's log hold for every decision. Slow work (taking photos in) runs in the background.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QObject, QTimer, Signal

from cardamage_core.errors import CarDamageError

from ..background import Background, Task
from ..language import amount, mark, tr
from ..session import Session

if TYPE_CHECKING:
    from cardamage_core.claims.claim import Claim
    from cardamage_core.claims.model import ClaimFields, ClaimState, Finding, PhotoWarning, View
    from cardamage_core.claims.summary import ClaimSummary
    from cardamage_core.project import Project


READING = mark("Reading the photos…")
LOOK_DELAY = 200  # ms after a change until the photos are looked through again
CLAIMS = "claims"  # the folder in a project's folder that holds them


class Desk(QObject):
    """The library shown and the claim that is open in `session`, or none."""

    library_changed = Signal()  # claims came, went or stand otherwise
    claim_changed = Signal()  # another claim is open, or none
    record_changed = Signal()  # fields, state or checklist of the open one
    warnings_changed = Signal()
    photos_came = Signal(Path, object)  # folder of the claim, tuple of its photos that came in
    busy = Signal(str, float)  # what is being taken in and how far it is; "" when done
    failed = Signal(object)  # CarDamageError
    said = Signal(str)

    def __init__(self, session: Session, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session, self._background = session, background
        self.claim: Claim | None = None
        self._library: Path | None = None  # the project that holds the claims; None: the default place
        self._claims: dict[Path, ClaimSummary] = {}
        self._by_photo: dict[str, tuple[Finding, ...]] = {}
        self._reading: Task | None = None
        self._taking: Task | None = None
        self._waiting: list[tuple[Callable[[Task], Any], Callable[[Any], None]]] = []  # what to take in, and what then
        self._warnings: tuple[PhotoWarning, ...] | None = None  # None: being worked out
        self._proposed: dict[View, str] = {}
        self._looking: Task | None = None
        self._look_again = QTimer(self)
        self._look_again.setSingleShot(True)
        self._look_again.setInterval(LOOK_DELAY)
        self._look_again.timeout.connect(self._look)
        session.closing.connect(self._closing)
        session.project_changed.connect(self._project_changed)
        session.photo_changed.connect(self._photo_changed)
        session.photos_changed.connect(self._forget_findings)
        session.labels_changed.connect(self._forget_findings)
        session.threshold_changed.connect(self._forget_findings)

    # The library

    @property
    def library(self) -> Path:
        """The folder of the project that new claims go into."""
        return self.places()[0]

    def places(self) -> tuple[Path, ...]:
        """The folders of projects whose claims are listed: the open one, and the place of those made without any."""
        from cardamage_core.claims import library

        default = library.default_place()
        return tuple(dict.fromkeys([self._library or default, default]))

    def use(self, project: Path | None) -> None:
        """List the claims of a project, too, when they are read next; None: only those of the default place.

        The open claim stays open.
        """
        self._library = project

    def claims(self) -> tuple[ClaimSummary, ...]:
        """The claims read last, the newest first."""
        return tuple(self._claims.values())

    def read(self) -> None:
        """Read the list of claims again, in the background."""
        if self._reading is not None:
            self._reading.cancel()
        work = partial(_listed, self.places())
        self._reading = self._background.run(work, self._read, self.failed.emit, urgent=True)

    def _read(self, claims: dict[Path, ClaimSummary]) -> None:
        self._reading = None
        self._claims = claims
        self.library_changed.emit()

    def folder_of(self, claim_id: str) -> Path:
        """Where a listed claim lies."""
        return next((folder for folder in self._claims if folder.name == claim_id), self.library / CLAIMS / claim_id)

    def delete(self, folder: Path) -> None:
        """Delete a claim with all that is known of it."""
        from cardamage_core.claims import library

        if self.claim is not None and self.claim.folder == folder:
            self.close()
        try:
            library.delete(folder)
        except CarDamageError as error:
            self.failed.emit(error)
        self.read()

    # The open claim

    def open(self, folder: Path) -> None:
        """Open a claim; the one before is closed."""
        if self.claim is not None and self.claim.folder == folder:
            return
        try:
            self.session.open(folder)
        except CarDamageError as error:
            self.failed.emit(error)

    def close(self) -> None:
        """Close the claim, back to the list."""
        self.session.close()
        self.read()

    @contextmanager
    def opened(self, folder: Path) -> Iterator[Project]:
        """The project of a claim that is not shown, open for a moment; what is edited in it gets into its log."""
        from cardamage_core.claims.claim import Claim

        with Claim.open(folder) as claim:
            yield claim.project

    # Taking photos in

    def take(self, paths: Sequence[Path], *, new: bool = False) -> None:
        """Make a claim of photos, folders and archives, or add them to the one that is open."""
        if not paths:
            return
        if self.claim is None or new:
            self._waiting.append((partial(_create, self.library, tuple(paths)), self._created))
        else:
            self._waiting.append((partial(_add, self.claim, tuple(paths)), self._added))
        self._take_next()

    def stop_taking(self) -> None:
        """Take nothing in; what was copied so far is removed."""
        self._waiting.clear()
        if self._taking is not None:
            self._taking.cancel()
            self._taken()

    def _take_next(self) -> None:
        if self._waiting and self._taking is None:
            work, done = self._waiting.pop(0)
            self.busy.emit(READING, 0.0)
            self._taking = self._background.run_reporting(work, done, self._refused, progress=self._step, urgent=True)

    def _taken(self) -> None:
        self._taking = None
        self.busy.emit("", 0.0)
        self._take_next()

    def _step(self, fraction: float, text: str) -> None:
        self.busy.emit(text or READING, fraction)

    def _created(self, made: tuple[Path, tuple[PhotoWarning, ...]]) -> None:
        folder, _refused = made
        self.open(folder)
        self.read()
        if self.claim is not None and self.claim.folder == folder:
            self.photos_came.emit(folder, tuple(photo.id for photo in self.session.photos()))
        self._taken()

    def _added(self, added: tuple[Path, tuple[str, ...]]) -> None:
        folder, photos = added
        self._taken()
        if self.claim is None or self.claim.folder != folder:
            return
        self.session.refresh()
        self.record_changed.emit()
        self.said.emit(
            tr("Added {photos}.", photos=amount(len(photos), "photo")) if photos else tr("No photo came in.")
        )
        if photos:
            self.session.select(photos[0])
            self.photos_came.emit(folder, photos)

    def _refused(self, error: CarDamageError) -> None:
        self._taken()
        self.failed.emit(error)

    # Deciding about the claim

    @property
    def state(self) -> ClaimState:
        """Where the open claim stands."""
        return self.claim.record.state if self.claim else "new"

    @property
    def may_change(self) -> bool:
        """Whether findings and outlines of the open claim may be changed."""
        return self.claim is not None and not self.claim.read_only and self.state != "done"

    def change_fields(self, fields: ClaimFields) -> None:
        """What people write about the claim."""
        self._do(lambda claim: claim.change_fields(fields))

    def set_state(self, state: ClaimState) -> None:
        """New, in review or done."""
        self._do(lambda claim: claim.set_state(state))

    def tick_view(self, view: View, photo: str) -> None:
        """This photo is that view; "" takes the tick away."""
        self._do(lambda claim: claim.tick_view(view, photo))

    def _do(self, change: Callable[[Claim], None]) -> None:
        if self.claim is None:
            return
        try:
            change(self.claim)
        except CarDamageError as error:
            self.failed.emit(error)
        self.record_changed.emit()

    # Findings

    def findings(self, photo: str = "") -> tuple[Finding, ...]:
        """The findings of a photo, or of all in order."""
        if self.claim is None:
            return ()
        ids = [photo] if photo else [one.id for one in self.session.photos()]
        unknown = [one for one in ids if one not in self._by_photo]
        if len(unknown) > 1:
            self._by_photo = dict.fromkeys(unknown, ()) | self._by_photo
            for finding in self.claim.findings(self.session.threshold):
                if finding.photo in unknown:
                    self._by_photo[finding.photo] += (finding,)
        elif unknown:
            self._by_photo[unknown[0]] = self.claim.findings(self.session.threshold, photo=unknown[0])
        return tuple(finding for one in ids for finding in self._by_photo[one])

    def findings_at(self, photo: str, threshold: float) -> tuple[Finding, ...]:
        """The findings of a photo at another threshold than the one that is stored."""
        return self.claim.findings(threshold, photo=photo) if self.claim else ()

    def warnings(self) -> tuple[PhotoWarning, ...]:
        """What an adjuster should know of the photos, and of the files that did not come in."""
        return self._warnings or ()

    def proposed_views(self) -> Mapping[View, str]:
        """For views that nobody ticked, the photo that seems to be one."""
        return self._proposed

    def is_checked(self, photo: str) -> bool:
        """Whether it is known what is to be said of a photo."""
        return self._warnings is not None and self.claim is not None and self.claim.check_of(photo) is not None

    def _look(self) -> None:
        """Look through the photos again, in the background."""
        if self._looking is not None:
            self._looking.cancel()
        if self.claim is not None:
            self._looking = self._background.run(partial(_looked_through, self.claim), self._looked, self._lost)

    def _looked(self, found: tuple[tuple[PhotoWarning, ...], dict[View, str]]) -> None:
        self._looking = None
        self._warnings, self._proposed = found
        self.warnings_changed.emit()

    def _lost(self, _error: CarDamageError) -> None:
        """The claim was closed meanwhile."""

    def decided(self) -> tuple[int, int]:
        """How many findings of the claim are decided, and how many there are."""
        every = self.findings()
        return sum(not finding.is_open for finding in every), len(every)

    def _photo_changed(self, photo: str) -> None:
        self._by_photo.pop(photo, None)
        self._look_again.start()

    def _forget_findings(self, _value: object = None) -> None:
        self._by_photo.clear()
        self._look_again.start()

    def _closing(self) -> None:
        """The claim tells the list how far it is before its project is closed."""
        self._look_again.stop()
        if self._looking is not None:
            self._looking.cancel()
        self._looking, self._warnings, self._proposed = None, None, {}
        if self.claim is not None:
            if not self.claim.read_only:
                with suppress(CarDamageError):  # a list that is not up to date is no reason to stay open
                    self.claim.write_summary()
            self.claim.close()
            self.claim = None

    def _project_changed(self) -> None:
        from cardamage_core.claims.claim import Claim

        self._forget_findings()
        project = self.session.project
        try:
            self.claim = Claim.on(project) if project is not None else None
        except CarDamageError as error:
            self.claim = None
            self.failed.emit(error)
        self.claim_changed.emit()
        self.record_changed.emit()


def _listed(places: tuple[Path, ...]) -> dict[Path, ClaimSummary]:
    """The claims of several places by their folders, the newest first; called in the background."""
    from cardamage_core.claims import library

    found = {place / CLAIMS / one.id: one for place in places for one in library.summaries(place)}
    return dict(sorted(found.items(), key=lambda item: item[0].name, reverse=True)) if len(places) > 1 else found


def _looked_through(claim: Claim) -> tuple[tuple[PhotoWarning, ...], dict[View, str]]:
    """What is to be said of the photos, and which views they seem to be; called in the background.

    The list of claims is told how far this one is.
    """
    found = claim.warnings(), claim.proposed_views()
    if not claim.read_only:
        claim.write_summary()
    return found


def _create(library: Path, paths: tuple[Path, ...], task: Task) -> tuple[Path, tuple[PhotoWarning, ...]]:
    """Make a claim; called in the background."""
    from cardamage_core.claims.claim import Claim

    with Claim.create(library, paths, progress=task.report, cancelled=task.cancelled) as claim:
        return claim.folder, claim.refused


def _add(claim: Claim, paths: tuple[Path, ...], task: Task) -> tuple[Path, tuple[str, ...]]:
    """Add photos to a claim; called in the background."""
    added = claim.add_photos(paths, progress=task.report, cancelled=task.cancelled)
    return claim.folder, tuple(photo.id for photo in added)
