"""A bulk assessment on a Ray cluster: `python -m cardamage_core.cluster.assessment_driver SUBMISSION`, run by Ray Jobs.

An actor on each free core keeps the models loaded. Photos are handed to the actors as they arrive; rows come back as
JSON and are gathered into parts, which are then taken away. An actor, or a node, that dies costs time only.
"""

from __future__ import annotations

import importlib
import itertools
import queue
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from ..bulk import table
from ..bulk.manifest import Item
from ..bulk.table import Collector, Row
from ..errors import CarDamageError, JobError, reason_of
from . import driver, parcel
from .actors import Actors, Chunk, Photo
from .assessment import ITEMS, ORDER, PARTS, Order
from .driver import Driver

CHUNK = 4  # photos that an actor gets at once
TRIES = 3  # of a chunk, before its photos are tried alone, and of a photo, before it gets a row that says so
BACKLOG = 500  # photos on this node that wait for an actor, above which no more are taken in
UNTAKEN = 50  # parts that wait to be taken away, above which no more photos are handed out


def main(arguments: list[str]) -> int:
    """Assess the photos that are on their way under this name."""
    return driver.run(arguments[0], lambda at: _Assessment(at).run())


class _Assessment:
    def __init__(self, at: Driver) -> None:
        self._driver = at
        self._ray: Any = importlib.import_module("ray")
        self._ready: queue.Queue[Photo | CarDamageError | None] = queue.Queue(BACKLOG)
        self._collector = Collector(self._store)
        self._parts = 0
        self._threshold: float | None = None
        (at.shown / PARTS).mkdir(exist_ok=True)

    def run(self) -> Sequence[Path]:
        """Take in, hand out, gather, until all photos have a row or a stop is requested."""
        receiver = threading.Thread(target=self._receive, daemon=True)
        receiver.start()
        first = self._ready.get()
        if isinstance(first, CarDamageError):
            raise first
        actors = Actors(self._ray, self._threshold)
        self._hand_out(actors, first)
        self._collector.flush()
        return self._left()

    def _hand_out(self, actors: Actors, first: Photo | None) -> None:
        waiting: list[Chunk] = []
        arriving = _Arriving(self._ready, first)
        while not self._driver.asked(parcel.STOP):
            while not waiting and (photos := arriving.some()):
                waiting.append(Chunk(photos))
            while waiting and len(self._left()) < UNTAKEN and actors.take(waiting[-1]):
                waiting.pop()
                waiting += [Chunk(photos) for photos in ([arriving.some()] if not waiting else []) if photos]
            rows, lost = actors.finished()
            self._collector.take(rows)
            for chunk in lost:
                waiting += self._again(chunk)
            self._driver.tell(self._left())
            if arriving.over and not waiting and not actors.busy:
                return
            if not actors.busy:
                driver.pause()

    def _again(self, chunk: Chunk) -> list[Chunk]:
        """A chunk whose actor died: once more; photos that killed several actors are tried alone, then given up."""
        if chunk.tries + 1 < TRIES:
            return [chunk._replace(tries=chunk.tries + 1)]
        if len(chunk.photos) > 1:
            return [Chunk((photo,)) for photo in chunk.photos]
        problem = f"The process that looked at it ended {TRIES} times."
        self._collector.take([table.row_of(chunk.photos[0].item, problem=problem)])
        return []

    def _store(self, rows: Sequence[Row]) -> None:
        table.write_part(rows, self._driver.shown / PARTS / f"part-{self._parts:09d}.parquet")
        self._parts += 1

    def _left(self) -> list[Path]:
        """The parts that were not taken away yet; those that were are removed."""
        taken = self._driver.acknowledged()
        parts = [self._driver.shown / PARTS / f"part-{number:09d}.parquet" for number in range(self._parts)]
        for path in parts[:taken]:
            path.unlink(missing_ok=True)
        return parts[taken:]

    # Taking in, in a thread of its own

    def _receive(self) -> None:
        try:
            for photo in self._photos():
                self._ready.put(photo)
            self._ready.put(None)
        except CarDamageError as error:
            self._ready.put(error)
        except Exception as error:  # noqa: BLE001 the border of the thread
            self._ready.put(
                JobError("The photos could not be taken in.", f"{type(error).__name__}: {reason_of(error)}")
            )

    def _photos(self) -> Iterator[Photo]:
        at = self._driver
        names = parcel.receive(at.entries(), at.hidden, at.part, taken=at.taken)
        listed = list(itertools.islice(names, 2))
        assert listed == [ORDER, ITEMS], listed
        order = msgspec.json.decode((at.hidden / ORDER).read_bytes(), type=Order)
        items = msgspec.json.decode((at.hidden / ITEMS).read_bytes(), type=list[tuple[Item, str]])
        self._threshold = order.threshold
        if order.reads_paths:
            yield from (Photo(item, path, is_here=False) for item, path in items)
            return
        for (item, name), _ in zip(items, names, strict=True):
            yield Photo(item, str(at.hidden / name), is_here=True)


class _Arriving:
    """The photos that are ready, in chunks."""

    def __init__(self, ready: queue.Queue[Photo | CarDamageError | None], first: Photo | None) -> None:
        self._ready = ready
        self._kept = [] if first is None else [first]
        self.over = first is None

    def some(self) -> tuple[Photo, ...]:
        """Up to CHUNK photos; () where none is ready. Raises CarDamageError where no more come."""
        while len(self._kept) < CHUNK and not self.over:
            try:
                found = self._ready.get_nowait()
            except queue.Empty:
                break
            if isinstance(found, CarDamageError):
                raise found
            if found is None:
                self.over = True
            else:
                self._kept.append(found)
        chunk, self._kept = tuple(self._kept[:CHUNK]), self._kept[CHUNK:]
        return chunk


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
