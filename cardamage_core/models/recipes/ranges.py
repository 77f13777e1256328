"""Measures how often the annotated share of the car lies inside the range that `assessment` gives.

`python -m cardamage_core.models.recipes.ranges --data DIR` looks at the test photos of bilgi and seed, from which no
model learned, with the models in the box. The car outline is the model's, for prediction and annotation alike, and is
taken as accepted, so that every photo has a figure; all damages are open, as before a person decided anything.
`assessment.spread.STRETCH` is the least tenth with which four of five validation photos lie inside.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from ...annotations.labels import new_labels
from ...annotations.model import AnnotatedPhoto, Label, Region
from ...assessment.areas import area_of
from ...assessment.damage import assess, is_counted
from ...assessment.spread import decided_range
from ...inference.client import Predictor
from .. import registry
from . import sources
from .recipe import DAMAGE, dataset_of

SOURCES = ("bilgi", "seed", "seed_types")


class Coverage(NamedTuple):
    """Of so many photos, how many lie inside the range; `before`: inside the outlines of counted damage alone.

    `below` and `above` are those whose annotated share lies under and over the range, `width` its median, in percent
    points. `trusted` are the photos that have a figure without a person.
    """

    photos: int
    inside: int
    before: int
    below: int
    above: int
    width: float
    trusted: int
    trusted_inside: int

    @property
    def text(self) -> str:
        """One line."""
        return (
            f"{self.inside} of {self.photos} inside ({self.inside / max(1, self.photos):.0%}; outlines alone "
            f"{self.before / max(1, self.photos):.0%}), {self.below} below, {self.above} above, median width "
            f"{self.width:.1f}; {self.trusted_inside} of {self.trusted} where the car is recognised"
        )


def coverage(
    photos: Iterable[AnnotatedPhoto],
    predictions: Mapping[str, Sequence[Region]],
    labels: Sequence[Label],
    *,
    threshold: float,
) -> Coverage:
    """Compare annotated shares with ranges; `predictions` by photo id, photos without a car outline are left out."""
    rows = [
        row for one in photos if (row := _row(one, predictions[one.photo.id], labels, threshold=threshold)) is not None
    ]
    truth, low, high, first, last, trusted = np.array(rows, float).reshape(-1, 6).T
    inside = (low <= truth + 1e-6) & (truth <= high + 1e-6)
    return Coverage(
        photos=len(truth),
        inside=int(inside.sum()),
        before=int(((first <= truth + 1e-6) & (truth <= last + 1e-6)).sum()),
        below=int((truth < low - 1e-6).sum()),
        above=int((truth > high + 1e-6).sum()),
        width=float(np.median(high - low)) if len(truth) else 0.0,
        trusted=int(trusted.sum()),
        trusted_inside=int((inside & (trusted > 0)).sum()),
    )


def _row(
    one: AnnotatedPhoto, found: Sequence[Region], labels: Sequence[Label], *, threshold: float
) -> tuple[float, ...] | None:
    """Annotated share, range, range of the outlines alone, and whether the figure is given without a person."""
    roles = {label.name: label.role for label in labels}
    cars = [msgspec.structs.replace(r, review="accepted") for r in found if roles.get(r.label) == "car"]
    if not cars:
        return None
    others = [r for r in found if roles.get(r.label) != "car"]
    seen = assess(one.photo, [*cars, *others], labels, threshold=threshold)
    real = [r for r in one.regions if r.label != sources.IGNORED]
    truth = assess(one.photo, [*cars, *(msgspec.structs.replace(r, label="dent") for r in real)], labels)
    if seen.low is None or seen.high is None or truth.percent is None:
        return None
    counted = [r for r in others if roles.get(r.label) == "damage" and is_counted(r, threshold)]
    outlines = decided_range(counted, area_of(cars[0].shape))
    trusted = assess(one.photo, found, labels, threshold=threshold).determined
    return truth.percent, seen.low, seen.high, *outlines, float(trusted)


def main(arguments: list[str] | None = None) -> int:
    """Predict and print the coverage of both splits."""
    parser = argparse.ArgumentParser(prog="python -m cardamage_core.models.recipes.ranges", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with the sources (bilgi, seed, …)")
    given = parser.parse_args(arguments)
    models = registry.bundled()
    labels: tuple[Label, ...] = ()
    for model in models:
        labels += new_labels(model.card.classes, labels, roles=model.card.roles)
    dataset = dataset_of(DAMAGE, given.data, given.data)
    with Predictor(*(model.folder for model in models)) as predictor:
        for split in ("val", "test"):
            some = {
                one.photo.id: one
                for one in dataset.photos
                if one.photo.split == split and sources.source_of(one) in SOURCES
            }
            found = {key: predictor.predict(one.photo.path) for key, one in some.items()}
            threshold = models[0].card.threshold or 0.5
            sys.stdout.write(f"{split}: {coverage(some.values(), found, labels, threshold=threshold).text}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
