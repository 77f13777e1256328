"""Measures predictions on annotated photos: COCO's average precision, shares of photos, false alarms.

Average precision as COCO defines it (https://cocodataset.org/#detection-eval), computed by faster-coco-eval: at most
100 detections a photo, precision at 101 points of recall, averaged over classes; AP averages over IoU 0.50 … 0.95.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
import numpy as np
from faster_coco_eval import COCO, COCOeval_faster
from faster_coco_eval.core import mask as coco_mask

from ..annotations import shapes
from ..annotations.confidence import THRESHOLD
from ..annotations.model import AnnotatedPhoto, Origin, Photo, Rectangle, Region, Ring


class Metrics(msgspec.Struct, frozen=True):
    """What was measured; shares and precisions in 0…1, None where there was nothing to measure them on.

    `baseline_…` is what one constant box a class reaches, the same place on every photo: a model must beat it.
    `found_share`: of the photos with true regions, those with a prediction at or above `threshold`; `alarm_share`: the
    same of the photos without any.
    """

    photos: int
    truth: int
    predicted: int
    box_ap: float | None
    box_ap50: float | None
    mask_ap: float | None
    mask_ap50: float | None
    mask_ap50_by_class: dict[str, float]
    baseline_box_ap50: float | None
    baseline_mask_ap50: float | None
    threshold: float
    photos_with_truth: int
    found_share: float | None
    photos_without_truth: int
    alarm_share: float | None


def evaluate(
    truth: Sequence[AnnotatedPhoto],
    predictions: Mapping[str, Sequence[Region]],
    *,
    classes: Mapping[str, str] | None = None,
    threshold: float = THRESHOLD,
) -> Metrics:
    """Compare predictions (by photo id, every score that the model gave) with annotated photos of known size.

    `classes` says which class each true label counts as; labels it leaves out are not wanted. Without it a label is its
    own class. A true region outlined twice alike counts once.
    """
    photos = [
        Outlined(one.photo, _truth(one.regions, classes), tuple(predictions.get(one.photo.id, ()))) for one in truth
    ]
    boxes, masks = average_precision(photos, "bbox"), average_precision(photos, "segm")
    constant = constant_boxes(photos)
    with_truth = [one for one in photos if one.truth]
    without = [one for one in photos if not one.truth]
    return Metrics(
        photos=len(photos),
        truth=sum(len(one.truth) for one in photos),
        predicted=sum(len(one.predicted) for one in photos),
        box_ap=boxes.ap,
        box_ap50=boxes.ap50,
        mask_ap=masks.ap,
        mask_ap50=masks.ap50,
        mask_ap50_by_class=masks.ap50_by_class,
        baseline_box_ap50=average_precision(constant, "bbox").ap50,
        baseline_mask_ap50=average_precision(constant, "segm").ap50,
        threshold=threshold,
        photos_with_truth=len(with_truth),
        found_share=_share_above(with_truth, threshold),
        photos_without_truth=len(without),
        alarm_share=_share_above(without, threshold),
    )


def constant_boxes(photos: Sequence[Outlined]) -> list[Outlined]:
    """The same photos, each predicted to have one box a class: the mean of the true boxes, relative to the photo."""
    boxes: dict[str, list[tuple[float, ...]]] = {}
    for one in photos:
        for region in one.truth:
            sides = (one.photo.width, one.photo.height) * 2
            relative = (v / side for v, side in zip(shapes.bounds(region.shape), sides, strict=True))
            boxes.setdefault(region.label, []).append(tuple(relative))
    means = {label: [sum(column) / len(found) for column in zip(*found, strict=True)] for label, found in boxes.items()}
    return [
        Outlined(one.photo, one.truth, [_box(one, label, *mean) for label, mean in means.items()]) for one in photos
    ]


def _truth(regions: Sequence[Region], classes: Mapping[str, str] | None) -> list[Region]:
    """What a person stands for and has an area, once each, under the name of its class."""
    named = [
        msgspec.structs.replace(r, label=r.label if classes is None else classes[r.label])
        for r in regions
        if _is_true(r) and shapes.outline(r.shape) and (classes is None or r.label in classes)
    ]
    return list({(r.label, r.shape): r for r in named}.values())


def _is_true(region: Region) -> bool:
    return region.review == "accepted" or (region.review != "rejected" and region.origin.kind != "predicted")


def _share_above(photos: Sequence[Outlined], threshold: float) -> float | None:
    if not photos:
        return None
    return sum(any((r.origin.score or 0) >= threshold for r in one.predicted) for one in photos) / len(photos)


def _box(one: Outlined, label: str, x0: float, y0: float, x1: float, y1: float) -> Region:
    width, height = one.photo.width, one.photo.height
    shape = Rectangle(x0 * width, y0 * height, (x1 - x0) * width, (y1 - y0) * height)
    return Region(f"constant {label}", shape, label, origin=Origin("predicted", model="constant box", score=1.0))


@dataclass(frozen=True)
class Precision:
    """AP and AP50 in 0…1, over all classes and AP50 for each that has truth; None where there is no truth at all."""

    ap: float | None
    ap50: float | None
    ap50_by_class: dict[str, float]


@dataclass(frozen=True)
class Outlined:
    """One photo with its true and its predicted regions; their labels are the classes compared."""

    photo: Photo
    truth: Sequence[Region]
    predicted: Sequence[Region]


def average_precision(photos: Sequence[Outlined], kind: Literal["bbox", "segm"]) -> Precision:
    """AP of boxes (the outlines' bounds) or of masks. Predictions of a class that has no truth are left out."""
    classes = {name: i for i, name in enumerate(sorted({r.label for one in photos for r in one.truth}), start=1)}
    if not classes:
        return Precision(None, None, {})
    truth = [_entry(r, i, one.photo, classes) for i, one in enumerate(photos, 1) for r in one.truth]
    found = [_entry(r, i, one.photo, classes) for i, one in enumerate(photos, 1) for r in one.predicted]
    found = [entry for entry in found if entry["category_id"]]
    if not found:
        return Precision(0.0, 0.0, dict.fromkeys(classes, 0.0))
    images = [{"id": i, "width": one.photo.width, "height": one.photo.height} for i, one in enumerate(photos, 1)]
    return _precision(_compare(images, classes, truth, found, kind), classes)


def rle(rings: Sequence[Ring], photo: Photo) -> dict[str, Any]:
    """Closed rings (even-odd) as COCO's run-length encoding of the photo's pixels."""
    flat = [[float(v) for point in ring for v in point] for ring in rings if len(ring) >= 3]
    size = (photo.height, photo.width)
    encoded: list[dict[str, Any]] = coco_mask.frPyObjects(flat, *size) if flat else []
    if len(encoded) == 1:
        return encoded[0]
    layers = coco_mask.decode(encoded) if encoded else np.zeros((*size, 1), np.uint8)  # (H, W, rings)
    whole: dict[str, Any] = coco_mask.encode(np.asfortranarray(np.bitwise_xor.reduce(layers, axis=2)))
    return whole


def _entry(region: Region, image: int, photo: Photo, classes: Mapping[str, int]) -> dict[str, Any]:
    x0, y0, x1, y1 = shapes.bounds(region.shape)
    segmentation = rle(shapes.outline(region.shape), photo)
    return {
        "image_id": image,
        "category_id": classes.get(region.label, 0),
        "bbox": [x0, y0, x1 - x0, y1 - y0],
        "segmentation": segmentation,
        "area": float(coco_mask.area(segmentation)),
        "iscrowd": 0,
        "score": 1.0 if region.origin.score is None else region.origin.score,
    }


def _compare(
    images: list[dict[str, Any]],
    classes: Mapping[str, int],
    truth: list[dict[str, Any]],
    found: list[dict[str, Any]],
    kind: str,
) -> np.ndarray:
    """Precision (10 IoUs, 101 recalls, classes); -1 where a class has no truth."""
    document = {
        "info": {},
        "images": images,
        "categories": [{"id": number, "name": name} for name, number in classes.items()],
        "annotations": [entry | {"id": i} for i, entry in enumerate(truth, 1)],
    }
    true = COCO(document)
    compared = COCOeval_faster(true, true.loadRes(found), iouType=kind)
    compared.evaluate()
    compared.accumulate()
    return np.asarray(compared.eval["precision"][:, :, :, 0, -1])  # all sizes, at most 100 detections


def _precision(precision: np.ndarray, classes: Mapping[str, int]) -> Precision:
    return Precision(
        ap=float(precision.mean()),
        ap50=float(precision[0].mean()),
        ap50_by_class={name: float(precision[0, :, number - 1].mean()) for name, number in classes.items()},
    )
