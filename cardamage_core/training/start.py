"""What does a training begin from: random numbers, a backbone that has seen ImageNet, or a model?"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from .. import files
from ..errors import JobError
from ..models import registry
from .job import TrainingJob

if TYPE_CHECKING:
    from ..mrcnn import MaskRCNN

BACKBONE = "mobilenetv2_imagenet_notop.weights.h5"
VARIABLE = "CARDAMAGE_WEIGHTS"
OF_CLASSES = ("mrcnn_class_logits", "mrcnn_bbox_fc", "mrcnn_mask")  # layers whose shape depends on the classes


def load(model: MaskRCNN, job: TrainingJob, models_folder: Path) -> tuple[str, tuple[str, ...]]:
    """Give `model` the weights the job begins from: what they are called, and sentences a person should read."""
    if job.start == "none":
        return "none", ()
    if job.start != "imagenet":
        return _from_model(model, job, models_folder)
    if model.config.backbone != "mobilenetv2":
        return "none", (f"There are no ImageNet weights for {model.config.backbone}: begun from random numbers.",)
    path = find_backbone()
    if path is None:
        return "none", (f"{BACKBONE} was not found, so the network begins from random numbers. {_where()}",)
    model.load_backbone(path)
    return "imagenet", ()


def find_backbone() -> Path | None:
    """The file with the ImageNet weights of the light backbone, or None."""
    return next((path for path in _places() if path.is_file()), None)


def _from_model(model: MaskRCNN, job: TrainingJob, models_folder: Path) -> tuple[str, tuple[str, ...]]:
    parent = registry.find(job.start, models_folder)
    parent.verify()
    backbone = parent.card.config.get("backbone")
    if backbone != model.config.backbone:
        raise JobError(
            f"The model {parent.card.id} cannot be trained further with the preset “{job.preset}”.",
            f"Its backbone is {backbone}, the preset's is {model.config.backbone}. Choose the preset it was made with.",
        )
    if parent.card.classes == job.class_names:
        model.load(parent.weights)
        return parent.card.id, ()
    model.load(parent.weights, exclude=OF_CLASSES)
    learned = ", ".join(parent.card.classes)
    return parent.card.id, (f"{parent.card.id} knows other classes ({learned}): their last layers begin anew.",)


def _places() -> list[Path]:
    """Where the file may lie, in the order of looking."""
    places = []
    if given := os.environ.get(VARIABLE):
        places += [Path(given), Path(given) / BACKBONE]
    places.append(_own_place())
    places.append(files.resource("weights") / BACKBONE)
    places.append(Path(__file__).resolve().parents[2].parent / "shared" / "weights" / BACKBONE)
    return places


def _own_place() -> Path:
    return platformdirs.user_data_path("cardamage", appauthor=False) / "models" / BACKBONE


def _where() -> str:
    return f"Put it at {_own_place()}, or name its place in {VARIABLE}."
