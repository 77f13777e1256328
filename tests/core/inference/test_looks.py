import numpy as np
import pytest

from cardamage_core.inference.looks import flipped, fuse, predict_looks
from cardamage_core.mrcnn import Config
from cardamage_core.mrcnn.detections import Detections


def detections(*rows, masks=None):
    """Rows of y1 x1 y2 x2 score class."""
    table = np.array(rows, np.float32).reshape(-1, 6)
    if masks is None:
        masks = np.ones((len(table), 4, 4), np.float32)
    return Detections(table[:, :4], table[:, 5].astype(np.int32), table[:, 4], masks)


def test_boxes_and_masks_of_the_mirror_image_are_turned_back():
    mask = np.arange(16, dtype=np.float32).reshape(1, 4, 4)
    back = flipped(detections((10, 20, 30, 50, 0.9, 1), masks=mask), width=200)
    assert back.boxes.tolist() == [[10, 150, 30, 180]]
    assert back.masks[0, 0].tolist() == [3, 2, 1, 0]


def test_what_both_looks_show_keeps_its_score_and_what_one_shows_counts_half():
    one = detections((0, 0, 10, 10, 0.8, 1), (50, 50, 60, 60, 0.6, 2))
    other = detections((0, 0, 10, 12, 0.4, 2))
    found = fuse([one, other])
    assert found.scores.tolist() == pytest.approx([0.6, 0.3])
    assert found.class_ids.tolist() == [1, 2]  # the class of the surer look
    assert found.boxes[0].tolist() == pytest.approx([0, 0, 10, 10 * 2 / 3 + 12 / 3])


def test_two_detections_of_one_look_are_never_one():
    one = detections((0, 0, 10, 10, 0.9, 1), (0, 1, 10, 11, 0.8, 1))
    assert len(fuse([one, detections()])) == 2


def test_a_mask_is_moved_into_the_common_box():
    left = np.zeros((1, 20, 20), np.float32)
    left[:, :, :10] = 1  # the left half of its box: x 0…10
    right = np.zeros((1, 20, 20), np.float32)
    right[:, :, :5] = 1  # of a box that begins at x = 5: x 5…10
    found = fuse([detections((0, 0, 20, 20, 0.5, 1), masks=left), detections((0, 5, 20, 25, 0.5, 1), masks=right)])
    x0, x1 = found.boxes[0][[1, 3]]
    middles = x0 + (np.arange(20) + 0.5) / 20 * (x1 - x0)
    sure = found.masks[0][10]
    assert (sure[(middles > 6) & (middles < 9)] == 1).all()
    assert (sure[middles > 11] == 0).all()


def test_nothing_on_both_looks_is_nothing():
    assert len(fuse([detections(), detections()])) == 0


class OneSided:
    """A network that sees a bright corner, better when it is on the left."""

    config = Config.preset("light")

    def at_side(self, side):
        return self

    def predict(self, images, min_score=None):
        (image,) = images
        is_left = image[0, 0].all()
        score = 0.8 if is_left else 0.6
        row = (0, 0, 10, 10, score, 1) if is_left else (0, image.shape[1] - 10, 10, image.shape[1], score, 1)
        return [detections(row)] if score >= min_score else [detections()]


def test_a_photo_and_its_mirror_image_are_predicted_alike():
    photo = np.zeros((40, 60, 3), np.uint8)
    photo[:10, :10] = 255
    plain = predict_looks([OneSided()], photo, min_score=0.3, mirror_side=32)
    turned = predict_looks([OneSided()], np.ascontiguousarray(photo[:, ::-1]), min_score=0.3, mirror_side=32)
    assert plain.scores.tolist() == pytest.approx([0.7]) == turned.scores.tolist()
    assert plain.boxes.tolist() == [[0, 0, 10, 10]]
    assert turned.boxes.tolist() == [[0, 50, 10, 60]]


def test_a_mean_below_the_wanted_score_is_left_out():
    photo = np.full((40, 60, 3), 255, np.uint8)
    assert len(predict_looks([OneSided()], photo, min_score=0.81, mirror_side=32)) == 0


class Seeing:
    """A network that sees one thing with a given score, wherever it looks."""

    def __init__(self, score):
        self.score = score
        self.asked = []

    def at_side(self, side):
        return self

    def predict(self, images, min_score=None):
        self.asked.append(min_score)
        return [detections((0, 0, 10, 60, self.score, 1)) if self.score >= min_score else detections()]


def test_the_score_of_two_networks_is_the_mean_of_their_four_looks():
    photo = np.zeros((40, 60, 3), np.uint8)
    sure, doubtful = Seeing(0.9), Seeing(0.3)
    assert predict_looks([sure, doubtful], photo, min_score=0.5, mirror_side=32).scores.tolist() == pytest.approx([0.6])
    assert predict_looks([sure, doubtful], photo, min_score=0.5, mirror_side=None).scores == pytest.approx([0.6])
    assert len(predict_looks([sure, doubtful], photo, min_score=0.61, mirror_side=32)) == 0


def test_what_cannot_lift_the_mean_is_not_asked_for():
    photo = np.zeros((40, 60, 3), np.uint8)
    for networks, mirror_side, asked in ((1, None, 0.9), (1, 32, 0.8), (2, None, 0.8), (2, 32, 0.6), (2, 32, 0.05)):
        seers = [Seeing(1.0) for _ in range(networks)]
        predict_looks(seers, photo, min_score=0.9 if asked > 0.1 else 0.5, mirror_side=mirror_side)
        assert all(score == pytest.approx(asked) for seer in seers for score in seer.asked)
