"""How is a job watched from a terminal?"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cardamage_core.jobs import process, queue
from cardamage_core.jobs.events import EventLog
from cardamage_core.jobs.folder import JobFolder
from cardamage_core.jobs.following import bar_line, duration, follow, sentence
from cardamage_core.jobs.queue import JobStatus


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
    process.record(at.worker, os.getpid(), offset=0)
    log = EventLog(at.events)
    log.write("note", text="Two photos have no regions.")
    log.write("finished", model="m", step=4)
    return at
