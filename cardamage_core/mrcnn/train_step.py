"""One step of training, and saving and restoring the state of training."""

import contextlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import ops

from . import boxes, losses, native, weights
from .average import WeightAverage
from .backbones import stage_of
from .batching import Batch, Sample, make_batch
from .boxes import pyramid_anchors
from .config import LOSS_NAMES, Config, EngineError
from .heads import propose, run_rpn
from .model import MaskRCNN
from .targets import anchor_targets, mask_targets, roi_targets

Tensor = Any
FIRST_STAGE = {"heads": 6, "5+": 5, "4+": 4, "3+": 3, "all": 0}


def network_losses(model: MaskRCNN, batch: Any) -> dict[str, Tensor]:
    """The five losses (scalars, unweighted) of a batch as `make_batch` describes it."""
    config, canvas = model.config, tuple(batch["images"].shape[1:3])
    true_boxes = boxes.normalise(batch["boxes"], canvas, grid=config.box_grid)
    pyramid = model.trunk(batch["images"], training=False)
    logits, deltas = run_rpn(model.rpn, pyramid)
    found = _rpn_losses(model, batch, logits, deltas, canvas=canvas)
    proposals = propose(
        ops.stop_gradient(ops.softmax(logits)[..., 1]),
        ops.stop_gradient(deltas),
        model.anchors(canvas),
        limit=config.proposals_training,
        config=config,
    )
    candidates = ops.concatenate([proposals, true_boxes], axis=1)
    chosen = roi_targets(candidates, true_boxes, batch["classes"], noise=batch["roi_noise"], config=config)
    found |= _box_losses(model, pyramid, chosen, canvas=canvas)
    found["mask"] = _mask_loss(model, pyramid, chosen, batch["edges"], canvas=canvas)
    return found


