"""Reads the published ImageNet weights of a backbone: files of keras.applications, or of PyTorch.

PyTorch's legacy format (before 1.6) is read without torch and without trusting the file: a sequence of pickles (magic
number, protocol, system information, the state dict, the storage keys) followed by the storages: 8 bytes with the
number of elements, then the values. Unpickling admits OrderedDict, float and integer tensors with their storages only.
"""

import io
import pickle
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np

from . import weights
from .backbones import weight_name
from .config import EngineError

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
        weight_name(variable): tuple(variable.shape)
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


MAGIC, PROTOCOL = 0x1950A86A20F9469CFC6C, 1001
LARGEST_STORAGE = 1 << 30  # elements of one storage
FLOAT, LONG = np.dtype("<f4"), np.dtype("<i8")


class _Storage(NamedTuple):
    key: str
    length: int
    kind: np.dtype


class _Tensor(NamedTuple):
    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def read_torch_checkpoint(path: Path) -> dict[str, np.ndarray]:
    """The float32 arrays of a state dict by their names. Raises EngineError for any other content."""
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise EngineError(f"There is no weights file {path}.", error.strerror or str(error)) from error
    try:
        return _read_legacy(io.BytesIO(data))
    except (pickle.UnpicklingError, EOFError, ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise EngineError(f"{path} is not a PyTorch checkpoint that can be read.", f"{error}") from error


def _read_legacy(file: io.BytesIO) -> dict[str, np.ndarray]:
    if _unpickle(file) != MAGIC or _unpickle(file) != PROTOCOL:
        raise ValueError("It does not begin as the legacy format does.")
    _unpickle(file)  # system information
    state = _unpickle(file)
    if not isinstance(state, dict) or not all(isinstance(v, _Tensor) for v in state.values()):
        raise ValueError("It holds no dictionary of tensors.")
    keys = _unpickle(file)
    named = {tensor.storage.key: tensor.storage for tensor in state.values()}
    if not isinstance(keys, list) or sorted(keys) != sorted(named):
        raise ValueError("Its storages are not those that its tensors name.")
    storages = {key: _storage_values(file, named[key]) for key in keys}
    return {str(name): _array(tensor, storages) for name, tensor in state.items() if tensor.storage.kind == FLOAT}


def _storage_values(file: io.BytesIO, storage: _Storage) -> np.ndarray:
    if (
        int.from_bytes(file.read(8), "little", signed=True) != storage.length
        or not 0 <= storage.length <= LARGEST_STORAGE
    ):
        raise ValueError("A storage has another length than its tensor says.")
    values = np.frombuffer(file.read(storage.kind.itemsize * storage.length), storage.kind)
    if len(values) != storage.length:
        raise ValueError("It is cut off.")
    return values


def _array(tensor: _Tensor, storages: dict[str, np.ndarray]) -> np.ndarray:
    values, sizes = storages[tensor.storage.key], (tensor.offset, *tensor.shape, *tensor.strides)
    steps = zip(tensor.shape, tensor.strides, strict=True)
    last = tensor.offset + sum((length - 1) * stride for length, stride in steps)
    if min(sizes) < 0 or 0 in tensor.shape or last >= len(values):
        raise ValueError("A tensor reaches beyond its storage.")
    strides = [stride * values.itemsize for stride in tensor.strides]
    view = np.lib.stride_tricks.as_strided(values[tensor.offset :], tensor.shape, strides, writeable=False)
    return view.astype(np.float32)


class _Restricted(pickle.Unpickler):
    """Admits what a state dict of float tensors needs, by our own stand-ins."""

    def find_class(self, module: str, name: str) -> Any:
        allowed: dict[tuple[str, str], Callable[..., Any] | type | np.dtype] = {
            ("collections", "OrderedDict"): OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2"): _rebuild,
            ("torch", "FloatStorage"): FLOAT,  # marks: the values follow the pickles
            ("torch", "LongStorage"): LONG,
        }
        if (module, name) not in allowed:
            raise pickle.UnpicklingError(f"It asks for {module}.{name}, which a file of weights does not need.")
        return allowed[module, name]

    def persistent_load(self, pid: Any) -> _Storage:
        match pid:
            case ("storage", np.dtype() as kind, str(key), str(), int(count), None):
                return _Storage(key, count, kind)
        raise pickle.UnpicklingError("It holds something else than float and integer storages.")


def _rebuild(storage: _Storage, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: Any) -> _Tensor:
    if not isinstance(storage, _Storage):
        raise pickle.UnpicklingError("A tensor has no storage.")
    return _Tensor(storage, int(offset), tuple(map(int, shape)), tuple(map(int, strides)))


def _unpickle(file: io.BytesIO) -> Any:
    return _Restricted(file).load()
