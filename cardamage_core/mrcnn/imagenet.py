"""Reads the published ImageNet weights of a backbone (keras.applications, without top)."""

import re
from collections.abc import Mapping
from pathlib import Path

import keras
import numpy as np

from . import weights
from .config import EngineError
from .torch_checkpoint import read_torch_checkpoint

# What a weight is called, today and in the files of Keras 1.
KINDS = {"W": "kernel", "b": "bias", "running_mean": "moving_mean", "running_std": "moving_variance"}
PARTS = {"0": "branch1", "1": "branch2a", "2": "branch2b", "3": "branch2c"}  # of a block in keras.applications
EPSILON, PUBLISHED_EPSILON = 1e-3, 1.001e-5  # of our batch normalisation and of keras.applications'


def read_imagenet(path: Path, trunk: keras.Model, backbone: str) -> dict[str, np.ndarray]:
    """The backbone's weights by our names "layer/weight"; EngineError if anything is missing, unused or misshapen.

    MobileNetV2: Keras 3's .weights.h5. ResNet: the .h5 of keras.applications, or the older one of fchollet's
    deep-learning-models, which Matterport began from; they are told apart by their names.
    """
    shapes = {
        f"{layer.name}/{variable.name}": tuple(variable.shape)
        for layer in trunk.layers
        if not layer.name.startswith("fpn_")
        for variable in layer.weights
    }
    if backbone == "mobilenetv2":
        return _read_mobilenet(path, trunk, shapes)
    return _read_lite(path, shapes) if backbone.startswith("efficientnet") else _read_resnet(path, shapes)


def _read_mobilenet(path: Path, trunk: keras.Model, shapes: Mapping[str, weights.Shape]) -> dict[str, np.ndarray]:
    names = _counted_names(trunk)
    arrays = weights.read_arrays(path, {name: shapes[own] for name, own in names.items()})
    return {names[name]: array for name, array in arrays.items()}


def _counted_names(trunk: keras.Model) -> dict[str, str]:
    """Names in Keras 3's own file, which counts the layers of each kind, -> our names, for the backbone part."""
    kinds = {
        keras.layers.Conv2D: "conv2d",
        keras.layers.DepthwiseConv2D: "depthwise_conv2d",
        keras.layers.BatchNormalization: "batch_normalization",
    }
    counts, names = dict.fromkeys(kinds, 0), {}
    for layer in trunk.layers:
        if type(layer) not in kinds or layer.name.startswith("fpn_"):
            continue
        number = f"_{counts[type(layer)]}" if counts[type(layer)] else ""
        counts[type(layer)] += 1
        for i, variable in enumerate(layer.weights):
            names[f"layers/{kinds[type(layer)]}{number}/vars/{i}"] = f"{layer.name}/{variable.name}"
    return names


def _read_lite(path: Path, shapes: Mapping[str, weights.Shape]) -> dict[str, np.ndarray]:
    """EfficientNet-Lite from RangiLyu's PyTorch checkpoint; its classifier is left out."""
    published = read_torch_checkpoint(path)
    arrays = {}
    for name, shape in shapes.items():
        array = published.get(lite_name(name))
        if array is not None and array.ndim == 4:  # (out, in, h, w); depthwise (channels, 1, h, w)
            array = array.transpose((2, 3, 0, 1) if "_depthwise/" in name else (2, 3, 1, 0))
        if array is None or array.shape != shape:
            found = "nothing" if array is None else f"{array.shape}"
            raise EngineError(
                f"The weights in {path} do not fit this backbone.", f"{name}: expected {shape}, found {found}."
            )
        arrays[name] = array
    return arrays


def lite_name(name: str) -> str:
    """ "lite3_4_depthwise_bn/gamma" as RangiLyu's checkpoint names it: "_blocks.4._bn1.weight"."""
    layer, kind = name.split("/")
    layer, norm = layer.removesuffix("_bn"), layer.endswith("_bn")
    kind = {"gamma": "weight", "beta": "bias", "moving_mean": "running_mean", "moving_variance": "running_var"}.get(
        kind, "weight"
    )
    if layer == "lite1_stem":
        return f"_bn0.{kind}" if norm else "_conv_stem.weight"
    _, block, part = layer.split("_")
    counted = ("expand", "depthwise", "project").index(part)
    return f"_blocks.{block}." + (f"_bn{counted}.{kind}" if norm else f"_{part}_conv.weight")


def _read_resnet(path: Path, shapes: Mapping[str, weights.Shape]) -> dict[str, np.ndarray]:
    """The first layer is turned to red, green, blue, since these networks were trained on blue, green, red.

    Our epsilon 1e-3 stays (as in Matterport and in the older file's network); keras.applications' 1.001e-5 goes into
    gamma, so that the features are those of the network that was published.
    """
    arrays = weights.read_arrays(path, shapes, rename=resnet_name)
    arrays["conv1/kernel"] = arrays["conv1/kernel"][:, :, ::-1]
    if any(name.startswith("conv1_conv/") for name in weights.shapes_in(path)):
        for layer in {name.split("/")[0] for name in arrays if name.endswith("/gamma")}:
            variance = arrays[f"{layer}/moving_variance"]
            arrays[f"{layer}/gamma"] = arrays[f"{layer}/gamma"] * np.sqrt(
                (variance + EPSILON) / (variance + PUBLISHED_EPSILON), dtype=np.float32
            )
    return arrays


def resnet_name(full: str) -> str:
    """ "conv3_block2_1_bn/conv3_block2_1_bn/gamma:0" or "bn3b_branch2a/bn3b_branch2a_gamma_1:0" in our words."""
    layer, kind = full.split("/")[0], full.split("/")[-1]
    if match := re.search(r"(?:^|_)(kernel|bias|gamma|beta|(?:moving|running)_\w+?|W|b)(?:_\d+)?:0$", kind):
        kind = KINDS.get(match[1], match[1])
    if match := re.fullmatch(r"conv1_(conv|bn)", layer):
        layer = {"conv": "conv1", "bn": "bn_conv1"}[match[1]]
    elif match := re.fullmatch(r"conv(\d)_block(\d+)_([0-3])_(conv|bn)", layer):
        stage, block, part, what = match.groups()
        layer = f"{'res' if what == 'conv' else 'bn'}{stage}{chr(ord('a') + int(block) - 1)}_{PARTS[part]}"
    return f"{layer}/{kind}"
