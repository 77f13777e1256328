"""kill -9 at random moments: during edits (store and window), imports, checkpoints and predictions."""

from __future__ import annotations

import contextlib
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from cardamage_core.annotations.model import AnnotatedPhoto, Photo
from cardamage_core.commands import main
from cardamage_core.errors import CarDamageError, ModelError
from cardamage_core.inference.client import Predictor
from cardamage_core.mrcnn import weights
from cardamage_core.project import Project, backups
from cardamage_core.training import checkpoints

from ..core.project import killing
from . import samples
from .harness import Run, fail, forked, killed

ROOT = Path(__file__).resolve().parents[2]


def edits_in_store(run: Run) -> None:
    """Random edits, undo and redo: everything that was acknowledged is there after the kill."""
    folder = run.fresh() / "p"
    with Project.create(folder) as project:
        project.add([AnnotatedPhoto(Photo("p", "a.jpg", "a.jpg"))], [], "Import")
    for seed, numbers in run.each():
        with run.one(seed):
            told = killing.killed(str(folder), numbers.randrange(1, 30), seed=seed, wait=numbers.random() * 0.01)
            with Project.open(folder) as project:
                if not killing.found_as_told(project, told):
                    fail(f"{len(told)} edits told, another state found")
            run.notes["edits told"] = run.notes.get("edits told", 0) + len(told)


def edits_in_window(run: Run) -> None:
    """Regions drawn, moved and deleted by real mouse and key events, each told once it is in the history."""
    folder = run.fresh() / "p"
    samples.project(folder, random.Random(0), photos=2, regions=1)
    for seed, numbers in run.each():
        with run.one(seed):
            command = [sys.executable, "-m", "tests.attacks.window_editor", str(folder), str(seed)]
            environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
            with subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT, env=environment
            ) as process:
                told = [process.stdout.readline() for _ in range(numbers.randrange(2, 12))]
                time.sleep(numbers.random() * 0.05)
                process.kill()
                told += process.stdout.readlines()
            told = [line.strip() for line in told if line.endswith("\n")]
            if len(told) < 2:
                fail(f"the window told nothing: {told}")
            run.notes["edits told"] = run.notes.get("edits told", 0) + len(told) - 1
            with Project.open(folder) as project:
                if not _is_as_told(project, told[-1]):
                    fail(f"{len(told)} edits told, another state found")


def _is_as_told(project: Project, told: str) -> bool:
    """The last state told is there, or the one edit that was finished but not told any more stands upon it."""
    from .window_editor import state

    if state(project) == told or state(project, without_last=True) == told:
        return True
    project.redo()  # the last thing done was an undo
    return state(project) == told


def imports(run: Run) -> None:
    """All photos of the file are there, or none; the same import works afterwards."""
    for seed, numbers in run.each():
        with run.one(seed):
            folder = run.fresh()
            samples.photo(folder / "in" / "a.png")
            names = [f"{number}.png" for number in range(60)]
            for name in names:
                (folder / "in" / name).hardlink_to(folder / "in" / "a.png")
            file = samples.annotations(folder / "in" / "via.json", numbers, names=names, regions=20)
            before = 0
            if numbers.random() < 0.5:
                samples.project(folder / "p", numbers)
                before = 3
            arguments = ["import", str(folder / "p"), str(file)]
            process = forked(lambda a=arguments: main(a))
            time.sleep(numbers.random() * numbers.choice((0.3, 0.6, 1.2)))  # most imports are over by then
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, 9)
            status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
            run.note("done before the kill" if status == 0 else "killed")
            if main_quietly(arguments) != 0:
                fail("the import does not work after the kill")
            with Project.open(folder / "p") as project:
                photos = project.photos()
                if sorted(photo.regions for photo in photos) != sorted([5] * before + [20] * 60):
                    fail(f"{len(photos)} photos with {[photo.regions for photo in photos]}")
            if reason := backups.trouble(folder / "p" / "project.cardamage"):
                fail(reason)
            if halves := list(folder.rglob("*.part")):
                fail(f"left behind: {halves}")


