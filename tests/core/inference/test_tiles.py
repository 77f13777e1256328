import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardamage_core.inference.tiles import OVERLAP, predict_tiled, tiles
from cardamage_core.mrcnn import Config
from cardamage_core.mrcnn.detections import Detections

SIDES = st.integers(16, 5000)


@settings(deadline=None, max_examples=50)
@given(SIDES, SIDES)
def test_every_pixel_lies_in_a_tile_and_every_tile_in_the_photo(height, width):
    seen = np.zeros((height, width), bool)
    for tile in tiles((height, width), canvas=320):
        assert 0 <= tile.top < tile.bottom <= height
        assert 0 <= tile.left < tile.right <= width
        seen[tile.top : tile.bottom, tile.left : tile.right] = True
    assert seen.all()


def test_neighbours_overlap_and_large_photos_get_more():
    few = list(tiles((512, 512), canvas=320))
    many = list(tiles((3000, 4000), canvas=320))
    assert (len(few), len(many)) == (4, 12)
    for one, other in itertools.pairwise(many[:4]):
        assert one.right - other.left >= (OVERLAP - 0.01) * (one.right - one.left)


CONFIG = Config.preset("light", detection_rule="object")


def bright_spots(image):
    """A look that sees the bright rectangles of a photo, but none that covers less than a hundredth of it."""
    found = [box for box in rectangles(image) if area(box) >= 0.01 * image.shape[0] * image.shape[1]]
    scores = np.array([0.5 + 0.4 * area(box) / image[..., 0].size for box in found], np.float32)
    order = np.argsort(-scores)
    boxes = np.array(found, np.float32).reshape(-1, 4)[order]
    return Detections(boxes, np.ones(len(found), np.int32), scores[order], np.ones((len(found), 28, 28), np.float32))


def rectangles(image):
    rows = {value: np.argwhere(image[..., 0] == value) for value in np.unique(image) if value}
    return [(*where.min(axis=0), *(where.max(axis=0) + 1)) for where in rows.values()]


def area(box):
    return (box[2] - box[0]) * (box[3] - box[1])


@pytest.fixture
def photo():
    image = np.zeros((600, 800, 3), np.uint8)
    image[200:400, 300:700] = 100  # large: across all tiles
    image[20:60, 20:60] = 200  # 0.3 %: only a tile shows it
    return image


def test_small_damage_is_found_where_it_lies_and_large_damage_once(photo):
    alone = bright_spots(photo)
    found = predict_tiled(bright_spots, photo, CONFIG)
    assert alone.boxes.tolist() == [[200, 300, 400, 700]]
    assert sorted(found.boxes.tolist()) == [[20, 20, 60, 60], [200, 300, 400, 700]]
    assert found.scores.tolist() == sorted(found.scores.tolist(), reverse=True)
    assert found.masks.shape == (2, 28, 28)


def test_a_photo_without_anything_gives_nothing(photo):
    assert len(predict_tiled(bright_spots, np.zeros_like(photo), CONFIG)) == 0
