"""How does an import tell how far it is, and stop when nobody wants it any more?"""

from __future__ import annotations

import itertools
from collections.abc import Callable

from ..errors import ProjectError

Progress = Callable[[float], None]  # 0…1
Cancelled = Callable[[], bool]


class ImportStoppedError(ProjectError):
    """The user stopped an import."""

    def __init__(self) -> None:
        super().__init__("The import was stopped; nothing came in.")


def stop_if(cancelled: Cancelled | None) -> None:
    """ImportStoppedError when `cancelled` says so."""
    if cancelled and cancelled():
        raise ImportStoppedError


def watch(total: int, progress: Progress | None, cancelled: Cancelled | None) -> Callable[[], None]:
    """To be called for each of `total` things: tells `progress` now and then, and stops when `cancelled` says so."""
    counter = itertools.count(1)

    def step() -> None:
        stop_if(cancelled)
        done = next(counter)
        if progress and (done % 50 == 0 or done == total):
            progress(done / total)

    return step


def telling(progress: Progress | None, cancelled: Cancelled | None, *, upto: float) -> Callable[[float], None]:
    """To be called with the share done of a part that ends at `upto` of the whole; stops when `cancelled` says so."""

    def tell(share: float) -> None:
        stop_if(cancelled)
        if progress:
            progress(upto * share)

    return tell


def after(progress: Progress | None, begun: float) -> Progress | None:
    """The progress of what is left once `begun` of the whole is done."""
    return progress and (lambda share: progress(begun + (1 - begun) * share))
