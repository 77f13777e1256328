"""The three graphs of a network: trunk with region proposal network, box head, mask head (see `mrcnn.heads`).

Feature maps are NCHW. Layer names are those of the weights file.
"""

from typing import NamedTuple

import numpy as np
from onnx import numpy_helper

from ..mrcnn.config import Config
from .backbones import add_backbone
from .graph import RELU, Axes, Graph


class Graphs(NamedTuple):
    """The three graphs of a configuration."""

    trunk: Graph
    box_head: Graph
    mask_head: Graph


def build_graphs(config: Config) -> Graphs:
    """The graphs that a configuration describes, without weights."""
    return Graphs(build_trunk(config), build_box_head(config), build_mask_head(config))


def pooled_levels(config: Config) -> list[int]:
    """The pyramid levels that regions are cut out of, finest first; level n has stride 2**n."""
    return [stride.bit_length() - 1 for stride in config.anchor_strides[:-1]]


def build_trunk(config: Config) -> Graph:
    """image (1, H, W, 3) -> p2 … p5 (1, channels, h, w), scores (anchors,), deltas (anchors, 4)."""
    graph, channels = Graph("trunk"), config.pyramid_channels
    image = graph.input("image", [1, "height", "width", 3], channels=3, text="canvas, RGB, (pixel - mean) / scale")
    image = graph.node("Transpose", [image], perm=[0, 3, 1, 2])
    taps = dict(zip((2, 3, 4, 5), add_backbone(graph, image, config.backbone), strict=True))
    merged: dict[int, str] = {}
    for level in reversed(pooled_levels(config)):
        lateral = graph.conv(taps[level], f"fpn_c{level}p{level}", channels, 1)
        lateral = _grouped(graph, lateral, f"fpn_c{level}p{level}", config)
        above = merged.get(level + 1)
        merged[level] = lateral if above is None else graph.node("Add", [graph.doubled(above), lateral])
    pyramid = {
        level: _grouped(graph, graph.conv(merged[level], f"fpn_p{level}", channels, 3), f"fpn_p{level}", config)
        for level in sorted(merged)
    }
    coarsest = graph.node("MaxPool", [pyramid[5]], kernel_shape=[1, 1], strides=[2, 2])
    scores, deltas = _rpn(graph, [*pyramid.values(), coarsest], config)
    for level, value in pyramid.items():
        graph.output(value, f"p{level}", [1, channels, f"height{level}", f"width{level}"], text=f"stride {2**level}")
    graph.output(scores, "scores", ["anchors"], text="probability that the anchor holds an object")
    graph.output(deltas, "deltas", ["anchors", 4], text="dy, dx, log dh, log dw in units of rpn_box_std")
    return graph


def build_box_head(config: Config) -> Graph:
    """Pyramid and regions -> probabilities (regions, classes), deltas (regions, classes, 4), in the regions' order."""
    graph, units = Graph("box_head"), config.box_head_units
    x = _pooled(graph, config, size=config.pool_size)
    first, second = ("mrcnn_class_bn1", "mrcnn_class_bn2") if config.head_norm else ("", "")
    x = graph.dense(x, "mrcnn_class_conv1", units, size=config.pool_size, norm=first)
    x = graph.activated(_grouped(graph, x, "mrcnn_class_conv1", config), RELU)
    x = graph.dense(x, "mrcnn_class_conv2", units, size=1, norm=second)
    x = graph.activated(_grouped(graph, x, "mrcnn_class_conv2", config), RELU)
    probabilities = graph.node("Softmax", [graph.dense(x, "mrcnn_class_logits", config.classes)], axis=-1)
    deltas = graph.dense(x, "mrcnn_bbox_fc", config.classes * 4)
    deltas = graph.node("Reshape", [deltas, graph.constant("of_classes", [-1, config.classes, 4])])
    graph.output(probabilities, "probabilities", ["regions", config.classes], text="class 0 is the background")
    graph.output(deltas, "deltas", ["regions", config.classes, 4], text="dy, dx, log dh, log dw in units of box_std")
    return graph


