"""Do anchors lie where the paper and Matterport put them?"""

import numpy as np

from cardamage_core.mrcnn import Config
from cardamage_core.mrcnn.anchors import level_anchors, pyramid_anchors


def test_anchors_sit_on_cell_corners_and_keep_their_area():
    found = level_anchors((16, 32), 16, size=8.0, ratios=(1.0, 4.0))
    assert found.tolist() == [[-4, -4, 4, 4], [-2, -8, 2, 8], [-4, 12, 4, 20], [-2, 8, 2, 24]]


def test_levels_follow_from_fine_to_coarse():
    config = Config.preset("light")
    found = pyramid_anchors((64, 128), config)
    assert len(found) == 3 * (8 * 16 + 4 * 8 + 2 * 4 + 1 * 2)
    np.testing.assert_allclose(found[-1], [-64 * 2**0.5, 64 - 128 * 2**0.5, 64 * 2**0.5, 64 + 128 * 2**0.5], rtol=1e-5)
