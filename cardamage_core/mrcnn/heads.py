"""Feature pyramid, region proposal network with its proposals, region pooling, box head and mask head.

Layer names and weight shapes are Matterport's, so its files fit. Heads see a flat list of regions, whatever the photo.
"""

import math
from collections.abc import Sequence
from typing import Any, Literal

import keras
import numpy as np
from keras import layers, ops

from . import boxes, native
from .backbones import build_backbone
from .config import Config

Tensor = Any


def build_trunk(config: Config) -> keras.Model:
    """(batch, h, w, 3) -> [P2 or P3, ..., P6], each (batch, h / stride, w / stride, pyramid_channels)."""
    backbone = build_backbone(config.backbone)
    channels, taps = config.pyramid_channels, dict(zip((2, 3, 4, 5), backbone.outputs, strict=True))
    finest = config.anchor_strides[0].bit_length() - 1
    merged: dict[int, Tensor] = {}
    for level in range(5, finest - 1, -1):
        lateral = _grouped(layers.Conv2D(channels, 1, name=f"fpn_c{level}p{level}")(taps[level]), config)
        above = merged.get(level + 1)
        merged[level] = lateral if above is None else layers.Add()([layers.UpSampling2D(2)(above), lateral])
    pyramid = [
        _grouped(layers.Conv2D(channels, 3, padding="same", name=f"fpn_p{level}")(merged[level]), config)
        for level in sorted(merged)
    ]
    pyramid.append(layers.MaxPooling2D(1, strides=2, name="fpn_p6")(pyramid[-1]))
    return keras.Model(backbone.input, pyramid, name="trunk")


def build_rpn(config: Config) -> keras.Model:
    """One pyramid level (batch, h, w, channels) -> logits (batch, h * w * ratios, 2) and deltas (batch, same, 4)."""
    ratios = len(config.anchor_ratios)
    feature = layers.Input((None, None, config.pyramid_channels))
    x = layers.Conv2D(config.rpn_channels, 3, padding="same", name="rpn_conv_shared")(feature)
    x = layers.ReLU()(_grouped(x, config))
    logits = layers.Conv2D(2 * ratios, 1, name="rpn_class_raw")(x)
    deltas = layers.Conv2D(4 * ratios, 1, name="rpn_bbox_pred")(x)
    return keras.Model(feature, [layers.Reshape((-1, 2))(logits), layers.Reshape((-1, 4))(deltas)], name="rpn")


def build_box_head(config: Config) -> keras.Model:
    """Pooled regions (m, pool, pool, channels) -> logits (m, classes) and a box delta for each (m, classes, 4)."""
    pooled = layers.Input((config.pool_size, config.pool_size, config.pyramid_channels))
    units, norm = config.box_head_units, config.head_norm
    x = _conv_relu(pooled, units, config.pool_size, "mrcnn_class_conv1", norm=norm and "mrcnn_class_bn1", config=config)
    x = _conv_relu(x, units, 1, "mrcnn_class_conv2", norm=norm and "mrcnn_class_bn2", config=config)
    x = layers.Reshape((units,), name="pool_squeeze")(x)
    logits = layers.Dense(config.classes, name="mrcnn_class_logits")(x)
    deltas = layers.Dense(config.classes * 4, name="mrcnn_bbox_fc")(x)
    return keras.Model(pooled, [logits, layers.Reshape((config.classes, 4))(deltas)], name="box_head")


def build_mask_head(config: Config) -> keras.Model:
    """Pooled regions (m, pool, pool, channels) -> mask logits for each class (m, 2 * pool, 2 * pool, classes)."""
    pooled = layers.Input((config.mask_pool_size, config.mask_pool_size, config.pyramid_channels))
    x, channels = pooled, config.mask_head_channels
    for i in (1, 2, 3, 4):
        norm = config.head_norm and f"mrcnn_mask_bn{i}"
        x = _conv_relu(x, channels, 3, f"mrcnn_mask_conv{i}", norm=norm, config=config, padding="same")
    x = layers.Conv2DTranspose(channels, 2, strides=2, activation="relu", name="mrcnn_mask_deconv")(x)
    return keras.Model(pooled, layers.Conv2D(config.classes, 1, name="mrcnn_mask")(x), name="mask_head")


