"""Progress and tables for people, drawn by rich: bars that move on a terminal, plain lines elsewhere."""

from __future__ import annotations

import io
import os
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from types import TracebackType
from typing import IO, TYPE_CHECKING, cast

from . import Output

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

A_MOMENT = 1.0  # seconds
NOW_AND_THEN = 10.0  # seconds between two lines where they cannot be overwritten
UNBOUNDED = 100_000  # columns: outside a terminal no line of a table is broken


class Bar:
    """A progress line on stderr; sentences may be said in between."""

    def __init__(self, out: Output, *, moves: bool) -> None:
        self._out = out
        self._moves = moves
        self._last = 0.0
        self._share: float | None = None
        self._progress: Progress | None = None

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
        if self._progress is None:
            self._progress = _progress(self._out, with_share=share is not None)
            self._progress.add_task(text)
        self._progress.update(
            self._progress.task_ids[0], description=text, total=None if share is None else 1.0, completed=share or 0.0
        )
        self._progress.start()

    def _clear(self) -> None:
        if self._progress is not None:
            self._progress.stop()
            self._progress = None

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
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in header:
        drawn.add_column(Text(name), justify="right" if name in right else "left", overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(str(cell)) for cell in row))
    console = _stdout()
    with console.capture() as captured:
        console.print(drawn)
    return "\n".join(line.rstrip() for line in captured.get().rstrip("\n").split("\n"))


def _stdout() -> Console:
    from rich.console import Console

    is_terminal = sys.stdout.isatty()
    return Console(file=sys.stdout, force_terminal=is_terminal, width=None if is_terminal else UNBOUNDED)


class _Stream(io.TextIOBase):
    """What rich writes progress to: a command's stderr, whose failures stop nothing."""

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


def _progress(out: Output, *, with_share: bool) -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    text = TextColumn("{task.description}", markup=False)
    columns = (text, BarColumn(), TaskProgressColumn(), TimeRemainingColumn()) if with_share else (text,)
    console = Console(file=cast(IO[str], _Stream(out)), force_terminal=True)
    return Progress(*columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False)
