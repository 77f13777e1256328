"""Does inference equal the original engine, stage by stage and as a whole?"""

import keras
import numpy as np
import pytest
import tensorflow115
from keras import ops
from oracle import recorded_masks, recorded_model, sampled

from cardamage_core.mrcnn import boxes, native
from cardamage_core.mrcnn.detections import refine
from cardamage_core.mrcnn.heads import propose, roi_align
from cardamage_core.mrcnn.model import as_matterport
from cardamage_core.mrcnn.padding import paint, place

RECORDINGS = [("A", "val0555"), ("A", "val0642"), ("A", "rand320"), ("B", "val0555"), ("B", "val0642")]
TAPS = {
    "A": ("res2c_out", "res3d_out", "res4f_out", "res5c_out"),
    "B": ("res2c_out", "res3d_out", "res4w_out", "res5c_out"),
}


@pytest.fixture(scope="module")
def models(shared, tmp_path_factory):
    known = {}

    def model(letter):
        if letter not in known:
            known[letter] = recorded_model(shared / "oracle", letter, tmp_path_factory.mktemp("weights"))
        return known[letter]

    return model


@pytest.fixture(params=RECORDINGS, ids=lambda pair: "-".join(pair), scope="module")
def case(request, models, shared):
    """Letter, network, recording and where its photo lies."""
    letter, name = request.param
    record = np.load(shared / "oracle" / f"oracle_{letter}_{name}.npz")
    model = models(letter)
    return letter, model, record, place(record["image"].shape[:2], model.config)


def test_the_photo_is_placed_and_painted_as_recorded(case):
    _, model, record, spot = case
    assert spot.window == tuple(record["window"])
    np.testing.assert_array_equal(paint(record["image"], spot, model.config), record["molded_image"])


def test_anchors_are_exact(case):
    _, model, record, spot = case
    found, recorded = sampled(record, "anchors", model.anchors(spot.canvas))
    np.testing.assert_array_equal(found, recorded)


def test_features_are_equal_to_a_hundred_thousandth(case):
    letter, model, record, _ = case
    outputs = [model.trunk.get_layer(name).output for name in TAPS[letter]] + model.trunk.outputs
    features = keras.Model(model.trunk.input, outputs)(record["molded_image"][None], training=False)
    for name, feature in zip(("C2", "C3", "C4", "C5", "P2", "P3", "P4", "P5", "P6"), features, strict=True):
        found, recorded = sampled(record, name, feature[0])
        assert np.abs(found - recorded).max() <= 1e-5 * np.abs(recorded).max(), name


def test_heads_are_equal_on_the_recorded_regions(case):
    _, model, record, spot = case
    pyramid = model.trunk(record["molded_image"][None], training=False)
    rois, photo = ops.convert_to_tensor(record["rpn_rois"]), ops.zeros(len(record["rpn_rois"]), "int32")
    pooled = roi_align(pyramid, rois, photo, canvas=spot.canvas, size=7, config=model.config)
    found, recorded = sampled(record, "roi_align_classifier", pooled)
    assert np.abs(found - recorded).max() <= 1e-4 * np.abs(recorded).max()
    logits, deltas = model.run_box_head(pyramid, rois, photo, canvas=spot.canvas)
    np.testing.assert_allclose(np.array(ops.softmax(logits)), record["mrcnn_class_full"], atol=1e-4)
    rows, likeliest = np.arange(len(rois)), record["mrcnn_class_full"].argmax(axis=1)
    np.testing.assert_allclose(np.array(deltas)[rows, likeliest], record["mrcnn_bbox_at_argmax"], atol=1e-4)
    found = record["detections"]
    slots = ops.convert_to_tensor(found[:, :4].astype(np.float32))
    logits = model.run_mask_head(pyramid, slots, ops.zeros(len(found), "int32"), canvas=spot.canvas)
    own = np.array(ops.sigmoid(logits))[np.arange(len(found)), :, :, found[:, 4].astype(int)]
    real = found[:, 4] > 0
    np.testing.assert_allclose(own[real], record["mrcnn_mask_at_class"][real], atol=1e-4)


def test_proposals_follow_in_order_from_the_recorded_scores(case, monkeypatch):
    """Even among equal scores, with the order that TensorFlow 1.15 gave them."""
    _, model, record, spot = case
    if "rpn_class_fg_full" not in record:
        pytest.skip("not all scores of this one were recorded")
    monkeypatch.setattr(native, "nms", tensorflow115.nms)
    scores, deltas = (ops.convert_to_tensor(record[name][None]) for name in ("rpn_class_fg_full", "rpn_bbox_full"))
    found = propose(scores, deltas, model.anchors(spot.canvas), limit=1000, config=model.config)
    np.testing.assert_allclose(np.array(found)[0], record["rpn_rois"], atol=2e-7)  # two bits: another exp()


