"""Checkpoints of a training: written whole, the two newest kept.

A checkpoint is one file that appears under its name only when it is whole and on the disk; its step is in the name and
inside. Two are kept, so that damage to one costs at most the way from the one before.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

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


def clear(folder: Path) -> None:
    """Remove all checkpoints: hundreds of megabytes, not needed once the model is stored."""
    for _, path in found(folder):
        path.unlink(missing_ok=True)
