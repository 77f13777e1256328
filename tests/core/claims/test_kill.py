"""A process killed at any moment loses no decision, and none is in the log twice."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import cardamage_core
from cardamage_core.annotations.model import Rectangle, Region
from cardamage_core.claims import findings
from cardamage_core.claims.claim import Claim

KILLS = 2


def tell(what: object) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


def decide_for_ever(folder: Path) -> None:
    """Edits, undo, redo and ticks, each edit told on standard output once it is made."""
    with Claim.open(folder) as claim:
        photo, number = claim.photos()[0].id, 0
        tell("open")
        while True:
            before = claim.regions(photo)
            key = before[number % len(before)].id
            after = findings.changed(before, [key], note=f"{os.getpid()}-{number}")
            claim.project.edit_regions(photo, before, after, "Note")
            tell(number)
            number += 1
            if number % 5 == 0:
                claim.project.undo()
                claim.project.redo()
                claim.tick_view("plate", photo if number % 2 else "")


def test_a_killed_process_loses_no_decision(tmp_path: Path, folder: Path):
    with Claim.create(tmp_path, [folder]) as claim:
        photo = claim.photos()[0].id
        dents = tuple(Region(f"r{n}", Rectangle(10 * n, 10, 10, 10), "dent") for n in range(3))
        claim.project.edit_regions(photo, (), dents, "Draw")
    chance = random.Random(0)
    ours = os.environ | {"PYTHONPATH": str(Path(cardamage_core.__file__).parents[1])}
    for _ in range(KILLS):
        worker = subprocess.Popen(
            [sys.executable, __file__, str(claim.folder)], stdout=subprocess.PIPE, text=True, env=ours
        )
        assert worker.stdout is not None
        assert worker.stdout.readline() == "open\n"
        time.sleep(chance.uniform(0.1, 0.4))
        worker.kill()
        told = [f"{worker.pid}-{line}" for line in worker.stdout.read().split() if line.isdecimal()]
        worker.wait()
        worker.stdout.close()
        with Claim.open(claim.folder) as again:
            assert {problem.text for problem in again.problems()} <= {
                "claim.json was not as the log says; what the log says holds."
            }
            notes = [one.after["note"] for one in again.log if one.what == "changed" and "note" in (one.after or {})]
            mine = [note for note in notes if note.startswith(f"{worker.pid}-")]
            assert set(told) <= set(mine)
            assert len(mine) == len(set(mine)) <= len(told) + 1


if __name__ == "__main__":
    decide_for_ever(Path(sys.argv[1]))
