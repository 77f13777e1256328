"""The frame of the attacks: what an area is, how its tries are counted, and the table of an attack.

An area is a function that gets a `Run` and tries what it is named for, each try from its own seed, so that a failure
can be repeated: `python -m tests.attacks --areas NAME --first SEED --tries 1`.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

QUICK_PLACE = "/dev/shm"  # where files are overwritten ten times as fast as on a disk


class Hung(BaseException):
    """A try took longer than anybody waits."""


@dataclasses.dataclass
class Run:
    """One area under attack: how many tries it gets, and what came of them."""

    tries: int
    folder: Path
    first: int = 0
    seconds: float = 60.0  # that a try may take; on the clock, since a hang may be one that waits
    done: int = 0
    failures: list[str] = dataclasses.field(default_factory=list)
    notes: dict[str, int] = dataclasses.field(default_factory=dict)

    def each(self) -> Iterator[tuple[int, random.Random]]:
        """The seed of each try and its random numbers."""
        for seed in range(self.first, self.first + self.tries):
            yield seed, random.Random(seed)

    @contextlib.contextmanager
    def one(self, seed: int, what: str = "") -> Iterator[None]:
        """One try: whatever is raised in here, or lasts too long, is a failure."""
        self.done += 1
        old = signal.signal(signal.SIGALRM, _hung)
        signal.setitimer(signal.ITIMER_REAL, self.seconds)
        try:
            yield
        except (Exception, Hung):  # noqa: BLE001 whatever it is, it is what we look for
            self.failures.append(f"seed {seed} {what}: {traceback.format_exc(limit=-4)}")
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, old)

    def note(self, what: str) -> None:
        """Count what became of a try, for the table."""
        self.notes[what] = self.notes.get(what, 0) + 1

    def fresh(self, name: str = "try") -> Path:
        """An empty folder."""
        path = self.folder / name
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
        return path


Area = Callable[[Run], None]


def attack(name: str, area: Area, *, tries: int, first: int = 0, quick: bool = True) -> Run:
    """Attack one area in a folder that is thrown away."""
    place = QUICK_PLACE if quick and Path(QUICK_PLACE).is_dir() else None
    with tempfile.TemporaryDirectory(prefix=f"attack-{name}.", dir=place, ignore_cleanup_errors=True) as folder:
        run = Run(tries, Path(folder), first)
        area(run)
    return run


def killed(child: Callable[[int], None], after: Callable[[Callable[[], str]], None]) -> list[str]:
    """What a forked process told before it was killed: `child` writes lines to a descriptor, `after` waits for some.

    The child never returns; what it prints by the way vanishes.
    """
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(reading)
        _as_child(child, writing)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        told: list[str] = []

        def line() -> str:
            told.append(pipe.readline())
            return told[-1]

        try:
            after(line)
        finally:
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
        told += pipe.readlines()
    return [one.strip() for one in told if one.endswith("\n")]


def forked(work: Callable[[], int]) -> int:
    """The number of a process that does some work and ends with its result as status; what it prints vanishes."""
    process = os.fork()
    if process == 0:
        _as_child(lambda _writing: os._exit(work()), -1)
    return process


def _as_child(work: Callable[[int], None], writing: int) -> None:
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    try:
        work(writing)
    except BaseException:  # noqa: BLE001 a child must never run on as its parent
        traceback.print_exc()
    os._exit(99)


def table(rows: list[tuple[str, Run]], seconds: dict[str, float]) -> str:
    """Area, tries, failures, and what became of the tries."""
    lines = ["| area | tries | failures | what became of them | seconds |", "|---|---|---|---|---|"]
    for name, run in rows:
        notes = ", ".join(f"{what} {count:,}" for what, count in sorted(run.notes.items()))
        lines.append(f"| {name} | {run.done:,} | {len(run.failures)} | {notes} | {seconds[name]:.0f} |")
    return "\n".join(lines)


def timed(work: Callable[[], Run]) -> tuple[Run, float]:
    """A run and the seconds it took."""
    began = time.monotonic()
    run = work()
    return run, time.monotonic() - began


def _hung(_number: int, _frame: object) -> None:
    raise Hung


def fail(text: str) -> None:
    """What was found is wrong."""
    raise AssertionError(text)


def say(text: str) -> None:
    """Progress, to stderr."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
