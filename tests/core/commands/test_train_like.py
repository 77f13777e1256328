"""`cardamage train --like`: another job with only what is given changed."""

from __future__ import annotations

import argparse

from cardamage_core.annotations.model import Dataset
from cardamage_core.commands import train_
from cardamage_core.training.job import ClassRule, TrainingJob


def test_only_what_is_given_changes():
    parser = argparse.ArgumentParser()
    train_.arguments(parser)
    args = parser.parse_args(["P", "--like", "x", "--seed", "3", "--epochs", "5", "--steps", "9"])
    base = TrainingJob(name="first", classes=(ClassRule("dent", ("dent",)),), seed=1, batch=7, ignored=("dirt",))
    job = train_.changed(base, train_.job_of(args, Dataset(())), args)
    assert (job.name, job.seed, job.epochs, job.steps) == ("first again", 3, 5, 9)
    assert (job.classes, job.batch, job.ignored) == (base.classes, 7, ("dirt",))
