"""Photos that look the same are found."""

import imagehash
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance

from cardamage_core import imaging
from cardamage_core.project import near_duplicates


def picture(number):
    """A photo-like picture: shapes on a gradient, with some noise."""
    rng = np.random.default_rng(number)
    image = Image.fromarray(np.linspace(40, 200, 320 * 240 * 3).reshape(240, 320, 3).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for _ in range(12):
        x, y, width, height = (int(v) for v in rng.integers((0, 0, 20, 20), (280, 200, 140, 90)))
        draw.ellipse((x, y, x + width, y + height), fill=tuple(int(v) for v in rng.integers(0, 255, 3)))
    noise = rng.normal(0, 6, (240, 320, 3))
    return Image.fromarray(np.clip(np.asarray(image) + noise, 0, 255).astype(np.uint8))


def found(*paths, apart=None):
    hashes = near_duplicates.hashes([str(path) for path in paths], step=lambda: None)
    return list(near_duplicates.pairs(hashes, apart=apart))


def saved(folder, images):
    paths = [folder / f"{number}.jpg" for number in range(len(images))]
    for image, path in zip(images, paths, strict=True):
        image.save(path, quality=60)
    return paths


def test_size_compression_and_exposure_hide_no_twin(tmp_path):
    one, other = picture(1), picture(2)
    small, bright = one.resize((160, 120)), ImageEnhance.Brightness(one).enhance(1.2)
    assert found(*saved(tmp_path, [one, other, small, bright])) == [(0, 2), (0, 3), (2, 3)]


def test_hashes_are_those_of_imagehash_to_the_bit_and_as_text(tmp_path):
    for path in saved(tmp_path, [picture(number) for number in range(8)]):
        (ours,) = near_duplicates.hashes([str(path)], step=lambda: None)
        grey = Image.fromarray(imaging.thumbnail(path, near_duplicates.SIDE)).convert("L")
        theirs = imagehash.phash(grey, hash_size=near_duplicates.HASH_SIDE)
        np.testing.assert_array_equal(ours, theirs.hash)
        assert near_duplicates.as_text(ours) == str(theirs)


def test_a_lightly_cropped_copy_is_a_twin(tmp_path):
    one = picture(1)
    assert found(*saved(tmp_path, [one, one.crop((4, 3, 316, 237))])) == [(0, 1)]


def test_only_pairs_with_different_values_are_told(tmp_path):
    paths = saved(tmp_path, [picture(1)] * 3)
    assert found(*paths, apart=np.array([0, 0, 1])) == [(0, 2), (1, 2)]


def test_a_negative_differs_in_all_bits():
    bits = np.random.default_rng(0).random((16, 16)) < 0.5
    near = bits.copy().ravel()
    near[: near_duplicates.MOST_BITS] ^= True
    far = near.copy()
    far[near_duplicates.MOST_BITS] ^= True
    hashes = [bits, ~bits, near.reshape(16, 16), far.reshape(16, 16)]
    assert list(near_duplicates.pairs(hashes)) == [(0, 2), (2, 3)]


def test_what_cannot_be_read_and_what_shows_nothing_has_no_twin(tmp_path):
    plain = saved(tmp_path, [Image.new("RGB", (64, 48), "white"), Image.new("RGB", (64, 48), "black")])
    (tmp_path / "broken.jpg").write_bytes(b"no photo")
    assert found(*plain, tmp_path / "broken.jpg", tmp_path / "absent.jpg") == []
    assert found() == []


def test_cancelling_stops_before_the_next_photo(tmp_path):
    class StoppedError(Exception):
        pass

    def step():
        raise StoppedError

    with pytest.raises(StoppedError):
        near_duplicates.hashes([str(path) for path in saved(tmp_path, [picture(1)])], step=step)


def test_the_twins_of_the_seed_are_found_and_nothing_else(shared):
    """These 22 pairs were found by difference hash and grey correlation as well; twelve leak from train into val."""
    splits = ("train", "val", "test")
    paths = [path for split in splits for path in sorted((shared / "data" / "seed" / split).glob("*.JPEG"))]
    twins = [tuple(f"{paths[i].parent.name}/{paths[i].stem}" for i in pair) for pair in found(*paths)]
    assert len(twins) == 22
    leaks = {pair for pair in twins if {name.split("/")[0] for name in pair} == {"train", "val"}}
    assert leaks == {
        *(("train/0012", "val/0700"), ("train/0013", "val/0902"), ("train/0025", "val/0867")),
        *(("train/0050", "val/0877"), ("train/0052", "val/0651"), ("train/0112", "val/0112")),
        *(("train/0240", "val/0717"), ("train/0251", "val/0539"), ("train/0305", "val/0704")),
        *(("train/0353", "val/0745"), ("train/0391", "val/0799"), ("train/0568", "val/0872")),
    }
