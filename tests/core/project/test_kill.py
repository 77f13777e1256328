"""Does kill -9 lose a finished edit?"""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from cardamage_core.annotations.model import AnnotatedPhoto, Photo
from cardamage_core.project import Project

EDITING = """
import sys
from cardamage_core.annotations import edits
from cardamage_core.annotations.model import Dot
from cardamage_core.project import Project
project = Project.open(sys.argv[1])
for number in range(int(sys.argv[2]), 100000):
    before = project.regions("p")
    project.edit_regions("p", before, (*before[-5:], edits.draw(Dot(float(number), 0.0), "dent")), f"Draw {number}")
    print(number, flush=True)
"""


def test_every_acknowledged_edit_survives_a_kill(tmp_path):
    with Project.create(tmp_path / "p") as project:
        project.add([AnnotatedPhoto(Photo("p", "a.jpg", "a.jpg"))], [], "Import")
    rng = random.Random(7)
    start = 0
    for _ in range(6):
        start = killed_after(tmp_path / "p", start, rng.randrange(1, 150)) + 1
        with Project.open(tmp_path / "p") as project:  # not locked any more, not damaged
            found = int(project.regions("p")[-1].shape.x)
            assert found >= start - 1
            assert project.undo_text == f"Draw {found}"
            start = found + 1


def killed_after(folder, start, edits):
    """The last edit a process acknowledged before it was killed, at some moment after `edits` of them."""
    command = [sys.executable, "-c", EDITING, str(folder), str(start)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for _ in range(edits):
            last = process.stdout.readline()
        process.kill()
        lines = [last, *process.stdout.read().splitlines(keepends=True)]
    return int([line for line in lines if line.endswith("\n")][-1])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills forked processes")
def test_fifty_kills_in_the_middle_of_random_edits_lose_nothing(tmp_path):
    with Project.create(tmp_path / "p") as project:
        project.add([AnnotatedPhoto(Photo("p", "a.jpg", "a.jpg"))], [], "Import")
    command = [sys.executable, str(Path(__file__).with_name("killing.py")), str(tmp_path / "p"), "50", "11"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.count("right") == 50, done.stdout + done.stderr
    assert done.returncode == 0
