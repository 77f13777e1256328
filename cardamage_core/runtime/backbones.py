"""The backbones of `mrcnn.backbones` as nodes of a graph: an image (1, 3, h, w) -> C2, C3, C4, C5."""

from collections.abc import Callable, Sequence

from ..mrcnn.config import LITE_STAGES, LITE_STEM, WIDENING
from .graph import RELU, RELU6, Graph

# As LITE_STAGES: repeats, kernel, stride and output channels (Sandler et al. 2018, table 2).
MOBILENET_STAGES = (
    (1, 3, 1, 16), (2, 3, 2, 24), (3, 3, 2, 32), (4, 3, 2, 64), (3, 3, 1, 96), (3, 3, 2, 160), (1, 3, 1, 320),
)  # fmt: skip
Name = Callable[[int, int, str], tuple[str, str]]  # stage, block and part -> layer and its normalisation


def add_backbone(graph: Graph, image: str, name: str) -> list[str]:
    """Add a backbone; the values C2, C3, C4, C5."""
    if name.startswith("resnet"):
        return _resnet(graph, image, {"resnet50": 6, "resnet101": 23}[name])
    if name == "mobilenetv2":
        x = graph.conv(image, "Conv1", 32, 3, stride=2, bias=False, norm="bn_Conv1", relu=RELU6)
        *taps, x = _inverted_residuals(graph, x, MOBILENET_STAGES, _mobilenet_name)
        return [*taps, graph.conv(x, "Conv_1", 1280, 1, bias=False, norm="Conv_1_bn", relu=RELU6)]
    return _inverted_residuals(graph, _lite_stem(graph, image), LITE_STAGES[name], _lite_name)


def add_lite_bottlenecks(graph: Graph, image: str, name: str) -> list[str]:
    """Add an EfficientNet-Lite without its last stage; the narrow values before each stride, 4, 8, 16 and 32."""
    return _inverted_residuals(graph, _lite_stem(graph, image), LITE_STAGES[name][:-1], _lite_name, wide=False)


def _lite_stem(graph: Graph, image: str) -> str:
    stem = "lite1_stem"
    return graph.conv(image, stem, LITE_STEM, 3, stride=2, bias=False, norm=f"{stem}_bn", relu=RELU6)


def _inverted_residuals(
    graph: Graph, x: str, stages: Sequence[tuple[int, int, int, int]], name: Name, *, wide: bool = True
) -> list[str]:
    """The blocks of MobileNetV2, tapped before each stride and at the end: strides 4, 8, 16, 32.

    `wide` taps after the widening of the block with the stride, else before it.
    """
    stage, block, taps, width = 1, 0, [], LITE_STEM
    for repeats, kernel, stride, channels in stages:
        for repeat in range(repeats):
            step, shortcut = stride if repeat == 0 else 1, x
            if block:
                layer, norm = name(stage, block, "expand")
                x = graph.conv(x, layer, WIDENING * width, 1, bias=False, norm=norm, relu=RELU6)
            if step == 2:
                taps.append(x if wide else shortcut)
                stage += 1
            layer, norm = name(stage, block, "depthwise")
            x = graph.depthwise(x, layer, kernel, stride=step, norm=norm, relu=RELU6)
            layer, norm = name(stage, block, "project")
            x = graph.conv(x, layer, channels, 1, bias=False, norm=norm)
            if step == 1 and width == channels:
                x = graph.node("Add", [shortcut, x])
            block, width = block + 1, channels
    return [*taps[1:], x]


def _lite_name(stage: int, block: int, part: str) -> tuple[str, str]:
    layer = f"lite{stage}_{block}_{part}"
    return layer, f"{layer}_bn"


def _mobilenet_name(_stage: int, block: int, part: str) -> tuple[str, str]:
    layer = f"block_{block}_{part}" if block else f"expanded_conv_{part}"
    return layer, f"{layer}_BN"


def _resnet(graph: Graph, image: str, blocks_in_stage_4: int) -> list[str]:
    x = graph.conv(image, "conv1", 64, 7, stride=2, pad=3, norm="bn_conv1", relu=RELU)
    x = graph.node("MaxPool", [x], kernel_shape=[3, 3], strides=[2, 2], pads=[0, 0, 1, 1])
    taps = []
    for stage, blocks in zip((2, 3, 4, 5), (3, 4, blocks_in_stage_4, 3), strict=True):
        for block in range(blocks):
            x = _bottleneck(graph, x, 2 ** (stage + 4), f"{stage}{chr(ord('a') + block)}", first=block == 0)
        taps.append(x)
    return taps


def _bottleneck(graph: Graph, x: str, channels: int, name: str, *, first: bool) -> str:
    """1×1 (here the stride), 3×3, 1×1 to four times the channels, added to the input or to its projection."""
    stride = 2 if first and not name.startswith("2") else 1

    def conv(x: str, channels: int, size: int, part: str, *, stride: int = 1, relu: str = "") -> str:
        layer = f"{name}_{part}"
        return graph.conv(x, f"res{layer}", channels, size, stride=stride, norm=f"bn{layer}", relu=relu)

    out = conv(x, channels, 1, "branch2a", stride=stride, relu=RELU)
    out = conv(out, channels, 3, "branch2b", relu=RELU)
    out = conv(out, 4 * channels, 1, "branch2c")
    shortcut = conv(x, 4 * channels, 1, "branch1", stride=stride) if first else x
    return graph.activated(graph.node("Add", [out, shortcut]), RELU)
