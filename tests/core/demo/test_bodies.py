"""Is a car's body what its numbers say?"""

from __future__ import annotations

import numpy as np
import pytest

from cardamage_core.demo import bodies, panels


@pytest.mark.parametrize("body", bodies.BODIES, ids=lambda body: body.name)
def test_a_body_has_its_length_width_and_height(body: bodies.Body):
    points = bodies.surface(body).points.reshape(-1, 3)
    length, width, height = np.ptp(points[:, 0]), np.ptp(points[:, 1]), points[:, 2].max()
    assert length == pytest.approx(body.length, abs=0.04)
    assert width == pytest.approx(body.width, abs=0.06)
    assert height == pytest.approx(body.height, abs=0.03)


@pytest.mark.parametrize("body", bodies.BODIES, ids=lambda body: body.name)
def test_normals_point_outwards(body: bodies.Body):
    skin = bodies.surface(body)
    outwards = np.sum(skin.normals * (skin.points - np.float32([0, 0, 0.5])), axis=-1)
    assert (outwards[5:-5, 3:-3] > 0).mean() > 0.99


@pytest.mark.parametrize("body", bodies.BODIES, ids=lambda body: body.name)
def test_the_windscreen_is_glass_and_the_door_is_paint(body: bodies.Body):
    cowl, roof, *_ = body.cabin
    points = np.float32([[(cowl + roof) / 2, 0, 1.2], [-0.5, body.width / 2, 0.6]])
    normals = np.float32([[0.6, 0, 0.8], [0, 1, 0]])
    weights = panels.parts(body, points, normals).weights
    assert weights[0, panels.GLASS] > 0.99
    assert weights[1].sum() < 0.01
