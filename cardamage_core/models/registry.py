"""Model folders: the card of a model, and listing, opening and registering models.

A model is a folder with `card.json` and `weights.h5`. It appears under its name only when it is whole.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
import platformdirs

from .. import files
from ..annotations import labels
from ..annotations.model import Role
from ..errors import ModelError
from ..version import __version__


class SourceNote(msgspec.Struct, frozen=True):
    """A collection that a model learned from: its licence ("none stated" where there is none) and whom to credit."""

    name: str
    licence: str
    credit: str
    photos: int


class PartnerTraining(msgspec.Struct, frozen=True):
    """How a second network came to be, in the words of a card: `created`, `job`, `data_hash`, `parent`."""

    created: str
    job: dict[str, Any]
    data_hash: str
    parent: str


class ModelCard(msgspec.Struct, frozen=True):
    """What a person or program must know about a model.

    `classes` are named without the background and have ids 1, 2, …; `config` is `mrcnn.Config.to_dict()`; `job` the
    TrainingJob as a dict; `data_hash` names the regions learned from; `parent` the model or weights begun from;
    `metrics` are measured on the validation photos of the job; `created` is ISO 8601 in UTC.
    `mirror_side`: it looks at the photo's mirror image, too, so many pixels long (None: not at all). `partner`: its
    weights hold a second network that learned the same apart from the first, and looks, too; `partner_training` says
    how. Threshold, calibration and metrics are those of all looks together.
    `summary` says in a sentence what the model is good for, `weaknesses` where it fails; `roles` of its classes where
    their names do not tell; `threshold` is the score from which its predictions count. `calibration` are points (score
    of the network, share of such predictions that are right) with rising scores; `command` made the model.
    """

    id: str
    name: str
    created: str
    preset: str
    classes: tuple[str, ...]
    config: dict[str, Any]
    job: dict[str, Any] = msgspec.field(default_factory=dict)
    data_hash: str = ""
    metrics: dict[str, Any] = msgspec.field(default_factory=dict)
    summary: str = ""
    weaknesses: tuple[str, ...] = ()
    sources: tuple[SourceNote, ...] = ()
    roles: dict[str, Role] = msgspec.field(default_factory=dict)
    threshold: float | None = None
    calibration: tuple[tuple[float, float], ...] = ()
    mirror_side: int | None = None
    partner: bool = False
    partner_training: PartnerTraining | None = None
    command: str = ""
    parent: str = ""
    versions: dict[str, str] = msgspec.field(default_factory=dict)
    weights_sha256: str = ""

    def role_of(self, name: str) -> Role:
        """The role of a class: as the card says, else guessed by name."""
        return self.roles.get(name) or labels.role_of(name)

    def calibrated(self, scores: Sequence[float] | np.ndarray) -> np.ndarray:
        """Scores of the network (n,) -> how often such predictions are right, 0…1; unchanged without calibration."""
        if not self.calibration:
            return np.asarray(scores, np.float32)
        network, right = zip(*self.calibration, strict=True)
        return np.asarray(np.interp(np.asarray(scores, float), network, right), np.float32)

    def raw_score(self, calibrated: float) -> float:
        """The score of the network that a calibrated one belongs to."""
        if not self.calibration:
            return calibrated
        network, right = zip(*self.calibration, strict=True)
        return float(np.interp(calibrated, right, network))


CARD, WEIGHTS, BUNDLED = "card.json", "weights.h5", "models"
CLICKS = "clicks"  # folder of the click network among the files we ship: it finds nothing by itself
PACKAGES = ("keras", "tensorflow", "onnxruntime", "numpy")


class Model(NamedTuple):
    """A model on disk."""

    folder: Path
    card: ModelCard

    @property
    def weights(self) -> Path:
        """The file with the network's arrays."""
        return self.folder / WEIGHTS

    def verify(self) -> None:
        """Raise ModelError if the weights are not the ones the card speaks of. Reads the whole file."""
        found = files.sha256(self.weights)
        if self.card.weights_sha256 and found != self.card.weights_sha256:
            raise ModelError(
                f"The weights of {self.folder} are damaged or changed.",
                f"Expected SHA-256 {self.card.weights_sha256[:12]}…, found {found[:12]}….",
            )


def models(models_folder: Path) -> list[Model]:
    """The models in a folder of models, newest first; folders that are not a model are passed over."""
    if not Path(models_folder).is_dir():
        return []
    folders = [path for path in Path(models_folder).iterdir() if (path / CARD).is_file()]
    found = [model for path in folders if (model := _readable(path)) is not None]
    return sorted(found, key=lambda model: (model.card.created, model.card.id), reverse=True)


def bundled() -> list[Model]:
    """The models that come with the program, damage first."""
    return sorted(models(files.resource(BUNDLED)), key=_outlines_cars)


def default() -> Model:
    """The bundled model that sees damage. Raises ModelError where none came along."""
    found = [one for one in bundled() if any(one.card.role_of(name) == "damage" for name in one.card.classes)]
    if not found:
        raise ModelError(
            "No model came with this installation.", "Name one with --model, or install the program again."
        )
    return found[0]


