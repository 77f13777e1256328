"""Edits a project at random in forked processes that are killed in the middle, and compares with what they told.

`python killing.py FOLDER TIMES SEED` writes one line per killed process: what was found, and whether it is right.
"""

from __future__ import annotations

import hashlib
import os
import random
import signal
import sys
import time

from cardamage_core.annotations import edits
from cardamage_core.annotations.model import Rectangle
from cardamage_core.project import Project


def main(folder: str, times: int, seed: int) -> int:
    """Kill so many processes; 0 when every acknowledged edit was there each time."""
    rng = random.Random(seed)
    wrong = 0
    for number in range(times):
        told = killed(folder, rng.randrange(1, 40), seed=rng.randrange(10**9), wait=rng.random() * 0.01)
        with Project.open(folder) as project:
            right = found_as_told(project, told)
        wrong += not right
        sys.stdout.write(f"{number} {len(told)} {'right' if right else 'WRONG'}\n")
    return 1 if wrong else 0


def killed(folder: str, after: int, *, seed: int, wait: float) -> list[str]:
    """What a process told before it was killed, `wait` seconds after its edit number `after`."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        edit_for_ever(folder, writing, random.Random(seed))
    os.close(writing)
    with os.fdopen(reading) as pipe:
        told = [pipe.readline() for _ in range(after)]
        time.sleep(wait)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        told += pipe.readlines()
    return [line.strip() for line in told if line.endswith("\n")]


def edit_for_ever(folder: str, writing: int, rng: random.Random) -> None:
    """One random edit, undo or redo after the other; each is told once it is finished."""
    project = Project.open(folder)
    while True:
        one_edit(project, rng)
        os.write(writing, f"{state(project)}\n".encode())


def one_edit(project: Project, rng: random.Random) -> None:
    """Draw, move, delete, undo or redo."""
    before = project.regions("p")
    kind = rng.choice(("draw", "draw", "move", "delete", "undo", "redo"))
    if kind in ("undo", "redo"):
        if project.undo_text not in ("", "Import"):
            (project.undo if kind == "undo" else project.redo)()
        return
    after = (*before, edits.draw(Rectangle(rng.random(), 0.0, 5.0, 5.0), "dent"))
    if before and kind == "move":
        one = rng.choice(before)
        after = edits.replace(before, one, edits.move(one, rng.random(), 1.0))
    elif before and kind == "delete":
        after = edits.remove(before, rng.choice(before))
    project.edit_regions("p", before, after, kind)


def found_as_told(project: Project, told: list[str]) -> bool:
    """The last state told is there, or the one edit that was finished but not told any more stands upon it."""
    if state(project) == told[-1]:
        return True
    project.undo()
    if state(project) == told[-1]:
        return True
    project.redo()
    project.redo()
    return state(project) == told[-1]


def state(project: Project) -> str:
    """The regions of the photo as one word."""
    return hashlib.sha256(repr(project.regions("p")).encode()).hexdigest()[:16]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
