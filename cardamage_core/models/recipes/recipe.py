"""The recipes: which sources, classes and training make each model that comes with the program."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from ...annotations.model import AnnotatedPhoto, Dataset, Label, Region
from ...training.job import ClassRule, TrainingJob
from . import sources

PALETTE = ("#e6194b", "#4363d8", "#f58231", "#3cb44b", "#911eb4", "#46f0f0", "#f032e6", "#bcf60c", "#008080", "#9a6324")
LITE0 = {"backbone": "efficientnet_lite0", "pixel_mean": (127.0, 127.0, 127.0), "pixel_scale": 128.0}
FINE = {  # P2 and small anchors for thin and small damage
    "anchor_strides": (4, 8, 16, 32, 64),
    "anchor_sizes": (16.0, 32.0, 64.0, 128.0, 256.0),
    "anchor_ratios": (0.25, 0.5, 1.0, 2.0, 4.0),
}


class Recipe(NamedTuple):
    """One model: `repeats` says how often a photo of each source stands in one round, `select` which photos do."""

    job: TrainingJob
    labels: Mapping[str, Callable[[str], str]]
    role: str
    repeats: Mapping[str, int]
    select: Callable[[AnnotatedPhoto], bool] = lambda _: True


def _has_damage(one: AnnotatedPhoto) -> bool:
    """Photos of igor teach only where one of their regions follows our convention of outlining."""
    return sources.source_of(one) != "igor" or any(region.label != sources.IGNORED for region in one.regions)


DAMAGE = Recipe(
    job=TrainingJob(
        name="damage",
        epochs=18,
        steps=200,
        classes=tuple(ClassRule(name, (name,)) for name in ("scratch", "dent", "broken", "glass", "lamp")),
        ignored=(sources.IGNORED,),
        layers="heads:2,all:16",
        changes=LITE0
        | FINE
        | {
            "image_min_side": 384,
            "image_max_side": 384,
            "canvas": "square",
            "scale_jitter": 0.35,
            "colour_jitter": 0.2,
        },
    ),
    labels=sources.DAMAGE_LABELS,
    role="damage",
    repeats={"bilgi": 2},
    select=_has_damage,
)
RECIPES = {"damage": DAMAGE}


def dataset_of(recipe: Recipe, data: Path) -> Dataset:
    """All photos of the recipe's sources with their splits; those to learn from stand in it as often as they count."""
    photos: list[AnnotatedPhoto] = []
    for name, relabel in recipe.labels.items():
        photos += sources.read_source(data, name, relabel)
    typed = {one.photo.path for one in photos if sources.source_of(one) == "seed_types"}
    photos = [one for one in photos if sources.source_of(one) != "seed" or one.photo.path not in typed]
    photos = sources.grouped_split(photos)
    repeated = [
        one
        for one in photos
        for _ in range(recipe.repeats.get(sources.source_of(one), 1) if one.photo.split == "train" else 1)
        if recipe.select(one)
    ]
    names = sorted({region.label for one in photos for region in one.regions})
    labels = [
        Label(name, PALETTE[i % len(PALETTE)], role=recipe.role)  # type: ignore[arg-type]
        for i, name in enumerate(names)
    ]
    return Dataset(tuple(repeated), tuple(labels))


def union_of(regions: tuple[Region, ...]) -> tuple[Region, ...]:
    """Regions as they are: a place for recipes that derive one region from many."""
    return regions
