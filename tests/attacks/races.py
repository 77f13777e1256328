"""Many processes on one project at once: imports, exports, checks, trainings and windows."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path

from cardamage_core.annotations import edits
from cardamage_core.annotations.model import Dot
from cardamage_core.commands import main
from cardamage_core.jobs import executors
from cardamage_core.project import Project, backups

from . import samples
from .harness import Run, fail, forked

ACTIONS = ("import", "import", "import", "export", "check", "repair", "split", "window", "train")


def races(run: Run) -> None:
    """2 to 16 processes begin together on a project that is there or not; what ended with 0 must be there."""
    for seed, numbers in run.each():
        with run.one(seed):
            _round(run, numbers)


def _round(run: Run, numbers: random.Random) -> None:
    folder = run.fresh()
    project = folder / "cars"
    if numbers.random() < 0.4:
        samples.project(project, numbers)
    wanted = [numbers.choice(ACTIONS) for _ in range(numbers.choice((2, 2, 3, 4, 8, 16)))]
    wanted[0] = "import"
    for number, _ in enumerate(wanted):
        samples.photo(folder / str(number) / f"photo{number}.png")
        name = f"photo{number}.png"
        samples.annotations(folder / str(number) / "via.json", random.Random(number), names=[name], regions=2)
    gate, opening = os.pipe()
    children = [forked(lambda n=n, what=what: _act(what, n, folder, gate, opening)) for n, what in enumerate(wanted)]
    os.close(gate)
    os.close(opening)  # closes the last writing end: all begin
    statuses = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    for what, status in zip(wanted, statuses, strict=True):
        run.note(f"{what} {'done' if status == 0 else 'refused'}")
        if status not in (0, 1):
            fail(f"{what} ended with {status}")
    _must_be_right(folder, wanted, statuses)


def _act(what: str, number: int, folder: Path, gate: int, opening: int) -> int:
    os.close(opening)
    os.read(gate, 1)  # until everybody is there
    project = folder / "cars"
    match what:
        case "import":
            return main(["import", str(project), str(folder / str(number) / "via.json")])
        case "export":
            return main(["export", str(project), str(folder / f"out{number}.json"), "--force"])
        case "check":
            return main(["check", str(project), "--no-files"])
        case "repair":
            return main(["check", str(project), "--repair", "--no-files"])
        case "split":
            return main(["split", str(project)])
        case "train":
            executors.start = lambda _folder, _executor: None  # the job is made; no network is trained here
            return main(["train", str(project), "--detach", "--start", "none", "--val-split", "train", "--epochs", "1"])
        case _:
            return _window(project, number)


def _window(project: Path, number: int) -> int:
    """What the window does: open or make the project, edit, undo, close."""
    from cardamage_core.errors import CarDamageError
    from cardamage_gui.session import Session

    session = Session()
    try:
        session.open(project) if Project.is_in(project) else session.create(project)
    except CarDamageError:
        return 1
    drew = False
    if photos := session.photos():
        before = session.regions(photos[0].id)
        mark = edits.draw(Dot(float(number), 1.0), f"window {number}")
        drew = session.edit(photos[0].id, before, (*before, mark), "Draw")
        session.undo()
        session.redo()
    session.close()
    return 0 if drew else 1


def _must_be_right(folder: Path, wanted: list[str], statuses: list[int]) -> None:
    project = folder / "cars"
    imported = {n for n, what in enumerate(wanted) if what == "import" and statuses[n] == 0}
    if imported and not Project.is_in(project):
        fail("imports ended with 0, and there is no project")
    halves = [path for path in folder.rglob("*") if path.name.endswith(".part")]
    if halves:
        fail(f"left behind: {halves}")
    if not Project.is_in(project):
        return
    _must_be_there(project, wanted, statuses, imported)
    if reason := backups.trouble(project / "project.cardamage"):
        fail(reason)
    for out in folder.glob("out*.json"):
        json.loads(out.read_text())
    for job in (project / "jobs").glob("2*"):
        json.loads((job / "job.json").read_text())
        json.loads((job / "dataset.json").read_text())


def _must_be_there(project: Path, wanted: list[str], statuses: list[int], imported: set[int]) -> None:
    with Project.open(project) as opened:
        names = {photo.name for photo in opened.photos()}
        labels = {region.label for photo in opened.photos() for region in opened.regions(photo.id)}
    for number in imported:
        if f"photo{number}.png" not in names:
            fail(f"import {number} ended with 0, and its photo is not there")
    for number, what in enumerate(wanted):
        if what == "window" and statuses[number] == 0 and f"window {number}" not in labels:
            fail(f"window {number} drew, and its region is not there")
