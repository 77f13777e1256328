"""What happens in a demonstration, from nothing to damage figures?

    draw photos → project → VIA import → short training by the jobs' worker → predictions → pictures and a page

Everything lies in one folder: `photos/` as drawn, `project/`, `result/`. Running it again goes on with what is there.
The claim photos come into the project without annotations; what was drawn on them is kept aside, to judge by.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import msgspec

from .. import formats, imaging
from ..annotations.model import AnnotatedPhoto, Label, Photo, Region
from ..assessment import pictures
from ..assessment.damage import Damage, assess, counts
from ..assessment.wording import figure
from ..errors import JobError
from ..evaluation import Metrics, evaluate
from ..inference.client import Predictor
from ..jobs import local, queue
from ..jobs.following import follow
from ..jobs.queue import JobStatus
from ..models import registry
from ..models.registry import Model
from ..project import Project, importing
from ..training import start
from ..training.job import ClassRule, TrainingJob
from . import cars, damages, samples

CLAIM = "claim"  # photos whose damage the model is asked for
TRUTH = "claim_truth.json"
EPOCHS, EPOCHS_FROM_NOTHING = 6, 9
LEAST_SCORE = 0.05  # what is kept for measuring


class Watch(Protocol):
    """Who is told how far the demonstration is (`commands.bars.Bar` fits)."""

    def say(self, text: str) -> None:
        """A sentence."""

    def show(self, text: str) -> None:
        """The progress line."""


@dataclass(frozen=True)
class Recipe:
    """How much is drawn and trained, and from which score on a prediction counts."""

    photos: dict[str, int] = field(default_factory=lambda: {"train": 80, "val": 8, CLAIM: 8})
    epochs: int = 0  # 0: as many as the start weights need
    steps: int = 48
    batch: int = 4
    start: str = "imagenet"
    seed: int = 0
    threshold: float = 0.7
    processes: int = 2
    changes: dict[str, object] = field(default_factory=dict)

    def rounds(self) -> int:
        """The epochs to train: more where the network has to begin from random numbers."""
        from_nothing = self.start == "none" or (self.start == "imagenet" and start.find_backbone() is None)
        return self.epochs or (EPOCHS_FROM_NOTHING if from_nothing else EPOCHS)

    def job(self) -> TrainingJob:
        """The training: one class for each kind of damage and one for the car's outline."""
        classes = tuple(ClassRule(name, (name,)) for name in (*damages.KINDS, cars.CAR))
        return TrainingJob(
            "demo", "light", self.rounds(), self.steps, classes,
            start=self.start, seed=self.seed, batch=self.batch, changes=dict(self.changes),
        )  # fmt: skip


@dataclass(frozen=True)
class Judged:
    """A claim photo with what the model sees at or above the threshold, and the figure that was drawn."""

    photo: Photo
    regions: tuple[Region, ...]
    damage: Damage
    drawn: Damage
    picture: Path


@dataclass(frozen=True)
class Outcome:
    """What a demonstration made. `seconds` is the wall time of each stage."""

    project: Path
    model: Model
    threshold: float
    judged: tuple[Judged, ...]
    metrics: Metrics
    seconds: dict[str, float]


def run(folder: Path, recipe: Recipe, watch: Watch) -> Outcome:
    """Carry the whole demonstration out in `folder`. Raises CarDamageError where a person must help."""
    clock = _Clock()
    files = _draw(folder / "photos", recipe, watch)
    clock.lap("draw")
    with Project.open_or_create(folder / "project") as project:
        _import(project, files, watch)
        clock.lap("import")
        model = _train(project, recipe, watch)
        clock.lap("train")
        judged, metrics = _predict(project, model, folder, recipe, watch)
        clock.lap("predict")
    return Outcome(folder / "project", model, recipe.threshold, judged, metrics, clock.laps)


def _draw(folder: Path, recipe: Recipe, watch: Watch) -> dict[str, Path]:
    """The annotation file of each split; photos drawn earlier by the same recipe are kept."""
    made = folder / "recipe.json"
    wanted = msgspec.json.encode([recipe.seed, recipe.photos, samples.VERSION])
    files = {split: folder / split / samples.ANNOTATIONS for split in recipe.photos} | {CLAIM: folder / TRUTH}
    if made.exists() and made.read_bytes() == wanted:
        watch.say(f"The photos in {folder} are there already.")
        return files
    watch.say(f"Drawing {sum(recipe.photos.values())} photos of cars …")
    show = _share(watch, "Drawing")
    drawn = samples.draw_splits(folder, recipe.photos, seed=recipe.seed, processes=recipe.processes, progress=show)
    drawn[CLAIM].replace(folder / TRUTH)
    made.write_bytes(wanted)
    return files


