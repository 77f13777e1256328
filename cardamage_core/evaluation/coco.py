"""Average precision of outlines and boxes, as COCO defines it.

https://cocodataset.org/#detection-eval, computed by faster-coco-eval: at most 100 detections a photo, precision at 101
points of recall, averaged over classes; AP averages over IoU 0.50, 0.55 … 0.95.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from faster_coco_eval import COCO, COCOeval_faster
from faster_coco_eval.core import mask as coco_mask

from ..annotations import shapes
from ..annotations.model import Photo, Region, Ring


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
