"""Is a convolution with its frozen normalisation folded in what both are one after the other, forward and back?"""

import keras
import numpy as np
import pytest
from keras import layers, ops

from cardamage_core.mrcnn.backbones import ConvNorm, weight_name

tf = pytest.importorskip("tensorflow")
LOWEST = (0.5, -1.0, -1.0, 0.1)  # gamma, beta, mean, variance


@pytest.fixture(params=["Conv2D", "DepthwiseConv2D"])
def both(request):
    """The layer with statistics that nobody could mistake for their start values, and a batch."""
    size = (5, 3) if request.param == "Conv2D" else (3,)
    conv = getattr(layers, request.param)(*size, strides=2, padding="same", use_bias=False, name="lite1_stem")
    rng = np.random.default_rng(0)
    batch = ops.convert_to_tensor(rng.normal(0, 1, (2, 8, 9, 4)).astype(np.float32))
    folded = ConvNorm(conv)
    folded(batch)
    folded.norm.set_weights([rng.uniform(low, 1.5, folded.norm.gamma.shape) for low in LOWEST])
    return folded, batch


def apart(folded, batch):
    """One after the other."""
    return folded.norm(folded.conv(batch), training=False)


def test_features_are_the_same(both):
    folded, batch = both
    np.testing.assert_allclose(folded(batch), apart(folded, batch), rtol=1e-5, atol=1e-5)


def test_kernel_gamma_and_beta_learn_the_same(both):
    folded, batch = both
    gradients = []
    for way in (folded, lambda one: apart(folded, one)):
        with tf.GradientTape() as tape:
            loss = ops.sum(ops.square(way(batch)))
        gradients.append(tape.gradient(loss, [one.value for one in folded.trainable_variables]))
    assert len(gradients[0]) == 3
    for one, other in zip(*gradients, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-4)


def test_a_batch_can_be_measured(both):
    folded, batch = both
    folded.norm.momentum = 0.0
    folded(batch, training=True)
    mean = ops.mean(folded.conv(batch), axis=(0, 1, 2))
    np.testing.assert_allclose(folded.norm.moving_mean, mean, rtol=1e-4, atol=1e-5)


def test_weights_are_known_by_their_own_layer(both):
    folded, _batch = both
    network = keras.Model(image := layers.Input((None, None, 4)), folded(image))
    assert sorted(map(weight_name, network.weights))[:2] == ["lite1_stem/kernel", "lite1_stem_bn/beta"]
