"""Imports models: our files and folders, bare weights, and Matterport's .h5, read by Keras in its own process."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from .. import processes
from ..errors import ModelError
from ..models import library, registry
from ..models.registry import Model, ModelCard
from ..mrcnn import matterport, weights
from ..mrcnn.config import Config, EngineError
from ..mrcnn.presets import PRESETS
from ..training import requirements
from .local import environment

MODULE = "cardamage_core.jobs.model_import"
SECONDS = 600
LOGITS = "mrcnn_class_logits"


def import_model(path: Path, models_folder: Path, *, classes: Sequence[str] = (), name: str = "") -> Model:
    """Take a model over into a folder of models. Raises CarDamageError for everything that is none.

    `classes` names the classes of a bare weights file, without the background; by default "damage", or numbers.
    """
    path = Path(path)
    if path.suffix.lower() not in (".h5", ".hdf5"):
        return library.import_file(path, models_folder)
    try:
        if weights.is_ours(path):
            config = weights.read_config(path)
            return _registered(path, config, models_folder, classes=classes, name=name or path.stem, parent=path.name)
        return _converted(path, models_folder, classes=classes, name=name or path.stem)
    except EngineError as error:
        raise ModelError(f"{path.name} cannot be imported: {error.title}", error.detail) from error


def _converted(path: Path, models_folder: Path, *, classes: Sequence[str], name: str) -> Model:
    shapes = matterport.shapes_in(path)
    backbone = matterport.backbone_in(shapes)
    logits = next((shape for key, shape in shapes.items() if key.startswith(f"{LOGITS}/") and len(shape) == 2), None)
    if not backbone or logits is None:
        raise ModelError(f"{path.name} is no whole Mask R-CNN.", "Expected weights of Matterport's layout with heads.")
    requirements.check()
    with tempfile.TemporaryDirectory(prefix="cardamage-import-") as place:
        out = Path(place) / "weights.h5"
        wanted = json.dumps({"backbone": backbone, "classes": int(logits[1])})
        command = processes.command_of(MODULE, str(path), str(out), wanted, python=processes.training_python())
        done = subprocess.run(command, env=environment(), capture_output=True, timeout=SECONDS, check=False, text=True)
        if done.returncode or not out.is_file():
            last = (done.stderr.strip().splitlines() or ["It ended without a word."])[-1]
            raise ModelError(f"{path.name} could not be converted.", last)
        config = weights.read_config(out)
        return _registered(out, config, models_folder, classes=classes, name=name, parent=path.name)


def _registered(
    path: Path, config: Config, models_folder: Path, *, classes: Sequence[str], name: str, parent: str
) -> Model:
    number = config.classes - 1
    names = tuple(classes) or (("damage",) if number == 1 else tuple(f"class {i + 1}" for i in range(number)))
    if len(names) != number:
        raise ModelError(
            f"{parent} tells {number} classes apart, {len(names)} were named.",
            f"Named: {', '.join(names)}. The background has no name.",
        )
    preset = next((key for key in PRESETS if Config.preset(key, classes=2).backbone == config.backbone), "light")
    card = ModelCard(
        id="",
        name=name,
        created="",
        preset=preset,
        classes=names,
        config=config.to_dict(),
        parent=parent,
        summary=f"Imported from {parent}; what it learned from is not known here.",
    )
    return registry.register(models_folder, card, path)


def main(arguments: Sequence[str]) -> int:
    """Convert Matterport's weights to ours: FILE OUT {"backbone", "classes"}."""
    from ..mrcnn import MaskRCNN

    wanted = json.loads(arguments[2])
    config = Config.preset("matterport", **wanted)
    try:
        network = MaskRCNN(config)
        network.load_matterport(arguments[0])
        network.save(arguments[1])
    except EngineError as error:
        sys.stderr.write(f"{error.title} {error.detail}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
