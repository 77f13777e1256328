"""The preview shows photos as a step would: augmented, with outlines, others for another seed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cardamage_core.annotations.model import AnnotatedPhoto, Dataset, Label, Photo, Rectangle, Region
from cardamage_core.errors import JobError
from cardamage_core.training.augmentation_preview import augmented
from cardamage_core.training.job import CLASS_COLORS, TrainingJob
from cardamage_core.training.network_config import NUMBERS, parsed, presets_values


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    Image.new("RGB", (200, 150), (90, 90, 90)).save(tmp_path / "a.png")
    photo = Photo("a", str(tmp_path / "a.png"), "a.png", 200, 150, split="train")
    return Dataset(
        (AnnotatedPhoto(photo, (Region("r", Rectangle(50, 40, 80, 60), "dent"),)),), (Label("dent", "#fff"),)
    )


def test_photos_are_drawn_with_their_outlines_and_anew_for_each_seed(dataset: Dataset):
    (first,), (again,), (other,) = (augmented(TrainingJob(), dataset, seed=seed) for seed in (1, 1, 2))
    assert first.dtype == np.uint8
    assert (first == again).all()
    assert first.shape != other.shape or (first != other).any()
    assert (np.abs(first.astype(int) - CLASS_COLORS[0]).sum(axis=2) < 60).any()  # the line


def test_without_photos_to_learn_from_there_is_one_sentence(dataset: Dataset):
    with pytest.raises(JobError, match="no photo to learn from"):
        augmented(TrainingJob(train_split="other"), dataset, seed=1)


def test_impossible_numbers_are_explained():
    with pytest.raises(JobError, match="Mirrored photos is “maybe”"):
        parsed("light", {"flip": "maybe"})
    with pytest.raises(JobError):
        parsed("light", {"image_max_side": "-5"})
    usual = presets_values("light")
    assert parsed("light", {"flip": "false", "weight_decay": str(usual["weight_decay"])}) == {"flip": False}
    assert all(number.about for number in NUMBERS)
