"""Checkpoints of a training: written whole, the two newest kept.

A checkpoint is one file that appears under its name only when it is whole and on the disk; its step is in the name and
inside. Two are kept, so that damage to one costs at most the way from the one before.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from .. import files

KEPT = 2
_NAME = re.compile(r"step-(\d{8})\.h5")


def found(folder: Path) -> list[tuple[int, Path]]:
    """(step, path) of the checkpoints in `folder`, newest first."""
    if not Path(folder).is_dir():
        return []
    named = [(match, path) for path in Path(folder).iterdir() if (match := _NAME.fullmatch(path.name))]
    return sorted(((int(match[1]), path) for match, path in named), reverse=True)


def latest_step(folder: Path) -> int:
    """The step of the newest checkpoint, 0 when there is none."""
    return next((step for step, _ in found(folder)), 0)


def save(folder: Path, step: int, write: Callable[[Path], None]) -> Path:
    """Let `write` make the file of this step and keep the two newest. Raises CarDamageError when the disk is full."""
    path = Path(folder) / f"step-{step:08d}.h5"
    with files.atomic_path(path) as temporary:
        write(temporary)
    for _, old in found(folder)[KEPT:]:
        old.unlink(missing_ok=True)
    return path


def restore(
    folder: Path, read: Callable[[int, Path], int], *, damaged: type[Exception] | tuple[type[Exception], ...]
) -> tuple[int, list[Path]]:
    """Load the newest whole checkpoint: its step (0 when there is none), and the damaged files passed over.

    `read` loads the file of a step and returns the step written inside; it raises `damaged` if that is not whole.
    """
    for half in Path(folder).glob(".*.part"):  # of a worker killed while writing
        half.unlink(missing_ok=True)
    passed: list[Path] = []
    for step, path in found(folder):
        try:
            if read(step, path) == step:
                return step, passed
        except damaged:
            pass
        passed.append(path)
    return 0, passed


BEST = "best.h5"
BEST_NOTE = "best.json"


class Best(msgspec.Struct, frozen=True):
    """Which checkpoint is kept as the best: its step, its score (more is better), and what was measured then."""

    step: int
    score: float
    metrics: dict[str, Any] = {}


def best(folder: Path) -> Best | None:
    """The best checkpoint so far, which lies in the file BEST; None where there is none."""
    try:
        note = msgspec.json.decode((Path(folder) / BEST_NOTE).read_bytes(), type=Best)
    except (OSError, msgspec.DecodeError):
        return None
    return note if (Path(folder) / BEST).is_file() else None


def keep_best(folder: Path, candidate: Best) -> None:
    """Keep the checkpoint of the candidate's step as the best one, if it is; the same file under another name."""
    known, step = best(folder), candidate.step
    if known is not None and known.score >= candidate.score:
        return
    temporary = Path(folder) / f".{BEST}.part"
    temporary.unlink(missing_ok=True)
    _link(Path(folder) / f"step-{step:08d}.h5", temporary)
    (Path(folder) / BEST_NOTE).unlink(missing_ok=True)  # never a note that speaks of another file
    temporary.replace(Path(folder) / BEST)
    files.write_atomic(Path(folder) / BEST_NOTE, msgspec.json.encode(candidate))


def return_to(folder: Path, step: int) -> None:
    """Forget the checkpoints after this step, so that a resume goes on from it."""
    path = Path(folder) / f"step-{step:08d}.h5"
    if not path.exists() and (known := best(folder)) is not None and known.step == step:
        _link(Path(folder) / BEST, path)
    for newer, other in found(folder):
        if newer > step:
            other.unlink(missing_ok=True)


def _link(path: Path, other: Path) -> None:
    try:
        other.hardlink_to(path)
    except OSError:  # a file system without hard links
        shutil.copyfile(path, other)


def clear(folder: Path) -> None:
    """Remove all checkpoints: hundreds of megabytes, not needed once the model is stored."""
    for path in (*(path for _, path in found(folder)), *(Path(folder) / name for name in (BEST, BEST_NOTE))):
        path.unlink(missing_ok=True)
