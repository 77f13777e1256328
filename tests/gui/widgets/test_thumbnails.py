"""Are the small pictures made once, and again when the photo changes?"""

import os

import numpy as np
import pytest
from PIL import Image

from cardamage_core.errors import PhotoError
from cardamage_gui.widgets.thumbnails import LONGEST, small_picture


def test_a_small_picture_is_kept_and_read_again(tmp_path):
    photo, cache = tmp_path / "photo.png", tmp_path / "cache"
    Image.fromarray(np.full((300, 600, 3), 80, dtype=np.uint8)).save(photo)
    assert small_picture(photo, cache).shape == (LONGEST // 2, LONGEST, 3)
    (kept,) = (cache / "thumbnails").iterdir()
    Image.fromarray(np.full((64, 128, 3), 200, dtype=np.uint8)).save(kept)
    assert small_picture(photo, cache).mean() == pytest.approx(200, abs=2)


def test_a_photo_that_changed_is_looked_at_again(tmp_path):
    photo, cache = tmp_path / "photo.png", tmp_path / "cache"
    Image.fromarray(np.full((30, 60, 3), 80, dtype=np.uint8)).save(photo)
    small_picture(photo, cache)
    Image.fromarray(np.full((30, 60, 3), 180, dtype=np.uint8)).save(photo)
    os.utime(photo, ns=(1, 1))
    assert small_picture(photo, cache).mean() == pytest.approx(180, abs=2)


def test_a_damaged_cache_is_made_anew(tmp_path):
    photo, cache = tmp_path / "photo.png", tmp_path / "cache"
    Image.fromarray(np.full((30, 60, 3), 80, dtype=np.uint8)).save(photo)
    small_picture(photo, cache)
    (kept,) = (cache / "thumbnails").iterdir()
    kept.write_bytes(b"no picture")
    assert small_picture(photo, cache).mean() == pytest.approx(80, abs=2)


def test_a_missing_photo_is_an_error(tmp_path):
    with pytest.raises(PhotoError):
        small_picture(tmp_path / "gone.jpg", tmp_path / "cache")
