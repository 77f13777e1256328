"""Makes stdin, stdout and stderr usable whatever they are: closed, full, or of an encoding without our characters."""

from __future__ import annotations

import codecs
import os
import sys
from typing import Literal, TextIO

STANDARD: tuple[tuple[int, str, Literal["r", "w"]], ...] = ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w"))
ERRORS = "cardamage.plain"  # name of the error handler for characters that a stream's encoding lacks
PLAIN = {
    "“": '"', "”": '"', "‘": "'", "’": "'", "…": "...", "–": "-", "—": "-", "×": "x", "·": ".", "→": "->", "█": "#",
    "\u00a0": " ", "\u202f": " ", "²": "^2", "±": "+-", "≤": "<=", "≥": ">=",
}  # fmt: skip


def mend() -> None:
    """To be called once, before anything is opened or written.

    A closed descriptor would be given to the next file that is opened, and what is meant for people would be written
    into that. What an encoding lacks (cp850, cp1252 and ASCII are what pipes of Windows and old systems use) is written
    in plain characters instead of failing.
    """
    for descriptor, name, mode in STANDARD:
        if getattr(sys, name) is None:  # so Python marks descriptors that were closed when it started
            setattr(sys, name, _nowhere(descriptor, mode))
    codecs.register_error(ERRORS, _plain)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=ERRORS)


def silence(stream: TextIO) -> None:
    """Let what is still to be written to a stream that takes nothing any more vanish, also at the program's end."""
    if stream in (sys.stdout, sys.stderr):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def _nowhere(descriptor: int, mode: Literal["r", "w"]) -> TextIO:
    try:
        os.fstat(descriptor)
    except OSError:
        opened = os.open(os.devnull, os.O_RDWR)
        if opened != descriptor:
            os.dup2(opened, descriptor)
            os.close(opened)
        return open(descriptor, mode, encoding="utf-8", closefd=False)
    return open(os.devnull, mode, encoding="utf-8")  # noqa: PTH123 something else has the descriptor already


def _plain(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    characters = error.object[error.start : error.end]
    return "".join(PLAIN.get(one) or one.encode("ascii", "backslashreplace").decode() for one in characters), error.end
