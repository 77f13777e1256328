"""Trials of a training: what is read from their events, and that one that is stopped leaves nothing behind."""

from __future__ import annotations

import tempfile
from pathlib import Path

import psutil
import pytest

from cardamage_core.annotations.model import AnnotatedPhoto, Dataset, Photo, Rectangle, Region
from cardamage_core.errors import JobError
from cardamage_core.jobs import queue, trial
from cardamage_core.jobs.queue import JobStatus
from cardamage_core.training.forecast import SETTLED, Measured
from cardamage_core.training.job import TrainingJob

JOB = TrainingJob(batch=2)
TAKEN = Measured("efficientnet_lite0", 320 * 256, 2, memory_mb=1700.0, photo_seconds=0.25, check_seconds=0.5)


def test_speed_and_memory_are_those_of_the_last_events():
    said = [
        {"kind": "step", "photos_per_second": 0.0},  # the first compiles
        {"kind": "validation", "check_seconds": 3.0, "network_mb": 1600.0},
        {"kind": "step", "photos_per_second": 4.0},
        {"kind": "validation", "check_seconds": 0.5, "network_mb": 1700.0},
        {"kind": "finished"},
    ]
    assert trial.measured(JOB, said) == TAKEN._replace(memory_mb=1700 * SETTLED)


def test_a_trial_that_failed_says_why():
    with pytest.raises(JobError, match="None of the 3 photos"):
        trial.measured(JOB, [{"kind": "failed", "title": "None of the 3 photos could be read.", "detail": ""}])
    with pytest.raises(JobError, match="without a word"):
        trial.measured(JOB, [])


def test_earlier_trainings_that_got_to_steps_are_measured_already(tmp_path: Path):
    done = JobStatus("a", tmp_path, JOB, "finished", photos_per_second=4.0, network_mb=1700.0, check_seconds=0.5)
    waiting = JobStatus("b", tmp_path, JOB, "waiting")
    impossible = JobStatus("c", tmp_path, TrainingJob(changes={"weight": 1}), "failed", photos_per_second=1.0)
    assert trial.known([waiting, done, impossible]) == [TAKEN]


def test_the_figures_of_a_job_are_read_from_its_events():
    assert {"photos_per_second", "network_mb", "check_seconds"} <= set(queue.FIGURES)


def test_a_trial_that_is_stopped_leaves_no_process_and_no_folder(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    photo = Photo("a", str(tmp_path / "a.jpg"), "a.jpg", 100, 100, split="train")
    dataset = Dataset((AnnotatedPhoto(photo, (Region("r", Rectangle(10, 10, 20, 20), "dent"),)),), ())
    before = set(psutil.Process().children())
    assert trial.measure(JOB, dataset, stop=lambda: True) is None
    assert list(tmp_path.iterdir()) == []
    assert set(psutil.Process().children()) <= before
