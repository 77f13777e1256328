"""What every job of ours on a Ray cluster begins and ends with: its folders on the node, its parcel, its outbox.

Runs on the cluster. A driver, in Ray's words, is the process that a job runs.
"""

from __future__ import annotations

import contextlib
import importlib
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from ..errors import CarDamageError, JobError
from . import outbox, parcel
from .outbox import Outbox, Status

if TYPE_CHECKING:
    from collections.abc import Iterable

PATIENCE = 3600.0  # seconds: that long a part of the parcel, or the word that all came back, is waited for
AGAIN = 0.25  # seconds between two looks


class Driver:
    """A job on its node. `shown` is its folder below the log folder, `hidden` is beside it and shown to nobody."""

    def __init__(self, submission: str, session: Path) -> None:
        """The cluster is connected; `session` is the folder of Ray's session on this node."""
        self.submission = submission
        self.shown = session / "logs" / outbox.FOLDER / submission
        self.hidden = session / outbox.FOLDER / submission
        self.hidden.mkdir(parents=True, exist_ok=True)
        self.outbox = Outbox(self.shown)
        self.status = Status()

    def tell(self, files: Iterable[Path] = (), **changes: object) -> None:
        """Show how far the job is; `files` lie below `shown`."""
        self.status = msgspec.structs.replace(self.status, **changes)
        self.outbox.tell(self.status, files)

    def entries(self) -> list[parcel.Entry]:
        """The list of files that come. Raises JobError where it does not come."""
        return msgspec.json.decode(self._awaited(parcel.LIST), type=list[parcel.Entry])

    def part(self, number: int) -> bytes:
        """A part of the parcel. Raises JobError where it does not come."""
        return self._awaited(number)

    def taken(self, parts: int) -> None:
        """Show that so many parts were taken, so that more come."""
        self.tell(taken=parts)

    def asked(self, what: str) -> bool:
        """Whether the other end said STOP or DONE."""
        return self._kept(what) is not None

    def acknowledged(self) -> int:
        """How many parts of what the job makes were taken away."""
        return int(self._kept(parcel.ACKNOWLEDGED) or b"0")

    def await_done(self) -> bool:
        """Wait until all was fetched, for an hour at most; whether it was."""
        return parcel.waiting(lambda: self._kept(parcel.DONE), seconds=PATIENCE) is not None

    def close(self, *, fetched: bool) -> None:
        """Remove what the job left on the node and in the head node's memory; what was not fetched stays."""
        for what in (parcel.LIST, parcel.STOP, parcel.DONE, parcel.ACKNOWLEDGED):
            self._remove(what)
        shutil.rmtree(self.hidden, ignore_errors=True)
        if fetched:
            shutil.rmtree(self.shown, ignore_errors=True)

    def _awaited(self, what: str | int) -> bytes:
        data = parcel.waiting(lambda: self._kept(what), seconds=PATIENCE, given_up=lambda: self.asked(parcel.STOP))
        if data is None:
            raise JobError("The files for the job did not come.", f"Waited for {what} until the job was given up.")
        self._remove(what)
        return data

    def _kept(self, what: str | int) -> bytes | None:
        found: bytes | None = _store()._internal_kv_get(self._key(what))
        return found

    def _remove(self, what: str | int) -> None:
        _store()._internal_kv_del(self._key(what))

    def _key(self, what: str | int) -> str:
        return f"gcs://{parcel.package(self.submission, what)}"


def run(submission: str, work: Callable[[Driver], Sequence[Path]]) -> int:
    """Connect, do the work, show the files that it gives, wait until they were fetched, tidy up; the exit status."""
    with connected() as session:
        driver = Driver(submission, session)
        try:
            driver.tell(work(driver), ended=True)
        except CarDamageError as error:
            driver.tell(ended=True, error=f"{error.title} {error.detail}".strip())
        driver.close(fetched=driver.await_done())
    return 0


@contextlib.contextmanager
def connected() -> Iterator[Path]:
    """Connect to the cluster that this job runs on; the folder of Ray's session on this node."""
    ray = importlib.import_module("ray")
    context = ray.init(address="auto", log_to_driver=False, configure_logging=False)
    try:
        yield _session(Path(context.address_info["session_dir"]))
    finally:
        ray.shutdown()


def _session(usual: Path) -> Path:
    """The session's folder on this node, where its log folder is: Ray prints our output there, and names the head's."""
    with contextlib.suppress(OSError):
        printed = Path("/proc/self/fd/1").readlink()
        if printed.parent.name == "logs":
            return printed.parent.parent
    return usual.resolve()


def _store() -> Any:
    """Where the head node keeps packages. Ray has no public way to read one that is no Python code."""
    return importlib.import_module("ray.experimental.internal_kv")


def pause() -> None:
    """Let the work go on for a moment."""
    time.sleep(AGAIN)
