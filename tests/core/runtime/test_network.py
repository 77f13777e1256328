"""The runtime's detections equal those of the Keras network with the same weights file."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from cardamage_core import imaging
from cardamage_core.mrcnn import Config, Detections, EngineError, MaskRCNN, config_from_matterport
from cardamage_core.mrcnn.padding import paint, place
from cardamage_core.runtime import Runtime

SMALL = {"image_min_side": 128, "image_max_side": 128, "canvas_floor": 128, "detection_max": 20}
FINE = {"anchor_strides": (4, 8, 16, 32, 64), "anchor_sizes": (8, 16, 32, 64, 128), "anchor_ratios": (0.25, 1, 4)}
COARSE = {"anchor_sizes": (16, 32, 64, 128)}
RECORDED = {"image_min_side": 64, "image_max_side": 128, "anchor_sizes": (8, 16, 32, 64, 128), "box_head_units": 64}
CONFIGS = {
    "mobilenetv2": Config.preset("light", classes=3, backbone="mobilenetv2", **SMALL, **COARSE),
    "efficientnet_lite0": Config.preset("light", classes=4, backbone="efficientnet_lite0", **SMALL, **FINE),
    "efficientnet_lite2": Config.preset("light", classes=3, backbone="efficientnet_lite2", **SMALL, **COARSE),
    "small regions from fine levels": Config.preset("light", classes=3, roi_level_size=48.0, **SMALL, **FINE),
    "group normalisation": Config.preset("light", classes=4, norm_groups=16, **SMALL, **FINE),
    "resnet50": Config.preset("balanced", classes=3, **SMALL, box_grid="continuous", anchor_sizes=FINE["anchor_sizes"]),
    "matterport": Config.preset("matterport", classes=3, proposals_inference=200, **RECORDED),
}


def random_network(config: Config, *, seed: int = 5) -> MaskRCNN:
    """A network whose normalisations all do something, and which takes many regions for an object."""
    model, rng = MaskRCNN(config, seed=3), np.random.default_rng(seed)
    canvas = paint(photo(0), place((128, 128), config), config)[None]
    for name, variable in model.weights.items():
        mean = {"gamma": 1.0, "beta": 0.0, "bias": 0.0}.get(name.split("/")[1])
        if mean is not None:
            variable.assign(rng.normal(mean, 0.1, variable.shape))
    model.measure(canvas)
    for stride, feature in zip(config.anchor_strides[:-1], model.trunk(canvas, training=False), strict=False):
        kernel = model.weights[f"fpn_p{stride.bit_length() - 1}/kernel"]
        kernel.assign(np.array(kernel) / np.std(feature))
    for layer in ("mrcnn_class_logits", "mrcnn_bbox_fc", "rpn_class_raw"):
        kernel = model.weights[f"{layer}/kernel"]
        kernel.assign(rng.normal(0, kernel.shape[-2] ** -0.5, kernel.shape))
    return model


def photo(number: int, shape: tuple[int, int] = (128, 128)) -> np.ndarray:
    """Coarse noise under fine noise."""
    rng = np.random.default_rng(number)
    coarse = np.kron(rng.integers(0, 200, (8, 8, 3)), np.ones((32, 32, 1)))[: shape[0], : shape[1]]
    return (coarse + rng.integers(0, 55, coarse.shape)).astype(np.uint8)


def assert_equal(found: Detections, expected: Detections) -> None:
    """Same number and, each with its nearest (equal scores may swap): class, box (0.5 px), score and mask (0.1 %).

    Random networks see regions of nearly equal score that suppress each other: which of them is left depends on how a
    processor rounds. One in twenty may be another one.
    """
    assert found.masks.shape == expected.masks.shape
    apart = np.abs(found.boxes[None] - expected.boxes[:, None]).max(axis=2)
    apart[expected.class_ids[:, None] != found.class_ids[None]] = np.inf
    same = np.flatnonzero(apart.min(axis=1, initial=np.inf) <= 0.5)
    nearest = apart[same].argmin(axis=1) if len(same) else same
    assert len(set(nearest)) == len(same) >= 0.95 * len(expected)
    np.testing.assert_allclose(found.scores[nearest], expected.scores[same], atol=1e-3)
    assert ((found.masks[nearest] >= 0.5) != (expected.masks[same] >= 0.5)).sum() <= 1e-3 * expected.masks[same].size


@pytest.mark.parametrize("name", CONFIGS)
def test_detections_equal_those_of_keras(name, tmp_path):
    network = random_network(CONFIGS[name])
    network.save(tmp_path / "w.h5")
    runtime = Runtime.open(tmp_path / "w.h5")
    photos = [photo(1), photo(2, (100, 128)), photo(3, (128, 60))]
    answers = network.predict(photos, 0.05)
    assert sum(map(len, answers)) > 10
    for found, expected in zip(runtime.predict(photos, 0.05), answers, strict=True):
        assert_equal(found, expected)


def test_weights_stored_as_float16_give_the_same_in_both(tmp_path):
    network = random_network(CONFIGS["efficientnet_lite0"])
    network.save(tmp_path / "whole.h5")
    network.save(tmp_path / "half.h5", kernels="float16")
    sizes = [(tmp_path / f"{name}.h5").stat().st_size for name in ("half", "whole")]
    assert sizes[0] < 0.6 * sizes[1]
    found, expected = (one.open(tmp_path / "half.h5").predict([photo(1)], 0.05)[0] for one in (Runtime, MaskRCNN))
    assert_equal(found, expected)


def test_a_partner_in_the_same_file_is_read_by_name_alone(tmp_path):
    first, second = random_network(CONFIGS["efficientnet_lite0"]), random_network(CONFIGS["efficientnet_lite0"], seed=9)
    first.save(tmp_path / "w.h5", partner=second)
    for network, partner in ((first, False), (second, True)):
        found = Runtime.open(tmp_path / "w.h5", partner=partner).predict([photo(1)], 0.05)[0]
        assert_equal(found, network.predict([photo(1)], 0.05)[0])
    assert_equal(MaskRCNN.open(tmp_path / "w.h5").predict([photo(1)], 0.05)[0], first.predict([photo(1)], 0.05)[0])


def test_kernels_stored_as_int8_give_the_same_in_both(tmp_path):
    network = random_network(CONFIGS["efficientnet_lite0"])
    network.save(tmp_path / "w.h5", kernels="int8")
    found, expected = (one.open(tmp_path / "w.h5").predict([photo(1)], 0.05)[0] for one in (Runtime, MaskRCNN))
    assert_equal(found, expected)


def test_nothing_found_is_an_empty_answer(tmp_path):
    config = CONFIGS["mobilenetv2"]
    random_network(config).save(tmp_path / "w.h5")
    (found,) = Runtime.open(tmp_path / "w.h5").predict([photo(1)], min_score=1.0)
    assert (found.boxes.shape, found.class_ids.shape, found.masks.shape) == ((0, 4), (0,), (0, 28, 28))
    assert {a.dtype for a in (found.boxes, found.scores, found.masks)} == {np.dtype(np.float32)}


@pytest.mark.parametrize("shape", [(1, 1, 3), (3, 2000, 3)])
def test_odd_photos_get_an_answer(shape, tmp_path):
    random_network(CONFIGS["mobilenetv2"]).save(tmp_path / "w.h5")
    assert Runtime.open(tmp_path / "w.h5").predict([np.zeros(shape, np.uint8)], 0.99)[0].boxes.shape[1] == 4


def test_weights_of_another_network_are_refused_with_the_layers_named(tmp_path):
    config = CONFIGS["mobilenetv2"]
    MaskRCNN(config).save(tmp_path / "w.h5")
    with pytest.raises(EngineError, match=r"mrcnn_class_logits/kernel, expected \(256, 5\), found \(256, 3\)"):
        Runtime.open(tmp_path / "w.h5", config=config.change(classes=5))
    with pytest.raises(EngineError, match=r"missing: weights/lite1_stem/kernel"):
        Runtime.open(tmp_path / "w.h5", config=config.change(backbone="efficientnet_lite0"))


@pytest.mark.skipif(not find_spec("openvino"), reason="OpenVINO is optional")
@pytest.mark.parametrize("name", ["mobilenetv2", "matterport"])
def test_a_second_engine_gives_the_same(name, tmp_path):
    random_network(CONFIGS[name]).save(tmp_path / "w.h5")
    (expected,) = Runtime.open(tmp_path / "w.h5").predict([photo(1)], 0.05)
    (found,) = Runtime.open(tmp_path / "w.h5", engine="openvino").predict([photo(1)], 0.05)
    assert_equal(found, expected)


def test_an_unknown_engine_is_refused(tmp_path):
    MaskRCNN(CONFIGS["mobilenetv2"]).save(tmp_path / "w.h5")
    with pytest.raises(EngineError, match="no engine 'abacus'"):
        Runtime.open(tmp_path / "w.h5", engine="abacus")


def test_detections_on_real_photos_equal_those_of_keras(shared: Path, tmp_path):
    """With an ImageNet backbone, so that the features are those of a photo."""
    config = CONFIGS["mobilenetv2"].change(image_min_side=240, image_max_side=320)
    network = MaskRCNN(config, seed=3)
    network.load_backbone(shared / "weights" / "mobilenetv2_imagenet_notop.weights.h5")
    network.weights["mrcnn_class_logits/bias"].assign([-2.0, 0.0, 0.0])
    network.save(tmp_path / "w.h5")
    runtime, seen = Runtime.open(tmp_path / "w.h5"), 0
    for path in sorted((shared / "data" / "bilgi" / "train").glob("*.jpg"))[:12]:
        image = imaging.load(path)
        (found,), (expected,) = runtime.predict([image], 0.05), network.predict([image], 0.05)
        assert_equal(found, expected)
        seen += len(expected)
    assert seen > 100


@pytest.mark.parametrize("name", ["val0555", "rand320"])
def test_the_recorded_network_finds_the_same(shared: Path, tmp_path, name):
    """Matterport's grid and layers with the oracle's weights (ResNet-50)."""
    oracle = shared / "oracle"
    command = [sys.executable, oracle / "make_weights.py", oracle / "layout_resnet50.json", tmp_path / "theirs.h5"]
    subprocess.run(command, check=True)
    network = MaskRCNN(config_from_matterport(json.loads((oracle / "config_A.json").read_text())))
    network.load_matterport(tmp_path / "theirs.h5")
    network.save(tmp_path / "ours.h5")
    image = np.load(oracle / f"oracle_A_{name}.npz")["image"]
    (found,), (expected,) = Runtime.open(tmp_path / "ours.h5").predict([image]), network.predict([image])
    assert len(expected) > 5
    assert_equal(found, expected)
