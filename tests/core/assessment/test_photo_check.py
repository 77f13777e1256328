"""Whether a photo can be relied on: measured on drawn and real photos, and told in sentences."""

from __future__ import annotations

import datetime
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from cardamage_core import imaging
from cardamage_core.annotations.model import Label, Origin, Photo, Rectangle, Region
from cardamage_core.assessment import photo_check, photo_facts
from cardamage_core.assessment.areas import area_of
from cardamage_core.assessment.damage import assess
from cardamage_core.assessment.photo_facts import PhotoFacts

NOW = datetime.datetime(2026, 11, 29, tzinfo=datetime.UTC)
LABELS = [Label("dent", "#000000"), Label("car", "#ffffff", role="car"), Label("hood", "#000000", role="part")]
PHOTO = Photo("p", "a.jpg", "a.jpg", 800, 600)


def by_model(score: float) -> Origin:
    return Origin("predicted", "", "m", score)


GUESSED = Region("c", Rectangle(100, 100, 500, 300), "car", origin=by_model(0.6))
UNSURE = Region("h", Rectangle(150, 150, 90, 90), "hood", origin=by_model(0.2))


def scene(seed: int = 0) -> np.ndarray:
    """An (600, 800, 3) picture of 150 rectangles in any colour."""
    rng = np.random.default_rng(seed)
    image = np.full((600, 800, 3), 120, np.uint8)
    for _ in range(150):
        x, y, w, h = (int(v) for v in rng.integers((0, 0, 20, 20), (760, 560, 160, 120)))
        image[y : y + h, x : x + w] = rng.integers(20, 230, 3)
    return image


def codes(image: np.ndarray) -> list[str]:
    photo = Photo("p", "", "", image.shape[1], image.shape[0])
    return [remark.code for remark in photo_check.of_pixels(photo, photo_check.measure(image))]


def moved(image: np.ndarray, pixels: int, angle: float) -> np.ndarray:
    """As a camera takes it that moves meanwhile."""
    kernel = np.zeros((pixels, pixels), np.float32)
    kernel[pixels // 2] = 1
    turn = cv2.getRotationMatrix2D((pixels / 2 - 0.5, pixels / 2 - 0.5), angle, 1)
    kernel = cv2.warpAffine(kernel, turn, (pixels, pixels))
    return cv2.filter2D(image, -1, kernel / kernel.sum())


def test_blur_darkness_and_overexposure_are_told_and_a_good_photo_is_not():
    image = scene()
    assert codes(image) == []
    assert codes(cv2.GaussianBlur(image, (0, 0), 5)) == ["blurred"]
    assert codes(moved(image, 21, 30)) == ["blurred"]
    assert codes((image * 0.3).astype(np.uint8)) == ["dark"]
    assert codes(255 - (255 - image) // 5) == ["bright"]
    assert codes(image[:300, :400]) == ["small"]
    assert "blurred" in codes(np.full((600, 800, 3), 90, np.uint8))


def test_real_photos_are_sharp_and_their_blurred_copies_are_not(shared: Path):
    paths = sorted((shared / "data" / "metallo" / "val").glob("*.jpg"))[:10]
    assert len(paths) > 4
    for path in paths:
        image = imaging.load(path)
        assert photo_check.measure(image).sharpness > photo_check.SHARP
        blurred = cv2.GaussianBlur(image, (0, 0), 0.006 * max(image.shape))
        assert photo_check.measure(blurred).sharpness < photo_check.SHARP


def test_a_white_spot_on_the_car_is_glare_and_a_white_wall_behind_it_is_not():
    car = area_of(Rectangle(100, 100, 600, 400))
    wall = scene()
    wall[:160] = 255
    assert list(photo_check.of_light(PHOTO, photo_check.measure(wall), car)) == []
    spot = scene()
    cv2.circle(spot, (400, 300), 90, (255, 255, 255), -1)
    (remark,) = photo_check.of_light(PHOTO, photo_check.measure(spot), car)
    assert remark.code == "glare"
    assert photo_check.glare(photo_check.measure(spot), PHOTO, car) == pytest.approx(np.pi * 90**2 / 240_000, rel=0.1)


def test_measures_without_a_map_of_burnt_spots_tell_nothing_of_glare():
    for size in ((0, 0), (0, 5), (-1, -1), (4, 4)):
        measured = photo_check.Measures(2.0, 200, 100, burnt=b"x", burnt_size=size)
        assert photo_check.glare(measured, PHOTO, area_of(Rectangle(0, 0, 800, 600))) == 0.0
    assert photo_check.glare(photo_check.Measures(2.0, 200, 100), PHOTO, area_of(Rectangle(0, 0, 800, 600))) == 0.0


@pytest.mark.parametrize(
    ("regions", "code"),
    [
        ((), "no-car"),
        ((Region("d", Rectangle(0, 0, 50, 50), "dent"),), "close-up"),
        ((Region("c", Rectangle(0, 100, 500, 300), "car"),), "cut-off"),
        ((Region("c", Rectangle(100, 100, 500, 300), "car"),), ""),
        ((GUESSED, UNSURE), "not-a-car"),
        ((GUESSED, UNSURE, Region("d", Rectangle(200, 200, 50, 50), "dent", origin=by_model(0.45))), "unfamiliar"),
    ],
)
def test_what_is_on_the_photo_is_told(regions: tuple[Region, ...], code: str):
    damage = assess(PHOTO, regions, LABELS, threshold=0.5)
    found = [remark.code for remark in photo_check.of_regions(damage, regions, LABELS)]
    assert found == ([code] if code else [])


def test_what_a_file_says_of_itself_is_read(tmp_path: Path):
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0131] = "Acme", "Acme One", "Adobe Photoshop 27.0"
    exif.get_ifd(0x8769).update({0x9003: "2026:05:04 10:20:30", 0x9011: "+02:00"})
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 30.0, 0.0), 3: "W", 4: (11.0, 15.0, 36.0)})
    Image.fromarray(scene()).save(tmp_path / "a.jpg", exif=exif, quality=87)
    facts = photo_facts.read(tmp_path / "a.jpg")
    assert facts == PhotoFacts(
        "2026-05-04T10:20:30+02:00", (48.5, -11.26), "Acme One", "Adobe Photoshop 27.0", quality=87
    )
    assert facts.editor == "Adobe Photoshop 27.0"
    assert [remark.code for remark in photo_check.of_file(facts, NOW)] == ["edited"]


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        (PhotoFacts(), [("no-time", "info")]),
        (PhotoFacts("2027-01-01T00:00:00"), [("no-time", "warning")]),
        (PhotoFacts("2026-11-29T20:00:00", quality=75), [("resaved", "info")]),
        (PhotoFacts("2026-11-29T20:00:00", generated=True), [("edited", "warning")]),
        (PhotoFacts("2026-11-29T20:00:00", signed=True, software="17.1.2"), [("edited", "info")]),
    ],
)
def test_time_and_traces_are_told_as_a_claim(facts: PhotoFacts, told: list[tuple[str, str]]):
    assert [(remark.code, remark.severity) for remark in photo_check.of_file(facts, NOW)] == told


def test_damaged_exif_data_is_no_error(shared: Path):
    for path in sorted((shared / "data" / "odd_images").glob("*exif*")):
        photo_facts.read(path)
