"""The process here that belongs to a training on a Ray cluster: `python -m cardamage_core.cluster.follower FOLDER`.

It submits the job and keeps its folder here like the one there until it ends, so that everything that reads the folder
behaves as for a training of this computer. Ended and started again, it finds the job where it is; where a node died it
submits the job again, from the newest checkpoint that came back.
"""

from __future__ import annotations

import secrets
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from ..errors import JobError
from ..jobs import worker
from ..jobs.events import EventLog
from ..jobs.folder import JobFolder
from ..training import checkpoints
from . import code_package, luggage, memory, parcel
from .address import ClusterError, UnknownError, UnreachableError
from .client import Client, Job
from .memory import Placement
from .mirror import Mirror
from .outbox import Inbox, Status
from .parcel import Sender

T = TypeVar("T")
AGAIN = 0.7  # seconds between two looks
LATER = 5.0  # seconds between two tries where the cluster does not answer
GIVE_UP_STOPPING = 30.0  # seconds without an answer after a stop was requested
LOST_IN_A_ROW = 3  # submissions that died without a new checkpoint
COMMAND = "python -m cardamage_core.cluster.training_driver"
ENVIRONMENT = {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "2", "PYTHONIOENCODING": "utf-8"}


def main(arguments: list[str]) -> int:
    """Follow the job in the folder named by the only argument."""
    at = JobFolder(Path(arguments[0]))
    return worker.serve(at, lambda log, stop: follow(at, log, stop))


def follow(at: JobFolder, log: EventLog, stop: Callable[[], bool]) -> None:
    """Bring a job to its end on the cluster that it was placed on. Raises JobError for what a person can mend."""
    placement = memory.placement_of(at.path)
    if placement is None:
        raise JobError("It is not known on which cluster this training runs.", "Resume it and name the cluster.")
    client = Client(placement.address, token=memory.token_of(placement.address))
    try:
        _Follower(at, log, stop, client=client).run(placement)
    finally:
        client.close()


class _Follower:
    def __init__(self, at: JobFolder, log: EventLog, stop: Callable[[], bool], *, client: Client) -> None:
        self._at, self._log, self._stop, self._client = at, log, stop, client
        self._unreached = 0.0  # since when, 0.0 where it answers
        self._stop_told = False
        self._lost = 0

    def run(self, placement: Placement) -> None:
        """Submission after submission, until one comes to an end."""
        submission = placement.submission if self._is_known(placement.submission) else ""
        while True:
            sender = None
            if not submission:
                if self._stop():
                    self._log.write("stopped", step=checkpoints.latest_step(self._at.checkpoints))
                    return
                placement = self._placed(placement)
                submission = placement.submission
                sender = self._submitted(submission)
            attempt = _Attempt(self._at, self._log, self._client, submission, sender)
            try:
                if self._watched(attempt):
                    return
            finally:
                attempt.close()
                if attempt.over:  # a resume begins another
                    memory.remember_job(self._at.path, Placement(placement.address, attempt=placement.attempt))
            self._count_loss(attempt)
            submission = ""

    def _is_known(self, submission: str) -> bool:
        """Whether the cluster still has what was submitted, and it is not over."""
        if not submission:
            return False
        job = self._patiently(lambda: _job(self._client, submission))
        return job is not None and not (job.ended and job.exit_code is None)

    def _placed(self, placement: Placement) -> Placement:
        attempt = placement.attempt + 1
        name = f"cardamage-{self._at.id}-{attempt}-{secrets.token_hex(3)}"
        placed = Placement(placement.address, name, attempt)
        memory.remember_job(self._at.path, placed)
        return placed

    def _submitted(self, submission: str) -> Sender:
        self._log.write("sending", text=f"Sending the training to the Ray cluster at {self._client.address}.")
        with_models = luggage.needs_included_models(self._at)
        sender = Sender(self._client, submission, luggage.sources(self._at))
        package = self._patiently(lambda: code_package.uploaded(self._client, models=with_models))
        gpus = self._patiently(lambda: max(node.resources.get("GPU", 0.0) for node in self._client.nodes()))
        command = f"{COMMAND} {submission} {self._at.id}"
        self._patiently(lambda: sender.feed(0))
        self._patiently(
            lambda: self._client.submit(
                command, submission=submission, package=package, environment=ENVIRONMENT, gpus=min(gpus, 1.0)
            )
        )
        return sender

    def _watched(self, attempt: _Attempt) -> bool:
        """Look until the job has ended (True) or is lost (False)."""
        while True:
            try:
                self._tell_stop(attempt)
                ended = attempt.look()
                self._reached()
            except UnreachableError as error:
                self._not_reached(error)
                continue
            if ended is not None:
                return ended
            time.sleep(AGAIN)

    def _tell_stop(self, attempt: _Attempt) -> None:
        if self._stop() and not self._stop_told:
            attempt.stop()
            self._stop_told = True

    def _count_loss(self, attempt: _Attempt) -> None:
        self._lost = 0 if attempt.new_checkpoint else self._lost + 1
        if self._lost >= LOST_IN_A_ROW:
            raise JobError(
                f"The training was lost on the cluster {self._lost} times without getting further.",
                f"The cluster says: {attempt.message or 'nothing'}. Its nodes may have too little memory.",
            )
        step = checkpoints.latest_step(self._at.checkpoints)
        where = f"from step {step}" if step else "from the start"
        self._log.write("note", text=f"The node that trained was lost; going on {where} on another.")

    def _patiently(self, ask: Callable[[], T]) -> T:
        """The answer, however long the cluster takes to be there again."""
        while True:
            try:
                found = ask()
                self._reached()
                return found
            except UnreachableError as error:
                self._not_reached(error)

    def _not_reached(self, error: UnreachableError) -> None:
        if not self._unreached:
            self._unreached = time.monotonic()
            self._log.write("unreached", text=f"{error.title} A training there goes on; trying again until it answers.")
        if self._stop() and time.monotonic() - self._unreached > GIVE_UP_STOPPING:
            detail = "It goes on there. Resume it to attach to it again."
            raise JobError(f"{error.title} The training could not be asked to stop.", detail)
        time.sleep(LATER if time.monotonic() - self._unreached > LATER else AGAIN)

    def _reached(self) -> None:
        if self._unreached:
            self._unreached = 0.0
            self._log.write("reached", text="The cluster answers again.")


