"""Are drawn cars what their outlines say?"""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import shapely

from cardamage_core.demo import damages
from cardamage_core.demo import scene as scenes
from cardamage_core.demo.drawing import render
from cardamage_core.demo.scene import CAR, HEIGHT, WIDTH, DrawnPhoto, _make_scene, _render_body, _silhouette, draw


@pytest.fixture(scope="module")
def photos() -> list[DrawnPhoto]:
    return [draw(seed) for seed in range(60, 66)]


def covered(area: shapely.Geometry) -> np.ndarray:
    """(HEIGHT, WIDTH) bool: the pixels whose middle lies in the area."""
    x, y = np.meshgrid(np.arange(WIDTH) + 0.5, np.arange(HEIGHT) + 0.5)
    return shapely.contains_xy(area, x, y)


def test_the_same_seed_draws_the_same_photo():
    first, second = draw(7), draw(7)
    assert np.array_equal(first.image, second.image)
    assert first.outlines == second.outlines


def test_another_seed_draws_another_photo():
    assert not np.array_equal(draw(7).image, draw(8).image)


def test_a_photo_has_its_car_first_and_damages_of_the_known_kinds(photos):
    for photo in photos:
        labels = [label for label, _ in photo.outlines]
        assert labels[0] == CAR
        assert set(labels[1:]) <= set(damages.KINDS)
    assert any(len(photo.outlines) > 1 for photo in photos)


def test_an_undamaged_car_has_only_its_own_outline():
    assert [label for label, _ in draw(3, kinds=()).outlines] == [CAR]


def test_damages_lie_on_the_car_and_in_the_photo(photos):
    frame = shapely.box(0, 0, WIDTH, HEIGHT)
    for photo in photos:
        car = photo.outlines[0][1]
        for _, area in photo.outlines:
            assert area.is_valid
            assert frame.buffer(1e-6).covers(area)
            assert area.intersection(car.buffer(1)).area > 0.99 * area.area


def test_the_silhouette_is_what_the_rasteriser_paints():
    scene = _make_scene(np.random.default_rng(61), damages.KINDS, 2)
    painted = np.zeros((scene.camera.height, scene.camera.width), np.uint8)
    for seen in (
        _render_body(scene),
        render(scenes.wheels(scene.body), scene.camera),
        render(scenes.mirrors(scene.body), scene.camera),
    ):
        painted[seen.rows, seen.columns] = 255
    mask = cv2.resize(painted, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA) > 127
    outline = covered(_silhouette(scene))
    assert (mask & outline).sum() / (mask | outline).sum() > 0.985


@pytest.mark.parametrize("kind", damages.KINDS)
def test_a_damage_changes_the_picture_inside_its_outline_and_not_elsewhere(kind, monkeypatch):
    """The same scene is drawn with and without its damages; only the order of random numbers must agree."""
    seed = next(s for s in range(200, 260) if kind in [label for label, _ in draw(s, kinds=(kind,), most=1).outlines])
    damaged = draw(seed, kinds=(kind,), most=1)
    monkeypatch.setattr(damages, "effect", _no_effect)
    whole = draw(seed, kinds=(kind,), most=1)
    change = np.abs(damaged.image.astype(int) - whole.image).max(axis=2)
    outline = next(area for label, area in damaged.outlines if label == kind)
    inside, near = covered(outline), covered(outline.buffer(3))
    assert change[inside].mean() > 4
    assert change[~near].max() <= 1


def _no_effect(damage: damages.Damage, a: np.ndarray, b: np.ndarray, blur: float) -> damages.Effect:
    nothing = np.zeros(len(a), np.float32)
    return damages.Effect(nothing, np.zeros((len(a), 3), np.float32), np.zeros((len(a), 2), np.float32))
