"""How much is drawn and trained in a demonstration, and in which folder?"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from ..files import write_atomic
from ..training import start
from ..training.job import ClassRule, TrainingJob
from . import cars, damages, samples

CLAIM = "claim"  # photos whose damage the model is asked for
EPOCHS, EPOCHS_FROM_NOTHING = 6, 9
_FILE = "recipe.json"


@dataclass(frozen=True)
class Recipe:
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
        classes = tuple(ClassRule(name, (name,)) for name in (*damages.KINDS, cars.CAR))
        return TrainingJob(
            "demo", "light", self.epochs or self._needed(), self.steps, classes,
            start=self.start, seed=self.seed, batch=self.batch, changes=dict(self.changes),
        )  # fmt: skip

    def _needed(self) -> int:
        """The epochs until damage is found; more where the network begins from random numbers."""
        backbone = start.find_backbone("efficientnet_lite0")
        from_nothing = self.start == "none" or (self.start == "imagenet" and backbone is None)
        return EPOCHS_FROM_NOTHING if from_nothing else EPOCHS


def place(out: Path, recipe: Recipe) -> Path:
    """The folder for a recipe: `out`, or `out-2`, `out-3` … where another recipe's photos lie already."""
    candidates = itertools.chain([out], (out.with_name(f"{out.name}-{n}") for n in itertools.count(2)))
    return next(folder for folder in candidates if not _is_taken(folder, recipe))


def is_drawn(folder: Path, recipe: Recipe) -> bool:
    """Whether the recipe's photos lie in this folder, all of them."""
    file = folder / _FILE
    return file.is_file() and file.read_bytes() == _key(recipe)


def mark_drawn(folder: Path, recipe: Recipe) -> None:
    """Say that the recipe's photos lie in this folder."""
    write_atomic(folder / _FILE, _key(recipe))


def _is_taken(folder: Path, recipe: Recipe) -> bool:
    return (folder / _FILE).exists() and not is_drawn(folder, recipe)


def _key(recipe: Recipe) -> bytes:
    """What decides about the photos."""
    return msgspec.json.encode({"version": samples.VERSION, "seed": recipe.seed, "photos": recipe.photos})
