"""The recipes: which sources, classes and training make each model that comes with the program."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from ... import files, geometry
from ...annotations import shapes
from ...annotations.model import AnnotatedPhoto, Dataset, Label, Polygon, Region, Ring, Role
from ...training.job import ClassRule, TrainingJob
from . import sources
from .teacher import FILE, Teacher

PALETTE = ("#e6194b", "#4363d8", "#f58231", "#3cb44b", "#911eb4", "#46f0f0", "#f032e6", "#bcf60c", "#008080", "#9a6324")
FINISH = "finish"  # before the seed in the folder of a training that finishes a model


class Finish(NamedTuple):
    """Short trainings that go on from a first one, each with a seed of its own; their mean is the model.

    In one round a photo of each source stands `repeats` times as often as in the first training. The mean of weights is
    often better than each (Wortsman et al. 2022, Model soups).
    """

    steps: int
    learning_rate: float
    repeats: Mapping[str, int]
    seeds: tuple[int, ...]


class Recipe(NamedTuple):
    """One model: `repeats` says how often a photo of each source stands in one round to learn from (0: it only judges).

    `prepare` turns all photos of the sources, with their regions relabelled, into those that teach and judge. `finish`
    follows the training `job`.
    In use the model looks at the mirror image of each photo, too, `mirror_side` pixels long (None: not at all).
    """

    job: TrainingJob
    labels: Mapping[str, Callable[[str], str]]
    roles: Mapping[str, Role]
    repeats: Mapping[str, int]
    prepare: Callable[[list[AnnotatedPhoto], Path, Path], list[AnnotatedPhoto]]
    finish: Finish | None = None
    mirror_side: int | None = None
    titles: Mapping[str, str] = MappingProxyType({})  # names of classes in the model, where they differ from the labels
    summary: str = ""
    weaknesses: tuple[str, ...] = ()


def dataset_of(recipe: Recipe, data: Path, out: Path) -> Dataset:
    """The photos of the recipe's sources with their splits; those to learn from stand in it as often as they count.

    `out` is the folder of the training; results that took long to derive are kept there.
    """
    photos: list[AnnotatedPhoto] = []
    for name, relabel in recipe.labels.items():
        photos += sources.read_source(data, name, relabel)
    photos = recipe.prepare(sources.grouped_split(photos), data, out)
    names = sorted({region.label for one in photos for region in one.regions})
    labels = [
        Label(name, PALETTE[i % len(PALETTE)], role=recipe.roles.get(name, "damage")) for i, name in enumerate(names)
    ]
    return repeated(Dataset(tuple(photos), tuple(labels)), recipe.repeats)


def repeated(dataset: Dataset, repeats: Mapping[str, int]) -> Dataset:
    """The data set, in which photos of these sources to learn from stand so many times as often."""
    photos = [
        one
        for one in dataset.photos
        for _ in range(repeats.get(sources.source_of(one), 1) if one.photo.split == "train" else 1)
    ]
    return msgspec.structs.replace(dataset, photos=tuple(photos))


def finishing_job(recipe: Recipe, finish: Finish, *, seed: int, start: Path) -> TrainingJob:
    """One of the trainings that follow, from the model in the folder `start`."""
    return msgspec.structs.replace(
        recipe.job,
        epochs=1,
        steps=finish.steps,
        start=str(start),
        layers="all",
        learning_rate=finish.learning_rate,
        seed=seed,
    )


# ---- Damage --------------------------------------------------------------------------------------------------------


def _with_damage(photos: list[AnnotatedPhoto], _data: Path, _out: Path) -> list[AnnotatedPhoto]:
    """One version of each photo of the seed; of igor those with a region that follows our convention of outlining."""
    typed = {one.photo.path for one in photos if sources.source_of(one) == "seed_types"}
    return [
        one
        for one in photos
        if not (sources.source_of(one) == "seed" and one.photo.path in typed)
        and not (sources.source_of(one) == "igor" and all(r.label == sources.IGNORED for r in one.regions))
    ]


DAMAGE = Recipe(
    job=TrainingJob(
        name="damage",
        epochs=6,
        steps=550,
        start="imagenet",
        seed=1,
        classes=tuple(ClassRule(name, (name,)) for name in ("scratch", "dent", "broken", "glass", "lamp")),
        ignored=(sources.IGNORED,),
        layers="heads:1,all:5",
        learning_rate=4e-4,
        changes={
            "detection_rule": "object",
            "image_min_side": 384,
            "image_max_side": 384,
            "canvas": "square",
            "scale_jitter": 0.35,
            "colour_jitter": 0.2,
        },
    ),
    labels=sources.DAMAGE_LABELS,
    roles={},
    repeats={"bilgi": 2},
    prepare=_with_damage,
    finish=Finish(steps=300, learning_rate=1e-4, repeats={"carparts": 4, "undamaged": 4}, seeds=(6, 8)),
    mirror_side=320,
    titles={"broken": "broken part", "glass": "broken glass", "lamp": "broken lamp"},
    summary="Finds damage on photos of cars: on photos it never saw it puts a right outline on 82 of 100 damaged ones"
    " and raises a false alarm on 8 of 100 undamaged ones; thin scratches and damage under a hundredth of the photo it"
    " mostly misses.",
    weaknesses=(
        "Thin scratches, small dents and chips are often missed: look at the photo yourself.",
        "Reflections, dirt, shadows and open doors or bonnets are sometimes taken for damage.",
        "The kinds are guesses: dent, scratch and broken part are often confused.",
        "Photos at night, under water or of lorries and motorcycles were hardly among those it learned from.",
    ),
)


# The same again, learned apart: both networks look, and err elsewhere.
PARTNER = DAMAGE._replace(
    job=msgspec.structs.replace(DAMAGE.job, name="damage partner", seed=2),
    finish=DAMAGE.finish and DAMAGE.finish._replace(seeds=(5, 7)),
)


# Of photos whose sources state a licence that allows it, alone. Chosen and judged by the same photos as the other.
LICENSED = DAMAGE._replace(
    job=msgspec.structs.replace(DAMAGE.job, name="damage licensed", epochs=8, layers="heads:1,all:7", seed=0),
    repeats=dict.fromkeys(sources.DAMAGE_LABELS, 0) | {"bilgi": 2, "igor": 1},
    finish=None,
    summary="Finds damage on photos of cars, learned from photos under CC BY 4.0 and MIT licences alone.",
)


# ---- Car and panels ------------------------------------------------------------------------------------------------

PANELS = (
    *dict.fromkeys(map(sources.panel_label, sources.CAR_PARTS)),
    "front door",
    "rear door",
    "front lamp",
    "rear lamp",
    "mirror",
)


def _with_cars(photos: list[AnnotatedPhoto], data: Path, out: Path) -> list[AnnotatedPhoto]:
    """Cars with panels from carparts; cars alone wherever the teacher is sure, where panels are left undecided.

    The parts of carparts leave out roof, fenders and sills: their union with the teacher's outline is the car. Where
    the teacher is not sure, the parts stand without a car, which is neither there nor missing.
    """
    outlines = _teacher_outlines(photos, data, out)
    found = []
    for one in photos:
        known = outlines.get(one.photo.path, ())
        if sources.source_of(one) == "carparts" and one.regions:
            areas = [shapes.area(r.shape) for r in one.regions] + [geometry.area_of_rings(known)]
            car = Region(
                f"{one.photo.id} car",
                Polygon(geometry.rings_of_area(geometry.union(areas))),
                "car" if known else sources.IGNORED,
            )
            found.append(AnnotatedPhoto(one.photo, (car, *one.regions)))
        elif known:
            shape = Polygon(known)
            car = Region(f"{one.photo.id} car", shape, "car")
            found.append(AnnotatedPhoto(one.photo, (car, Region(f"{one.photo.id} panels", shape, sources.IGNORED))))
    return found


def _teacher_outlines(photos: list[AnnotatedPhoto], data: Path, out: Path) -> dict[str, tuple[Ring, ...]]:
    """Rings by path, none where the teacher is not sure; kept in `out`, since it takes minutes."""
    path = out / "outlines.json"
    known = msgspec.json.decode(path.read_bytes(), type=dict[str, tuple[Ring, ...]]) if path.is_file() else {}
    if any(one.photo.path not in known for one in photos):
        teacher = Teacher(data.parent / "weights" / FILE)
        known |= {one.photo.path: teacher.outline(one) for one in photos if one.photo.path not in known}
        files.write_atomic(path, msgspec.json.encode(known))
    return known


ROLES: dict[str, Role] = {"car": "car", **dict.fromkeys(PANELS, "part")}
CAR = Recipe(
    job=TrainingJob(
        name="car and panels",
        epochs=3,
        steps=550,
        classes=tuple(ClassRule(name, (name,)) for name in ("car", *PANELS)),
        ignored=(sources.IGNORED,),
        layers="all",
        learning_rate=4.5e-4,
        changes={
            "image_min_side": 320,
            "image_max_side": 320,
            "canvas": "square",
            "scale_jitter": 0.3,
            "colour_jitter": 0.2,
            "mask_pool_size": 28,
            "mask_head_channels": 64,
            "roi_level_size": 448.0,
        },
    ),
    labels={"carparts": sources.panel_label, "undamaged": sources.unlabelled}
    | dict.fromkeys(("bilgi", "igor", "seed"), sources.any_damage),
    roles=ROLES,
    repeats={"carparts": 4},
    prepare=_with_cars,
    summary="Outlines the main car (mean IoU 0.94 on held-out whole cars) and names its panels (mask AP50 0.91);"
    " close-ups and wrecks it often gets wrong.",
    weaknesses=(
        "On close-ups and badly wrecked cars the outline is missing or wrong.",
        "Left and right are not told apart; roof, fenders and sills are not among the panels.",
        "Panels were learned from 319 undamaged cars only.",
    ),
)
RECIPES = {"damage": DAMAGE, "damage-partner": PARTNER, "damage-licensed": LICENSED, "car": CAR}
