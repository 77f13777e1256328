"""Trains a model of the program: `python -m cardamage_core.models.recipes NAME --data DIR --out DIR`, resumable."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from ... import files
from ...annotations.model import Dataset
from ...errors import CarDamageError
from ...training import requirements
from ...training.job import TrainingJob
from .. import registry
from .clicks import recipe as clicks
from .recipe import FINISH, RECIPES, Recipe, dataset_of, finishing_job, repeated


def main(arguments: list[str] | None = None) -> int:
    """Train the named recipe from its newest checkpoint on; Ctrl-C ends with a checkpoint."""
    parser = argparse.ArgumentParser(prog="python -m cardamage_core.models.recipes", description=__doc__)
    parser.add_argument("name", choices=sorted((*RECIPES, clicks.NAME)))
    parser.add_argument("--data", type=Path, required=True, help="folder with the sources (bilgi, igor, seed, …)")
    parser.add_argument("--out", type=Path, required=True, help="where checkpoints, events and the model go")
    parser.add_argument(
        "--bundle", type=Path, metavar="DIR", help="measure the trained model and put it into this folder"
    )
    parser.add_argument(
        "--partner",
        type=Path,
        metavar="OUT2",
        help="with --bundle: put the network of this training beside the other, so that both look",
    )
    given = parser.parse_args(arguments)
    command = f"python -m cardamage_core.models.recipes {given.name} --data DATA --out OUT"
    try:
        requirements.check()  # before anything imports Keras
        if given.name == clicks.NAME:
            _clicks(given.data, given.out, given.bundle, command=command)
            return 0
        recipe = RECIPES[given.name]
        if given.bundle:
            from .bundle import bundle

            command += " --bundle DIR" + " --partner OUT2" * bool(given.partner)
            bundle(recipe, given.out, given.bundle, command=command, say=_say, partner=given.partner)
        else:
            _train(recipe, given.data, given.out)
    except CarDamageError as error:
        sys.stderr.write(f"{error.title} {error.detail}\n")
        return 1
    return 0


def _clicks(data: Path, out: Path, folder: Path | None, *, command: str) -> None:
    if folder:
        clicks.bundle(out, folder / clicks.NAME, command=command)
    else:
        clicks.run(data, out, say=_say)


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def _train(recipe: Recipe, data: Path, out: Path) -> None:
    """The training, and those that finish it; what is there already is not done again."""
    stopping: list[int] = []
    signal.signal(signal.SIGTERM, lambda *_: stopping.append(1))
    signal.signal(signal.SIGINT, lambda *_: stopping.append(1))
    out.mkdir(parents=True, exist_ok=True)
    dataset = _frozen(recipe, data, out)
    first = _trained(recipe.job, dataset, out, stopping)
    if first is None or recipe.finish is None:
        return
    finish = recipe.finish
    for seed in finish.seeds:
        folder = out / f"{FINISH}-{seed}"
        job = finishing_job(recipe, finish, seed=seed, start=first.folder)
        _trained(job, repeated(dataset, finish.repeats), folder, stopping)


def _trained(job: TrainingJob, dataset: Dataset, out: Path, stopping: Sequence[int]) -> registry.Model | None:
    """The model of a training in `out`, which goes on from its newest checkpoint; None where it was stopped."""
    from ...training import trainer

    if not (found := _done(job, out)) and not stopping:
        out.mkdir(parents=True, exist_ok=True)
        folders = trainer.Folders(out / "checkpoints", out / "previews", out / "models")
        with (out / "events.jsonl").open("a", encoding="utf-8") as events:

            def say(kind: str, **fields: Any) -> None:
                events.write(json.dumps({"kind": kind, "time": round(time.time(), 1), **fields}) + "\n")
                events.flush()

            trainer.run(job, dataset, folders, say=say, stop=lambda: bool(stopping))
        found = _done(job, out)
    return found


def _done(job: TrainingJob, out: Path) -> registry.Model | None:
    """The model of the whole training, not of one that was stopped."""
    return next((model for model in registry.models(out / "models") if model.card.name == job.name), None)


def _frozen(recipe: Recipe, data: Path, out: Path) -> Dataset:
    """The data set of the first call, so that a resumed training learns from the same photos."""
    path = out / "dataset.json"
    if not path.is_file():
        files.write_atomic(path, msgspec.json.encode(dataset_of(recipe, data, out)))
    return msgspec.json.decode(path.read_bytes(), type=Dataset)


if __name__ == "__main__":
    raise SystemExit(main())
