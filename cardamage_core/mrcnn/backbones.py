"""Backbones: convolutional networks that turn a canvas into features C2 … C5, and the stage of each layer."""

import re
from typing import Any

import keras
from keras import layers, ops

from .config import LITE_STAGES, LITE_STEM, WIDENING

Tensor = Any


def build_backbone(name: str) -> keras.Model:
    """A network (batch, h, w, 3) -> [C2, C3, C4, C5] with strides 4, 8, 16, 32, without a classifier."""
    match name:
        case "mobilenetv2":
            return mobilenetv2()
        case "efficientnet_lite0" | "efficientnet_lite2":
            return efficientnet_lite(LITE_STAGES[name])
    return resnet({"resnet50": 6, "resnet101": 23}[name])


def mobilenetv2() -> keras.Model:
    """MobileNetV2 (Sandler et al. 2018), tapped where each stride ends, after the widening of the next block."""
    whole = keras.applications.MobileNetV2(input_shape=(None, None, 3), include_top=False, weights=None)
    taps = ("block_3_expand_relu", "block_6_expand_relu", "block_13_expand_relu", "out_relu")
    return keras.Model(whole.input, [whole.get_layer(tap).output for tap in taps], name="backbone")


def efficientnet_lite(stages: tuple[tuple[int, int, int, int], ...]) -> keras.Model:
    """EfficientNet-Lite without its head, tapped like MobileNetV2; blocks count from 0 as in the published weights.

    A layer's name begins with its stage: "lite3_4_depthwise" belongs to block 4, whose input has stride 2**3.
    """
    image = layers.Input((None, None, 3))
    x = _lite_conv(image, layers.Conv2D, LITE_STEM, 3, name="lite1_stem", strides=2)
    stage, block, taps = 1, 0, []
    for repeats, kernel, stride, channels in stages:
        for repeat in range(repeats):
            step = stride if repeat == 0 else 1
            shortcut, name = x, f"lite{stage}_{block}"
            if block:
                x = _lite_conv(x, layers.Conv2D, WIDENING * x.shape[-1], 1, name=f"{name}_expand")
            if step == 2:
                taps.append(x)
                stage += 1
                name = f"lite{stage}_{block}"
            x = _lite_conv(x, layers.DepthwiseConv2D, kernel, name=f"{name}_depthwise", strides=step)
            x = _lite_conv(x, layers.Conv2D, channels, 1, name=f"{name}_project", relu=False)
            if step == 1 and shortcut.shape[-1] == channels:
                x = layers.Add()([shortcut, x])
            block += 1
    return keras.Model(image, [*taps[1:], x], name="backbone")


def resnet(blocks_in_stage_4: int) -> keras.Model:
    """ResNet (He et al. 2015) as in Matterport: stride in the first 1×1, biases, epsilon 1e-3, the same names."""
    image = layers.Input((None, None, 3))
    x = layers.ZeroPadding2D(3)(image)
    x = layers.Conv2D(64, 7, strides=2, name="conv1")(x)
    x = layers.ReLU()(layers.BatchNormalization(name="bn_conv1", epsilon=1e-3)(x, training=False))
    x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
    taps = []
    for stage, blocks in zip((2, 3, 4, 5), (3, 4, blocks_in_stage_4, 3), strict=True):
        for block in range(blocks):
            x = _bottleneck(x, 2 ** (stage + 4), f"{stage}{chr(ord('a') + block)}", first=block == 0)
        taps.append(x)
    return keras.Model(image, taps, name="backbone")


def stage_of(layer: str) -> int:
    """The stage 1..5 (stride 2**stage) of a backbone layer, by its name; 0 for all layers that are not backbone."""
    if layer.startswith(("mrcnn_", "rpn_", "fpn_")):
        return 0
    if match := re.match(r"(?:res|bn)(\d)[a-z]_", layer):
        return int(match[1])
    if match := re.match(r"lite(\d)_", layer):
        return int(match[1])
    if match := re.match(r"block_(\d+)_", layer):
        return 2 + sum(int(match[1]) >= first for first in (3, 6, 13))
    return 5 if layer.startswith("Conv_1") else 1


def weight_name(variable: keras.Variable) -> str:
    """ "layer/weight", by which a weight is known in files, whatever its layer stands in."""
    return "/".join(variable.path.split("/")[-2:])


def _bottleneck(x: Tensor, channels: int, name: str, *, first: bool) -> Tensor:
    """1×1 (here the stride), 3×3, 1×1 to four times the channels, added to the input or to its projection."""
    strides = 2 if first and not name.startswith("2") else 1
    out = layers.ReLU()(_conv_norm(x, channels, 1, f"{name}_branch2a", strides=strides))
    out = layers.ReLU()(_conv_norm(out, channels, 3, f"{name}_branch2b"))
    out = _conv_norm(out, 4 * channels, 1, f"{name}_branch2c")
    shortcut = _conv_norm(x, 4 * channels, 1, f"{name}_branch1", strides=strides) if first else x
    return layers.ReLU(name=f"res{name}_out")(layers.Add()([out, shortcut]))


def _conv_norm(x: Tensor, channels: int, size: int, name: str, *, strides: int = 1) -> Tensor:
    x = layers.Conv2D(channels, size, strides=strides, padding="same", name=f"res{name}")(x)
    return layers.BatchNormalization(name=f"bn{name}", epsilon=1e-3)(x, training=False)


def _lite_conv(x: Tensor, kind: type, *size: int, name: str, strides: int = 1, relu: bool = True) -> Tensor:
    """A convolution without bias and batch normalisation, named after it, and ReLU6 where asked for."""
    x = ConvNorm(kind(*size, strides=strides, padding="same", use_bias=False, name=name))(x)
    return layers.ReLU(6.0)(x) if relu else x


class ConvNorm(layers.Layer):  # type: ignore[misc]
    """A convolution without bias and its batch normalisation: with frozen statistics one convolution, with a bias.

    The features are the same up to rounding; a training step passes over each map once instead of three times.
    """

    def __init__(self, conv: layers.Layer) -> None:
        super().__init__(name=f"{conv.name}_norm")
        self.conv, self.norm = conv, layers.BatchNormalization(name=f"{conv.name}_bn", epsilon=1e-3)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the weights of both."""
        self.conv.build(input_shape)
        self.norm.build(self.conv.compute_output_shape(input_shape))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """The convolution's."""
        return tuple(self.conv.compute_output_shape(input_shape))

    def call(self, x: Tensor, training: bool = False) -> Tensor:
        """With `training` the batch's own statistics, which are kept."""
        if training:
            return self.norm(self.conv(x), training=True)
        scale = self.norm.gamma * ops.rsqrt(self.norm.moving_variance + self.norm.epsilon)
        bias = self.norm.beta - self.norm.moving_mean * scale
        is_depthwise = isinstance(self.conv, layers.DepthwiseConv2D)
        convolve = ops.depthwise_conv if is_depthwise else ops.conv
        kernel = ops.cast(self.conv.kernel * (scale[:, None] if is_depthwise else scale), x.dtype)
        return ops.add(convolve(x, kernel, strides=self.conv.strides, padding="same"), ops.cast(bias, x.dtype))
