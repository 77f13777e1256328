"""Damaged sectors in project files and weights, full disks, and project files that somebody forged."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from cardamage_core.commands import main
from cardamage_core.errors import CarDamageError
from cardamage_core.mrcnn import weights
from cardamage_core.mrcnn.config import EngineError
from cardamage_core.project import Project, backups
from cardamage_core.training import checkpoints

from . import samples
from .harness import Run, fail
from .kills import main_quietly

SECTOR = 512
DISK = 8  # MB of the small disk


def sectors_of_projects(run: Run) -> None:
    """A zeroed or garbled sector: everything is there, or it is told; `check --repair` brings the copy back."""
    source = samples.project(run.fresh("source") / "p", random.Random(0), photos=20, regions=30)
    assert len(backups.copies(source)) == 1
    with Project.open(source, read_only=True) as project:
        expected = samples.content(project)
    for seed, numbers in run.each():
        with run.one(seed):
            folder = run.folder / "try" / "p"
            shutil.rmtree(folder.parent, ignore_errors=True)
            shutil.copytree(source, folder)
            file = folder / "project.cardamage"
            data = bytearray(file.read_bytes())
            at = numbers.randrange(0, len(data), SECTOR)
            data[at : at + SECTOR] = bytes(SECTOR) if numbers.random() < 0.5 else numbers.randbytes(SECTOR)
            file.write_bytes(data)
            try:
                with Project.open(folder) as project:
                    found = samples.content(project)
                if found != expected:
                    fail("something else was read, and nothing told")
                run.note("right")
                continue
            except CarDamageError:
                run.note("told")
            if main_quietly(["check", str(folder), "--repair", "--no-files"]) != 0:
                fail("told, but not repaired")
            with Project.open(folder) as project:
                if project.undo_text.startswith("Repair"):
                    project.undo()  # outlines that cross themselves were mended on the way
                if samples.content(project) != expected:
                    fail("repaired, but not as the copy")
            run.note("repaired")


def damaged_weights(run: Run) -> None:
    """A damaged newest checkpoint, or both: our error or a right resume from the older one."""
    folder = run.fresh()
    shapes = {f"weights/layer{i}/{kind}": (3, 3, 4, 8) if kind == "kernel" else (8,)
              for i in range(20) for kind in ("kernel", "bias")}  # fmt: skip
    for step in (3, 6):
        arrays = {name: np.full(shape, step, np.float32) for name, shape in shapes.items()}
        notes = {"step": step, "config": {"a": [1.5, "x"]}, "rng": list(range(40))}
        checkpoints.save(folder, step, lambda path, a=arrays, n=notes: weights.write_arrays(path, a, notes=n))
    whole = {path: path.read_bytes() for _, path in checkpoints.found(folder)}
    newest, older = whole

    def read(step: int, path: Path) -> int:
        notes = weights.read_notes(path)
        for array in weights.read_arrays(path, shapes).values():
            if not (array == step).all():
                fail("other values were read, and nothing told")
        if notes["config"] != {"a": [1.5, "x"]} or notes["rng"] != list(range(40)):
            fail("other notes were read, and nothing told")
        return notes["step"]

    for seed, numbers in run.each():
        with run.one(seed):
            newest.write_bytes(_damaged(whole[newest], numbers))
            older.write_bytes(_damaged(whole[older], numbers) if numbers.random() < 0.1 else whole[older])
            step, _ = checkpoints.restore(folder, read, damaged=(EngineError,))
            if step == 0 and older.read_bytes() == whole[older]:
                fail("the older one is whole and was not taken")
            run.note({0: "both told", 3: "older taken", 6: "newest right"}[step])


def _damaged(data: bytes, numbers: random.Random) -> bytes:
    found = bytearray(data)
    at = numbers.randrange(0, len(found), SECTOR)
    match numbers.randrange(5):
        case 0:
            found[at : at + SECTOR] = bytes(SECTOR)
        case 1:
            found[at : at + SECTOR] = numbers.randbytes(SECTOR)
        case 2:
            del found[numbers.randrange(len(found)) :]
        case 3:
            found[numbers.randrange(len(found))] ^= 1 << numbers.randrange(8)
        case _:
            for _ in range(numbers.randrange(1, 40)):
                found[numbers.randrange(min(len(found), numbers.choice((2048, 10**9))))] = numbers.randrange(256)
    return bytes(found)


@contextlib.contextmanager
def small_disk(place: Path) -> Iterator[Path | None]:
    """A disk of 8 MB where the machine allows it, else None."""
    place.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK}m", "tmpfs", str(place)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        yield None
        return
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=False, capture_output=True)


def full_disks(run: Run) -> None:
    """Imports, edits, exports and jobs on a disk that is filling up: done or told, and what was done stays."""
    with small_disk(run.folder / "disk") as disk:
        if disk is None:
            run.note("not allowed to mount a disk here")
            return
        for seed, numbers in run.each():
            with run.one(seed):
                for path in disk.iterdir():
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
                _fill_up(run, disk, numbers)


def _fill_up(run: Run, disk: Path, numbers: random.Random) -> None:
    outside = run.fresh("outside")
    samples.photo(outside / "a.png")
    project = disk / "p"
    names: list[str] = []
    (disk / "ballast").write_bytes(bytes(numbers.randrange(0, DISK * 1_000_000)))
    for number in range(12):
        name = f"{number}.png"
        (outside / name).hardlink_to(outside / "a.png")
        many = numbers.choice((10, 300, 2000))
        file = samples.annotations(outside / f"{number}.json", numbers, names=[name], regions=many)
        if main_quietly(["import", str(project), str(file)]) == 0:
            names.append(name)
        main_quietly(["export", str(project), str(disk / f"out{number}.json")])
        main_quietly(["train", str(project), "--detach", "--train-split", "nosuch"])
    run.note("imports done" if names else "nothing fitted")
    halves = [path for path in disk.rglob("*") if path.name.endswith(".part") or path.name.startswith(".project.c")]
    if halves:
        fail(f"left behind: {halves}")
    for out in disk.glob("out*.json"):
        json.loads(out.read_text())
    if not Project.is_in(project):
        if names:
            fail("imports ended with 0, and there is no project")
        return
    (disk / "ballast").unlink()
    with Project.open(project, read_only=True) as opened:
        found = sorted(photo.name for photo in opened.photos())
        opened.dataset()
    if not set(names) <= set(found):
        fail(f"done: {names}, found: {found}")


def forged_projects(run: Run) -> None:
    """Values, triggers, views and tables changed in the file by somebody: refused or read, never a crash."""
    source = samples.project(run.fresh("source") / "p", random.Random(0), photos=4, regions=4)
    for seed, numbers in run.each():
        with run.one(seed):
            folder = run.folder / "try" / "p"
            shutil.rmtree(folder.parent, ignore_errors=True)
            shutil.copytree(source, folder)
            with contextlib.closing(sqlite3.connect(folder / "project.cardamage")) as db:
                _forge(db, numbers)
            out = folder.parent / "out"
            for arguments in (
                ["check", str(folder), "--no-files"],
                ["assess", str(folder)],
                [
                    "export",
                    str(folder),
                    str(out),
                    "--format",
                    numbers.choice(("via1", "coco", "labelme", "yolo", "voc")),
                ],
                ["check", str(folder), "--repair", "--no-files"],
            ):
                status = _status(arguments)
                if status not in (0, 1):
                    fail(f"{arguments[0]} ended with {status}")
                run.note("read" if status == 0 else "refused")


def _status(arguments: list[str]) -> int:
    """The command here, so that an exception is seen; what it prints vanishes."""
    with (
        Path(os.devnull).open("w") as nowhere,
        contextlib.redirect_stdout(nowhere),
        contextlib.redirect_stderr(nowhere),
    ):
        return main(arguments)


VALUES = (
    "null", "true", "0", "-1", "1e308", "-1e300", "1e999", "1000000000000", '""', '"x"', '"\\u0000"', "[]", "{}",
    "[[]]",
    "[[[0,0],[1e308,0],[0,1e308]]]", "[[[0,0],[0,0],[0,0]]]", '"../../etc/passwd"', '"/dev/zero"',
)  # fmt: skip
STATEMENTS = (
    "CREATE TRIGGER t AFTER INSERT ON edits BEGIN DELETE FROM regions; END",
    "CREATE VIEW v AS SELECT * FROM photos",
    "CREATE TABLE other(a)",
    "DROP TABLE changes",
    "DROP TABLE extras",
    "PRAGMA user_version=99",
    "PRAGMA application_id=0",
    "DELETE FROM labels",
    "DELETE FROM photos WHERE rowid % 2",
    "UPDATE photos SET key='x' || key",
    "UPDATE regions SET photo='nowhere' WHERE rowid % 3 = 0",
    "UPDATE edits SET kinds='nonsense'",
    "UPDATE edits SET undone=7",
    "UPDATE changes SET before_value='{'",
    "UPDATE regions SET position='x'",
    "UPDATE labels SET key='other'",
    "INSERT INTO extras VALUES('via', '', 1, '[1]')",
    "INSERT INTO extras VALUES('via', '', 1, '{\"project\": 7}')",
)
PATHS = {
    "photos": ("$.width", "$.height", "$.path", "$.name", "$.size", "$.split", "$.review", "$.attributes", "$.extra",
               "$"),
    "regions": ("$.shape", "$.shape.rings", "$.shape.rings[0]", "$.shape.rings[0][1]", "$.shape.rings[0][1][0]",
                "$.shape.type", "$.label", "$.attributes", "$.origin", "$.review", "$.extra", "$.id", "$"),
    "labels": ("$.name", "$.color", "$.key", "$.role", "$"),
}  # fmt: skip


def _forge(db: sqlite3.Connection, numbers: random.Random) -> None:
    for _ in range(numbers.randint(1, 3)):
        if numbers.random() < 0.25:
            with contextlib.suppress(sqlite3.Error):
                db.executescript(numbers.choice(STATEMENTS))
            continue
        table = numbers.choice(list(PATHS))
        value = numbers.choice(VALUES)
        sql = f"UPDATE {table} SET value=json_set(value, ?, json(?)) WHERE rowid % ? = 0"
        with contextlib.suppress(sqlite3.Error):
            db.execute(sql, (numbers.choice(PATHS[table]), value, numbers.choice((1, 2, 5))))
    db.commit()
