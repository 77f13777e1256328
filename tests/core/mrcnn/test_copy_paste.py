"""Do pasted damages lie where their outlines say, and do close-ups show what they should?"""

import numpy as np
import pytest
import shapely

from cardamage_core.mrcnn import Config, Sample
from cardamage_core.mrcnn.batching import make_batch, ring_edges
from cardamage_core.mrcnn.copy_paste import filled

CALM = {"flip": False, "colour_jitter": 0.0, "scale_jitter": 0.0}
RING = ((60.0, 100.0), (140.0, 100.0), (140.0, 150.0), (60.0, 150.0))


def red_on_grey(*, damaged: bool) -> Sample:
    image = np.full((240, 320, 3), 100, np.uint8)
    if damaged:
        image[100:150, 60:140] = (250, 0, 0)
    return Sample(image, (1,) * damaged, ((RING,),) * damaged)


def test_filling_follows_the_even_odd_rule():
    triangle = ((3.2, 4.1), (30.0, 9.5), (12.0, 33.3))
    hole = ((12.0, 12.0), (16.0, 12.0), (14.0, 16.0))
    inside = filled(ring_edges([triangle, hole]), (0, 0, 40, 40))
    x, y = np.meshgrid(np.arange(40) + 0.5, np.arange(40) + 0.5)
    assert (inside == shapely.contains_xy(shapely.Polygon(triangle, [hole]), x, y)).all()
    assert (filled(ring_edges([triangle, hole]), (10, 5, 20, 25)) == inside[10:20, 5:25]).all()


def test_damage_is_pasted_onto_an_undamaged_photo_with_its_outline():
    config = Config.preset("light", **CALM, paste_share=1.0)
    batch = make_batch(
        [red_on_grey(damaged=True), red_on_grey(damaged=False)], config, np.random.default_rng(3), augment=True
    )
    top, left, bottom, right = batch["boxes"][1, 0].astype(int)
    assert batch["classes"][1].tolist() == [1, 0, 0, 0]
    assert (bottom - top, right - left) == (50, 80)
    red = batch["images"][1, :, :, 0] > 0.5
    assert red[top + 2 : bottom - 2, left + 2 : right - 2].all()
    assert red.sum() <= 50 * 80
    assert (filled(batch["edges"][1, 0], (top, left, bottom, right))).all()
    assert batch["classes"][0].tolist() == [1, 0, 0, 0], "an undamaged photo has nothing to give"


def test_without_a_share_the_same_seed_draws_what_it_always_drew():
    samples = [red_on_grey(damaged=True), red_on_grey(damaged=False)]
    one, other = (
        make_batch(samples, Config.preset("light", zoom_most=most), np.random.default_rng(1), augment=True)
        for most in (2.0, 3.0)
    )
    assert all((one[name] == other[name]).all() for name in one)


def test_close_ups_are_enlarged_and_their_outlines_stay_on_the_damage():
    config = Config.preset("light", **CALM | {"flip": True}, zoom_share=1.0, zoom_most=3.0)
    rng, seen = np.random.default_rng(2), 0
    for _ in range(12):
        batch = make_batch([red_on_grey(damaged=True)], config, rng, augment=True)
        red = batch["images"][0, :, :, 0] > 0.5
        assert red.any() == bool(batch["classes"][0].any())
        if batch["classes"][0, 0] > 0:
            top, left, bottom, right = np.round(batch["boxes"][0, 0]).astype(int)
            rows, columns = np.flatnonzero(red.any(axis=1)), np.flatnonzero(red.any(axis=0))
            found = rows[0], columns[0], rows[-1] + 1, columns[-1] + 1
            np.testing.assert_allclose((top, left, bottom, right), found, atol=2)
            seen += 1
    assert seen >= 6, "every other close-up is around a damage"


@pytest.mark.parametrize("photo", [(20, 900), (900, 20), (1, 1)])
def test_odd_photos_survive_close_ups_and_pasting(photo):
    config = Config.preset("light", zoom_share=1.0, paste_share=1.0)
    long = Sample(np.zeros((*photo, 3), np.uint8), (1,), ((((0.0, 0.0), (photo[1], 0.0), (photo[1], photo[0])),),))
    batch = make_batch([long, red_on_grey(damaged=True)], config, np.random.default_rng(0), augment=True)
    assert np.isfinite(batch["images"]).all()
