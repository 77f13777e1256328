"""The actors of a bulk assessment on a Ray cluster: one on each free core, with the models loaded once.

Ray carries photos and rows between nodes as bytes of ours; this module is imported on each node, never sent.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from ..bulk import assessor
from ..bulk.manifest import Item
from ..bulk.table import Row
from ..errors import JobError, reason_of

LOOK = 1.0  # seconds between two looks for free cores
AHEAD = 2  # chunks that an actor has at once, so that it never waits


class Photo(NamedTuple):
    """A photo that is ready: where it lies on this node, or on all of them."""

    item: Item
    path: str
    is_here: bool  # and has to be sent to the actor


class Chunk(NamedTuple):
    """Photos that one actor gets at once, and how often they were handed out before."""

    photos: tuple[Photo, ...]
    tries: int = 0


class Actor:
    """The process on a core of the cluster: models loaded once, photo after photo."""

    def __init__(self, threshold: float | None) -> None:
        """Load the models, which are in the package of code."""
        models = assessor.usual_models()
        self._assessor = assessor.Assessor(models, assessor.conditions_of(models, threshold).threshold)
        self._assessor.load()

    def stands(self) -> None:
        """Answers once the models are loaded."""

    def rows(self, photos: bytes, contents: Sequence[bytes | None]) -> bytes:
        """The rows of some photos; their paths and items, and the rows, as JSON."""
        found = []
        for photo, content in zip(msgspec.json.decode(photos, type=list[Photo]), contents, strict=True):
            if content is None:
                found.append(self._assessor.row(photo.item, Path(photo.path)))
                continue
            with tempfile.TemporaryDirectory(prefix="cardamage-") as folder:
                path = Path(folder) / Path(photo.path).name
                path.write_bytes(content)
                found.append(self._assessor.row(photo.item, path))
        return msgspec.json.encode(found)


class Actors:
    """An actor for each core that is free; where nodes come or go, so do actors.

    One that was asked for on a node that dies may wait for a core for ever, so that chunks go to actors that stand.
    """

    def __init__(self, ray: Any, threshold: float | None) -> None:
        self._ray, self._threshold = ray, threshold
        self._kind = ray.remote(num_cpus=1, max_restarts=0)(Actor)
        self._starting: dict[Any, Any] = {}  # actors by the reference of the answer that they stand
        self._load: dict[Any, int] = {}  # chunks with each actor that stands
        self._sent: dict[Any, tuple[Any, Chunk]] = {}  # by the reference of the answer
        self._next_look = 0.0
        self._grow()

    @property
    def busy(self) -> bool:
        """Whether answers are awaited."""
        return bool(self._sent)

    def take(self, chunk: Chunk) -> bool:
        """Give a chunk to the actor with the least to do; False where all have enough."""
        actor = min(self._load, key=lambda one: self._load[one], default=None)
        if actor is None or self._load[actor] >= AHEAD:
            return False
        contents = [Path(photo.path).read_bytes() if photo.is_here else None for photo in chunk.photos]
        answer = actor.rows.remote(msgspec.json.encode(chunk.photos), contents)
        self._sent[answer] = (actor, chunk)
        self._load[actor] += 1
        return True

    def finished(self) -> tuple[list[Row], list[Chunk]]:
        """The rows that came, after a moment at most, and the chunks whose actor died."""
        rows: list[Row] = []
        lost: list[Chunk] = []
        for answer in self._answers():
            if answer in self._starting:
                self._greet(answer)
                continue
            actor, chunk = self._sent.pop(answer)
            try:
                rows += msgspec.json.decode(self._ray.get(answer), type=list[Row])
                if actor in self._load:  # not where another answer said that it died
                    self._load[actor] -= 1
                _remove(chunk)
            except self._ray.exceptions.RayActorError as error:
                self._check(error)
                self._load.pop(actor, None)
                lost.append(chunk)
            except self._ray.exceptions.RayTaskError as error:
                raise JobError("The assessment failed on a node.", reason_of(error)[-400:]) from error
        self._grow()
        return rows, lost

    def _answers(self) -> list[Any]:
        """All answers that are here, after a moment at most."""
        awaited = [*self._sent, *self._starting]
        if not awaited:
            return []
        first, left = self._ray.wait(awaited, timeout=0.5)
        more, _ = self._ray.wait(left, num_returns=len(left), timeout=0) if first and left else ([], [])
        return [*first, *more]

    def _greet(self, answer: Any) -> None:
        """An actor that was starting stands, or died."""
        actor = self._starting.pop(answer)
        try:
            self._ray.get(answer)
            self._load[actor] = 0
        except self._ray.exceptions.RayActorError as error:
            self._check(error)

    def _check(self, error: Exception) -> None:
        """An actor that cannot even load the models is no accident."""
        if "creation task" in str(error) or "__init__" in str(error):
            raise JobError("The models could not be loaded on a node.", reason_of(error)[-400:]) from error

    def _grow(self) -> None:
        """Ask for an actor on each core that is free; Ray is asked for them once a second at most."""
        if time.monotonic() < self._next_look:
            return
        self._next_look = time.monotonic() + LOOK
        free = int(self._ray.available_resources().get("CPU", 0))
        for _ in range(max(0, free - len(self._starting))):
            actor = self._kind.remote(self._threshold)
            self._starting[actor.stands.remote()] = actor


def _remove(chunk: Chunk) -> None:
    for photo in chunk.photos:
        if photo.is_here:
            Path(photo.path).unlink(missing_ok=True)
