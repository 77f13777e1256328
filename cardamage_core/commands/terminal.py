"""Progress and tables for people, with tqdm: bars that move on a terminal, plain lines elsewhere."""

from __future__ import annotations

import io
import os
import shutil
import sys
import textwrap
import time
from collections.abc import Callable, Iterable, Sequence
from itertools import zip_longest
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, cast
from unicodedata import combining, east_asian_width

from . import Output

if TYPE_CHECKING:
    from tqdm import tqdm

A_MOMENT = 1.0  # seconds
NOW_AND_THEN = 10.0  # seconds between two lines where they cannot be overwritten
A_BLINK = 0.1  # seconds between two drawings of a bar
GAP = 2  # columns between two of a table


class Bar:
    """A progress line on stderr; sentences may be said in between."""

    def __init__(self, out: Output, *, moves: bool) -> None:
        self._out = out
        self._moves = moves
        self._last = 0.0
        self._share: float | None = None
        self._line: tqdm[Any] | None = None

    def show(self, text: str, share: float | None = None) -> None:
        """Replace the line, with a bar where the share done (0…1) is known; nothing to say changes nothing."""
        if not text:
            return
        if self._moves:
            self._draw(text, share)
        elif time.monotonic() - self._last >= NOW_AND_THEN:
            self._last = time.monotonic()
            self._out.progress(text if share is None else f"{text}: {share:.0%}")

    def say(self, text: str) -> None:
        """Say a sentence above the line."""
        self._clear()
        self._out.progress(text)

    def _draw(self, text: str, share: float | None) -> None:
        if (share is None) != (self._share is None) or (share or 0.0) < (self._share or 0.0):
            self._clear()  # other work, whose speed has nothing to do with the last
        self._share = share
        if self._line is None:
            self._line = _line(self._out, with_share=share is not None)
        elif time.monotonic() - self._last < A_BLINK:
            return
        self._last = time.monotonic()
        self._line.n = share or 0.0
        self._line.set_description_str(_cut(text))

    def _clear(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None

    def __enter__(self) -> Bar:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._clear()


def shares(bar: Bar, text: str) -> Callable[[float], None]:
    """To be told what share of some work is done; shows nothing of work that is over in a moment."""
    begun = time.monotonic()

    def tell(share: float) -> None:
        if time.monotonic() - begun >= A_MOMENT:
            bar.show(text, share)

    return tell


def bar_for(out: Output) -> Bar:
    """The bar that fits where stderr goes."""
    return Bar(out, moves=out.is_terminal and os.environ.get("TERM") not in ("dumb", "unknown"))


def table(header: Sequence[str], rows: Iterable[Sequence[object]], *, right: Sequence[str] = ()) -> str:
    """Columns two spaces apart, the ones named in `right` aligned to the right; on a terminal as wide as fits."""
    cells = [list(header), *([str(cell) for cell in row] for row in rows)]
    natural = [max(map(_width, column)) for column in zip(*cells, strict=True)]
    is_terminal = sys.stdout.isatty()
    widths = _fitted(natural, shutil.get_terminal_size().columns) if is_terminal else natural
    to_right = [name in right for name in header]
    first, *others = (_row(row, widths, to_right) for row in cells)
    return "\n".join([_bold(first) if is_terminal else first, *others])


def _fitted(widths: list[int], columns: int) -> list[int]:
    """The widest columns made narrower, until all fit side by side."""
    fitted = list(widths)
    while sum(fitted) + GAP * (len(fitted) - 1) > columns and max(fitted) > 1:
        fitted[fitted.index(max(fitted))] -= 1
    return fitted


def _row(cells: Sequence[str], widths: Sequence[int], to_right: Sequence[bool]) -> str:
    """A row in one line, or in several where a cell is wider than its column."""
    folded = [_folded(cell, width) for cell, width in zip(cells, widths, strict=True)]
    return "\n".join(
        (" " * GAP).join(map(_padded, line, widths, to_right)).rstrip() for line in zip_longest(*folded, fillvalue="")
    )


def _folded(cell: str, width: int) -> list[str]:
    lines = cell.split("\n")
    if max(map(_width, lines)) <= width:
        return lines
    return [part for line in lines for part in textwrap.wrap(line, width) or [""]]


def _padded(text: str, width: int, to_right: bool) -> str:
    space = " " * (width - _width(text))
    return space + text if to_right else text + space


def _width(text: str) -> int:
    """Columns that the widest line takes on a terminal: two for each character of Chinese, Japanese or Korean."""
    return max(sum(2 if east_asian_width(c) in "WF" else not combining(c) for c in line) for line in text.split("\n"))


def _bold(text: str) -> str:
    return "\n".join(f"\x1b[1m{line}\x1b[0m" for line in text.split("\n"))


class _Stream(io.TextIOBase):
    """What progress is written to: a command's stderr, whose failures stop nothing."""

    def __init__(self, out: Output) -> None:
        self._out = out

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """Decides whether bars are drawn with ASCII."""
        return self._out.encoding

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self._out.write(text)
        return len(text)


def _line(out: Output, *, with_share: bool) -> tqdm[Any]:
    from tqdm import tqdm

    tqdm.monitor_interval = 0  # no thread that watches it
    return tqdm(
        total=1.0 if with_share else None,
        file=cast(IO[str], _Stream(out)),
        leave=False,
        ncols=shutil.get_terminal_size().columns,
        bar_format="{desc} {bar} {percentage:3.0f}% {remaining}" if with_share else "{desc}",
    )


def _cut(text: str) -> str:
    columns = shutil.get_terminal_size().columns
    return text if len(text) < columns else f"{text[: columns - 1]}…"
