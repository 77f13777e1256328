"""A real model, tiny and untrained, and a photo to show it."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from cardamage_core.models import registry

CHANGES = {"image_min_side": 64, "image_max_side": 64, "canvas_floor": 64, "proposals_inference": 8, "detection_max": 5}
CHANGES |= {"backbone": "mobilenetv2", "norm_groups": 0, "detection_rule": "likeliest"}  # whole outlines by chance
CHANGES |= {"anchor_sizes": (32.0, 64.0, 128.0, 256.0), "anchor_ratios": (0.5, 1.0, 2.0)}


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registered model with random weights: it sees nonsense, but by the whole path."""
    from cardamage_core.mrcnn import Config, MaskRCNN

    folder = tmp_path_factory.mktemp("model")
    config = Config.preset("light", classes=3, **CHANGES)
    MaskRCNN(config, seed=1).save(folder / "trained.h5")
    card = registry.ModelCard(
        id="", name="tiny", created="", preset="light", classes=("dent", "scratch"), config=config.to_dict()
    )
    return registry.register(folder / "models", card, folder / "trained.h5").folder


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """96 × 64 pixels of noise."""
    path = tmp_path / "Foto 1 ü.png"
    pixels = np.random.default_rng(3).integers(0, 255, (64, 96, 3), np.uint8)
    path.write_bytes(cv2.imencode(".png", pixels)[1].tobytes())
    return path
