"""Do targets, losses and gradients equal those of the original engine in its deterministic case?"""

import numpy as np
import pytest
from keras import ops
from oracle import recorded_model

from cardamage_core.mrcnn import boxes, losses, native
from cardamage_core.mrcnn.boxes import pyramid_anchors
from cardamage_core.mrcnn.heads import propose, run_rpn
from cardamage_core.mrcnn.targets import match_anchors, roi_targets

T = ops.convert_to_tensor
CANVAS = (256, 256)
NAMES = ("rpn_class_loss", "rpn_bbox_loss", "mrcnn_class_loss", "mrcnn_bbox_loss", "mrcnn_mask_loss")


@pytest.fixture(scope="module")
def record(shared):
    return np.load(shared / "oracle" / "oracle_train_A.npz")


@pytest.fixture(scope="module")
def model(shared, tmp_path_factory):
    return recorded_model(shared / "oracle", "A", tmp_path_factory.mktemp("weights"))


def recorded_losses(model, record) -> list:
    """The five losses by our parts. As recorded, empty slots go through the box head and count as background."""
    pyramid = model.trunk(T(record["in_images"]), training=False)
    logits, deltas = run_rpn(model.rpn, pyramid)
    match = record["in_rpn_match"][:, :, 0].astype(np.int32)
    goal = np.zeros((*match.shape, 4), np.float32)
    for photo in range(2):
        positive = np.flatnonzero(match[photo] == 1)
        goal[photo, positive] = record["in_rpn_bbox"][photo, : len(positive)]
    rois = T(record["det_output_rois"].reshape(-1, 4))
    box_goal = box_targets_with_a_way_back(model, record, logits, deltas)
    classes = T(record["det_target_class_ids"].reshape(-1))
    photo = T(np.repeat(np.int32([0, 1]), 200))
    class_logits, box_deltas = model.run_box_head(pyramid, rois, photo, canvas=CANVAS)
    shape = tuple(record["det_target_mask_shape"])
    masks = np.unpackbits(record["det_target_mask_packed"])[: np.prod(shape)].reshape(400, 28, 28).astype(np.float32)
    objects = T(np.flatnonzero(record["det_target_class_ids"].reshape(-1) > 0))
    mask_logits = model.run_mask_head(pyramid, ops.take(rois, objects, 0), ops.take(photo, objects), canvas=CANVAS)
    return [
        losses.rpn_class_loss(logits, T(match)),
        losses.rpn_box_loss(deltas, T(goal), T(match)),
        losses.class_loss(class_logits, classes, ops.ones(400, "bool")),
        losses.box_loss(box_deltas, box_goal, classes),
        losses.mask_loss(mask_logits, ops.take(T(masks), objects, 0), ops.take(classes, objects)),
    ]


def box_targets_with_a_way_back(model, record, logits, deltas):
    """The recorded box targets (400, 4), through which the original lets gradients run into the proposal network.

    (It stops them nowhere between targets and proposals; `trainstep` does.) The regions were fed in place of the
    proposals' values, so that slot i of the fed ones passes its gradient on to proposal i.
    """
    scores = ops.softmax(logits)[..., 1]
    proposals = propose(scores, deltas, model.anchors(CANVAS), limit=2000, config=model.config)
    fed = np.zeros((2, 2000, 4), np.float32)
    fed[:, :64] = record["det_fed_rois"]
    rois = proposals + ops.stop_gradient(T(fed) - proposals)
    true = boxes.normalise(record["in_gt_boxes"].astype(np.float32), CANVAS, grid="matterport")
    overlap = np.array(
        boxes.iou(T(record["det_output_rois"]), T(np.where(record["in_gt_class_ids"][..., None], true, 0)))
    )
    true = np.take_along_axis(true, overlap.argmax(axis=2)[..., None], axis=1)
    slot = np.abs(record["det_output_rois"][:, :, None] - fed[:, None]).max(axis=3).argmin(axis=2)
    goal = boxes.encode(ops.take_along_axis(rois, T(slot[..., None]), axis=1), T(true)) / T(
        np.float32([0.1, 0.1, 0.2, 0.2])
    )
    return ops.reshape(goal, (-1, 4))


def test_losses_and_gradients_equal_the_recorded_ones(model, record):
    variables = [model.weights[name.removesuffix(":0")] for name in record["det_grad_names"]]

    def run():
        parts = recorded_losses(model, record)
        return sum(parts[1:], parts[0]), parts

    _, parts, gradients = native.value_and_gradients(run, variables, ())
    for name, part in zip(NAMES, parts, strict=True):
        assert float(part) == pytest.approx(float(record[f"det_{name}"][0]), rel=1e-4), name
    norms = np.array([np.linalg.norm(np.array(gradient)) for gradient in gradients])
    recorded = record["det_grad_norms"]
    np.testing.assert_allclose(norms, recorded, rtol=0.01, atol=1e-5 * recorded.max())
    assert np.sqrt((norms**2).sum()) == pytest.approx(float(record["det_grad_global_norm"]), rel=0.01)


def test_region_targets_equal_the_recorded_ones(model, record):
    fed = record["det_fed_rois"]
    true = boxes.normalise(record["in_gt_boxes"][:, :8].astype(np.float32), CANVAS, grid="matterport")
    classes = record["in_gt_class_ids"][:, :8]
    noise = T(np.full(fed.shape[:2], 0.5, np.float32))
    true = np.where(classes[..., None] > 0, true, 0).astype(np.float32)
    config = model.config.change(rois_per_image=61)
    found = roi_targets(T(fed), T(true), T(classes), noise=noise, config=config)
    for photo in range(2):
        real = np.array(found.valid)[photo]
        rois, ours = np.array(found.rois)[photo][real], np.array(found.deltas)[photo][real]
        theirs = record["det_output_rois"][photo]
        partner = np.abs(rois[:, None] - theirs[None]).max(axis=2).argmin(axis=1)
        np.testing.assert_array_equal(rois, theirs[partner])
        assert sorted(partner) == sorted(np.flatnonzero(np.abs(theirs).sum(axis=1) > 0))
        kinds = np.array(found.classes)[photo][real]
        np.testing.assert_array_equal(kinds, record["det_target_class_ids"][photo][partner])
        np.testing.assert_allclose(ours[kinds > 0], record["det_target_bbox"][photo][partner][kinds > 0], atol=1e-4)


@pytest.mark.parametrize("side", [256, 512, 1024])
@pytest.mark.parametrize("case", ["0", "17", "30", "synthcrowd"])
def test_anchors_match_as_recorded_before_some_are_drawn(model, shared, side, case):
    record = np.load(shared / "oracle" / "oracle_rpn_targets.npz")
    anchors = pyramid_anchors((side, side), model.config)
    name = f"{side}_{case}"
    true, classes = record[f"{name}_gt_boxes"].astype(np.float32), record[f"{name}_gt_class_ids"]
    match, instance = match_anchors(T(anchors), T(true[None]), T(classes[None]))
    match, instance, drawn = np.array(match)[0], np.array(instance)[0], record[f"{name}_rpn_match"]
    assert np.flatnonzero((drawn != 0) & (match != drawn)).tolist() == []
    positive = np.flatnonzero(drawn == 1)
    assert len(positive) == min(128, (match == 1).sum())
    deltas = np.array(boxes.encode(T(anchors[positive]), T(true[instance[positive]].astype(np.float64))))
    recorded = record[f"{name}_rpn_bbox"][: len(positive)]
    np.testing.assert_allclose(deltas / [0.1, 0.1, 0.2, 0.2], recorded, atol=1e-4)
