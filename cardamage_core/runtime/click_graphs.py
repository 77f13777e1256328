"""The two graphs of the click network: features of a view, and the mask that features, clicks and a mask lead to.

Layer names are those of the weights file. `models.recipes.clicks.network` builds the same decoder in Keras.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import onnx

from .backbones import add_lite_bottlenecks
from .graph import RELU, Graph

BACKBONE = "efficientnet_lite0"
SIZES = {"f4": (64, 24), "f8": (32, 40), "f16": (16, 112), "f32": (8, 192)}  # cells on a side and channels by stride
WIDE, MIDDLE, FINE = 96, 48, 24  # channels of the decoder at strides 16, 8 and 4
KEYS = 32  # channels that cells are compared by


class ClickGraphs(NamedTuple):
    """The two graphs."""

    features: Graph
    decoder: Graph

    def models(self, arrays: Mapping[str, np.ndarray]) -> list[onnx.ModelProto]:
        """Both with weights from `arrays` ("layer/weight")."""
        return [graph.model(arrays) for graph in self]


def build_click_graphs() -> ClickGraphs:
    """Both graphs, without weights."""
    return ClickGraphs(build_features(), build_decoder())


def build_features() -> Graph:
    """image (n, 256, 256, 3), (pixel - 127) / 128 -> f4 … f32 (n, channels, h, w)."""
    graph = Graph("click_features")
    image = graph.input("image", ["n", 256, 256, 3], channels=3, text="RGB, (pixel - 127) / 128")
    taps = add_lite_bottlenecks(graph, graph.node("Transpose", [image], perm=[0, 3, 1, 2]), BACKBONE)
    for (name, (side, channels)), tap in zip(SIZES.items(), taps, strict=True):
        graph.output(tap, name, ["n", channels, side, side])
    return graph


def build_decoder() -> Graph:
    """f4 … f32 and guide (n, 3, 64, 64) -> logits (n, 1, 64, 64)."""
    graph = Graph("click_decoder")
    f4, f8, f16, f32 = (
        graph.input(name, ["n", channels, side, side], channels=channels) for name, (side, channels) in SIZES.items()
    )
    guide = graph.input("guide", ["n", 3, 64, 64], channels=3, text="inside clicks, outside clicks, previous mask")
    g4 = _conv(graph, guide, "guide4", FINE)
    g8 = _conv(graph, g4, "guide8", MIDDLE, stride=2)
    g16 = _conv(graph, g8, "guide16", WIDE, stride=2)
    x = _sum(graph, [_flat(graph, f16, "f16", WIDE), graph.doubled(_flat(graph, f32, "f32", WIDE)), g16])
    x = _attended(graph, x)
    x = _block(graph, x, "wide1", WIDE)
    x = _block(graph, x, "wide2", WIDE)
    x8 = _sum(graph, [_flat(graph, f8, "f8", MIDDLE), graph.doubled(_flat(graph, x, "down8", MIDDLE)), g8])
    alike = _likeness(graph, x8, guide)
    x8 = _sum(graph, [x8, _flat(graph, alike, "alike", MIDDLE)])
    x8 = _block(graph, x8, "middle1", MIDDLE)
    x4 = _sum(graph, [_flat(graph, f4, "f4", FINE), graph.doubled(_flat(graph, x8, "down4", FINE)), g4])
    x4 = _block(graph, x4, "fine1", FINE)
    graph.output(graph.conv(x4, "logits", 1, 3), "logits", ["n", 1, 64, 64])
    return graph


def _conv(graph: Graph, x: str, name: str, channels: int, *, stride: int = 1) -> str:
    return graph.conv(x, name, channels, 3, stride=stride, bias=False, norm=f"{name}_bn", relu=RELU)


def _flat(graph: Graph, x: str, name: str, channels: int) -> str:
    return graph.conv(x, f"flat_{name}", channels, 1, bias=False, norm=f"flat_{name}_bn")


def _sum(graph: Graph, values: list[str]) -> str:
    total = values[0]
    for value in values[1:]:
        total = graph.node("Add", [total, value])
    return graph.activated(total, RELU)


def _block(graph: Graph, x: str, name: str, channels: int) -> str:
    """Two convolutions, added to their input."""
    out = _conv(graph, x, f"{name}a", channels)
    out = graph.conv(out, f"{name}b", channels, 3, bias=False, norm=f"{name}b_bn")
    return _sum(graph, [x, out])


def _attended(graph: Graph, x: str) -> str:
    """Each cell takes from the cells that it resembles (self-attention, Wang et al. 2018), added to its input."""
    query, key, value = (
        _rows(graph, graph.conv(x, f"attention_{part}", size, 1), size)
        for part, size in (("query", KEYS), ("key", KEYS), ("value", WIDE))
    )
    weights = graph.node("MatMul", [graph.node("Transpose", [query], perm=[0, 2, 1]), key])
    scale = graph.constant("key_scale", KEYS**-0.5, np.float32)
    weights = graph.node("Softmax", [graph.node("Mul", [weights, scale])], axis=-1)
    taken = graph.node("MatMul", [value, graph.node("Transpose", [weights], perm=[0, 2, 1])])
    taken = graph.node("Reshape", [taken, graph.constant("wide_cells", [0, WIDE, 16, 16])])
    graph.channels_of(taken, WIDE)
    return _sum(graph, [x, graph.conv(taken, "attention_out", WIDE, 1, bias=False, norm="attention_out_bn")])


def _rows(graph: Graph, x: str, channels: int) -> str:
    return graph.node("Reshape", [x, graph.constant(f"rows_of_{channels}", [0, channels, -1])])


def _likeness(graph: Graph, x: str, guide: str) -> str:
    """(n, 3, 32, 32): cosine of each cell with the mean of those of inside clicks, outside clicks, previous mask."""
    keys = _rows(graph, graph.conv(x, "likeness", KEYS, 1), KEYS)  # (n, KEYS, 1024)
    keys = graph.node("LpNormalization", [keys], axis=1, p=2)
    small = graph.node("AveragePool", [guide], kernel_shape=[2, 2], strides=[2, 2])
    marks = graph.node("Reshape", [small, graph.constant("rows_of_3", [0, 3, -1])])  # (n, 3, 1024)
    sums = graph.node("MatMul", [marks, graph.node("Transpose", [keys], perm=[0, 2, 1])])  # (n, 3, KEYS)
    total = graph.node("ReduceSum", [marks, graph.constant("last_axis", [-1])], keepdims=1)
    least = graph.constant("least_mark", 0.01, np.float32)
    means = graph.node("Div", [sums, graph.node("Add", [total, least])])
    alike = graph.node("MatMul", [means, keys])
    alike = graph.node("Reshape", [alike, graph.constant("alike_cells", [0, 3, 32, 32])])
    graph.channels_of(alike, 3)
    return alike
