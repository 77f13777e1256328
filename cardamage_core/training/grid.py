"""A grid of runs: several trainings that differ in the values of one or more numbers."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from ..errors import JobError
from .job import TrainingJob, check
from .network_config import NUMBERS, parsed

MOST = 50  # runs at once
OWN: Mapping[str, tuple[str, type]] = {  # numbers of the job itself, beside those of the network
    "learning_rate": ("Learning rate", float),
    "seed": ("Seed", int),
    "epochs": ("Epochs", int),
    "batch": ("Photos a step", int),
    "balance": ("Rare labels", float),
}
TITLES = {key: title for key, (title, _) in OWN.items()} | {number.key: number.title for number in NUMBERS}


class Axis(NamedTuple):
    """One number and the values it takes, as typed: separated by spaces or semicolons."""

    key: str
    values: str


def grid(job: TrainingJob, axes: Sequence[Axis]) -> tuple[TrainingJob, ...]:
    """The job with every combination of the values, which its name tells; the job itself where there is no axis.

    Raises JobError for an unknown number, an impossible value, or too many runs.
    """
    choices = [[_changed(axis.key, text, job) for text in _texts(axis)] for axis in axes]
    runs = list(itertools.islice(itertools.product(*choices), MOST + 1))
    if len(runs) > MOST:
        raise JobError(f"This grid has more than {MOST} trainings.", "Give fewer values, or fewer numbers.")
    made = tuple(_run(job, changes) for changes in runs)
    for one in made:
        check(one)
    return made


def _texts(axis: Axis) -> list[str]:
    if axis.key not in TITLES:
        raise JobError(f"There is no number {axis.key!r} to vary.", f"Known are {', '.join(sorted(TITLES))}.")
    texts = list(dict.fromkeys(axis.values.replace(";", " ").split()))
    if not texts:
        raise JobError(f"{TITLES[axis.key]} has no values.", "Give several, separated by spaces: 0.001 0.0005.")
    return texts


def _changed(key: str, text: str, job: TrainingJob) -> tuple[str, str, Any]:
    """The key, the text for the name, and the value."""
    if key not in OWN:
        return key, text, parsed(job.preset, {key: text}).get(key)
    title, kind = OWN[key]
    try:
        return key, text, kind(text.replace(",", "."))
    except ValueError:
        expected = "a whole number" if kind is int else "a number"
        raise JobError(f"{title} is “{text}”.", f"Expected {expected}.") from None


def _run(job: TrainingJob, changes: Sequence[tuple[str, str, Any]]) -> TrainingJob:
    own = {key: value for key, _, value in changes if key in OWN}
    network = dict(job.changes)
    for key, _, value in changes:
        if key not in OWN and value is None:  # the preset's own value
            network.pop(key, None)
        elif key not in OWN:
            network[key] = value
    name = " · ".join([job.name, *(f"{TITLES[key].lower()} {text}" for key, text, _ in changes)])
    return msgspec.structs.replace(job, name=name, changes=network, **own)
