"""The configuration of a network and its training as one frozen, validated value; and the engine's error."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Self

from .presets import PRESETS

BACKBONES = ("mobilenetv2", "efficientnet_lite0", "efficientnet_lite2", "resnet50", "resnet101")
# Repeats, kernel, stride and output channels of each group of blocks (Tan and Le 2019; no squeeze-excite, ReLU6).
LITE_STAGES = {
    "efficientnet_lite0": (
        (1, 3, 1, 16), (2, 3, 2, 24), (2, 5, 2, 40), (3, 3, 2, 80), (3, 5, 1, 112), (4, 5, 2, 192), (1, 3, 1, 320),
    ),
    "efficientnet_lite2": (
        (1, 3, 1, 16), (3, 3, 2, 24), (3, 5, 2, 48), (4, 3, 2, 88), (4, 5, 1, 120), (5, 5, 2, 208), (1, 3, 1, 352),
    ),
}  # fmt: skip
LITE_STEM, WIDENING = 32, 6  # channels of the stem; how many times wider blocks are inside
DETECTION_RULES = ("likeliest", "foreground", "object")
LARGEST_CANVAS = 8192  # pixels on a side
LOSS_NAMES = ("rpn_class", "rpn_box", "class", "box", "mask")


@dataclass(frozen=True, kw_only=True)
class Config:
    """All numbers of one Mask R-CNN. `classes` counts the background. Lengths are canvas pixels, shares are 0..1."""

    classes: int = 2
    backbone: str = "efficientnet_lite0"
    # The photo on its canvas.
    image_min_side: int = 240  # a smaller photo is enlarged until its shorter side has this length ...
    image_max_side: int = 320  # ... but its longer side never exceeds this one
    image_min_scale: float = 0.0  # enlarge at least by this factor
    canvas: str = "fit"  # "fit": follows the photo's shape · "square": image_max_side on both sides
    canvas_step: int = 64  # canvas sides are multiples of this (the coarsest stride)
    canvas_floor: int = 256  # canvas sides are at least this long: fewer shapes, fewer compilations
    pixel_mean: tuple[float, float, float] = (127.0, 127.0, 127.0)  # red, green, blue
    pixel_scale: float = 128.0
    box_grid: str = "continuous"  # how boxes lie on pixels, see boxes.py: "continuous" or "matterport"
    # Feature pyramid, anchors and proposals.
    pyramid_channels: int = 96
    norm_groups: int = 0  # of the group normalisation (Wu and He 2018) in pyramid and heads; 0: none
    anchor_strides: tuple[int, ...] = (8, 16, 32, 64)
    anchor_sizes: tuple[float, ...] = (32.0, 64.0, 128.0, 256.0)
    anchor_ratios: tuple[float, ...] = (0.5, 1.0, 2.0)  # width / height
    rpn_channels: int = 128
    rpn_anchors_per_image: int = 256
    rpn_positive_iou: float = 0.7  # an anchor is an object from this overlap on; the best of each object always is
    rpn_nms_threshold: float = 0.7
    proposals_before_nms: int = 2000
    proposals_training: int = 400
    proposals_inference: int = 150
    rpn_box_std: tuple[float, float, float, float] = (0.1, 0.1, 0.2, 0.2)
    # Heads.
    roi_level_size: float = 224.0  # regions of this many pixels (root of the area) are cut from stride 16
    pool_size: int = 7
    box_head_units: int = 256
    mask_pool_size: int = 14
    mask_head_channels: int = 96
    head_norm: bool = False  # batch normalisation inside the heads, as in Matterport's
    box_std: tuple[float, float, float, float] = (0.1, 0.1, 0.2, 0.2)
    rois_per_image: int = 64
    roi_positive_share: float = 0.33
    # Detections.
    detection_rule: str = "foreground"  # how a region becomes a detection, see `detections.refine`
    detection_max: int = 100
    detection_min_score: float = 0.5
    detection_nms_threshold: float = 0.5
    # Training recipe.
    optimizer: str = "adamw"  # "adamw" with a cosine schedule or "sgd" with momentum
    learning_rate: float = 1e-3
    momentum: float = 0.9
    weight_decay: float = 1e-4
    clip_norm: float = 5.0  # of the norm over all gradients together
    photos_per_step: int = PRESETS["light"].batch
    steps_per_epoch: int = 100
    loss_weights: tuple[float, float, float, float, float] = (1.0, 1.0, 1.0, 1.0, 1.0)  # in the order of LOSS_NAMES
    flip: bool = True
    colour_jitter: float = 0.15
    scale_jitter: float = 0.2
    zoom_share: float = 0.0  # of the photos are shown as a part of themselves, enlarged ...
    zoom_most: float = 3.0  # ... by up to this factor
    paste_share: float = 0.0  # of the photos get damages of others of the same step pasted on (Ghiasi et al. 2021)
    average_decay: float = 0.0  # of the moving average of the weights; 0: none
    precision: str = "float32"  # or "mixed_bfloat16"; box arithmetic is float32 in either case

    def __post_init__(self) -> None:
        for field in fields(self):  # JSON brings lists
            if isinstance(getattr(self, field.name), list):
                object.__setattr__(self, field.name, tuple(getattr(self, field.name)))
        problems = [text for ok, text in _rules(self) if not ok]
        if problems:
            raise EngineError("This network configuration is not possible.", "\n".join(problems))

    @classmethod
    def preset(cls, name: str, classes: int = 2, **changes: Any) -> Self:
        """A named starting point, see `presets`, with changes."""
        if name not in PRESETS:
            raise EngineError(f"There is no preset {name!r}.", f"Known presets: {', '.join(PRESETS)}.")
        return cls.from_dict({**PRESETS[name].values, **changes, "classes": classes})

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The inverse of to_dict. Unknown names are an error."""
        unknown = sorted(set(values) - {field.name for field in fields(cls)})
        if unknown:
            raise EngineError("Unknown names in a network configuration.", ", ".join(unknown))
        try:
            return cls(**values)
        except TypeError as error:
            raise EngineError("A network configuration holds a value of the wrong type.", str(error)) from error

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON (tuples become lists there and come back as tuples)."""
        return asdict(self)

    def change(self, **changes: Any) -> Self:
        """The same configuration with some values replaced."""
        return replace(self, **changes)


def _rules(c: Config) -> list[tuple[bool, str]]:
    """Everything that must hold, each with the sentence that is shown when it does not."""
    return [
        (c.classes >= 2, f"classes counts the background too and must be at least 2, not {c.classes}."),
        (c.backbone in BACKBONES, f"backbone must be one of {', '.join(BACKBONES)}, not {c.backbone!r}."),
        (0 <= c.image_min_side <= c.image_max_side, "image_min_side must lie between 0 and image_max_side."),
        (
            64 <= c.image_max_side <= LARGEST_CANVAS,
            f"image_max_side must lie between 64 and {LARGEST_CANVAS}, not {c.image_max_side}.",
        ),
        (c.canvas in ("fit", "square"), f"canvas must be 'fit' or 'square', not {c.canvas!r}."),
        (c.canvas_step % 64 == 0 and c.canvas_step > 0, "canvas_step must be a multiple of 64, the coarsest stride."),
        (c.box_grid in ("continuous", "matterport"), "box_grid must be 'continuous' or 'matterport'."),
        (
            c.anchor_strides in ((4, 8, 16, 32, 64), (8, 16, 32, 64)),
            "anchor_strides must be (4, 8, 16, 32, 64) or (8, 16, 32, 64).",
        ),
        (len(c.anchor_sizes) == len(c.anchor_strides), "anchor_sizes needs one size for each of anchor_strides."),
        (all(v > 0 for v in (*c.anchor_sizes, *c.anchor_ratios)), "anchor sizes and ratios must be positive."),
        (c.norm_groups >= 0, "norm_groups must be 0 or more."),
        (c.pixel_scale > 0, "pixel_scale must be positive."),
        (c.roi_level_size > 0, "roi_level_size must be positive."),
        (
            min(c.rois_per_image, c.rpn_anchors_per_image, c.detection_max, c.proposals_inference) >= 1,
            "rois_per_image, rpn_anchors_per_image, detection_max and proposals_inference must be at least 1.",
        ),
        (0.3 <= c.rpn_positive_iou <= 1, "rpn_positive_iou must lie between 0.3 and 1."),
        (c.proposals_training >= c.rois_per_image, "proposals_training must be at least rois_per_image."),
        (0 < c.roi_positive_share < 1, "roi_positive_share must lie between 0 and 1."),
        (
            c.detection_rule in DETECTION_RULES,
            f"detection_rule must be one of {', '.join(DETECTION_RULES)}, not {c.detection_rule!r}.",
        ),
        (0 <= c.detection_min_score <= 1, "detection_min_score must lie between 0 and 1."),
        (c.optimizer in ("adamw", "sgd"), f"optimizer must be 'adamw' or 'sgd', not {c.optimizer!r}."),
        (c.learning_rate > 0 and c.clip_norm > 0, "learning_rate and clip_norm must be positive."),
        (len(c.loss_weights) == len(LOSS_NAMES), f"loss_weights needs {len(LOSS_NAMES)} numbers: {LOSS_NAMES}."),
        (0 <= c.scale_jitter < 1 and 0 <= c.colour_jitter < 1, "the jitters must lie between 0 and 1."),
        (0 <= c.zoom_share <= 1 and 0 <= c.paste_share <= 1, "zoom_share and paste_share must lie between 0 and 1."),
        (1 < c.zoom_most <= 8, "zoom_most must lie between 1 and 8."),
        (0 <= c.average_decay < 1, "average_decay must be 0 (none) or below 1; 0.999 is usual."),
        (c.precision in ("float32", "mixed_bfloat16"), "precision must be 'float32' or 'mixed_bfloat16'."),
    ]


class EngineError(Exception):
    """A failure that a person can mend: what failed (`title`); what was expected, found and can be done (`detail`)."""

    def __init__(self, title: str, detail: str = "") -> None:
        super().__init__(f"{title}\n{detail}" if detail else title)
        self.title = title
        self.detail = detail


class OutOfMemoryError(EngineError):
    """There is not enough memory for so much at once."""