class _Attempt:
    """One submission, as seen from here."""

    def __init__(self, at: JobFolder, log: EventLog, client: Client, submission: str, sender: Sender | None) -> None:
        self._at, self._log, self._client, self._submission, self._sender = at, log, client, submission, sender
        self._mirror = Mirror(at, log, submission)
        self._looks = 0
        self.message = ""
        self.over = False  # nothing more can come of it

    def close(self) -> None:
        """Leave no thread behind."""
        self._mirror.close()

    @property
    def new_checkpoint(self) -> bool:
        """Whether it got further than where it began."""
        return self._mirror.new_checkpoint

    def stop(self) -> None:
        """Ask the worker on the node to stop with a checkpoint."""
        self._client.put(parcel.package(self._submission, parcel.STOP), b"stop")

    def look(self) -> bool | None:
        """Bring what is new; True where the job has ended and all is here, False where it is lost, None otherwise."""
        job = _job(self._client, self._submission)
        if job is None:
            return False
        self.message = job.message
        status = self._status(job)
        self._looks += 1
        if status is None:
            return self._without_status(job)
        if self._sender is None and status.taken and not status.streams:
            self._sender = self._second_sender(status)
        if self._sender is not None and not self._sender.done:
            self._sender.feed(status.taken)
        self._mirror.update(Inbox(self._client, job.node, self._submission), status)
        if status.ended:
            return self._ended(status)
        return self._without_status(job) if job.ended else None

    def _second_sender(self, status: Status) -> Sender:
        """Another process of ours was ended while it sent."""
        sender = Sender(self._client, self._submission, luggage.sources(self._at))
        sender.begin_at(status.taken)
        return sender

    def _status(self, job: Job) -> Status | None:
        if not job.node:
            return None
        try:
            return Inbox(self._client, job.node, self._submission).status()
        except UnreachableError:
            raise
        except ClusterError:  # not yet, or not any more: the job's own state tells which
            return None

    def _without_status(self, job: Job) -> bool | None:
        """What the state of the job alone tells."""
        if not job.ended:
            if self._looks == 4 and job.status == "PENDING":
                self._log.write("queued", text="Waiting for a free node of the cluster.")
            return None
        self.over = True
        if job.status == "STOPPED":
            raise JobError("The training was stopped on the cluster.", "Resume it to go on from its newest checkpoint.")
        if job.exit_code is None or job.status == "SUCCEEDED":
            return False  # the node, or what watches over the job on it, died; or all of it was removed
        last = " ".join(job.message.split())[-400:]
        raise JobError("The training could not run on the cluster.", f"The job there ended: {last}")

    def _ended(self, status: Status) -> bool:
        self.over = True
        self._client.put(parcel.package(self._submission, parcel.DONE), b"done")
        if status.error:
            if self._at.stop.exists():
                self._log.write("stopped", step=checkpoints.latest_step(self._at.checkpoints))
                return True
            raise JobError("The training could not begin on the cluster.", status.error)
        if not self._mirror.last_word:
            step = checkpoints.latest_step(self._at.checkpoints)
            resume = f"resume continues from step {step}" if step else "resume begins anew"
            raise JobError(f"The worker on the cluster ended without a word at step {step}; {resume}.")
        return True


def _job(client: Client, submission: str) -> Job | None:
    try:
        return client.job(submission)
    except UnknownError:  # the cluster was started anew
        return None


if __name__ == "__main__":
    worker.leave(main(sys.argv[1:]))
