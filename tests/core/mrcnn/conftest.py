"""What the engine's tests share: one small untrained network."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="package")
def tiny_model():
    """A light network for 128 pixels with random weights; do not train it."""
    from drawings import drawn_sample, tiny_config

    from cardamage_core.mrcnn import MaskRCNN
    from cardamage_core.mrcnn.padding import paint, place

    model = MaskRCNN(tiny_config(), seed=3)
    photo = drawn_sample(0).image
    model.measure(paint(photo, place((128, 128), model.config), model.config)[None])
    return model
