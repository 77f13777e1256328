"""Do published ImageNet weights give our ResNet trunk the features of the network that they were published for?"""

import h5py
import keras
import numpy as np
import pytest

from cardamage_core.mrcnn import Config, EngineError, MaskRCNN
from cardamage_core.mrcnn.imagenet import resnet_name

OLD_KINDS = {"kernel": "W_1", "bias": "b_1", "moving_mean": "running_mean_1", "moving_variance": "running_std_1"}
NARROW = {"pyramid_channels": 8, "rpn_channels": 8, "box_head_units": 8, "mask_head_channels": 8}


@pytest.fixture(scope="module")
def published():
    """keras.applications' ResNet-50 with batch statistics that nobody could mistake for their start values."""
    network = keras.applications.ResNet50(weights=None, include_top=False, input_shape=(64, 96, 3))
    rng = np.random.default_rng(0)
    for layer in network.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            lowest = (0.5, -1.0, -1.0, 0.001)  # gamma, beta, mean, variance
            layer.set_weights([rng.uniform(low, 1.0, layer.gamma.shape) for low in lowest])
    return network


@pytest.fixture(scope="module")
def file(published, tmp_path_factory):
    """The network's weights as keras.applications publishes them."""
    path = tmp_path_factory.mktemp("imagenet") / "resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5"
    with h5py.File(path, "w") as opened:
        for layer in published.layers:
            for weight in layer.weights:
                opened[f"{layer.name}/{layer.name}/{weight.name}:0"] = weight.numpy()
    return path


@pytest.fixture(scope="module")
def model():
    return MaskRCNN(Config.preset("balanced", **NARROW))


def test_each_stage_has_the_features_of_the_published_network(published, file, model):
    """The maximum after the first layer lies one pixel further here (Matterport's), so both go on from the same one."""
    model.load_backbone(file)
    image = np.random.default_rng(1).normal(0, 50, (1, 64, 96, 3)).astype(np.float32)
    ours, theirs = from_to(model.trunk, "input", "bn_conv1"), from_to(published, "input", "conv1_bn")
    np.testing.assert_allclose(ours(image)[0], theirs(image[..., ::-1])[0], rtol=1e-4, atol=1e-4)
    pooled = np.random.default_rng(2).uniform(0, 1, (1, 16, 24, 64)).astype(np.float32)
    ours = from_to(model.trunk, "max_pooling2d", "res2c_out", "res3d_out", "res4f_out", "res5c_out")
    stages = [f"conv{stage}_block{blocks}_out" for stage, blocks in ((2, 3), (3, 4), (4, 6), (5, 3))]
    for found, expected in zip(ours(pooled), from_to(published, "pool1_pool", *stages)(pooled), strict=True):
        assert np.abs(found - expected).max() <= 3e-5 * np.abs(expected).max()  # 1.03e-5 was seen
    assert model.measured


def test_the_older_file_is_told_by_its_names_and_keeps_gamma(file, model, tmp_path):
    with h5py.File(file) as new, h5py.File(tmp_path / "old.h5", "w") as old:
        for layer in new:
            for kind, values in new[layer][layer].items():
                name, kind = resnet_name(f"{layer}/{kind}").split("/")
                old[f"{name}/{name}_{OLD_KINDS.get(kind, kind + '_1')}:0"] = values[()]
        gamma = new["conv2_block1_0_bn/conv2_block1_0_bn/gamma:0"][()]
    model.load_backbone(tmp_path / "old.h5")
    np.testing.assert_array_equal(model.arrays()["bn2a_branch1/gamma"], gamma)


def test_a_file_with_the_classifier_is_refused_by_its_layer(file, model, tmp_path):
    with h5py.File(file) as good, h5py.File(tmp_path / "top.h5", "w") as bad:
        for layer in good:
            good.copy(layer, bad)
        bad["predictions/predictions/bias:0"] = np.zeros(1000, np.float32)
    with pytest.raises(EngineError, match="not used: predictions/bias"):
        model.load_backbone(tmp_path / "top.h5")


def test_resnet_101s_blocks_are_counted_in_letters():
    assert resnet_name("conv4_block23_2_conv/conv4_block23_2_conv/kernel:0") == "res4w_branch2b/kernel"
    assert resnet_name("conv1_bn/conv1_bn/moving_variance:0") == "bn_conv1/moving_variance"


def from_to(network: keras.Model, start: str, *ends: str) -> keras.Model:
    """The part of a network from one layer's output to those of others, which come as a list."""
    names = [layer.name for layer in network.layers]
    first = (
        network.input if start == "input" else network.get_layer(next(n for n in names if n.startswith(start))).output
    )
    return keras.Model(first, [network.get_layer(end).output for end in ends])
