"""`cardamage train --like`: another job with only what is given changed."""

from __future__ import annotations

import argparse

import pytest

from cardamage_core.annotations.model import Dataset
from cardamage_core.commands import train_
from cardamage_core.errors import JobError
from cardamage_core.training.job import ClassRule, TrainingJob, check


def test_only_what_is_given_changes():
    parser = argparse.ArgumentParser()
    train_.arguments(parser)
    args = parser.parse_args(["P", "--like", "x", "--seed", "3", "--epochs", "5", "--steps", "9"])
    base = TrainingJob(name="first", classes=(ClassRule("dent", ("dent",)),), seed=1, batch=7, ignored=("dirt",))
    job = train_.changed(base, train_.job_of(args, Dataset(())), args)
    assert (job.name, job.seed, job.epochs, job.steps) == ("first again", 3, 5, 9)
    assert (job.classes, job.batch, job.ignored) == (base.classes, 7, ("dirt",))


def job_of(*given: str) -> TrainingJob:
    parser = argparse.ArgumentParser()
    train_.arguments(parser)
    return train_.job_of(parser.parse_args(["P", *given]), Dataset(()))


def test_numbers_of_the_preset_are_set_by_name():
    job = job_of("--set", "average_decay=0.999", "--set", "paste_share=0,3", "--balance", "0.2", "--patience", "4")
    assert job.changes == {"average_decay": 0.999, "paste_share": 0.3}
    assert (job.balance, job.patience) == (0.2, 4)


@pytest.mark.parametrize(
    ("setting", "said"),
    [("colour=1", "no number 'colour'"), ("zoom_share=most", "is “most”"), ("zoom_share=2", "not possible")],
)
def test_a_number_that_is_not_there_or_not_possible_is_refused(setting, said):
    with pytest.raises(JobError, match=said):
        job_of("--set", setting)


@pytest.mark.parametrize(("given", "said"), [(("--balance", "7"), "class balance is 7"), (("--patience", "-1"), "-1")])
def test_impossible_choices_are_refused(given, said):
    with pytest.raises(JobError, match=said):
        check(job_of(*given))
