"""Does every chunk go to an actor that stands? Ray is played by a small class: whether an actor ever starts is set."""

from __future__ import annotations

from types import SimpleNamespace

import msgspec
import pytest

from cardamage_core.bulk import table
from cardamage_core.bulk.manifest import Item
from cardamage_core.cluster.actors import Actors, Chunk, Photo
from cardamage_core.errors import JobError

CHUNKS = [Chunk((Photo(Item(f"{number}.png"), f"{number}.png", is_here=False),)) for number in range(6)]


class ActorDiedError(Exception):
    """What Ray raises for each answer of an actor that died."""


class Answer:
    """The reference of an answer that an actor owes."""

    def __init__(self, actor: _Actor, value: object = None) -> None:
        self.actor, self.value = actor, value


class Ray:
    """Two free cores; the first actor starts, the others only where `starts` says so."""

    exceptions = SimpleNamespace(RayActorError=ActorDiedError, RayTaskError=ZeroDivisionError)

    def __init__(self, *, starts: int) -> None:
        self.actors: list[_Actor] = []
        self._starts = starts

    def remote(self, **_options):
        return lambda kind: SimpleNamespace(remote=self._begin)

    def available_resources(self):
        return {"CPU": 2.0 - sum(actor.stands_now for actor in self.actors)}

    def wait(self, answers, *, num_returns=1, timeout):
        here = [answer for answer in answers if answer.actor.stands_now or answer.actor.died][:num_returns]
        return here, [answer for answer in answers if answer not in here]

    def get(self, answer):
        if answer.actor.died:
            raise ActorDiedError(answer.actor.died)
        return answer.value

    def _begin(self, _threshold):
        self.actors.append(_Actor(stands_now=len(self.actors) < self._starts))
        return self.actors[-1]


class _Actor:
    def __init__(self, *, stands_now: bool) -> None:
        self.stands_now, self.died = stands_now, ""
        self.stands = SimpleNamespace(remote=lambda: Answer(self))
        self.rows = SimpleNamespace(remote=self._rows)

    def _rows(self, photos, _contents):
        items = [photo.item for photo in msgspec.json.decode(photos, type=list[Photo])]
        return Answer(self, msgspec.json.encode([table.row_of(item, problem="x") for item in items]))


def assessed(actors: Actors, chunks: list[Chunk]) -> list[str]:
    """Hand out until all is answered, in a hundred turns at most."""
    waiting, found = list(chunks), []
    for _ in range(100):
        while waiting and actors.take(waiting[-1]):
            waiting.pop()
        rows, lost = actors.finished()
        found += [row.photo for row in rows]
        waiting += lost
        if not waiting and not actors.busy:
            return sorted(found)
    raise AssertionError(f"{len(found)} of {len(chunks)} photos after a hundred turns")


@pytest.mark.parametrize("starts", [1, 2])
def test_an_actor_that_never_starts_keeps_no_photo(starts):
    """A node died a moment ago and is not missed yet: what is asked for there waits for a core for ever."""
    ray = Ray(starts=starts)
    assert assessed(Actors(ray, None), CHUNKS) == [f"{number}.png" for number in range(6)]
    assert len(ray.actors) == 2


def test_the_chunks_of_an_actor_that_dies_come_back():
    ray = Ray(starts=2)
    actors = Actors(ray, None)
    actors.finished()  # both stand
    assert actors.take(CHUNKS[0])
    ray.actors[0].died = "its node is gone"
    assert actors.finished() == ([], [CHUNKS[0]])
    assert assessed(actors, CHUNKS) == [f"{number}.png" for number in range(6)]


def test_an_actor_that_cannot_load_the_models_ends_the_job():
    ray = Ray(starts=0)
    actors = Actors(ray, None)
    ray.actors[0].died = "The actor died because of an error raised in its creation task"
    with pytest.raises(JobError, match="models could not be loaded"):
        actors.finished()
