"""The decoder of `runtime.click_graphs` in Keras, for training."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers, ops

from ....runtime.click_graphs import FINE, KEYS, MIDDLE, SIZES, WIDE
from ....runtime.layers import EPSILON

Tensor = Any


def build_decoder() -> keras.Model:
    """[f4, f8, f16, f32, guide], channels last, guide (n, 64, 64, 3) -> logits (n, 64, 64, 1)."""
    f4, f8, f16, f32 = (layers.Input((side, side, channels), name=name) for name, (side, channels) in SIZES.items())
    guide = layers.Input((64, 64, 3), name="guide")
    g4 = _conv(guide, "guide4", FINE)
    g8 = _conv(g4, "guide8", MIDDLE, stride=2)
    g16 = _conv(g8, "guide16", WIDE, stride=2)
    x = _sum([_flat(f16, "f16", WIDE), _doubled(_flat(f32, "f32", WIDE)), g16])
    x = _attended(x)
    x = _block(x, "wide1", WIDE)
    x = _block(x, "wide2", WIDE)
    x8 = _sum([_flat(f8, "f8", MIDDLE), _doubled(_flat(x, "down8", MIDDLE)), g8])
    x8 = _sum([x8, _flat(_likeness(x8, guide), "alike", MIDDLE)])
    x8 = _block(x8, "middle1", MIDDLE)
    x4 = _sum([_flat(f4, "f4", FINE), _doubled(_flat(x8, "down4", FINE)), g4])
    x4 = _block(x4, "fine1", FINE)
    logits = layers.Conv2D(1, 3, padding="same", name="logits")(x4)
    return keras.Model([f4, f8, f16, f32, guide], logits, name="click_decoder")


def _norm(x: Tensor, name: str) -> Tensor:
    return layers.BatchNormalization(name=f"{name}_bn", epsilon=EPSILON, momentum=0.98)(x)


def _conv(x: Tensor, name: str, channels: int, *, stride: int = 1, relu: bool = True) -> Tensor:
    x = layers.Conv2D(channels, 3, strides=stride, padding="same", use_bias=False, name=name)(x)
    x = _norm(x, name)
    return layers.ReLU()(x) if relu else x


def _flat(x: Tensor, name: str, channels: int) -> Tensor:
    return _norm(layers.Conv2D(channels, 1, use_bias=False, name=f"flat_{name}")(x), f"flat_{name}")


def _doubled(x: Tensor) -> Tensor:
    return layers.UpSampling2D(2)(x)


def _sum(values: list[Tensor]) -> Tensor:
    return layers.ReLU()(layers.Add()(values))


def _block(x: Tensor, name: str, channels: int) -> Tensor:
    out = _conv(_conv(x, f"{name}a", channels), f"{name}b", channels, relu=False)
    return _sum([x, out])


def _attended(x: Tensor) -> Tensor:
    query, key, value = (
        layers.Reshape((256, size))(layers.Conv2D(size, 1, name=f"attention_{part}")(x))
        for part, size in (("query", KEYS), ("key", KEYS), ("value", WIDE))
    )
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) * KEYS**-0.5, axis=-1)
    taken = layers.Reshape((16, 16, WIDE))(ops.matmul(weights, value))
    out = layers.Conv2D(WIDE, 1, use_bias=False, name="attention_out")(taken)
    return _sum([x, _norm(out, "attention_out")])


def _likeness(x: Tensor, guide: Tensor) -> Tensor:
    keys = layers.Reshape((1024, KEYS))(layers.Conv2D(KEYS, 1, name="likeness")(x))
    keys = keys / ops.sqrt(ops.sum(ops.square(keys), axis=-1, keepdims=True) + 1e-12)
    marks = layers.Reshape((1024, 3))(layers.AveragePooling2D(2)(guide))
    sums = ops.matmul(ops.transpose(marks, (0, 2, 1)), keys)  # (n, 3, KEYS)
    total = ops.sum(ops.transpose(marks, (0, 2, 1)), axis=-1, keepdims=True)
    alike = ops.matmul(keys, ops.transpose(sums / (total + 0.01), (0, 2, 1)))  # (n, 1024, 3)
    return layers.Reshape((32, 32, 3))(alike)
