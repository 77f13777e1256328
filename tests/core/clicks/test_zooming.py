"""From clicks to outlines in views, by a network that sees only brightness; simulated clicks; clicks by colour."""

import numpy as np
import pytest

from cardamage_core import geometry
from cardamage_core.annotations.outline_assist import OutlineError
from cardamage_core.clicks import by_colour, simulation, views
from cardamage_core.clicks.network import ClickNetwork
from cardamage_core.clicks.views import GRID, Click, View
from cardamage_core.clicks.zooming import Look, Zooming, moved
from cardamage_core.models import registry


class Brightness:
    """Everything bright is inside; remembers the guides it was given."""

    def __init__(self):
        self.guides = []

    def mask(self, image, guide):
        self.guides.append(guide)
        size = image.shape[0] // GRID
        grey = image[..., 0].reshape(GRID, size, GRID, size).mean(axis=(1, 3))
        return np.clip((grey - 127.5) / 200 + 0.5, 0, 1).astype(np.float32)


def spots():
    """A photo with a bright square of 60 and another of 40 pixels."""
    photo = np.full((480, 640, 3), 20, np.uint8)
    photo[100:160, 200:260] = 230
    photo[300:340, 500:540] = 230
    return photo


def area(rings):
    return geometry.area_of_rings(rings).area


def test_one_click_finds_what_lies_under_it_and_nothing_else():
    rings = Zooming(Brightness(), spots()).outline([Click((230.0, 130.0))])
    assert area(rings) == pytest.approx(3600, rel=0.05)
    assert geometry.area_of_rings(rings).bounds == pytest.approx((200, 100, 260, 160), abs=3)


def test_the_second_look_is_nearer_and_knows_the_first_mask():
    engine = Brightness()
    photo = np.full((480, 640, 3), 20, np.uint8)
    photo[100:160, 200:260] = 230
    look = Zooming(engine, photo).look((Click((230.0, 130.0)),))
    assert look.view.side == pytest.approx(1.4 * 60, rel=0.2)
    first, second = engine.guides
    assert not first[..., 2].any()
    assert second[..., 2].max() > 0.5


def test_a_click_that_is_taken_back_needs_no_new_look():
    engine = Brightness()
    zooming = Zooming(engine, spots())
    before = zooming.outline([Click((230.0, 130.0))])
    zooming.outline([Click((230.0, 130.0)), Click((205.0, 150.0), False)])
    looks = len(engine.guides)
    assert zooming.outline([Click((230.0, 130.0))]) == before
    assert len(engine.guides) == looks


def test_a_mask_moves_into_another_view_where_it_lies_on_the_photo():
    mask = np.zeros((GRID, GRID), np.float32)
    mask[16:32, 16:32] = 1.0
    near = moved(Look(View(0.0, 0.0, 640.0), mask), View(160.0, 160.0, 160.0))
    assert near[8:-8, 8:-8].min() == pytest.approx(1.0)
    far = moved(Look(View(0.0, 0.0, 640.0), mask), View(-640.0, -640.0, 1920.0))
    assert far.sum() == pytest.approx(256 / 9, rel=0.2)


def test_the_next_click_lies_in_the_middle_of_the_largest_error():
    truth = np.zeros((40, 40), bool)
    truth[5:25, 5:25] = True
    assert simulation.next_click(truth, truth) is None
    column, row, inside = simulation.next_click(truth, np.zeros_like(truth))
    assert inside
    assert (column, row) == pytest.approx((15, 15), abs=1)
    found = truth.copy()
    found[10:36, 28:38] = True
    column, row, inside = simulation.next_click(truth, found)
    assert not inside
    assert 28 <= column < 38
    assert simulation.iou(truth, truth) == 1.0
    assert simulation.iou(np.zeros_like(truth), np.zeros_like(truth)) == 1.0


def test_jittered_clicks_stay_inside_the_error():
    truth = np.zeros((40, 40), bool)
    truth[5:25, 5:25] = True
    rng = np.random.default_rng(0)
    for _ in range(20):
        column, row, _ = simulation.next_click(truth, np.zeros_like(truth), rng=rng, jitter=0.6)
        assert truth[int(row), int(column)]


def test_by_colour_a_click_finds_the_patch_it_lies_on_and_an_outside_click_takes_away():
    rng = np.random.default_rng(1)
    photo = np.clip(spots().astype(int) + rng.integers(-8, 8, (480, 640, 3)), 0, 255).astype(np.uint8)
    rings = by_colour.outline(photo, [Click((230.0, 130.0))])
    assert area(rings) == pytest.approx(3600, rel=0.1)
    assert rings == by_colour.outline(photo, [Click((230.0, 130.0))])
    view, mask = by_colour.segmented(photo, [Click((230.0, 130.0)), Click((230.0, 150.0), False)])
    x, y = (int(v / GRID * by_colour.CELLS) for v in view.cells((230.0, 150.0)))
    assert not mask[y, x]


def test_by_colour_nothing_is_an_error_in_words():
    photo = np.full((100, 100, 3), 90, np.uint8)
    clicks = [Click((50.0, 50.0)), Click((50.0, 50.5), False), *(Click((x, 50.0), False) for x in (48.0, 52.0))]
    with pytest.raises(OutlineError, match="Nothing stands out"):
        by_colour.outline(photo, clicks)


def test_a_tiny_photo_and_clicks_on_its_border_are_answered():
    photo = np.full((9, 7, 3), 200, np.uint8)
    photo[:4] = 10
    zooming = Zooming(Brightness(), photo)
    assert zooming.outline([Click((0.0, 8.9)), Click((6.9, 0.0), False)])
    assert views.whole(7, 9).side == 9.0


def test_a_large_photo_is_outlined_as_its_small_copy_is():
    photo = np.kron(spots(), np.ones((5, 5, 1), np.uint8))
    click = Click((230.0 * 5, 130.0 * 5))
    rings = Zooming(Brightness(), photo).outline([click])
    assert geometry.area_of_rings(rings).bounds == pytest.approx((1000, 500, 1300, 800), abs=8)


def test_the_network_in_the_box_outlines_a_plain_patch_from_one_click():
    network = ClickNetwork.open(registry.click_network())
    photo = np.full((480, 640, 3), (90, 100, 110), np.uint8)
    photo[150:300, 200:420] = (200, 40, 40)
    found = geometry.area_of_rings(Zooming(network, photo).outline([Click((310.0, 225.0))]))
    wanted = geometry.rectangle_area(200, 150, 220, 150)
    assert found.intersection(wanted).area > 0.93 * found.union(wanted).area


def test_the_card_of_the_network_in_the_box_names_its_sources():
    card = registry.read(registry.click_network()).card
    assert [one.name for one in card.sources] == ["bilgi", "carparts", "igor"]
    assert card.sources[0].licence == "CC BY 4.0"
    assert set(card.metrics["test"]) == {"glass", "panel", "lamp", "dent", "broken part", "scratch"}
    assert card not in [model.card for model in registry.bundled()]
