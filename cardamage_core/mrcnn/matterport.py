"""Reads configurations and weights files of Matterport's Mask R-CNN (github.com/matterport/Mask_RCNN, mrcnn 2.x)."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from . import weights
from .config import LARGEST_CANVAS, Config, EngineError
from .presets import PRESETS

# Upper-case name -> ours, where the value is taken as it is.
SAME: dict[str, str] = {
    "BACKBONE": "backbone",
    "NUM_CLASSES": "classes",
    "IMAGE_MIN_DIM": "image_min_side",
    "IMAGE_MAX_DIM": "image_max_side",
    "IMAGE_MIN_SCALE": "image_min_scale",
    "MEAN_PIXEL": "pixel_mean",
    "TOP_DOWN_PYRAMID_SIZE": "pyramid_channels",
    "BACKBONE_STRIDES": "anchor_strides",
    "RPN_ANCHOR_SCALES": "anchor_sizes",
    "RPN_ANCHOR_RATIOS": "anchor_ratios",
    "RPN_TRAIN_ANCHORS_PER_IMAGE": "rpn_anchors_per_image",
    "RPN_NMS_THRESHOLD": "rpn_nms_threshold",
    "RPN_BBOX_STD_DEV": "rpn_box_std",
    "PRE_NMS_LIMIT": "proposals_before_nms",
    "POST_NMS_ROIS_TRAINING": "proposals_training",
    "POST_NMS_ROIS_INFERENCE": "proposals_inference",
    "POOL_SIZE": "pool_size",
    "MASK_POOL_SIZE": "mask_pool_size",
    "FPN_CLASSIF_FC_LAYERS_SIZE": "box_head_units",
    "BBOX_STD_DEV": "box_std",
    "TRAIN_ROIS_PER_IMAGE": "rois_per_image",
    "ROI_POSITIVE_RATIO": "roi_positive_share",
    "DETECTION_MAX_INSTANCES": "detection_max",
    "DETECTION_MIN_CONFIDENCE": "detection_min_score",
    "DETECTION_NMS_THRESHOLD": "detection_nms_threshold",
    "LEARNING_RATE": "learning_rate",
    "LEARNING_MOMENTUM": "momentum",
    "WEIGHT_DECAY": "weight_decay",
    "GRADIENT_CLIP_NORM": "clip_norm",
    "STEPS_PER_EPOCH": "steps_per_epoch",
}
# Names without a meaning here, since they follow from others or describe what we do another way.
FOLLOWS = {"NAME", "BATCH_SIZE", "IMAGE_SHAPE", "IMAGE_META_SIZE", "IMAGE_CHANNEL_COUNT", "MASK_SHAPE"}
FOLLOWS |= {"VALIDATION_STEPS", "MAX_GT_INSTANCES", "USE_MINI_MASK", "MINI_MASK_SHAPE"}
# Names of which only some values exist here.
ONLY: dict[str, tuple[Any, ...]] = {
    "COMPUTE_BACKBONE_SHAPE": (None,),
    "RPN_ANCHOR_STRIDE": (1,),
    "TRAIN_BN": (False,),
    "USE_RPN_ROIS": (True,),
    "IMAGE_RESIZE_MODE": ("square", "pad64"),
}
LOSS_KEYS = ("rpn_class_loss", "rpn_bbox_loss", "mrcnn_class_loss", "mrcnn_bbox_loss", "mrcnn_mask_loss")  # our order


def config_from_matterport(values: Mapping[str, Any]) -> Config:
    """A Config from the upper-case names of mrcnn.config.Config; what is not given has Matterport's value."""
    problems = [f"{name}: unknown name" for name in values if not _known(name)]
    problems += [
        f"{name}: {values[name]!r} is not supported, only {' or '.join(map(repr, allowed))}"
        for name, allowed in ONLY.items()
        if name in values and values[name] not in allowed
    ]
    if problems:
        raise EngineError("This Matterport configuration cannot be used.", "\n".join(problems))
    own = {ours: _plain(values[theirs]) for theirs, ours in SAME.items() if theirs in values}
    if values.get("IMAGE_RESIZE_MODE") == "pad64":
        own |= {"canvas": "fit", "image_max_side": LARGEST_CANVAS}  # IMAGE_MAX_DIM has no meaning there
    own["photos_per_step"] = int(values.get("IMAGES_PER_GPU", 2)) * int(values.get("GPU_COUNT", 1))
    if "LOSS_WEIGHTS" in values:
        own["loss_weights"] = _loss_weights(values["LOSS_WEIGHTS"])
    return Config.from_dict({**PRESETS["matterport"].values, "detection_min_score": 0.7, **own})


def read_matterport(
    path: Path, shapes: Mapping[str, tuple[int, ...]], *, exclude: Iterable[str] = ()
) -> dict[str, np.ndarray]:
    """Weights from a file of Matterport's layout, by our names "layer/weight", except of excluded layers.

    Layers are named in full, as in Matterport's load_weights. Missing, unused and misshapen weights raise EngineError.
    """
    return weights.read_arrays(path, shapes, exclude=exclude, rename=lambda full: _our_name(full, path))


def shapes_in(path: Path) -> dict[str, tuple[int, ...]]:
    """The shapes of the weights in a file of Matterport's layout, by our names "layer/weight"."""
    named = {_our_name(full, path): shape for full, shape in weights.shapes_in(path).items()}
    return {name: shape for name, shape in named.items() if name is not None}


def backbone_in(shapes: Mapping[str, tuple[int, ...]]) -> str:
    """Which backbone weights of these names belong to."""
    if "block_1_expand/kernel" in shapes:
        return "mobilenetv2"
    if "lite1_stem/kernel" in shapes:
        return "efficientnet_lite2" if "lite5_20_project/kernel" in shapes else "efficientnet_lite0"
    return "resnet101" if "res4w_branch2a/kernel" in shapes else "resnet50"


def _known(name: str) -> bool:
    return name in SAME or name in FOLLOWS or name in ONLY or name in ("LOSS_WEIGHTS", "IMAGES_PER_GPU", "GPU_COUNT")


def _plain(value: Any) -> Any:
    value = value.tolist() if isinstance(value, np.ndarray) else value
    return tuple(value) if isinstance(value, list) else value


def _loss_weights(given: Mapping[str, float]) -> tuple[float, ...]:
    if set(given) != set(LOSS_KEYS):
        raise EngineError("LOSS_WEIGHTS needs exactly these names.", ", ".join(LOSS_KEYS))
    return tuple(float(given[key]) for key in LOSS_KEYS)


def _our_name(full: str, path: Path) -> str | None:
    """ "rpn_model/rpn_conv_shared/kernel:0" -> "rpn_conv_shared/kernel"; None for the state of an optimiser."""
    if full.startswith("optimizer_weights/"):
        return None
    parts = full.split("/")
    if len(parts) < 2 or not parts[-1].endswith(":0"):
        raise EngineError(f"{path} is not a Matterport weights file.", f"It holds an array {full!r}.")
    return f"{parts[-2]}/{parts[-1].removesuffix(':0')}"
