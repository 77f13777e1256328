"""Progress bars and plain tables on the terminal."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable, Sequence
from types import TracebackType

from . import Output

A_MOMENT = 1.0  # seconds
NOW_AND_THEN = 10.0  # seconds between two lines where they cannot be overwritten


class Bar:
    """A progress line on stderr; sentences may be said in between."""

    def __init__(self, out: Output, *, rewrite: bool) -> None:
        self._out = out
        self._rewrite = rewrite
        self._shown = False
        self._last = 0.0

    def show(self, text: str) -> None:
        """Replace the line; nothing to say changes nothing."""
        if not text:
            return
        if self._rewrite:
            width = shutil.get_terminal_size().columns - 1
            self._out.write(f"\r\x1b[K{text[:width]}")
            self._shown = True
        elif time.monotonic() - self._last >= NOW_AND_THEN:
            self._last = time.monotonic()
            self._out.progress(text)

    def say(self, text: str) -> None:
        """Say a sentence above the line."""
        self._clear()
        self._out.progress(text)

    def _clear(self) -> None:
        if self._shown:
            self._out.write("\r\x1b[K")
            self._shown = False

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
            bar.show(f"{text}: {share:.0%}")

    return tell


def bar_for(out: Output) -> Bar:
    """The bar that fits where stderr goes."""
    return Bar(out, rewrite=out.is_terminal)


def table(header: Sequence[str], rows: Iterable[Sequence[object]], *, right: Sequence[str] = ()) -> str:
    """Columns two spaces apart, the ones named in `right` aligned to the right."""
    lines = [list(header), *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(header))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if name in right else cell.ljust(width)
            for cell, width, name in zip(line, widths, header, strict=True)
        ).rstrip()
        for line in lines
    )
