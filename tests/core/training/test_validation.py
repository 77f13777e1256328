"""What does the network see by now?"""

from __future__ import annotations

import cv2
import numpy as np

from cardamage_core.mrcnn import Detections, Sample
from cardamage_core.training import validation

PHOTO = Sample(np.zeros((60, 80, 3), np.uint8), (), ())


def _found(box, score: float) -> Detections:
    masks = np.ones((1, 4, 4), np.float32)
    return Detections(np.float32([box]), np.array([1], np.int32), np.float32([score]), masks)


def test_a_mask_is_drawn_inside_its_box_even_where_the_box_leaves_the_photo():
    drawn = validation.draw_preview(PHOTO, _found((30, 50, 70, 100), 0.9))
    assert drawn[55, 75].any()
    assert not drawn[55, 45].any()
    assert not PHOTO.image.any()


def test_what_the_network_hardly_believes_is_not_drawn():
    assert not validation.draw_preview(PHOTO, _found((10, 10, 40, 40), 0.1)).any()


def test_a_true_outline_is_white():
    ring = ((10.0, 10.0), (40.0, 10.0), (40.0, 40.0))
    drawn = validation.draw_preview(Sample(PHOTO.image, (1,), ((ring,),)), _found((0, 0, 1, 1), 0.0))
    assert drawn[9:11, 25].max() > 200  # antialiased


def test_photos_of_any_shape_stand_two_in_a_row(tmp_path):
    tall = Sample(np.full((90, 30, 3), 200, np.uint8), (), ())
    nothing = _found((0, 0, 1, 1), 0.0)
    validation.write_preview(tmp_path / "epoch.png", [PHOTO, tall, PHOTO], [nothing] * 3)
    assert cv2.imread(str(tmp_path / "epoch.png")).shape == (720, 960, 3)
