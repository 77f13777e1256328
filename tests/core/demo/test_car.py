"""Is a car's body what its numbers say?"""

from __future__ import annotations

import numpy as np
import pytest

from cardamage_core.demo import car


@pytest.mark.parametrize("body", car.BODIES, ids=lambda body: body.name)
def test_a_body_has_its_length_width_and_height(body: car.Body):
    points = car.surface(body).points.reshape(-1, 3)
    length, width, height = np.ptp(points[:, 0]), np.ptp(points[:, 1]), points[:, 2].max()
    assert length == pytest.approx(body.length, abs=0.04)
    assert width == pytest.approx(body.width, abs=0.06)
    assert height == pytest.approx(body.height, abs=0.03)


@pytest.mark.parametrize("body", car.BODIES, ids=lambda body: body.name)
def test_normals_point_outwards(body: car.Body):
    skin = car.surface(body)
    outwards = np.sum(skin.normals * (skin.points - np.float32([0, 0, 0.5])), axis=-1)
    assert (outwards[5:-5, 3:-3] > 0).mean() > 0.99


@pytest.mark.parametrize("body", car.BODIES, ids=lambda body: body.name)
def test_the_windscreen_is_glass_and_the_door_is_paint(body: car.Body):
    cowl, roof, *_ = body.cabin
    points = np.float32([[(cowl + roof) / 2, 0, 1.2], [-0.5, body.width / 2, 0.6]])
    normals = np.float32([[0.6, 0, 0.8], [0, 1, 0]])
    weights = car.parts(body, points, normals).weights
    assert weights[0, car.GLASS] > 0.99
    assert weights[1].sum() < 0.01