def _import(project: Project, files: dict[str, Path], watch: Watch) -> None:
    for split, file in files.items():
        is_claim = split == CLAIM
        source = file.parent / CLAIM if is_claim else file
        summary = importing.apply(project, importing.plan(source, split="" if is_claim else split))
        watch.say(summary.text)


def _train(project: Project, recipe: Recipe, watch: Watch) -> Model:
    job_folder = queue.create(project.folder, recipe.job(), project.dataset())
    local.start(job_folder)
    status = follow(job_folder, watch.say, bar=watch.show, stop_on_interrupt=True)
    if status.state != "finished" or not status.model:
        raise _no_model(status)
    return registry.find(status.model, project.models_folder)


def _no_model(status: JobStatus) -> JobError:
    return JobError(
        "The training of the demonstration did not finish.", f"{status.message} Its folder: {status.folder}."
    )


def _predict(
    project: Project, model: Model, folder: Path, recipe: Recipe, watch: Watch
) -> tuple[tuple[Judged, ...], Metrics]:
    """Outline the held-out photos, keep those of the claim in the project, measure against what was drawn."""
    everything = project.dataset().photos
    claim = [one for one in everything if not one.photo.split]
    held_out = [one for one in everything if one.photo.split == "val"]
    drawn = {one.photo.name: one.regions for one in formats.read(folder / "photos" / TRUTH).photos}
    truth = held_out + [AnnotatedPhoto(one.photo, drawn[one.photo.name]) for one in claim]
    watch.say(f"Outlining damage on {len(truth)} photos that the model has never seen …")
    found: dict[str, tuple[Region, ...]] = {}
    with Predictor(model.folder) as predictor:
        for number, one in enumerate(truth, start=1):
            found[one.photo.id] = predictor.predict(one.photo.path, min_score=LEAST_SCORE)
            watch.show(f"Outlining {number}/{len(truth)}")
    judged = [_judge(project, one, found[one.photo.id], recipe, folder / "result", drawn) for one in claim]
    return tuple(judged), evaluate(truth, found, threshold=recipe.threshold)


def _judge(
    project: Project, one: AnnotatedPhoto, found: tuple[Region, ...], recipe: Recipe, folder: Path,
    drawn: dict[str, tuple[Region, ...]],
) -> Judged:  # fmt: skip
    photo, labels = one.photo, project.labels()
    shown = _car_first([region for region in found if counts(region, recipe.threshold)])
    earlier = project.regions(photo.id)
    kept = tuple(region for region in earlier if region.origin.kind != "predicted" or region.review != "unreviewed")
    project.edit_regions(photo.id, earlier, kept + shown, "Outline damage")
    damage = assess(photo, shown, labels, threshold=recipe.threshold)
    picture = folder / f"{Path(photo.name).stem}.png"
    _draw_result(photo, shown, labels, damage, picture)
    return Judged(photo, shown, damage, assess(photo, drawn[photo.name], labels), picture)


def _draw_result(photo: Photo, regions: Sequence[Region], labels: Sequence[Label], damage: Damage, path: Path) -> None:
    image = pictures.draw(imaging.load(Path(photo.path)), regions, labels)
    pictures.write_png(path, pictures.caption(image, figure(damage.percent, damage.low, damage.high, damage.words)))


def _car_first(regions: Sequence[Region]) -> tuple[Region, ...]:
    """The car's outline below the damages, so that it hides none."""
    return tuple(sorted(regions, key=lambda region: region.label != cars.CAR))


def _share(watch: Watch, what: str) -> samples.Progress:
    """A progress line with an estimate of what is left."""
    begun = time.monotonic()

    def show(share: float) -> None:
        left = (time.monotonic() - begun) * (1 - share) / max(share, 1e-6)
        watch.show(f"{what} {share:4.0%} · about {left:.0f} s left")

    return show


class _Clock:
    """Wall seconds of each stage."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.monotonic()

    def lap(self, name: str) -> None:
        now = time.monotonic()
        self.laps[name], self._last = round(now - self._last, 1), now
