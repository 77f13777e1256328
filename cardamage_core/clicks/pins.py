"""Remembers the SHA-256 of files that the user put into the folder of SAM pairs, from their first use on."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from .. import files
from ..errors import ModelError
from ..models import registry

FOLDER, PINS, PATTERN = "sam", "pins.json", "*.onnx"  # below the user's library of models

Pinned = dict[str, dict[str, str]]  # folder's name -> file's name -> SHA-256


def folder() -> Path:
    """Where the user puts pairs: a folder for each, with two ONNX files."""
    return registry.library_folder() / FOLDER


def folders() -> list[Path]:
    """The folders that hold two ONNX files, by name."""
    try:
        found = sorted(path for path in folder().iterdir() if path.is_dir())
    except OSError:
        return []
    return [path for path in found if is_pair(path)]


def is_pair(folder: Path) -> bool:
    """Whether a folder holds exactly two ONNX files."""
    return len(list(folder.glob(PATTERN))) == 2


def check(pair: Path, paths: Iterable[Path]) -> None:
    """Remember the files' sums at their first use; ModelError where they are others than then."""
    sums = {path.name: files.sha256(path) for path in paths}
    known = read(pair.parent)
    before = known.get(pair.name)
    if before is None:
        files.write_atomic(pair.parent / PINS, msgspec.json.format(msgspec.json.encode(known | {pair.name: sums})))
    elif before != sums:
        changed = next(name for name in sums if before.get(name) != sums[name])
        raise ModelError(
            f"{pair / changed} is not the file that was used first.",
            f"Its SHA-256 was {before.get(changed, 'unknown')[:12]}…, now it is {sums[changed][:12]}…. Put the first"
            f" file back, or delete {pair.parent / PINS} to trust the new one.",
        )


def read(pairs: Path) -> Pinned:
    """What is remembered for a folder of pairs; nothing where the file is missing or damaged."""
    try:
        return msgspec.json.decode((pairs / PINS).read_bytes(), type=Pinned)
    except (OSError, msgspec.DecodeError):
        return {}


def described(pair: Path) -> str:
    """The name of a pair with the beginnings of its files' sums, for the user to compare."""
    sums = read(pair.parent).get(pair.name, {})
    return f"{pair.name} ({', '.join(f'{name} {value[:12]}…' for name, value in sums.items())})" if sums else pair.name
