"""Does a real worker train, stop, survive being killed, and tell the truth about it?

One training is killed, resumed and stopped, one is run by the command line; the tests look at what they left.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import cv2
import h5py
import psutil
import pytest

from cardamage_core.commands import main
from cardamage_core.jobs import events, folder, local, queue
from cardamage_core.jobs.folder import JobFolder
from cardamage_core.jobs.queue import JobStatus
from cardamage_core.models import registry
from cardamage_core.training import checkpoints

pytestmark = pytest.mark.timeout(600)
PATIENCE = 240.0  # seconds: only a broken worker needs them


class Story(NamedTuple):
    """A training that was killed after its second checkpoint, resumed, and stopped by request."""

    folder: JobFolder
    killed: JobStatus
    stopped: JobStatus


@pytest.fixture(scope="module")
def story(tmp_path_factory, tiny_job, drawn) -> Story:
    project = tmp_path_factory.mktemp("project")
    at = JobFolder(queue.create(project, tiny_job(epochs=500), drawn(project)))
    with _no_worker_left(at):
        local.start(at.path)
        _until(at, lambda: checkpoints.latest_step(at.checkpoints) >= 4)
        _worker(at).kill()
        _until(at, lambda: not queue.status(at.path).live)
        killed = queue.status(at.path)
        local.resume(at.path)
        _until(at, lambda: queue.status(at.path).step > killed.step + 2)
        queue.request_stop(at.path)
        _until(at, lambda: not queue.status(at.path).live)
        return Story(at, killed, queue.status(at.path))


def test_a_killed_worker_is_told_with_the_step_a_resume_goes_on_from(story):
    killed = story.killed
    assert killed.state == "failed"
    assert killed.checkpoint_step in (killed.step, killed.step - 1)  # every other step is an epoch's last
    assert (
        f"without a word at step {killed.step}; resume continues from step {killed.checkpoint_step}" in killed.message
    )


def test_the_resumed_worker_goes_on_from_the_newest_checkpoint_and_counts_every_step_once(story):
    first, second = [e["step"] for e in _events(story) if e["kind"] == "started"]
    assert (first, second) == (0, story.killed.checkpoint_step)
    steps = [e["step"] for e in _after_resume(story) if e["kind"] == "step"]
    assert steps == list(range(second + 1, story.stopped.step + 1))


def test_a_stop_ends_at_a_step_with_a_checkpoint_and_a_model(story):
    stopped = story.stopped
    assert (stopped.state, stopped.checkpoint_step) == ("stopped", stopped.step)
    model = registry.find(stopped.model, story.folder.models)
    assert model.card.name == f"damage (stopped at step {stopped.step})"
    model.verify()


def test_two_checkpoints_and_no_half_files_are_left(story):
    steps = [step for step, _ in checkpoints.found(story.folder.checkpoints)]
    assert len(steps) == 2
    assert steps[0] == story.stopped.step
    names = {path.name for path in story.folder.checkpoints.iterdir()}
    assert {name for name in names if not name.startswith("step-")} == {checkpoints.BEST, checkpoints.BEST_NOTE}
    assert checkpoints.best(story.folder.checkpoints).score == max(
        -e["loss"] for e in _events(story) if e["kind"] == "validation"
    )


def test_the_losses_are_all_there_and_add_up(story):
    """That they fall is proved where start and photos are fixed: see `test_trainstep`."""
    told = [e for e in _events(story) if e["kind"] == "step"]
    parts = ("rpn_class", "rpn_box", "class", "box", "mask")
    assert all(e[name] >= 0.0 for e in told for name in parts)
    assert all(e["loss"] == pytest.approx(sum(e[name] for name in parts), rel=1e-4) for e in told)


def test_what_is_learned_between_two_checkpoints_is_in_them(story):
    (_, newer), (_, older) = checkpoints.found(story.folder.checkpoints)
    with h5py.File(newer) as after, h5py.File(older) as before:
        changed = {name for name in before["weights"] if not _same(before["weights"][name], after["weights"][name])}
    assert {"rpn_conv_shared", "mrcnn_class_logits", "mrcnn_mask"} <= changed


def _same(before: h5py.Group, after: h5py.Group) -> bool:
    return all((before[name][()] == after[name][()]).all() for name in before)


def test_each_epoch_is_validated_and_previewed(story):
    validations = [e for e in _events(story) if e["kind"] == "validation"]
    assert all(e["photos"] == 2 and e["loss"] > 0 and 0.0 <= e["metrics"]["mask_ap50"] <= 1.0 for e in validations)
    table = (story.folder.path / "metrics.csv").read_text("utf-8").splitlines()
    assert len(table) == 1 + len(validations)
    previews = [Path(e["picture"]) for e in _events(story) if e["kind"] == "preview"]
    assert previews
    assert cv2.imread(str(previews[-1])).shape == (360, 960, 3)  # two validation photos side by side


def test_what_the_framework_prints_is_in_the_log_and_not_among_the_events(story):
    lines = story.folder.events.read_bytes().splitlines()
    assert all(json.loads(line)["kind"] for line in lines)
    assert any("Step" in line for line in queue.log_tail(story.folder.path, 40))


def test_a_stopped_job_lets_the_next_one_have_its_turn_on_the_command_line(story, tmp_path, capsys, drawn, monkeypatch):
    """The whole command: a project, a training watched to its end, the model listed."""
    from cardamage_core.formats import write
    from cardamage_core.project import Project, import_apply, import_plan

    photos = tmp_path / "photos"
    photos.mkdir()
    write(drawn(photos, train=3, val=0), photos / "regions.json", format="via1")
    with Project.create(tmp_path / "cars") as project:
        import_apply.apply(project, import_plan.plan(photos / "regions.json"))
    arguments = ["--epochs", "1", "--steps", "1", "--batch", "1", "--start", "none", "--one-class", "hurt"]
    assert main(["train", str(tmp_path / "cars"), "--json", *arguments]) == 0
    told = capsys.readouterr()
    document = json.loads(told.out)
    assert (document["state"], document["step"], document["classes"]) == ("finished", 1, ["hurt"])
    assert "No photo has a split: 1 of 3 are held back to validate." in told.err
    assert checkpoints.found(Path(document["folder"]) / "checkpoints") == []  # the model is all that is needed
    assert main(["models", str(tmp_path / "cars"), "--json"]) == 0
    card, *in_the_box = json.loads(capsys.readouterr().out)["models"]
    assert [one["id"] for one in in_the_box] == [one.card.id for one in registry.bundled()]
    assert (card["id"], card["classes"], card["parent"]) == (document["model"], ["hurt"], "none")
    assert main(["jobs", str(tmp_path / "cars")]) == 0
    assert f"Model: {document['model']}" in capsys.readouterr().out


def test_a_job_waits_while_another_trains_and_a_stop_ends_the_waiting(tmp_path, tiny_job, drawn):
    from filelock import FileLock

    at = JobFolder(queue.create(tmp_path, tiny_job(), drawn(tmp_path, train=1, val=0)))
    with FileLock(at.turn), _no_worker_left(at):
        local.start(at.path)
        _until(at, lambda: "another training" in queue.status(at.path).message)
        assert _worker(at).memory_info().rss < 200e6  # it has not loaded the framework
        queue.request_stop(at.path)
        _until(at, lambda: not queue.status(at.path).live)
    assert queue.status(at.path).state == "stopped"


def test_a_job_without_a_readable_photo_fails_with_one_sentence(tmp_path, tiny_job, drawn):
    dataset = drawn(tmp_path, train=2, val=0)
    for photo in dataset.photos:
        Path(photo.photo.path).unlink()
    at = JobFolder(queue.create(tmp_path, tiny_job(), dataset))
    with _no_worker_left(at):
        local.start(at.path)
        _until(at, lambda: not queue.status(at.path).live)
    status = queue.status(at.path)
    assert (status.state, status.step) == ("failed", 0)
    assert status.message.startswith("None of the 2 photos could be read.")


def _events(story: Story) -> list[events.Event]:
    return events.read(story.folder.events, 0)[0]


def _after_resume(story: Story) -> list[events.Event]:
    told = _events(story)
    second = [i for i, event in enumerate(told) if event["kind"] == "started"][1]
    return told[second:]


def _worker(at: JobFolder) -> psutil.Process:
    return psutil.Process(folder.recorded_worker(at.worker).pid)


def _until(at: JobFolder, reached: Callable[[], bool]) -> None:
    """Wait for something the worker does, with its last words when it does not."""
    end = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < end, "\n".join(queue.log_tail(at.path, 30))
        time.sleep(0.05)


@contextlib.contextmanager
def _no_worker_left(at: JobFolder):
    try:
        yield
    finally:
        worker = folder.recorded_worker(at.worker)
        if worker and worker.alive():
            with contextlib.suppress(psutil.NoSuchProcess):
                psutil.Process(worker.pid).kill()
