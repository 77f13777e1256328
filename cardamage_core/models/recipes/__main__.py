"""Trains a model of the program: `python -m cardamage_core.models.recipes NAME --data DIR --out DIR`, resumable."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from pathlib import Path
from typing import Any

import msgspec

from ... import files
from ...annotations.model import Dataset
from ...errors import CarDamageError
from ...training import requirements
from .clicks import recipe as clicks
from .recipe import RECIPES, Recipe, dataset_of


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
        "--average",
        type=Path,
        metavar="MODEL",
        help="with --bundle: average the weights with those of this model folder",
    )
    parser.add_argument(
        "--partner",
        type=Path,
        metavar="MODEL",
        help="with --bundle: put the network of this training or model beside the other, so that both look",
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

            if given.average or given.partner:
                command += " --bundle DIR" + " --average MODEL" * bool(given.average)
                command += " --partner MODEL" * bool(given.partner)
            bundle(
                recipe,
                given.out,
                given.bundle,
                command=command,
                say=_say,
                average=given.average,
                partner=given.partner,
            )
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
    from ...training import trainer

    stopping: list[int] = []
    signal.signal(signal.SIGTERM, lambda *_: stopping.append(1))
    signal.signal(signal.SIGINT, lambda *_: stopping.append(1))
    out.mkdir(parents=True, exist_ok=True)
    folders = trainer.Folders(out / "checkpoints", out / "previews", out / "models")
    with (out / "events.jsonl").open("a", encoding="utf-8") as events:

        def say(kind: str, **fields: Any) -> None:
            events.write(json.dumps({"kind": kind, "time": round(time.time(), 1), **fields}) + "\n")
            events.flush()

        trainer.run(recipe.job, _frozen(recipe, data, out), folders, say=say, stop=lambda: bool(stopping))


def _frozen(recipe: Recipe, data: Path, out: Path) -> Dataset:
    """The data set of the first call, so that a resumed training learns from the same photos."""
    path = out / "dataset.json"
    if not path.is_file():
        files.write_atomic(path, msgspec.json.encode(dataset_of(recipe, data, out)))
    return msgspec.json.decode(path.read_bytes(), type=Dataset)


if __name__ == "__main__":
    raise SystemExit(main())
