"""Which layers learn when?"""

from __future__ import annotations

import pytest

from cardamage_core.errors import JobError
from cardamage_core.training.job import TrainingJob, check
from cardamage_core.training.schedule import Stage, stage_at, stages


def test_one_group_lasts_the_whole_training():
    assert stages("4+", epochs=3, steps=10) == (Stage("4+", 0, 30),)


def test_groups_follow_each_other_as_in_matterports_schedules():
    found = stages("heads:2, 4+:1,all:3", epochs=6, steps=10)
    assert found == (Stage("heads", 0, 20), Stage("4+", 20, 30), Stage("all", 30, 60))
    assert [stage_at(found, step).layers for step in (0, 19, 20, 29, 30, 60)] == [
        "heads", "heads", "4+", "4+", "all", "all"]  # fmt: skip


@pytest.mark.parametrize(
    ("layers", "told"),
    [
        ("everything", "no group of layers “everything”"),
        ("heads:2,tail:1", "no group of layers “tail”"),
        ("heads:x,all:3", "“heads:x” names no number of epochs"),
        ("heads:0,all:3", "“heads:0” names no number of epochs"),
        ("heads:1,all:1", r"epochs of its layers are 1 \+ 1, of the whole 3"),
        ("heads,all", r"epochs of its layers are 3 \+ 3"),
        ("", "no group of layers “”"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_starts(layers, told):
    with pytest.raises(JobError, match=told):
        check(TrainingJob(layers=layers, epochs=3))
