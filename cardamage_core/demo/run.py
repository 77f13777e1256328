"""What happens in a demonstration, from nothing to damage figures?

    draw photos → project → VIA import → short training by the jobs' worker → predictions → pictures and a page

Everything lies in one folder: `photos/` as drawn, `project/`, `result/`. Running it again goes on with what is there.
The claim photos come into the project without annotations; what was drawn on them is kept aside, to judge by.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from .. import formats
from ..annotations.model import AnnotatedPhoto
from ..errors import JobError
from ..evaluation import Metrics, evaluate
from ..jobs import local, queue
from ..jobs.following import follow
from ..models import registry
from ..models.registry import Model
from ..project import Project, importing, planning
from . import judging, samples
from .judging import Judged
from .recipe import CLAIM, Recipe, is_drawn, mark_drawn

TRUTH = "claim_truth.json"


class Watch(Protocol):
    """Who is told how far the demonstration is (`commands.bars.Bar` fits)."""

    def say(self, text: str) -> None:
        """A sentence."""

    def show(self, text: str) -> None:
        """The progress line."""


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
    files = _draw(folder, recipe, watch)
    clock.lap("draw")
    with Project.open_or_create(folder / "project") as project:
        _import(project, files, watch)
        clock.lap("import")
        model = _train(project, recipe, watch)
        clock.lap("train")
        claim, held_out = _unseen(project, files[CLAIM])
        watch.say(f"Outlining damage on {len(claim + held_out)} photos that the model has never seen …")
        found = judging.predict(model.folder, claim + held_out, watch.show)
        judged = judging.judge(project, claim, found, folder / "result", threshold=recipe.threshold)
        clock.lap("predict")
    metrics = evaluate(claim + held_out, found, threshold=recipe.threshold)
    return Outcome(folder / "project", model, recipe.threshold, tuple(judged), metrics, clock.laps)


def _draw(folder: Path, recipe: Recipe, watch: Watch) -> dict[str, Path]:
    """The annotation file of each split; photos drawn earlier by the same recipe are kept."""
    photos = folder / "photos"
    files = {split: photos / split / samples.ANNOTATIONS for split in recipe.photos} | {CLAIM: photos / TRUTH}
    if is_drawn(folder, recipe):
        watch.say(f"The photos in {photos} are there already.")
        return files
    watch.say(f"Drawing {sum(recipe.photos.values())} photos of cars …")
    show = _share(watch, "Drawing")
    drawn = samples.draw_splits(photos, recipe.photos, seed=recipe.seed, processes=recipe.processes, progress=show)
    drawn[CLAIM].replace(files[CLAIM])
    mark_drawn(folder, recipe)
    return files


def _import(project: Project, files: dict[str, Path], watch: Watch) -> None:
    """Bring the annotated photos in, and those of the claim as bare photos without a split."""
    for split, file in files.items():
        is_claim = split == CLAIM
        source = file.parent / CLAIM if is_claim else file
        summary = importing.apply(project, planning.plan(source, split="" if is_claim else split))
        watch.say(summary.text)


def _train(project: Project, recipe: Recipe, watch: Watch) -> Model:
    job_folder = queue.create(project.folder, recipe.job(), project.dataset())
    local.start(job_folder)
    status = follow(job_folder, watch.say, bar=watch.show, stop_on_interrupt=True)
    if status.state != "finished" or not status.model:
        raise JobError("The training did not finish, so there is nothing to show.", f"{status.message} {job_folder}")
    return registry.find(status.model, project.models_folder)


def _unseen(project: Project, truth: Path) -> tuple[list[AnnotatedPhoto], list[AnnotatedPhoto]]:
    """The photos of the claim and of the validation split, with what is really on them."""
    drawn = {one.photo.name: one.regions for one in formats.read(truth).photos}
    photos = project.dataset(("", "val")).photos
    claim = [
        AnnotatedPhoto(one.photo, drawn[one.photo.name])
        for one in photos
        if not one.photo.split and one.photo.name in drawn
    ]
    return claim, [one for one in photos if one.photo.split == "val"]


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
