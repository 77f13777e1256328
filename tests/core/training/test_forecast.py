"""What a training will take, reckoned from steps that were measured and, without them, from the table."""

from __future__ import annotations

import pytest

from cardamage_core.mrcnn.config import BACKBONES
from cardamage_core.training import forecast
from cardamage_core.training.forecast import Measured
from cardamage_core.training.job import TrainingJob

JOB = TrainingJob(epochs=10, steps=100, batch=8)  # on a canvas of 320 × 256
STEPS = Measured("efficientnet_lite0", 320 * 256, 8, memory_mb=2000.0, photo_seconds=0.1, check_seconds=0.5)


def test_time_is_that_of_the_steps_and_of_the_photos_validated_on():
    found = forecast.forecast(JOB, photos=0, validated=200, measured=[STEPS])
    assert (found.seconds, found.validation_seconds) == (10 * 100 * 8 * 0.1 + 600, 10 * 120 * 0.5)  # 15 % of 800
    assert found.exact
    few = forecast.forecast(JOB, photos=0, validated=3, measured=[STEPS])
    assert few.validation_seconds == pytest.approx(15)


def test_a_canvas_of_four_times_the_area_takes_four_times_as_long_and_more_memory():
    larger = TrainingJob(steps=100, changes={"image_max_side": 640, "image_min_side": 512})
    found = forecast.forecast(larger, photos=0, validated=0, measured=[STEPS])
    assert found.seconds == pytest.approx(4 * 800)
    assert not found.exact
    assert 2000 < found.memory_mb < 4 * 2000


def test_what_was_measured_comes_back_as_it_was():
    assert forecast.forecast(JOB, photos=0, validated=0, measured=[STEPS]).memory_mb == pytest.approx(2000)


def test_the_steps_most_like_the_job_count_and_those_of_other_backbones_do_not():
    other = STEPS._replace(backbone="resnet50", photo_seconds=9.0)
    far = STEPS._replace(batch=2, photo_seconds=5.0)
    assert forecast.forecast(JOB, photos=0, validated=0, measured=[other, far, STEPS]).seconds == pytest.approx(800)
    assert forecast.forecast(JOB, photos=0, validated=0, measured=[other]).seconds == 0.0


def test_photos_are_kept_in_memory_up_to_a_limit():
    none, some, many = (forecast.forecast(JOB, photos=n, validated=0).memory_mb for n in (0, 1000, 10**6))
    assert some - none == pytest.approx(1000 * 384 * 384 * 0.75 * 3 / 1e6)
    assert many - none == pytest.approx(forecast.KEPT_MOST / 1e6)


def test_every_backbone_has_its_figures():
    assert set(forecast.TAKEN) == set(BACKBONES)


def test_a_shortage_is_said_with_what_to_do_about_it():
    assert forecast.shortage(4000, free_mb=8000) == ""
    said = forecast.shortage(7800, free_mb=8000)
    assert said.startswith("This training needs about 7.8 GB of memory, and 8.0 GB are free. Take fewer photos a step")