class TrainStep:
    """A model being trained: each `step` shows it some photos once."""

    def __init__(
        self,
        model: MaskRCNN,
        *,
        learning_rate: float | None = None,
        layers: str = "all",
        first_step: int = 0,
        total_steps: int | None = None,
        seed: int = 0,
    ) -> None:
        """layers: "heads", "5+", "4+", "3+" or "all". first_step: where its count begins.

        total_steps: where the cosine schedule of AdamW ends (None: constant, as it always is with SGD).
        """
        if layers not in FIRST_STAGE:
            raise EngineError(f"There is no layer group {layers!r}.", f"Known groups: {', '.join(FIRST_STAGE)}.")
        self.model, self.layers, self.step_count = model, layers, first_step
        self._rng = np.random.default_rng((seed, first_step))
        self._seed, self._total_steps = seed, total_steps if model.config.optimizer == "adamw" else None
        self._rate = learning_rate or model.config.learning_rate
        named = {name: v for name, v in model.weights.items() if v.trainable and _taught(name, layers)}
        self._variables, taught = list(named.values()), {id(v) for v in named.values()}
        self._others = [v for v in model.weights.values() if id(v) not in taught]
        self._optimizer = _optimizer(model.config)
        self._optimizer.build(self._variables)
        self._apply = native.applied(self._optimizer, self._variables)
        decay = model.config.average_decay
        self._average, self._first_step = WeightAverage(named, decay=decay) if decay else None, first_step
        self._compiled: dict[Any, Any] = {}
        self.rate = self.gradient_norm = 0.0  # of the last step

    def step(self, samples: Sequence[Sample]) -> dict[str, float]:
        """Learn from these photos: loss and its five parts.

        EngineError if one is no number; no weight changes then.

        OutOfMemoryError when these photos are too many; a step with fewer may follow.
        """
        batch = make_batch(samples, self.model.config, self._rng, augment=True)
        self._measure_once(batch)
        found, gradients, norm = self._run("learn", self._differentiate, batch)
        losses_now, size = _numbers(found), float(ops.convert_to_numpy(norm))
        if not np.isfinite(losses_now["loss"]) or not np.isfinite(size):
            raise EngineError(
                "The loss became NaN or infinite.",
                f"In step {self.step_count + 1}: {losses_now}, gradient norm {size}. "
                "Go on from the last checkpoint with a lower learning rate.",
            )
        self.rate = rate_at(self.step_count, peak=self._rate, total_steps=self._total_steps)
        self.gradient_norm = size
        self._optimizer.learning_rate = self.rate
        self._apply(gradients)
        self.step_count += 1
        if self._average is not None:
            self._average.follow(self.step_count - self._first_step)
        return losses_now

    def averaged(self) -> contextlib.AbstractContextManager[None]:
        """Inside, the model has the average of its weights, where the configuration asks for one; else as it is."""
        return contextlib.nullcontext() if self._average is None else self._average.shown()

    def evaluate(self, samples: Sequence[Sample]) -> dict[str, float]:
        """The same losses without learning and without augmentation; the same photos give the same numbers."""
        batch = make_batch(samples, self.model.config, np.random.default_rng(self._seed), augment=False)
        self._measure_once(batch)
        return _numbers(self._run("evaluate", self._losses, batch))

    def save(self, path: str | Path, *, notes: Mapping[str, Any] | None = None) -> None:
        """Write weights, optimiser, step and random state into one file, from which training goes on exactly.

        `notes` (JSON values) are kept beside them for the caller; see `weights.read_notes`.
        """
        arrays = {f"weights/{name}": array for name, array in self.model.arrays().items()}
        arrays |= {name: ops.convert_to_numpy(ops.copy(v)) for name, v in self._state_variables().items()}
        state = {"step": self.step_count, "layers": self.layers, "rng": self._rng.bit_generator.state}
        weights.write_arrays(
            Path(path), arrays, notes={**(notes or {}), "config": self.model.config.to_dict(), "trainer": state}
        )

    def load(self, path: str | Path) -> None:
        """Go on from a file written by `save` for the same network and layer group."""
        state = weights.read_notes(Path(path)).get("trainer")
        if not isinstance(state, dict) or state.get("layers") != self.layers:
            raise EngineError(
                f"Training cannot go on from {path}.", f"It holds no training of the layers {self.layers!r}."
            )
        variables = self._state_variables()
        shapes = {f"weights/{name}": shape for name, shape in self.model.shapes().items()}
        shapes |= {name: tuple(v.shape) for name, v in variables.items()}
        arrays = weights.read_arrays(Path(path), shapes)
        try:
            self._rng.bit_generator.state = state["rng"]
            self.step_count = int(state["step"])
        except (KeyError, TypeError, ValueError) as error:
            raise EngineError(
                f"Training cannot go on from {path}.", f"Its random state is damaged: {error}."
            ) from error
        for name, variable in ({f"weights/{n}": v for n, v in self.model.weights.items()} | variables).items():
            variable.assign(arrays[name])
        self.model.measured = True

    def _measure_once(self, batch: Batch) -> None:
        if not self.model.measured:
            self.model.measure(batch["images"])

    def _run(self, name: str, function: Any, batch: Batch) -> Any:
        """Call function(batch), compiled once for each name and shape of images."""
        key = (name, batch["images"].shape)
        if key not in self._compiled:
            self._compiled[key] = native.compiled(function, batch, self.model.weights.values())
        with native.memory_watched():
            return self._compiled[key]({name: ops.convert_to_tensor(array) for name, array in batch.items()})

    def _losses(self, batch: Any) -> dict[str, Tensor]:
        parts = network_losses(self.model, batch)
        weights_of = zip(LOSS_NAMES, self.model.config.loss_weights, strict=True)
        weighted = [parts[name] * weight for name, weight in weights_of]
        return {"loss": sum(weighted[1:], weighted[0]), **{name: parts[name] for name in LOSS_NAMES}}

    def _differentiate(self, batch: Any) -> tuple[dict[str, Tensor], list[Tensor], Tensor]:
        """Losses, the gradient of their sum by each variable, and the norm over all gradients."""

        def run() -> tuple[Tensor, dict[str, Tensor]]:
            found = self._losses(batch)
            return found["loss"] + self._decay(), found

        _, found, gradients = native.value_and_gradients(run, self._variables, self._others)
        return found, gradients, ops.sqrt(sum(ops.sum(ops.square(gradient)) for gradient in gradients))

    def _decay(self) -> Tensor:
        """Matterport's weight decay, part of the loss that is minimised: the mean square of each kernel and bias."""
        if self.model.config.optimizer != "sgd":  # AdamW decays by itself
            return 0.0
        squares = [ops.mean(ops.square(v)) for v in self._variables if v.name not in ("gamma", "beta")]
        return self.model.config.weight_decay * sum(squares)

    def _state_variables(self) -> dict[str, keras.Variable]:
        """What training keeps beside the weights: the optimiser's moments, and the average of the weights."""
        moments = {f"optimizer/{i:04}": variable for i, variable in enumerate(self._optimizer.variables)}
        averages = self._average.variables.values() if self._average else ()
        return moments | {f"average/{i:04}": variable for i, variable in enumerate(averages)}


