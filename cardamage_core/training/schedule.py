"""Stages of a training: heads first and more of the backbone later, as Matterport's trainings do."""

from __future__ import annotations

from typing import NamedTuple

from ..errors import JobError

GROUPS = ("all", "3+", "4+", "5+", "heads")  # which stages of the backbone learn beside the heads
HELP = f"Choose one of {', '.join(GROUPS)}, or several with their epochs, such as heads:5,all:10."


class Stage(NamedTuple):
    """A stretch of a training in which one group of layers learns; steps are counted from 0, `end` is the next one."""

    layers: str
    start: int
    end: int


def stages(layers: str, *, epochs: int, steps: int) -> tuple[Stage, ...]:
    """The stages that `layers` names: a group, or groups with their epochs, "heads:5,all:10". Raises JobError."""
    named = [_part(part, epochs) for part in layers.split(",")]
    for group, _ in named:
        if group not in GROUPS:
            raise JobError(f"This training cannot start: there is no group of layers “{group}”.", HELP)
    if sum(count for _, count in named) != epochs:
        said = " + ".join(str(count) for _, count in named)
        raise JobError(
            f"This training cannot start: the epochs of its layers are {said}, of the whole {epochs}.",
            "They have to add up.",
        )
    found, start = [], 0
    for group, count in named:
        found.append(Stage(group, start, start + count * steps))
        start += count * steps
    return tuple(found)


def stage_at(all_stages: tuple[Stage, ...], step: int) -> Stage:
    """The stage that the step with this number (0…) is done in; past the end the last."""
    return next((stage for stage in all_stages if step < stage.end), all_stages[-1])


def _part(part: str, epochs: int) -> tuple[str, int]:
    """ "heads:5" -> ("heads", 5); a group alone lasts all epochs."""
    group, colon, count = part.strip().partition(":")
    if not colon:
        return group, epochs
    if not count.strip().isdecimal() or int(count) < 1:
        raise JobError(f"This training cannot start: “{part.strip()}” names no number of epochs.", HELP)
    return group, int(count)
