"""Two models on the same photos: what got better, what worse, and whether the difference means anything.

Both are judged on the same photos drawn anew (paired bootstrap), so that photos that are hard for both cancel out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import msgspec
import numpy as np

from ..errors import CarDamageError
from . import resampling
from .evaluation import Evaluation
from .figures import MEASURES, Figure, known, samplers
from .mistakes import PhotoResult
from .tallies import Tallies, subset

CLEAR = 0.05  # chance below which a difference counts as one


class Difference(msgspec.Struct, frozen=True):
    """One figure of both models, and B's less A's with its 95 % interval.

    `chance` says how often drawing photos anew would turn the sign of the difference round: two-sided, 0…1.
    """

    key: str
    of: str
    a: float | None
    b: float | None
    change: float | None
    low: float | None
    high: float | None
    chance: float | None
    count: int

    @property
    def figure(self) -> Figure:
        """B's figure, for its title and scale."""
        return Figure(self.key, self.of, self.b, count=self.count)

    @property
    def verdict(self) -> str:
        """ "better", "worse", "no clear difference" or "" where nothing was measured."""
        if self.change is None or self.chance is None:
            return ""
        if self.chance > CLEAR or not self.change:
            return "no clear difference"
        return "better" if (self.change > 0) == MEASURES[self.key].more_is_better else "worse"


class PhotoDifference(NamedTuple):
    """One photo of both evaluations; `change` is how much worse B is there."""

    a: PhotoResult
    b: PhotoResult
    change: float


class Comparison(msgspec.Struct, frozen=True):
    """Model B against model A: the differences, and the photos from those that gained most to those that lost most."""

    a: str
    b: str
    photos: int
    differences: tuple[Difference, ...]
    better: tuple[PhotoDifference, ...]
    worse: tuple[PhotoDifference, ...]
    notes: tuple[str, ...] = ()


Stored = tuple[Evaluation, Tallies, tuple[str, ...]]  # an evaluation, its arrays, and the photos' ids in their order


def compare(a: Stored, b: Stored, *, progress: Callable[[float], None] = lambda _: None) -> Comparison:
    """Compare on the photos that both were judged on. Raises CarDamageError where there are none."""
    (one, tallies_a, ids_a), (other, tallies_b, ids_b) = a, b
    place_a, place_b = ({name: i for i, name in enumerate(ids)} for ids in (ids_a, ids_b))
    shared = [name for name in ids_a if name in place_b and _same(tallies_a, tallies_b, place_a[name], place_b[name])]
    if not shared:
        raise CarDamageError(
            f"{one.model_name} and {other.model_name} have no photo in common.",
            "Evaluate both on the same photos with the same annotations.",
        )
    both = (
        subset(tallies_a, [place_a[name] for name in shared]),
        subset(tallies_b, [place_b[name] for name in shared]),
    )
    differences = list(_differences(*both, (one.threshold, other.threshold), progress))
    rows_a, rows_b = ({row.id: row for row in each.photos} for each in (one, other))
    changed = [
        PhotoDifference(rows_a[name], rows_b[name], rows_b[name].badness - rows_a[name].badness) for name in shared
    ]
    changed.sort(key=lambda each: (each.change, each.a.name))
    name_a, name_b = _names(one, other)
    return Comparison(
        a=name_a,
        b=name_b,
        photos=len(shared),
        differences=tuple(differences),
        better=tuple(each for each in changed if each.change < 0),
        worse=tuple(each for each in reversed(changed) if each.change > 0),
        notes=tuple(_notes(one, other, len(shared), len(ids_a), len(ids_b))),
    )


def _names(a: Evaluation, b: Evaluation) -> tuple[str, str]:
    """What tells the two apart: names, else thresholds, else when they were made."""
    made = [one.created[:16].replace("T", " ") for one in (a, b)]
    for names in (
        (a.model_name, b.model_name),
        (f"{a.model_name} from {a.threshold:.2f}", f"{b.model_name} from {b.threshold:.2f}"),
        (f"{a.model_name} ({made[0]})", f"{b.model_name} ({made[1]})"),
    ):
        if names[0] != names[1]:
            return names
    return f"{a.model_name} (A)", f"{b.model_name} (B)"


def _same(a: Tallies, b: Tallies, place_a: int, place_b: int) -> bool:
    """Whether both were judged by the same annotations of a photo."""
    areas = a.seen[place_a].areas, b.seen[place_b].areas
    return a.seen[place_a].size == b.seen[place_b].size and len(areas[0]) == len(areas[1]) and np.allclose(*areas)


def _differences(
    a: Tallies, b: Tallies, thresholds: tuple[float, float], progress: Callable[[float], None]
) -> Iterator[Difference]:
    photos = len(a.seen)
    once, drawn = np.ones((1, photos)), resampling.drawn(photos)
    of_b = {(one.key, one.of): one for one in samplers(b, threshold=thresholds[1])}
    of_a = [one for one in samplers(a, threshold=thresholds[0]) if (one.key, one.of) in of_b]
    for number, one in enumerate(of_a, start=1):
        other = of_b[one.key, one.of]
        value_a, value_b = float(one.values(once)[0]), float(other.values(once)[0])
        weights = drawn[: one.rounds]
        changes = other.values(weights) - one.values(weights)
        low, high = resampling.interval(changes)
        yield Difference(
            one.key,
            one.of,
            known(value_a),
            known(value_b),
            known(value_b - value_a),
            known(low),
            known(high),
            known(resampling.chance(changes)),
            one.number,
        )
        progress(number / len(of_a))


def _notes(a: Evaluation, b: Evaluation, shared: int, photos_a: int, photos_b: int) -> Iterator[str]:
    if shared < max(photos_a, photos_b):
        yield f"Compared on the {shared} photos that both were judged on with the same annotations."
    if a.threshold != b.threshold:
        yield f"Thresholds differ: {a.threshold:.2f} and {b.threshold:.2f}, each model's own."
