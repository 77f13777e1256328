"""Do photos and outlines arrive on the canvas at the right place?"""

import numpy as np
import pytest

from cardamage_core.mrcnn import Config, EngineError, Sample
from cardamage_core.mrcnn.batching import clipped_box, make_batch, ring_edges
from cardamage_core.mrcnn.padding import paint, place, resize, resize_as_skimage

CALM = {"flip": False, "colour_jitter": 0.0, "scale_jitter": 0.0}
SQUARE = ((10.0, 20.0), (50.0, 20.0), (50.0, 60.0), (10.0, 60.0))


def grey(height: int, width: int) -> np.ndarray:
    return np.full((height, width, 3), 100, np.uint8)


@pytest.mark.parametrize(
    ("photo", "size", "canvas"),
    [
        ((194, 259), (240, 320), (256, 320)),  # enlarged until the shorter side has 240
        ((3000, 4000), (240, 320), (256, 320)),
        ((1, 1), (240, 240), (256, 256)),
        ((10, 20000), (1, 320), (256, 320)),
    ],
)
def test_a_photo_is_scaled_by_the_preset_and_no_more(photo, size, canvas):
    spot = place(photo, Config.preset("light"))
    assert (spot.size, spot.canvas) == (size, canvas)


def test_matterport_centres_on_a_square():
    spot = place((194, 259), Config.preset("matterport", image_min_side=256, image_max_side=256))
    assert spot.window == (32, 0, 224, 256)


def test_resize_to_half_averages_and_to_double_interpolates():
    image = np.float32([[0, 2], [4, 6]])
    assert resize(image, (1, 1)).tolist() == [[3.0]]
    assert resize(image[:1], (1, 4)).tolist() == [[0, 0.5, 1.5, 2]]
    np.testing.assert_allclose(resize_as_skimage(image[:1], (1, 4)), [[0, 0.5, 1.5, 1.5]])  # outside is 0


def test_shrinking_keeps_positions_exact_when_blocks_do_not_fit():
    ramp = np.tile((np.arange(103) + 0.5)[None, :, None], (7, 1, 3))
    small = resize(ramp, (7, 20))[0, :, 0]
    np.testing.assert_allclose(small[1:-1], ((np.arange(20) + 0.5) * 103 / 20)[1:-1], rtol=1e-5)


def test_a_photo_is_painted_in_its_corner_and_normalised():
    config = Config.preset("light")
    painted = paint(grey(240, 300), place((240, 300), config), config)
    assert painted.shape == (256, 320, 3)
    np.testing.assert_allclose(painted[239, 299], (100 - 127) / 128, rtol=1e-6)
    np.testing.assert_allclose(painted[240:], (0 - 127) / 128)


def test_a_batch_holds_boxes_and_edges_in_canvas_pixels():
    sample = Sample(grey(120, 160), (1,), ((SQUARE,),))  # enlarged twice
    batch = make_batch([sample], Config.preset("light", **CALM), np.random.default_rng(0), augment=False)
    assert batch["images"].shape == (1, 256, 320, 3)
    assert batch["classes"].tolist() == [[1, 0, 0, 0]]
    assert batch["boxes"][0, 0].tolist() == [40, 20, 120, 100]
    assert batch["edges"][0, 0, 0].tolist() == [40, 20, 40, 100]


def test_augmented_outlines_stay_on_what_they_outline():
    image = grey(240, 320)
    image[100:180, 60:140] = (250, 0, 0)
    ring = ((60.0, 100.0), (140.0, 100.0), (140.0, 180.0), (60.0, 180.0))
    config = Config.preset("light", colour_jitter=0.0)
    rng = np.random.default_rng(5)
    for _ in range(8):
        batch = make_batch([Sample(image, (1,), ((ring,),))], config, rng, augment=True)
        reddish = batch["images"][0, :, :, 0] > 0.4
        rows, columns = np.flatnonzero(reddish.any(axis=1)), np.flatnonzero(reddish.any(axis=0))
        found = rows[0], columns[0], rows[-1] + 1, columns[-1] + 1
        np.testing.assert_allclose(batch["boxes"][0, 0], found, atol=1.01)


def test_the_same_seed_gives_the_same_batch():
    config, sample = Config.preset("light"), Sample(grey(240, 320), (1,), ((SQUARE,),))
    one, other = (make_batch([sample], config, np.random.default_rng(9), augment=True) for _ in range(2))
    assert all((one[name] == other[name]).all() for name in one)


def test_a_box_covers_only_what_is_inside_the_window():
    ring = np.float32([(5, -10), (5, 30), (15, 30), (15, -10)])  # (y, x)
    assert clipped_box([ring], (0, 0, 10, 20)).tolist() == [5, 0, 10, 20]
    assert clipped_box([ring], (0, 40, 10, 60)) is None


def test_edges_close_each_ring_and_skip_what_is_no_area():
    assert ring_edges([((1, 2), (3, 4), (5, 6)), ((7, 8), (9, 9))]).tolist() == [
        [2, 1, 4, 3],
        [4, 3, 6, 5],
        [6, 5, 2, 1],
    ]


def test_a_class_the_network_does_not_know_is_an_error():
    with pytest.raises(EngineError, match=r"\[2\]"):
        make_batch([Sample(grey(9, 9), (2,), ((SQUARE,),))], Config(), np.random.default_rng(0), augment=False)


@pytest.mark.parametrize(
    "image", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 4), np.uint8), np.zeros((0, 4, 3), np.uint8)]
)
def test_grey_rgba_and_empty_photos_are_refused(image):
    with pytest.raises(EngineError):
        Sample(image, (), ())
