"""Does the engine's command line detect, and tell what is wrong?"""

import json

import numpy as np
import pytest
from PIL import Image

from cardamage_core.mrcnn.__main__ import main, read_photo


def test_detect_writes_masks_and_a_summary(tiny_model, tmp_path):
    tiny_model.save(tmp_path / "w.h5")
    pixels = np.random.default_rng(0).integers(0, 255, (40, 60, 3)).astype(np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    assert (
        main(["detect", "--weights", str(tmp_path / "w.h5"), "--out", str(tmp_path / "o"), str(tmp_path / "a.png")])
        == 0
    )
    found = np.load(tmp_path / "o" / "a.png.npz")
    summary = json.loads((tmp_path / "o" / "detections.json").read_text())
    assert found["masks"].shape == (40, 60, len(found["scores"]))
    assert summary[str(tmp_path / "a.png")]["rois"] == found["rois"].tolist()


def test_a_missing_photo_is_one_sentence_and_exit_code_1(tiny_model, tmp_path, capsys):
    tiny_model.save(tmp_path / "w.h5")
    assert main(["detect", "--weights", str(tmp_path / "w.h5"), "--out", str(tmp_path), str(tmp_path / "b.png")]) == 1
    assert "b.png cannot be read" in capsys.readouterr().err


@pytest.mark.parametrize("orientation", range(1, 9))
def test_photos_are_read_as_they_are_displayed(tmp_path, orientation):
    from PIL import ImageOps

    picture = Image.fromarray(np.random.default_rng(0).integers(0, 255, (4, 6, 3)).astype(np.uint8))
    exif = picture.getexif()
    exif[0x0112] = orientation
    picture.save(tmp_path / "p.png", exif=exif)
    with Image.open(tmp_path / "p.png") as stored:
        np.testing.assert_array_equal(read_photo(tmp_path / "p.png"), np.asarray(ImageOps.exif_transpose(stored)))
