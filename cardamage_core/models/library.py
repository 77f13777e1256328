"""The user's own library of models, beside every project's; models as one file, renamed, deleted.

A model as one file is a zip archive with `card.json` and `weights.h5`. Archives come from anywhere: only these two
names are read, sizes are limited, and the weights must be those that the card speaks of.
"""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from pathlib import Path
from typing import IO

import msgspec

from .. import files
from ..errors import ModelError, reason_of
from . import registry
from .registry import CARD, WEIGHTS, Model, ModelCard

SUFFIX = ".cardamage-model"
LARGEST = {CARD: 4 << 20, WEIGHTS: 2 << 30}  # bytes
OF_BUNDLED = "It came with the program: copy it to the library first."


def folder() -> Path:
    """Where the user's models lie."""
    return registry.library_folder()


def keep(model: Model) -> Model:
    """Copy a model into the library, so that every project sees it. Raises ModelError."""
    return registry.register(folder(), model.card, model.weights)


def export(model: Model, path: Path) -> Path:
    """Write a model as one file, whole or not at all; its path. Raises ModelError, CarDamageError."""
    model.verify()
    path = path if path.suffix == SUFFIX else path.with_name(path.name + SUFFIX)
    with (
        files.atomic_path(path) as temporary,
        zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive,
    ):
        archive.write(model.folder / CARD, CARD)
        archive.write(model.weights, WEIGHTS)
    return path


def import_file(path: Path, models_folder: Path) -> Model:
    """Take over a model from one file, or from a model's folder. Raises ModelError for anything else."""
    path = Path(path)
    if path.is_dir():
        found = registry.read(path)
        found.verify()
        return registry.register(models_folder, found.card, found.weights)
    with tempfile.TemporaryDirectory(prefix="cardamage-model-") as place:
        _unpack(path, Path(place))
        found = registry.read(Path(place))
        found.verify()
        return registry.register(models_folder, found.card, found.weights)


def rename(model: Model, name: str) -> Model:
    """Give a model another name; its id stays. Raises ModelError."""
    if not name.strip():
        raise ModelError("A model needs a name.", "Choose one that tells it from the others.")
    if is_bundled(model):
        raise ModelError(f"{model.card.name} cannot be renamed.", OF_BUNDLED)
    card: ModelCard = msgspec.structs.replace(model.card, name=name.strip())
    files.write_atomic(model.folder / CARD, msgspec.json.format(msgspec.json.encode(card)))
    return Model(model.folder, card)


def is_bundled(model: Model) -> bool:
    """Whether it came with the program."""
    return model.folder.parent == files.resource(registry.BUNDLED).absolute()


def is_kept(model: Model) -> bool:
    """Whether it lies in the library."""
    return model.folder.parent == folder().absolute()


def _unpack(path: Path, place: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            for name, most in LARGEST.items():
                with archive.open(name) as source, (place / name).open("wb") as target:
                    _copy(source, target, most, name=f"{name} in {path.name}")
    except KeyError as error:
        raise ModelError(f"{path} is no model.", f"Expected {CARD} and {WEIGHTS} in it.") from error
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        expected = f"Expected a {SUFFIX} file or the folder of a model"
        raise ModelError(f"{path} is no model.", f"{expected}: {reason_of(error)}.") from error


def _copy(source: IO[bytes], target: IO[bytes], most: int, *, name: str) -> None:
    """Copy at most so many bytes, whatever the archive says of itself."""
    left = most
    while block := source.read(min(1 << 20, left + 1)):
        left -= len(block)
        if left < 0:
            raise ModelError(f"{name} is too large.", f"At most {most >> 20} MB are read.")
        target.write(block)


def remove(model: Model) -> None:
    """Remove a model of the library for good. Raises ModelError for others."""
    if not is_kept(model):
        raise ModelError(f"{model.card.name} is not in the library.", f"It lies in {model.folder}.")
    try:
        shutil.rmtree(model.folder)
    except OSError as error:
        raise ModelError(f"{model.folder} could not be removed.", f"{error.strerror or error}.") from error