def run_rpn(rpn: keras.Model, pyramid: list[Tensor]) -> tuple[Tensor, Tensor]:
    """The proposal network on all levels, in the anchors' order: float32 logits (b, a, 2) and deltas (b, a, 4)."""
    logits, deltas = zip(*(rpn(level) for level in pyramid), strict=True)
    return ops.cast(ops.concatenate(logits, 1), "float32"), ops.cast(ops.concatenate(deltas, 1), "float32")


def _conv_relu(
    x: Tensor,
    channels: int,
    size: int,
    name: str,
    *,
    norm: str | Literal[False],
    config: Config,
    padding: str = "valid",
) -> Tensor:
    x = layers.Conv2D(channels, size, padding=padding, name=name)(x)
    if norm:
        x = layers.BatchNormalization(name=norm, epsilon=1e-3)(x, training=False)
    return layers.ReLU()(_grouped(x, config))


def _grouped(x: Tensor, config: Config) -> Tensor:
    """Group normalisation, named after the layer before it, where the configuration asks for it."""
    if not config.norm_groups:
        return x
    name = f"{x._keras_history.operation.name}_gn"
    return layers.GroupNormalization(math.gcd(config.norm_groups, x.shape[-1]), epsilon=1e-3, name=name)(x)


def propose(scores: Tensor, deltas: Tensor, anchors: np.ndarray, *, limit: int, config: Config) -> Tensor:
    """The best distinct anchors, moved: (b, a), (b, a, 4), normalised (a, 4) -> (b, limit, 4), zeros where fewer."""
    top, order = ops.top_k(scores, min(config.proposals_before_nms, anchors.shape[0]))
    deltas = ops.take_along_axis(deltas, order[..., None], axis=1) * _constant(config.rpn_box_std)
    moved = boxes.clip(boxes.decode(ops.take(_constant(anchors), order, axis=0), deltas))
    return ops.stack([_distinct(moved[i], top[i], limit, config=config) for i in range(moved.shape[0])])


def _distinct(candidates: Tensor, scores: Tensor, limit: int, *, config: Config) -> Tensor:
    kept = native.nms(candidates, scores, limit, iou_threshold=config.rpn_nms_threshold)
    chosen = ops.take(candidates, ops.maximum(kept, 0), axis=0)
    return ops.where(kept[:, None] >= 0, chosen, 0.0)


def roi_align(
    pyramid: Sequence[Tensor], rois: Tensor, photo: Tensor, *, canvas: tuple[int, int], size: int, config: Config
) -> Tensor:  # (m, size, size, channels) float32
    """Cut normalised regions (m, 4) of photos (m,) out of the pyramid, each from the level that suits its size.

    The coarsest level (P6) only makes proposals. Sampling: one point in the middle of each bin; with the matterport
    grid the outermost points lie on the region's border instead (its crop_and_resize). There a region that reaches the
    canvas's border has its last points on the last cell or, by the rounding of its other end, beyond: they read 0.
    """
    levels = list(pyramid[:-1])
    level = choose_level(rois, canvas, strides=config.anchor_strides[:-1], unit_size=config.roi_level_size)
    ends = rois
    if config.box_grid != "matterport":
        sides = np.array([f.shape[1:3] for f in levels], np.float32)
        ends = boxes.bin_middles(rois, ops.take(_constant(sides), level, axis=0), size=size)
    return native.pyramid_crop(levels, ends, photo, level=level, size=size)


def choose_level(
    rois: Tensor, canvas: tuple[int, int], *, strides: Sequence[int], unit_size: float = 224.0
) -> Tensor:  # (m,) int32
    """Index into the levels for normalised regions (m, 4), see `boxes.pyramid_level`."""
    return ops.cast(boxes.pyramid_level(rois, canvas, strides=strides, unit_size=unit_size), "int32")


def _constant(values: Any) -> Tensor:
    return ops.convert_to_tensor(np.asarray(values, np.float32))
