"""Is what comes from Matterport taken over completely, or refused by name?"""

import h5py
import numpy as np
import pytest

from cardamage_core.mrcnn import EngineError, config_from_matterport
from cardamage_core.mrcnn.matterport import read_matterport
from cardamage_core.mrcnn.padding import place


def test_upper_case_names_become_ours():
    given = {"NUM_CLASSES": 81, "BACKBONE": "resnet50", "IMAGES_PER_GPU": 2, "GPU_COUNT": 3, "RPN_NMS_THRESHOLD": 0.6}
    config = config_from_matterport({**given, "MEAN_PIXEL": np.array([1.0, 2.0, 3.0]), "NAME": "x"})
    assert (config.classes, config.backbone, config.photos_per_step, config.rpn_nms_threshold) == (
        81,
        "resnet50",
        6,
        0.6,
    )
    assert config.pixel_mean == (1.0, 2.0, 3.0)
    assert config.box_grid == "matterport"


def test_unknown_names_and_unsupported_values_are_listed():
    with pytest.raises(EngineError) as caught:
        config_from_matterport({"NUM_KLASSES": 3, "IMAGE_RESIZE_MODE": "crop"})
    assert "NUM_KLASSES: unknown name" in caught.value.detail
    assert "IMAGE_RESIZE_MODE: 'crop' is not supported, only 'square' or 'pad64'" in caught.value.detail


def test_pad64_never_shrinks_a_photo():
    config = config_from_matterport({"IMAGE_RESIZE_MODE": "pad64", "IMAGE_MIN_DIM": 128, "IMAGE_MAX_DIM": 256})
    spot = place((130, 400), config)
    assert (spot.size, spot.canvas, spot.corner) == ((130, 400), (192, 448), (31, 24))


@pytest.fixture
def file(tmp_path):
    with h5py.File(tmp_path / "m.h5", "w") as opened:
        opened["conv1/conv1/kernel:0"] = np.ones((2, 2), np.float32)
        opened["rpn_model/rpn_class_raw/bias:0"] = np.zeros(6, np.float32)
    return tmp_path / "m.h5"


def test_layers_are_found_in_nested_models_too(file):
    found = read_matterport(file, {"conv1/kernel": (2, 2), "rpn_class_raw/bias": (6,)})
    assert found["rpn_class_raw/bias"].tolist() == [0] * 6


def test_excluded_layers_are_left_out_by_their_full_name(file):
    assert set(read_matterport(file, {"conv1/kernel": (9, 9), "rpn_class_raw/bias": (6,)}, exclude=["conv1"])) == {
        "rpn_class_raw/bias"
    }
    with pytest.raises(EngineError, match="misshapen: conv1/kernel"):
        read_matterport(file, {"conv1/kernel": (9, 9), "rpn_class_raw/bias": (6,)}, exclude=["conv"])


def test_a_keras_3_file_is_refused(tmp_path):
    with h5py.File(tmp_path / "k.weights.h5", "w") as opened:
        opened["layers/conv2d/vars/0"] = np.ones(3, np.float32)
    with pytest.raises(EngineError, match="not a Matterport weights file"):
        read_matterport(tmp_path / "k.weights.h5", {})
