"""Writes an ONNX graph node by node; weights stay references to layers until a model is made of them."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from .layers import EPSILON, Layer, Shape

OPSET, IR_VERSION = 17, 8  # read by every onnxruntime since 1.12
PRODUCER = "cardamage"
RELU, RELU6 = "relu", "relu6"
Axes = Sequence[int | str]  # a length, or the name of one that varies


class Value(NamedTuple):
    """An input or output of a graph: float32 of this shape, and what it holds."""

    name: str
    axes: Axes
    text: str

    def described(self) -> onnx.ValueInfoProto:
        """The value as ONNX declares it."""
        return helper.make_tensor_value_info(self.name, TensorProto.FLOAT, self.axes, self.text)


class Graph:
    """A graph in the making. Values are known by name; those that a convolution reads have known channels (NCHW)."""

    def __init__(self, name: str) -> None:
        self.inputs: list[Value] = []
        self.outputs: list[Value] = []
        self._name = name
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, np.ndarray] = {}
        self._layers: dict[str, Layer] = {}
        self._group_norms: dict[str, int] = {}  # channels by name
        self._channels: dict[str, int] = {}

    @property
    def weights(self) -> dict[str, Shape]:
        """The arrays that a weights file must hold for this graph, by "layer/weight", with their shapes."""
        norms = {f"{name}/{part}": (n,) for name, n in self._group_norms.items() for part in ("gamma", "beta")}
        return {name: shape for layer in self._layers.values() for name, shape in layer.weights.items()} | norms

    def input(self, name: str, axes: Axes, *, channels: int = 0, text: str = "") -> str:
        """Declare an input of float32; `channels` where convolutions read it, `text` for its documentation."""
        self.inputs.append(Value(name, axes, text))
        self._channels[name] = channels
        return name

    def output(self, value: str, name: str, axes: Axes, *, text: str = "") -> None:
        """Declare a value to be an output of float32 with this name."""
        self.node("Identity", [value], name=name)
        self.outputs.append(Value(name, axes, text))

    def constant(self, name: str, values: Any, dtype: type = np.int64) -> str:
        """A constant, shared by all who ask for this name."""
        self._constants[name] = np.asarray(values, dtype)
        return name

    def node(self, kind: str, inputs: Sequence[str], *, name: str = "", **attributes: Any) -> str:
        """Add a node of an ONNX operator with one output, whose name is returned; channels are the first input's."""
        name = name or f"{kind.lower()}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [name], name=f"node_{name}", **attributes))
        self._channels[name] = self._channels.get(inputs[0], 0) if inputs else 0
        return name

    def channels_of(self, value: str, channels: int) -> None:
        """Say how many channels a value has that convolutions read, where a node changed their number."""
        self._channels[value] = channels

    def conv(
        self,
        x: str,
        name: str,
        channels: int,
        size: int,
        *,
        stride: int = 1,
        pad: int | None = None,
        bias: bool = True,
        norm: str = "",
        relu: str = "",
    ) -> str:
        """A convolution, with its normalisation and activation; `pad` cells on each side, None: `same_pads`."""
        layer = Layer(name, "conv", (size, size, self._channels[x], channels), bias=bias, norm=norm)
        pads = same_pads(size, stride) if pad is None else [pad] * 4
        x = self._weighted("Conv", x, layer, kernel_shape=[size, size], strides=[stride, stride], pads=pads)
        return self.activated(x, relu)

    def depthwise(self, x: str, name: str, size: int, *, stride: int, norm: str, relu: str) -> str:
        """A convolution of each channel by itself, without bias."""
        channels = self._channels[x]
        layer = Layer(name, "depthwise", (size, size, channels, 1), bias=False, norm=norm)
        shape = {"kernel_shape": [size, size], "strides": [stride, stride], "pads": same_pads(size, stride)}
        return self.activated(self._weighted("Conv", x, layer, group=channels, **shape), relu)

    def doubled_by_conv(self, x: str, name: str, channels: int, *, relu: str) -> str:
        """A transposed convolution, 2 × 2 with stride 2."""
        layer = Layer(name, "transpose", (2, 2, channels, self._channels[x]))
        return self.activated(self._weighted("ConvTranspose", x, layer, kernel_shape=[2, 2], strides=[2, 2]), relu)

    def dense(self, x: str, name: str, units: int, *, size: int = 0, norm: str = "", relu: str = "") -> str:
        """A dense layer on (m, in), or a convolution that covers all of (m, in, size, size)."""
        channels = self._channels[x]
        if size:
            x = self.node("Flatten", [x], axis=1)
        kernel = (size, size, channels, units) if size else (channels, units)
        return self.activated(
            self._weighted("Gemm", x, Layer(name, "flat" if size else "dense", kernel, norm=norm)), relu
        )

    def grouped(self, x: str, name: str, groups: int) -> str:
        """Group normalisation (Wu and He 2018) of (n, channels, …) with the weights "name/gamma" and "name/beta"."""
        channels = self._channels[x]
        groups = math.gcd(groups, channels)
        self._group_norms[name] = channels
        ones = self.constant(f"ones_{groups}", np.ones(groups), np.float32)
        zeros = self.constant(f"zeros_{groups}", np.zeros(groups), np.float32)
        pieces = self.node("Reshape", [x, self.constant(f"groups_{groups}", [0, groups, -1])])
        even = self.node("InstanceNormalization", [pieces, ones, zeros], epsilon=EPSILON)
        out = self.node("Reshape", [even, self.node("Shape", [x])])
        out = self.node("Add", [self.node("Mul", [out, f"{name}/gamma"]), f"{name}/beta"])
        self._channels[out] = channels
        return out

    def activated(self, x: str, relu: str) -> str:
        """The value after RELU, RELU6 or nothing."""
        if relu == RELU6:
            zero, six = (self.constant(n, v, np.float32) for n, v in (("zero", 0.0), ("six", 6.0)))
            return self.node("Clip", [x, zero, six])
        return self.node("Relu", [x]) if relu else x

    def doubled(self, x: str) -> str:
        """Each cell repeated to 2 × 2 (nearest neighbour)."""
        scales = self.constant("twice", [1, 1, 2, 2], np.float32)
        return self.node(
            "Resize", [x, "", scales], mode="nearest", nearest_mode="floor", coordinate_transformation_mode="asymmetric"
        )

    def model(self, arrays: Mapping[str, np.ndarray]) -> onnx.ModelProto:
        """The model with weights from `arrays` ("layer/weight")."""
        values = [numpy_helper.from_array(array, name) for name, array in self._constants.items()]
        for layer in self._layers.values():
            for part, array in zip(("kernel", "bias"), layer.folded(arrays), strict=True):
                values.append(numpy_helper.from_array(array, f"{layer.name}/{part}"))
        flat = {layer.name for layer in self._layers.values() if layer.kind in ("dense", "flat")}
        for name, channels in self._group_norms.items():
            shape = (channels,) if name.removesuffix("_gn") in flat else (channels, 1, 1)
            for part in ("gamma", "beta"):
                array = np.float32(arrays[f"{name}/{part}"]).reshape(shape)
                values.append(numpy_helper.from_array(array, f"{name}/{part}"))
        inputs, outputs = ([value.described() for value in group] for group in (self.inputs, self.outputs))
        graph = helper.make_graph(self._nodes, self._name, inputs, outputs, values)
        opset = [helper.make_opsetid("", OPSET)]
        return helper.make_model(graph, opset_imports=opset, ir_version=IR_VERSION, producer_name=PRODUCER)

    def _weighted(self, kind: str, x: str, layer: Layer, **attributes: Any) -> str:
        """A node with kernel and bias; a layer may be used several times."""
        assert self._layers.setdefault(layer.name, layer) == layer, f"two layers called {layer.name}"
        out = self.node(kind, [x, f"{layer.name}/kernel", f"{layer.name}/bias"], **attributes)
        self._channels[out] = layer.channels
        return out


def same_pads(size: int, stride: int) -> list[int]:
    """What TensorFlow's padding "same" adds (top, left, bottom, right) where the stride divides the input's sides."""
    total = max(size - stride, 0)
    return [total // 2, total // 2, total - total // 2, total - total // 2]
