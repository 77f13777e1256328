"""Trains and measures the founding table: `python -m cardamage_core.models.recipes.founding --data DATA --out OUT`.

A model for each type of damage and one that tells the types apart, on the seed's own split, for 15 and for 50 epochs of
100 steps of 2 photos, from ImageNet weights; the damage model in the box saw photos of the seed. OUT holds two
projects, `damage` with the founder's outlines and `types` with those of a second annotator who named types. Called
again it goes on where it ended; OUT/table.md holds the rows measured so far.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from ... import files
from ...annotations.labels import new_labels
from ...annotations.model import AnnotatedPhoto, Dataset
from ...errors import CarDamageError, JobError
from ...jobs import executors, founding_table, queue
from ...jobs.founding_table import ROWS, FoundingTable, RowRule
from ...project import Project, photo_tags
from ...training.job import ClassRule, TrainingJob
from .. import registry
from ..registry import Model
from . import sources

EPOCHS = (15, 50)  # the founding project's
STEPS, BATCH = 100, 2
EVERY = 3  # of the undamaged photos: 150 are enough to count false alarms on
TYPES = {label: rule.title for rule in ROWS for label in rule.labels[:1]}  # of the second annotator
TOGETHER = "One for all"
ORDER = ("All", "Windshield", "Scratched", "Body", "Totaled", TOGETHER)


class Run(NamedTuple):
    """One training: the row's title or TOGETHER, and its epochs."""

    title: str
    epochs: int

    @property
    def name(self) -> str:
        """What job and model are called."""
        return f"{self.title}, {self.epochs} epochs"

    @property
    def rules(self) -> list[RowRule]:
        """The rows that the model is measured on."""
        return [rule for rule in ROWS if self.title in (rule.title, TOGETHER)]

    def job(self, *, steps: int = STEPS) -> TrainingJob:
        """The training as `cardamage train` would make it."""
        labels = TYPES if self.title == TOGETHER else {name: t for name, t in TYPES.items() if t == self.title}
        return TrainingJob(
            name=self.name,
            epochs=self.epochs,
            steps=steps,
            batch=BATCH,
            start="imagenet",
            classes=tuple(ClassRule(title.casefold(), (name,)) for name, title in labels.items())
            or (ClassRule("damage"),),
        )


