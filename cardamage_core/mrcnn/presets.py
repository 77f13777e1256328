"""Presets: named network configurations, with the photos a step that a usual machine can hold.

The one table that the engine, the command line and the form read.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Preset(NamedTuple):
    """A named starting point: what people read of it, and the keyword arguments of `Config` that make it."""

    title: str
    about: str
    batch: int  # photos a step on a machine of 16 GB
    changes: Mapping[str, Any]  # of Config's defaults

    @property
    def values(self) -> dict[str, Any]:
        """All keyword arguments, the photos a step among them."""
        return {**self.changes, "photos_per_step": self.batch}


_MATTERPORT: dict[str, Any] = {
    "backbone": "resnet101",
    "image_min_side": 800,
    "image_max_side": 1024,
    "canvas": "square",
    "canvas_floor": 64,
    "pixel_mean": (123.7, 116.8, 103.9),
    "pixel_scale": 1.0,
    "box_grid": "matterport",
    "pyramid_channels": 256,
    "anchor_strides": (4, 8, 16, 32, 64),
    "anchor_sizes": (32.0, 64.0, 128.0, 256.0, 512.0),
    "rpn_channels": 512,
    "proposals_before_nms": 6000,
    "proposals_training": 2000,
    "proposals_inference": 1000,
    "box_head_units": 1024,
    "mask_head_channels": 256,
    "head_norm": True,
    "detection_rule": "likeliest",
    "rois_per_image": 200,
    "detection_min_score": 0.9,
    "detection_nms_threshold": 0.3,
    "optimizer": "sgd",
}
_LIGHT: dict[str, Any] = {  # the architecture of the models in the box, so that trainings can begin from them
    "norm_groups": 16,
    "anchor_sizes": (24.0, 48.0, 96.0, 192.0),
    "anchor_ratios": (0.25, 0.5, 1.0, 2.0, 4.0),
    "rpn_positive_iou": 0.5,
    "rpn_anchors_per_image": 128,
    "learning_rate": 5e-4,
}
_BALANCED: dict[str, Any] = _MATTERPORT | {
    "backbone": "resnet50",
    "image_min_side": 384,
    "image_max_side": 512,
    "canvas": "fit",
    "canvas_floor": 384,
    "proposals_training": 1000,
    "proposals_inference": 300,
    "rois_per_image": 100,
    "detection_min_score": 0.5,
}

PRESETS: dict[str, Preset] = {
    "light": Preset("Light", "EfficientNet-Lite0, 320 px: minutes on a processor", 8, _LIGHT),
    "balanced": Preset("Balanced", "ResNet-50, 512 px: for a GPU", 4, _BALANCED),
    "matterport": Preset("Matterport", "ResNet-101, 1024 px: for a large GPU", 2, _MATTERPORT),
}
