"""The five losses of Mask R-CNN, each a mean over the slots that count."""

from typing import Any

from keras import ops

Tensor = Any


def rpn_class_loss(logits: Tensor, match: Tensor) -> Tensor:
    """logits (b, k, 2); match (b, k): 1 object, -1 background, 0 does not count."""
    return _mean(_cross_entropy(logits, ops.cast(match > 0, "int32")), match != 0)


def rpn_box_loss(deltas: Tensor, targets: Tensor, match: Tensor) -> Tensor:
    """deltas, targets (b, k, 4); only objects (match 1) count."""
    return _mean(_smooth_l1(deltas, targets), match > 0)


def class_loss(logits: Tensor, classes: Tensor, counts: Tensor) -> Tensor:
    """logits (m, classes); classes (m,) with 0 for background; counts (m,) bool."""
    return _mean(_cross_entropy(logits, classes), counts)


def box_loss(deltas: Tensor, targets: Tensor, classes: Tensor) -> Tensor:
    """deltas (m, classes, 4), of which the true class counts; targets (m, 4); classes (m,), where 0 does not count."""
    own = ops.take_along_axis(deltas, ops.cast(classes, "int32")[:, None, None], axis=1)[:, 0]
    return _mean(_smooth_l1(own, targets), classes > 0)


def mask_loss(logits: Tensor, targets: Tensor, classes: Tensor) -> Tensor:
    """logits (m, h, w, classes), of which the true class counts; targets (m, h, w) of 0..1; classes (m,), 0: not."""
    own = ops.take_along_axis(logits, ops.cast(classes, "int32")[:, None, None, None], axis=3)[..., 0]
    entropy = ops.maximum(own, 0.0) - own * targets + ops.softplus(-ops.abs(own))
    return _mean(ops.mean(entropy, axis=(1, 2)), classes > 0)


def _cross_entropy(logits: Tensor, classes: Tensor) -> Tensor:
    """(..., c), (...) int -> (...)."""
    chosen = ops.take_along_axis(ops.log_softmax(logits), ops.cast(classes, "int32")[..., None], axis=-1)
    return -chosen[..., 0]


def _smooth_l1(values: Tensor, targets: Tensor) -> Tensor:
    """Quadratic below a distance of 1, linear above, averaged over the last axis (Girshick 2015)."""
    distance = ops.abs(values - targets)
    return ops.mean(ops.where(distance < 1.0, 0.5 * ops.square(distance), distance - 0.5), axis=-1)


def _mean(values: Tensor, counts: Tensor) -> Tensor:
    """Mean of the values that count, 0 if none does."""
    weights = ops.cast(counts, "float32")
    return ops.sum(values * weights) / ops.maximum(ops.sum(weights), 1.0)
