"""A pair of ONNX files with the signature of SAM: of two masks the better one is what is bright. No download."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FLOAT = TensorProto.FLOAT


def write_pair(folder, *, hwc=False):
    """Write encoder.onnx and decoder.onnx; the encoder takes (1, 3, 1024, 1024), or with `hwc` (h, w, 3)."""
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(encoder_hwc() if hwc else encoder(), str(folder / "encoder.onnx"))
    onnx.save(decoder(), str(folder / "decoder.onnx"))
    return folder


def model(nodes, inputs, outputs, constants=(), **extra):
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info(name, FLOAT, shape) for name, shape in inputs.items()],
        [helper.make_tensor_value_info(name, FLOAT, shape) for name, shape in outputs.items()],
        [numpy_helper.from_array(np.asarray(values), name) for name, values in constants],
    )
    opsets = [helper.make_opsetid("", 17), *extra.get("opsets", ())]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def encoder():
    pool = helper.make_node("AveragePool", ["image"], ["embeddings"], kernel_shape=[16, 16], strides=[16, 16])
    return model([pool], {"image": [1, 3, 1024, 1024]}, {"embeddings": [1, 3, 64, 64]})


def encoder_hwc():
    """Normalises by itself and pads to 1024 below and at the right."""
    nodes = [
        helper.make_node("Transpose", ["image"], ["chw"], perm=[2, 0, 1]),
        helper.make_node("Unsqueeze", ["chw", "first"], ["one"]),
        helper.make_node("Sub", ["one", "mean"], ["even"]),
        helper.make_node("Shape", ["one"], ["size"]),
        helper.make_node("Sub", ["whole", "size"], ["missing"]),
        helper.make_node("Concat", ["none", "missing"], ["pads"], axis=0),
        helper.make_node("Pad", ["even", "pads"], ["padded"]),
        helper.make_node("AveragePool", ["padded"], ["embeddings"], kernel_shape=[16, 16], strides=[16, 16]),
    ]
    constants = [
        ("first", np.array([0], np.int64)),
        ("mean", np.float32(127)),
        ("whole", np.array([1, 3, 1024, 1024], np.int64)),
        ("none", np.zeros(4, np.int64)),
    ]
    return model(nodes, {"image": ["h", "w", 3]}, {"embeddings": [1, 3, 64, 64]}, constants)


DECODER_INPUTS = {
    "image_embeddings": [1, 3, 64, 64],
    "point_coords": [1, "n", 2],
    "point_labels": [1, "n"],
    "mask_input": [1, 1, 256, 256],
    "has_mask_input": [1],
    "orig_im_size": [2],
}


def decoder(inputs=DECODER_INPUTS):
    """The first of two masks is empty and has the lower score; where there is a previous mask, it is added."""
    nodes = [
        helper.make_node("Slice", ["image_embeddings", "zero", "one", "channel"], ["bright"]),
        helper.make_node("Resize", ["bright", "", "four"], ["large"], mode="nearest"),
        helper.make_node("Mul", ["mask_input", "has_mask_input"], ["before"]),
        helper.make_node("Add", ["large", "before"], ["found"]),
        helper.make_node("Neg", ["large"], ["other"]),
        helper.make_node("Concat", ["other", "found"], ["low_res_masks"], axis=1),
        helper.make_node("Identity", ["low_res_masks"], ["masks"]),
        helper.make_node("Identity", ["scores"], ["iou_predictions"]),
    ]
    constants = [
        ("zero", np.array([0], np.int64)),
        ("one", np.array([1], np.int64)),
        ("channel", np.array([1], np.int64)),
        ("four", np.array([1, 1, 4, 4], np.float32)),
        ("scores", np.array([[0.2, 0.9]], np.float32)),
    ]
    outputs = {"masks": [1, 2, 256, 256], "iou_predictions": [1, 2], "low_res_masks": [1, 2, 256, 256]}
    return model(nodes, inputs, outputs, constants)
