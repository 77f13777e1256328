"""kill -9 of trainings, at random moments and while a checkpoint is being written, against one that is never stopped.

Before the first try the same job runs to its end. After each kill the job goes on; each step it tells, whoever does it,
must have the losses, the learning rate and the gradient norm of that run, to the last digit, and so must the weights of
the finished model. Steps are not compiled, since that would take 15 CPU seconds after each kill: CARDAMAGE_COMPILED=1
does so all the same.
"""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path
from typing import Any, NamedTuple

from cardamage_core.jobs import events, queue
from cardamage_core.jobs.folder import JobFolder
from cardamage_core.mrcnn import weights
from cardamage_core.mrcnn.config import LOSS_NAMES
from cardamage_core.project import Project
from cardamage_core.training import checkpoints
from cardamage_core.training.job import ClassRule, TrainingJob

from . import samples
from .harness import Run, fail, forked

TINY = {
    "image_min_side": 64, "image_max_side": 64, "canvas_floor": 64, "pyramid_channels": 16, "rpn_channels": 16,
    "box_head_units": 32, "mask_head_channels": 16, "proposals_training": 16, "rois_per_image": 8,
    "rpn_anchors_per_image": 32,
}  # fmt: skip
JOB = TrainingJob(
    name="tiny", epochs=6, steps=2, batch=2, start="none", changes=TINY, classes=(ClassRule("dent", ("dent",)),)
)
MEASURES = ("loss", *LOSS_NAMES, "learning_rate", "gradient_norm")  # of a step
PATIENCE = 240.0  # seconds until a process that is to be killed must have written a checkpoint


class Truth(NamedTuple):
    """A training that was never stopped: the measures of each step, and the arrays of its model."""

    steps: dict[int, tuple[float, ...]]
    arrays: dict[str, Any]


def kills(run: Run) -> None:
    """A worker killed at any moment leaves a job that goes on as if it had never been stopped.

    The processes are forked from this one, which has imported the framework and never used it: seconds for each kill.
    """
    from cardamage_core.training import trainer  # noqa: F401 imported before the forks

    run.seconds = PATIENCE + 60
    project = run.fresh() / "p"
    samples.project(project, random.Random(0), photos=4, regions=2)
    truth = _uninterrupted(project)
    at: JobFolder | None = None
    for seed, numbers in run.each():
        with run.one(seed):
            if at is None or _is_finished(at):
                at = _new_job(project)
            before, begun = _acknowledged(_events(at)), len(_events(at))
            status = _killed(at, numbers, run)
            new = _events(at)[begun:]
            run.note({0: "finished", -signal.SIGKILL: "killed"}.get(status, "failed"))
            run.notes["checkpoints told"] = run.notes.get("checkpoints told", 0) + _count(new, "checkpoint")
            run.notes["steps equal"] = run.notes.get("steps equal", 0) + _count(new, "step")
            if status not in (0, -signal.SIGKILL):
                fail(f"the training ended with {status}: {new[-1:]}")
            if any(event["kind"] == "started" and event["step"] < before for event in new):
                fail(f"checkpoint {before} was told, and the training went on from an older one")
            _must_be_as_never_stopped(new, truth)
            if _is_finished(at):
                _must_be_the_model(at, truth)
                run.note("models equal")
            else:
                _must_go_on(at)


def _uninterrupted(project: Path) -> Truth:
    at = _new_job(project)
    status = os.waitstatus_to_exitcode(os.waitpid(forked(lambda: _train(at)), 0)[1])
    if status != 0 or not _is_finished(at):
        fail(f"the training that nothing stops ended with {status}: {_events(at)[-1:]}")
    steps = {event["step"]: _measures(event) for event in _events(at) if event["kind"] == "step"}
    if sorted(steps) != list(range(1, JOB.total_steps + 1)):
        fail(f"the training that nothing stops told the steps {sorted(steps)}")
    return Truth(steps, _model(at))


def _new_job(folder: Path) -> JobFolder:
    with Project.open(folder, read_only=True) as project:
        return JobFolder(queue.create(folder, JOB, project.dataset()))


def _train(at: JobFolder) -> int:
    import tensorflow as tf

    from cardamage_core.training import trainer

    tf.config.run_functions_eagerly(not os.environ.get("CARDAMAGE_COMPILED"))
    log = events.EventLog(at.events)
    folders = trainer.Folders(at.checkpoints, at.previews, at.models)
    trainer.run(at.job(), at.dataset(), folders, say=log.write, stop=lambda: False)
    return 0


