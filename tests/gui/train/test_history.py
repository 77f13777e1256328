"""What is followed of a job stays that job's: nothing of it reaches the view of the next one."""

from __future__ import annotations

import threading

import pytest

from cardamage_core.errors import JobError
from cardamage_core.jobs.queue import JobStatus
from cardamage_core.training.job import TrainingJob
from cardamage_gui.train import history
from cardamage_gui.train.history import History, JobFeed, Series
from cardamage_gui.train.job_view import about


def step(number, loss, **parts):
    return {"kind": "step", "step": number, "loss": loss, **parts}


def test_steps_become_points_of_the_curves():
    history = History()
    history.take([step(1, 4.0, mask=0.7), step(2, 3.0, mask=0.6)])

    assert (history.loss.x, history.loss.y) == ([1, 2], [4.0, 3.0])
    assert history.parts["mask"].y == [0.7, 0.6]
    assert history.parts["box"].y == []


def test_a_loss_that_is_no_number_is_left_out():
    history = History()
    history.take([step(1, 4.0), step(2, None), step(3, 2.0)])

    assert history.loss.x == [1, 3]


def test_a_resumed_training_goes_on_from_its_checkpoint():
    history = History()
    history.take(
        [{"kind": "started", "step": 0, "photos": 5, "validation": 2}, step(1, 4.0), step(2, 3.0), step(3, 9.0)]
    )
    history.take([{"kind": "started", "step": 2, "photos": 5, "validation": 2}, step(3, 2.5)])

    assert (history.loss.x, history.loss.y) == ([1, 2, 3], [4.0, 3.0, 2.5])
    assert (history.photos, history.validation_photos) == (5, 2)


def test_validation_brings_loss_and_metrics_but_not_what_could_not_be_measured():
    history = History()
    history.take(
        [{"kind": "validation", "step": 10, "loss": 2.0, "mask": 0.5, "metrics": {"mask_ap50": 0.3, "x": None}}]
    )

    assert history.validation.y == [2.0]
    assert history.validation_parts["mask"].y == [0.5]
    assert history.metrics["mask_ap50"].y == [0.3]
    assert "x" not in history.metrics


def test_the_newest_picture_checkpoint_and_notes_are_kept():
    history = History()
    history.take(
        [
            {"kind": "preview", "epoch": 1, "picture": "one.png"},
            {"kind": "preview", "epoch": 2, "picture": "two.png"},
            {"kind": "checkpoint", "step": 20, "at": 5.0},
            {"kind": "note", "text": "No photo has a split."},
            {"kind": "skipped", "photo": "a.jpg", "reason": "truncated"},
            {"kind": "from a later version"},
        ]
    )

    assert history.pictures == {1: "one.png", 2: "two.png"}
    assert history.checkpoint == (20, 5.0)
    assert history.notes == ["No photo has a split."]
    assert history.skipped == {"a.jpg": "truncated"}


def test_smoothing_begins_at_the_first_value_and_keeps_a_constant():
    assert Series([1, 2, 3], [5.0, 5.0, 5.0]).smoothed() == [5.0, 5.0, 5.0]


def test_smoothing_weighs_new_values_a_tenth():
    # after two values a, b: (0.9·0.1·a + 0.1·b) / (0.9·0.1 + 0.1) = (0.09·2 + 0.1·4) / 0.19
    first, second = Series([1, 2], [2.0, 4.0]).smoothed()

    assert first == 2.0
    assert abs(second - 0.58 / 0.19) < 1e-12


@pytest.fixture
def slow(monkeypatch):
    """Reading the folder "slow" waits to be let go and then fails; others are read as they are."""
    begun, go_on, read = threading.Event(), threading.Event(), history._read

    def held(folder, offset, *, log):
        if folder.name != "slow":
            return read(folder, offset, log=log)
        begun.set()
        assert go_on.wait(20)
        raise JobError("The events of the old job cannot be read.")

    monkeypatch.setattr(history, "_read", held)
    return begun, go_on


def test_an_old_jobs_error_does_not_appear_in_a_new_jobs_log(qtbot, background, tmp_path, slow):
    begun, go_on = slow
    for name in ("slow", "next"):
        (tmp_path / name).mkdir()
    (tmp_path / "next" / "log.txt").write_text("Step 1")
    followed, logs = JobFeed(background), []
    followed.log_changed.connect(logs.append)
    followed.want_log(True)
    followed.follow(tmp_path / "slow")
    qtbot.waitUntil(begun.is_set)
    followed.follow(tmp_path / "next")
    with qtbot.waitSignal(background._arrived):
        go_on.set()
    qtbot.waitUntil(lambda: ["Step 1"] in logs)
    qtbot.wait(50)
    assert [lines for lines in logs if lines] == [["Step 1"]]


def test_the_log_of_the_job_before_is_taken_away_at_once(qtbot, background, tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    (tmp_path / "one" / "log.txt").write_text("Step 1")
    followed, logs = JobFeed(background), []
    followed.log_changed.connect(logs.append)
    followed.want_log(True)
    followed.follow(tmp_path / "one")
    qtbot.waitUntil(lambda: ["Step 1"] in logs)
    followed.follow(tmp_path / "two")
    assert logs[-1] == []


def test_the_sample_validated_on_and_the_course_of_the_steps_are_known():
    told = History()
    told.take([step(1, 4.0, learning_rate=0.001, gradient_norm=7.0)])
    told.take([{"kind": "validation", "step": 1, "loss": 2.0, "photos": 20, "of": 184}])

    assert told.validated == (20, 184)
    assert (told.course["learning_rate"].y, told.course["gradient_norm"].y) == ([0.001], [7.0])


def test_a_search_in_the_log_leaves_the_frameworks_chatter_out():
    lines = [
        "2026-11-28 23:31:52.111: I tensorflow/core/platform/cpu_feature_guard.cc:210] This TensorFlow binary",
        "I0000 00:00:1732837912.1 cuda_executor",
        "12:00:01 Step 7: loss 1.2000",
        "12:00:02 Step 8: loss 1.1000",
    ]
    assert history.wanted_lines(lines, "") == lines[2:]
    assert history.wanted_lines(lines, "STEP 8") == lines[3:]
    assert history.wanted_lines(lines, "cuda", framework=True) == lines[1:2]


def test_a_draft_says_what_it_will_do(tmp_path):
    job = TrainingJob(epochs=2, steps=6, batch=1)
    draft = JobStatus("1", tmp_path, job, "draft")
    assert about(draft, 0, 0) == "light preset · 2 epochs of 6 steps, 1 photo a step, from train"
    running = JobStatus("1", tmp_path, job, "running")
    assert about(running, 16, 6, begun_from="included") == (
        "light preset · from the damage model in the box · 16 train photos, 6 val"
    )
