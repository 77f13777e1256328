"""Lists, creates, stops, resumes and follows the jobs of a project; all state is derived from the jobs' folders."""

from __future__ import annotations

import enum
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Literal

import msgspec

from ..annotations.model import Dataset
from ..errors import CarDamageError, JobError
from ..text import duration
from ..training import checkpoints
from ..training.job import TrainingJob, check, check_data, split
from ..training.metrics import METRICS, Chart, in_chart
from . import events, folder
from .events import Event
from .folder import JobFolder

State = Literal["draft", "waiting", "running", "finished", "stopped", "failed"]


class JobPhase(enum.Enum):
    """What a live job does just now, and how that is said."""

    WAITING = "Waiting for another training to end."
    SENDING = "Sending photos to the cluster."
    QUEUED = "Waiting for a free node of the cluster."
    UNREACHED = "The cluster cannot be reached just now; the training goes on there."
    LOADING = "Loading the libraries."
    READING = "Reading photos."
    COMPILING = "Compiling the network: the first step takes up to a minute."
    TRAINING = "Training."
    VALIDATING = "Validating."


PHASES = {  # by the kind of the last event; every other kind is training
    "waiting": JobPhase.WAITING,
    "sending": JobPhase.SENDING,
    "queued": JobPhase.QUEUED,
    "unreached": JobPhase.UNREACHED,
    "loading": JobPhase.LOADING,
    "started": JobPhase.READING,
    "note": JobPhase.READING,
    "compiling": JobPhase.COMPILING,
    "checkpoint": JobPhase.VALIDATING,
    "validation": JobPhase.VALIDATING,
}
FIGURES = ("step", "photos_per_second", "seconds_left", "memory_mb", "network_mb", "check_seconds")  # of events
LAST_WORDS = ("finished", "stopped", "failed")


class JobStatus(msgspec.Struct, frozen=True):
    """How far a job is.

    `step` counts the steps done of `total_steps`; `checkpoint_step` is where a resume would go on from (0: from the
    start). `network_mb` is the memory at the peak without photos kept, `check_seconds` what a photo validated on took
    (0.0: not known). `started` is seconds since 1970, 0.0 before. `message` is one sentence for people, to be shown and
    never compared; `model` an id or "".
    """

    id: str
    folder: Path
    job: TrainingJob
    state: State
    epoch: int = 0
    step: int = 0
    total_steps: int = 0
    fraction: float = 0.0
    photos_per_second: float = 0.0
    seconds_left: float = 0.0
    memory_mb: float = 0.0
    network_mb: float = 0.0
    check_seconds: float = 0.0
    message: str = ""
    started: float = 0.0
    model: str = ""
    checkpoint_step: int = 0
    phase: JobPhase | None = None  # of a job whose worker is there; None before and after

    @property
    def live(self) -> bool:
        """Whether more can be expected without user action."""
        return self.state in ("waiting", "running")

    @property
    def stepping(self) -> bool:
        """Whether steps go on: a step was done, and it is not loading, compiling or validating."""
        return self.state == "running" and self.step > 0 and self.phase is JobPhase.TRAINING


def create(project_folder: Path, job: TrainingJob, dataset: Dataset, *, draft: bool = False) -> Path:
    """Make a job folder with a frozen copy of `dataset` (photos with absolute paths); it runs once started.

    A draft says that it does not wait for anything but its start.

    Raises JobError if the job makes no sense or nothing in the data can be learned.
    """
    check(job)
    check_data(job, split(dataset, job).train)
    relative = next((p.photo for p in dataset.photos if not Path(p.photo.path).is_absolute()), None)
    assert relative is None, f"{relative} needs an absolute path"
    return folder.make(Path(project_folder) / "jobs", job, dataset, draft=draft).path


def jobs(project_folder: Path) -> list[JobStatus]:
    """All jobs of a project, newest first."""
    parent = Path(project_folder) / "jobs"
    if not parent.is_dir():
        return []
    found = [path for path in parent.iterdir() if path.is_dir() and not path.name.startswith(".")]
    return [_status_or_damage(path) for path in sorted(found, key=lambda path: path.name, reverse=True)]


