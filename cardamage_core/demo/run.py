"""Runs the demonstration, from nothing to damage figures on one HTML page.

    draw photos → project → VIA import → short training by the jobs' worker → predictions → pictures and a page

Everything lies in one folder: `photos/` as drawn, `project/`, `result/`. Running it again goes on with what is there.
The claim photos come into the project without annotations; what was drawn on them is kept aside as ground truth.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import jinja2
import msgspec

from .. import files, formats, imaging
from ..annotations.model import AnnotatedPhoto, Label, Photo, Region
from ..assessment import pictures
from ..assessment.damage import NOT_AN_ESTIMATE, Damage, assess, figure, is_counted
from ..errors import JobError
from ..evaluation import Metrics, evaluate
from ..files import write_atomic
from ..inference.client import Predictor
from ..jobs import local, queue
from ..jobs.queue import follow
from ..models import registry
from ..models.registry import Model
from ..project import Project, import_apply, import_plan
from ..training import initial_weights
from ..training.job import ClassRule, TrainingJob
from ..version import __version__
from . import damages, samples, scene

TRUTH = "claim_truth.json"


class Watch(Protocol):
    """Who is told how far the demonstration is (`commands.terminal.Bar` fits)."""

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


def run(folder: Path, settings: DemoSettings, watch: Watch) -> Outcome:
    """Carry the whole demonstration out in `folder`. Raises CarDamageError where a person must help."""
    clock = _Clock()
    files = _draw(folder, settings, watch)
    clock.lap("draw")
    with Project.open_or_create(folder / "project") as project:
        _import(project, files, watch)
        clock.lap("import")
        model = _train(project, settings, watch)
        project.set_threshold(settings.threshold)  # the window shows what the report says
        clock.lap("train")
        claim, held_out = _unseen(project, files[CLAIM])
        watch.say(f"Outlining damage on {len(claim + held_out)} photos that the model has never seen …")
        found = predict(model.folder, claim + held_out, watch.show)
        judged = judge(project, claim, found, folder / "result", threshold=settings.threshold)
        clock.lap("predict")
    metrics = evaluate(claim + held_out, found, threshold=settings.threshold)
    return Outcome(folder / "project", model, settings.threshold, tuple(judged), metrics, clock.laps)


def _draw(folder: Path, settings: DemoSettings, watch: Watch) -> dict[str, Path]:
    """The annotation file of each split; photos drawn earlier by the same settings are kept."""
    photos = folder / "photos"
    files = {split: photos / split / samples.ANNOTATIONS for split in settings.photos} | {CLAIM: photos / TRUTH}
    if is_drawn(folder, settings):
        watch.say(f"The photos in {photos} are there already.")
        return files
    watch.say(f"Drawing {sum(settings.photos.values())} photos of cars …")
    show = _share(watch, "Drawing")
    drawn = samples.draw_splits(
        photos, settings.photos, seed=settings.seed, processes=settings.processes, progress=show
    )
    drawn[CLAIM].replace(files[CLAIM])
    mark_drawn(folder, settings)
    return files


def _import(project: Project, files: dict[str, Path], watch: Watch) -> None:
    """Bring the annotated photos in, and those of the claim as bare photos without a split."""
    for split, file in files.items():
        is_claim = split == CLAIM
        source = file.parent / CLAIM if is_claim else file
        summary = import_apply.apply(project, import_plan.plan(source, split="" if is_claim else split))
        watch.say(summary.text)


def _train(project: Project, settings: DemoSettings, watch: Watch) -> Model:
    job_folder = queue.create(project.folder, settings.job(), project.dataset())
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


CLAIM = "claim"  # photos whose damage the model is asked for
EPOCHS, EPOCHS_FROM_NOTHING = 6, 9
_FILE = "recipe.json"


@dataclass(frozen=True)
class DemoSettings:
    """The photos drawn per split, the training, and from which score on a prediction counts."""

    photos: dict[str, int] = field(default_factory=lambda: {"train": 80, "val": 8, CLAIM: 8})
    epochs: int = 0  # 0: as many as the start weights need
    steps: int = 48
    batch: int = 4
    start: str = "included"
    seed: int = 0
    threshold: float = 0.7
    processes: int = 2
    changes: dict[str, object] = field(default_factory=dict)

    def job(self) -> TrainingJob:
        """The training: one class for each kind of damage and one for the car's outline."""
        classes = tuple(ClassRule(name, (name,)) for name in (*damages.KINDS, scene.CAR))
        return TrainingJob(
            "demo", "light", self.epochs or self._needed(), self.steps, classes,
            start=self.start, seed=self.seed, batch=self.batch, changes=dict(self.changes),
        )  # fmt: skip

    def _needed(self) -> int:
        """The epochs until damage is found; more where the network begins from random numbers."""
        backbone = initial_weights.find_backbone("efficientnet_lite0")
        from_nothing = self.start == "none" or (self.start == "imagenet" and backbone is None)
        return EPOCHS_FROM_NOTHING if from_nothing else EPOCHS


