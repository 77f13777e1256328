"""Does the network answer for any photo, and come back from its file as it was?"""

import numpy as np
import pytest
from drawings import drawn_sample, tiny_config

from cardamage_core.mrcnn import EngineError, MaskRCNN
from cardamage_core.mrcnn.detections import refine


def test_a_saved_network_gives_the_same_answer(tiny_model, tmp_path):
    photo = drawn_sample(1).image
    tiny_model.save(tmp_path / "w.h5")
    again = MaskRCNN.open(tmp_path / "w.h5")
    one, other = tiny_model.predict([photo], 0.0)[0], again.predict([photo], 0.0)[0]
    assert len(one) > 0
    for name in ("boxes", "class_ids", "scores", "masks"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def test_weights_for_another_number_of_classes_are_refused_with_the_layers_named(tiny_model, tmp_path):
    tiny_model.save(tmp_path / "w.h5")
    other = MaskRCNN(tiny_config(classes=2))
    before = other.arrays()
    with pytest.raises(EngineError, match=r"mrcnn_class_logits/kernel, expected \(256, 2\), found \(256, 3\)"):
        other.load(tmp_path / "w.h5")
    assert all((before[name] == array).all() for name, array in other.arrays().items())
    other.load(tmp_path / "w.h5", exclude=("mrcnn_class_logits", "mrcnn_bbox_fc", "mrcnn_mask"))
    name = "mrcnn_class_conv1/kernel"
    assert (other.arrays()[name] == tiny_model.arrays()[name]).all()


def test_detections_lie_on_the_photo_best_first(tiny_model):
    image = np.random.default_rng(0).integers(0, 255, (90, 200, 3)).astype(np.uint8)
    found = tiny_model.predict([image], 0.0)[0]
    assert (np.diff(found.scores) <= 0).all()
    assert (found.boxes >= 0).all()
    assert (found.boxes <= [90, 200, 90, 200]).all()
    assert found.masks.shape == (len(found), 28, 28)
    frames = tiny_model.detect([image])[0]
    assert frames["masks"].shape == (90, 200, len(frames["scores"]))


@pytest.mark.parametrize("shape", [(1, 1, 3), (3, 2000, 3)])
def test_odd_photos_get_an_answer(tiny_model, shape):
    assert tiny_model.predict([np.zeros(shape, np.uint8)], 0.99)[0].boxes.shape[1] == 4


def test_the_same_seed_gives_the_same_network():
    one, other = (MaskRCNN(tiny_config(), seed=7).arrays() for _ in range(2))
    assert all((one[name] == array).all() for name, array in other.items())


def test_imagenet_weights_fit_mobilenet(shared):
    model = MaskRCNN(tiny_config(backbone="mobilenetv2"))
    model.load_backbone(shared / "weights" / "mobilenetv2_imagenet_notop.weights.h5")
    assert model.arrays()["Conv1/kernel"].std() > 0.1
    assert model.measured


def test_bfloat16_moves_boxes_and_scores_only_a_little(tiny_model, tmp_path):
    """The best one is looked for by place, since near ties swap; eight bits of mantissa allow a tenth in score."""
    tiny_model.save(tmp_path / "w.h5")
    half = MaskRCNN(tiny_model.config.change(precision="mixed_bfloat16"))
    half.load(tmp_path / "w.h5")
    photo = drawn_sample(1).image
    one, other = tiny_model.predict([photo], 0.0)[0], half.predict([photo], 0.0)[0]
    assert other.boxes.dtype == other.scores.dtype == other.masks.dtype == np.float32
    best = np.abs(other.boxes - one.boxes[0]).max(axis=1).argmin()
    assert other.boxes[best] == pytest.approx(one.boxes[0], abs=2.0)
    assert other.scores[best] == pytest.approx(one.scores[0], abs=0.1)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("likeliest", [(2, 0.6)]),  # the first is background to it
        ("foreground", [(2, 0.6), (1, 0.25)]),  # classes do not suppress each other
        ("object", [(2, 0.8)]),  # one thing, whatever its class
    ],
)
def test_a_rule_says_how_regions_become_detections(rule, expected):
    rois = np.float32([[0.1, 0.1, 0.5, 0.5], [0.1, 0.1, 0.5, 0.52]])
    probabilities = np.float32([[0.6, 0.25, 0.15], [0.2, 0.2, 0.6]])
    config = tiny_config(detection_rule=rule)
    _, classes, scores = refine(
        rois,
        probabilities,
        np.zeros((2, 3, 4), np.float32),
        window=np.float32([0, 0, 1, 1]),
        min_score=0.1,
        config=config,
    )
    assert [(int(c), pytest.approx(float(s))) for c, s in zip(classes, scores, strict=True)] == expected
