"""Operations of the backend itself, with portable versions in keras.ops.

The only module that knows the backend. On TensorFlow `nms` and `pyramid_crop` use its own operations (20-60 and 4
times cheaper); elsewhere, and in the tests, the portable ones do the same with keras.ops.
"""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from .config import OutOfMemoryError

Tensor = Any
TENSORFLOW, JAX = (keras.backend.backend() == name for name in ("tensorflow", "jax"))
EXACT = "float32" if JAX else "float64"  # jax knows no double precision unless told to
if TENSORFLOW:
    import tensorflow as tf
EXHAUSTED = (tf.errors.ResourceExhaustedError,) if TENSORFLOW else ()


def nms(boxes: Tensor, scores: Tensor, limit: int, *, iou_threshold: float) -> Tensor:
    """Greedy non-maximum suppression: boxes (n, 4), scores (n,) -> (limit,) int32 indices, best first, then -1."""
    if not TENSORFLOW:
        return portable_nms(boxes, scores, limit, iou_threshold=iou_threshold)
    kept = tf.image.non_max_suppression(boxes, scores, limit, iou_threshold)
    padded = tf.pad(kept, [[0, limit - tf.shape(kept)[0]]], constant_values=-1)
    return tf.ensure_shape(padded, (limit,))


def pyramid_crop(
    levels: Sequence[Tensor], ends: Tensor, photo: Tensor, *, level: Tensor, size: int
) -> Tensor:  # (m, size, size, channels)
    """Sample size × size points of m regions bilinearly, each from its photo and pyramid level.

    levels: (batch, h, w, channels) each. ends: (m, 4) position of the first and last point (y1, x1, y2, x2), 0 being
    the middle of the level's first cell and 1 that of its last. A point outside is 0. photo, level: (m,) int32.
    """
    if not TENSORFLOW:
        return portable_pyramid_crop(levels, ends, photo, level=level, size=size)
    rows, crops = [], []
    for i, feature in enumerate(levels):
        mine = tf.cast(tf.where(tf.equal(level, i))[:, 0], tf.int32)
        own = tf.gather(ends, mine), tf.gather(photo, mine)
        rows.append(mine)
        crops.append(tf.image.crop_and_resize(tf.cast(feature, tf.float32), *own, (size, size)))
    crops = tf.dynamic_stitch(rows, crops) if len(levels) > 1 else crops[0]
    return tf.ensure_shape(crops, (None, size, size, levels[0].shape[-1]))


