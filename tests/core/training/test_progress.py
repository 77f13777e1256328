"""How fast is it, and how long will it still take?"""

from __future__ import annotations

from cardamage_core.training.progress import Progress


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def test_the_step_that_compiles_does_not_count_and_the_ends_of_epochs_do():
    clock = Clock()
    progress = Progress(total_steps=6, steps=3, batch=4, clock=clock)
    progress.begin()
    clock.now += 60.0  # compiles
    progress.stepped()
    assert progress.after(1)["seconds_left"] == 0.0
    for _ in range(2):
        clock.now += 2.0
        progress.stepped()
    assert progress.after(3)["photos_per_second"] == 2.0
    assert progress.after(3)["seconds_left"] == 6.0
    clock.now += 10.0  # validation
    progress.epoch_ended()
    clock.now += 2.0
    progress.stepped()
    assert progress.after(4)["seconds_left"] == 2 * 2.0 + 10.0


def test_a_step_that_compiles_for_another_shape_of_photo_does_not_count():
    clock = Clock()
    progress = Progress(total_steps=100, steps=100, batch=3, clock=clock)
    progress.begin()
    for seconds in (60.0, 1.0, 20.0, 2.0):
        clock.now += seconds
        progress.stepped()
    assert progress.after(4)["photos_per_second"] == 2.0  # 1 s and 2 s count
