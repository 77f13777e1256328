"""Keeps a job's folder here like the one on the cluster: events, log, checkpoints, previews, numbers and models.

What comes back is JSON, text, pictures and HDF5, stored under names from a fixed list and read by the same readers as
files from anywhere else; nothing is unpickled.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec

from .. import files
from ..errors import ModelError
from ..jobs import events
from ..jobs.events import Event, EventLog
from ..jobs.folder import JobFolder
from ..jobs.metrics_csv import NAME as METRICS
from ..jobs.queue import LAST_WORDS
from ..models import registry
from ..training import checkpoints
from .outbox import Fact, Inbox, Status
from .training_driver import EVENTS, LOG, PROJECT

MOST_FILE = 8 << 30  # bytes of one file that is taken
POSITION = "cluster.json"
_JOB = rf"{PROJECT}/jobs/[\w-]+"
_CHECKPOINT = re.compile(rf"{_JOB}/checkpoints/step-(\d{{8}})\.h5")
_BEST = re.compile(rf"{_JOB}/checkpoints/best\.h5")
_BEST_NOTE = re.compile(rf"{_JOB}/checkpoints/best\.json")
_PREVIEW = re.compile(rf"{_JOB}/previews/(epoch-\d{{4,6}}\.png)")
_METRICS = re.compile(rf"{_JOB}/{METRICS}")
_MODEL = re.compile(rf"{PROJECT}/models/([\w.-]{{1,100}})/({registry.CARD}|{registry.WEIGHTS})")


class Position(msgspec.Struct, frozen=True):
    """How much of the streams of one submission is here, in bytes."""

    submission: str = ""
    events: int = 0
    log: int = 0


class Mirror:
    """One submission of a job; `update` brings what is new. Checkpoints, which are large, come in a thread beside."""

    def __init__(self, at: JobFolder, log: EventLog, submission: str) -> None:
        """Nothing is read from the cluster yet."""
        self._at, self._log, self._submission = at, log, submission
        self._position = _position(at, submission)
        self._known: dict[str, Fact] = {}
        self._large = ThreadPoolExecutor(1, "checkpoints")
        self._coming: Future[None] | None = None
        self.last_word = ""  # the kind of the event that ended the work
        self.new_checkpoint = False  # whether one came since this was made

    def close(self) -> None:
        """Wait for the file that is under way."""
        self._large.shutdown()

    def update(self, inbox: Inbox, status: Status) -> None:
        """Bring what is new. The last word is said here only when everything else is here."""
        small = self._bring_small(inbox, status)
        self._bring_large(inbox, status, wait=status.ended)
        self._bring_log(inbox, status)
        self._bring_events(inbox, status, to_the_end=status.ended and small)
        files.write_atomic(self._at.path / POSITION, msgspec.json.encode(self._position))

    # Files

    def _bring_small(self, inbox: Inbox, status: Status) -> bool:
        """Previews, the table and models; whether all of them are here."""
        complete = True
        for name, fact in status.files.items():
            target = self._target(name)
            if target is not None and self._known.get(name) != fact and fact.size <= MOST_FILE:
                if inbox.fetch(name, fact, target):
                    self._known[name] = fact
                else:
                    complete = False
        self._take_models()
        return complete

    def _target(self, name: str) -> Path | None:
        """Where a small file goes here, None for what is not taken or is here."""
        if match := _PREVIEW.fullmatch(name):
            return self._at.previews / match[1]
        if _METRICS.fullmatch(name):
            return self._at.path / METRICS
        if (match := _MODEL.fullmatch(name)) and not (self._at.models / match[1]).exists() and match[1][0] != ".":
            return self._at.models / f".{match[1]}.part" / match[2]
        return None

    def _take_models(self) -> None:
        """Give the models that are whole their names."""
        for unfinished in self._at.models.glob(".*.part"):
            folder = unfinished.with_name(unfinished.name[1:-5])
            try:
                registry.read(unfinished).verify()
            except ModelError:
                continue
            if not folder.exists():
                unfinished.rename(folder)
                files.sync_folder(folder.parent)

    def _bring_large(self, inbox: Inbox, status: Status, *, wait: bool) -> None:
        """The newest checkpoint and the best one; at the end all that are left, and none else."""
        if self._coming is not None and (wait or self._coming.done()):
            self._coming.result()
            self._coming = None
        if wait:
            self._bring_checkpoints(inbox, status)
        elif self._coming is None and self._wanted(status):
            self._coming = self._large.submit(self._bring_checkpoints, inbox, status)

    def _wanted(self, status: Status) -> list[tuple[str, Fact, Path]]:
        """What is new among the newest checkpoint, the best and the note on it, in this order."""
        steps = sorted((int(m[1]), name) for name in status.files if (m := _CHECKPOINT.fullmatch(name)))[-1:]
        here = checkpoints.latest_step(self._at.checkpoints)
        named = [(name, f"step-{step:08d}.h5") for step, name in steps if step > here]
        named += [(name, checkpoints.BEST) for name in status.files if _BEST.fullmatch(name)]
        named += [(name, checkpoints.BEST_NOTE) for name in status.files if _BEST_NOTE.fullmatch(name)]
        facts = status.files
        return [
            (name, facts[name], self._at.checkpoints / file)
            for name, file in named
            if self._known.get(name) != facts[name] and facts[name].size <= MOST_FILE
        ]

    def _bring_checkpoints(self, inbox: Inbox, status: Status) -> None:
        for name, fact, target in self._wanted(status):
            twin = next((path for path, known in self._here() if known == fact), None)
            if twin is not None:
                with files.atomic_path(target) as temporary:
                    shutil.copyfile(twin, temporary)
            elif not inbox.fetch(name, fact, target):
                return  # a newer one is there: the next round
            self._known[name] = fact
            self.new_checkpoint = self.new_checkpoint or target.name.startswith("step-")
        for _, old in checkpoints.found(self._at.checkpoints)[checkpoints.KEPT :]:
            old.unlink(missing_ok=True)

    def _here(self) -> Iterator[tuple[Path, Fact]]:
        """The checkpoints that were fetched."""
        for name, fact in list(self._known.items()):
            if match := _CHECKPOINT.fullmatch(name):
                path = self._at.checkpoints / f"step-{match[1]}.h5"
                if path.is_file():
                    yield path, fact

    # Streams

    def _bring_log(self, inbox: Inbox, status: Status) -> None:
        end = status.streams.get(LOG, 0)
        while new := inbox.stream(LOG, self._position.log, end):
            with self._at.log.open("ab") as file:
                file.write(new)
            self._position = msgspec.structs.replace(self._position, log=self._position.log + len(new))

    def _bring_events(self, inbox: Inbox, status: Status, *, to_the_end: bool) -> None:
        end, rest = status.streams.get(EVENTS, 0), b""
        at = self._position.events
        while new := inbox.stream(EVENTS, at + len(rest), end):
            lines = rest + new
            whole = lines[: lines.rfind(b"\n") + 1]
            for line in whole.splitlines(keepends=True):
                if not self._bring_event(line, at + len(line), to_the_end=to_the_end):
                    return
                at += len(line)
            rest = lines[len(whole) :]

    def _bring_event(self, line: bytes, end: int, *, to_the_end: bool) -> bool:
        """Write an event here; False for a last word that has to wait."""
        event = events.parse(line)
        if event is not None and event["kind"] in LAST_WORDS:
            if not to_the_end:
                return False
            self.last_word = event["kind"]
            if self.last_word == "finished":
                checkpoints.clear(self._at.checkpoints)
        if event is not None:
            self._log.copy(self._at_home(event) | {"remote": [_tag(self._submission), end]})
        self._position = msgspec.structs.replace(self._position, events=end)
        return True

    def _at_home(self, event: Event) -> dict[str, Any]:
        """The event with paths of this computer."""
        if event["kind"] == "preview" and isinstance(picture := event.get("picture"), str):
            return event | {"picture": str(self._at.previews / picture.replace("\\", "/").rpartition("/")[2])}
        return event


def _position(at: JobFolder, submission: str) -> Position:
    """Where to go on; events that were written after the last note of it are in the events themselves."""
    try:
        noted = msgspec.json.decode((at.path / POSITION).read_bytes(), type=Position)
    except (OSError, msgspec.DecodeError):
        noted = Position()
    if noted.submission != submission:
        return Position(submission)
    said = [event.get("remote") for event in events.tail(at.events)]
    ends = [one[1] for one in said if isinstance(one, list) and one[:1] == [_tag(submission)] and len(one) == 2]
    return msgspec.structs.replace(noted, events=max([noted.events, *(end for end in ends if isinstance(end, int))]))


def _tag(submission: str) -> str:
    """What tells the submissions of a job apart."""
    return submission.rpartition("-")[2]
