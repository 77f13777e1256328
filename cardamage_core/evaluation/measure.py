"""Measures predictions on annotated photos: average precision, photo-wise shares, false alarms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from ..annotations import shapes
from ..annotations.confidence import THRESHOLD
from ..annotations.model import AnnotatedPhoto, Origin, Rectangle, Region
from .coco import Outlined, average_precision


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