def portable_nms(boxes: Tensor, scores: Tensor, limit: int, *, iou_threshold: float) -> Tensor:
    """`nms` in keras.ops: `limit` times the best of what is left, and out goes what it overlaps."""
    from .boxes import iou

    gone = -1e30

    def pick(i: Tensor, state: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        kept, left = state
        best = ops.argmax(left)
        found = ops.take(left, best) > gone
        overlap = iou(ops.reshape(ops.take(boxes, best, axis=0), (1, 4)), boxes)[0]
        left = ops.where((overlap > iou_threshold) | (ops.arange(ops.shape(left)[0]) == best), gone, left)
        index = ops.where(found, ops.cast(best, "int32"), -1)
        return ops.slice_update(kept, (i,), ops.reshape(index, (1,))), left

    start = (ops.full((limit,), -1, dtype="int32"), ops.cast(scores, "float32"))
    return ops.fori_loop(0, limit, pick, start)[0]


def portable_pyramid_crop(levels: Sequence[Tensor], ends: Tensor, photo: Tensor, *, level: Tensor, size: int) -> Tensor:
    """`pyramid_crop` in keras.ops: one gather from all levels laid end to end."""
    channels = levels[0].shape[-1]
    heights, widths = (np.array([f.shape[axis] for f in levels]) for axis in (1, 2))
    counts = np.array([f.shape[0] * f.shape[1] * f.shape[2] for f in levels])
    flat = ops.concatenate([ops.reshape(ops.cast(f, "float32"), (-1, channels)) for f in levels])

    def of_level(values: np.ndarray) -> Tensor:
        return ops.take(ops.convert_to_tensor(values.astype("int32")), level)

    h, w = of_level(heights), of_level(widths)
    start = of_level(np.cumsum(counts) - counts) + photo * h * w
    y0, y1, fy, in_y = _neighbours(ends[:, 0], ends[:, 2], h, size=size)
    x0, x1, fx, in_x = _neighbours(ends[:, 1], ends[:, 3], w, size=size)

    def corner(y: Tensor, x: Tensor) -> Tensor:
        return ops.take(flat, start[:, None, None] + y[:, :, None] * w[:, None, None] + x[:, None, :], axis=0)

    fy, fx = fy[:, :, None, None], fx[:, None, :, None]
    top = corner(y0, x0) * (1 - fx) + corner(y0, x1) * fx
    bottom = corner(y1, x0) * (1 - fx) + corner(y1, x1) * fx
    inside = in_y[:, :, None, None] & in_x[:, None, :, None]
    return ops.where(inside, top * (1 - fy) + bottom * fy, 0.0)


def _neighbours(first: Tensor, last: Tensor, length: Tensor, *, size: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Points evenly from first to last: the cells (m, size) below and above each, the weight of the one above, and
    whether the point lies between the first and the last cell. The arithmetic is crop_and_resize's."""
    top = ops.cast(length, "float32")[:, None] - 1.0
    first, last = first[:, None], last[:, None]
    step = (last - first) * top / (size - 1)
    at = first * top + step * ops.convert_to_tensor(np.arange(size, dtype=np.float32))
    inside = (at >= 0) & (at <= top)
    at = ops.clip(at, 0.0, top)
    low = ops.floor(at)
    return ops.cast(low, "int32"), ops.cast(ops.minimum(low + 1.0, top), "int32"), at - low, inside


def real_slots(valid: Tensor) -> Tensor:
    """Indices of the slots (n,) that are worth computing: on TensorFlow the true ones (or one at least), else all."""
    if not TENSORFLOW:
        return ops.arange(valid.shape[0], dtype="int32")
    first_if_none = tf.logical_and(tf.equal(tf.range(tf.shape(valid)[0]), 0), ~tf.reduce_any(valid))
    return tf.cast(tf.where(valid | first_if_none)[:, 0], tf.int32)


def compiled(function: Callable[..., Any], example: Any, variables: Iterable[keras.Variable]) -> Callable[..., Any]:
    """The function made fast for batches shaped like the example, a dict of arrays whose axes after the first two vary.

    Images keep their exact shape; all other entries may change from call to call. `variables` are all that it reads.
    """
    if JAX:
        return _compiled_by_jax(function, list(variables))
    if not TENSORFLOW:
        return function
    signature = {name: _spec(name, array) for name, array in example.items()}
    return tf.function(function, input_signature=[signature], autograph=False)


def _compiled_by_jax(function: Callable[..., Any], variables: list[keras.Variable]) -> Callable[..., Any]:
    import jax

    def pure(values: list[Tensor], batch: Any) -> Any:
        with keras.StatelessScope(state_mapping=list(zip(variables, values, strict=True))):
            return function(batch)

    compiled = jax.jit(pure)
    return lambda batch: compiled([variable.value for variable in variables], batch)


def applied(optimizer: keras.optimizers.Optimizer, variables: Sequence[keras.Variable]) -> Callable[..., None]:
    """What changes the variables by their gradients, made fast; the optimiser is built for them."""
    if TENSORFLOW:
        return tf.function(lambda gradients: optimizer.apply(gradients, variables), autograph=False)
    if not JAX:
        return lambda gradients: optimizer.apply(gradients, variables)
    import jax

    pure = jax.jit(optimizer.stateless_apply)

    def apply(gradients: Sequence[Tensor]) -> None:
        state = [variable.value for variable in optimizer.variables]
        taught, state = pure(state, gradients, [variable.value for variable in variables])
        for variable, value in zip([*variables, *optimizer.variables], [*taught, *state], strict=True):
            variable.assign(value)

    return apply


def moved(averages: Sequence[keras.Variable], variables: Sequence[keras.Variable]) -> Callable[[float], None]:
    """What moves the averages by a share of the way towards the variables, made fast."""
    pairs = list(zip(averages, variables, strict=True))

    def move(share: Tensor) -> None:
        for average, variable in pairs:
            average.assign(average + (variable - average) * share)

    if not TENSORFLOW:
        return move
    fast = tf.function(move, input_signature=[tf.TensorSpec((), tf.float32)], autograph=False)
    return lambda share: fast(tf.constant(share, tf.float32))


@contextlib.contextmanager
def memory_watched() -> Iterator[None]:
    """Turn each backend's own word for exhausted memory into an OutOfMemoryError."""
    try:
        yield
    except (MemoryError, RuntimeError, *EXHAUSTED) as error:
        if not _is_exhausted(error):
            raise
        raise OutOfMemoryError("The memory is too small for these photos.", str(error)[:300]) from error


def _is_exhausted(error: Exception) -> bool:
    words = ("RESOURCE_EXHAUSTED", "out of memory", "can't allocate memory", "bad_alloc")  # jax, torch, C++
    return isinstance(error, (MemoryError, *EXHAUSTED)) or any(word in str(error) for word in words)


def _spec(name: str, array: np.ndarray) -> Any:
    shape = array.shape if name in ("images", "anchor_noise") else (array.shape[0],) + (None,) * (array.ndim - 1)
    if name in ("boxes", "edges"):
        shape = (*shape[:-1], 4)
    return tf.TensorSpec(shape, array.dtype)


def value_and_gradients(
    function: Callable[[], tuple[Tensor, Any]], variables: Sequence[keras.Variable], others: Iterable[keras.Variable]
) -> tuple[Tensor, Any, list[Tensor]]:
    """Run function() -> (loss, more) and differentiate the loss by the variables: loss, more, gradients.

    `others` are the variables that it reads besides.
    """
    if TENSORFLOW:
        with tf.GradientTape() as tape:
            loss, more = function()
        return loss, more, tape.gradient(loss, [v.value for v in variables], unconnected_gradients="zero")
    if not JAX:
        import torch

        loss, more = function()
        gradients = torch.autograd.grad(loss, [v.value for v in variables], allow_unused=True)
        return loss, more, [ops.zeros_like(v) if g is None else g for g, v in zip(gradients, variables, strict=True)]
    import jax

    fixed = [(variable, variable.value) for variable in others]  # a scope hides what an outer one says

    def pure(values: list[Tensor]) -> tuple[Tensor, Any]:
        with keras.StatelessScope(state_mapping=[*fixed, *zip(variables, values, strict=True)]):
            return function()

    (loss, more), gradients = jax.value_and_grad(pure, has_aux=True)([v.value for v in variables])
    return loss, more, gradients