def place(out: Path, settings: DemoSettings) -> Path:
    """The folder for these settings: `out`, or `out-2`, `out-3` … where photos of others lie already."""
    candidates = itertools.chain([out], (out.with_name(f"{out.name}-{n}") for n in itertools.count(2)))
    return next(folder for folder in candidates if not _is_taken(folder, settings))


def is_drawn(folder: Path, settings: DemoSettings) -> bool:
    """Whether the settings' photos lie in this folder, all of them."""
    file = folder / _FILE
    return file.is_file() and file.read_bytes() == _key(settings)


def mark_drawn(folder: Path, settings: DemoSettings) -> None:
    """Note that the settings' photos lie in this folder."""
    write_atomic(folder / _FILE, _key(settings))


def _is_taken(folder: Path, settings: DemoSettings) -> bool:
    return (folder / _FILE).exists() and not is_drawn(folder, settings)


def _key(settings: DemoSettings) -> bytes:
    """What decides about the photos."""
    return msgspec.json.encode({"version": samples.VERSION, "seed": settings.seed, "photos": settings.photos})


LEAST_SCORE = 0.05  # what is kept for measuring
Found = Mapping[str, tuple[Region, ...]]  # by photo id


@dataclass(frozen=True)
class Judged:
    """A claim photo with what the model sees at or above the threshold, and the figure that was drawn."""

    photo: Photo
    regions: tuple[Region, ...]
    damage: Damage
    drawn: Damage
    picture: Path


def predict(model: Path, photos: Sequence[AnnotatedPhoto], show: Callable[[str], None]) -> Found:
    """Everything the model sees on the photos."""
    found = {}
    with Predictor(model) as predictor:
        for number, one in enumerate(photos, start=1):
            show(f"Outlining {number}/{len(photos)}")
            found[one.photo.id] = predictor.predict(one.photo.path, min_score=LEAST_SCORE)
    return found


def judge(
    project: Project, claim: Sequence[AnnotatedPhoto], found: Found, folder: Path, *, threshold: float
) -> list[Judged]:
    """Keep what was found on the claim photos in the project, draw it into `folder` and compare it with the truth.

    `claim` holds the photos of the project with the regions that were really drawn.
    """
    labels = project.labels()
    judged = []
    for one in claim:
        photo, shown = one.photo, _shown(found[one.photo.id], threshold)
        _keep(project, photo, shown)
        damage = assess(photo, shown, labels, threshold=threshold)
        picture = folder / f"{Path(photo.name).stem}.png"
        _draw_judged(photo, shown, labels, damage, picture)
        judged.append(Judged(photo, shown, damage, assess(photo, one.regions, labels), picture))
    return judged


def _shown(found: Sequence[Region], threshold: float) -> tuple[Region, ...]:
    """What counts; the car's outline below the damages, so that it hides none."""
    return tuple(sorted((r for r in found if is_counted(r, threshold)), key=lambda region: region.label != scene.CAR))


def _keep(project: Project, photo: Photo, shown: tuple[Region, ...]) -> None:
    """Put predictions in the place of earlier ones that are unreviewed."""
    earlier = project.regions(photo.id)
    kept = tuple(r for r in earlier if r.origin.kind != "predicted" or r.review != "unreviewed")
    project.edit_regions(photo.id, earlier, kept + shown, "Outline damage")


def _draw_judged(photo: Photo, regions: Sequence[Region], labels: Sequence[Label], damage: Damage, path: Path) -> None:
    image = pictures.draw(imaging.load(Path(photo.path)), regions, labels)
    pictures.write_png(path, pictures.caption(image, figure(damage)))


PAGE = "summary.html"
_TEMPLATE = "demo/summary.html"


def write(outcome: Outcome, folder: Path) -> Path:
    """Write the page beside the pictures in `folder`; its path."""
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    template = environment.from_string(files.resource(_TEMPLATE).read_text("utf-8"))
    page = template.render(
        version=__version__,
        model=outcome.model.card,
        threshold=f"{outcome.threshold:.2f}",
        metrics=outcome.metrics,
        classes=sorted(outcome.metrics.mask_ap50_by_class.items()),
        photos=[_photo(one) for one in outcome.judged],
        seconds=outcome.seconds,
        limits=NOT_AN_ESTIMATE,
    )
    files.write_atomic(folder / PAGE, page.encode())
    return folder / PAGE


def _photo(one: Judged) -> dict[str, object]:
    return {
        "name": one.photo.name,
        "picture": one.picture.name,
        "figure": figure(one.damage),
        "drawn": figure(one.drawn),
        "explanation": one.damage.explanation,
        "regions": [(region.label, f"{region.origin.score or 0:.2f}") for region in one.regions],
    }
