"""Measures predictions on annotated photos: COCO's average precision, shares of photos, false alarms.

Average precision is COCO's (see `coco`), averaged over classes; AP averages over IoU 0.50 … 0.95. Quick enough for the
end of each epoch; `evaluation` judges a model in full.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from ..annotations import shapes
from ..annotations.confidence import THRESHOLD
from ..annotations.model import AnnotatedPhoto, Origin, Rectangle, Region
from . import coco
from .coco import Kind, Outlined, matches
from .sights import Predictions


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
        Outlined(one.photo, true_regions(one.regions, classes), tuple(predictions.get(one.photo.id, ())))
        for one in truth
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


def true_regions(regions: Sequence[Region], classes: Mapping[str, str] | None) -> list[Region]:
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


def average_precision(photos: Sequence[Outlined], kind: Kind) -> Precision:
    """AP of boxes (the outlines' bounds) or of masks. Predictions of a class that has no truth are left out."""
    found = matches(photos, kind)
    if not found.classes:
        return Precision(None, None, {})
    by_iou = coco.average_precision(found)[0, :, 0]  # all sizes: (classes, ious)
    by_class = {name: float(by_iou[place, 0]) for place, name in enumerate(found.classes)}
    return Precision(ap=float(by_iou.mean()), ap50=float(by_iou[:, 0].mean()), ap50_by_class=by_class)


class Precision(NamedTuple):
    """AP and AP50 in 0…1, over all classes and AP50 for each that has truth; None where there is no truth at all."""

    ap: float | None
    ap50: float | None
    ap50_by_class: dict[str, float]


def any_damage(photos: Sequence[AnnotatedPhoto], predictions: Predictions) -> tuple[float | None, float | None]:
    """AP50 of boxes and masks with all labels taken for one."""
    truth = [msgspec.structs.replace(one, regions=tuple(map(as_damage, one.regions))) for one in photos]
    measured = evaluate(truth, {name: list(map(as_damage, found)) for name, found in predictions.items()})
    return measured.box_ap50, measured.mask_ap50


def by_label(
    photos: Sequence[AnnotatedPhoto], predictions: Predictions, *, labels: Sequence[str]
) -> dict[str, float | dict[str, float] | None]:
    """AP50 of boxes and masks over some labels, and of the masks of each."""
    measured = evaluate(photos, predictions, classes={label: label for label in labels})
    return {
        "box_ap50": measured.box_ap50,
        "mask_ap50": measured.mask_ap50,
        "mask_ap50_by_class": measured.mask_ap50_by_class,
    }


def as_damage(region: Region) -> Region:
    """The region with its label taken for damage of any kind."""
    return msgspec.structs.replace(region, label="damage")
