"""A bulk assessment on a Ray cluster, seen from here: sends photos, takes parts of the table, goes on after losses."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from ..bulk import table
from ..bulk.manifest import Item
from ..bulk.table import Row, Table
from ..errors import FormatError, JobError
from . import code_package, memory, parcel
from .address import ClusterError, UnknownError, UnreachableError
from .client import Client, Job
from .outbox import Inbox, Status
from .parcel import Sender, Source

AGAIN, LATER = 0.7, 5.0  # seconds between two looks, and where the cluster does not answer
PATIENCE = 600.0  # seconds without an answer, after which the command ends
STOPPING = 60.0  # seconds that the rest may take to come after a stop
LOST_IN_A_ROW = 3
ORDER, ITEMS, PHOTOS, PARTS = "order.json", "items.json", "photos", "parts"
COMMAND = "python -m cardamage_core.cluster.assessment_driver"
_PART = re.compile(rf"{PARTS}/part-(\d{{9}})\.parquet")


class Order(msgspec.Struct, frozen=True):
    """What is wanted: on which cluster, from which score on, and whether its nodes read the photos by their paths."""

    address: str
    threshold: float | None = None
    reads_paths: bool = False


def acknowledged(parts: int) -> bytes:
    """The content of the package ACKNOWLEDGED."""
    return str(parts).encode()


def run(
    order: Order,
    items: Sequence[Item],
    into: Table,
    *,
    say: Callable[[str], None],
    add: Callable[[Sequence[Row]], None],
    stop: Callable[[], bool],
) -> None:
    """Assess the items on the cluster and store their rows; `say` gets sentences, `add` the rows that are new.

    Raises JobError for what a person can mend; what is stored by then is kept.
    """
    client = Client(order.address, token=memory.token_of(order.address))
    try:
        _Run(order, into, client, (say, add, stop)).all(items)
    finally:
        client.close()


class _Run:
    def __init__(
        self,
        order: Order,
        into: Table,
        client: Client,
        told: tuple[Callable[[str], None], Callable[[Sequence[Row]], None], Callable[[], bool]],
    ) -> None:
        self._order, self._into, self._client = order, into, client
        self._say, self._add, self._stop = told
        self._unreached = 0.0
        self._stopping = 0.0  # since when

    def all(self, items: Sequence[Item]) -> None:
        """Submission after submission, until every item has a row."""
        lost = 0
        while (missing := self._missing(items)) and not self._stop():
            if self._submission(missing):
                continue
            lost = 0 if len(self._missing(items)) < len(missing) else lost + 1
            if lost >= LOST_IN_A_ROW:
                raise JobError("The assessment was lost on the cluster again and again.", "See the logs of its nodes.")
            if not self._stop():
                self._say("The node that led the assessment was lost; going on with what is missing.")

    def _missing(self, items: Sequence[Item]) -> list[Item]:
        """What has no row; photos that cannot be read here get one at once."""
        left = [item for item in items if item not in self._into.done]
        if self._order.reads_paths:
            return left
        gone = [table.row_of(item, problem="The file is missing.") for item in left if not _is_file(item)]
        self._into.add(gone)
        if gone:
            self._add(gone)
        return [item for item in left if item not in self._into.done]

    def _submission(self, items: Sequence[Item]) -> bool:
        """Send, and take what comes; whether it ended as it should."""
        name = f"cardamage-assess-{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(3)}"
        sender = Sender(self._client, name, _sources(self._order, items))
        package = code_package.uploaded(self._client, models=True)
        sender.feed(0)
        self._client.submit(f"{COMMAND} {name}", submission=name, package=package, environment={}, cpus=0.0)
        self._say(f"Assessing on the Ray cluster at {self._client.address}.")
        try:
            return self._watched(name, sender)
        finally:
            self._tell(name, parcel.DONE)

    def _watched(self, name: str, sender: Sender) -> bool:
        taken = 0
        while True:
            try:
                ended, taken = self._look(name, sender, taken)
                self._unreached = 0.0
            except UnreachableError as error:
                self._wait(error)
                continue
            if ended is not None:
                return ended
            time.sleep(AGAIN)

    def _look(self, name: str, sender: Sender, taken: int) -> tuple[bool | None, int]:
        if self._stop() and not self._stopping:
            self._tell(name, parcel.STOP)
            self._stopping = time.monotonic()
        job = _job(self._client, name)
        status = None if job is None else self._status(job, name)
        if job is None or status is None:
            return self._without_status(job), taken
        if not sender.done and not self._stopping:
            sender.feed(status.taken)
        taken = self._take(Inbox(self._client, job.node, name), status, taken)
        self._client.put(parcel.package(name, parcel.ACKNOWLEDGED), acknowledged(taken))
        if status.ended and status.error and not self._stopping:
            raise JobError("The assessment could not be done on the cluster.", status.error)
        late = self._stopping and time.monotonic() - self._stopping > STOPPING
        return (True if status.ended or late else self._without_status(job)), taken

    def _take(self, inbox: Inbox, status: Status, taken: int) -> int:
        """Store the parts that are new, each checked before; how many were stored by now."""
        parts = sorted((int(match[1]), name) for name in status.files if (match := _PART.fullmatch(name)))
        for number, name in parts:
            if number < taken:
                continue
            arrived = self._into.folder / ".arrived.part"
            if not inbox.fetch(name, status.files[name], arrived):
                break
            try:
                new = [row for row in table.read_part(arrived) if Item(row.photo, row.claim) not in self._into.done]
            except FormatError as error:
                raise ClusterError("The cluster sent something else than a table.", error.detail) from error
            finally:
                arrived.unlink(missing_ok=True)
            self._into.add(new)
            self._add(new)
            taken = number + 1
        return taken

    def _status(self, job: Job, name: str) -> Status | None:
        if not job.node:
            return None
        try:
            return Inbox(self._client, job.node, name).status()
        except UnreachableError:
            raise
        except ClusterError:
            return None

    def _without_status(self, job: Job | None) -> bool | None:
        if job is None:
            return False
        if not job.ended:
            return None
        if job.status == "STOPPED":
            raise JobError("The assessment was stopped on the cluster.", "Call the same command again to go on.")
        if job.exit_code is None:
            return False
        last = " ".join(job.message.split())[-400:]
        raise JobError("The assessment could not run on the cluster.", f"The job there ended: {last}")

    def _tell(self, name: str, what: str) -> None:
        try:
            self._client.put(parcel.package(name, what), b"1")
        except ClusterError as error:
            self._say(str(error))

    def _wait(self, error: UnreachableError) -> None:
        if not self._unreached:
            self._unreached = time.monotonic()
            self._say(f"{error.title} Trying again.")
        if self._stop() or time.monotonic() - self._unreached > PATIENCE:
            raise JobError(error.title, "What came is kept: call the same command again to go on.") from error
        time.sleep(LATER if time.monotonic() - self._unreached > LATER else AGAIN)


def _sources(order: Order, items: Sequence[Item]) -> list[Source]:
    """The order, the list, and the photos in its order."""
    paths = [Path(item.photo) for item in items]
    names = [str(path) if order.reads_paths else _name(number, path) for number, path in enumerate(paths)]
    listed = [(item, name) for item, name in zip(items, names, strict=True)]
    sent = [Source(ORDER, msgspec.json.encode(order)), Source(ITEMS, msgspec.json.encode(listed))]
    return sent if order.reads_paths else [*sent, *map(Source, names, paths)]


def _name(number: int, path: Path) -> str:
    suffix = path.suffix.lower()
    return f"{PHOTOS}/{number:09d}{suffix if suffix[1:].isalnum() and suffix.isascii() else ''}"


def _is_file(item: Item) -> bool:
    try:
        with Path(item.photo).open("rb"):
            return True
    except (OSError, ValueError):
        return False


def _job(client: Client, name: str) -> Job | None:
    try:
        return client.job(name)
    except UnknownError:
        return None
