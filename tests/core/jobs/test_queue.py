"""Which jobs are there, and how far is each, judged by the files alone?

How is a job watched from a terminal?
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cardamage_core.errors import CarDamageError, JobError
from cardamage_core.jobs import events, local, queue
from cardamage_core.jobs.events import EventLog
from cardamage_core.jobs.folder import JobFolder, record_worker
from cardamage_core.jobs.queue import JobPhase, JobStatus, bar_line, follow, sentence
from cardamage_core.text import duration
from cardamage_core.training import checkpoints


@pytest.fixture
def folder(tmp_path, tiny_job, drawn) -> JobFolder:
    return JobFolder(queue.create(tmp_path, tiny_job(), drawn(tmp_path, train=1, val=0)))


@pytest.fixture
def dead_pid() -> int:
    """The number of a process that has just ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def _tell(folder: JobFolder, *kinds: str, step: int = 0) -> None:
    log = EventLog(folder.events)
    for kind in kinds:
        log.write(kind, step=step)


def test_a_new_job_waits_and_keeps_its_own_copy_of_the_data(folder, tiny_job):
    status = queue.status(folder.path)
    assert (status.state, status.step, status.total_steps, status.message) == ("waiting", 0, 4, "Waiting to begin.")
    assert folder.job() == tiny_job()
    assert folder.dataset().photos[0].regions[0].label == "dent"


def test_a_live_worker_runs_and_its_events_tell_how_far(folder):
    record_worker(folder.worker, os.getpid(), offset=0)
    assert queue.status(folder.path).state == "waiting"
    _tell(folder, "started", "compiling")
    assert "Compiling" in queue.status(folder.path).message
    EventLog(folder.events).write("step", step=3, photos_per_second=2.5, seconds_left=4.0, memory_mb=900.0)
    status = queue.status(folder.path)
    assert (status.state, status.step, status.epoch, status.fraction) == ("running", 3, 2, 0.75)
    assert (status.photos_per_second, status.seconds_left, status.memory_mb) == (2.5, 4.0, 900.0)
    assert status.started > 0


def test_a_worker_that_waits_for_its_turn_says_so(folder):
    record_worker(folder.worker, os.getpid(), offset=0)
    _tell(folder, "waiting")
    status = queue.status(folder.path)
    assert (status.state, status.message) == ("waiting", "Waiting for another training to end.")


@pytest.mark.parametrize(
    ("kinds", "phase", "stepping"),
    [
        (("loading",), JobPhase.LOADING, False),
        (("loading", "started"), JobPhase.READING, False),
        (("started", "compiling"), JobPhase.COMPILING, False),
        (("compiling", "step"), JobPhase.TRAINING, True),
        (("step", "checkpoint"), JobPhase.VALIDATING, False),
        (("step", "validation", "preview"), JobPhase.TRAINING, True),
        (("step", "finished"), None, False),
    ],
)
def test_what_a_job_does_just_now_is_a_fact_and_not_a_sentence(folder, kinds, phase, stepping):
    record_worker(folder.worker, os.getpid(), offset=0)
    _tell(folder, *kinds, step=1)
    status = queue.status(folder.path)
    assert (status.phase, status.stepping) == (phase, stepping)
    assert phase is None or status.message == phase.value


def test_a_worker_that_died_without_a_last_word_reads_as_failed(folder, dead_pid):
    record_worker(folder.worker, dead_pid, offset=0)
    _tell(folder, "started", "step", step=3)
    checkpoints.save(folder.checkpoints, 2, lambda path: path.write_bytes(b"2"))
    status = queue.status(folder.path)
    assert (status.state, status.checkpoint_step) == ("failed", 2)
    assert status.message == "The worker ended without a word at step 3; resume continues from step 2."


def test_another_process_with_the_same_number_is_not_the_worker(folder):
    _tell(folder, "started")
    folder.worker.write_text(f'{{"pid": {os.getpid()}, "created": 1000.0, "offset": 0}}')
    assert queue.status(folder.path).state == "failed"


