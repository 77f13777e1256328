"""Assesses photos on this computer: a thread for each core, each with a process of its own that predicts."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from ..errors import CarDamageError, reason_of
from ..models.registry import Model
from .assessor import Assessor
from .manifest import Item
from .table import Row

LOOK_AGAIN = 0.2  # seconds
Found = Row | CarDamageError | None


def rows(
    items: Iterable[Item], models: Sequence[Model], *, threshold: float, workers: int, stop: Callable[[], bool]
) -> Iterator[Row]:
    """The rows of the photos as they come, until `stop()` says so. Raises ModelError where no model can be loaded."""
    source = _Source(items)
    found: queue.Queue[Found] = queue.Queue()
    threads = [
        threading.Thread(target=_work, args=(source, Assessor(models, threshold), found), name=f"assessor {number}")
        for number in range(workers)
    ]
    for thread in threads:
        thread.start()
    try:
        yield from _taken(found, len(threads), source, stop=stop)
    finally:
        source.end()
        for thread in threads:
            thread.join()


def _taken(found: queue.Queue[Found], workers: int, source: _Source, *, stop: Callable[[], bool]) -> Iterator[Row]:
    while workers:
        if stop():
            source.end()
        try:
            one = found.get(timeout=LOOK_AGAIN)
        except queue.Empty:
            continue
        if isinstance(one, CarDamageError):
            raise one
        if one is None:
            workers -= 1
        else:
            yield one


class _Source:
    """Hands each item to one thread."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._items = iter(items)
        self._turn = threading.Lock()
        self._ended = False

    def next(self) -> Item | None:
        with self._turn:
            return None if self._ended else next(self._items, None)

    def end(self) -> None:
        self._ended = True


def _work(source: _Source, assessor: Assessor, found: queue.Queue[Found]) -> None:
    try:
        assessor.load()
        while (item := source.next()) is not None:
            found.put(assessor.row(item, Path(item.photo)))
    except CarDamageError as error:
        found.put(error)
    except Exception as error:  # noqa: BLE001 the border of the thread: the reader must not wait for ever
        found.put(
            CarDamageError(
                "The assessment ended with an error of the program.", f"{type(error).__name__}: {reason_of(error)}"
            )
        )
    finally:
        assessor.close()
        found.put(None)
