"""How far do two people agree on damage, and how far does the model in the box? On demand:

    python tests/benchmarks/bench_agreement.py ../shared/data [--model]

Photos that stand in two collections, or twice in one, were outlined twice: one outlining judges the other, as it would
judge a model. With --model the damage model is judged in the same way on its test photos, at its threshold. Prints
JSON: precision and recall at IoU 0.5 and 0.3, kinds of damage not told apart, and the share of photos with a right
outline (IoU ≥ 0.3); 95 % intervals over photos drawn anew.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from shapely import affinity
from shapely.geometry.base import BaseGeometry

from cardamage_core.annotations import shapes
from cardamage_core.annotations.model import AnnotatedPhoto, Photo
from cardamage_core.evaluation import resampling
from cardamage_core.models import registry
from cardamage_core.models.recipes import sources
from cardamage_core.models.recipes.recipe import DAMAGE
from cardamage_core.project import near_duplicates
from cardamage_core.review.evidence import overlaps

TWICE = (("seed", "seed_types"), ("igor", "seed"), ("igor", "seed_types"), ("bilgi", "bilgi"))
SAME_BITS = 30  # of a perceptual hash, at most, between two files of one photo
SAME_ASPECT = 0.02


class Judged(NamedTuple):
    """Second outlines of one photo beside the first: the overlaps (first, second) and the scores of the second."""

    iou: np.ndarray
    scores: np.ndarray


def main() -> None:
    """Print the figures of each pair of collections, then the model's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--model", action="store_true", help="judge the damage model, too")
    given = parser.parse_args()
    read = [one for name, kind in sources.DAMAGE_LABELS.items() for one in sources.read_source(given.data, name, kind)]
    photos = sources.grouped_split(read)
    people = {" judged by ".join(reversed(names)): _people(given.data, names) for names in TWICE}
    print(json.dumps({name: figures(judged) for name, judged in people.items()}, indent=1), flush=True)
    if given.model:
        print(json.dumps(_model([one for one in photos if one.photo.split == "test" and one.regions]), indent=1))


def figures(judged: Sequence[Judged], threshold: float = 0.0) -> dict[str, object]:
    """Precision and recall of what is scored so or above."""
    found: dict[str, object] = {"photos": len(judged)}
    for least in (0.5, 0.3):
        right, given, wanted = np.array([_hits(one, least, threshold) for one in judged]).T
        found |= {f"precision at {least}": _share(right, given), f"recall at {least}": _share(right, wanted)}
    hit = np.array([(one.iou[:, one.scores >= threshold] >= 0.3).any() for one in judged])
    return found | {"a right outline": _share(hit, np.ones(len(hit)))}


def _hits(one: Judged, least: float, threshold: float) -> tuple[int, int, int]:
    """Right, given and wanted outlines of a photo; each takes the best that is free, best scores first."""
    free, right, order = set(range(len(one.iou))), 0, np.argsort(-one.scores, kind="stable")
    for second in order[one.scores[order] >= threshold]:
        best = max(free, key=lambda first: one.iou[first, second], default=None)
        if best is not None and one.iou[best, second] >= least:
            free.remove(best)
            right += 1
    return right, int((one.scores >= threshold).sum()), len(one.iou)


def _share(numerators: np.ndarray, denominators: np.ndarray) -> str:
    """A ratio of sums over photos with its interval."""
    low, high = resampling.interval(resampling.ratio(numerators, denominators, resampling.drawn(len(numerators))))
    return f"{numerators.sum() / denominators.sum():.2f} ({low:.2f}–{high:.2f})"


# People


def _people(data: Path, names: tuple[str, str]) -> list[Judged]:
    """The second collection's outlines judged by the first's, on the photos that stand in both."""
    wanted = [sources.read_source(data, name, sources.any_damage) for name in dict.fromkeys(names)]
    photos = [one for some in wanted for one in some if one.regions]
    hashes = near_duplicates.hashes([one.photo.path for one in photos], step=lambda: None)
    pairs = {tuple(sorted(pair, key=lambda i: names.index(sources.source_of(photos[i])))) for pair in _same(hashes)}
    both = [(photos[i], photos[j]) for i, j in sorted(pairs)]
    return [
        _judged(first.photo, first, second, np.ones(len(second.regions)))
        for first, second in both
        if (sources.source_of(first), sources.source_of(second)) == names and _same_aspect(first.photo, second.photo)
    ]


def _same(hashes: Sequence[np.ndarray | None]) -> list[tuple[int, int]]:
    return [(i, j) for i, j in near_duplicates.pairs(hashes) if (hashes[i] != hashes[j]).sum() <= SAME_BITS]


def _same_aspect(first: Photo, second: Photo) -> bool:
    return abs(first.width / first.height - second.width / second.height) <= SAME_ASPECT


def _judged(photo: Photo, first: AnnotatedPhoto, second: AnnotatedPhoto, scores: np.ndarray) -> Judged:
    iou, _ = overlaps(_areas(first, photo), _areas(second, photo))
    return Judged(iou, scores)


def _areas(one: AnnotatedPhoto, on: Photo) -> list[BaseGeometry]:
    """The areas of all regions, in the pixels of a photo that shows the same."""
    x, y = on.width / one.photo.width, on.height / one.photo.height
    return [affinity.scale(shapes.area(region.shape), x, y, origin=(0, 0)) for region in one.regions]


# The model


def _model(photos: Sequence[AnnotatedPhoto]) -> dict[str, object]:
    """The damage model's figures on test photos, by source."""
    from cardamage_core.inference.client import Predictor

    model = registry.default()
    roles = set(DAMAGE.titles.values()) | {"scratch", "dent"}
    found: dict[str, list[Judged]] = {}
    with Predictor(model.folder) as predictor:
        for one in photos:
            seen = [region for region in predictor.predict(Path(one.photo.path)) if region.label in roles]
            scores = np.array([region.origin.score or 0.0 for region in seen])
            second = AnnotatedPhoto(one.photo, tuple(seen))
            wanted = AnnotatedPhoto(one.photo, tuple(r for r in one.regions if r.label != sources.IGNORED))
            if wanted.regions:
                found.setdefault(sources.source_of(one), []).append(_judged(one.photo, wanted, second, scores))
    threshold = model.card.threshold or 0.5
    return {name: figures(judged, threshold) for name, judged in found.items()}


if __name__ == "__main__":
    main()
