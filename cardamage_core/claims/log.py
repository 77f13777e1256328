"""The log of a claim: `decisions.jsonl`, one `Decision` a line, each line bound to the one before by its hash.

Lines are only ever appended, and are on disk before `append` returns. The file is looked through when it is opened: a
line that was changed, taken out or put in is named, and nothing is repaired. A last line that was cut short by a
power cut is put aside in `decisions.torn`. That lines are missing at the end is told by the hash of the last line,
which the claim's project keeps (`head`).
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from ..errors import CarDamageError, reason_of
from ..files import sync_folder
from .model import Decision

FILE = "decisions.jsonl"
TORN = "decisions.torn"


class DecisionLog:
    """The decisions on a claim, oldest first, and what is wrong with their file ("" where it is whole)."""

    def __init__(self, folder: Path, *, read_only: bool = False) -> None:
        """Read and check the log in `folder`; without one it is empty. CarDamageError where it cannot be read."""
        self.path = folder / FILE
        self._read_only = read_only
        lines, rest = _lines(self.path)
        self.torn = self._put_aside(lines, rest) if rest else ""
        self.decisions, self.trouble = checked(lines)

    @property
    def head(self) -> str:
        """The hash of the last line, "" where there is none."""
        return self.decisions[-1].hash if self.decisions else ""

    def append(self, decisions: Iterable[Decision]) -> None:
        """Write decisions down, bound to those before. CarDamageError, and nothing written, where that fails."""
        assert not self._read_only, "only who may write the claim keeps its log"
        fresh = tuple(chained(decisions, self.head))
        if fresh:
            self._write(b"".join(encoded(one) + b"\n" for one in fresh))
            self.decisions += fresh

    def check_end(self, head: str) -> None:
        """Say that lines are missing where the one with the hash `head`, which was written once, is not there."""
        if head and not self.trouble and all(one.hash != head for one in self.decisions):
            self.trouble = f"{self.path.name} lacks decisions at its end: somebody took them out."

    def _write(self, data: bytes) -> None:
        is_new = not self.path.exists()
        try:
            with self.path.open("ab") as file:
                begun = file.tell()
                try:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                except OSError:
                    with contextlib.suppress(OSError):
                        file.truncate(begun)
                    raise
            if is_new:
                sync_folder(self.path.parent)
        except OSError as error:
            raise CarDamageError(
                f"The decision could not be written to {self.path}.", f"{reason_of(error)}."
            ) from error

    def _put_aside(self, lines: Sequence[bytes], rest: bytes) -> str:
        """Bytes after the last line end: the process was killed while it wrote them."""
        said = f"The last line of {self.path.name} was cut short ({len(rest)} bytes)"
        if self._read_only:
            return f"{said}."
        with (self.path.parent / TORN).open("ab") as aside:
            aside.write(rest + b"\n")
            aside.flush()
            os.fsync(aside.fileno())
        with self.path.open("rb+") as file:
            file.truncate(sum(len(line) + 1 for line in lines))
            os.fsync(file.fileno())
        return f"{said} and was put aside in {TORN}; what it said is written again where the claim's project knows it."


def chained(decisions: Iterable[Decision], previous: str) -> Iterator[Decision]:
    """The decisions with the hash of the one before and their own."""
    for one in decisions:
        bound = msgspec.structs.replace(one, previous=previous, hash="")
        previous = hashlib.sha256(encoded(bound)).hexdigest()
        yield msgspec.structs.replace(bound, hash=previous)


def encoded(decision: Decision) -> bytes:
    """A line without its end."""
    return msgspec.json.encode(decision)


def checked(lines: Sequence[bytes]) -> tuple[tuple[Decision, ...], str]:
    """The decisions that can be read, and a sentence about the first line that is not as it was written."""
    found: list[Decision] = []
    trouble, previous = "", ""
    for number, line in enumerate(lines, 1):
        try:
            one = msgspec.json.decode(line, type=Decision)
        except (msgspec.MsgspecError, RecursionError):
            trouble = trouble or f"Line {number} of {FILE} cannot be read."
            continue
        bound = next(chained([one], previous))
        if not trouble and one.previous != previous:
            trouble = f"Line {number} of {FILE} does not follow the line before: a line was changed or taken out."
        elif not trouble and (one.hash != bound.hash or encoded(one) != line):
            trouble = f"Line {number} of {FILE} was changed after it was written."
        previous = one.hash
        found.append(one)
    return tuple(found), trouble


def _lines(path: Path) -> tuple[list[bytes], bytes]:
    """Whole lines, and what follows the last of them."""
    try:
        *lines, rest = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return [], b""
    except OSError as error:
        raise CarDamageError(f"{path} cannot be read.", f"{reason_of(error)}.") from error
    return lines, rest
