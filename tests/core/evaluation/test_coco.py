"""Average precision: equal to COCOeval's on drawn scenes, and the same photos drawn twice count twice."""

from __future__ import annotations

import numpy as np
import pytest
from faster_coco_eval import COCO, COCOeval_faster

from cardamage_core.annotations import shapes
from cardamage_core.annotations.model import Circle, Origin, Photo, Rectangle, Region
from cardamage_core.evaluation import coco
from cardamage_core.evaluation.coco import Outlined

LABELS = ("dent", "glass", "scratch")


@pytest.fixture(scope="module")
def scenes() -> list[Outlined]:
    """40 photos with regions of all three sizes; predictions moved, doubled, mislabelled and invented."""
    rng = np.random.default_rng(5)
    return [_scene(rng, number) for number in range(40)]


def _scene(rng: np.random.Generator, number: int) -> Outlined:
    photo = Photo(f"{number}", "", "", 400, 300)
    truth, found = [], []
    for i in range(rng.integers(0, 6)):
        x, y, side = rng.integers(0, 300), rng.integers(0, 220), float(rng.choice([9, 18, 40, 80, 110]))
        shape = Circle(x + side, y + side, side / 2) if i % 2 else Rectangle(x, y, side, side * 0.8)
        truth.append(Region(f"{i}", shape, LABELS[int(rng.integers(3))]))
        for _ in range(rng.integers(0, 3)):
            moved = Rectangle(x + rng.normal(0, side / 8), y + rng.normal(0, side / 8), side, side * 0.8)
            label = truth[-1].label if rng.random() < 0.8 else LABELS[0]
            found.append(Region("", moved, label, origin=_score(rng)))
    found += [Region("", Rectangle(5, 5, 30, 20), "dent", origin=_score(rng))] * int(rng.random() < 0.3)
    return Outlined(photo, truth, found)


def _score(rng: np.random.Generator) -> Origin:
    return Origin("predicted", model="m", score=round(float(rng.random()), 1))  # equal scores are frequent


def oracle(scenes: list[Outlined], kind: str) -> np.ndarray:
    """COCOeval's precision (ious, recalls, classes, sizes)."""
    entry = lambda r, i, one: {  # noqa: E731
        "image_id": i,
        "category_id": LABELS.index(r.label) + 1,
        "segmentation": (rle := coco.rle(shapes.outline(r.shape), one.photo)),
        "area": float(coco._coco_mask().area(rle)),
        "iscrowd": 0,
        "score": r.origin.score or 0.0,
    }
    box = lambda r: {"bbox": coco._boxes([r])[0].tolist()}  # noqa: E731
    truth = [entry(r, i, one) | box(r) for i, one in enumerate(scenes, 1) for r in one.truth]
    found = [entry(r, i, one) for i, one in enumerate(scenes, 1) for r in one.predicted]
    if kind == "bbox":
        boxes = [box(r) for one in scenes for r in one.predicted]
        found = [{k: v for k, v in e.items() if k != "segmentation"} | b for e, b in zip(found, boxes, strict=True)]
    document = {
        "info": {},
        "images": [{"id": i, "width": 400, "height": 300} for i in range(1, len(scenes) + 1)],
        "categories": [{"id": i, "name": name} for i, name in enumerate(LABELS, 1)],
        "annotations": [one | {"id": i} for i, one in enumerate(truth, 1)],
    }
    true = COCO(document)
    compared = COCOeval_faster(true, true.loadRes(found), iouType=kind)
    compared.evaluate()
    compared.accumulate()
    return np.asarray(compared.eval["precision"])[..., -1]


@pytest.mark.parametrize("kind", ["bbox", "segm"])
def test_it_equals_coco_for_each_label_and_size(scenes: list[Outlined], kind: str):
    expected = oracle(scenes, kind)  # -1 where there is no truth
    found = coco.average_precision(coco.matches(scenes, kind))[0]  # (classes, sizes, ious)
    assert (expected > -1).all()
    np.testing.assert_allclose(found, expected.mean(axis=1).transpose(1, 2, 0), atol=1e-6)


def test_a_photo_drawn_twice_counts_twice(scenes: list[Outlined]):
    weights = np.ones((2, len(scenes)))
    weights[1, 0], weights[1, 1:10] = 2, 0
    drawn = coco.average_precision(coco.matches(scenes, "segm"), weights)[1]
    real = coco.average_precision(coco.matches([scenes[0], scenes[0], *scenes[10:]], "segm"))[0]
    np.testing.assert_allclose(drawn, real, atol=1e-12)


def test_the_curve_ends_at_the_share_that_was_found(scenes: list[Outlined]):
    found = coco.matches(scenes, "segm")
    recall, precision, score = coco.precision_recall(found, "dent")
    dents = sum(r.label == "dent" for one in scenes for r in one.truth)
    assert recall[-1] == pytest.approx((found.outcome[found.label == 0, 0, 0] == coco.TRUE).sum() / dents)
    assert len(recall) == len(precision) == len(score)
    assert (np.diff(score) <= 0).all()
