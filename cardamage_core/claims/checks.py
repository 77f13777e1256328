"""Keeps what was found out about a claim's photos when they came in, in `checks.json`."""

from __future__ import annotations

from pathlib import Path

import msgspec

from ..files import write_atomic
from .model import PhotoWarning

FILE = "checks.json"


class Checks(msgspec.Struct, frozen=True, omit_defaults=True):
    """The files that were refused."""

    refused: tuple[PhotoWarning, ...] = ()


def read(folder: Path) -> Checks:
    """What is kept; nothing where the file is missing or damaged, for it can be made again but for what was refused."""
    try:
        return msgspec.json.decode((folder / FILE).read_bytes(), type=Checks)
    except (OSError, msgspec.MsgspecError, RecursionError):
        return Checks()


def write(folder: Path, checks: Checks) -> None:
    """Store it, whole or not at all."""
    write_atomic(folder / FILE, msgspec.json.format(msgspec.json.encode(checks)))