def status(job_folder: Path) -> JobStatus:
    """How far a job is. Raises JobError if the folder is not a job's."""
    at = JobFolder(job_folder)
    job = at.job()
    state, own, said = observed(at)
    known = _progress(job, said)
    checkpoint = checkpoints.latest_step(at.checkpoints)
    started = events.first(at.events) or {}
    return JobStatus(
        id=at.id,
        folder=at.path,
        job=job,
        state=state,
        total_steps=job.total_steps,
        message=_message(state, own, step=known["step"], checkpoint=checkpoint),
        phase=_phase(state, own),
        started=float(started.get("at", 0.0)),
        model=next((e.get("model", "") for e in reversed(own) if e["kind"] in LAST_WORDS), ""),
        checkpoint_step=checkpoint,
        **known,
    )


def observed(at: JobFolder) -> tuple[State, list[Event], list[Event]]:
    """The state of a folder, the last events of its present worker, and the last of all its workers."""
    worker = folder.recorded_worker(at.worker)
    alive = worker is not None and worker.alive()  # asked first: it may say its last word and end while we read
    said = events.tail(at.events)
    own = _said_by(worker, at.events)
    if worker is None and at.draft.exists():
        return "draft", own, said
    return _state(own, started=worker is not None, alive=alive, stop=at.stop.exists()), own, said


def request_stop(job_folder: Path) -> None:
    """Ask the worker to end at its next step with a checkpoint; a job that waits will not begin."""
    at = JobFolder(job_folder)
    try:
        at.stop.touch()
    except OSError as error:
        raise JobError(f"Could not ask {at.path} to stop.", f"{error.strerror}.") from error


def find(project_folder: Path, name: str) -> JobStatus:
    """The job with this id, the beginning of an id, or name (the newest); "last" is the newest of all."""
    everything = jobs(project_folder)
    ways: tuple[Callable[[JobStatus], bool], ...] = (
        lambda s: s.id == name or name == "last",
        lambda s: s.job.name == name,
        lambda s: bool(name) and s.id.startswith(name),
    )
    for matches in ways:
        if found := [s for s in everything if matches(s)]:
            return found[0]
    known = ", ".join(f"{s.id} ({s.job.name})" for s in everything[:8]) or "none"
    raise JobError(f"There is no job “{name}” in {project_folder}.", f"Jobs: {known}.")


def log_tail(job_folder: Path, lines: int = 12) -> list[str]:
    """The last lines that worker and framework printed."""
    path = JobFolder(job_folder).log
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 400 * lines))
            return file.read().decode("utf-8", "replace").splitlines()[-lines:]
    except FileNotFoundError:
        return []


def _status_or_damage(path: Path) -> JobStatus:
    """The list of jobs must not fail because one folder is damaged."""
    try:
        return status(path)
    except CarDamageError as error:
        return JobStatus(path.name, path, TrainingJob(name=path.name), "failed", message=error.title)


def _said_by(worker: folder.Worker | None, path: Path) -> list[Event]:
    """The last events of this very worker."""
    return events.tail(path, min(1 << 16, max(0, events.end(path) - worker.offset))) if worker else []


def _state(own: Iterable[Event], *, started: bool, alive: bool, stop: bool) -> State:
    kinds = [event["kind"] for event in own]
    last: State | None = next((kind for kind in reversed(kinds) if kind in LAST_WORDS), None)
    if last:
        return last
    if alive:
        return "running" if any(kind != "waiting" for kind in kinds) else "waiting"
    if started:
        return "failed"
    return "stopped" if stop else "waiting"


def _progress(job: TrainingJob, said: Iterable[Event]) -> dict[str, Any]:
    """What the newest event that says it says about step, speed, memory and estimate."""
    known = dict.fromkeys(FIGURES, 0.0)
    for event in said:
        known |= {name: event[name] for name in known if isinstance(event.get(name), int | float)}
    step = int(known["step"])
    return known | {"step": step, "epoch": job.epoch_of(step), "fraction": step / job.total_steps}