def _train_writing(at: JobFolder) -> int:
    """The same with a checkpoint after each step."""
    from cardamage_core.training import trainer

    trainer.CHECKPOINT_SECONDS = 0.0
    return _train(at)


def _killed(at: JobFolder, numbers: random.Random, run: Run) -> int:
    """A worker of the job, killed at a random moment; each other one as it writes a checkpoint. Its exit code."""
    writing = numbers.random() < 0.5
    process = forked(lambda: _train_writing(at) if writing else _train(at))
    try:
        if writing:
            _wait_for_write(process, at.checkpoints, nth=numbers.randrange(1, 4))
            time.sleep(numbers.random() * 0.03)
        else:
            time.sleep(0.5 + numbers.random() * numbers.choice((2, 8, 20)))
    finally:
        os.kill(process, signal.SIGKILL)  # nothing happens where it has ended, as long as it was not waited for
        status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    if status != 0 and _halves(at.checkpoints):
        run.note("of them while writing a checkpoint")
    return status


def _wait_for_write(process: int, folder: Path, *, nth: int) -> None:
    """Until the process begins to write its nth checkpoint, or ends."""
    known = set(_halves(folder))  # of the worker before
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and not _has_ended(process):
        if new := set(_halves(folder)) - known:
            known |= new
            nth -= 1
            if nth == 0:
                return
        time.sleep(0.005)


def _has_ended(process: int) -> bool:
    return os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _halves(folder: Path) -> list[str]:
    return [path.name for path in folder.glob(".step-*.part")]


def _must_be_as_never_stopped(told: list[dict], truth: Truth) -> None:
    """Each step has the measures of the training that was never stopped, and none is left out."""
    expected = -1
    for event in told:
        if event["kind"] == "started":
            expected = event["step"] + 1
        elif event["kind"] == "step":
            if event["step"] != expected:
                fail(f"step {expected} was due, {event['step']} was told")
            if _measures(event) != truth.steps[event["step"]]:
                fail(f"step {event['step']}: {_measures(event)} instead of {truth.steps[event['step']]}")
            expected = event["step"] + 1


def _must_be_the_model(at: JobFolder, truth: Truth) -> None:
    arrays = _model(at)
    if arrays.keys() != truth.arrays.keys():
        fail(f"other weights: {sorted(arrays.keys() ^ truth.arrays.keys())}")
    if other := [name for name, array in arrays.items() if (array != truth.arrays[name]).any()]:
        fail(f"{len(other)} of {len(arrays)} arrays of the model differ, e.g. {other[0]}")


def _must_go_on(at: JobFolder) -> None:
    """What a resume would find: the last step told as a checkpoint, or a newer one; models only whole."""
    acknowledged = _acknowledged(_events(at))

    def read(_step: int, path: Path) -> int:
        weights.read_arrays(path, weights.shapes_in(path))
        return int(weights.read_notes(path)["trainer"]["step"])

    halves = {path: path.read_bytes() for path in at.checkpoints.glob(".*.part")}
    step, passed = checkpoints.restore(at.checkpoints, read, damaged=(Exception,))
    for path, data in halves.items():  # `restore` sweeps them; the resume is to find them itself
        path.write_bytes(data)
    if step < acknowledged or passed:
        fail(f"checkpoint {acknowledged} was told, {step} found, passed over: {passed}")


def _model(at: JobFolder) -> dict[str, Any]:
    told = next(event for event in reversed(_events(at)) if event["kind"] == "finished")
    path = next((at.models / told["model"]).glob("*.h5"))
    return weights.read_arrays(path, weights.shapes_in(path))


def _measures(step: dict) -> tuple[float, ...]:
    return tuple(step[name] for name in MEASURES)


def _acknowledged(told: list[dict]) -> int:
    """The newest step that was told as a checkpoint."""
    return max((event["step"] for event in told if event["kind"] == "checkpoint"), default=0)


def _is_finished(at: JobFolder) -> bool:
    return any(event["kind"] == "finished" for event in _events(at))


def _count(told: list[dict], kind: str) -> int:
    return sum(event["kind"] == kind for event in told)


def _events(at: JobFolder) -> list[dict]:
    return list(events.read(at.events, 0)[0]) if at.events.exists() else []
