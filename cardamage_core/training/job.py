"""The training job: what to train, in which stages of layers, on which photos, with validation of all three.

A job is a value: the form and the command line make one, `jobs.queue` stores it, the worker reads it.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from typing import Any, NamedTuple

import msgspec

from ..annotations.model import AnnotatedPhoto, Dataset, Region
from ..errors import JobError
from ..mrcnn.presets import PRESETS as PRESETS

__all__ = [
    "CLASS_COLORS",
    "PRESETS",
    "ClassRule",
    "Split",
    "Stage",
    "TrainingJob",
    "check",
    "check_data",
    "classes_of",
    "data_hash",
    "is_taught",
    "split",
    "stage_at",
    "stages",
]

# RGB of the masks in previews and augmented photos, by the class's number.
CLASS_COLORS = ((255, 92, 72), (72, 160, 255), (88, 204, 116), (250, 200, 60), (190, 120, 250))
STARTS = ("included", "imagenet", "coco", "none")


class ClassRule(msgspec.Struct, frozen=True):
    """One class to learn: its name and the labels that count as it; no labels means every label that is a damage."""

    name: str
    labels: tuple[str, ...] = ()


class TrainingJob(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One training to do.

    `steps` is the number of steps in an epoch, `batch` photos each. `start` is "included" (the damage model that comes
    along, where it fits, else as "imagenet"), "imagenet" (the backbone's published weights), "coco" (Matterport's),
    "none" (random), a weights file (.h5) of Matterport's or ours, or a model's id, name or folder. `layers` is what
    learns: the "heads" alone, with the backbone's stages from "5+", "4+" or "3+" on, or "all"; or several with their
    epochs, "heads:5,all:10" (see `stages`). `changes` are keyword arguments for the preset's `mrcnn.Config`. `ignored`
    are labels whose regions are taught neither as a class nor as background. `learning_rate` None means the preset's.
    `balance` is the share of photos below which a class counts as rare, so that its photos are shown more often (see
    `balance`; 0: all alike). `patience` ends the training once mask AP50 on the validation photos has not become better
    for so many epochs, and keeps the best epoch as the model (0: all epochs, and the last one is the model).
    `tensorboard` says whether TensorBoard's event files are written too.
    """

    name: str = "damage"
    preset: str = "light"
    epochs: int = 10
    steps: int = 100
    classes: tuple[ClassRule, ...] = (ClassRule("damage"),)
    train_split: str = "train"
    val_split: str = "val"
    start: str = "included"
    seed: int = 0
    batch: int = PRESETS["light"].batch
    learning_rate: float | None = None
    changes: dict[str, Any] = msgspec.field(default_factory=dict)
    layers: str = "all"
    ignored: tuple[str, ...] = ()
    balance: float = 0.0
    patience: int = 0
    tensorboard: bool = True

    @property
    def total_steps(self) -> int:
        """Steps of the whole job."""
        return self.epochs * self.steps

    @property
    def stages(self) -> tuple[Stage, ...]:
        """Which layers learn in which steps. Raises JobError where `layers` makes no sense."""
        return stages(self.layers, epochs=self.epochs, steps=self.steps)

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes in the order of their ids 1, 2, …; 0 is the background."""
        return tuple(rule.name for rule in self.classes)

    def with_steps(self, steps: int) -> TrainingJob:
        """The same job with another number of steps an epoch."""
        return msgspec.structs.replace(self, steps=steps)

    def epoch_of(self, step: int) -> int:
        """The epoch, counted from 1, that the step with this number (counted from 1) belongs to; 0 before the first."""
        return 0 if step <= 0 else min((step - 1) // self.steps + 1, self.epochs)


def classes_of(dataset: Dataset, job: TrainingJob) -> dict[str, int]:
    """Which class id (1…) each label of the data set is taught as, -1 for ignored ones; others are background."""
    rules = {label: number for number, rule in enumerate(job.classes, start=1) for label in rule.labels}
    everything = next((number for number, rule in enumerate(job.classes, start=1) if not rule.labels), 0)
    if everything:
        roles = {label.name: label.role for label in dataset.labels}
        names = sorted({region.label for photo in dataset.photos for region in photo.regions})
        rules |= {name: everything for name in names if name not in rules and roles.get(name, "damage") == "damage"}
    return rules | dict.fromkeys(job.ignored, -1)


def data_hash(dataset: Dataset) -> str:
    """A digest of what is taught: photos and the regions that count, whatever their order or place on disk."""
    digests = []
    for photo in dataset.photos:
        taught = [[region.label, msgspec.to_builtins(region.shape)] for region in photo.regions if is_taught(region)]
        what = [photo.photo.sha256 or photo.photo.name, taught]
        digests.append(hashlib.sha256(msgspec.json.encode(what)).hexdigest())
    return hashlib.sha256("".join(sorted(digests)).encode()).hexdigest()


def is_taught(region: Region) -> bool:
    """Whether a region is taught: not rejected, and accepted by a person if a model made it."""
    if region.origin.kind == "predicted":
        return region.review == "accepted"
    return region.review != "rejected"


def check(job: TrainingJob) -> None:
    """Raise JobError if the job makes no sense whatever the data."""
    _check_numbers(job)
    stages(job.layers, epochs=job.epochs, steps=job.steps)
    if job.preset not in PRESETS:
        raise _wrong(f"there is no preset “{job.preset}”", f"Choose one of {', '.join(PRESETS)}.")
    if job.start == "coco" and job.preset != "matterport" and job.changes.get("backbone") != "resnet101":
        raise _wrong(f"the COCO weights do not fit the preset “{job.preset}”", "They are for ResNet-101: “matterport”.")
    if not job.classes:
        raise _wrong("it has no class", "Choose at least one label to learn.")
    _check_classes(job)


def check_data(job: TrainingJob, dataset: Dataset) -> None:
    """Raise JobError if nothing in `dataset` (the photos to learn from) can be learned."""
    if not dataset.photos:
        raise _wrong("there is no photo to learn from", f"No photo that may be used has the split “{job.train_split}”.")
    taught = Counter(region.label for photo in dataset.photos for region in photo.regions if is_taught(region))
    table = classes_of(dataset, job)
    for number, rule in enumerate(job.classes, start=1):
        if not any(taught[label] for label, taught_as in table.items() if taught_as == number):
            found = ", ".join(f"{name or '(none)'} {n}" for name, n in taught.most_common(12)) or "no regions at all"
            raise _wrong(f"no region to learn “{rule.name}” from", f"The photos to learn from carry: {found}.")


def _check_numbers(job: TrainingJob) -> None:
    for name in ("epochs", "steps", "batch"):
        if getattr(job, name) < 1:
            raise _wrong(f"{name} is {getattr(job, name)}", "It must be 1 or more.")
    if job.patience < 0:
        raise _wrong(f"it stops after {job.patience} epochs without progress", "Say 1 or more, or 0: never.")
    if not 0 <= job.balance <= 1:
        raise _wrong(f"the class balance is {job.balance}", "It is a share of the photos, from 0 (off) to 1.")
    rate = job.learning_rate
    if rate is not None and not (math.isfinite(rate) and 0 < rate <= 1):
        raise _wrong(f"the learning rate is {rate}", "It must be above 0 and at most 1; 0.001 is usual.")


def _check_classes(job: TrainingJob) -> None:
    doubled = [name for name, n in Counter(job.class_names).items() if n > 1]
    shared = [name for name, n in Counter(label for rule in job.classes for label in rule.labels).items() if n > 1]
    if doubled or not all(job.class_names):
        raise _wrong("its classes need different names", f"Found: {', '.join(map(repr, job.class_names))}.")
    if shared:
        raise _wrong(f"the label “{shared[0]}” counts as two classes", "Let each label count as one class.")
    if sum(not rule.labels for rule in job.classes) > 1:
        raise _wrong("two classes both take every label", "Name the labels of at least one of them.")


def _wrong(what: str, detail: str) -> JobError:
    return JobError(f"This training cannot start: {what}.", detail)


LAYER_GROUPS = ("all", "3+", "4+", "5+", "heads")  # which stages of the backbone learn beside the heads
LAYERS_HELP = f"Choose one of {', '.join(LAYER_GROUPS)}, or several with their epochs, such as heads:5,all:10."


class Stage(NamedTuple):
    """A stretch of a training in which one group of layers learns; steps are counted from 0, `end` is the next one."""

    layers: str
    start: int
    end: int


def stages(layers: str, *, epochs: int, steps: int) -> tuple[Stage, ...]:
    """The stages that `layers` names: a group, or groups with their epochs, "heads:5,all:10". Raises JobError."""
    named = [_part(part, epochs) for part in layers.split(",")]
    for group, _ in named:
        if group not in LAYER_GROUPS:
            raise JobError(f"This training cannot start: there is no group of layers “{group}”.", LAYERS_HELP)
    if sum(count for _, count in named) != epochs:
        said = " + ".join(str(count) for _, count in named)
        raise JobError(
            f"This training cannot start: the epochs of its layers are {said}, of the whole {epochs}.",
            "They have to add up.",
        )
    found, start = [], 0
    for group, count in named:
        found.append(Stage(group, start, start + count * steps))
        start += count * steps
    return tuple(found)


def stage_at(all_stages: tuple[Stage, ...], step: int) -> Stage:
    """The stage that the step with this number (0…) is done in; past the end the last."""
    return next((stage for stage in all_stages if step < stage.end), all_stages[-1])


def _part(part: str, epochs: int) -> tuple[str, int]:
    """ "heads:5" -> ("heads", 5); a group alone lasts all epochs."""
    group, colon, count = part.strip().partition(":")
    if not colon:
        return group, epochs
    if not count.strip().isdecimal() or int(count) < 1:
        raise JobError(f"This training cannot start: “{part.strip()}” names no number of epochs.", LAYERS_HELP)
    return group, int(count)


VAL_SHARE = 0.2
USUAL_SPLITS = (TrainingJob().train_split, TrainingJob().val_split)


class Split(NamedTuple):
    """Photos to learn from, photos to validate on, and sentences that a person should read about the choice."""

    train: Dataset
    val: Dataset
    notes: tuple[str, ...]


def split(dataset: Dataset, job: TrainingJob) -> Split:
    """Divide by the photos' split; where no photo has one and none was named, every fifth is held back, by content."""
    photos = tuple(p for p in dataset.photos if p.photo.review != "rejected")
    notes = []
    if any(p.photo.split for p in photos) or (job.train_split, job.val_split) != USUAL_SPLITS:
        train = tuple(p for p in photos if p.photo.split == job.train_split)
        val = tuple(p for p in photos if p.photo.split == job.val_split) if job.val_split != job.train_split else ()
        if not val:
            notes.append(f"No photo has the split “{job.val_split}”, so nothing is validated.")
    else:
        train, val = _held_back(photos)
        notes.append(f"No photo has a split: {len(val)} of {len(photos)} are held back to validate.")
    empty = sum(not any(map(is_taught, p.regions)) for p in train)
    if empty:
        notes.append(f"{empty} of the {len(train)} photos to learn from have no regions: taught as undamaged.")
    return Split(_with(dataset, train), _with(dataset, val), tuple(notes))


def _held_back(
    photos: tuple[AnnotatedPhoto, ...],
) -> tuple[tuple[AnnotatedPhoto, ...], tuple[AnnotatedPhoto, ...]]:
    """80/20 by the photo's hash, so that the same bytes never lie on both sides and the order does not matter."""
    keys = sorted({_key(p) for p in photos})
    held = set(keys[: math.ceil(VAL_SHARE * len(keys))]) if len(keys) > 1 else set()
    return tuple(p for p in photos if _key(p) not in held), tuple(p for p in photos if _key(p) in held)


def _key(photo: AnnotatedPhoto) -> str:
    """A digest that orders photos evenly: of the bytes where known, else of the name."""
    return hashlib.sha256((photo.photo.sha256 or photo.photo.name).encode()).hexdigest()


def _with(dataset: Dataset, photos: tuple[AnnotatedPhoto, ...]) -> Dataset:
    return Dataset(photos=photos, labels=dataset.labels)