def test_the_last_word_of_an_earlier_worker_does_not_count_after_a_resume(folder):
    _tell(folder, "started", "step", "stopped", step=2)
    record_worker(folder.worker, os.getpid(), offset=events.end(folder.events))
    status = queue.status(folder.path)
    assert (status.state, status.step) == ("waiting", 2)


@pytest.mark.parametrize("kind", ["finished", "stopped"])
def test_a_last_word_counts_even_while_the_process_is_still_ending(folder, kind):
    record_worker(folder.worker, os.getpid(), offset=0)
    EventLog(folder.events).write(kind, step=4, model="dents-1234")
    status = queue.status(folder.path)
    assert (status.state, status.model, status.live) == (kind, "dents-1234", False)


def test_a_full_disk_while_a_job_is_made_leaves_nothing(tmp_path, tiny_job, drawn, monkeypatch):
    data = drawn(tmp_path, train=1, val=1)

    def full(path, data):
        path.with_name(f"{path.name}.half").write_bytes(data[:10])
        raise CarDamageError(f"Could not write {path}.", "No space left on device.")

    monkeypatch.setattr("cardamage_core.files.write_atomic", full)
    with pytest.raises(CarDamageError, match="No space left"):
        queue.create(tmp_path / "p", tiny_job(), data)
    assert list((tmp_path / "p" / "jobs").iterdir()) == []


def test_a_failure_is_told_in_its_own_words(folder):
    record_worker(folder.worker, os.getpid(), offset=0)
    EventLog(folder.events).write("failed", title="The disk is full.", detail="Make room.")
    status = queue.status(folder.path)
    assert (status.state, status.message) == ("failed", "The disk is full. Make room.")


def test_a_job_stopped_before_it_was_started_is_stopped(folder):
    queue.request_stop(folder.path)
    status = queue.status(folder.path)
    assert (status.state, status.message) == ("stopped", "Stopped before the first step.")


def test_jobs_are_listed_newest_first_and_a_damaged_one_does_not_hide_the_others(tmp_path, tiny_job, drawn):
    dataset = drawn(tmp_path, train=1, val=0)
    first, second = (queue.create(tmp_path, tiny_job(name=name), dataset) for name in ("one", "two"))
    assert [status.job.name for status in queue.jobs(tmp_path)] == ["two", "one"]
    (second / "job.json").write_text('{"name": "tw')
    damaged, whole = queue.jobs(tmp_path)
    assert damaged.state == "failed"
    assert "damaged" in damaged.message
    assert whole.folder == first


def test_a_job_is_found_by_id_beginning_name_or_last(tmp_path, tiny_job, drawn):
    dataset = drawn(tmp_path, train=1, val=0)
    one, two = (queue.create(tmp_path, tiny_job(name=name), dataset) for name in ("one", "two"))
    assert queue.find(tmp_path, one.name).folder == one
    assert queue.find(tmp_path, "one").folder == one
    assert queue.find(tmp_path, one.name[:4]).folder == two  # both begin so: the newest
    assert queue.find(tmp_path, "last").folder == two
    with pytest.raises(JobError, match=r"no job “three”.*\(two\)"):
        queue.find(tmp_path, "three")


def test_a_job_that_makes_no_sense_makes_no_folder(tmp_path, tiny_job, drawn):
    with pytest.raises(JobError, match="epochs is 0"):
        queue.create(tmp_path, tiny_job(epochs=0), drawn(tmp_path, train=1, val=0))
    assert queue.jobs(tmp_path) == []


def test_a_finished_job_cannot_be_resumed_nor_a_running_one_started_again(folder):
    record_worker(folder.worker, os.getpid(), offset=0)
    with pytest.raises(JobError, match="cannot be started"):
        local.start(folder.path)
    EventLog(folder.events).write("finished", step=4, model="m")
    with pytest.raises(JobError, match=r"cannot be resumed\. It is finished"):
        local.resume(folder.path)