def click_network() -> Path | None:
    """The folder of the network that outlines what is clicked (`clicks`), None where none came along."""
    folder = files.resource(CLICKS)
    return folder if (folder / CARD).is_file() else None


def bundled_summary() -> str:
    """What the bundled models are good for and where they fail, "" where none came along."""
    return " ".join(model.card.summary for model in bundled())


def library_folder() -> Path:
    """The folder of the user's own models, which every project sees."""
    return platformdirs.user_data_path("cardamage", appauthor=False) / "library"


def available(models_folder: Path | None) -> list[Model]:
    """The models of a folder, newest first, then those of the user's library, then those that come along."""
    return [*(models(models_folder) if models_folder else ()), *models(library_folder()), *bundled()]


def damage_models(models_folder: Path | None) -> list[Model]:
    """Those of the available models that see damage: one that only outlines cars is asked beside them."""
    return [
        one for one in available(models_folder) if any(one.card.role_of(name) == "damage" for name in one.card.classes)
    ]


def completed_by_car(model: Model) -> tuple[Model, ...]:
    """The model, and with it the bundled one that outlines the car where the model itself does not."""
    if _outlines_cars(model):
        return (model,)
    return (model, *[one for one in bundled() if _outlines_cars(one)][:1])


def _outlines_cars(model: Model) -> bool:
    return any(model.card.role_of(name) == "car" for name in model.card.classes)


def find(name_or_path: str | Path, models_folder: Path | None = None) -> Model:
    """The model in a folder, the newest of `models_folder` or a bundled one by id or name. Raises ModelError."""
    path = Path(name_or_path)
    if (path / CARD).is_file():
        return read(path)
    if path.exists():
        raise ModelError(f"{path} is not a model.", _refusal(path))
    known = available(models_folder)
    for model in known:
        if str(name_or_path) in (model.card.id, model.card.name):
            return model
    raise ModelError(f"There is no model “{name_or_path}”.", _instead(known, models_folder))


def read(folder: Path) -> Model:
    """The model in this folder. Raises ModelError when card or weights are missing or damaged."""
    folder = Path(folder).absolute()
    try:
        card = msgspec.json.decode((folder / CARD).read_bytes(), type=ModelCard)
    except OSError as error:
        raise ModelError(f"{folder} is not a model.", f"Could not read {CARD}: {error.strerror}.") from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise ModelError(f"{folder / CARD} is damaged.", f"{error}.") from error
    if not (folder / WEIGHTS).is_file():
        exported = " Its ONNX files are an export: they are never read." if any(folder.glob("*.onnx")) else ""
        raise ModelError(f"The model {folder} has no weights.", f"Expected the file {WEIGHTS} beside {CARD}.{exported}")
    return Model(folder, card)


def register(models_folder: Path, card: ModelCard, weights_path: Path) -> Model:
    """Make a model folder of a card and a file of weights, which is copied.

    Id, time, versions and the weights' hash are filled in where the card leaves them empty.
    """
    card = _completed(card, weights_path)
    folder = Path(models_folder).absolute() / card.id
    if folder.exists():
        return read(folder)  # the id holds the hash of the weights: it is the same model
    unfinished = folder.with_name(f".{card.id}.part")
    try:
        unfinished.mkdir(parents=True, exist_ok=True)
        with files.atomic_path(unfinished / WEIGHTS) as temporary:
            shutil.copyfile(weights_path, temporary)
        files.write_atomic(unfinished / CARD, msgspec.json.format(msgspec.json.encode(card)))
        unfinished.rename(folder)
        files.sync_folder(folder.parent)
    except OSError as error:
        raise ModelError(f"Could not store the model {folder}.", f"{error.strerror or error}.") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return Model(folder, card)


def versions() -> dict[str, str]:
    """Our version and those of the packages that a result depends on."""
    from importlib import metadata

    found = {"cardamage": __version__}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def _completed(card: ModelCard, weights_path: Path) -> ModelCard:
    try:
        digest = files.sha256(weights_path)
    except OSError as error:
        raise ModelError(f"Could not read {weights_path}.", f"{error.strerror}.") from error
    slug = re.sub(r"[^a-z0-9]+", "-", card.name.lower()).strip("-")[:40] or "model"
    return msgspec.structs.replace(
        card,
        id=card.id or f"{slug}-{digest[:8]}",
        created=card.created or datetime.now(UTC).isoformat(timespec="milliseconds"),
        versions=card.versions or versions(),
        weights_sha256=digest,
    )


def _refusal(path: Path) -> str:
    never = f"{path.name} was not opened: ONNX files are programs, and only weights are read, never programs. "
    return f"{never if path.suffix.lower() == '.onnx' else ''}A model is a folder with {CARD} and {WEIGHTS}."


def _instead(known: list[Model], models_folder: Path | None) -> str:
    names = ", ".join(model.card.id for model in known[:8]) or "none"
    if models_folder is None:
        return f"Name the folder of a model, or the project that holds it (--project). Models that come along: {names}."
    return f"Models in {models_folder} and coming along: {names}."


def _readable(folder: Path) -> Model | None:
    try:
        return read(folder)
    except ModelError:
        return None
