"""A real model, tiny and untrained, a photo to show it, and a job small enough to train in seconds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw

from cardamage_core import geometry
from cardamage_core.annotations.model import AnnotatedPhoto, Dataset, Label, Photo, Polygon, Region
from cardamage_core.models import registry
from cardamage_core.training.job import TrainingJob

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


SIDE = 96
TINY = {
    "image_min_side": 64,
    "image_max_side": 128,
    "canvas_floor": 128,
    "pyramid_channels": 16,
    "rpn_channels": 16,
    "box_head_units": 32,
    "mask_head_channels": 16,
    "proposals_training": 32,
    "rois_per_image": 16,
    "rpn_anchors_per_image": 64,
}


@pytest.fixture(scope="module")
def tiny_job():
    """Makes a job small enough to train in seconds, with changes."""
    return _job


@pytest.fixture(scope="module")
def drawn():
    """Draws photos into a folder: the data set of them."""
    return _dataset


def _job(**changes) -> TrainingJob:
    return TrainingJob(**({"epochs": 2, "steps": 2, "batch": 2, "start": "none", "changes": TINY} | changes))


def _dataset(folder: Path, *, train: int = 6, val: int = 2) -> Dataset:
    """`train` + `val` photos in `folder`, each with one region labelled "dent"."""
    splits = ["train"] * train + ["val"] * val
    photos = tuple(_photo(folder, number, split) for number, split in enumerate(splits))
    return Dataset(photos=photos, labels=(Label("dent", "#ff0000"),))


def _photo(folder: Path, number: int, split: str) -> AnnotatedPhoto:
    rng = np.random.default_rng(number)
    x, y, w, h = (int(v) for v in rng.integers((10, 10, 20, 20), (40, 40, 45, 45)))
    ring = ((x, y), (x + w, y), (x + w, y + h), (x, y + h))
    image = Image.fromarray(rng.integers(60, 110, (SIDE, SIDE, 3), dtype=np.uint8))
    ImageDraw.Draw(image).polygon(ring, fill=(230, 60, 40))
    path = folder / f"car {number}.png"
    image.save(path)
    region = Region(f"r{number}", Polygon((ring,)), "dent")
    return AnnotatedPhoto(Photo(f"p{number}", str(path), path.name, SIDE, SIDE, split=split), (region,))


@pytest.fixture
def pairs_looked_at(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many pairs of lines each step of `geometry` looked at: its work, counted where no clock is to be trusted."""
    numbers: list[int] = []
    pairs = geometry._pairs

    def counted(starts: np.ndarray, ends: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        for one, other in pairs(starts, ends):
            numbers.append(len(one))
            yield one, other

    monkeypatch.setattr(geometry, "_pairs", counted)
    return numbers