def test_detections_follow_exactly_from_the_recorded_head(case):
    _, model, record, spot = case
    rois, likeliest = record["rpn_rois"], record["mrcnn_class_full"].argmax(axis=1)
    deltas = np.zeros((len(rois), model.config.classes, 4), np.float32)
    deltas[np.arange(len(rois)), likeliest] = record["mrcnn_bbox_at_argmax"]
    window = boxes.normalise(np.float32(spot.window), spot.canvas, grid="matterport")
    score = model.config.detection_min_score
    found, classes, scores = refine(
        rois, record["mrcnn_class_full"], deltas, window=window, min_score=score, config=model.config
    )
    recorded = record["detections"][record["detections"][:, 4] > 0]
    np.testing.assert_array_equal(classes, recorded[:, 4].astype(int))
    np.testing.assert_allclose(found, recorded[:, :4], atol=1e-6)
    np.testing.assert_allclose(scores, recorded[:, 5], atol=1e-6)


def test_the_recorded_result_follows_from_the_photo_and_the_recorded_regions(case):
    """The regions' last bits are rounding of the network, and whether the cells on the border are read hangs on them:
    the original itself finds something else for A-val0642 on another processor."""
    _, model, record, spot = case
    pyramid = model.trunk(paint(record["image"], spot, model.config)[None], training=False)
    rois = ops.convert_to_tensor(record["rpn_rois"])
    logits, deltas = model.run_box_head(pyramid, rois, ops.zeros(len(rois), "int32"), canvas=spot.canvas)
    score = model.config.detection_min_score
    found = model.decide(pyramid, rois, ops.softmax(logits), deltas, spot=spot, min_score=score)
    found = as_matterport(found, spot.photo, grid="matterport")
    assert same_as_recorded(found, record).all()
    assert (found["masks"] != recorded_masks(record)).mean() <= 5e-4


def test_our_regions_are_the_recorded_ones_but_for_their_last_bits(case, monkeypatch):
    _, model, record, spot = case
    canvas = ops.convert_to_tensor(paint(record["image"], spot, model.config)[None])
    assert (farness(record["rpn_rois"], model.propose(canvas)[1]) < 2e-6).mean() > 0.98  # equal scores: another order
    monkeypatch.setattr(native, "nms", tensorflow115.nms)
    assert (farness(record["rpn_rois"], model.propose(canvas)[1]) < 2e-6).all()


def test_detect_gives_the_recorded_result_from_the_photo(case):
    letter, model, record, _ = case
    found = model.detect([record["image"]])[0]
    match (letter, str(record["image_path"])):
        case ("A", "val/0642.JPEG"):  # what does not hang on the last bits of regions that end on the border, see above
            assert has_equal_in(record, found).sum() >= 2
        case ("B", "val/0555.JPEG"):  # equal scores among its proposals
            assert len(found["scores"]) == len(record["result_scores"])
            assert has_equal_in(record, found).mean() >= 0.95
        case _:
            assert same_as_recorded(found, record).all()
            assert (found["masks"] != recorded_masks(record)).mean() <= 5e-4


def test_equal_scores_in_tensorflow_115s_order_give_the_recorded_result(case, monkeypatch):
    letter, model, record, spot = case
    if (letter, str(record["image_path"])) == ("A", "val/0642.JPEG"):
        pytest.skip("hangs on the last bits of three regions that end on the border")
    monkeypatch.setattr(native, "nms", tensorflow115.nms)
    canvas = ops.convert_to_tensor(paint(record["image"], spot, model.config)[None])
    found = model.decide(*model.propose(canvas), spot=spot, min_score=model.config.detection_min_score)
    found = as_matterport(found, spot.photo, grid="matterport")
    assert same_as_recorded(found, record).all()
    assert (found["masks"] != recorded_masks(record)).mean() <= 5e-4


def farness(boxes, others) -> np.ndarray:
    """How far off is the nearest of the others for each box, in its worst coordinate?"""
    return np.abs(np.array(boxes)[:, None] - np.array(others)[None]).max(axis=2).min(axis=1)


def same_as_recorded(found, record) -> np.ndarray:
    """Of each detection, in order: are class, box (1 px) and score (1e-4) the recorded ones?"""
    assert len(found["scores"]) == len(record["result_scores"])
    return np.diagonal(equal_to_each(record, found))


def has_equal_in(record, found) -> np.ndarray:
    """Of each recorded detection: is it among ours, at any place?"""
    return equal_to_each(record, found).any(axis=1)


def equal_to_each(record, found) -> np.ndarray:
    """(recorded, ours): are class, box (1 px) and score (1e-4) equal?"""
    return (
        (record["result_class_ids"][:, None] == found["class_ids"][None])
        & (np.abs(record["result_rois"][:, None] - found["rois"][None]).max(axis=2) <= 1)
        & (np.abs(record["result_scores"][:, None] - found["scores"][None]) <= 1e-4)
    )