def _rpn_losses(
    model: MaskRCNN, batch: Any, logits: Tensor, deltas: Tensor, *, canvas: tuple[int, int]
) -> dict[str, Tensor]:
    anchors = pyramid_anchors(canvas, model.config)
    goal = anchor_targets(anchors, batch["boxes"], batch["classes"], noise=batch["anchor_noise"], config=model.config)
    index = goal.index[..., None]
    return {
        "rpn_class": losses.rpn_class_loss(ops.take_along_axis(logits, index, axis=1), goal.match),
        "rpn_box": losses.rpn_box_loss(ops.take_along_axis(deltas, index, axis=1), goal.deltas, goal.match),
    }


def _box_losses(model: MaskRCNN, pyramid: list[Tensor], chosen: Any, *, canvas: tuple[int, int]) -> dict[str, Tensor]:
    slots, valid = _flat(chosen.valid), native.real_slots(ops.reshape(chosen.valid, (-1,)))
    rois, classes, goal = (ops.take(_flat(v), valid, axis=0) for v in (chosen.rois, chosen.classes, chosen.deltas))
    photo = ops.take(_photo_of(chosen.rois.shape[:2]), valid)
    logits, deltas = model.run_box_head(pyramid, ops.stop_gradient(rois), photo, canvas=canvas)
    counts = ops.take(slots, valid)
    return {"class": losses.class_loss(logits, classes, counts), "box": losses.box_loss(deltas, goal, classes)}


def _mask_loss(
    model: MaskRCNN, pyramid: list[Tensor], chosen: Any, edges: Tensor, *, canvas: tuple[int, int]
) -> Tensor:
    rois, classes, instance = (_flat(v[:, : chosen.objects]) for v in (chosen.rois, chosen.classes, chosen.instance))
    real = native.real_slots(classes > 0)
    photo = ops.take(_photo_of((chosen.rois.shape[0], chosen.objects)), real)
    rois, classes, instance = (ops.take(v, real, axis=0) for v in (rois, classes, instance))
    n = ops.shape(edges)[1]
    own = ops.take(ops.reshape(edges, (-1, ops.shape(edges)[2], 4)), photo * n + instance, axis=0)  # (m, e, 4)
    own = boxes.normalise(own, canvas, grid="continuous")
    pixels = boxes.denormalise(rois, canvas, grid=model.config.box_grid)
    size = 2 * model.config.mask_pool_size
    goal = mask_targets(boxes.normalise(pixels, canvas, grid="continuous"), own, size=size)
    logits = model.run_mask_head(pyramid, ops.stop_gradient(rois), photo, canvas=canvas)
    return losses.mask_loss(logits, ops.stop_gradient(goal), classes)


def _numbers(scalars: dict[str, Tensor]) -> dict[str, float]:
    """The losses in their usual order (jax sorts what it returns)."""
    return {name: float(ops.convert_to_numpy(scalars[name])) for name in ("loss", *LOSS_NAMES)}


def _flat(values: Tensor) -> Tensor:
    """(b, s, ...) -> (b * s, ...)."""
    return ops.reshape(values, (-1, *values.shape[2:]))


def _photo_of(shape: tuple[int, int]) -> Tensor:
    """For b photos with s slots each: which photo a flat slot belongs to, (b * s,) int32."""
    return ops.convert_to_tensor(np.repeat(np.arange(shape[0], dtype=np.int32), shape[1]))


def _taught(name: str, group: str) -> bool:
    stage = stage_of(name)
    return stage == 0 or stage >= FIRST_STAGE[group]


def rate_at(step: int, *, peak: float, total_steps: int | None) -> float:
    """The learning rate of a step: up for a tenth of the way (100 steps at most), then down along a cosine to 0.

    Without total_steps it is constant.
    """
    if not total_steps:
        return peak
    warm = min(100, total_steps // 10)
    if step < warm:
        return peak * (step + 1) / warm
    way = min(1.0, (step - warm) / max(1, total_steps - warm))
    return peak * 0.5 * (1.0 + float(np.cos(np.pi * way)))


def _optimizer(config: Config) -> keras.optimizers.Optimizer:
    if config.optimizer == "sgd":
        return keras.optimizers.SGD(config.learning_rate, momentum=config.momentum, global_clipnorm=config.clip_norm)
    adam = keras.optimizers.AdamW(
        config.learning_rate, weight_decay=config.weight_decay, global_clipnorm=config.clip_norm
    )
    adam.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return adam
