"""Is every photo opened as displayed, or refused in one clear sentence?"""

import struct
import warnings
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image, ImageOps

from cardamage_core import imaging
from cardamage_core.annotations import model
from cardamage_core.errors import PhotoError

REFUSED = {"decompression_bomb.gif", "decompression_bomb.ico", "LICENSE", "index.json"}
RED, GREEN = (255, 0, 0), (0, 255, 0)


def png_of(path, width, height):
    """A PNG file that says how large it is and then ends."""
    chunks = [b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0), b"IDAT"]
    parts = [struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) for chunk in chunks]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))
    return path


def flag(size=(8, 4)):
    """Left half red, right half green."""
    image = Image.new("RGB", size, RED)
    image.paste(GREEN, (size[0] // 2, 0, *size))
    return image


def test_the_odd_images_of_pillow_open_or_give_one_clear_sentence(shared):
    for path in sorted((shared / "data" / "odd_images").iterdir()):
        if path.name in REFUSED:
            for read in (imaging.size, imaging.load, imaging.thumbnail):
                with pytest.raises(PhotoError, match=path.name):
                    read(path)
            continue
        with warnings.catch_warnings(record=True) as said:
            pixels = imaging.load(path)
            small = imaging.thumbnail(path)
        assert said == []
        assert (pixels.shape[1], pixels.shape[0]) == imaging.size(path)
        assert pixels.dtype == small.dtype == np.uint8
        assert pixels.shape[2] == small.shape[2] == 3
        assert max(small.shape) <= 160


@pytest.mark.parametrize("orientation", range(2, 9))
def test_all_orientations_of_a_photo_look_the_same(shared, orientation):
    folder = shared / "data" / "odd_images"
    upright = imaging.load(folder / "hopper.ppm").astype(float)
    for kind in ("jpg", "webp"):
        turned = imaging.load(folder / f"hopper_orientation_{orientation}.{kind}")
        assert np.abs(upright - turned).mean() < 6


def test_size_and_pixels_agree_on_a_turned_photo(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown turned clockwise: the left side comes to the top
    flag().save(tmp_path / "a.png", exif=exif)
    assert imaging.size(tmp_path / "a.png") == (4, 8)
    assert imaging.header(tmp_path / "a.png").orientation == 6
    pixels = imaging.load(tmp_path / "a.png")
    assert tuple(pixels[0, 0]) == RED
    assert tuple(pixels[7, 0]) == GREEN
    assert imaging.thumbnail(tmp_path / "a.png", 4).shape == (4, 2, 3)


@pytest.mark.parametrize("kind", ["tif", "png", "jpg", "webp"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_kind_of_file_is_turned_once(tmp_path, kind, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    flag((64, 32)).save(tmp_path / f"a.{kind}", exif=exif)
    with Image.open(tmp_path / f"a.{kind}") as image:
        expected = np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
    found = imaging.load(tmp_path / f"a.{kind}")
    assert np.array_equal(found, expected)
    assert imaging.header(tmp_path / f"a.{kind}") == (found.shape[1], found.shape[0], orientation)
    assert imaging.thumbnail(tmp_path / f"a.{kind}", 32).shape == (*(side // 2 for side in found.shape[:2]), 3)


def test_sixteen_bits_are_scaled_and_not_cut_off(tmp_path):
    grey = np.array([[0, 257, 32896, 65535]], np.uint16)
    for suffix in ("png", "tif"):
        path = tmp_path / f"a.{suffix}"
        cv2.imwrite(str(path), grey)
        assert imaging.load(path)[0, :, 0].tolist() == [0, 1, 128, 255]


def test_sixteen_bits_in_colour_are_scaled(tmp_path):
    colour = np.zeros((1, 2, 3), np.uint16)
    colour[0, 0] = (0, 32896, 65535)  # cv2 writes blue, green, red
    cv2.imwrite(str(tmp_path / "a.png"), colour)
    assert imaging.load(tmp_path / "a.png")[0].tolist() == [[255, 128, 0], [0, 0, 0]]


def test_transparent_parts_are_white(tmp_path):
    image = Image.new("RGBA", (2, 1), (255, 0, 0, 255))
    image.putpixel((1, 0), (0, 0, 0, 0))
    image.save(tmp_path / "a.png")
    assert imaging.load(tmp_path / "a.png")[0].tolist() == [[255, 0, 0], [255, 255, 255]]
    palette = image.convert("P")
    palette.info["transparency"] = palette.getpixel((1, 0))
    palette.save(tmp_path / "p.png")
    assert imaging.load(tmp_path / "p.png")[0, 1].tolist() == [255, 255, 255]


def test_cmyk_red_is_red(shared):
    corner = imaging.load(shared / "data" / "odd_images" / "pil_sample_cmyk.jpg")[0, 0]
    assert corner[0] > 200
    assert max(corner[1:]) < 60


def test_heic_is_read(shared):
    folder = shared / "data" / "odd_images"
    difference = imaging.load(folder / "hopper.heif").astype(float) - imaging.load(folder / "hopper.ppm")
    assert np.abs(difference).mean() < 6


def test_a_photo_30000_pixels_wide_is_refused_before_it_is_decoded(tmp_path):
    for size in [(30_000, 10), (10, 30_000), (12_000, 12_000), (2**31 - 1, 2**31 - 1)]:
        path = png_of(tmp_path / "wide.png", *size)
        for read in (imaging.size, imaging.load, imaging.thumbnail):
            with pytest.raises(PhotoError, match="too large"):
                read(path)


def test_the_largest_photos_allowed_are_read(tmp_path):
    Image.new("L", (29_999, 1)).save(tmp_path / "a.png")
    assert imaging.load(tmp_path / "a.png").shape == (1, 29_999, 3)


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "bmp"])
def test_a_truncated_photo_is_refused(tmp_path, suffix):
    noise = np.random.default_rng(1).integers(0, 255, (64, 64, 3), np.uint8)
    path = tmp_path / f"a.{suffix}"
    Image.fromarray(noise).save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(PhotoError, match=f"a.{suffix}"):
        imaging.load(path)


def test_missing_empty_and_foreign_files_and_folders_are_refused(tmp_path):
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "text.jpg").write_text("hello")
    for name, words in [
        ("nowhere.jpg", "missing"),
        ("empty.jpg", "not an image"),
        ("text.jpg", "not an image"),
        ("", "folder"),
    ]:
        with pytest.raises(PhotoError, match=words):
            imaging.load(tmp_path / name)


def test_any_damaged_byte_gives_pixels_or_a_photo_error(tmp_path):
    rng = np.random.default_rng(5)
    for suffix in ("jpg", "png", "webp", "tif", "gif"):
        flag((40, 30)).save(tmp_path / f"a.{suffix}")
        whole = (tmp_path / f"a.{suffix}").read_bytes()
        for _ in range(60):
            data = bytearray(whole)
            for place in rng.integers(0, len(data), 4):
                data[place] = rng.integers(256)
            (tmp_path / "b").write_bytes(data)
            try:
                assert imaging.load(tmp_path / "b").dtype == np.uint8
                imaging.thumbnail(tmp_path / "b")
            except PhotoError as error:
                assert error.title  # noqa: PT017


def test_a_photo_of_many_strips_is_whole(tmp_path):
    """600 rows are two strips of 256 and a rest; turned by orientation 6 they are the columns."""
    pixels = np.random.default_rng(3).integers(0, 256, (600, 30, 3), dtype=np.uint8)
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(pixels).save(tmp_path / "plain.png")
    Image.fromarray(pixels).save(tmp_path / "turned.png", exif=exif)
    assert np.array_equal(imaging.load(tmp_path / "plain.png"), pixels)
    assert np.array_equal(imaging.load(tmp_path / "turned.png"), np.rot90(pixels, -1))


def test_photos_in_projects_are_as_large_as_those_that_are_opened():
    assert model.MOST_PIXELS == imaging.MOST_PIXELS
    model.Photo("p", "a.jpg", "a.jpg", imaging.TOO_LONG - 1, 1)