def build_mask_head(config: Config) -> Graph:
    """Pyramid and regions -> masks (regions, classes, 2 · pool, 2 · pool), in the regions' order."""
    graph, channels = Graph("mask_head"), config.mask_head_channels
    x = _pooled(graph, config, size=config.mask_pool_size)
    for i in (1, 2, 3, 4):
        norm = f"mrcnn_mask_bn{i}" if config.head_norm else ""
        x = graph.conv(x, f"mrcnn_mask_conv{i}", channels, 3, norm=norm)
        x = graph.activated(_grouped(graph, x, f"mrcnn_mask_conv{i}", config), RELU)
    x = graph.doubled_by_conv(x, "mrcnn_mask_deconv", channels, relu=RELU)
    masks = graph.node("Sigmoid", [graph.conv(x, "mrcnn_mask", config.classes, 1)])
    side = 2 * config.mask_pool_size
    graph.output(masks, "masks", ["regions", config.classes, side, side], text="probability inside the region")
    return graph


def _rpn(graph: Graph, levels: list[str], config: Config) -> tuple[str, str]:
    """Scores (anchors,) and deltas (anchors, 4) in the anchors' order: level, row, column, ratio."""
    ratios = len(config.anchor_ratios)
    logits: list[str] = []
    deltas: list[str] = []
    for level in levels:
        x = graph.conv(level, "rpn_conv_shared", config.rpn_channels, 3)
        x = graph.activated(_grouped(graph, x, "rpn_conv_shared", config), RELU)
        for name, width, rows in (("rpn_class_raw", 2, logits), ("rpn_bbox_pred", 4, deltas)):
            value = graph.node("Transpose", [graph.conv(x, name, width * ratios, 1)], perm=[0, 2, 3, 1])
            rows.append(graph.node("Reshape", [value, graph.constant(f"rows_of_{width}", [-1, width])]))
    probabilities = graph.node("Softmax", [graph.node("Concat", logits, axis=0)], axis=-1)
    scores = graph.node("Gather", [probabilities, graph.constant("object", 1)], axis=1)
    return scores, graph.node("Concat", deltas, axis=0)


def _grouped(graph: Graph, x: str, layer: str, config: Config) -> str:
    """The group normalisation after a layer, where the configuration asks for it."""
    return graph.grouped(x, f"{layer}_gn", config.norm_groups) if config.norm_groups else x


def _pooled(graph: Graph, config: Config, *, size: int) -> str:
    """Regions cut out of their levels, one sample in the middle of each bin: (regions, channels, size, size).

    With the matterport grid an input says which samples lie on the feature map; the others read 0.
    """
    channels, crops = config.pyramid_channels, []
    for level in pooled_levels(config):
        axes: Axes = [1, channels, f"height{level}", f"width{level}"]
        feature = graph.input(f"p{level}", axes, channels=channels, text=f"stride {2**level}")
        regions = graph.input(f"regions{level}", [f"regions{level}", 4], text="x1, y1, x2, y2 in canvas pixels")
        count = graph.node("Slice", [graph.node("Shape", [regions]), *(graph.constant(f"at{i}", [i]) for i in (0, 1))])
        photo = graph.node("ConstantOfShape", [count], value=numpy_helper.from_array(np.zeros(1, np.int64)))
        crops.append(
            graph.node(
                "RoiAlign",
                [feature, regions, photo],
                mode="avg",
                coordinate_transformation_mode="half_pixel",
                output_height=size,
                output_width=size,
                sampling_ratio=1,
                spatial_scale=0.5**level,
            )
        )
    pooled = graph.node("Concat", crops, axis=0)
    if config.box_grid == "matterport":
        inside = graph.input("inside", ["regions", 1, size, size], text="1 for samples on the feature map, else 0")
        pooled = graph.node("Mul", [pooled, inside])
    return pooled
