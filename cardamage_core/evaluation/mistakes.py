"""Mistakes on photos, after TIDE (Bolya et al. 2020): missed, phantom, sloppy, wrong label; confusion of labels.

Masks above the threshold and true regions are paired one to one, those that overlap most first. A pair below SLOPPY has
a bad outline, one below LOOSE is none: its region is missed, its mask a phantom.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from ..annotations.model import AnnotatedPhoto
from .sights import RIGHT, Sight

LOOSE, SLOPPY = 0.1, 0.5  # IoU
KINDS = {
    "missed": "annotated damage that no mask above the threshold overlaps (IoU 0.1 or more)",
    "phantom": "masks above the threshold that overlap no annotated damage",
    "wrong": "masks that are right about the place (IoU 0.3 or more) and wrong about the label",
    "sloppy": "masks that lie on a damage, with an outline that fits badly (IoU below 0.5)",
}
BACKGROUND = "background"


class PhotoResult(msgspec.Struct, frozen=True, omit_defaults=True):
    """One photo of an evaluation: how many mistakes of each kind, and how bad they are together.

    `true_share` and `predicted_share` are damaged shares in percent; `line` is where its predictions begin in the file
    of predictions, in bytes.
    """

    id: str
    name: str
    path: str
    sha256: str = ""
    truth: int = 0
    predicted: int = 0
    missed: int = 0
    phantom: int = 0
    wrong: int = 0
    sloppy: int = 0
    badness: float = 0.0
    true_share: float = 0.0
    predicted_share: float = 0.0
    line: int = -1

    @property
    def mistakes(self) -> int:
        """How many there are."""
        return self.missed + self.phantom + self.wrong + self.sloppy

    @property
    def text(self) -> str:
        """What went wrong: "2 missed, 1 phantom"."""
        said = [f"{number} {kind}" for kind in KINDS if (number := getattr(self, kind))]
        return ", ".join(said) or "no mistake"


class Confusion(msgspec.Struct, frozen=True):
    """How often a true label (row) was predicted as another (column); the last of each is the background."""

    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


class Pairs(NamedTuple):
    """True regions and masks above the threshold of one photo, paired."""

    pairs: list[tuple[int, int, float]]  # true region, mask, IoU
    missed: list[int]
    phantom: list[int]


def paired(seen: Sight, least: float) -> Pairs:
    """Pair one to one what overlaps with an IoU of at least `least`, the best first."""
    overlaps = seen.overlaps
    found: list[tuple[int, int, float]] = []
    true, masks = set(range(overlaps.shape[0])), set(range(overlaps.shape[1]))
    for place in np.argsort(-overlaps, axis=None, kind="stable"):
        i, j = divmod(int(place), overlaps.shape[1])
        if overlaps[i, j] < least:
            break
        if i in true and j in masks:
            found.append((i, j, float(overlaps[i, j])))
            true.discard(i)
            masks.discard(j)
    doubled = {j for j in masks if len(overlaps) and overlaps[:, j].max() >= RIGHT}  # of a damage that has its mask
    return Pairs(found, sorted(true), sorted(masks - doubled))


def result_of(
    one: AnnotatedPhoto, seen: Sight, shares: np.ndarray, *, line: int, known: Collection[str]
) -> PhotoResult:
    """What went wrong on a photo; `seen` holds only what is above the threshold.

    `known` are the labels that the model knows: only of those a mask can have the wrong one.
    """
    found = paired(seen, LOOSE)
    wrong = [p for p in found.pairs if p[2] >= RIGHT and _is_wrong(seen.truth[p[0]], seen.predicted[p[1]], known)]
    sloppy = [p for p in found.pairs if p[2] < SLOPPY and p not in wrong]
    large = sum(min(1.0, float(seen.areas[i]) / seen.size * 10) for i in found.missed)  # what is large counts double
    badness = len(found.missed) + large + sum(float(seen.scores[j]) for j in found.phantom)
    badness += 0.5 * len(wrong) + sum(SLOPPY - p[2] for p in sloppy)
    return PhotoResult(
        id=one.photo.id,
        name=one.photo.name,
        path=one.photo.path,
        sha256=one.photo.sha256,
        truth=len(seen.areas),
        predicted=len(seen.scores),
        missed=len(found.missed),
        phantom=len(found.phantom),
        wrong=len(wrong),
        sloppy=len(sloppy),
        badness=round(badness, 4),
        true_share=round(float(shares[0]), 4),
        predicted_share=round(float(shares[1]), 4),
        line=line,
    )


def _is_wrong(truth: str, predicted: str, known: Collection[str]) -> bool:
    return truth in known and truth != predicted


def confusion(seen: Sequence[Sight], threshold: float) -> Confusion:
    """Count pairs by true and predicted label over all photos, at the threshold."""
    names = sorted({name for one in seen for name in (*one.truth, *one.above(threshold).predicted)})
    place = {name: i for i, name in enumerate(names)}
    counts = np.zeros((len(names) + 1, len(names) + 1), int)
    for one in seen:
        above = one.above(threshold)
        found = paired(above, RIGHT)
        for i, j, _ in found.pairs:
            counts[place[above.truth[i]], place[above.predicted[j]]] += 1
        for i in found.missed:
            counts[place[above.truth[i]], -1] += 1
        for j in found.phantom:
            counts[-1, place[above.predicted[j]]] += 1
    return Confusion((*names, BACKGROUND), tuple(tuple(map(int, row)) for row in counts))
