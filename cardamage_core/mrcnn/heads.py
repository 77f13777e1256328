"""Feature pyramid, region proposal network, box head and mask head.

Layer names and weight shapes are Matterport's, so its files fit. Heads see a flat list of regions, whatever the photo.
"""

from typing import Any, Literal

import keras
from keras import layers, ops

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
    return layers.GroupNormalization(config.norm_groups, epsilon=1e-3, name=name)(x)