def main(arguments: list[str] | None = None) -> int:
    """Train and measure what is missing, one run after another; Ctrl-C stops the present training with a checkpoint."""
    parser = argparse.ArgumentParser(prog="python -m cardamage_core.models.recipes.founding", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with `seed` and `undamaged`")
    parser.add_argument("--out", type=Path, required=True, help="where the projects, models and the table go")
    parser.add_argument("--rows", nargs="+", choices=ORDER, default=ORDER, help="default: all, in this order")
    parser.add_argument("--epochs", nargs="+", type=int, default=EPOCHS, metavar="N", help="default: 15, then 50")
    parser.add_argument("--steps", type=int, default=STEPS, metavar="N", help="steps an epoch (default: 100)")
    given = parser.parse_args(arguments)
    try:
        for epochs in given.epochs:
            for title in given.rows:
                done = carry_out(Run(title, epochs), given.data, given.out, steps=given.steps)
                if not done:
                    return 1
    except CarDamageError as error:
        _say(f"{error.title} {error.detail}")
        return 1
    return 0


def carry_out(run: Run, data: Path, out: Path, *, steps: int = STEPS) -> bool:
    """Train and measure one run where that is missing; False where its training was stopped. Raises CarDamageError."""
    kept = out / "rows" / f"{run.name}.json"
    if kept.is_file():
        return True
    model = _trained(run, _project(data, out, typed=run.title in (*TYPES.values(), TOGETHER)), steps=steps)
    if model is None:
        return False
    parts = [_measured(rule, model, data, out) for rule in run.rules]
    table = msgspec.structs.replace(
        parts[0], rows=tuple(row for part in parts for row in part.rows), seconds=sum(part.seconds for part in parts)
    )
    kept.parent.mkdir(exist_ok=True)
    files.write_atomic(kept, msgspec.json.encode(table))
    files.write_atomic(out / "table.md", as_text(out).encode())
    return True


def photos_of(dataset: Dataset, run: Run) -> Dataset:
    """The photos that a run learns from and is validated on: those of its row, as in the founding project."""
    rules = run.rules
    chosen = [one for one in dataset.photos if any(founding_table.belongs(one, rule) for rule in rules)]
    return msgspec.structs.replace(dataset, photos=tuple(chosen))


def as_text(out: Path) -> str:
    """All rows measured so far, row by row, the shorter training first."""
    tables = [msgspec.json.decode(path.read_bytes(), type=FoundingTable) for path in (out / "rows").glob("*.json")]
    latest = max(tables, key=lambda table: table.created)
    rows = sorted((row for table in tables for row in table.rows), key=lambda row: _place(row.rule, row.model))
    whole = msgspec.structs.replace(latest, rows=tuple(rows), seconds=sum(table.seconds for table in tables))
    return founding_table.as_markdown(whole) + "\n"


def _project(data: Path, out: Path, *, typed: bool) -> Path:
    """The project with one annotator's outlines, made when it is not there."""
    folder = out / ("types" if typed else "damage")
    if Project.is_in(folder):
        return folder
    out.mkdir(parents=True, exist_ok=True)
    annotated = sources.read_source(data, "seed_types" if typed else "seed", lambda label: label or "damage")
    photos = [_in_split(one, Path(one.photo.path).parent.name) for one in annotated if _is_typed(one) or not typed]
    undamaged = sources.read_source(data, "undamaged", sources.unlabelled)[::EVERY]
    photos += [_in_split(one, "val") for one in undamaged]
    labels = new_labels(sorted({region.label for one in photos for region in one.regions}))
    with Project.open_or_create(folder) as project:
        project.add(photos, labels, "Bring in the seed")
        photo_tags.apply(project, data / "seed" / "photo_tags.csv")
    return folder


def _is_typed(one: AnnotatedPhoto) -> bool:
    return any(region.label in TYPES for region in one.regions)


def _in_split(one: AnnotatedPhoto, split: str) -> AnnotatedPhoto:
    return AnnotatedPhoto(msgspec.structs.replace(one.photo, split=split), one.regions)


def _trained(run: Run, folder: Path, *, steps: int) -> Model | None:
    """The run's model, trained as a job of the project; None where the job was stopped."""
    path = _job_folder(run, folder, steps=steps)
    state = queue.status(path).state
    if state in ("draft", "waiting"):
        executors.start(path)
    elif state in ("stopped", "failed"):
        executors.resume(path)
    status = queue.follow(path, _say, bar=lambda _: None, stop_on_interrupt=True)
    if status.state == "failed":
        raise JobError(f"“{run.name}” failed.", status.message)
    return registry.find(status.model, folder / "models") if status.state == "finished" else None


def _job_folder(run: Run, folder: Path, *, steps: int) -> Path:
    known = next((one.folder for one in queue.jobs(folder) if one.job.name == run.name), None)
    if known:
        return known
    _say(f"Training {run.name}")
    return queue.create(folder, run.job(steps=steps), photos_of(_dataset(folder), run), draft=True)


def _dataset(folder: Path) -> Dataset:
    with Project.open(folder, read_only=True) as project:
        return project.dataset()


def _measured(rule: RowRule, model: Model, data: Path, out: Path) -> FoundingTable:
    """A row measured with the outlines of the annotator who knows its photos."""
    folder = _project(data, out, typed=bool(rule.labels))
    return founding_table.measure(folder, _dataset(folder), {rule.title.casefold(): model}, say=lambda *_: None)


def _place(rule: RowRule, model: str) -> tuple[bool, Sequence[int]]:
    title, _, epochs = model.rpartition(", ")
    return title == TOGETHER, (ROWS.index(rule), int(epochs.split()[0]))


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    raise SystemExit(main())