def test_without_the_packages_no_training_starts_and_the_sentence_says_how_to_bring_them(folder, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "no_such_backend")
    with pytest.raises(JobError, match=r"needs no_such_backend, which is not installed\. Run: pip install .*\[train\]"):
        local.start(folder.path)
    assert queue.status(folder.path).state == "waiting"


def test_the_log_shows_its_last_lines(folder):
    assert queue.log_tail(folder.path) == []
    folder.log.write_text("".join(f"line {i}\n" for i in range(100)))
    assert queue.log_tail(folder.path, 2) == ["line 98", "line 99"]


def test_durations_read_as_people_say_them():
    assert [duration(s) for s in (0.2, 59.6, 200, 7500)] == ["0 s", "1 min 0 s", "3 min 20 s", "2 h 5 min"]


def test_the_bar_tells_steps_epoch_loss_speed_and_what_is_left(tiny_job):
    job = tiny_job(epochs=4, steps=10)
    status = JobStatus("id", Path(), job, "running", 2, 20, 40, fraction=0.5, photos_per_second=3.0, seconds_left=90.0)
    assert bar_line(status, 1.25) == (
        "[████████████············] 20/40 · epoch 2/4 · loss 1.250 · 3.0 photos/s · 1 min 30 s left"
    )


def test_before_the_first_step_there_is_no_bar(tiny_job):
    assert bar_line(JobStatus("id", Path(), tiny_job(), "running", message="Compiling."), None) == ""


def test_a_validation_is_told_with_its_losses_and_average_precision():
    event = {"kind": "validation", "epoch": 3, "loss": 1.5, "mask": 0.25, "metrics": {"mask_ap50": 0.5, "other": 1.0}}
    assert sentence(event) == "Epoch 3: validation loss 1.500 (mask 0.250); mask AP50 0.500"


def test_steps_are_left_to_the_bar():
    assert sentence({"kind": "step", "step": 1, "loss": 2.0}) == ""


def test_watching_ends_with_the_job_and_says_its_notes(tmp_path, tiny_job, drawn):
    at = _ended(tmp_path, tiny_job, drawn)
    said: list[str] = []
    status = follow(at.path, said.append, bar=said.append, stop_on_interrupt=True)
    assert status.state == "finished"
    assert said == ["Two photos have no regions."]


def test_an_interrupt_asks_the_worker_to_stop_and_the_second_leaves_it_alone(tmp_path, tiny_job, drawn):
    at = JobFolder(queue.create(tmp_path, tiny_job(), drawn(tmp_path, train=1, val=0)))
    said: list[str] = []

    def interrupted(_: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        follow(at.path, said.append, bar=interrupted, stop_on_interrupt=False)
    assert not at.stop.exists()
    status = follow(at.path, said.append, bar=interrupted, stop_on_interrupt=True)
    assert at.stop.exists()
    assert status.state == "stopped"
    assert "Stopping at the next step" in said[0]


def _ended(project, tiny_job, drawn) -> JobFolder:
    at = JobFolder(queue.create(project, tiny_job(), drawn(project, train=1, val=0)))
    record_worker(at.worker, os.getpid(), offset=0)
    log = EventLog(at.events)
    log.write("note", text="Two photos have no regions.")
    log.write("finished", model="m", step=4)
    return at


def test_a_draft_waits_for_nothing_but_its_start(tmp_path, tiny_job, drawn):
    at = JobFolder(queue.create(tmp_path, tiny_job(), drawn(tmp_path, train=1, val=0), draft=True))
    status = queue.status(at.path)
    assert (status.state, status.live, status.message) == ("draft", False, "A draft, not started yet.")
    at.draft.unlink()  # what its start does
    assert queue.status(at.path).state == "waiting"
