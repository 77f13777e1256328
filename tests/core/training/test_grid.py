"""A grid makes a training of every combination, and refuses what makes no sense."""

from __future__ import annotations

import pytest

from cardamage_core.errors import JobError
from cardamage_core.training.grid import Axis, grid
from cardamage_core.training.job import TrainingJob


def test_every_combination_becomes_a_training_named_by_its_values():
    job = TrainingJob(name="dents", changes={"zoom_share": 0.5})
    made = grid(job, [Axis("learning_rate", "0.001 0,0005"), Axis("zoom_share", "0; 0.3")])
    assert [(one.learning_rate, one.changes) for one in made] == [
        (0.001, {}),
        (0.001, {"zoom_share": 0.3}),
        (0.0005, {}),
        (0.0005, {"zoom_share": 0.3}),
    ]
    assert made[1].name == "dents · learning rate 0.001 · share of close-ups 0.3"
    assert grid(job, []) == (job,)


@pytest.mark.parametrize(
    ("axis", "said"),
    [
        (Axis("colour", "1"), "no number 'colour'"),
        (Axis("seed", "one"), "Seed is “one”"),
        (Axis("seed", " ; "), "no values"),
        (Axis("epochs", "5 0"), "epochs is 0"),
        (Axis("seed", " ".join(map(str, range(51)))), "more than 50"),
        (Axis("paste_share", "2"), "not possible"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(axis, said):
    with pytest.raises(JobError, match=said):
        grid(TrainingJob(), [axis])