def _message(state: State, own: list[Event], *, step: int, checkpoint: int) -> str:
    resume = f"resume continues from step {checkpoint}" if checkpoint else "resume begins anew"
    match state:
        case "draft":
            return "A draft, not started yet."
        case "finished":
            return "Finished."
        case "stopped":
            return f"Stopped at step {step}; {resume}." if step else "Stopped before the first step."
        case "failed":
            word = next((e for e in reversed(own) if e["kind"] == "failed"), None)
            if word is None:
                return f"The worker ended without a word at step {step}; {resume}."
            return f"{word.get('title', '')} {word.get('detail', '')}".strip()
        case _:
            phase = _phase(state, own)
            return phase.value if phase else "Waiting to begin."


def _phase(state: State, own: list[Event]) -> JobPhase | None:
    if state not in ("waiting", "running") or not own:
        return None
    return PHASES.get(own[-1]["kind"], JobPhase.TRAINING)


LOOK_AGAIN = 0.3  # seconds
BAR = 24  # characters


def follow(
    job_folder: Path, say: Callable[[str], None], *, bar: Callable[[str], None], stop_on_interrupt: bool
) -> JobStatus:
    """Watch a job until it ends: sentences go to `say`, the progress bar to `bar`; its status at the end.

    Ctrl-C asks the worker to stop with a checkpoint and keeps watching; a second one leaves it alone. Without
    `stop_on_interrupt` the first one leaves.
    """
    offset, asked = 0, not stop_on_interrupt
    last: Event = {}
    while True:
        try:
            current = status(job_folder)
            new, offset = events.read(JobFolder(job_folder).events, offset)
            for event in new:
                last = event if event["kind"] == "step" else last
                if text := sentence(event):
                    say(text)
            if not current.live:
                return current
            bar(bar_line(current, last.get("loss")))
            time.sleep(LOOK_AGAIN)
        except KeyboardInterrupt:
            if asked:
                raise
            asked = True
            say("Stopping at the next step, with a checkpoint. Ctrl-C again leaves the training alone.")
            request_stop(job_folder)


def bar_line(status: JobStatus, loss: float | None) -> str:
    """One line that says how far a job is; "" before its first step."""
    if not status.step:
        return ""
    filled = round(BAR * status.fraction)
    parts = [
        f"[{'█' * filled}{'·' * (BAR - filled)}] {status.step}/{status.total_steps}",
        f"epoch {status.epoch}/{status.job.epochs}",
    ]
    if loss is not None:
        parts.append(f"loss {loss:.3f}")
    if status.photos_per_second:
        parts += [f"{status.photos_per_second:.1f} photos/s", f"{duration(status.seconds_left)} left"]
    return " · ".join(parts)


def sentence(event: Event) -> str:
    """What a person should read of an event; "" for those the bar shows."""
    match event:
        case {"kind": "started", "step": step, "photos": photos, "validation": validation}:
            begin = f"Goes on from step {step}: " if step else ""
            return f"{begin}{photos} photos to learn from, {validation} to validate."
        case {"kind": "compiling"}:
            return "Compiling the network: the first step takes up to a minute."
        case {"kind": "waiting"}:
            return "Waiting for another training of this project to end."
        case {"kind": "note" | "sending" | "queued" | "unreached" | "reached", "text": text}:
            return str(text)
        case {"kind": "skipped", "photo": photo, "reason": reason}:
            return f"Skipped {photo}: {reason}"
        case {"kind": "validation", "epoch": epoch}:
            losses = [metric for metric in in_chart(Chart.PARTS) if event.get(metric.key) is not None]
            parts = " ".join(f"{metric.key} {metric.unit.text(event[metric.key])}" for metric in losses)
            return f"Epoch {epoch}: validation loss {event.get('loss', 0.0):.3f} ({parts}){_metrics(event)}"
        case _:
            return ""


def _metrics(event: Event) -> str:
    metrics = event.get("metrics") or {}
    known = [metric for metric in METRICS if metric.column and metrics.get(metric.key) is not None]
    figures = [f"{metric.column} {metric.unit.text(metrics[metric.key])}" for metric in known]
    return "; " + ", ".join(figures) if figures else ""