def main_quietly(arguments: list[str]) -> int:
    """A command in a process of its own, whose output vanishes."""
    return os.waitstatus_to_exitcode(os.waitpid(forked(lambda: main(arguments)), 0)[1])


def checkpoint_writes(run: Run) -> None:
    """The checkpoint that was acknowledged, or a newer one, is whole."""
    folder = run.fresh()
    shapes = {f"layer{i}/kernel": (40, 50) for i in range(20)}
    last = 0
    for seed, numbers in run.each():
        with run.one(seed):
            begin = last
            told = killed(
                lambda writing, begin=begin: _write_checkpoints(folder, shapes, begin, writing),
                _after(numbers.randrange(1, 6), numbers.random() * 0.02),
            )
            step, passed = checkpoints.restore(folder, lambda _s, path: _step_in(path, shapes), damaged=(Exception,))
            if step < int(told[-1]) or passed:
                fail(f"step {told[-1]} was told, {step} found, passed over: {passed}")
            last = step


def _write_checkpoints(folder: Path, shapes: dict[str, tuple[int, ...]], step: int, writing: int) -> None:
    while True:
        step += 1
        checkpoints.save(folder, step, partial(_write_step, step, shapes))
        os.write(writing, f"{step}\n".encode())


def _write_step(step: int, shapes: dict[str, tuple[int, ...]], path: Path) -> None:
    arrays = {name: np.full(shape, step, np.float32) for name, shape in shapes.items()}
    weights.write_arrays(path, arrays, notes={"step": step})


def _step_in(path: Path, shapes: dict[str, tuple[int, ...]]) -> int:
    step = weights.read_notes(path)["step"]
    if any((array != step).any() for array in weights.read_arrays(path, shapes).values()):
        fail(f"another step's values in {path.name}")
    return step


def _after(lines: int, wait: float) -> Callable[[Callable[[], str]], None]:
    def after(line: Callable[[], str]) -> None:
        for _ in range(lines):
            line()
        time.sleep(wait)

    return after


def predictions(run: Run) -> None:
    """The process that predicts dies: one error of ours, and the next try works."""
    folder = run.fresh()
    model = _model(folder)
    photo = samples.photo(folder / "a.png")
    with Predictor(model) as predictor:
        predictor.wait()
        expected = len(predictor.predict(photo, min_score=0.0))
        for seed, numbers in run.each():
            with run.one(seed):
                process = predictor._process
                delay = numbers.random() * 0.4
                killer = forked(lambda p=process._process.pid, d=delay: time.sleep(d) or os.kill(p, 9) or 0)
                try:
                    predictor.predict(photo, min_score=0.0)
                    run.note("answered before the kill")
                except ModelError:
                    run.note("explained")
                os.waitpid(killer, 0)
                time.sleep(0.05)
                with contextlib.suppress(CarDamageError):
                    predictor.wait()
                if len(predictor.predict(photo, min_score=0.0)) != expected:
                    fail("another answer after the kill")


def _model(folder: Path) -> Path:
    """A registered model with random weights, made in a process of its own."""
    program = (
        "import sys; from pathlib import Path; from cardamage_core.models import registry\n"
        "from cardamage_core.mrcnn import Config, MaskRCNN\n"
        "f = Path(sys.argv[1]); c = Config.preset('light', classes=2, image_min_side=64, image_max_side=64,"
        " canvas_floor=64, proposals_inference=8, detection_max=5); MaskRCNN(c, seed=1).save(f / 'w.h5')\n"
        "card = registry.ModelCard(id='', name='tiny', created='', preset='light', classes=('dent',),"
        " config=c.to_dict())\n"
        "print(registry.register(f / 'models', card, f / 'w.h5').folder)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(folder)], capture_output=True, text=True, check=True)
    return Path(done.stdout.strip().splitlines()[-1])
