"""An open claim: its photos, findings, fields and state, and the log of every decision.

A claim is a folder `PROJECT/claims/<id>` that is a project of its own: photos, regions, labels, undo, copies and looks
are those of `project.Project`. Beside the project file lie `claim.json`, `decisions.jsonl`, `checks.json` (what was
measured on the photos and what was refused) and `summary.json` (what a list of claims shows).

No edit bypasses the log: the project of a claim keeps a journal (`project.journal`), written in the same transaction as
the edit, its undo or redo, by whoever made it. `Claim` writes the journal into the log after each edit, and what a
killed process left when the claim is opened next.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, TypeVar

import msgspec

from ..annotations.model import AnnotatedPhoto, Label, Photo, Problem, Region
from ..assessment.views import views_of
from ..errors import CarDamageError, ProjectError
from ..project import Project
from ..project.import_plan import Cancelled, Progress
from . import checks, creation, findings, intake, library, records, summary
from .checks import PhotoCheck
from .creation import FOLDER, HEAD
from .decisions import decisions_of, now, refused, user
from .log import DecisionLog, encoded
from .model import ClaimFields, ClaimRecord, ClaimState, Decision, Finding, PhotoWarning, View
from .records import RECORD

NUMBERS = "finding_numbers"  # setting: the numbers that photos and findings have got
NO_FIELDS = ClaimFields()
RECENT = 5000  # decisions among which those of a killed process are looked for
P = ParamSpec("P")
R = TypeVar("R")
_log = logging.getLogger(__name__)


def _one_at_a_time(method: Callable[Concatenate[Claim, P], R]) -> Callable[Concatenate[Claim, P], R]:
    """The log is a chain: no two threads may write a line at once."""

    @wraps(method)
    def call(claim: Claim, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with claim._writing:
            return method(claim, *args, **kwargs)

    return call


class Claim:
    """An open claim.

    `Claim.create(project_folder, sources, fields)` makes one, `Claim.open(folder)` opens one, `Claim.on(project)` takes
    one whose project is open already (that of a `Session`, which then closes it). Read: `id`, `folder`, `project`,
    `read_only`, `record`, `photos()`, `regions(photo)`, `labels()`, `findings(threshold)`, `warnings()`, `problems()`,
    `log`. Change: `add_photos`, `change_fields`, `set_state`, `tick_view`, `note`, and any edit of `project`. For edits
    of findings `findings.decided`, `findings.changed` and `merge.merged` give the regions as they are afterwards.
    """

    def __init__(self, project: Project, *, who: str = "", owns: bool = True) -> None:
        self.project = project
        self.folder = project.folder
        self.id = project.folder.name
        self.read_only = project.read_only
        self.who = who or user()
        self._owns = owns
        self._writing = threading.RLock()  # a window takes photos in on another thread than the one that decides
        self._log = DecisionLog(self.folder, read_only=self.read_only)
        self._log.check_end(msgspec.json.decode(project.setting(HEAD) or '""'))
        self._record, self._mended = self._read_record()
        self._checks = checks.read(self.folder)
        self._elsewhere: tuple[PhotoWarning, ...] | None = None  # photos that stand in other claims
        self._is_told = True  # whether the summary is as the claim is
        self._repeats = True  # whether what the journal holds may be in the log already: the process was cut short
        self.trouble: CarDamageError | None = None  # why the last decisions are not in the log yet
        if not self.read_only:
            project.on_edit = self.write_log
            self.write_log()

    # Making, opening, closing

    @classmethod
    def create(
        cls,
        project_folder: Path,
        sources: Sequence[Path],
        fields: ClaimFields = NO_FIELDS,
        *,
        who: str = "",
        progress: Progress | None = None,
        cancelled: Cancelled | None = None,
    ) -> Claim:
        """A new claim in `project_folder`/claims of files, folders and zip archives with photos, opened for writing.

        It appears whole or not at all. CarDamageError when there is no photo in them, the disk is full or the folder
        cannot be written. `refused` tells what was left out.
        """
        with contextlib.suppress(CarDamageError):  # what killed processes left is no reason not to make a claim
            library.clean(project_folder)
        step = creation.stepping(progress, cancelled)
        folder = creation.made(Path(project_folder).absolute() / FOLDER, sources, fields, who=who or user(), step=step)
        return cls.open(folder, who=who)

    @classmethod
    def open(cls, folder: Path, *, read_only: bool = False, who: str = "") -> Claim:
        """A claim that is there. ProjectError as in `Project.open`."""
        folder = Path(folder).absolute()
        _must_be_claim(folder)
        project = Project.open(folder, read_only=read_only)
        try:
            return cls(project, who=who)
        except BaseException:
            project.close()
            raise

    @classmethod
    def on(cls, project: Project, *, who: str = "") -> Claim:
        """The claim of a project that is open already and that the caller closes."""
        _must_be_claim(project.folder)
        return cls(project, who=who, owns=False)

    def close(self) -> None:
        """Let go of the files. Closing twice is fine."""
        if not self.read_only:
            self.project.on_edit = _nothing
            with contextlib.suppress(CarDamageError):  # a list that is not up to date is no reason to stay open
                if not self._is_told:
                    self.write_summary()
        if self._owns:
            self.project.close()

    def __enter__(self) -> Claim:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Reading

    @property
    def record(self) -> ClaimRecord:
        """The fields, the state and the checklist."""
        return self._record

    @property
    def log(self) -> tuple[Decision, ...]:
        """Every decision, oldest first."""
        return self._log.decisions

    @property
    def log_hash(self) -> str:
        """The hash of the last line of the log, which stands for all of it."""
        return self._log.head

    def photos(self) -> tuple[Photo, ...]:
        """The photos in order."""
        return self.project.whole_photos()

    def photo_numbers(self) -> dict[str, int]:
        """The number of each photo by its id, the one that the numbers of its findings begin with."""
        photos = self.photos()
        kept = {one: number for number, one in enumerate(self._kept_numbers((one, ()) for one in photos), start=1)}
        return {photo.id: kept[photo.id] for photo in photos}

    def path_of(self, photo: Photo) -> Path:
        """Where a photo's copy lies."""
        return self.project.path_of(photo)

    def regions(self, photo_id: str) -> tuple[Region, ...]:
        """The regions of a photo in drawing order."""
        return self.project.regions(photo_id)

    def labels(self) -> tuple[Label, ...]:
        """The labels of the claim's project: those of the models in the box, and those of what is blurred."""
        return self.project.labels()

    def findings(self, threshold: float | None = None, *, photo: str = "") -> tuple[Finding, ...]:
        """The findings of all photos, or of one, in order; open predictions from the threshold on (the project's)."""
        score = self.project.threshold if threshold is None else threshold
        labels = self.labels()
        photos = [(one, self.regions(one.id)) for one in self.photos()]
        numbers = self._numbers(photos, score)
        found: list[Finding] = []
        for one, regions in photos:
            if photo in ("", one.id):
                shares = self.project.damage(one.id, threshold=score).findings
                found += findings.findings_of(one, regions, labels, numbers=numbers, shares=shares, threshold=score)
        return tuple(found)

    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the claim itself: its log, its record, photos that vanished or were replaced."""
        wrong = [Problem("claim-log", text, "error") for text in (self._log.trouble, str(self.trouble or "")) if text]
        told = [Problem("claim-log", text, "warning") for text in (self._log.torn, self._mended) if text]
        return (*wrong, *told, *self.project.file_problems())

    @property
    def refused(self) -> tuple[PhotoWarning, ...]:
        """The files that were to come in and did not, each with its reason."""
        return self._checks.refused

    def check_of(self, photo_id: str) -> PhotoCheck | None:
        """What was measured on a photo and what its file says of time, place, camera and program."""
        return self._checks.photos.get(photo_id)

    def warnings(self, *, photo: str = "", threshold: float | None = None) -> tuple[PhotoWarning, ...]:
        """What an adjuster should know of the photos, or of one, and of the files that did not come in.

        Photos that stand in other claims are looked for once, when the claim is opened.
        """
        score = self.project.threshold if threshold is None else threshold
        found = [] if photo else list(self.refused)
        for one in self.photos():
            if photo in ("", one.id):
                found += checks.of_photo(one, self._checks, datetime.now(UTC))
                found += self._seen(one, score)
        return tuple(found + [one for one in self._duplicates() if photo in ("", one.photo)])

    def proposed_views(self) -> dict[View, str]:
        """For views that are not ticked yet, the first photo that seems to be one; people decide."""
        found: dict[View, str] = {}
        labels = self.labels()
        for photo in self.photos():
            damage = self.project.damage(photo.id)
            for view in views_of(photo, self.regions(photo.id), labels, damage):
                if view not in self._record.views:
                    found.setdefault(view, photo.id)
        return found

    def _seen(self, photo: Photo, threshold: float) -> Iterable[PhotoWarning]:
        """What follows from what models and people saw on a photo; nothing where none of them has looked."""
        look, regions = self.project.looks().get(photo.id), self.regions(photo.id)
        if look is not None and look.problem and not regions:
            return [
                PhotoWarning("unreadable", f"{photo.name} could not be outlined: {look.problem}", "error", photo.id)
            ]
        if look is None and not regions:
            return []
        return checks.of_regions(
            photo, regions, self.labels(), self._checks, self.project.damage(photo.id, threshold=threshold)
        )

    def _duplicates(self) -> tuple[PhotoWarning, ...]:
        photos = self.photos()
        if self._elsewhere is None:
            place = self.folder.parent.parent
            has_others = self.folder.parent.name == FOLDER
            known = checks.hashes(photos, self._checks)
            self._elsewhere = library.duplicates(place, self.id, known) if has_others else ()
        return (*checks.duplicates(photos, self._checks), *self._elsewhere)

    # What a list shows

    def write_summary(self) -> None:
        """Tell the list of claims how far this one is; done when the claim is closed as well."""
        self._must_be_writable()
        photos, looks = self.photos(), self.project.looks()
        failed = sum(bool(looks[one.id].problem) for one in photos if one.id in looks)
        told = summary.counted(summary.of_record(self._record), self.findings())
        percent, figure = summary.worst(self.project, self.project.threshold)
        told = msgspec.structs.replace(
            told,
            changed=now(),
            photos=checks.hashes(photos, self._checks),
            failed=failed,
            figure=figure,
            percent=percent,
        )
        summary.write(self.folder, told)
        self._is_told = True

    # Deciding

    def add_photos(
        self,
        sources: Sequence[Path],
        *,
        only_new: bool = False,
        progress: Progress | None = None,
        cancelled: Cancelled | None = None,
    ) -> tuple[Photo, ...]:
        """Copy more photos into the claim, as one edit that can be undone; those that came in (see `refused`).

        `only_new`: files that are in the claim already are passed over in silence.
        """
        self._must_be_writable()
        known = {photo.sha256 for photo in self.photos()} if only_new else set()
        step = creation.stepping(progress, cancelled)
        with creation.all_or_nothing(self.folder / intake.FOLDER):
            taken = intake.take(sources, self.folder, step=step, known=known)
            if taken.photos:
                self.project.add([AnnotatedPhoto(photo) for photo in taken.photos], (), "Photos added")
                for photo in taken.photos:
                    self.project.accept_file(photo)
        said = {one.text for one in self.refused}
        fresh = tuple(one for one in taken.refused if not only_new or one.text not in said)
        if fresh:
            self._append([refused(fresh, self.who)])
        if fresh or taken.photos:
            self._elsewhere = None
            self._checks = self._checks.with_more(taken.checks, fresh)
            checks.write(self.folder, self._checks)
        return taken.photos

    def change_fields(self, fields: ClaimFields) -> None:
        """What people write about the claim takes the place of what they wrote before."""
        self._change("fields", msgspec.structs.replace(self._record, fields=fields))

    def set_state(self, state: ClaimState) -> None:
        """The claim is new, in review or done; a claim that is done may be opened again, which the log tells."""
        self._change("state", msgspec.structs.replace(self._record, state=state))

    def tick_view(self, view: View, photo_id: str) -> None:
        """This photo is that view of the checklist; "" takes the tick away."""
        views = {name: one for name, one in self._record.views.items() if name != view}
        views |= {view: photo_id} if photo_id else {}
        self._change("fields", msgspec.structs.replace(self._record, views=views))

    @_one_at_a_time
    def note(self, what: str, after: Any) -> None:
        """Write into the log that something was done that changes nothing here, such as a report."""
        self._must_be_writable()
        self.write_log()
        self._append([Decision(now(), self.who, what, after=after)])

    @_one_at_a_time
    def write_log(self) -> None:
        """Write what the project's journal holds into the log; where that fails, `trouble` says why until it is done.

        An edit is stored before it is logged, so it must not seem to fail because the log could not be written.
        """
        entries = self.project.journal()
        if not entries:
            return
        self._is_told = False
        known = {_content(one) for one in self._log.decisions[-RECENT:]} if self._repeats else ()
        made = (one for entry in entries for one in decisions_of(entry, self.who))
        self._repeats = True
        try:
            self._log.append([one for one in made if _content(one) not in known])
            self.project.drop_journal(entries[-1].id, setting=HEAD, value=msgspec.json.encode(self.log_hash).decode())
            self.trouble, self._repeats = None, False
        except CarDamageError as error:
            self.trouble = error
            _log.warning("%s", error)

    def _append(self, decisions: Sequence[Decision]) -> None:
        self._log.append(decisions)
        self.project.keep_setting(HEAD, msgspec.json.encode(self.log_hash).decode())

    @_one_at_a_time
    def _change(self, what: str, after: ClaimRecord) -> None:
        """The log first: where the process is killed before the record is written, the log says what it must be."""
        self._must_be_writable()
        before, changed = records.difference(self._record, after)
        if not changed and not before:
            return
        self.write_log()
        self._append([Decision(now(), self.who, what, before=before, after=changed)])
        records.write(self.folder, after)
        self._record = after
        self._is_told = False

    def _read_record(self) -> tuple[ClaimRecord, str]:
        """The record, and what to say where it was not as the log has it; the log holds unless it is damaged itself."""
        stored = records.read(self.folder)
        logged = stored if self._log.trouble else records.as_logged(stored, self.log)
        if logged == stored:
            return stored, ""
        if not self.read_only:
            records.write(self.folder, logged)
        return logged, f"{RECORD} was not as the log says; what the log says holds."

    @_one_at_a_time
    def _numbers(self, photos: Sequence[tuple[Photo, tuple[Region, ...]]], threshold: float) -> dict[str, str]:
        """The number of each damage by its region's id: given when it is first listed, and kept for good.

        What only another threshold than the project's lists is counted on from there, and its number is not kept.
        """
        kept, listed = self._kept_numbers(photos), self._numbered(photos, self.project.threshold)
        _count_on(kept, listed)
        fresh = msgspec.json.encode(kept).decode()
        if fresh != self.project.setting(NUMBERS) and not self.read_only:
            self.project.keep_setting(NUMBERS, fresh)
        if threshold != self.project.threshold:
            _count_on(kept, self._numbered(photos, threshold))
        return {key: f"{n}.{m}" for n, ids in enumerate(kept.values(), 1) for m, key in enumerate(ids, 1)}

    def _numbered(self, photos: Sequence[tuple[Photo, tuple[Region, ...]]], threshold: float) -> dict[str, list[str]]:
        """The ids of the damages that are listed, by photo."""
        roles = {label.name: label.role for label in self.labels()}
        return {photo.id: [one.id for one in findings.listed(regions, roles, threshold)] for photo, regions in photos}

    def _kept_numbers(self, photos: Iterable[tuple[Photo, tuple[Region, ...]]]) -> dict[str, list[str]]:
        """The ids of damages in the order of their numbers, by photos in the order of theirs."""
        kept: dict[str, list[str]] = msgspec.json.decode(self.project.setting(NUMBERS) or "{}")
        return kept | {photo.id: [] for photo, _ in photos if photo.id not in kept}

    def _must_be_writable(self) -> None:
        if self.read_only:
            raise ProjectError(f"The claim {self.id} was opened for reading only.", str(self.folder))


def _must_be_claim(folder: Path) -> None:
    if not (folder / RECORD).is_file():
        raise ProjectError(f"{folder} is not a claim.", f"There is no file {RECORD} in it.")


def _count_on(kept: dict[str, list[str]], listed: Mapping[str, Sequence[str]]) -> None:
    """Give the next numbers of their photos to those that have none yet."""
    for photo, ids in listed.items():
        known = set(kept[photo])
        kept[photo] += [one for one in ids if one not in known]


def _content(decision: Decision) -> bytes:
    return encoded(msgspec.structs.replace(decision, previous="", hash=""))


def _nothing() -> None:
    """For a project whose claim was let go."""
